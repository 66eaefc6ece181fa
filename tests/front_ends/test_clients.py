"""Notebooks through other people's tools: nbclient's own test notebooks with Rust cells, and the course through papermill,
nbmake, nbval, `jupyter execute` and jupytext."""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

import nbformat
import pytest
from conftest import plain
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

COURSE = pathlib.Path(__file__).parents[2] / "notebooks" / "en"
ALL = sorted(path.name for path in COURSE.glob("[!A]*.ipynb"))
# Each chapter is run by `test_chapters.py`; other tools run the first, with CHAINRULE_CHAPTERS=1 all.
CHAPTERS = ALL if os.environ.get("CHAINRULE_CHAPTERS") else [name for name in ALL if name[:2] == "01"]
METADATA = {"kernelspec": {"display_name": "Rust (chainrule)", "language": "rust", "name": "chainrule"}}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module", autouse=True)
def _folders(jupyter_folders):
    pass


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata=METADATA)


def execute(*cells, **options):
    """The executed cells, and the client that has executed them."""
    client = NotebookClient(notebook(*cells), kernel_name="chainrule", **{"timeout": 300, **options})
    return client.execute().cells, client


def summary(cell):
    """The outputs of a cell in short."""
    shown = []
    for output in cell.outputs:
        if output.output_type == "stream":
            shown.append((output.name, output.text))
        elif output.output_type == "error":
            shown.append(("error", output.ename))
        else:
            data = output.data
            richest = next(mime for mime in ("text/html", "image/svg+xml", "image/png", "text/plain") if mime in data)
            shown.append((output.output_type, data[richest]))
    return shown


# nbclient's own notebooks, each under its name there.


def test_hello_world_and_factorials():
    (hello, first, second), _ = execute(
        'println!("Hello World");',
        "let (mut i, mut j) = (1, 1);",
        "for _ in 0..10 { (i, j) = (j, i + j); println!(\"{j}\"); }",
    )
    assert summary(hello) == [("stdout", "Hello World\n")] and summary(first) == []
    assert summary(second) == [("stdout", "2\n3\n5\n8\n13\n21\n34\n55\n89\n144\n")]
    assert [cell.execution_count for cell in (hello, first, second)] == [1, 2, 3]


def test_interrupt():
    """A cell that takes too long is interrupted, and the next one runs."""
    (_, endless, after), _ = execute(
        "let mut a = 1;",
        'println!("running"); a = 2; loop { chainrule::cell::interrupt::check(); }',
        'println!("a is {a}");',
        timeout=60,
        interrupt_on_timeout=True,
        allow_errors=True,
        timeout_func=lambda cell: 15 if "loop" in cell.source else 300,
    )
    assert summary(endless) == [("stdout", "running\n"), ("error", "Interrupted")]
    assert summary(after) == [("stdout", "a is 2\n")]


def test_a_cell_that_takes_too_long_is_an_error():
    with pytest.raises(CellTimeoutError):
        execute("std::thread::sleep(std::time::Duration::from_secs(600));", timeout=10, startup_timeout=120)


def test_clear_output():
    cells, _ = execute(
        'println!("Hello world"); clear_output(false);',
        'println!("Hello world"); clear_output(true);',
        'println!("Hello world"); clear_output(true); println!("Hello world again");',
        'let handle = DisplayHandle::new("Hello world"); handle.update("Hello world again");',
        'display_html("<b>1</b>", "1"); clear_output(true); display_html("<b>2</b>", "2");',
        'clear_output(true); println!("only");',
    )
    assert [summary(cell) for cell in cells] == [
        [],
        # It takes effect with the next output, which does not come.
        [("stdout", "Hello world\n")],
        [("stdout", "Hello world again\n")],
        [("display_data", "Hello world again")],
        [("display_data", "<b>2</b>")],
        [("stdout", "only\n")],
    ]


def test_update_display_id():
    cells, _ = execute(
        'let handle = DisplayHandle::new("above");',
        'show("alone");\nhandle.update("updated");',
        'handle.update(&Bundle::text("below").html("<i>below</i>"));\nprintln!("end");',
    )
    assert [summary(cell) for cell in cells] == [
        [("display_data", "<i>below</i>")],
        [("display_data", "alone")],
        [("stdout", "end\n")],
    ]


def test_output_keeps_its_order():
    ((cell,), _) = execute('println!("one"); show("two"); eprintln!("three"); println!("four"); "five"')
    shown = summary(cell)
    # The two streams are two pipes: what stands in one is in order.
    assert [one for one in shown if one[0] != "stderr"] == [
        ("stdout", "one\n"),
        ("display_data", "two"),
        ("stdout", "four\n"),
        ("execute_result", '"five"'),
    ]
    assert ("stderr", "three\n") in shown


def test_an_output_widget_is_known():
    """`Output`: nbclient plays the front end's part for widgets of this name, and keeps their state."""
    cells, client = execute(
        'let widget = Comm::open("jupyter.widget", json!({"state": {"_model_name": "OutputModel", '
        '"_model_module": "@jupyter-widgets/output", "outputs": [], "msg_id": ""}, "buffer_paths": []}));\n'
        'widget.send(json!({"method": "update", "state": {"layout": "wide"}, "buffer_paths": []}));'
    )
    (state,) = client.widget_state.values()
    assert state["_model_name"] == "OutputModel" and state["layout"] == "wide"
    assert summary(cells[0]) == []


def test_other_comms():
    cells, client = execute(
        'let comm = Comm::open("this-comm-tests-a-missing-handler", json!({"id": "foo"}));\ncomm.send(json!({"id": "bar"}));',
        'println!("ok");',
    )
    assert summary(cells[1]) == [("stdout", "ok\n")] and not client.widget_state


def test_disable_stdin():
    with pytest.raises(CellExecutionError) as raised:
        execute('let name = input("name: ");')
    assert "nobody to ask" in str(raised.value)


def test_autokill():
    """A kernel that is killed while a cell runs is a dead kernel, not a notebook that waits for ever."""
    # The kernel is the first of the processes above the cell's that run the same program.
    code = """
    let parent = |id: u32| -> u32 {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        status.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap().trim().parse().unwrap()
    };
    let program = |id: u32| std::fs::read_link(format!("/proc/{id}/exe")).unwrap();
    let mut id = std::process::id();
    while program(parent(id)) == program(id) { id = parent(id); }
    assert_ne!(id, std::process::id());
    std::process::Command::new("kill").args(["-9", &id.to_string()]).status().unwrap();
    std::thread::sleep(std::time::Duration::from_secs(30));
    """
    with pytest.raises(DeadKernelError):
        execute("{" + code + "}")


def test_sleep_1s_two_at_a_time():
    """Times are noted, and two notebooks run side by side."""
    cell = 'std::thread::sleep(std::time::Duration::from_secs(1)); println!("awake");'
    results = []
    run = lambda: results.append(execute("let a = 1;", cell)[0])
    threads = [threading.Thread(target=run) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join(300) for thread in threads]
    assert len(results) == 2
    for cells in results:
        assert summary(cells[1]) == [("stdout", "awake\n")]
        times = cells[1].metadata.execution
        stamp = lambda name: time.strptime(times[name][:19], "%Y-%m-%dT%H:%M:%S")
        assert stamp("iopub.status.busy") <= stamp("iopub.execute_input") < stamp("iopub.status.idle")


def test_skip_exceptions():
    """Errors are allowed for all cells, or for one by its tag; otherwise the first ends the run."""
    (failing, after), _ = execute('panic!("message");', 'println!("ok");', allow_errors=True)
    assert summary(failing) == [("error", "Panic")] and summary(after) == [("stdout", "ok\n")]
    tagged = notebook('panic!("message");', 'println!("ok");')
    tagged.cells[0].metadata.tags = ["raises-exception"]
    cells = NotebookClient(tagged, kernel_name="chainrule", timeout=300).execute().cells
    assert summary(cells[1]) == [("stdout", "ok\n")]
    with pytest.raises(CellExecutionError) as raised:
        execute("let x = 1;", 'panic!("the message\\nof two lines");', 'println!("never");')
    assert raised.value.ename == "Panic" and "the message" in raised.value.evalue


def test_svg_and_inline_image():
    (svg, image), _ = execute('display_svg("<svg id=\\"s\\"/>", "a drawing")', f'display_png(&{list(PNG)}, "a pixel");')
    ((drawn,), (pixel,)) = svg.outputs, image.outputs
    assert (drawn.data["text/plain"], drawn.data["image/svg+xml"]) == ("a drawing", '<svg id="s"/>')
    assert pixel.output_type == "display_data" and base64.b64decode(pixel.data["image/png"]) == PNG
    # What front ends show that leave the words beside a picture out.
    assert '<img alt="a drawing"' in drawn.data["text/html"] and '<img alt="a pixel"' in pixel.data["text/html"]


def test_unicode():
    (cell, result), _ = execute('println!("☃ 雪 e\u0301 🦀");', 'let 雪 = "☃"; 雪')
    assert summary(cell) == [("stdout", "☃ 雪 e\u0301 🦀\n")] and summary(result) == [("execute_result", '"☃"')]


def test_empty_cells_are_left_alone():
    cells, _ = execute("", "let a = 1;", "  \n")
    assert [cell.execution_count for cell in cells] == [None, 1, None]


# The course, and a notebook that fails, through other tools.


@pytest.fixture
def course(tmp_path):
    for name in ALL:
        shutil.copy(COURSE / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def failing(tmp_path):
    path = tmp_path / "failing.ipynb"
    nbformat.write(notebook("let a = 1;", 'panic!("the reason of this failure");', "let b = 2;"), path)
    return path


def tool(*arguments, cwd, timeout=580):
    """The exit code and the text of a tool of Python."""
    run = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=timeout
    )
    return run.returncode, plain([run.stdout + run.stderr])


def last_line(text):
    return [line for line in text.splitlines() if line.strip()][-1]


def errors(path, is_meant=False):
    """The errors in a notebook: those that nobody wanted, or those of cells that are tagged for it."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    cells = [cell for cell in cells if ("raises-exception" in cell.metadata.get("tags", [])) == is_meant]
    return [output for cell in cells for output in cell.outputs if output.output_type == "error"]


def was_run(path):
    """Whether every cell has a number."""
    cells = nbformat.read(path, as_version=4).cells
    return all(cell.execution_count for cell in cells if cell.cell_type == "code" and cell.source.strip())


@pytest.mark.parametrize("name", CHAPTERS)
def test_papermill(course, name):
    code, text = tool("papermill", name, "out.ipynb", "--no-progress-bar", cwd=course)
    assert was_run(course / "out.ipynb") and not errors(course / "out.ipynb"), text
    # It goes on after an error that is meant, and reports it at the end all the same.
    assert code == (1 if errors(course / "out.ipynb", is_meant=True) else 0), text


def test_papermill_reports_a_failure(failing):
    code, text = tool("papermill", failing.name, "out.ipynb", "--no-progress-bar", cwd=failing.parent)
    assert code != 0 and "the reason of this failure" in last_line(text), text
    assert [error.ename for error in errors(failing.parent / "out.ipynb")] == ["Panic"]


@pytest.mark.parametrize("name", CHAPTERS)
def test_jupyter_execute(course, name):
    code, text = tool("jupyter", "execute", "--inplace", "--timeout=300", name, cwd=course)
    assert code == 0, text
    assert was_run(course / name) and not errors(course / name)


def test_jupyter_execute_reports_a_failure(failing):
    code, text = tool("jupyter", "execute", failing.name, cwd=failing.parent)
    assert code != 0 and "the reason of this failure" in last_line(text), text


def test_nbmake(course):
    code, text = tool("pytest", "--nbmake", "--nbmake-timeout=300", "-p", "no:cacheprovider", *CHAPTERS, cwd=course, timeout=1800)
    assert code == 0 and f"{len(CHAPTERS)} passed" in text, text


def test_nbmake_reports_a_failure(failing):
    code, text = tool("pytest", "--nbmake", "-p", "no:cacheprovider", failing.name, cwd=failing.parent)
    assert code == 1 and "the reason of this failure" in text, text


def test_nbval(course):
    arguments = ["--nbval-lax", "--nbval-cell-timeout=300", "-p", "no:cacheprovider", "-q", *CHAPTERS]
    code, text = tool("pytest", *arguments, cwd=course, timeout=1800)
    assert code == 0, text[-3000:]


def test_nbval_compares_outputs(tmp_path):
    path = tmp_path / "compared.ipynb"
    cells, client = execute('println!("same");', "1 + 1")
    nbformat.write(client.nb, path)
    assert tool("pytest", "--nbval", "-p", "no:cacheprovider", path.name, cwd=tmp_path)[0] == 0
    client.nb.cells[1].outputs[0].data["text/plain"] = "3"
    nbformat.write(client.nb, path)
    code, text = tool("pytest", "--nbval", "-p", "no:cacheprovider", path.name, cwd=tmp_path)
    assert code == 1 and "1 failed, 1 passed" in text, text


def test_jupytext_round_trip(course):
    """As scripts in Rust and back: the same cells, and a script says what language it is."""
    code, text = tool("jupytext", "--to", "rs:percent", *ALL, cwd=course)
    assert code == 0, text
    scripts = [(course / name).with_suffix(".rs") for name in ALL]
    assert all("// %%" in script.read_text() for script in scripts)
    for name in ALL:
        (course / name).unlink()
    code, text = tool("jupytext", "--to", "ipynb", *[script.name for script in scripts], cwd=course)
    assert code == 0, text
    cells = lambda path: [(cell.cell_type, cell.source) for cell in nbformat.read(path, as_version=4).cells]
    for name in ALL:
        assert cells(course / name) == cells(COURSE / name), name
        assert json.loads((course / name).read_text())["metadata"]["kernelspec"]["name"] == "chainrule"
