"""The suites with which other kernels are tested: Jupyter's own, and what ipykernel's and Deno's test, for Rust cells."""

import re
import time
from queue import Empty

import jupyter_kernel_test
import jupyter_kernel_test.msgspec_v5
import pytest
from conftest import TIMEOUT, Kernel


@pytest.fixture(scope="module", autouse=True)
def _folders(jupyter_folders):
    pass


# jupyter_kernel_test, with everything switched on


class Warm:
    """The suite waits 15 seconds for a reply: the first cell, which starts rust-analyzer, may take longer on a small machine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kc.execute_interactive("let warm = 1;", timeout=120)


class TestKernel(Warm, jupyter_kernel_test.KernelTests):
    kernel_name = "chainrule"
    language_name = "rust"
    file_extension = ".rs"
    code_hello_world = 'println!("hello, world");'
    code_stderr = 'eprintln!("oops");'
    completion_samples = [
        {"text": "std::collections::BTreeS", "matches": {"BTreeSet"}},
        {"text": "std::f64::consts::LOG2_E", "matches": {"LOG2_E"}},
    ]
    complete_code_samples = ["1 + 1", "let x = 1;", "fn f(x: i32) -> i32 { x * 2 }", "// note"]
    incomplete_code_samples = ["fn f(x: i32) {", "let v = vec![1, 2", 'let s = "abc', "/* c", "let y = 3 +"]
    invalid_code_samples = ["let = 5;", "fn fn() {}", "}"]
    code_page_something = "?println"
    code_generate_error = 'let x: i32 = "a";'
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "vec![1, 2, 3]", "result": "[1, 2, 3]"},
        {"code": '"a".to_string() + "b"', "result": '"ab"'},
    ]
    code_display_data = [
        {"code": 'display_html("<b>x</b>", "x");', "mime": "text/html"},
        {"code": 'display_svg("<svg/>", "x");', "mime": "image/svg+xml"},
        {"code": 'display_markdown("**x**");', "mime": "text/markdown"},
        {"code": 'display_latex(r"$\\frac{1}{2}$");', "mime": "text/latex"},
    ]
    code_history_pattern = "6 ? 7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "println"
    code_clear_output = "clear_output(false);"


class TestPanic(Warm, jupyter_kernel_test.KernelTests):
    kernel_name = "chainrule"
    language_name = "rust"
    file_extension = ".rs"
    code_generate_error = 'panic!("boom");'


class TestEarlyReturn(Warm, jupyter_kernel_test.KernelTests):
    kernel_name = "chainrule"
    language_name = "rust"
    file_extension = ".rs"
    code_generate_error = '"x".parse::<i32>()?;'


class TestWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "chainrule"
    support_iopub_welcome = True


# What is not switched on is skipped: the classes for a second kind of error test that alone.
for _class in [TestPanic, TestEarlyReturn]:
    for _name in [name for name in dir(_class) if name.startswith("test_")]:
        if _name not in ("test_error", "test_kernel_info"):
            setattr(_class, _name, None)

del Warm, _class, _name


# ipykernel, tests/test_message_spec.py: each case, and the form of every message on the way


SLOW_FAILURE = 'std::thread::sleep(std::time::Duration::from_millis(500)); panic!("failed");'
MIME = re.compile(r"^[\w\-\+\.]+/[\w\-\+\.]+$")
FORMS = {
    "status": {"execution_state": str},
    "execute_input": {"code": str, "execution_count": int},
    "execute_result": {"data": dict, "metadata": dict, "execution_count": int},
    "display_data": {"data": dict, "metadata": dict, "transient": dict},
    "update_display_data": {"data": dict, "metadata": dict, "transient": dict},
    "clear_output": {"wait": bool},
    "stream": {"name": str, "text": str},
    "error": {"ename": str, "evalue": str, "traceback": list},
    "execute_reply": {"status": str, "execution_count": int},
    "inspect_reply": {"status": str, "found": bool, "data": dict, "metadata": dict},
    "complete_reply": {"status": str, "matches": list, "cursor_start": int, "cursor_end": int, "metadata": dict},
    "is_complete_reply": {"status": str},
    "history_reply": {"status": str, "history": list},
    "comm_info_reply": {"status": str, "comms": dict},
    "connect_reply": {name + "_port": int for name in ["shell", "iopub", "stdin", "control", "hb"]},
    "kernel_info_reply": {
        "status": str,
        "protocol_version": str,
        "implementation": str,
        "implementation_version": str,
        "language_info": dict,
        "banner": str,
        "supported_features": list,
    },
    "interrupt_reply": {"status": str},
}


def check(message, kind=None, parent=None):
    """The form of a message: header, parent, and the parts of its content."""
    header = message["header"]
    for name in ["msg_id", "msg_type", "session", "username", "version"]:
        assert isinstance(header[name], str) and header[name], message
    assert header["date"].tzinfo is not None
    assert tuple(map(int, header["version"].split("."))) >= (5, 0)
    assert kind is None or message["msg_type"] == kind, message
    assert parent is None or message["parent_header"]["msg_id"] == parent, message
    content = message["content"]
    for name, form in FORMS[message["msg_type"]].items():
        assert isinstance(content[name], form), (name, message)
    if message["msg_type"] == "status":
        assert content["execution_state"] in ("busy", "idle", "starting")
    if message["msg_type"] == "stream":
        assert content["name"] in ("stdout", "stderr")
    if message["msg_type"] == "execute_reply":
        assert content["status"] in ("ok", "error")
        needed = {"user_expressions", "payload"} if content["status"] == "ok" else {"ename", "evalue", "traceback"}
        assert needed <= set(content)
    for mime, value in content.get("data", {}).items() if "metadata" in content else []:
        assert MIME.match(mime) and (isinstance(value, str) or mime.endswith("json")), message
    return content


@pytest.fixture
def client(kernel):
    """The client of the kernel, with nothing left over from the test before."""
    for get in [kernel.client.get_shell_msg, kernel.client.get_iopub_msg, kernel.client.get_control_msg]:
        while True:
            try:
                get(timeout=0.1)
            except Empty:
                break
    return kernel.client


def reply_to(client, msg_id, kind, channel="shell"):
    message = getattr(client, f"get_{channel}_msg")(timeout=TIMEOUT)
    return check(message, kind, msg_id)


def published(client, msg_id):
    """What is published about a request between its `busy` and its `idle`, and nothing comes after that."""
    messages = []
    deadline = time.monotonic() + TIMEOUT
    while not messages or messages[-1]["content"] != {"execution_state": "idle"}:
        assert time.monotonic() < deadline
        messages.append(client.get_iopub_msg(timeout=TIMEOUT))
        check(messages[-1], parent=msg_id)
    assert messages[0]["content"] == {"execution_state": "busy"}
    with pytest.raises(Empty):
        client.get_iopub_msg(timeout=0.1)
    return [(message["msg_type"], message["content"]) for message in messages[1:-1]]


def execute(client, code, **options):
    msg_id = client.execute(code, **options)
    reply = reply_to(client, msg_id, "execute_reply")
    return reply, published(client, msg_id)


def kinds(messages):
    return [kind for kind, _ in messages]


class TestMessageSpecification:
    def test_execute(self, client):
        reply, messages = execute(client, "let x = 1;")
        assert reply["status"] == "ok" and kinds(messages) == ["execute_input"]

    def test_execute_silent(self, client):
        first, messages = execute(client, "let x = 1;", silent=True)
        assert messages == []
        second, messages = execute(client, "let x = 2; println!(\"nothing\"); x", silent=True)
        assert messages == []
        assert first["execution_count"] == second["execution_count"]

    def test_execute_error(self, client):
        reply, messages = execute(client, "let zero = 0; 1 / zero")
        assert (reply["status"], kinds(messages)) == ("error", ["execute_input", "error"])
        error = messages[-1][1]
        assert {name: reply[name] for name in error} == error
        assert "attempt to divide by zero" in reply["evalue"] or "panic" in reply["evalue"], reply

    def test_execute_counts(self, client):
        first, _ = execute(client, "let x = 1;")
        second, _ = execute(client, "let x = 2;")
        assert second["execution_count"] == first["execution_count"] + 1

    def test_execute_stop_on_error(self, client):
        sent = [client.execute(code) for code in [SLOW_FAILURE, 'println!("Hello");', 'println!("world");']]
        replies = [reply_to(client, msg_id, "execute_reply") for msg_id in sent]
        assert [reply["ename"] for reply in replies] == ["Panic", "Aborted", "Aborted"]

    def test_execute_go_on_after_error(self, client):
        sent = [client.execute(SLOW_FAILURE, stop_on_error=False), client.execute('println!("Hello");')]
        replies = [reply_to(client, msg_id, "execute_reply") for msg_id in sent]
        assert [reply["status"] for reply in replies] == ["error", "ok"]

    def test_other_requests_are_not_stopped_by_an_error(self, client):
        sent = [
            ("execute_reply", client.execute(SLOW_FAILURE)),
            ("kernel_info_reply", client.kernel_info()),
            ("comm_info_reply", client.comm_info()),
            ("inspect_reply", client.inspect("println")),
            ("history_reply", client.history(hist_access_type="tail", n=1)),
            ("is_complete_reply", client.is_complete("1")),
        ]
        expected = {msg_id: kind for kind, msg_id in sent}
        for _ in sent:
            message = client.get_shell_msg(timeout=TIMEOUT)
            kind = expected.pop(message["parent_header"]["msg_id"])
            content = check(message, kind)
            assert content["status"] == {"execute_reply": "error", "is_complete_reply": "complete"}.get(kind, "ok")

    def test_user_expressions(self, client):
        reply, messages = execute(client, "let x = 1;", user_expressions={"foo": "x + 1"})
        assert reply["user_expressions"] == {"foo": {"status": "ok", "data": {"text/plain": "2"}, "metadata": {}}}
        assert kinds(messages) == ["execute_input"]

    def test_user_expressions_fail(self, client):
        expressions = {"foo": "no_such_name", "bar": "x", "baz": 'panic!("boom")'}
        reply, messages = execute(client, "let x = 0;", user_expressions=expressions)
        assert reply["status"] == "ok" and kinds(messages) == ["execute_input"]
        answers = reply["user_expressions"]
        assert {name: answer["status"] for name, answer in answers.items()} == {"foo": "error", "bar": "ok", "baz": "error"}
        assert answers["foo"]["ename"] == "CompileError" and "no_such_name" in answers["foo"]["evalue"]
        assert (answers["baz"]["ename"], answers["baz"]["evalue"]) == ("Panic", "boom")

    def test_inspect_found(self, client):
        execute(client, "let a = 5;")
        content = reply_to(client, client.inspect("a"), "inspect_reply")
        assert content["found"] and "i32" in content["data"]["text/plain"]

    def test_inspect_in_detail(self, client):
        message = client.inspect("Tensor::matmul", cursor_pos=10, detail_level=1)
        content = reply_to(client, message, "inspect_reply")
        assert content["found"] and "fn matmul" in content["data"]["text/plain"]

    def test_inspect_not_found(self, client):
        content = reply_to(client, client.inspect("does_not_exist"), "inspect_reply")
        assert not content["found"] and content["data"] == {}

    def test_complete(self, client):
        execute(client, "let alpha = 5; let albert = 5;")
        content = reply_to(client, client.complete("al", 2), "complete_reply")
        assert {"alpha", "albert"} <= set(content["matches"])
        assert (content["cursor_start"], content["cursor_end"]) == (0, 2)

    def test_kernel_info(self, client):
        content = reply_to(client, client.kernel_info(), "kernel_info_reply")
        language = content["language_info"]
        assert language["name"] == "rust" and language["version"] and language["mimetype"] == "text/x-rust"

    def test_connect(self, client):
        message = client.session.msg("connect_request")
        client.shell_channel.send(message)
        reply_to(client, message["header"]["msg_id"], "connect_reply")

    def test_comm_info(self, client):
        reply_to(client, client.comm_info(), "comm_info_reply")

    def test_single_payload(self, client):
        reply, _ = execute(client, 'for _ in 0..3 { set_next_input("Hello There"); }')
        assert [payload["source"] for payload in reply["payload"]] == ["set_next_input"]

    def test_is_complete(self, client):
        content = reply_to(client, client.is_complete("let a = 1;"), "is_complete_reply")
        assert content["status"] == "complete"
        content = reply_to(client, client.is_complete("if a {"), "is_complete_reply")
        assert content["status"] == "incomplete" and isinstance(content["indent"], str)

    @pytest.mark.parametrize(
        "request_",
        [
            {"hist_access_type": "range", "session": 0},
            {"hist_access_type": "tail", "n": 1},
            {"hist_access_type": "search", "n": 1, "pattern": "*"},
        ],
        ids=lambda request: request["hist_access_type"],
    )
    def test_history(self, client, request_):
        reply, _ = execute(client, "let x = 1;", store_history=True)
        line = reply["execution_count"]
        msg_id = client.history(raw=True, output=True, **request_, start=line, stop=line + 1)
        ((session, number, (code, output)),) = reply_to(client, msg_id, "history_reply")["history"]
        assert (number, code, output) == (line, "let x = 1;", None) and session >= 1

    def test_stream(self, client):
        _, messages = execute(client, 'println!("hi");')
        assert messages[1:] == [("stream", {"name": "stdout", "text": "hi\n"})]

    def test_display_data(self, client):
        _, messages = execute(client, 'show(&Bundle::text("1"));')
        assert messages[1:] == [("display_data", {"data": {"text/plain": "1"}, "metadata": {}, "transient": {}})]


# Deno, tests/integration/jupyter_tests.rs: the cases that are not in the above


class TestDeno:
    def test_heartbeat(self, kernel, client):
        import zmq

        info = kernel.manager.get_connection_info()
        with zmq.Context.instance().socket(zmq.REQ) as connection:
            connection.linger = 0
            connection.connect(f"tcp://{info['ip']}:{info['hb_port']}")
            connection.send(b"ping")
            assert connection.poll(5000) and connection.recv() == b"ping"

    def test_kernel_info_on_control(self, client):
        message = client.session.msg("kernel_info_request", {})
        client.control_channel.send(message)
        content = reply_to(client, message["header"]["msg_id"], "kernel_info_reply", "control")
        expected = {
            "name": "rust",
            "mimetype": "text/x-rust",
            "file_extension": ".rs",
            "pygments_lexer": "rust",
            "codemirror_mode": "rust",
            "nbconvert_exporter": "script",
        }
        assert expected.items() <= content["language_info"].items()

    def test_store_history_false(self, client):
        before, _ = execute(client, "1")
        reply, messages = execute(client, 'println!("asdf");', store_history=False)
        assert reply["status"] == "ok" and kinds(messages) == ["execute_input", "stream"]
        after, _ = execute(client, "1")
        assert after["execution_count"] == before["execution_count"] + 1
        (entry,) = reply_to(client, client.history(hist_access_type="tail", n=1), "history_reply")["history"]
        assert entry[2] == "1"

    def test_interrupt_when_nothing_runs(self, client):
        message = client.session.msg("interrupt_request", {})
        client.control_channel.send(message)
        assert reply_to(client, message["header"]["msg_id"], "interrupt_reply", "control") == {"status": "ok"}
        assert published(client, message["header"]["msg_id"]) == []
        assert execute(client, "42")[0]["status"] == "ok"

    def test_interrupt_running_code(self, kernel, client):
        execute(client, "let mut turns = 0u64;")

        def interrupt():
            message = client.session.msg("interrupt_request", {})
            client.control_channel.send(message)
            reply_to(client, message["header"]["msg_id"], "interrupt_reply", "control")

        reply = kernel.run_until_running("loop { turns += 1; std::hint::black_box(&turns); }", interrupt)
        assert reply["status"] == "error" and reply["ename"].startswith("Interrupted"), reply
        assert kernel.value("42") == "42"

    def test_files_beside_the_notebook(self, tmp_path):
        (tmp_path / "data.rs").write_text("fn get_data() -> i32 { 42 }\n")
        kernel = Kernel(cwd=str(tmp_path))
        try:
            assert kernel.value('std::fs::read_to_string("data.rs").unwrap().contains("42")') == "true"
        finally:
            kernel.stop()

    def test_a_server_in_a_cell_goes_on(self, client):
        """What a cell starts in a thread works while no cell runs."""
        import socket

        code = """
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        println!("{}", server.local_addr().unwrap().port());
        std::thread::spawn(move || for peer in server.incoming() {
            use std::io::Write;
            peer.unwrap().write_all(b"hello").unwrap();
        });
        """
        _, messages = execute(client, code)
        port = int("".join(content["text"] for kind, content in messages if kind == "stream"))
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
                peer.settimeout(10)
                assert peer.recv(100) == b"hello"

    def test_a_question_and_its_answer(self, client):
        msg_id = client.execute('input("name? ")', allow_stdin=True)
        question = client.get_stdin_msg(timeout=TIMEOUT)
        assert question["msg_type"] == "input_request" and question["parent_header"]["msg_id"] == msg_id
        assert question["content"] == {"prompt": "name? ", "password": False}
        client.input("deno")
        assert reply_to(client, msg_id, "execute_reply")["status"] == "ok"
        results = [content for kind, content in published(client, msg_id) if kind == "execute_result"]
        assert results[0]["data"]["text/plain"] == '"deno"'

    def test_without_stdin_nobody_is_asked(self, client):
        reply, messages = execute(client, 'input("x? ")', allow_stdin=False)
        assert (reply["status"], kinds(messages)[-1]) == ("error", "error") and "nobody to ask" in reply["evalue"]
        with pytest.raises(Empty):
            client.get_stdin_msg(timeout=0.1)
