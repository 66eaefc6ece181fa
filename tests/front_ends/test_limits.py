"""What a cell shows is limited, whatever way it goes; and what a terminal sees of a run."""

import json
import os
import pty
import subprocess

import nbformat.v4
import pytest

PROGRAM = os.environ["CHAINRULE_PROGRAM"]
# Of a cell this much text is shown, and a little for what says so.
LIMIT = (1 << 20) + 5000


def texts(outputs):
    """All text that a cell sent, in whatever message."""
    found = []
    for kind, content in outputs:
        if kind == "stream":
            found.append(content["text"])
        elif "data" in content:
            found.append(content["data"].get("text/plain", ""))
            found.append(content["data"].get("text/markdown", ""))
        elif kind == "error":
            found += [content["evalue"], *content["traceback"]]
    return found


@pytest.mark.parametrize(
    "code, first, last",
    [
        ("(0..3_000_000).collect::<Vec<i32>>()", "[0, 1, 2, ", " 2999999]"),
        ("(0..12_000_000).map(|i| i as f64).collect::<Vec<f64>>()", "[0.0, 1.0, ", None),
        ('"é".repeat(10_000_000)', '"éé', 'é"'),
        ('vec!["word"; 2_000_000]', '["word", ', '"word"]'),
        ("vec![vec![0.5f32; 1000]; 3000]", "[[0.5, ", "0.5]]"),
        ('show(&"x".repeat(20_000_000));', "xxx", "xxx"),
        ('display_markdown(&"*x* ".repeat(5_000_000));', "*x* ", "*x* "),
        ('let handle = DisplayHandle::new("small"); handle.update(&"y".repeat(20_000_000));', "small", "yyy"),
        ('for _ in 0..40 { show(&"z".repeat(900_000)); }', "zzz", None),
    ],
)
def test_a_value_that_prints_megabytes_is_cut(kernel, code, first, last):
    reply, outputs = kernel.run(code)
    assert reply["status"] == "ok", reply
    found = [text for text in texts(outputs) if text]
    assert found[0].startswith(first)
    assert last is None or any(text.endswith(last) for text in found)
    # Markdown is there twice, as itself and as text.
    most = 2 * LIMIT + LIMIT // 8 if "markdown" in code else LIMIT + LIMIT // 8
    assert sum(map(len, "".join(found).encode().splitlines())) < most
    assert any("left out" in text for text in found)
    assert "\x1b]7337" not in "".join(found) and "EVCXR_BEGIN" not in "".join(found)
    assert kernel.value("1 + 1") == "2"


@pytest.mark.parametrize(
    "code",
    [
        'panic!("{:?}", vec![1u8; 5_000_000]);',
        'let wrong: Result<i32, String> = Err("q".repeat(5_000_000)); wrong?;',
        'assert_eq!(vec![1u8; 2_000_000], vec![2u8; 2_000_000]);',
    ],
)
def test_a_message_that_prints_megabytes_is_cut(kernel, code):
    reply, outputs = kernel.run(code)
    assert reply["status"] == "error"
    assert len(json.dumps(reply)) < 200_000
    assert sum(map(len, texts(outputs))) < 200_000


def test_a_large_value_of_user_expressions_is_cut(kernel):
    kernel.run("let large = vec![7u8; 10_000_000];")
    reply, _ = kernel.run("1", user_expressions={"all": "large"})
    assert "left out" in reply["user_expressions"]["all"]["data"]["text/plain"]
    assert len(json.dumps(reply)) < 2 * LIMIT


def notebook(path, cells):
    cells = [nbformat.v4.new_code_cell(code) for code in cells]
    metadata = {"kernelspec": {"name": "chainrule", "display_name": "x", "language": "rust"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)


def in_a_terminal(command, folder, env):
    """What a command writes to a terminal, both streams."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 65536):
            written += piece
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    process.wait(60)
    return written.decode()


def test_colours_are_for_terminals_that_want_them(tmp_path):
    notebook(tmp_path / "n.ipynb", ['println!("shown");', 'panic!("on purpose");'])
    command = [PROGRAM, "run", "n.ipynb"]
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    terminal = plain | {"TERM": "xterm-256color"}
    assert "\x1b[1mPanic" in in_a_terminal(command, tmp_path, terminal)
    for env in (terminal | {"NO_COLOR": "1"}, terminal | {"TERM": "dumb"}):
        text = in_a_terminal(command, tmp_path, env)
        assert "\x1b" not in text and "Panic: on purpose" in text and "shown" in text
    piped = subprocess.run(command, cwd=tmp_path, env=terminal, capture_output=True, text=True, timeout=120)
    assert "\x1b" not in piped.stdout + piped.stderr and "Panic: on purpose" in piped.stderr


@pytest.mark.skipif(not os.path.exists("/proc/self/autogroup"), reason="this system does not divide processors among sessions")
def test_cells_leave_the_processors_to_kernels_of_others(kernel):
    """Linux divides processors among sessions first: a niceness within one is nothing to the kernels of others."""
    _, outputs = kernel.run('println!("{}", std::fs::read_to_string("/proc/self/autogroup").unwrap().trim());')
    (of_cells,) = [text.split() for text in texts(outputs)]
    with open("/proc/self/autogroup") as file:
        own = file.read().split()  # empty for what no session was made for since the system began
    assert of_cells[1:] == ["nice", "10"] and of_cells[:1] != own[:1], (of_cells, own)
