"""Whatever arrives gets an answer: texts of any depth and length, JSON of any depth, in every message. The kernel lives, a
variable is still there, and the memory comes back."""

import json
import os
import threading
import time

import psutil
import pytest
from conftest import Kernel, plain

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


@pytest.mark.parametrize("extra", ['"\\ud83d"', '"\\udc00\\ud83d"', "1e999", "Infinity", "NaN", "-", '"\xff"'])
@pytest.mark.parametrize("channel", KINDS)
def test_what_is_no_json_is_answered(steady, channel, extra):
    """Half an emoji, as a front end cuts it; a number without end, as Python writes it."""
    for kind, content in KINDS[channel]:
        for field in FIELDS[1:]:
            sent = send(steady, channel, kind, content, field, extra)
            reply = getattr(steady.client, f"get_{channel}_msg")(timeout=60)
            assert reply["parent_header"]["msg_id"] == sent, (kind, field)
    assert steady.value("kept") == "[1, 2, 3]"


def test_half_an_emoji_in_a_cell_is_run(steady):
    session = steady.client.session
    message = session.msg("execute_request", {"code": "CODE", "silent": False, "store_history": True})
    parts = session.serialize(message)
    parts[5] = parts[5].replace(b"CODE", b"kept.len() // \\ud83d")
    parts[1] = session.sign(parts[2:6])
    steady.client.shell_channel.socket.send_multipart(parts)
    reply = steady.client.get_shell_msg(timeout=60)
    assert reply["content"]["status"] == "ok", reply["content"]


def test_a_comm_message_arrives_or_its_loss_is_said(steady):
    reply, _ = steady.run('let comm = Comm::open("nobody", json!({})); let id = comm.id().to_string();')
    assert reply["status"] == "ok", reply
    comm = steady.value("id").strip('"')
    for depth, arrives in [(1, True), (100, True), (120, True), (130, False), (100_000, False)]:
        data = nested(depth - 1, '{"a":', "}")
        while True:
            try:
                steady.client.get_iopub_msg(timeout=1)
            except Exception:  # nothing more
                break
        # Twice the same name: the second counts.
        sent = send(steady, "shell", "comm_msg", {"comm_id": comm}, "content", f'0, "data": {{"deep": {data}}}')
        said = []
        while not (said and said[-1]["content"].get("execution_state") == "idle"):
            message = steady.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") == sent:
                said.append(message)
        words = "".join(one["content"]["text"] for one in said if one["msg_type"] == "stream")
        assert ("was lost" in words) != arrives, (depth, words)
        assert steady.value("comm.received().is_some()") == str(arrives).lower(), depth


# The compiler

TEN = """macro_rules! ten {
    ([$($t:tt)*] []) => { 0u8 $(+ { stringify!($t); 1u8 })* };
    ([$($t:tt)*] [$a:tt $($r:tt)*]) => {
        ten!([$($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)*] [$($r)*])
    };
}
"""
# What grows while it is compiled: the cell, words of the error, words of what it means.
GROWING = {
    "a file without an end": ('const X: &[u8] = include_bytes!("/dev/zero");\nX.len()', "out of memory", "has no end"),
    "a text without an end": ('include_str!("/dev/zero").len()', "out of memory", "has no end"),
    "code without an end": ('include!("/dev/zero");', "out of memory", "has no end"),
    "a macro of a hundred million": (TEN + "let n = ten!([x] [a a a a a a a a]);", "ran out of memory", "grows while"),
    "a constant": ("static BIG: [u8; 1 << 40] = [1; 1 << 40];\nBIG[5]", "more memory than", "when the cell runs"),
    "a table of constants": ("const T: [[u64; 1 << 16]; 1 << 20] = [[7; 1 << 16]; 1 << 20];\nT[0][0]", "memory", "when the cell runs"),
}


@pytest.fixture(scope="module")
def narrow(jupyter_folders):
    kernel = Kernel(env={"CHAINRULE_MEMORY": "256M"})
    kernel.run("let kept = vec![1, 2, 3];")
    yield kernel
    kernel.stop()


def largest(kernel, act):
    """The most memory that a process of the kernel's has had meanwhile, beside itself, and what `act` gives."""
    root, found, ends = psutil.Process(kernel.manager.provisioner.pid), [0], threading.Event()

    def look():
        while not ends.wait(0.02):
            for process in root.children(recursive=True):
                try:
                    found.append(process.memory_info().rss)
                except psutil.NoSuchProcess:
                    pass

    thread = threading.Thread(target=look)
    thread.start()
    try:
        return act(), max(found)
    finally:
        ends.set()
        thread.join()


@pytest.mark.parametrize("name", GROWING)
def test_what_grows_in_the_compiler_takes_no_machine(narrow, name):
    code, words, meaning = GROWING[name]
    (reply, _), most = largest(narrow, lambda: narrow.run(code))
    print(f"{most >> 20} MiB")
    said = plain(reply["traceback"])
    assert (reply["status"], reply["ename"]) == ("error", "CompileError"), reply
    assert words in reply["evalue"] and meaning in said, said
    assert "rustc" not in said and "backtrace" not in said and len(said) < 3000, said
    # A compiler may take a gigabyte also where cells have less.
    assert most < 1200 << 20
    assert narrow.value("kept") == "[1, 2, 3]"


def test_what_grows_in_the_compiler_is_said_in_chinese(jupyter_folders):
    kernel = Kernel(env={"CHAINRULE_MEMORY": "256M", "CHAINRULE_LANGUAGE": "zh"})
    try:
        reply, _ = kernel.run(GROWING["a macro of a hundred million"][0])
        assert "编译时不断变大" in "\n".join(reply["traceback"]), reply
        reply, _ = kernel.run(GROWING["a file without an end"][0])
        assert "没有结尾" in "\n".join(reply["traceback"]), reply
    finally:
        kernel.stop()


def test_a_compiler_that_does_not_end_is_interrupted(narrow):
    """A macro that calls itself with twice as much: rustc thinks for ever, in little memory."""
    endless = "macro_rules! m { ($($t:tt)*) => { m!(($($t)*) ($($t)*)) } }\nm!(a);"
    reply = narrow.run_until_compiling(endless, narrow.manager.interrupt_kernel)
    assert reply["ename"] == "InterruptedWhileCompiling", reply
    assert narrow.value("kept") == "[1, 2, 3]"
    assert not narrow.compilers()


CHAIN = [(n, n + 1) for n in range(40)]
TWICE = "fn twice<T: Copy>(t: T) -> (T, T) { (t, t) }\n"
DOUBLING = {
    "aliases": "type T0 = (u8, u8);\n" + "".join(f"type T{b} = (T{a}, T{a});\n" for a, b in CHAIN) + "let x: Option<T40> = None;",
    "variables": "let a0 = 1u8;\n" + "".join(f"let a{b} = (a{a}, a{a});\n" for a, b in CHAIN),
    "values in values": "let a0 = 1u8;\n" + "".join(f"let a{b} = Some((a{a}, 7, a{a}));\n" for a, b in CHAIN),
    "an alias in itself": "type D<T> = (T, T);\nlet x: Option<" + "D<" * 40 + "u8" + ">" * 40 + "> = None;",
    "a function of itself": TWICE + "let x = " + "twice(" * 40 + "1u8" + ")" * 40 + ";",
}


@pytest.mark.parametrize("name", DOUBLING)
def test_types_that_double_do_not_hold_the_kernel(steady, ordinary, name):
    took, (reply, _) = seconds(lambda: steady.run(DOUBLING[name]))
    assert reply["ename"] == "CompileError" and "more than ten thousand parts" in reply["evalue"], reply
    assert took < AT_ONCE * ordinary
    assert steady.value("kept") == "[1, 2, 3]"
