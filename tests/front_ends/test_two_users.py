"""Two users of one machine: what one could try with a kernel of the other, and that none of it succeeds."""

import json
import os
import subprocess
import sys
import time
import uuid

import psutil
import pytest
from jupyter_client.blocking import BlockingKernelClient
from test_classroom import FIRST, SECOND, machine, needs_others, system  # noqa: F401

# Arguments: the kernel's connection file, the learner's home, the processes of the kernel. Prints what has succeeded, and how many
# attempts there were. A path that is not there would be no attempt: whoever runs this has looked that each is.
ATTEMPTS = """
import ctypes, json, os, shutil, signal, socket, sys
connection, home, *processes = sys.argv[1:]
succeeded, count = [], 0

def attempt(name, act):
    global count
    count += 1
    try:
        if act() is not False:
            succeeded.append(name)
    except OSError:
        pass

def read(path):
    return lambda: open(path, "rb").read(1) != b""

def write(path):
    return lambda: open(path, "a").write("x")

cache = f"{home}/.cache/chainrule"
attempt("its connection file", read(connection))
attempt("another connection file in the place of it", lambda: os.replace("/etc/hostname", connection))
for number in range(1, 6):
    def connect(number=number):
        client = socket.socket(socket.AF_UNIX)
        client.connect(f"{connection.removesuffix('.json')}-ipc-{number}")
    attempt(f"its socket {number}", connect)
attempt("what it keeps", lambda: os.listdir(cache))
attempt("its session", lambda: os.listdir(f"{cache}/sessions"))
attempt("its history and what it has learnt", lambda: os.listdir(f"{home}/.local/share/chainrule"))
attempt("a cell for its cache", write(f"{cache}/cells/planted.so"))
attempt("settings for its cargo", lambda: os.mkdir(f"{cache}/.cargo2"))
attempt("settings for its kernel", lambda: os.makedirs(f"{home}/.config/chainrule/x"))
attempt("its home by another name", lambda: (os.symlink(home, "/tmp/of-another"), os.listdir("/tmp/of-another")))
attempt("a hard link to its connection file", lambda: os.link(connection, f"/tmp/link-{os.getpid()}"))
libc = ctypes.CDLL(None, use_errno=True)
for process in processes:
    for part in ("environ", "mem", "maps", "fd", "cwd", "root", "exe"):
        path = f"/proc/{process}/{part}"
        attempt(f"{part} of {process}", (lambda path=path: os.listdir(path)) if part in ("fd", "cwd", "root") else (lambda path=path: os.readlink(path)) if part == "exe" else read(path))
    attempt(f"stop {process}", lambda process=process: os.kill(int(process), signal.SIGSTOP))
    attempt(f"the priority of {process}", lambda process=process: os.setpriority(os.PRIO_PROCESS, int(process), 19))
    attempt(f"look into {process} as a debugger", lambda process=process: libc.ptrace(16, int(process), 0, 0) == 0)
for name in os.listdir("/dev/shm"):
    path = f"/dev/shm/{name}"
    if os.stat(path).st_uid == int(os.environ["OTHER"]):
        attempt(f"shared memory {name}", read(path))
print(json.dumps([succeeded, count, [open(f"/proc/{process}/cmdline").read() for process in processes]]))
"""


@pytest.fixture()
def kernel(machine):  # noqa: F811
    """A kernel of the first learner, at files; its processes, connection file and a client."""
    home = machine.home(FIRST)
    folder = os.path.join(home, "runtime")
    os.mkdir(folder, 0o700)
    connection, key = os.path.join(folder, "kernel.json"), uuid.uuid4().hex
    names = ["shell", "iopub", "stdin", "hb", "control"]
    content = {f"{name}_port": number for number, name in enumerate(names, 1)}
    content.update(transport="ipc", ip=connection.removesuffix(".json") + "-ipc", key=key, signature_scheme="hmac-sha256")
    with open(os.open(connection, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        json.dump(content, file)
    for path in (folder, connection):
        os.chown(path, FIRST, FIRST)
    started = subprocess.Popen(machine.command(FIRST, "chainrule", "kernel", connection), env=machine.environment(FIRST, SECRET="of-the-first"))
    client = BlockingKernelClient(connection_file=connection)
    try:
        deadline = time.monotonic() + 60
        while not os.path.exists(content["ip"] + "-5"):
            assert started.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(60)
        reply = client.execute_interactive("let secret = 4211;\nlet mut many = Tensor::ones(&[300, 300]);", timeout=120)
        assert reply["content"]["status"] == "ok"
        yield connection, key, started.pid, client
    finally:
        client.stop_channels()
        started.terminate()
        started.wait(30)


@needs_others
def test_nothing_that_another_user_tries_succeeds(machine, kernel):  # noqa: F811
    connection, key, pid, client = kernel
    home = machine.home(FIRST)
    of_kernel = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    processes = [str(one.pid) for one in of_kernel if one.uids().real == FIRST]
    assert len(processes) >= 2, "the kernel and its worker"
    # With the right user each of these is there.
    cache = f"{home}/.cache/chainrule"
    for path in (connection, cache, f"{cache}/sessions", f"{cache}/cells", f"{home}/.local/share/chainrule"):
        assert os.path.exists(path), path
    arguments = [sys.executable, "-c", ATTEMPTS, connection, home, *processes]

    assert key in machine.run(FIRST, "cat", connection).stdout, "what the learner can do alone"

    def tried_by(user):
        done = machine.run(user, *arguments, OTHER=str(FIRST))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    # Also where the learner has opened the home folder itself.
    for mode in (0o700, 0o755):
        os.chmod(home, mode)
        succeeded, count, commands = tried_by(SECOND)
        assert count >= 30 and not succeeded, (oct(mode), succeeded)
        # Anybody sees the command of a process: it has nothing to hide.
        assert not any(key in command or "4211" in command or "of-the-first" in command for command in commands), commands
    os.chmod(home, 0o700)
    reply = client.execute_interactive("assert_eq!(secret, 4211);", timeout=120)
    assert reply["content"]["status"] == "ok", reply
