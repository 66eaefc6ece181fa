"""nbconvert makes of a notebook what it makes of others, and `chainrule export` makes a program of it."""

import glob
import json
import os
import re
import subprocess

import nbformat
import pytest
from conftest import CHAINRULE
from nbconvert import HTMLExporter, ScriptExporter, SlidesExporter
from nbconvert.preprocessors import ExecutePreprocessor

NOTEBOOKS = os.path.join(os.path.dirname(__file__), "..", "..", "notebooks", "en")


@pytest.fixture(scope="module")
def executed(jupyter_folders):
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "chainrule", "display_name": "x", "language": "rust"}})
    cells = [
        "let weights = tensor([1.0, 2.0]);\nlet n: Option<i32> = \"5\".parse().ok();",
        "fn area(side: f32) -> f32 { side * side } // a square",
        'println!("{} <b>&</b>", area(3.0));\n6 * 7',
        'display_html("<b>bold</b>", "bold");',
        "weights",
    ]
    notebook.cells = [nbformat.v4.new_markdown_cell("# Title"), *map(nbformat.v4.new_code_cell, cells)]
    notebook.cells[0].metadata["slideshow"] = {"slide_type": "slide"}
    ExecutePreprocessor(timeout=120).preprocess(notebook)
    return notebook


def test_the_language_is_noted(executed):
    language = executed.metadata.language_info
    assert (language.name, language.file_extension, language.pygments_lexer) == ("rust", ".rs", "rust")
    assert isinstance(language.codemirror_mode, str)


def test_html_is_highlighted_and_escaped(executed):
    html, resources = HTMLExporter().from_notebook_node(executed)
    assert resources["output_extension"] == ".html"
    # Rust's keywords are keywords.
    assert re.search(r'<span class="kd">let</span>|<span class="k">let</span>', html)
    assert re.search(r'<span class="k">fn</span>', html)
    assert "9 &lt;b&gt;&amp;&lt;/b&gt;" in html and "<b>bold</b>" in html and "42" in html


def test_slides(executed):
    html, resources = SlidesExporter().from_notebook_node(executed)
    assert resources["output_extension"] == ".slides.html" and "reveal" in html and "42" in html


def test_a_script_has_the_cells(executed):
    script, resources = ScriptExporter().from_notebook_node(executed)
    assert resources["output_extension"] == ".rs"
    assert all(cell.source in script for cell in executed.cells if cell.cell_type == "code")


def library():
    """The folder with the library that the kernel compiled for cells."""
    ready = glob.glob(os.path.join(os.environ["CHAINRULE_CACHE"], "*", "ready"))
    newest = max(ready, key=os.path.getmtime)
    (compiled,) = glob.glob(os.path.join(os.path.dirname(newest), "build/target/*/debug/deps/libchainrule.so"))
    return os.path.dirname(compiled)


def compile_program(source, folder):
    program = folder / "program"
    command = ["rustc", "--edition=2024", "--crate-name=program", source, "-o", program, "-Cdebug-assertions=on"]
    # Macros of the library's dependencies are compiled for the compiler's own machine, into another folder.
    macros = os.path.join(library(), "../../../debug/deps")
    command += ["-Cprefer-dynamic", "-Crpath", "--extern", f"chainrule={library()}/libchainrule.so"]
    command += ["-L", f"dependency={library()}", "-L", f"dependency={macros}"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    return program


def export(notebook, folder):
    source = folder / "program.rs"
    result = subprocess.run([CHAINRULE, "export", notebook, "--output", source], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result
    return source


def test_a_program_does_what_the_notebook_does(jupyter_folders, executed, tmp_path):
    executed = nbformat.from_dict(executed)
    extra = [
        "fn area(side: f32) -> f32 { 2.0 * side } // changed",
        'println!("{}", area(3.0));',
        'let number: i32 = "12".parse()?;\nnumber + 1',
    ]
    failing = nbformat.v4.new_code_cell('panic!("no");', metadata={"tags": ["raises-exception"]})
    executed.cells += [*map(nbformat.v4.new_code_cell, extra), failing]
    path = tmp_path / "notebook.ipynb"
    nbformat.write(executed, path)
    program = compile_program(export(path, tmp_path), tmp_path)
    result = subprocess.run([program], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result
    lines = result.stdout.split("\n")
    assert lines[:3] == ["9 <b>&</b>", "42", "bold"] and lines[-3:] == ["6", "13", ""], lines
    assert "1" in lines[3] and "2" in lines[3]


@pytest.mark.parametrize("chapter", sorted(name for name in os.listdir(NOTEBOOKS) if name.endswith(".ipynb")))
def test_every_chapter_is_a_program(jupyter_folders, chapter, tmp_path):
    compile_program(export(os.path.join(NOTEBOOKS, chapter), tmp_path), tmp_path)


def test_what_cannot_be_exported(jupyter_folders, tmp_path):
    result = subprocess.run([CHAINRULE, "export", tmp_path / "none.ipynb"], capture_output=True, text=True, timeout=60)
    assert result.returncode == 2 and "cannot be read" in result.stderr
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}))
    result = subprocess.run([CHAINRULE, "export", path, "--output", "/no/such/folder/x.rs"], capture_output=True, text=True, timeout=60)
    assert result.returncode == 2 and "cannot be written" in result.stderr
