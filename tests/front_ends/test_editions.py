"""Other editions of the course from the same sources: solved, for a class that nbgrader grades, to repeat it, to show it."""

import os
import re
import shutil
import sqlite3
import subprocess

import nbformat
import pytest
from conftest import CHAINRULE, environment
from test_chapters import MIME
from test_grading import CONFIGURATION, VERSION

EDITIONS = ["solved", "class", "recall", "slides"]
CHAPTERS = [f"{number:02}" for number in range(1, 17)]
# Those that are run; with CHAINRULE_CHAPTERS=1 all of them.
SOME = CHAPTERS if os.environ.get("CHAINRULE_CHAPTERS") else ["02", "05"]


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions")
    for edition in EDITIONS:
        # Anywhere: the sources are in the executable.
        done = subprocess.run([CHAINRULE, "course", "build", "--edition", edition, "--output", edition], cwd=folder, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    return folder


def notebooks(folder, language):
    return {path.name: nbformat.read(path, as_version=4) for path in sorted(folder.rglob(f"{language}/**/*.ipynb"))}


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_chapter_is_a_notebook_with_its_pictures(editions, edition, language):
    found = notebooks(editions / edition, language)
    assert [name[:2] for name in found if name[0] in "01"] == CHAPTERS
    for path in (editions / edition / language).rglob("*.ipynb"):
        book = nbformat.read(path, as_version=4)
        nbformat.validate(book)
        texts = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
        pictures = re.findall(r"""(?:\]\(|src=")(images/[^)"]*)""", texts)
        assert pictures and all((path.parent / picture).is_file() for picture in pictures) or path.name[0] == "A", path


def test_a_folder_with_something_in_it_stays_as_it_is(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    done = subprocess.run([CHAINRULE, "course", "build", "--edition", "class", "--output", tmp_path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "is not empty" in done.stderr and os.listdir(tmp_path) == ["mine.txt"], done


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_repeated_and_shown_asks_and_does_not_answer(editions, language):
    learners = {name: book for name, book in notebooks(editions / "solved", language).items()}
    for edition in ("recall", "slides"):
        for name, book in notebooks(editions / edition, language).items():
            texts = [cell.source for cell in book.cells if cell.cell_type == "markdown" and not cell.id.endswith("-change")]
            assert not any("<details" in text or "</details" in text for text in texts), name
            assert all("?" in text or "？" in text or text.startswith(("#", "![")) for text in texts), name
            whole = sum(len(cell.source) for cell in learners[name].cells if cell.cell_type == "markdown")
            assert sum(map(len, texts)) < 0.6 * whole, name
            kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in book.cells]
            assert edition == "recall" and set(kinds) == {None} or 5 <= kinds.count("slide") <= 40 and None not in kinds, (name, kinds)


def test_the_class_gets_no_solution_from_nbgrader_and_each_check_is_a_point(editions):
    for language in ("en", "zh"):
        for name, book in notebooks(editions / "class", language).items():
            known = [cell for cell in book.cells if "nbgrader" in cell.metadata]
            tests = [cell for cell in known if cell.metadata.nbgrader.grade]
            assert len(tests) == 5 and all(re.fullmatch(r'::chainrule::prelude::check\("\d+\.\w+", .+\);', cell.source) for cell in tests), name
            answers = [cell for cell in known if cell.metadata.nbgrader.solution]
            assert len(answers) == 3 and all("// BEGIN SOLUTION\n" in cell.source and "// END SOLUTION" in cell.source for cell in answers), name
            # What a learner is to define is named as a variable is.
            assert not re.search(r"// let (?!\w+ )", "\n".join(line for cell in answers for line in cell.source.splitlines() if "…" in line)), name
            code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code" and cell not in tests)
            assert not re.search(r"(?m)^check\(", code), name
            assert not any(cell.id.endswith("-solution") for cell in book.cells), name


def passed(path, *how):
    """The ids of the checks that pass when the notebook is run."""
    subprocess.run([CHAINRULE, "run", "--quiet", *how, "--in-place", path], check=True, timeout=600)
    cells = nbformat.read(path, as_version=4).cells
    told = [output.data[MIME] for cell in cells for output in cell.get("outputs", []) if MIME in output.get("data", {})]
    return [one["id"] for one in told if one["kind"] == "check" and one["state"] == "passed"]


@pytest.mark.parametrize("edition,chapter", [(edition, chapter) for edition in ("solved", "class") for chapter in SOME])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_solved_passes_its_checks(editions, jupyter_folders, edition, language, chapter):
    (path,) = (editions / edition / language).rglob(f"{chapter}-*.ipynb")
    number = str(int(chapter))
    assert set(passed(path, "--strict")) == {f"{number}.{one}" for one in ("I1", "I2", "I3", "A", "B")}


@pytest.mark.skipif(not os.environ.get("CHAINRULE_NBGRADER"), reason="CHAINRULE_NBGRADER=1 runs nbgrader, for minutes")
def test_nbgrader_gives_a_point_for_each_check(editions, jupyter_folders, tmp_path):
    program = os.path.join(environment("nbgrader", "nbgrader", VERSION), "nbgrader")
    env = {**os.environ, "PATH": os.path.dirname(program) + os.pathsep + os.environ["PATH"]}
    shutil.copy(CONFIGURATION, tmp_path / "nbgrader_config.py")
    (source,) = (editions / "class/en").glob("05-*")
    shutil.copytree(source, tmp_path / "source" / source.name)

    def run(*arguments):
        done = subprocess.run([program, *arguments], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, done.stderr[-3000:]

    run("generate_assignment", source.name, "--create")
    name = f"{source.name}.ipynb"
    released = nbformat.read(tmp_path / "release" / source.name / name, as_version=4)
    solved = {cell.id: cell.source for cell in nbformat.read(source / name, as_version=4).cells}
    answers = [cell.id for cell in released.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    assert len(answers) == 3 and all("todo!()" in cell.source for cell in released.cells if cell.id in answers)
    learners = {"all": answers, "none": [], "one": answers[1:2], "lies": []}
    for learner, does in learners.items():
        copy = nbformat.reads(nbformat.writes(released), as_version=4)
        for cell in copy.cells:
            if cell.id in does:
                cell.source = solved[cell.id]
            elif cell.id in answers and learner == "lies":
                cell.source = "fn check(_: &str, _: f64) {}\nmod chainrule { pub mod prelude { pub fn check<T>(_: &str, _: T) {} } }\nlet answer_5_i1 = 1.0;"
        shutil.copytree(tmp_path / "release" / source.name, tmp_path / "submitted" / learner / source.name)
        nbformat.write(copy, tmp_path / "submitted" / learner / source.name / name)
    run("autograde", source.name, "--create")
    rows = sqlite3.connect(tmp_path / "gradebook.db").execute(
        "select submitted_assignment.student_id, sum(grade.auto_score) from grade"
        " join submitted_notebook on grade.notebook_id = submitted_notebook.id"
        " join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id group by 1").fetchall()
    assert dict(rows) == {"all": 5, "none": 0, "one": 1, "lies": 0}
