#!/bin/sh
# The steps of the image, each as root in a Debian that has nothing: the Dockerfile beside this file runs them, and `tree.sh`
# does so without Docker. What cells need is where a volume mounted at a home folder does not hide it.
set -eu
export DEBIAN_FRONTEND=noninteractive RUSTUP_HOME=/opt/rustup CARGO_HOME=/opt/cargo PATH="/opt/cargo/bin:$PATH"
# An institution's own certificates are among these, if it has any.
export SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PIP_CERT=/etc/ssl/certs/ca-certificates.crt
umask 022

case "$1" in
base) # what cells and the server need while they run
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends ca-certificates curl gcc git libc6-dev libstdc++6 python3 python3-venv tini
    rm -rf /var/lib/apt/lists/*
    ;;
rust)
    curl -sSf -o /tmp/rustup-init "https://static.rust-lang.org/rustup/dist/$(uname -m)-unknown-linux-gnu/rustup-init"
    chmod +x /tmp/rustup-init
    /tmp/rustup-init -q -y --no-modify-path --profile minimal -c rust-src --default-toolchain "$2"
    rm /tmp/rustup-init
    ;;
jupyter) # the versions that the classroom was tested with
    python3 -m venv /opt/jupyter
    /opt/jupyter/bin/pip install -q --no-cache-dir jupyterhub==6.1.1 jupyterlab==4.5.11 jupyterlab_widgets==3.0.15 nbgitpuller==1.2.2
    ;;
kernel) # an executable that was built elsewhere; the library and the cells of the course are compiled here, once
    "$2" install --system
    # Jupyter's own environment looks here, whatever its prefix is.
    test -f /usr/local/share/jupyter/kernels/chainrule/kernel.json
    # What cargo has fetched for it is not needed any more.
    rm -rf /opt/cargo/registry /root/.cache
    ;;
user)
    useradd --create-home --uid 1000 --shell /bin/bash learner
    ;;
*)
    echo "install.sh base | rust VERSION | jupyter | kernel EXECUTABLE | user" >&2
    exit 2
    ;;
esac
