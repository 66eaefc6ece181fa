"""Kernels for the tests: each file of tests gets Jupyter folders of its own, with the kernel installed there."""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import tomllib

import psutil
import pytest
from jupyter_client.manager import KernelManager
from jupyter_client.session import new_id

CHAINRULE = os.environ["CHAINRULE_PROGRAM"]
TIMEOUT = 120
CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
# How many cells can be taken back unless a test says something else.
UNDO = 5


@pytest.fixture(scope="module")
def jupyter_folders(tmp_path_factory):
    """Data, runtime and home folders that nobody else uses. cargo and rustup keep theirs: they were installed before."""
    home = tmp_path_factory.mktemp("home")
    real_home = os.path.expanduser("~")
    changes = {
        "HOME": str(home),
        "CARGO_HOME": os.environ.get("CARGO_HOME", os.path.join(real_home, ".cargo")),
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", os.path.join(real_home, ".rustup")),
        "XDG_DATA_HOME": str(home / "share"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_PATH": "",
        "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"],
    }
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    subprocess.run([CHAINRULE, "install", "--user", "--no-warm"], check=True, timeout=600)
    yield home
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


def processes(kernel):
    """The processes of a kernel and its worker, each with its number of open descriptors. Snapshots count as one, as long as
    there are no more than cells can be taken back (some of which are two steps), and the one for a crash. Those that are
    just ending are more for a moment."""
    while True:
        try:
            root = psutil.Process(kernel)
            family = [(process.name(), process.num_fds()) for process in [root, *root.children(recursive=True)]]
            break
        except psutil.NoSuchProcess:
            pass  # a snapshot that was discarded
    snapshots = sorted(one for one in family if one[0] == "chainrule-snap")
    allowed = 1 + UNDO + 2
    return sorted([one for one in family if one not in snapshots] + snapshots[-1:] + snapshots[allowed:])


def plain(lines):
    """Lines as text without colours, such as those of a traceback."""
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(lines))


def whole(text):
    """A text whose sentences were broken into lines, with each in one line again: a line that begins an explanation or a
    hint goes on up to an empty line, code, or the next of its kind."""
    lines, is_open = [], False
    for line in text.split("\n"):
        begins = re.match(r"(\x1b\[[0-9;]*m)*(In plain words: |简单地说：)| +(hint|提示) *[:：]", line)
        goes_on = is_open and not begins and line.strip() and not re.match(r" {4}\S", line)
        if goes_on:
            # Chinese is written without blanks, but for those beside Latin letters.
            before, after = lines[-1][-1:], line.strip()[:1]
            is_latin = [letter.isascii() or letter in "…–—" for letter in (before, after)]
            is_mark = any(letter in "，。；：！？、（）“”" for letter in (before, after))
            lines[-1] += (" " if any(is_latin) and not is_mark else "") + line.strip()
        else:
            lines.append(line)
        is_open = bool(begins or goes_on)
    return "\n".join(lines)


def with_whole_sentences(content):
    """What a cell has failed with: `lines` as they came, and `traceback` with sentences that are not broken into lines."""
    if "traceback" not in content:
        return content
    lines = "\n".join(content["traceback"]).split("\n")
    return {**content, "lines": lines, "traceback": whole("\n".join(lines)).split("\n")}


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


def environment(name, program, *packages):
    """The folder of the programs of an environment with these packages. It is made once, which takes the network."""
    folder = os.path.join(os.path.realpath(os.path.dirname(os.environ["CHAINRULE_CACHE"])), name)
    if not os.path.exists(f"{folder}/bin/{program}"):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([f"{folder}/bin/pip", "install", "-q", "--disable-pip-version-check", *packages], check=True)
    return f"{folder}/bin"


def papermill_package(folder):
    """A folder for Python's path with our package for papermill: what `pip install` makes, without asking the network."""
    sources = pathlib.Path(__file__).parents[2] / "kernel-spec/papermill"
    shutil.copytree(sources / "chainrule_papermill", folder / "chainrule_papermill")
    project = tomllib.loads((sources / "pyproject.toml").read_text())["project"]
    lines = [f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items()) for group, points in project["entry-points"].items()]
    information = folder / f"chainrule_papermill-{project['version']}.dist-info"
    information.mkdir()
    (information / "entry_points.txt").write_text("\n".join(lines))
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    return str(folder)


class Kernel:
    """A kernel and a client of it; `run` returns the reply and the outputs of a cell."""

    def __init__(self, cwd=None, env=None, stderr=None, name="chainrule", **manager_options):
        self.manager = KernelManager(kernel_name=name, **manager_options)
        start = time.perf_counter()
        self.manager.start_kernel(cwd=cwd, env={**os.environ, **(env or {})}, stderr=stderr)
        self.client = self.manager.client()
        # Both count their messages from one: their numbers alone would be the same.
        self.client.session.session = new_id()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=30)
        self.ready_after = time.perf_counter() - start

    def run(self, code, timeout=TIMEOUT, **options):
        outputs = []
        reply = self.client.execute_interactive(
            code, timeout=timeout, output_hook=outputs.append, stop_on_error=False, **options
        )
        outputs = [(m["msg_type"], with_whole_sentences(m["content"])) for m in outputs]
        return with_whole_sentences(reply["content"]), outputs

    def run_until_running(self, code, act, timeout=TIMEOUT):
        """Runs a cell and calls `act` as soon as the cell itself has begun, however long it took to compile."""
        acted = []

        def begin(message):
            if message["msg_type"] == "stream" and not acted:
                acted.append(True)
                act()

        reply = self.client.execute_interactive(
            f'println!("running");\n{code}', timeout=timeout, output_hook=begin, stop_on_error=False
        )
        assert acted, reply["content"]
        return with_whole_sentences(reply["content"])

    def run_until_compiling(self, code, act, timeout=TIMEOUT):
        """Runs a cell and calls `act` when rustc is in the middle of it."""

        def when_compiling():
            deadline = time.monotonic() + timeout
            while not self.compilers() and time.monotonic() < deadline:
                time.sleep(0.05)
            act()

        thread = threading.Thread(target=when_compiling)
        thread.start()
        reply, _ = self.run(code, timeout)
        thread.join()
        return reply

    def seconds_to_compile(self):
        """How long a cell takes that does nothing and that nobody has compiled before: the middle one of five."""
        seconds = []
        for _ in range(5):
            code, start = f"let number = {time.time_ns()}u64;", time.perf_counter()
            reply, _ = self.run(code)
            assert reply["status"] == "ok", reply
            seconds.append(time.perf_counter() - start)
        return sorted(seconds)[2]

    def compilers(self, seconds=0.5):
        """What has been compiling for so long: a cell does, the short ones that a session starts with are over sooner."""
        root, now = psutil.Process(self.manager.provisioner.pid), time.time()
        found = []
        for process in root.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.name() == "rustc" and now - process.create_time() >= seconds:
                    found.append(process)
        return found

    def value(self, expression):
        """The text of an expression's value."""
        reply, outputs = self.run(expression)
        assert reply["status"] == "ok", reply
        (result,) = [content for kind, content in outputs if kind == "execute_result"]
        return result["data"]["text/plain"]

    def request(self, kind, content, channel="shell", timeout=TIMEOUT):
        """Sends a request and returns the content of its reply."""
        message = self.client.session.msg(kind, content)
        getattr(self.client, channel + "_channel").send(message)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            reply = getattr(self.client, f"get_{channel}_msg")(timeout=timeout)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return reply["content"]
        raise TimeoutError(kind)

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def kernel(jupyter_folders):
    kernel = Kernel()
    yield kernel
    kernel.stop()


@pytest.fixture
def fresh(jupyter_folders):
    """A session of its own: what one test names is in no other's way."""
    kernel = Kernel()
    yield kernel
    kernel.stop()
