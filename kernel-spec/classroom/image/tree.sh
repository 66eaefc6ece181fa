#!/bin/bash
# The image's file tree without Docker: `tree.sh FOLDER EXECUTABLE [DEBIAN]`, as root, with debootstrap. What is there is kept.
# Then a shell in it, as the learner and without a network:
#   unshare --net --mount --pid --fork chroot --userspec=1000:1000 FOLDER env HOME=/home/learner bash
set -euo pipefail
tree=$1 executable=$2 debian=${3:-bookworm}
here=$(cd "$(dirname "$0")" && pwd)
rust=$(sed -n 's/^ARG RUST=//p' "$here/Dockerfile")

[ -d "$tree/usr" ] || debootstrap --variant=minbase "$debian" "$tree" http://deb.debian.org/debian
install -m 755 "$here/install.sh" "$tree/opt/install.sh"
install -m 755 "$executable" "$tree/opt/chainrule"
cp /etc/resolv.conf "$tree/etc/resolv.conf"
# What is mounted is not seen outside, and gone with the step's last process; so are the certificates of this machine.
step() {
    unshare --mount --pid --fork --kill-child bash -c '
        mount -t proc proc "$1/proc"
        mount --rbind /dev "$1/dev"
        certificates=/etc/ssl/certs/ca-certificates.crt
        [ ! -f "$1$certificates" ] || mount --bind "$certificates" "$1$certificates"
        exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root sh /opt/install.sh "${@:2}"' - "$tree" "$@"
}
[ -x "$tree/usr/bin/tini" ] || step base
[ -x "$tree/opt/cargo/bin/cargo" ] || step rust "$rust"
[ -x "$tree/opt/jupyter/bin/jupyterhub-singleuser" ] || step jupyter
cmp -s "$executable" "$tree/usr/local/bin/chainrule" && [ -f "$tree/opt/kernel-is-there" ] || { step kernel /opt/chainrule; touch "$tree/opt/kernel-is-there"; }
rm "$tree/opt/chainrule"
[ -d "$tree/home/learner" ] || step user
du -sm "$tree" | cut -f1
