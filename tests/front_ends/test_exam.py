"""An exam room: `chainrule lab --exam` with the real JupyterLab, from its beginning to what is handed in."""

import contextlib
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import nbformat
import psutil
import pytest
from conftest import CHAINRULE, free_port
from jupyter_client.blocking import BlockingKernelClient

TOKEN = "a-token-of-these-tests"
# What a learner could try; the port is that of somebody who listens on this machine.
TRIES = [
    'std::net::TcpStream::connect("127.0.0.1:PORT").is_ok()',
    'std::net::UdpSocket::bind("127.0.0.1:0").is_ok()',
    'std::process::Command::new("python3").args(["-c", "import socket; socket.create_connection((\'127.0.0.1\', PORT))"]).status()?.success()',
    'std::process::Command::new("bash").args(["-c", "exec 3<>/dev/tcp/127.0.0.1/PORT"]).status()?.success()',
    'std::os::unix::net::UnixStream::pair().is_ok()',
]


@pytest.fixture()
def folder(tmp_path):
    folder = tmp_path / "exam of a name that is long enough for no socket of the system to be in it " / "answers"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "numbers.csv").write_text("a,b\n1,2\n")
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]), folder / "task.ipynb")
    return folder


class Room:
    """An exam that goes on."""

    def __init__(self, folder, minutes):
        self.port = free_port()
        command = [CHAINRULE, "lab", "--exam", str(folder), "--minutes", str(minutes), "--", "--no-browser", f"--ServerApp.port={self.port}", f"--IdentityProvider.token={TOKEN}"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        # JupyterLab tells much.
        self.told = []
        self.reader = threading.Thread(target=lambda: self.told.extend(self.process.stderr))
        self.reader.start()

    def ask(self, path, method="GET", **body):
        data = json.dumps(body).encode() if method == "POST" else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, {"Authorization": f"token {TOKEN}"}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def wait(self):
        deadline = time.monotonic() + 120
        while True:
            assert self.process.poll() is None and time.monotonic() < deadline, "".join(self.told[-30:])
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                return self.ask("/api")
            time.sleep(0.2)

    @contextlib.contextmanager
    def kernel(self):
        """A client of a kernel that JupyterLab has started, by its sockets."""
        identity = self.ask("/api/kernels", "POST", name="chainrule")["id"]
        names = []
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                names += [argument for argument in process.cmdline() if identity in argument]
        client = BlockingKernelClient(connection_file=names[0])
        client.load_connection_file()
        assert client.transport == "ipc"
        client.start_channels()
        client.wait_for_ready(60)
        yield client
        client.stop_channels()

    def end(self):
        out, _ = self.process.communicate(timeout=120) if self.process.stderr is None else (self.process.stdout.read(), self.process.wait(120))
        self.reader.join()
        return out


def run(client, code):
    shown = []
    reply = client.execute_interactive(code, timeout=120, output_hook=shown.append)["content"]
    return reply, "".join(m["content"]["data"]["text/plain"] for m in shown if m["msg_type"] == "execute_result")


def hash_of(folder):
    """As the page has a teacher do it."""
    command = "find . -type f -not -path '*/.*' -not -path ./exam.json -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum"
    return subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=True).stdout.split()[0]


def test_an_exam_from_its_beginning_to_what_is_handed_in(jupyter_folders, folder):
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        somebody.listen(16)
        port = somebody.getsockname()[1]
        room = Room(folder, 60)
        try:
            room.wait()
            assert set(room.ask("/api/kernelspecs")["kernelspecs"]) == {"chainrule"}
            with pytest.raises(urllib.error.HTTPError):
                room.ask("/api/terminals", "POST")
            with room.kernel() as client:
                kernels = [one for one in psutil.Process(room.process.pid).children(recursive=True) if one.name().startswith("chainrule")]
                # Cells compile, and their memory is theirs.
                assert run(client, "let a = tensor([1.0, 2.0]).sum().item();\na")[1] == "3.0"
                seen = [run(client, code.replace("PORT", str(port)))[1] for code in TRIES]
                assert seen == ["false"] * 4 + ["true"], seen
                reply, _ = run(client, ':dep itoa = "1"')
                assert reply["status"] == "error" and "this is an exam" in "\n".join(reply["traceback"]), reply
                assert run(client, "a + 1.0")[1] == "4.0"
                # Files of the exam are at hand, and answers are files.
                assert run(client, 'std::fs::write("answer.txt", std::fs::read_to_string("data/numbers.csv")?)?;')[0]["status"] == "ok"
                somebody.settimeout(0.2)
                with pytest.raises(TimeoutError):
                    somebody.accept()
            # JupyterLab is closed before the time is over.
            lab = [one for one in psutil.Process(room.process.pid).children() if "jupyter" in " ".join(one.cmdline())]
            lab[0].send_signal(signal.SIGTERM)
            out = room.end()
        finally:
            with contextlib.suppress(ProcessLookupError):
                room.process.kill()
    assert room.process.returncode == 0, "".join(room.told[-20:])
    assert "The exam ends in 60 minutes." in out
    files, code = re.search(r"Handed in: (\d+) files. Write this down: ([0-9a-f]{64})", out).groups()
    assert files == "3" and code == hash_of(folder)
    record = json.loads((folder / "exam.json").read_text())
    assert record["handed in"]["files"]["answer.txt"] == hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert not [process for process in kernels if psutil.pid_exists(process.pid) and process.status() != "zombie"]
    # It is not begun again, and who changes something is found out.
    again = subprocess.run([CHAINRULE, "lab", "--exam", str(folder)], capture_output=True, text=True, timeout=120)
    assert again.returncode == 0 and "The exam is over." in again.stdout and code in again.stdout, again
    (folder / "answer.txt").write_text("better")
    again = subprocess.run([CHAINRULE, "lab", "--exam", str(folder)], capture_output=True, text=True, timeout=120)
    assert again.returncode == 1 and "not those that were handed in" in again.stderr and code in again.stderr, again


def test_the_time_ends_it_and_a_second_start_does_not_begin_anew(jupyter_folders, folder):
    assert subprocess.run([CHAINRULE, "lab", "--exam", str(folder / "nowhere")], capture_output=True).returncode == 2
    for minutes in ["-1", "0", "nan", "inf", "soon"]:
        assert subprocess.run([CHAINRULE, "lab", "--exam", str(folder), f"--minutes={minutes}"], capture_output=True).returncode == 2, minutes
    # The machine has gone off in the middle: as much is left as was.
    (folder / "exam.json").write_text(json.dumps({"began": time.time() - 3600, "minutes": 60.2}))
    room = Room(folder, 90)
    try:
        out = room.end()
    finally:
        with contextlib.suppress(ProcessLookupError):
            room.process.kill()
    assert room.process.returncode == 0 and "Handed in: 2 files." in out, out + "".join(room.told[-20:])
    record = json.loads((folder / "exam.json").read_text())
    assert abs(record["handed in"]["at"] - record["began"] - 60.2 * 60) < 60
