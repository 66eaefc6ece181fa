"""The kernel behind a gateway: Jupyter Kernel Gateway, a server that has its kernels there, gateway_provisioners, Enterprise Gateway.

They are installed in an environment of their own, which takes the network once: only where `CHAINRULE_GATEWAYS=1` asks for it.
"""

import contextlib
import glob
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
import uuid

import psutil
import pytest
from conftest import CHAINRULE, environment, free_port

PACKAGES = ["jupyterlab==4.5.11", "jupyter-kernel-gateway==3.0.1", "gateway-provisioners==0.5.0"]
# It wants older versions of what the others want.
ENTERPRISE = "jupyter-enterprise-gateway==3.3.0"
SHIPPED = os.path.join(os.path.dirname(__file__), "../../kernel-spec/classroom/gateway")
TOKEN = "a-token-of-these-tests"

pytestmark = pytest.mark.skipif(not os.environ.get("CHAINRULE_GATEWAYS"), reason="CHAINRULE_GATEWAYS=1 runs gateways, for minutes")

# Runs cells in a kernel of a server, by its websocket, with the environment's own tornado; prints what came of each.
CLIENT = """
import asyncio, json, sys, uuid
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect
address, token, *cells = sys.argv[1:]

async def main():
    socket = await websocket_connect(HTTPRequest(address, headers={"Authorization": "token " + token}), max_message_size=1 << 28)
    for cell in cells:
        interrupts = cell.startswith("loop")
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "", "session": "s", "version": "5.3"}
        content = {"code": cell, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": False}
        await socket.write_message(json.dumps({"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}))
        result, done, ended = [], set(), ""
        while len(done) < 2:
            message = json.loads(await socket.read_message())
            if message["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "execute_result":
                result.append(content["data"]["text/plain"])
            elif kind == "stream":
                result.append(content["text"])
                if interrupts:
                    print("running", flush=True)
            elif kind == "execute_reply":
                done.add("reply")
                ended = content["status"] + " " + content.get("ename", "")
            elif kind == "status" and content["execution_state"] == "idle":
                done.add("idle")
        print(json.dumps([*result, ended]), flush=True)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def programs():
    """The folder with the programs of an environment that has gateways."""
    return environment("gateways", "jupyter-kernelgateway", *PACKAGES)


@contextlib.contextmanager
def server(programs, tmp_path, *command, **variables):
    """A server of that environment; gives its address."""
    port = free_port()
    options = {
        "kernelgateway": [f"--KernelGatewayApp.port={port}", f"--KernelGatewayApp.auth_token={TOKEN}"],
        "enterprisegateway": [f"--EnterpriseGatewayApp.port={port}", f"--EnterpriseGatewayApp.auth_token={TOKEN}"],
        "server": [f"--ServerApp.port={port}", f"--IdentityProvider.token={TOKEN}", "--allow-root", "--no-browser"],
    }[command[0]]
    env = {**os.environ, "PATH": programs + os.pathsep + os.environ["PATH"], **variables}
    with open(tmp_path / f"server-{port}.log", "w") as log:
        process = subprocess.Popen([f"{programs}/jupyter", *command, *options], env=env, cwd=tmp_path, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while True:
            assert process.poll() is None and time.monotonic() < deadline, (tmp_path / f"server-{port}.log").read_text()[-3000:]
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                ask(address + "/api")
                break
            time.sleep(0.2)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def ask(address, method="GET", **body):
    data = json.dumps(body).encode() if method == "POST" else None
    request = urllib.request.Request(address, data, {"Authorization": f"token {TOKEN}"}, method=method)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read() or b"null")


def use(programs, address, name="chainrule"):
    """Starts a kernel, runs cells, interrupts one, and ends it: what came of the cells."""
    kernel = ask(f"{address}/api/kernels", "POST", name=name)["id"]
    socket = f"ws{address.removeprefix('http')}/api/kernels/{kernel}/channels"
    cells = ["let kept = tensor([1.0, 2.0]).sum().item();\nkept", 'println!("{}", kept + 1.0);', "kept +", 'loop { println!("on"); std::thread::sleep(std::time::Duration::from_millis(100)); }', "kept"]
    with subprocess.Popen([f"{programs}/python", "-c", CLIENT, socket, TOKEN, *cells], stdout=subprocess.PIPE, text=True) as client:
        ended, interrupted = [], False
        for line in client.stdout:
            if line != "running\n":
                ended.append(json.loads(line))
            elif not interrupted:
                interrupted = True
                ask(f"{address}/api/kernels/{kernel}/interrupt", "POST")
    assert client.returncode == 0
    first, second, third, fourth, fifth = ended
    assert first == ["3.0", "ok "] and second == ["4\n", "ok "] and third[-1] == "error CompileError", ended
    assert fourth[-1].startswith("error Interrupted") and fifth == ["3.0", "ok "], ended
    ask(f"{address}/api/kernels/{kernel}", "DELETE")


def kernels():
    """The processes of kernels that these tests have started."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == "chainrule" and process.environ().get("CHAINRULE_TEST_OF_GATEWAYS") == os.environ["CHAINRULE_TEST_OF_GATEWAYS"]:
                found.append(process.pid)
    return found


@pytest.fixture(autouse=True)
def nothing_is_left(jupyter_folders, monkeypatch):
    monkeypatch.setenv("CHAINRULE_TEST_OF_GATEWAYS", uuid.uuid4().hex)
    yield
    deadline = time.monotonic() + 30
    while kernels() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not kernels()


def test_a_kernel_behind_jupyter_kernel_gateway(programs, tmp_path):
    with server(programs, tmp_path, "kernelgateway") as address:
        use(programs, address)


def test_a_server_that_has_its_kernels_at_a_gateway(programs, tmp_path):
    with server(programs, tmp_path, "kernelgateway") as gateway:
        with server(programs, tmp_path, "server", f"--gateway-url={gateway}", f"--GatewayClient.auth_token={TOKEN}") as address:
            specs = ask(f"{address}/api/kernelspecs")["kernelspecs"]
            assert specs["chainrule"]["spec"]["interrupt_mode"] == "message"
            use(programs, address)


def ship(programs, jupyter_folders):
    """Installs what an administrator copies; on this machine, it names these programs."""
    folder = jupyter_folders / "data/kernels/elsewhere"
    shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
    spec = json.loads((folder / "kernel.json").read_text())
    assert spec["argv"][-2:] == ["/usr/local/bin/chainrule", "kernel"]
    assert spec["argv"][1] == "/usr/local/share/jupyter/kernels/chainrule-elsewhere/launch.py"
    spec["argv"][:2], spec["argv"][-2] = [f"{programs}/python", str(folder / "launch.py")], CHAINRULE
    (folder / "kernel.json").write_text(json.dumps(spec))


def test_a_kernel_that_enterprise_gateway_launches(programs, tmp_path, jupyter_folders):
    """On this machine, as its proxy for other machines does it there."""
    enterprise = environment("enterprise", "jupyter-enterprisegateway", ENTERPRISE)
    ship(programs, jupyter_folders)
    # Root may run tests, but no kernel elsewhere unless it is said.
    local = {"EG_PROHIBITED_UIDS": "1", "EG_UNAUTHORIZED_USERS": "nobody", "EG_RESPONSE_IP": "127.0.0.1", "EG_REMOTE_HOSTS": "localhost",
             "EG_RESPONSE_PORT": str(free_port()), "EG_KERNEL_LOG_DIR": str(tmp_path), "TMPDIR": str(tmp_path)}
    with server(enterprise, tmp_path, "enterprisegateway", **local) as address:
        use(programs, address, "elsewhere")
    logs = "".join(open(path).read() for path in glob.glob(str(tmp_path / "kernel-*.log")))
    assert "panicked" not in logs
    assert "Kernel launched on 'localhost'" in (tmp_path / f"server-{address.rsplit(':')[-1]}.log").read_text()


def test_a_kernel_that_gateway_provisioners_launches(programs, tmp_path, jupyter_folders):
    """On this machine, as its provisioner for other machines does it there."""
    ship(programs, jupyter_folders)
    # Root may run tests, but no kernel elsewhere unless it is said.
    local = {"GP_UNAUTHORIZED_USERS": "nobody", "GP_RESPONSE_IP": "127.0.0.1", "GP_KERNEL_LOG_DIR": str(tmp_path), "TMPDIR": str(tmp_path)}
    with server(programs, tmp_path, "server", **local) as address:
        use(programs, address, "elsewhere")
        # A kernel that dies on its own leaves nobody listening for it.
        kernel = ask(f"{address}/api/kernels", "POST", name="elsewhere")["id"]
        started = [psutil.Process(pid) for pid in kernels() if kernel in " ".join(psutil.Process(pid).cmdline())]
        started = [one for one in started if "kernel" in one.cmdline()]
        assert len(started) == 1, started
        listeners = [one.pid for one in started[0].children() if "launch.py" in " ".join(one.cmdline())]
        assert listeners
        started[0].kill()
        deadline = time.monotonic() + 20
        while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in listeners):
            assert time.monotonic() < deadline, "the listener goes with the kernel"
            time.sleep(0.1)
    logs = "".join(open(path).read() for path in glob.glob(str(tmp_path / "kernel-*.log")))
    assert "panicked" not in logs
