"""Cells are taken back: variables and definitions are as they were before them."""

import time

import pytest
from conftest import UNDO, Kernel


@pytest.fixture
def kernel(jupyter_folders):
    kernel = Kernel()
    yield kernel
    kernel.stop()


def undo(kernel):
    begin = time.perf_counter()
    reply, outputs = kernel.run(":undo")
    assert reply["status"] == "ok", reply
    (said,) = [content["data"]["text/plain"] for kind, content in outputs if kind == "display_data"]
    return said, time.perf_counter() - begin


CELLS = [
    "let mut a = vec![1]; let word = String::from(\"w\");\nfn f() -> i32 { 1 }",
    "a.push(2);",
    "fn f() -> i32 { 2 }\na.push(f());",
    "let moved = a;\nlet word = 5;",
    "#[derive(Debug, Clone)] struct P { x: i32 }\nlet p = P { x: 1 };",
    "struct P { x: f64, y: f64 }\nlet q = P { x: 0.5, y: 0.25 };",
    "let after = 1; panic!(\"on purpose\");",
]


def test_several_cells_are_taken_back_one_after_the_other(kernel):
    for cell in CELLS[:-1]:
        reply, _ = kernel.run(cell)
        assert reply["status"] == "ok", reply
    assert kernel.run(CELLS[-1])[0]["ename"] == "Panic"
    # What changed nothing is nothing to take back.
    assert kernel.run("nothing_there")[0]["ename"] == "CompileError"
    assert kernel.run("std::process::abort();")[0]["ename"] == "Crash"
    expected = [
        ("panic", "q.x + q.y", "0.75"),
        ("struct P { x: f64", "p.clone()", "P { x: 1 }"),
        ("struct P { x: i32", "(moved.clone(), word)", "([1, 2, 2], 5)"),
        ("let moved", "(a.clone(), word.clone(), f())", '([1, 2, 2], "w", 2)'),
        ("fn f() -> i32 { 2 }", "(a.clone(), f())", "([1, 2], 1)"),
    ]
    assert len(expected) == UNDO
    took = []
    for words, expression, value in expected:
        said, seconds = undo(kernel)
        assert words in said, said
        took.append(seconds)
        assert kernel.value(expression) == value
        # Looking is a cell, too.
        assert expression in undo(kernel)[0]
    print("seconds:", [round(seconds, 3) for seconds in took])
    assert "no cell that can be taken back" in kernel.run(":undo")[0]["evalue"]


def test_completion_knows_only_what_is_left(kernel):
    def proposed(code):
        return kernel.request("complete_request", {"code": code, "cursor_pos": len(code)})["matches"]

    kernel.run("struct Layer { width: f64 }\nlet layer = Layer { width: 1.0 };\nfn unchanged() {}")
    kernel.run("struct Layer { height: f64 }\nlet other = 1;\nfn helper_of_mine() {}\nlet layer = Layer { height: 2.0 };")
    assert "helper_of_mine" in proposed("helper_of") and "height" in proposed("layer.") and "other" in proposed("othe")
    undo(kernel)
    assert "unchanged" in proposed("unchang") and "width" in proposed("layer.") and "height" not in proposed("layer.")
    assert "helper_of_mine" not in proposed("helper_of") and "other" not in proposed("othe")


def test_a_cell_can_be_taken_back_and_run_again(kernel):
    kernel.run("let mut n = 1;")
    for _ in range(3):
        assert kernel.run("n += 1;\nlet text = format!(\"{n}\");")[0]["status"] == "ok"
        undo(kernel)
    reply, _ = kernel.run(":undo\nlet m = 7;\nm")
    assert reply["status"] == "ok", reply
    assert kernel.value("m") == "7"
    assert kernel.run("n")[0]["ename"] == "CompileError"


def test_there_is_an_end_to_it(kernel):
    reply, _ = kernel.run(":undo")
    assert reply["ename"] == "Error" and "no cell that can be taken back" in reply["evalue"]
