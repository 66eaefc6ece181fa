"""The course through other people's tools: nbconvert and nbclient see what `chainrule run` stores."""

import json
import os
import pathlib
import re
import subprocess
import sys

import nbformat
import pytest
from conftest import CHAINRULE
from nbclient import NotebookClient

COURSE = pathlib.Path(__file__).parents[2] / "notebooks" / "en"
ALL = sorted(path.name for path in COURSE.glob("[!A]*.ipynb"))
# Each chapter is run by `test_chapters.py`; three ways to run one are compared for these, with CHAINRULE_CHAPTERS=1 for all.
CHAPTERS = ALL if os.environ.get("CHAINRULE_CHAPTERS") else [name for name in ALL if name[:2] in ("01", "03", "05", "07")]


@pytest.fixture(scope="module", autouse=True)
def _folders(jupyter_folders):
    pass


def lines_of_code(notebook):
    """Those of its cells, and of the code that its texts show."""
    for cell in notebook.cells:
        is_code = cell.cell_type == "code"
        for line in cell.source.split("\n"):
            if line.lstrip().startswith("```"):
                is_code = cell.cell_type == "code" or not is_code
            elif is_code:
                yield line


@pytest.mark.parametrize("path", sorted(COURSE.parent.glob("*/*.ipynb")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_line_of_code_is_wider_than_a_small_laptop_shows(path):
    lines = list(lines_of_code(nbformat.read(path, as_version=4)))
    assert len(lines) > (0 if path.stem == "START" else 10)
    assert [line for line in lines if len(line) > 96] == []


@pytest.fixture(scope="module")
def stored_by_run(tmp_path_factory):
    """All chapters, executed by `chainrule run`."""
    folder = tmp_path_factory.mktemp("run")
    subprocess.run(
        [CHAINRULE, "run", *[str(COURSE / name) for name in CHAPTERS], "--output", str(folder)], check=True, timeout=900
    )
    return folder


def figures(notebook):
    """What the cells of a notebook show, but for times, ids and how a training was watched. A cell that measures how long
    something takes is tagged `timed`."""
    shown = []
    for cell in notebook.cells:
        if "timed" in cell.metadata.get("tags", []):
            continue
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                # How a stream is cut into messages depends on the time, and nbclient keeps the pieces.
                if shown and shown[-1][0] == output.name:
                    shown[-1] = (output.name, shown[-1][1] + without_times(output.text))
                else:
                    shown.append((output.name, without_times(output.text)))
            elif output.output_type == "error":
                shown.append(("error", output.ename, output.evalue))
            else:
                data = output.data
                picture = data.get("image/svg+xml") or data.get("image/png") or without_times(data["text/plain"])
                shown.append((output.output_type, picture))
    return shown


def without_times(text):
    return re.sub(r"\d+(\.\d+)? ?(µs|ms|s|min)\b", "TIME", text)


def test_there_are_sixteen_chapters():
    assert len([name for name in ALL if name[0] in "01"]) == 16 and len(CHAPTERS) >= 4


@pytest.mark.parametrize("name", CHAPTERS)
def test_what_run_stores_is_valid(stored_by_run, name):
    notebook = nbformat.read(stored_by_run / name, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)


@pytest.mark.parametrize("name", CHAPTERS)
def test_nbclient_shows_the_same(stored_by_run, name):
    notebook = nbformat.read(COURSE / name, as_version=4)
    client = NotebookClient(notebook, timeout=300, kernel_name="chainrule", resources={"metadata": {"path": str(COURSE)}})
    messages = []
    process = client.process_message
    client.process_message = lambda message, *rest: (messages.append(message), process(message, *rest))[1]
    client.execute()
    assert figures(notebook) == figures(nbformat.read(stored_by_run / name, as_version=4))
    if name.startswith("07"):
        assert "101,770" in json.dumps(notebook)
        check_live_views(messages)


def check_live_views(messages):
    """Each `fit` has one display, which is updated in place and ends in its final state. What only a learner changes,
    below a slider or a quiz, is not updated here."""
    updates = [m["content"] for m in messages if m["msg_type"] == "update_display_data"]
    updated = {content["transient"]["display_id"] for content in updates}
    displays = [m["content"] for m in messages if m["msg_type"] == "display_data" and m["content"]["transient"]]
    displays = [content for content in displays if content["transient"]["display_id"] in updated]
    ids = [content["transient"]["display_id"] for content in displays]
    assert ids and len(ids) == len(set(ids))
    for display_id in ids:
        mine = [content for content in updates if content["transient"]["display_id"] == display_id]
        print(f"{len(mine)} updates, the largest {max(len(json.dumps(content)) for content in mine)} bytes")
        assert all(len(json.dumps(content)) <= 50_000 for content in mine)
        assert "done" in mine[-1]["data"]["text/plain"]
    assert max(sum(c["transient"]["display_id"] == i for c in updates) for i in ids) >= 5


# It runs nbclient, too: of the chapters above only the first, unless all are.
@pytest.mark.parametrize("name", CHAPTERS if CHAPTERS == ALL else CHAPTERS[:1])
def test_nbconvert_executes(tmp_path, name):
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--execute", "--to", "html", "--output-dir", str(tmp_path), str(COURSE / name)],
        check=True,
        timeout=600,
    )
    page = (tmp_path / name).with_suffix(".html").read_text()
    assert "<svg" in page or "data:image/svg+xml" in page
