"""nbdime with chapters that were run: what it takes for a difference, and how it merges a learner's changes with a new version.

It is installed in an environment of its own, which takes the network once: only where `CHAINRULE_NBDIME=1` asks for it.
"""

import os
import shutil
import subprocess

import nbformat
import pytest
from conftest import CHAINRULE, environment

VERSION = "nbdime==4.0.2"
CHAPTER = os.path.join(os.path.dirname(__file__), "../../notebooks/en/01-ten-lines.ipynb")

pytestmark = pytest.mark.skipif(not os.environ.get("CHAINRULE_NBDIME"), reason="CHAINRULE_NBDIME=1 runs nbdime")


@pytest.fixture(scope="module")
def programs():
    return environment("nbdime", "nbdiff", VERSION)


@pytest.fixture(scope="module")
def executed(jupyter_folders, tmp_path_factory):
    """A chapter as it is brought, and as it is when it was run."""
    folder = tmp_path_factory.mktemp("chapters")
    shutil.copy(CHAPTER, folder / "brought.ipynb")
    shutil.copy(CHAPTER, folder / "run.ipynb")
    ran = subprocess.run([CHAINRULE, "run", "--quiet", "--in-place", str(folder / "run.ipynb")], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return folder


def call(programs, folder, name, *arguments):
    return subprocess.run([f"{programs}/{name}", *arguments], cwd=folder, capture_output=True, text=True, timeout=300)


def test_a_chapter_that_was_run_differs_by_its_outputs_alone(programs, executed):
    with_outputs = call(programs, executed, "nbdiff", "brought.ipynb", "run.ipynb")
    assert "outputs" in with_outputs.stdout and "image/" not in call(programs, executed, "nbdiff", "-s", "brought.ipynb", "run.ipynb").stdout
    without = call(programs, executed, "nbdiff", "--ignore-outputs", "--ignore-metadata", "--ignore-details", "brought.ipynb", "run.ipynb")
    assert without.returncode == 0 and not without.stdout.strip(), without.stdout[:2000]
    # Run again, a chapter shows what it has shown: what differs are times, if anything.
    shutil.copy(executed / "run.ipynb", executed / "again.ipynb")
    subprocess.run([CHAINRULE, "run", "--quiet", "--in-place", str(executed / "again.ipynb")], check=True)
    texts = [[output["data"]["text/plain"] for cell in nbformat.read(executed / name, 4).cells for output in cell.get("outputs", [])
              if output.output_type == "execute_result"] for name in ("run.ipynb", "again.ipynb")]
    assert texts[0] == texts[1] and texts[0]


def test_a_new_version_of_a_chapter_is_merged_with_what_a_learner_has_changed(programs, executed):
    mine, theirs = nbformat.read(executed / "run.ipynb", 4), nbformat.read(executed / "brought.ipynb", 4)
    by_name = {cell.id: cell for cell in mine.cells}
    by_name["rule"].source = by_name["rule"].source.replace("high < 0.25", "high < 0.3")
    heading = next(cell for cell in theirs.cells if cell.cell_type == "markdown")
    heading.source += "\n\nA sentence of the new version."
    nbformat.write(mine, executed / "mine.ipynb")
    nbformat.write(theirs, executed / "theirs.ipynb")
    merged = call(programs, executed, "nbmerge", "brought.ipynb", "mine.ipynb", "theirs.ipynb", "--out", "merged.ipynb")
    assert merged.returncode == 0, merged.stdout[-2000:] + merged.stderr[-2000:]
    both = nbformat.read(executed / "merged.ipynb", 4)
    text = "\n".join(cell.source for cell in both.cells)
    assert "high < 0.3" in text and "A sentence of the new version." in text and "<<<<" not in text
    assert sum(len(cell.get("outputs", [])) for cell in both.cells) == sum(len(cell.get("outputs", [])) for cell in mine.cells)
    # And it runs.
    ran = subprocess.run([CHAINRULE, "run", "--quiet", "merged.ipynb"], cwd=executed, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
