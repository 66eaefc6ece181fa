"""Whatever arrives gets an answer: texts of any depth and length, JSON of any depth, in every message. The kernel lives, a
variable is still there, and the memory comes back."""

import json
import os
import time

import psutil
import pytest
from conftest import Kernel

ALL = os.environ.get("CHAINRULE_ALL") == "1"
# What no kernel shall have to wait for, beside a cell that does nothing in the same run: how many times as long.
AT_ONCE = 40
# Memory that an allocator keeps for itself.
SLACK = 50 << 20

# Twelve kinds of depth and some of length, each of so many elements.
DEEP = {
    "parentheses": lambda n: "(" * n,
    "square brackets": lambda n: "let x = " + "[" * n + "]" * n + ";",
    "blocks": lambda n: "{" * n + "}" * n,
    "signs": lambda n: "-!&*" * (n // 4) + "1",
    "closures": lambda n: "|a| |b| " * (n // 2) + "1",
    "a sum": lambda n: "1+" * n + "1",
    "methods": lambda n: "a" + ".a()" * n,
    "else if": lambda n: "if a {} " + "else if a {} " * n,
    "generics": lambda n: "let x: " + "Vec<" * n + "u8" + ">" * n + " = y;",
    "comments": lambda n: "/*" * n + "*/" * n,
    "imports": lambda n: "use " + "a::{b::{" * (n // 2) + "c" + "}}" * (n // 2) + ";",
    "macros": lambda n: "let x = " + "vec![" * n + "]" * n + ";",
    "attributes": lambda n: "#[a]" * n + "fn f() {}",
    "patterns": lambda n: "let " + "Some(" * n + "x" + ")" * n + " = y;",
    "modules": lambda n: "mod a {" * n + "}" * n,
    "pointers": lambda n: "let x: " + "fn() -> " * n + "u8 = y;",
    "alternatives": lambda n: "match 1 { " + "1 | " * n + "1 => {} _ => {} }",
    "ranges": lambda n: "1" + ".." * n,
    "question marks": lambda n: "a" + "?" * n,
    "arms": lambda n: "match 1 { _ => " * n + "1" + "}" * n,
    "hashes": lambda n: "r" + "#" * n + '"' + "#" * n,
    "hashes that close": lambda n: "r" + "#" * n + '""' + "#" * n,
    "quotes": lambda n: "'" * n,
    "open strings": lambda n: 'b"\\' * n,
    "closed": lambda n: ")" * n,
    "labels": lambda n: "'a: loop {" * n,
    "one line": lambda n: "x" * n,
    "one number": lambda n: "1" * n,
    "blanks": lambda n: " \t\n\u2028" * (n // 4),
    "NULs": lambda n: "\0" * n,
    "marks of order": lambda n: "\ufeff" * n,
    "accents": lambda n: "let e\u0301 = " + "(" * n,
    "accents upon each other": lambda n: "let e" + "\u0301" * n + " = 1;",
    "commands": lambda n: ":opt 1\n" * n,
    "one command": lambda n: ":dep " + "{" * n,
    "one question": lambda n: "?" + "a::" * n + "b",
    "many questions": lambda n: "?" * n + "b",
    "lines": lambda n: "\n" * n + "1 +",
}
SIZES = [10_000, 100_000, 1_000_000]
# What is no Rust at all, or fine at any length.
FINE = ("comments", "question marks", "blanks", "commands", "one question", "many questions")
QUESTIONS = ["is_complete_request", "complete_request", "inspect_request"]


@pytest.fixture(scope="module")
def steady(jupyter_folders):
    kernel = Kernel()
    kernel.run("let kept = vec![1, 2, 3];")
    kernel.run("kept.len();")
    yield kernel
    kernel.stop()


def seconds(act):
    start = time.monotonic()
    result = act()
    return time.monotonic() - start, result


@pytest.fixture(scope="module")
def ordinary(steady):
    """How long a cell takes that does nothing."""
    return max(0.05, *(seconds(lambda: steady.run("kept.len();"))[0] for _ in range(3)))


def answer(kernel, kind, code, cursor):
    if kind == "execute_request":
        return kernel.run(code)[0]
    return kernel.request(kind, {"code": code, "cursor_pos": cursor})


def memory(kernel):
    root = psutil.Process(kernel.manager.provisioner.pid)
    return root.memory_info().rss


@pytest.mark.parametrize("size", SIZES if ALL else SIZES[::2])
@pytest.mark.parametrize("name", DEEP)
def test_a_text_of_any_depth_is_answered(steady, ordinary, name, size):
    code = DEEP[name](size)
    for kind in [*QUESTIONS, "execute_request"]:
        took, reply = seconds(lambda: answer(steady, kind, code, len(code)))
        print(f"{kind}: {took:.3f} s, {reply['status']}")
        assert reply["status"] in ("ok", "error", "complete", "incomplete", "invalid", "unknown")
        # What was compiled is measured by the compiler's time, not by ours.
        if kind != "execute_request" or "\n  hint" in reply.get("evalue", ""):
            assert took < AT_ONCE * ordinary, kind
    # No text that is no Rust may be taken for an empty cell.
    assert name in FINE or (reply["status"], reply["ename"]) == ("error", "CompileError"), reply
    assert name != "one line" or len(json.dumps(reply)) < 20 * size
    assert steady.value("kept") == "[1, 2, 3]"


def test_memory_comes_back(steady):
    """A megabyte in each kind of message, over and over, leaves nothing behind."""
    names = ["parentheses", "one line", "blanks", "accents", "comments"]

    def ask():
        for name in names:
            code = DEEP[name](1_000_000)
            for kind in QUESTIONS:
                answer(steady, kind, code, len(code))
            steady.run(code, store_history=False)

    first = memory(steady)
    ask()
    before = memory(steady)
    print(f"{first >> 20} MiB at first")
    assert before - first < SLACK
    for _ in range(5):
        ask()
    after = memory(steady)
    print(f"{before >> 20} MiB before, {after >> 20} MiB after")
    assert after - before < SLACK


# JSON

FIELDS = ["header", "parent_header", "metadata", "content"]
KINDS = {
    "shell": [
        ("execute_request", {"code": "1", "silent": True}),
        ("is_complete_request", {"code": "1"}),
        ("complete_request", {"code": "1", "cursor_pos": 1}),
        ("inspect_request", {"code": "1", "cursor_pos": 1}),
        ("history_request", {"hist_access_type": "tail", "n": 1}),
        ("comm_info_request", {}),
        ("kernel_info_request", {}),
    ],
    "control": [("kernel_info_request", {}), ("usage_request", {}), ("debug_request", {"command": "x", "seq": 1})],
}


def nested(depth, opening, closing):
    return opening * depth + "1" + closing * depth


def send(kernel, channel, kind, content, field, extra):
    """Sends a signed message with something more in one of its parts; returns its id."""
    session = kernel.client.session
    message = session.msg(kind, content)
    parts = session.serialize(message)
    at = 2 + FIELDS.index(field)
    before = parts[at].decode().strip()[:-1]
    parts[at] = f"{before}{', ' if before != '{' else ''}\"x\": {extra}}}".encode()
    parts[1] = session.sign(parts[2:6])
    getattr(kernel.client, channel + "_channel").socket.send_multipart(parts)
    return message["header"]["msg_id"]


@pytest.mark.parametrize("depth", [100, 126, 128, 100_000])
@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("channel", KINDS)
def test_json_of_any_depth_is_answered(steady, channel, opening, closing, depth):
    extra = nested(depth, opening, closing)
    for kind, content in KINDS[channel]:
        for field in FIELDS:
            sent = send(steady, channel, kind, content, field, extra)
            if field == "header" and depth > 100:
                # Nobody knows whom to answer. What comes next is answered.
                assert steady.request("kernel_info_request", {}, channel)["status"] == "ok"
                continue
            reply = getattr(steady.client, f"get_{channel}_msg")(timeout=60)
            assert reply["parent_header"]["msg_id"] == sent, (kind, field)
            assert reply["content"]["status"] in ("ok", "error", "complete"), (kind, field)
    assert steady.value("kept") == "[1, 2, 3]"


def test_comms_and_buffers_of_any_depth_do_no_harm(steady):
    session = steady.client.session
    for depth in [120, 100_000]:
        data = nested(depth, '{"a":', "}")
        for kind in ["comm_open", "comm_msg", "comm_close"]:
            send(steady, "shell", kind, {"comm_id": "c", "target_name": "t", "data": {}}, "content", data)
        parts = session.serialize(session.msg("comm_msg", {"comm_id": "c", "data": {}}))
        steady.client.shell_channel.socket.send_multipart(parts + [data.encode()] * 3)
        assert steady.value("kept") == "[1, 2, 3]"
