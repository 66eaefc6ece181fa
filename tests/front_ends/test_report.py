"""What a teacher sees of a class: the table of `chainrule course report`, from notebooks that learners have run and handed in."""

import csv
import json
import os
import re
import subprocess
from html.parser import HTMLParser

import nbformat
import pytest
from conftest import CHAINRULE

MIME = "application/vnd.chainrule.course+json"
# An exercise of chapter 7 takes 10 for an answer, and recognises what is too small; the truth of the prediction is 2.3.
LEARNERS = {
    "ann": ['predict("7.2", 2.3);', "reveal(\"7.2\", 2.3);", 'check("7.I1", 0.3);'],
    "\u674e\u96f7": ['predict("7.2", 9);', "reveal(\"7.2\", 2.3);", 'hint("7.I1");\nhint("7.I1");\ncheck("7.I1", 0.00001);'],
    "=cmd|' /c calc'!A1": ['predict("7.2", "=1+1");', "reveal(\"7.2\", 2.3);", 'check("7.I1", "?");'],
    "new\nline, \"quoted\" <script>alert(1)</script>": ['predict("7.2", "?");', "let unrelated = 1;", 'check("7.I1", 0.00001);\ncheck("7.I1", 0.3);\ncheck("7.I1", 0.00001);'],
}


@pytest.fixture(scope="module")
def handed_in(jupyter_folders, tmp_path_factory):
    """One folder for each learner, as nbgrader's are."""
    folder = tmp_path_factory.mktemp("submitted")
    paths = []
    for number, (name, code) in enumerate(LEARNERS.items()):
        path = folder / str(number) / "loop" / "loop.ipynb"
        path.parent.mkdir(parents=True)
        # A cell that nobody has run is in the notebook all the same.
        cells = [nbformat.v4.new_code_cell(text) for text in code]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        paths.append(path)
    ran = subprocess.run([CHAINRULE, "run", "--quiet", "--in-place", str(paths[0])], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    for path in paths[1:]:
        ran = subprocess.run([CHAINRULE, "run", "--quiet", "--in-place", str(path)], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
    moved = []
    for path, name in zip(paths, LEARNERS):
        target = folder / name.replace("/", "\u2215")
        os.rename(folder / path.relative_to(folder).parts[0], target)
        moved.append(target / "loop" / "loop.ipynb")
    notebook = nbformat.read(moved[0], as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell('check("7.B", "?");'))
    nbformat.write(notebook, moved[0])
    return moved


def report(folder, *paths, **variables):
    command = [CHAINRULE, "course", "report", "--output", str(folder / "class"), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **variables})
    if not (folder / "class.csv").exists():
        return done, [], ""
    with open(folder / "class.csv", encoding="utf-8-sig", newline="") as file:
        return done, list(csv.DictReader(file)), (folder / "class.html").read_text()


class Page(HTMLParser):
    """The texts of each table's cells, and the names of all elements."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.tables, self.is_cell = set(), [], False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.elements.add(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.is_cell = True

    def handle_endtag(self, tag):
        self.is_cell = self.is_cell and tag not in ("td", "th")

    def handle_data(self, text):
        if self.is_cell:
            self.tables[-1][-1][-1] += text


def test_each_answer_is_a_line_for_a_spreadsheet(handed_in, tmp_path):
    done, rows, _ = report(tmp_path, *handed_in)
    assert done.returncode == 0 and "4 notebooks of 4 learners" in done.stdout, done.stderr
    names = list(LEARNERS)
    # What a spreadsheet would take for a formula is a text.
    shown = {name: ("'" if name.startswith("=") else "") + name.replace("/", "\u2215") for name in names}
    found = {(row["learner"], row["kind"], row["id"]): (row["state"], row["value"], row["truth"], row["hints"]) for row in rows}
    ann, second, third, fourth = (shown[name] for name in names)
    assert found[ann, "predict", "7.2"] == ("right", "2.3", "2.3", "0")
    assert found[ann, "check", "7.I1"] == ("passed", "", "", "0")
    assert found[ann, "check", "7.B"] == ("not run", "", "", "0"), "it is in the notebook"
    assert found[second, "predict", "7.2"] == ("far", "9.0", "2.3", "0")
    assert found[second, "check", "7.I1"] == ("failed", "tiny", "", "2")
    assert found[third, "predict", "7.2"][:2] == ("far", "'=1+1")
    assert found[third, "check", "7.I1"][0] == "open"
    assert found[fourth, "predict", "7.2"] == ("open", "", "", "0")
    assert found[fourth, "check", "7.I1"][0] == "passed", "what was passed once stays passed"
    assert len(found) == len(rows) == 9
    assert all(row["notebooks"].endswith("loop.ipynb") for row in rows)


def test_the_page_has_learners_by_questions_and_nothing_that_a_learner_wrote_is_run(handed_in, tmp_path):
    _, _, html = report(tmp_path, *handed_in)
    page = Page(html)
    assert "script" not in page.elements and "http" not in html and "src=" not in html
    exercises, predictions = page.tables
    assert exercises[0] == ["learner", "7.B", "7.I1"] and predictions[0] == ["learner", "7.2"]
    rows = {row[0]: row[1:] for row in exercises[1:]}
    assert rows["ann"] == ["\u2013", "\u2713"] and rows["\u674e\u96f7"] == ["\u2013", "\u2717 2"]
    assert rows["right"] == ["0/4", "2/4"]
    guesses = {row[0]: row[1] for row in predictions[1:]}
    assert guesses["ann"] == "2.3 (2.3)" and guesses["\u674e\u96f7"] == "9.0 (2.3)" and guesses["right"] == "1/4"
    assert any("<script>" in name for name in rows), "as text"
    chinese = report(tmp_path, *handed_in, CHAINRULE_LANGUAGE="zh")[2]
    assert "<h2>\u7ec3\u4e60</h2>" in chinese and 'lang="zh"' in chinese


def test_a_notebook_that_cannot_be_read_keeps_nobody_from_seeing_the_rest(handed_in, tmp_path):
    broken, other, huge = tmp_path / "broken.ipynb", tmp_path / "other.ipynb", tmp_path / "huge.ipynb"
    broken.write_text("{not JSON")
    other.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"language": "python"}}, "cells": []}))
    # Somebody has made up a million questions with long names, and answers of no kind.
    told = [{"output_type": "display_data", "metadata": {}, "data": {MIME: value}} for value in
            [{"id": f"9.{number}" + "x" * 500, "kind": "check", "state": "passed", "hints": 10**30} for number in range(5000)]
            + [None, 1, [], {"id": 1}, {"id": "1", "kind": "check", "state": []}, {"id": "2", "kind": "reveal", "state": "far", "value": {"truth": {"a": [1e400, -0.0]}}}]]
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": None, "source": ["check(\"1.A\", 1);"], "outputs": told}
    huge.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}).replace("Infinity", "1e308"))
    done, rows, html = report(tmp_path, handed_in[0], broken, other, huge, tmp_path / "not-there.ipynb")
    assert done.returncode == 1
    for name, why in [("broken", "no valid JSON"), ("other", "for python, not for Rust"), ("not-there", "cannot be read")]:
        line = re.search(f"{name}.ipynb: .*{why}", html)
        assert line and re.search(f"{name}.ipynb: .*{why}", done.stderr), (name, done.stderr)
    names = {row["learner"] for row in rows}
    assert names == {"loop", "huge"}, "by the names of the files, where these differ"
    assert len(html) < 400_000
    nowhere = subprocess.run([CHAINRULE, "course", "report", "--output", str(tmp_path / "no/where"), str(handed_in[0])], capture_output=True, text=True)
    assert nowhere.returncode == 2 and "cannot be written" in nowhere.stderr


def test_whose_a_notebook_is(handed_in, tmp_path):
    """By its name, or by the folder where names are alike; several of one learner are one line."""
    text = open(handed_in[0]).read()
    for path in ["a/ann/1.ipynb", "a/ann/2.ipynb", "a/bob/1.ipynb", "flat/ann.ipynb", "flat/bob.ipynb", "b/ann/one/x.ipynb", "b/bob/one/x.ipynb"]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    for place in ["a/ann/1.ipynb a/ann/2.ipynb a/bob/1.ipynb", "flat/ann.ipynb flat/bob.ipynb", "b/ann/one/x.ipynb b/bob/one/x.ipynb"]:
        done, rows, _ = report(tmp_path, *(tmp_path / path for path in place.split()))
        assert done.returncode == 0 and {row["learner"] for row in rows} == {"ann", "bob"}, place
