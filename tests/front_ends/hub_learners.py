"""A hub and its learners, as people are: they open a chapter within a minute, run it, edit cells by turns, and some disturb.

`test_hub.py` runs this with JupyterHub's own Python, as root, in namespaces of its own: other users, another /etc, no network.
Arguments: how many learners, a folder, a notebook. The last line that it prints is what was seen, as JSON. With a number of rounds
behind them they only come, run a cell and go, and the hub ends what nobody uses: what is left then is seen.
"""

import asyncio
import contextlib
import fcntl
import glob
import json
import os
import pwd
import random
import shutil
import socket
import stat
import struct
import subprocess
import sys
import time
import uuid

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

HUB = "http://127.0.0.1:8000"
TOKEN = "the-driver-of-these-tests"
PATIENCE = 600
# How long a learner looks at what a cell has shown, and types, on average.
PAUSE = float(os.environ.get("CHAINRULE_HUB_PAUSE", "15"))
MINUTE = min(60.0, 8 * PAUSE)
EDITS = 10

CONFIGURATION = """
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "localprocess"
c.Spawner.mem_limit = "2G"
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300
c.ConfigurableHTTPProxy.command = ["{proxy}"]
c.JupyterHub.services = [{{"name": "driver", "api_token": "{token}"}}]
c.JupyterHub.load_roles = [{{"name": "driver", "services": ["driver"],
    "scopes": ["admin:users", "admin:servers", "access:servers", "list:users"]}}]
"""

# Who ends servers that nobody has used for some seconds.
CULLER = """
c.JupyterHub.services.append({{"name": "culler", "command": ["{culler}", "--timeout={idle}", "--cull-every=3"]}})
c.JupyterHub.load_roles.append({{"name": "culler", "services": ["culler"],
    "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"]}})
"""
IDLE = 30


def edit(learner, turn):
    """A cell of the first chapter, changed as nobody else has changed it; a mistake is among them."""
    n = 100 * learner + turn
    return [
        f'plot::scatter(&train.x, &train.y).title("{n}: two moons")',
        f"fn rule(right: Float, high: Float) -> Float {{\n    if high < 0.{n:04} {{ 1.0 }} else {{ 0.0 }}\n}}\npercent(&by_rule(&test), &test)",
        f"let ruled = percent(&by_rule(&test), &test) + {n} as Float;\nruled",
        f"let width = {4 + n % 16};\nlet mut mine = Sequential::new().add(Dense::new(2, width).relu()).add(Dense::new(width, 2).softmax());\n"
        f"mine.compile(Adam::new(0.02), SparseCategoricalCrossentropy::new(), Accuracy);\nmine.fit(&train).epochs(5).batch_size(32).run();",
        f'plot::decision_boundary(&test, |points| mine.predict(points)).title("border {n}")',
        f"let wrong = percent(&[0.0; 500], &tset) + {n}.0;",
        f"fn my_rule(right: Float, high: Float) -> Float {{\n    if right + high < 0.{n:04} {{ 1.0 }} else {{ 0.0 }}\n}}\nmy_rule(0.1, 0.2)",
        f"#[derive(Debug, Clone)]\nstruct Point {{ x: Float, y: Float }}\nlet point = Point {{ x: {n}.0, y: 2.0 }};\npoint.x + point.y",
        f"for point in train.x.to_vec().chunks(2).take(3) {{\n    println!(\"{n}: {{}} {{}}\", point[0], point[1]);\n}}",
        f"let sums: Vec<Float> = (0..{n + 3}).map(|i| (i as Float).sqrt()).collect();\nsums.len()",
    ][turn % EDITS]


DISTURBERS = {
    "an endless loop": "loop {}",
    "training with all threads": "let big = Tensor::ones(&[1200, 1200]);\nloop { big.matmul(&big); }",
    "printing 1 GB": 'let line = "x".repeat(999);\nfor _ in 0..1_000_000 { println!("{line}"); }',
    "at the memory limit": "let mut all = Vec::new();\nloop { all.push(vec![1u8; 1 << 24]); }",
}


async def request(method, path, /, **body):
    body = json.dumps(body) if method == "POST" else None
    headers = {"Authorization": f"token {TOKEN}"}
    asked = HTTPRequest(HUB + path, method, headers, body, request_timeout=PATIENCE, connect_timeout=PATIENCE)
    answer = await AsyncHTTPClient(max_clients=1000).fetch(asked)
    return json.loads(answer.body or b"null")


class Learner:
    """One user: a server, a notebook, a kernel."""

    def __init__(self, name):
        self.name, self.waiting, self.at = name, {}, f"/user/{name}"

    async def open(self, notebook):
        """From the click to a kernel that answers; also returns when the server was there."""
        start = time.perf_counter()
        await request("POST", f"/hub/api/users/{self.name}/server")
        while not (await request("GET", f"/hub/api/users/{self.name}"))["servers"].get("", {}).get("ready"):
            await asyncio.sleep(0.3)
        server = time.perf_counter() - start
        self.cells = (await request("GET", f"{self.at}/api/contents/{notebook}"))["content"]["cells"]
        kernel = await request("POST", f"{self.at}/api/kernels", name="chainrule", path=notebook)
        self.kernel = f"{self.at}/api/kernels/{kernel['id']}"
        address = f"{HUB.replace('http', 'ws')}{self.kernel}/channels"
        asked = HTTPRequest(address, headers={"Authorization": f"token {TOKEN}"}, connect_timeout=PATIENCE)
        self.socket = await websocket_connect(asked, max_message_size=1 << 30)
        self.reader = asyncio.create_task(self.read())
        await self.ask("kernel_info_request", {})
        return server, time.perf_counter() - start

    async def read(self):
        while (text := await self.socket.read_message()) is not None:
            message = json.loads(text)
            waiting = self.waiting.get(message["parent_header"].get("msg_id"))
            if waiting is None:
                continue
            answer, replies = waiting
            kind = message["header"]["msg_type"]
            if kind.endswith("_reply"):
                replies["reply"] = message["content"]
            elif kind == "status" and message["content"]["execution_state"] == "idle":
                replies["idle"] = True
            if len(replies) == 2 and not answer.done():
                answer.set_result(replies["reply"])

    async def ask(self, kind, content, patience=PATIENCE):
        identity, answer = uuid.uuid4().hex, asyncio.get_running_loop().create_future()
        self.waiting[identity] = (answer, {})
        header = {"msg_id": identity, "msg_type": kind, "username": self.name, "session": self.name, "version": "5.3"}
        message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content, "buffers": []}
        await self.socket.write_message(json.dumps(message))
        try:
            return await asyncio.wait_for(answer, patience)
        finally:
            del self.waiting[identity]

    async def run(self, code):
        """How a cell has ended, and the seconds that its learner has waited."""
        start = time.perf_counter()
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": False}
        reply = await self.ask("execute_request", content)
        return reply, time.perf_counter() - start

    async def run_chapter(self):
        start, failed = time.perf_counter(), []
        for cell in self.cells:
            if cell["cell_type"] == "code":
                reply, _ = await self.run(cell["source"])
                is_meant = "raises-exception" in cell["metadata"].get("tags", [])
                if (reply["status"] == "error") != is_meant:
                    failed.append([self.name, cell["source"], reply])
        return time.perf_counter() - start, failed

    async def edit_by_turns(self, number, turns):
        seconds, failed = [], []
        for turn in turns:
            await asyncio.sleep(random.uniform(0.3, 1.7) * PAUSE)
            code = edit(number, turn)
            reply, waited = await self.run(code)
            seconds.append(waited)
            if (reply["status"] == "error") != ("tset" in code):
                failed.append([self.name, code, reply])
        return seconds, failed

    async def disturb(self, code):
        """What ends is begun again."""
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await self.run(code)
            await asyncio.sleep(0.5)


def processes(names):
    """The processes of users: their numbers, and whether they are a server. What has ended is left to the first process of this
    namespace, which is this one and waits for none of them: it does not count."""
    users = {pwd.getpwnam(name).pw_uid for name in names}
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if entry.isdigit() and os.stat(f"/proc/{entry}").st_uid in users:
                command = open(f"/proc/{entry}/cmdline").read()
                if command:
                    yield int(entry), "jupyterhub-singleuser" in command


def memory(names):
    """Megabytes of servers and of kernels with all that belongs to them, a page that n processes share as the nth part."""
    sums = {True: 0, False: 0}
    for process, is_server in processes(names):
        with contextlib.suppress(OSError):
            for line in open(f"/proc/{process}/smaps_rollup"):
                if line.startswith("Pss:"):
                    sums[is_server] += int(line.split()[1]) / 1024
    return {"servers": round(sums[True]), "kernels": round(sums[False])}


def processor(names):
    """Seconds of a processor that servers and kernels have taken, with those of compilers that have ended."""
    sums = {"servers": 0.0, "kernels": 0.0}
    for process, is_server in processes(names):
        with contextlib.suppress(OSError):
            fields = open(f"/proc/{process}/stat").read().rsplit(")", 1)[1].split()
            sums["servers" if is_server else "kernels"] += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return sums


def quantiles(seconds):
    ordered = sorted(seconds)
    return {f"p{part}": round(ordered[min(len(ordered) - 1, len(ordered) * part // 100)], 2) for part in (50, 95, 100)}


async def everybody(tasks):
    return await asyncio.gather(*tasks)


async def watch_memory(names, most):
    while True:
        now = await asyncio.to_thread(memory, names)
        most.update({name: max(most.get(name, 0), megabytes) for name, megabytes in now.items()})
        await asyncio.sleep(5)


async def edit_all(learners, turns):
    ended = await everybody(learner.edit_by_turns(number, turns) for number, learner in learners)
    return [s for seconds, _ in ended for s in seconds], [one for _, failed in ended for one in failed]


async def edit_beside_disturbers(learners, seen):
    """Half of the edits with those who disturb and half without, in turns: what else the machine does is in both alike."""
    disturbers, others = learners[: len(DISTURBERS)], learners[len(DISTURBERS) :]
    if not others:
        return
    waited = {False: [], True: []}
    for number in range(8):
        is_disturbed = number % 2 == 1
        turns = range(EDITS + 3 * (number // 2), EDITS + 3 * (number // 2) + 3)
        tasks = [asyncio.create_task(one.disturb(code)) for (_, one), code in zip(disturbers, DISTURBERS.values()) if is_disturbed]
        await asyncio.sleep(2)
        # The same cells once with and once without, but for a number.
        seconds, failed = await edit_all(others, [turn + 50 * is_disturbed for turn in turns])
        waited[is_disturbed] += seconds
        seen["failed"] += failed
        for (_, disturber), task in zip(disturbers, tasks):
            task.cancel()
            await request("POST", disturber.kernel + "/interrupt")
        await asyncio.sleep(3)
    seen["edits of the others, alone"], seen["edits of the others, disturbed"] = (quantiles(waited[key]) for key in (False, True))
    seen["load at the end"] = os.getloadavg()[0]


async def hold_class(names, notebook):
    learners, seen, most = [Learner(name) for name in names], {"load before": os.getloadavg()[0]}, {}
    for name in names:
        await request("POST", f"/hub/api/users/{name}")

    async def come(learner):
        await asyncio.sleep(random.uniform(0, MINUTE))
        opened = await learner.open(notebook)
        return opened, await learner.run_chapter()

    came = await everybody(come(learner) for learner in learners)
    seen["a server is there"] = quantiles([server for (server, _), _ in came])
    seen["opening"] = quantiles([opened for (_, opened), _ in came])
    seen["the chapter"] = quantiles([seconds for _, (seconds, _) in came])
    seen["failed"] = [one for _, (_, failed) in came for one in failed]
    seen["memory before edits"] = memory(names)
    taken = processor(names)
    seen["processor seconds to open and run the chapter"] = {name: round(seconds / len(names), 2) for name, seconds in taken.items()}
    numbered = list(enumerate(learners))
    watcher = asyncio.create_task(watch_memory(names, most))
    quiet, failed = await edit_all(numbered, range(EDITS))
    seen["failed"] += failed
    seen["edits"], seen["most memory"] = quantiles(quiet), dict(most)
    edits = len(quiet)
    seen["processor seconds of an edit"] = {name: round((seconds - taken[name]) / edits, 3) for name, seconds in processor(names).items()}
    await edit_beside_disturbers(numbered, seen)
    watcher.cancel()
    for learner in learners:
        learner.reader.cancel()
    return seen


def listening(names):
    """Ports at which processes of users listen."""
    users, found = {str(pwd.getpwnam(name).pw_uid) for name in names}, []
    for table in ("tcp", "tcp6"):
        for line in open(f"/proc/net/{table}").readlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[7] in users:
                found.append(f"{table} {fields[1]}")
    return found


async def what_is_left(names):
    """Of servers that have ended: processes, ports, sockets, files of kernels, folders of sessions, what shares memory."""
    await asyncio.sleep(3)
    left = [open(f"/proc/{process}/cmdline").read().replace("\0", " ") for process, _ in processes(names)] + listening(names)
    for name in names:
        entry = pwd.getpwnam(name)
        left += glob.glob(f"{entry.pw_dir}/.cache/chainrule/sessions/*/*")
        for folder, _, files in os.walk(f"{entry.pw_dir}/.local/share/jupyter/runtime"):
            paths = [os.path.join(folder, file) for file in files]
            left += [path for path in paths if stat.S_ISSOCK(os.lstat(path).st_mode) or os.path.basename(path).startswith("kernel-")]
        for folder in ("/tmp", "/dev/shm"):
            left += [one.path for one in os.scandir(folder) if one.stat(follow_symlinks=False).st_uid == entry.pw_uid]
    return left


async def until_stopped(names):
    for name in names:
        while (await request("GET", f"/hub/api/users/{name}"))["servers"]:
            await asyncio.sleep(0.3)


async def stop_all(names):
    await everybody(request("DELETE", f"/hub/api/users/{name}/server") for name in names)
    await until_stopped(names)
    return await what_is_left(names)


async def come_and_go(names, notebook, rounds, hub):
    """Everybody comes, runs a cell of the chapter and one of their own, and closes the page; the hub ends their servers."""
    seen = {"left": [], "rounds": []}
    for name in names:
        await request("POST", f"/hub/api/users/{name}")
    for _ in range(rounds):
        start = time.perf_counter()

        async def visit(number, name):
            learner = Learner(name)
            await learner.open(notebook)
            first = next(cell["source"] for cell in learner.cells if cell["cell_type"] == "code")
            replies = [(await learner.run(code))[0] for code in (first, f"let mine = {number};\nmine + 1")]
            learner.reader.cancel()
            learner.socket.close()
            return [reply for reply in replies if reply["status"] != "ok"]

        failed = sum(await everybody(visit(*one) for one in enumerate(names)), [])
        assert not failed, failed[:3]
        came = time.perf_counter() - start
        await until_stopped(names)
        seen["left"] += await what_is_left(names)
        homes = subprocess.run(["du", "-smc", *(pwd.getpwnam(name).pw_dir for name in names)], capture_output=True, text=True)
        resident = next(int(line.split()[1]) for line in open(f"/proc/{hub}/status") if line.startswith("VmRSS:"))
        seen["rounds"].append({
            "all came after s": round(came), "all were ended after s": round(time.perf_counter() - start), "MB of homes": int(homes.stdout.split()[-2]),
            "MB of the hub": resident >> 10, "files of the hub": len(os.listdir(f"/proc/{hub}/fd")),
        })
    return seen


def switch_loopback_on():
    with socket.socket() as any_socket:
        flags = struct.pack("16sh", b"lo", 1)  # IFF_UP
        fcntl.ioctl(any_socket, 0x8914, flags)  # SIOCSIFFLAGS


async def wait_for_hub(hub):
    while hub.poll() is None:
        with contextlib.suppress(Exception):
            return await request("GET", "/hub/api/users")
        await asyncio.sleep(0.3)
    raise SystemExit("the hub has ended")


async def main(count, folder, notebook, rounds=0):
    switch_loopback_on()
    names = [entry.pw_name for entry in pwd.getpwall() if entry.pw_name.startswith("learner")][:count]
    for name in names:
        entry = pwd.getpwnam(name)
        os.makedirs(entry.pw_dir, 0o700)
        shutil.copy(notebook, entry.pw_dir)
        for path in (entry.pw_dir, os.path.join(entry.pw_dir, os.path.basename(notebook))):
            os.chown(path, entry.pw_uid, entry.pw_gid)
    configuration = os.path.join(folder, "jupyterhub_config.py")
    proxy = os.path.join(sys.prefix, "proxy/node_modules/.bin/configurable-http-proxy")
    with open(configuration, "w") as file:
        file.write(CONFIGURATION.format(proxy=proxy, token=TOKEN))
        if rounds:
            file.write(CULLER.format(culler=f"{sys.prefix}/bin/jupyterhub-idle-culler", idle=IDLE))
    with open(os.path.join(folder, "hub.log"), "w") as log:
        hub = subprocess.Popen([f"{sys.prefix}/bin/jupyterhub", "-f", configuration], cwd=folder, stdout=log, stderr=log)
    try:
        await wait_for_hub(hub)
        if rounds:
            seen = await come_and_go(names, os.path.basename(notebook), rounds, hub.pid)
        else:
            seen = await hold_class(names, os.path.basename(notebook))
            seen["left"] = await stop_all(names)
        # Nobody has to do anything for a second class to find what the first one has found.
        print(json.dumps(seen))
    finally:
        hub.terminate()
        hub.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), *sys.argv[2:4], *map(int, sys.argv[4:])))
