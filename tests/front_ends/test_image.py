"""The tree of the image for Kubernetes, without Docker: built by the image's own steps, entered as its learner, without a network.

It takes debootstrap, root, the network and many minutes: only where `CHAINRULE_IMAGE=1` asks for it.
"""

import json
import os
import re
import shutil
import subprocess

import pytest
from conftest import CHAINRULE
from test_classroom import SCRATCH, can_be_others

IMAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../kernel-spec/classroom/image")
REPOSITORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")

in_a_tree = pytest.mark.skipif(
    not (os.environ.get("CHAINRULE_IMAGE") and can_be_others and shutil.which("debootstrap")),
    reason="CHAINRULE_IMAGE=1, root and debootstrap build the image's tree",
)

# As Kubernetes starts it: the home folder is a volume that has nothing, the rest is only read.
ENTER = """
set -e
tree=$1; shift
ip link set lo up 2>/dev/null || true
mount --make-rprivate /
mount --bind "$tree" "$tree"
mount -o remount,bind,ro "$tree"
mount -t proc proc "$tree/proc"
mount --bind /dev/null "$tree/dev/null"; mount --bind /dev/urandom "$tree/dev/urandom"
mount -t tmpfs -o size=4G none "$tree/home/learner"; mkdir "$tree/home/learner/work"; chown -R 1000:1000 "$tree/home/learner"
mount -t tmpfs none "$tree/tmp"; chmod 1777 "$tree/tmp"
mkdir "$tree/tmp/course"; cp -r "$COURSE" "$tree/tmp/course/"; chmod -R a+rX "$tree/tmp/course"
exec chroot --userspec=1000:1000 "$tree" env -i HOME=/home/learner PATH=/opt/jupyter/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 \
    MEM_LIMIT=2147483648 CPU_LIMIT=2 sh -c 'cd; exec "$@"' - "$@"
"""

# Runs in the tree: a hub's server for one user (the hub itself is not there, and it is told so), a kernel, chapters and an edit.
SERVER = """
import asyncio, json, os, subprocess, sys, time, urllib.request, uuid

def ask(path, method="GET", **body):
    data = json.dumps(body).encode() if method == "POST" else None
    request = urllib.request.Request("http://127.0.0.1:8888" + path, data, {"Authorization": "token t"}, method=method)
    return json.loads(urllib.request.urlopen(request, timeout=120).read() or b"null")

seen = {"user": os.getuid()}
start = time.perf_counter()
server = subprocess.Popen(["jupyter-labhub", "--help"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
server.wait()
seen["a hub's server knows its options"] = server.returncode == 0
start = time.perf_counter()
server = subprocess.Popen(["jupyter", "lab", "--no-browser", "--port=8888", "--IdentityProvider.token=t"], stderr=open("log", "w"))
while True:
    try:
        ask("/api")
        break
    except OSError:
        assert server.poll() is None, open("log").read()[-2000:]
        time.sleep(0.1)
seen["server s"] = time.perf_counter() - start
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

async def cells():
    # Each chapter in a session of its own, as learners have it.
    for chapter in ("01-ten-lines", "04-chain-rule"):
        kernel = ask("/api/kernels", "POST", name="chainrule")["id"]
        address = f"ws://127.0.0.1:8888/api/kernels/{kernel}/channels"
        await session(chapter, await websocket_connect(HTTPRequest(address, headers={"Authorization": "token t"})))

async def session(chapter, socket):
    async def run(code):
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "", "session": "s", "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": False}
        start = time.perf_counter()
        await socket.write_message(json.dumps({"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}))
        while True:
            message = json.loads(await socket.read_message())
            if message["parent_header"].get("msg_id") == header["msg_id"] and message["header"]["msg_type"] == "execute_reply":
                return message["content"]["status"], time.perf_counter() - start
    notebook = json.load(open(f"/tmp/course/en/{chapter}.ipynb"))
    ended = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            status, seconds = await run("".join(cell["source"]))
            ended.append((status == "error") == ("raises-exception" in cell["metadata"].get("tags", [])))
            if len(ended) == 1:
                seen[f"first result of {chapter} s"] = seconds
    seen[chapter] = all(ended)
    seen["edit"] = await run("let fresh = tensor([1.0, 2.0, 3.0]).sum().item() * 14.0;\\nassert_eq!(fresh, 84.0);")
    seen["network"] = await run('std::net::TcpStream::connect("1.1.1.1:443")?;')

asyncio.run(cells())
server.terminate()
server.wait()
print(json.dumps(seen))
"""


def test_the_files_of_the_image_agree():
    """What one of them says, another relies on."""
    steps = set(re.findall(r"^(\w+)\) ?", open(f"{IMAGE}/install.sh").read(), re.M)) | {"user"}
    used = set(re.findall(r"install\.sh (\w+)", open(f"{IMAGE}/Dockerfile").read()))
    used_in_tree = set(re.findall(r"step (\w+)", open(f"{IMAGE}/tree.sh").read()))
    assert used == used_in_tree == steps, (used, used_in_tree, steps)
    dockerfile = open(f"{IMAGE}/Dockerfile").read()
    final = dockerfile.split("FROM system\n")[-1]
    assert "USER 1000" in final and "USER root" not in final
    sources = re.findall(r"^COPY (?!--from)(\S+) ", dockerfile, re.M)
    assert sources and all(os.path.exists(os.path.join(REPOSITORY, source)) for source in sources)
    values = open(f"{IMAGE}/values.yaml").read()
    assert "uid: 1000" in values and "homeMountPath: /home/learner" in values
    for script in ("install.sh", "tree.sh"):
        assert subprocess.run(["bash", "-n", f"{IMAGE}/{script}"]).returncode == 0
        assert os.access(f"{IMAGE}/{script}", os.X_OK)


@in_a_tree
def test_chapters_run_in_the_tree_without_root_and_without_a_network():
    tree = os.path.join(SCRATCH, "image-tree")
    built = subprocess.run([f"{IMAGE}/tree.sh", tree, CHAINRULE], capture_output=True, text=True, timeout=5400)
    assert built.returncode == 0, built.stdout[-1000:] + built.stderr[-3000:]
    print("MB of the tree:", built.stdout.splitlines()[-1])
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "bash", "-c", ENTER, "-", tree, "python3", "-c", SERVER]
    done = subprocess.run(command, env={**os.environ, "COURSE": f"{REPOSITORY}/notebooks/en"}, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    print(seen)
    assert seen["user"] == 1000 and seen["a hub's server knows its options"]
    assert seen["01-ten-lines"] and seen["04-chain-rule"]
    assert seen["edit"][0] == "ok" and seen["network"][0] == "error"
    # What was compiled for all is not compiled again.
    for chapter in ("01-ten-lines", "04-chain-rule"):
        assert seen[f"first result of {chapter} s"] < max(seen["edit"][1], 1)
