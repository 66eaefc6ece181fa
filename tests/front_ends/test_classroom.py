"""A machine that many use: a system's library and cells, learners with empty home folders, what each keeps from the others.

The learners are other users of this machine, by number, in a namespace of their own where the folders of whoever runs the
tests can be reached; only root can do that, elsewhere these tests are left out.
"""

import contextlib
import glob
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile

import nbformat
import pytest
from conftest import CHAINRULE, Kernel, papermill_package, plain

FIRST, SECOND = 61001, 61002
SYSTEM = "/usr/local/share/chainrule"
SCRATCH = os.path.realpath(os.path.dirname(os.environ["CHAINRULE_CACHE"]))

# Makes folders reachable that are below one that is closed to others, such as /root, puts folders in the place of others
# (`BINDS`, a line for each: what, a colon, where), and becomes another user. Arguments: the user, the closed folder, how many
# folders are to be seen in it, these folders, and what is to be run.
AS_USER = """
set -e
mount --make-rprivate /
user=$1 closed=$2 count=$3; shift 3
held=$(mktemp -d); mount -t tmpfs none "$held"
for ((at = 0; at < count; at++)); do mkdir -p "$held/$at"; mount --bind "${@:at+1:1}" "$held/$at"; done
if [ "$count" -gt 0 ]; then
    mount -t tmpfs -o mode=755 none "$closed"
    for ((at = 0; at < count; at++)); do mkdir -p "${@:at+1:1}"; mount --bind "$held/$at" "${@:at+1:1}"; done
fi
shift "$count"
while IFS=: read -r what where; do
    [ -z "$what" ] || mount --bind "$what" "$where"
    [ "$what" != "$where" ] || [ -z "$what" ] || mount -o remount,bind,noexec "$where"
done <<< "$BINDS"
unset BINDS
cd /
exec setpriv --reuid "$user" --regid "$user" --clear-groups "$@"
"""

can_be_others = os.getuid() == 0 and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0
needs_others = pytest.mark.skipif(not can_be_others, reason="only root can be other users of the machine")


def toolchain():
    return subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True).stdout.strip()


class Machine:
    """What all users of one machine have, in the place of its /usr/local, and their home folders."""

    def __init__(self, folder):
        self.folder = folder
        self.local = os.path.join(SCRATCH, "usr-local")
        self.binds = [(os.path.join(self.local, name), f"/usr/local/{name}") for name in ("bin", "share")]
        for what, _ in self.binds:
            os.makedirs(what, exist_ok=True)

    def home(self, user):
        home = os.path.join(self.folder, str(user))
        if not os.path.isdir(home):
            os.mkdir(home, 0o700)
            os.chown(home, user, user)
        return home

    def environment(self, user, binds=(), **variables):
        """Where a folder is put in its own place, nothing is run from there."""
        binds = "\n".join(f"{what}:{where}" for what, where in [*self.binds, *binds])
        return {"HOME": self.home(user), "PATH": "/usr/local/bin:/usr/bin:/bin", "CHAINRULE_LANGUAGE": "en", "BINDS": binds, **variables}

    def command(self, user, *command, network=True, namespaces=()):
        closed = os.path.expanduser("~root")
        wanted = [toolchain(), os.environ.get("CARGO_HOME", f"{closed}/.cargo"), sys.base_prefix]
        hidden = [folder for folder in wanted if folder.startswith(closed + "/")]
        namespaces = ["--mount", *namespaces] + ([] if network else ["--net"])
        return ["unshare", *namespaces, "bash", "-c", AS_USER, "bash", str(user), closed, str(len(hidden)), *hidden, *command]

    def run(self, user, *command, network=True, binds=(), **variables):
        env = self.environment(user, binds, **variables)
        return subprocess.run(self.command(user, *command, network=network), env=env, capture_output=True, text=True, timeout=1800)

    def as_administrator(self, *command, **more):
        """What an administrator types, whose own umask keeps others out."""
        cargo = os.environ.get("CARGO_HOME", os.path.expanduser("~root/.cargo"))
        path = f"{toolchain()}/bin:/usr/local/bin:/usr/bin:/bin"
        return self.run(0, "bash", "-c", 'umask 077; exec "$@"', "bash", *command, PATH=path, CARGO_HOME=cargo, **more)

    def notebook(self, user, cells):
        path = os.path.join(self.home(user), f"{len(os.listdir(self.home(user)))}.ipynb")
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)
        os.chown(path, user, user)
        return path

    def cells(self, user, cells, *options, **more):
        done = self.run(user, "chainrule", "run", *options, self.notebook(user, cells), **more)
        done.shown = [line for line in done.stdout.splitlines() if ".ipynb  cell " not in line]
        return done


KNOWN = "let known = tensor([1.0, 2.0]);\nknown.sum().item()"


@contextlib.contextmanager
def new_machine():
    # Not in a folder that all users of the machine write to, and one that they can pass.
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        os.chmod(folder, 0o755)
        yield Machine(folder)


@pytest.fixture(scope="module")
def system():
    """The folders of the system, filled as an administrator fills them: what is prepared serves later runs, too."""
    with new_machine() as machine:
        for folder in ("share/chainrule/cells", "share/jupyter"):
            shutil.rmtree(os.path.join(machine.local, folder), ignore_errors=True)
        installed = machine.as_administrator(CHAINRULE, "install", "--system", "--no-warm")
        assert installed.returncode == 0, installed.stderr
        warmed = machine.as_administrator("chainrule", "warm", "--system", SYSTEM, machine.notebook(0, [KNOWN]))
        assert warmed.returncode == 0, warmed.stderr
        # Nothing of it is in the administrator's own home folder.
        inside = subprocess.run(["du", "-sm", machine.home(0)], capture_output=True, text=True, check=True).stdout
        assert int(inside.split()[0]) < 20, inside


@pytest.fixture()
def machine(system):
    with new_machine() as machine:
        yield machine


NEW = [
    "let a = tensor([1.0, 2.5, 3.0]).sum().item();\na",
    "struct Pair { a: Tensor, b: i32 }\nlet pair = Pair { a: tensor([a]), b: 3 };\npair.b",
    # Of what type it is, only evcxr can say.
    "fn half(x: f64) -> f64 { x / 2.0 }\nlet function = half;",
    "function(7.0)",
]


@needs_others
@pytest.mark.parametrize("network", [True, False])
def test_a_learner_with_an_empty_home_runs_new_cells(machine, network):
    done = machine.cells(FIRST, NEW, network=network)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.shown == ["6.5", "3", "3.5"]
    assert "Preparing" not in done.stderr and "Compiling" not in done.stderr
    # What somebody has compiled for all needs no compiler.
    assert machine.cells(FIRST, [KNOWN], network=network).shown == ["3.0"]
    cells = os.path.join(machine.home(FIRST), ".cache/chainrule/cells")
    before = count(cells)
    assert before >= len(NEW)
    assert machine.cells(SECOND, [KNOWN], network=network).shown == ["3.0"]
    assert count(os.path.join(machine.home(SECOND), ".cache/chainrule/cells")) == 0


def count(folder):
    return sum(len(names) for _, _, names in os.walk(folder))


@needs_others
def test_a_session_takes_little_of_the_disk(machine):
    """Also where evcxr is asked, and the library is the system's: 150 MB were copied for each session."""
    size = 'let home = std::env::var("HOME")?;\n' \
        'let out = std::process::Command::new("du").args(["-sm", &format!("{home}/.cache/chainrule/sessions")]).output()?;\n' \
        'String::from_utf8(out.stdout)?.split_whitespace().next().unwrap().parse::<usize>()?'
    done = machine.cells(FIRST, [NEW[2], size])
    assert done.returncode == 0, done.stdout + done.stderr
    print("MB of a session with evcxr:", done.shown)
    assert int(done.shown[0]) < 40, done.shown


@needs_others
def test_what_a_learner_keeps_is_closed_to_others(machine):
    assert machine.cells(FIRST, NEW[:1]).returncode == 0
    cache = os.path.join(machine.home(FIRST), ".cache/chainrule")
    # As earlier versions have left them.
    for folder in (cache, os.path.join(cache, "sessions")):
        assert os.stat(folder).st_mode & 0o777 == 0o700, folder
        os.chmod(folder, 0o755)
    assert machine.cells(FIRST, NEW[:1]).returncode == 0
    for folder in (cache, os.path.join(cache, "sessions")):
        assert os.stat(folder).st_mode & 0o777 == 0o700, folder
    os.chmod(machine.home(FIRST), 0o755)
    for path in [cache, f"{cache}/sessions", f"{cache}/cells", f"{cache}/toolchain.json"]:
        seen = machine.run(SECOND, "ls", path) if os.path.isdir(path) else machine.run(SECOND, "cat", path)
        assert seen.returncode != 0 and "denied" in seen.stderr, path


@needs_others
@pytest.mark.parametrize("mode", [0o777, 0o1777])
@pytest.mark.parametrize("below", ["", "deep/er"])
def test_nothing_is_kept_where_others_can_add_files(machine, mode, below):
    everybody = os.path.join(machine.folder, "everybody")
    os.mkdir(everybody)
    os.chmod(everybody, mode)
    cache = os.path.join(everybody, "cache", below)
    # Another user was there first.
    program = os.path.join(everybody, "wrapper")
    for command in [f"mkdir {everybody}/.cargo", f"printf '#!/bin/sh\\ntouch {everybody}/ran-as-$(id -u); exec \"$@\"' > {program}",
                    f"chmod +x {program}", f"printf '[build]\\nrustc-wrapper = \"{program}\"' > {everybody}/.cargo/config.toml"]:
        assert machine.run(SECOND, "sh", "-c", command).returncode == 0, command
    done = machine.cells(FIRST, NEW, CHAINRULE_CACHE=cache)
    assert not os.path.exists(f"{everybody}/ran-as-{FIRST}")
    assert done.returncode != 0 and not os.path.exists(cache)
    assert "other users of this machine may put files into " + everybody in done.stderr, done.stderr
    # Nobody is told to choose such a folder.
    doctor = machine.run(FIRST, "chainrule", "doctor", CHAINRULE_CACHE=cache)
    assert doctor.returncode == 1 and "MISSING" in doctor.stdout
    assert "/another/" not in doctor.stdout and "unset CHAINRULE_CACHE" in doctor.stdout, doctor.stdout


@needs_others
def test_nobody_but_root_and_oneself_puts_a_cell_into_a_cache(machine):
    """A cell with the right name, its checksum and all, that another user has put where the learner looks."""
    cell = ["let secret = 41;\nsecret + 1"]
    assert machine.cells(SECOND, cell).returncode == 0
    theirs = os.path.join(machine.home(SECOND), ".cache/chainrule/cells")
    entries = [os.path.join(folder, name) for folder, _, names in os.walk(theirs) for name in names]
    assert entries
    planted = os.path.join(machine.folder, "planted")

    def compiled_by_first(**variables):
        """Whether the learner's kernel had to compile the cell, because it trusts none that was there."""
        shutil.rmtree(os.path.join(machine.home(FIRST), ".cache"), ignore_errors=True)
        done = machine.cells(FIRST, cell, **variables)
        assert done.returncode == 0 and done.shown == ["42"], done.stderr
        own = os.path.join(machine.home(FIRST), ".cache/chainrule/cells")
        return any(names for _, _, names in os.walk(own)), done.stderr

    def plant(how, owner, folder_mode=0o755, above_mode=0o755):
        shutil.rmtree(planted, ignore_errors=True)
        for entry in entries:
            target = os.path.join(planted, "cells", os.path.relpath(entry, theirs))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            how(entry, target)
        for folder, folders, names in os.walk(planted):
            os.chown(folder, owner, owner)
            os.chmod(folder, folder_mode)
            for name in names:
                os.chown(os.path.join(folder, name), owner, owner, follow_symlinks=False)
                if not os.path.islink(os.path.join(folder, name)):
                    os.chmod(os.path.join(folder, name), 0o644)
        os.chmod(planted, above_mode)
        return compiled_by_first(CHAINRULE_SYSTEM_CACHE=f"{planted}:{SYSTEM}")

    # The trick works where root has put it there.
    assert not plant(shutil.copyfile, 0)[0]
    attempts = {
        "copied": (shutil.copyfile, SECOND), "symbolic link": (os.symlink, 0), "hard link": (os.link, SECOND),
        "open folders": (shutil.copyfile, 0, 0o777), "an open folder above": (shutil.copyfile, 0, 0o755, 0o777),
        "a sticky folder above": (shutil.copyfile, 0, 0o755, 0o1777),
    }
    for name, attempt in attempts.items():
        compiled, said = plant(*attempt)
        assert compiled, name
        assert "cache of cells" in said, (name, said)
    # Nor into the learner's own folder, which is closed.
    copied = machine.run(SECOND, "cp", "-r", theirs, os.path.join(machine.home(FIRST), ".cache/chainrule"))
    assert copied.returncode != 0 and "denied" in copied.stderr


def flip(path):
    """Another content of the same size."""
    with open(path, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        file.write(b"\xaa" * min(size, 4096))


@needs_others
def test_a_damaged_library_is_found_out_and_replaced(machine):
    """Also where it is the system's, which the learner cannot mend."""
    whole = os.path.join(machine.local, "share/chainrule")
    key, copy = newest(whole), os.path.join(machine.folder, "copy")
    shutil.copytree(f"{whole}/{key}", copy, symlinks=True, copy_function=shutil.copy2)
    target = f"{copy}/template/target"
    for host in [host for host in os.listdir(target) if "-" in host]:
        flip(f"{target}/{host}/debug/deps/libchainrule.so")
    damaged = [(copy, f"{SYSTEM}/{key}")]
    path = machine.notebook(FIRST, NEW[:1])
    first = machine.run(FIRST, "chainrule", "run", path, binds=damaged)
    assert first.returncode == 1 and "is damaged. Restart the kernel" in first.stdout + first.stderr, first.stdout + first.stderr
    doctor = machine.run(SECOND, "chainrule", "doctor", binds=damaged)
    assert doctor.returncode == 1 and "MISSING  each file of it is as it was made" in doctor.stdout, doctor.stdout
    # The next session does not rely on it, and begins to prepare one of its own: that takes minutes and the network.
    env = machine.environment(FIRST, damaged)
    command = machine.command(FIRST, "chainrule", "run", path)
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as second:
        line = second.stderr.readline()
        second.kill()
    assert line.startswith("Preparing the library"), line


def newest(system):
    ready = [name for name in os.listdir(system) if os.path.isfile(f"{system}/{name}/ready")]
    return max(ready, key=lambda name: os.stat(f"{system}/{name}/parts").st_mtime)


@needs_others
def test_doctor_sees_what_is_for_all_as_an_ordinary_user_does(machine):
    done = machine.as_administrator("chainrule", "doctor", "--system")
    assert done.returncode == 0 and "ok       a new cell compiles and runs" in done.stdout, done.stdout + done.stderr
    own = machine.run(FIRST, "chainrule", "doctor", "--system")
    assert own.returncode == 0 and "ok       a new cell compiles and runs" in own.stdout, own.stdout
    # What root sees and others do not.
    closed = os.path.join(machine.folder, "closed")
    shutil.copytree(os.path.join(machine.local, "share"), closed, copy_function=os.link, symlinks=True)
    os.chmod(os.path.join(closed, "chainrule"), 0o700)
    seen = machine.as_administrator("chainrule", "doctor", "--system", binds=[(closed, "/usr/local/share")])
    assert seen.returncode == 1 and "MISSING  /usr/local/share/chainrule is closed to other users" in seen.stdout, seen.stdout
    os.chmod(os.path.join(closed, "chainrule"), 0o755)
    os.chmod(os.path.join(closed, "chainrule", newest(os.path.join(closed, "chainrule"))), 0o700)
    seen = machine.as_administrator("chainrule", "doctor", "--system", binds=[(closed, "/usr/local/share")])
    assert "not yet  the library is prepared" in seen.stdout, seen.stdout
    for command in ["install", "uninstall"]:
        refused = machine.run(FIRST, "chainrule", command, "--system")
        assert refused.returncode in (1, 2) and len(refused.stderr.splitlines()) == 1, refused.stderr


@needs_others
def test_a_system_install_leaves_nothing_in_the_way_of_an_ordinary_user(machine):
    kept = os.path.join(machine.local, "share/chainrule", newest(os.path.join(machine.local, "share/chainrule")))
    size = int(subprocess.run(["du", "-sm", kept], capture_output=True, text=True, check=True).stdout.split()[0])
    print("MB of a prepared library:", size)
    # Half of what there was is what rustc writes down for compiling the library a second time, which nobody does.
    assert not any("incremental" in folders and os.listdir(os.path.join(folder, "incremental")) for folder, folders, _ in os.walk(kept))
    for folder, folders, names in os.walk(os.path.join(machine.local, "share/chainrule")):
        for name in folders + names:
            data = os.lstat(os.path.join(folder, name))
            assert data.st_uid == 0 and data.st_mode & 0o022 == 0 or os.path.islink(os.path.join(folder, name)), (folder, name)
            # What cargo has left for itself, nobody else reads.
            assert data.st_mode & 0o004 or name.endswith("lock"), (folder, name)
    # A library for other users is not prepared in the home of who installs the kernel for them.
    prefix = machine.as_administrator("chainrule", "install", "--prefix", "/usr/local/share/prefix")
    assert prefix.returncode == 0 and "install --system" in prefix.stdout, prefix.stdout + prefix.stderr
    assert not os.path.exists(os.path.join(machine.home(0), ".cache/chainrule"))
    shutil.rmtree(os.path.join(machine.local, "share/prefix"))


@needs_others
def test_a_teacher_who_is_not_root_hears_for_whom_a_cache_is(machine):
    folder = os.path.join(machine.home(FIRST), "for-all")
    # The library is prepared elsewhere first: that takes minutes, the word comes before.
    command = machine.command(FIRST, "chainrule", "warm", "--system", folder, machine.notebook(FIRST, [KNOWN]))
    with subprocess.Popen(command, env=machine.environment(FIRST), stderr=subprocess.PIPE, text=True) as warming:
        line = warming.stderr.readline()
        warming.kill()
    assert f"Only you will use what is kept in {folder}" in line and f"sudo chown -R root: {folder}" in line, line


@pytest.fixture()
def administrator(machine):
    """Has the administrator's file on the machine."""
    etc = os.path.join(machine.folder, "etc")
    shutil.copytree("/etc", etc, symlinks=True, copy_function=shutil.copy2)
    os.mkdir(f"{etc}/chainrule")

    def write(text):
        with open(f"{etc}/chainrule/config.toml", "w") as file:
            file.write(text)
        return [(etc, "/etc")]

    return write


HUGE = ["let kept = 1;", "let huge = vec![1u8; 700 << 20];"]


@needs_others
def test_limits_of_the_administrator_cannot_be_lifted(machine, administrator):
    binds = administrator('memory = "300M"\ntimeout = 20\nlanguage = "zh"\n')
    own = os.path.join(machine.home(FIRST), "config.toml")
    with open(own, "w") as file:
        file.write('memory = "4G"\ntimeout = "none"\n')
    attempts = [({}, []), ({"CHAINRULE_CONFIG": own}, []), ({"CHAINRULE_MEMORY": "none"}, []), ({}, ["--memory", "none"])]
    for variables, flags in attempts:
        done = machine.cells(FIRST, HUGE, *flags, binds=binds, **variables)
        said = done.stdout + done.stderr
        assert done.returncode == 1 and "limit of 300 MB" in said, (variables, flags, said)
        assert "that of this machine's administrator" in plain([said]).replace("\n", " ") and "CHAINRULE_MEMORY=" not in said, said
    # Less than is allowed can be asked for.
    done = machine.cells(FIRST, HUGE, "--memory", "200M", binds=binds)
    assert "limit of 200 MB" in done.stdout + done.stderr and "CHAINRULE_MEMORY=400M" in done.stdout + done.stderr
    # What is no limit holds only where nothing is said.
    done = machine.run(FIRST, "chainrule", "doctor", binds=binds, CHAINRULE_TIMEOUT="none")
    assert "timeout = 20 " in done.stdout and "administrator" in done.stdout, done.stdout
    done = machine.cells(FIRST, ["1 + \"a\""], binds=administrator('undo = "many"\n'))
    assert done.returncode == 2 and "/etc/chainrule/config.toml, undo" in done.stderr, done.stderr


@needs_others
@pytest.mark.parametrize("version", [1, 2])
def test_a_control_group_is_all_the_memory_there_is(machine, version):
    groups = os.path.join(machine.folder, f"groups-{version}")
    inside = groups if version == 2 else f"{groups}/memory"
    os.makedirs(inside)
    names = {1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"), 2: ("memory.max", "memory.current", "inactive_file")}
    limit, usage, inactive = names[version]
    for name, text in [(limit, 800 << 20), (usage, 500 << 20), ("memory.stat", f"{inactive} {100 << 20}")]:
        with open(f"{inside}/{name}", "w") as file:
            file.write(f"{text}\n")
    binds = [(groups, "/sys/fs/cgroup")]
    done = machine.cells(FIRST, HUGE, binds=binds)
    said = plain([done.stdout + done.stderr])
    assert done.returncode == 1 and "limit of 400 MB" in said, said
    assert "container or control group" in said.replace("\n", " "), said
    done = machine.cells(FIRST, HUGE, "--memory", "none", binds=binds)
    assert "limit of 400 MB" in plain([done.stdout + done.stderr])


@needs_others
def test_limits_of_a_hub_cannot_be_lifted_by_a_learner(machine):
    own = os.path.join(machine.home(FIRST), "config.toml")
    with open(own, "w") as file:
        file.write('memory = "none"\n')
    done = machine.cells(FIRST, HUGE, MEM_LIMIT=str(800 << 20), CHAINRULE_CONFIG=own)
    said = plain([done.stdout + done.stderr]).replace("\n", " ")
    assert done.returncode == 1 and "limit of 400 MB" in said and "that of the hub (800 MB for" in said, said
    # Half a processor is one thread, not as many as the machine has.
    threads = 'let a = Tensor::ones(&[400, 400]);\na.matmul(&a).sum().item();\nstd::fs::read_dir("/proc/self/task")?.count()'
    counts = [machine.cells(FIRST, [threads], CPU_LIMIT=limit).shown[0] for limit in ("0.5", "1", "4")]
    assert counts[0] == counts[1] and int(counts[2]) > int(counts[0]), counts


@needs_others
def test_a_closed_toolchain_is_called_closed_and_not_missing(machine):
    closed = os.path.join(machine.folder, "closed")
    os.makedirs(f"{closed}/bin")
    for name in ("rustc", "cargo"):
        os.symlink("/bin/true", f"{closed}/bin/{name}")
    os.chmod(closed, 0o700)
    # Where no administrator has chosen another one.
    more = {"PATH": f"{closed}/bin:/usr/bin:/bin", "CHAINRULE_SYSTEM_CACHE": machine.folder}
    doctor = machine.run(FIRST, "/usr/local/bin/chainrule", "doctor", **more)
    assert doctor.returncode == 1 and "MISSING  rustc (in a folder that you may not open)" in doctor.stdout, doctor.stdout
    done = machine.run(FIRST, "/usr/local/bin/chainrule", "run", machine.notebook(FIRST, [KNOWN]), **more)
    assert f"may be in {closed}/bin, which you may not open" in done.stderr and "rustup.rs" not in done.stderr, done.stderr


@needs_others
def test_a_home_from_which_nothing_is_run_is_called_so(machine):
    """Not in the loader's words; and another folder helps, as is said."""
    home = machine.home(FIRST)
    path, elsewhere = machine.notebook(FIRST, [NEW[0]]), os.path.join(machine.folder, "elsewhere")
    os.mkdir(elsewhere, 0o700)
    os.chown(elsewhere, FIRST, FIRST)
    for command in (["run", path], ["doctor"]):
        done = machine.run(FIRST, "chainrule", *command, binds=[(home, home)])
        said = done.stdout + done.stderr
        assert done.returncode == 1 and "mounted with noexec" in said and "CHAINRULE_CACHE" in said, said
        assert "shared object" not in said and "chainrule install" not in said, said
    done = machine.run(FIRST, "chainrule", "run", path, binds=[(home, home)], CHAINRULE_CACHE=elsewhere)
    assert done.returncode == 0 and "6.5" in done.stdout, done.stdout + done.stderr


@needs_others
def test_a_reader_who_stops_reading_ends_a_command_without_a_word(machine):
    for command in ["doctor", "names", f"run {machine.notebook(FIRST, [KNOWN, KNOWN])}"]:
        done = machine.run(FIRST, "bash", "-c", f"chainrule {command} | true")
        assert "panicked" not in done.stderr and "Broken pipe" not in done.stderr, done.stderr


def test_sockets_that_are_files_are_for_oneself(jupyter_folders):
    """A class's servers use `transport=ipc`: by TCP any user of the machine can subscribe to what a kernel publishes."""
    before = os.umask(0o000)
    try:
        kernel = Kernel(transport="ipc")
    finally:
        os.umask(before)
    try:
        assert kernel.value("20 + 22") == "42"
        address = kernel.manager.ip
        sockets = [path for path in glob.glob(f"{address}-*") if stat.S_ISSOCK(os.stat(path).st_mode)]
        assert len(sockets) == 5, sockets
        assert [oct(os.stat(path).st_mode & 0o777) for path in sockets] == ["0o700"] * 5
        subscriber = subprocess.run([sys.executable, "-c", SUBSCRIBE, str(kernel.manager.iopub_port), address], capture_output=True, text=True)
        assert "heard" in subscriber.stdout, subscriber.stderr
        if can_be_others:
            # In a namespace only to have the interpreter, which may be in a closed folder.
            with new_machine() as machine:
                python = [sys.executable, "-c", SUBSCRIBE, str(kernel.manager.iopub_port), address]
                other = machine.run(SECOND, *python)
                assert "heard" not in other.stdout and "closed" in other.stdout, other.stdout + other.stderr
    finally:
        kernel.stop()
    assert not glob.glob(f"{address}-*"), "they go with the kernel"


# Says whether a subscriber hears of what a kernel publishes: the first thing is the kernel's own welcome.
SUBSCRIBE = """
import os, sys, zmq
port, address = sys.argv[1:]
socket = zmq.Context().socket(zmq.SUB)
socket.subscribe(b"")
socket.connect(f"ipc://{address}-{port}")
print("heard" if socket.poll(3000) else "closed", flush=True)
os._exit(0)
"""


PARAMETERS = {
    "rate": 0.1, "tiny": 1e-12, "whole": 2.0, "count": 3, "large": 2**40, "negative": -7, "is_on": True, "nothing": None,
    "name": 'a "quoted" \\ line\nand \u4e2d\u6587 \x07', "sizes": [784, 128, 10], "table": {"a": 1.5, "b": -2.0}, "no_end": float("inf"),
}


def test_papermill_sets_parameters(jupyter_folders, tmp_path):
    """With our package beside it, which papermill finds by its entry point."""
    packages = papermill_package(tmp_path / "packages")
    code = [
        "let rate = 0.5;\nlet unchanged = 1;",
        "let all: (f64, f64, f64, i32, i64, i32, bool, Option<f64>) = (rate, tiny, whole, count, large, negative, is_on, nothing);\n"
        'assert_eq!(all, (0.1, 1e-12, 2.0, 3, 1 << 40, -7, true, None));\n'
        'assert_eq!(name, "a \\"quoted\\" \\\\ line\\nand \u4e2d\u6587 \\u{7}");\n'
        'assert_eq!((sizes.len(), table["b"], no_end, unchanged), (3, -2.0, f64::INFINITY, 1));\nrate + whole',
    ]
    cells = [nbformat.v4.new_code_cell(code[0], metadata={"tags": ["parameters"]}), nbformat.v4.new_code_cell(code[1])]
    kernel = {"display_name": "Rust (chainrule)", "language": "rust", "name": "chainrule"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), tmp_path / "in.ipynb")
    (tmp_path / "parameters.yaml").write_text(json.dumps(PARAMETERS).replace("Infinity", ".inf").replace("1e-12", "1.0e-12"))
    command = [sys.executable, "-m", "papermill", "in.ipynb", "out.ipynb", "-f", "parameters.yaml"]
    env = {**os.environ, "PYTHONPATH": packages}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    results = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[-1].outputs
    assert results[0]["data"]["text/plain"] == "2.1", results
    for name in ["a-b", "fn", "1st", "_"]:
        done = subprocess.run([*command[:5], "-p", name, "1"], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode != 0 and "cannot be the name of a variable in Rust" in done.stderr, name
