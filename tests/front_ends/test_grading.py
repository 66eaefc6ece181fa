"""nbgrader itself, with the configuration that we ship: an assignment is generated, handed in by learners who are right, wrong and
worse, graded, and given back.

nbgrader is installed for it in an environment of its own, which takes the network once and minutes: only where
`CHAINRULE_NBGRADER=1` asks for it.
"""

import os
import shutil
import sqlite3
import subprocess

import nbformat
import pytest
from conftest import environment
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

VERSION = "nbgrader==0.9.5"
CONFIGURATION = os.path.join(os.path.dirname(__file__), "../../kernel-spec/classroom/nbgrader_config.py")

pytestmark = pytest.mark.skipif(not os.environ.get("CHAINRULE_NBGRADER"), reason="CHAINRULE_NBGRADER=1 runs nbgrader, for minutes")


@pytest.fixture(scope="module")
def nbgrader():
    return os.path.join(environment("nbgrader", "nbgrader", VERSION), "nbgrader")


def graded(name, **more):
    return {"nbgrader": {"schema_version": 3, "grade_id": name, "grade": False, "solution": False, "locked": False, "task": False, **more}}


SOLUTION = "fn mean(values: &[f64]) -> f64 {\n    // BEGIN SOLUTION\n    values.iter().sum::<f64>() / values.len() as f64\n    // END SOLUTION\n}"
TEST = 'assert_eq!(mean(&[1.0, 3.0]), 2.0, "of two");\n// BEGIN HIDDEN TESTS\nassert!((mean(&[1.0, 2.0, 6.0]) - 3.0).abs() < 1e-12);\n// END HIDDEN TESTS'
PARTIAL = "let right = [(vec![1.0], 1.0), (vec![0.0, 4.0], 2.0)].iter().filter(|(v, m)| mean(v) == *m).count();\nright as f64 / 2.0 * 4.0"

CELLS = [
    new_markdown_cell("# Means"),
    new_code_cell(SOLUTION, metadata=graded("mean", solution=True)),
    new_code_cell(TEST, metadata=graded("test-mean", grade=True, locked=True, points=6)),
    new_code_cell(PARTIAL, metadata=graded("partial", grade=True, locked=True, points=4)),
]

RIGHT = "fn mean(values: &[f64]) -> f64 { values.iter().sum::<f64>() / values.len() as f64 }"
WRONG = "fn mean(values: &[f64]) -> f64 { values[0] }"
# What each learner hands in, and the points for the test and for what has partial credit.
LEARNERS = {
    "right": (RIGHT, (6, 4)),
    "chatty": ('fn mean(values: &[f64]) -> f64 { eprintln!("of {values:?}"); let unused = 1; values.iter().sum::<f64>() / values.len() as f64 }', (6, 4)),
    "half": (WRONG, (0, 2)),
    "nothing": (None, (0, 0)),
    "not-rust": ("def mean(values): return 0", (0, 0)),
    "leaves": (f"{RIGHT.replace('{ values', '{ std::process::exit(0); values')}", (0, 0)),
    "crashes": ("fn mean(values: &[f64]) -> f64 { std::process::abort() }", (0, 0)),
    "own-judge": (f"macro_rules! assert_eq {{ ($($any:tt)*) => {{}} }}\nmacro_rules! assert {{ ($($any:tt)*) => {{}} }}\n{WRONG}", (0, 2)),
    "imported-judge": (f"mod judge {{ macro_rules! content {{ ($($any:tt)*) => {{}} }} pub(crate) use content; }}\nuse judge::content as assert_eq;\nuse judge::content as assert;\n{WRONG}", (0, 2)),
    "made-judge": ("macro_rules! make { ($d:tt $name:ident) => { macro_rules! $name { ($d($d any:tt)*) => {} } } }\n"
                   f"make!($ assert);\nmake!($ assert_eq);\n{WRONG}", (0, 2)),
    "own-std": (f"extern crate self as std;\n{WRONG}", (0, 0)),
    "boasts": (f"println!(\"10\");\n{WRONG}", (0, 2)),
    "has-a-hook": (f"std::panic::set_hook(Box::new(|_| std::process::exit(0)));\n{WRONG}", (0, 2)),
    "endless": ("fn mean(values: &[f64]) -> f64 { loop {} }", (0, 0)),
}


def test_points_are_as_they_should_be(nbgrader, jupyter_folders, tmp_path):
    course = tmp_path / "course"
    (course / "source/means").mkdir(parents=True)
    shutil.copy(CONFIGURATION, course / "nbgrader_config.py")
    kernel = {"display_name": "Rust (chainrule)", "language": "rust", "name": "chainrule"}
    notebook = new_notebook(cells=CELLS, metadata={"kernelspec": kernel, "language_info": {"name": "rust"}})
    nbformat.write(notebook, course / "source/means/means.ipynb")
    # nbgrader starts other programs of its environment.
    path = os.path.dirname(nbgrader) + os.pathsep + os.environ["PATH"]
    env = {**os.environ, "CHAINRULE_TIMEOUT": "5", "PATH": path}

    def run(*arguments, timeout=900):
        done = subprocess.run([nbgrader, *arguments], cwd=course, env=env, capture_output=True, text=True, timeout=timeout)
        assert done.returncode == 0, done.stderr[-3000:]
        return done

    run("generate_assignment", "means", "--create")
    released = nbformat.read(course / "release/means/means.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in released.cells)
    assert "// YOUR CODE HERE\n    todo!()" in text and "values.len()" not in text and "HIDDEN" not in text and "1e-12" not in text
    for learner, (answer, _) in LEARNERS.items():
        folder = course / "submitted" / learner / "means"
        folder.mkdir(parents=True)
        handed_in = nbformat.from_dict(released)
        copy = nbformat.reads(nbformat.writes(handed_in), as_version=4)
        if answer is not None:
            copy.cells[1].source = answer
        nbformat.write(copy, folder / "means.ipynb")
    run("autograde", "means", "--create", timeout=1800)
    rows = sqlite3.connect(course / "gradebook.db").execute(
        "select submitted_assignment.student_id, base_cell.name, grade.auto_score from grade"
        " join grade_cells on grade.cell_id = grade_cells.id join base_cell on base_cell.id = grade_cells.id"
        " join submitted_notebook on grade.notebook_id = submitted_notebook.id"
        " join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id").fetchall()
    points = {learner: {} for learner in LEARNERS}
    for learner, cell, score in rows:
        points[learner][cell] = score
    expected = {learner: {"test-mean": test, "partial": partial} for learner, (_, (test, partial)) in LEARNERS.items()}
    assert points == expected
    # What was graded shows the tests as the teacher has written them.
    seen = nbformat.read(course / "autograded/own-judge/means/means.ipynb", as_version=4)
    assert seen.cells[2].source == TEST
    run("generate_feedback", "means")
    assert "of two" in (course / "feedback/half/means/means.html").read_text()
