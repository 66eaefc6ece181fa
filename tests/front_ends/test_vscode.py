"""The messages that VS Code's Jupyter extension sends to a kernel on this machine, in its order, as its source has them: it starts
the kernel itself, and speaks to its ports with sockets of its own.

What is not as in Jupyter: one identity for all its sockets, an interrupt on shell, silent cells that are not silent but are not
kept, an end by signals to every process of the kernel's.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import uuid

import psutil
import pytest
import zmq
from conftest import TIMEOUT
from jupyter_client.session import Session

CHANNELS = {"shell": zmq.DEALER, "control": zmq.DEALER, "stdin": zmq.DEALER, "iopub": zmq.SUB}
# What its validator wants of what a kernel publishes; a message without it costs the connection.
PUBLISHED = {
    "stream": {"name": str, "text": str}, "display_data": {"data": dict, "metadata": dict}, "execute_input": {"code": str, "execution_count": int},
    "execute_result": {"execution_count": int, "data": dict, "metadata": dict}, "error": {"ename": str, "evalue": str, "traceback": list},
    "status": {"execution_state": str}, "clear_output": {"wait": bool}, "comm_open": {"comm_id": str, "target_name": str, "data": dict},
    "comm_msg": {"comm_id": str, "data": dict}, "comm_close": {"comm_id": str}, "shutdown_reply": {"restart": bool},
}


class Code:
    """VS Code with one notebook."""

    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(os.environ["JUPYTER_DATA_DIR"], "kernels/chainrule/kernel.json")) as file:
            self.spec = json.load(file)
        assert self.spec["interrupt_mode"] == "message"
        self.start()

    def start(self):
        listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(5)]
        ports = dict(zip(["shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"], (one.getsockname()[1] for one in listening), strict=True))
        for one in listening:
            one.close()
        self.session = Session(key=uuid.uuid4().hex.encode(), signature_scheme="hmac-sha256")
        connection = {"version": 0, "transport": "tcp", "ip": "127.0.0.1", "signature_scheme": "hmac-sha256", "key": self.session.key.decode(), **ports}
        file = os.path.join(self.folder, f"kernel-v2-{uuid.uuid4().hex}.json")
        with open(file, "w") as opened:
            json.dump(connection, opened)
        os.chmod(file, 0o600)
        self.file = file
        command = [part.replace("{connection_file}", file) for part in self.spec["argv"]]
        self.process = subprocess.Popen(command, cwd=self.folder, env={**os.environ, **self.spec.get("env", {})}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        # It knocks at these two until somebody opens, says nothing and goes.
        for name in ("shell_port", "iopub_port"):
            deadline = time.monotonic() + TIMEOUT
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", ports[name])):
                    break
                assert self.process.poll() is None and time.monotonic() < deadline
                time.sleep(0.2)
        self.context, self.sockets, self.answers = zmq.Context(), {}, {}
        identity = uuid.uuid4().hex.encode()
        for channel, kind in CHANNELS.items():
            self.sockets[channel] = self.context.socket(kind)
            self.sockets[channel].linger = 0
            if kind == zmq.DEALER:
                self.sockets[channel].identity = identity
            else:
                self.sockets[channel].subscribe(b"")
            self.sockets[channel].connect(f"tcp://127.0.0.1:{ports[channel + '_port']}")
        # Its first question, once more if nothing is published because of it.
        for _ in range(2):
            asked = self.send("kernel_info_request", {})
            if self.sockets["iopub"].poll(1500):
                break
        assert self.answer(asked)["status"] == "ok"

    def send(self, kind, content, channel="shell", metadata=None):
        message = self.session.msg(kind, content, metadata=metadata)
        self.session.send(self.sockets[channel], message)
        return message["header"]["msg_id"]

    def receive(self, channel, timeout=TIMEOUT):
        assert self.sockets[channel].poll(1000 * timeout), f"nothing on {channel}"
        _, frames = self.session.feed_identities(self.sockets[channel].recv_multipart())
        message = self.session.deserialize(frames)
        assert all(isinstance(message["header"][field], str) for field in ("msg_id", "msg_type", "session", "username", "version"))
        if channel == "iopub":
            for field, kind in PUBLISHED.get(message["header"]["msg_type"], {}).items():
                assert isinstance(message["content"][field], kind), message
        return message

    def answer(self, asked):
        """The content of the answer; what comes before it is kept for later."""
        while asked not in self.answers:
            message = self.receive("shell")
            self.answers[message["parent_header"].get("msg_id")] = message["content"]
        return self.answers.pop(asked)

    def published(self, asked, until=lambda message: message["content"].get("execution_state") == "idle"):
        """What is published because of a request, up to the message that is waited for."""
        found = []
        while True:
            message = self.receive("iopub")
            if message["parent_header"].get("msg_id") != asked:
                continue
            found.append((message["header"]["msg_type"], message["content"]))
            if until(message):
                return found

    def execute(self, code, store_history=True, **metadata):
        content = {"code": code, "silent": False, "stop_on_error": False, "allow_stdin": True, "store_history": store_history, "user_expressions": {}}
        return self.send("execute_request", content, metadata={"cellId": f"vscode-notebook-cell:/{uuid.uuid4()}.ipynb#W0sZmlsZQ==", **metadata})

    def run(self, code, **options):
        asked = self.execute(code, **options)
        shown = self.published(asked)
        return self.answer(asked), shown

    def value(self, code):
        reply, shown = self.run(code)
        assert reply["status"] == "ok", reply
        (result,) = [content["data"]["text/plain"] for kind, content in shown if kind == "execute_result"]
        return result

    def end(self):
        """Ends every process below the kernel, then the kernel."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.terminate()
        self.process.send_signal(signal.SIGTERM)
        self.context.destroy(linger=0)
        self.process.communicate(timeout=30)
        os.unlink(self.file)
        return family


@pytest.fixture()
def code(jupyter_folders, tmp_path):
    code = Code(tmp_path)
    yield code
    if code.process.poll() is None:
        code.end()


def test_a_notebook_from_its_start_to_its_end(code):
    # What it runs before the first cell: not silent, not kept.
    reply, shown = code.run("let of_the_extension = 1;", store_history=False)
    assert reply["status"] == "ok" and reply["execution_count"] == 1, reply
    # Widgets of an earlier page; tags of the cell come with it.
    assert code.answer(code.send("comm_info_request", {"target_name": "jupyter.widget"})) == {"status": "ok", "comms": {}}
    reply, shown = code.run("let rate = 0.5;\nprintln!(\"{rate}\");\nplot::curves(&[(\"loss\", &[3.0, 2.0])])", tags=["parameters"])
    assert reply["status"] == "ok" and reply["execution_count"] == 1
    kinds = [kind for kind, _ in shown]
    assert kinds[:2] == ["status", "execute_input"] and kinds[-2:] == ["execute_result", "status"] and "stream" in kinds, kinds
    (figure,) = [content["data"] for kind, content in shown if kind == "execute_result"]
    assert any(kind.startswith("image/") for kind in figure), figure.keys()
    # A slider: its comms are opened, and the page answers with messages on shell.
    reply, shown = code.run('let slider = IntSlider::new("units", 1, 64, 16);\nslider')
    (slider,) = [content["comm_id"] for kind, content in shown if kind == "comm_open" and content["data"]["state"]["_model_name"] == "IntSliderModel"]
    moved = code.send("comm_msg", {"comm_id": slider, "data": {"method": "update", "state": {"value": 32}, "buffer_paths": []}})
    code.published(moved)
    assert code.value("slider.value()") == "32"
    assert slider in code.answer(code.send("comm_info_request", {"target_name": "jupyter.widget"}))["comms"]
    # An error has all that is shown of one.
    reply, shown = code.run('panic!("no");')
    (error,) = [content for kind, content in shown if kind == "error"]
    assert reply["status"] == "error" and {name: reply[name] for name in ("ename", "evalue")} == {name: error[name] for name in ("ename", "evalue")}
    # And the cells behind it, which are sent one by one, run.
    assert code.value("rate + 1.0") == "1.5"
    family = code.end()
    assert not [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def test_words_are_completed_and_explained(code):
    """Completions have a kind each; what is explained is the text up to the end of a chosen word."""
    code.run("let weights = tensor([1.0, 2.0]);")
    text = "weights.su"
    reply = code.answer(code.send("complete_request", {"code": text, "cursor_pos": len(text)}))
    assert reply["status"] == "ok" and "sum" in reply["matches"] and text[reply["cursor_start"]: reply["cursor_end"]] == "su"
    types = reply["metadata"]["_jupyter_types_experimental"]
    assert len(types) >= len(reply["matches"]) and all(isinstance(one["text"], str) for one in types)
    reply = code.answer(code.send("inspect_request", {"code": "weights.sum", "cursor_pos": len("weights.sum"), "detail_level": 0}))
    assert reply["status"] == "ok" and reply["found"] and "sum" in reply["data"]["text/plain"], reply


@pytest.mark.parametrize(("cell", "name"), [("loop {}", "InterruptedByForce"), ("loop { chainrule::cell::interrupt::check(); }", "Interrupted")])
def test_the_stop_button_is_a_message_on_shell(code, cell, name):
    """Behind the cell that it is to end, where nothing else is answered before that cell has ended."""
    assert code.run("let kept = 7;")[0]["status"] == "ok"
    running = code.execute(f'println!("running");\n{cell}')
    waiting = code.execute("kept + 1")
    code.published(running, until=lambda message: message["header"]["msg_type"] == "stream")
    stopped = code.send("interrupt_request", {})
    assert code.answer(stopped) == {"status": "ok"}
    reply = code.answer(running)
    assert reply["status"] == "error" and reply["ename"] == name, reply
    assert code.answer(waiting)["status"] == "ok"
    # Where nothing runs it does nothing.
    assert code.answer(code.send("interrupt_request", {})) == {"status": "ok"}
    assert code.value("kept") == "7"


def test_a_question_is_answered_by_the_same_identity(code):
    asked = code.execute('input("Who? ")')
    question = code.receive("stdin")
    assert question["header"]["msg_type"] == "input_request" and question["parent_header"]["msg_id"] == asked
    assert question["content"] == {"prompt": "Who? ", "password": False}
    code.send("input_reply", {"status": "ok", "value": "Ada"}, channel="stdin")
    shown = code.published(asked)
    assert [content["data"]["text/plain"] for kind, content in shown if kind == "execute_result"] == ['"Ada"']


def test_a_restart_is_an_end_by_signals_and_another_start(code):
    assert code.value("let kept = 7;\nkept") == "7"
    running = code.execute('println!("running");\nloop {}')
    code.published(running, until=lambda message: message["header"]["msg_type"] == "stream")
    family = code.end()
    assert code.process.returncode == 0
    code.start()
    assert not [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    assert code.run("kept")[0]["status"] == "error" and code.value("1 + 1") == "2"
