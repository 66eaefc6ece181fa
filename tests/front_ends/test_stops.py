"""What a cell has made stays when it stops: by a panic, a `?`, a `return` or an interrupt. What it was to make anew keeps its
old value. The same for a cell that is compiled and for one that was compiled before."""

import uuid

import pytest
from conftest import Kernel

CELLS = [
    # (a cell, how it ends, what is asked then, the answer)
    (
        'let train = Tensor::ones(&[4, 2]);\nlet (a, mut b) = (vec![1, 2], String::from("x"));\nb.push(\'y\');\n'
        'panic!("boom {}", train.len());\nlet never = 1;',
        "Panic",
        "(train.len(), a.clone(), b.clone())",
        '(8, [1, 2], "xy")',
    ),
    ("b.push('z');\nb.clone()", None, "b.clone()", '"xyz"'),
    ("never", "CompileError", None, None),
    ("let c = 5; let w = Tensor::ones(&[2]);", None, "c", "5"),
    ('let q = 1;\nif q > 0 { panic!("x"); }\nlet c = "another type";', "Panic", "(q, c)", "(1, 5)"),
    (
        "let w = &w + 1.0;\nlet e = vec![1, 2, 3];\nlet i = std::hint::black_box(7);\ne[i];",
        "Panic",
        "(w.to_vec(), e.clone(), i)",
        "([2.0, 2.0], [1, 2, 3], 7)",
    ),
    ("let w = &w + Tensor::ones(&[3]);", "Panic", "w.to_vec()", "[2.0, 2.0]"),
    ('let c = c + 1;\nlet d = c * 2;\npanic!("d");', "Panic", "(c, d)", "(6, 12)"),
    ('let k = c;\nif k > 0 { panic!("before c"); }\nlet c = c + 1;', "Panic", "(c, k)", "(6, 6)"),
    ('let moved = e;\nlet length = moved.len();\npanic!("m")', "Panic", "(moved.clone(), length)", "([1, 2, 3], 3)"),
    ("e.len()", "CompileError", None, None),
    (
        'let n: i32 = "5".parse()?;\nlet m = n + 1;\nlet bad: i32 = "x".parse()?;\nlet late = 1;',
        "Error",
        "(n, m)",
        "(5, 6)",
    ),
    ("late", "CompileError", None, None),
    ("let r = 10;\nlet s = r.to_string();\nif r == 10 { return; }\nlet t = 1;", None, "(r, s.clone())", '(10, "10")'),
    ("t", "CompileError", None, None),
    ('let list = vec![c];\nlet copy = list.clone();\nreturn Err("no".into());', "Error", "copy.len() + list.len()", "2"),
    ('let [g, h] = [1, 2];\nlet Some(o) = Some(3) else { panic!("none") };\npanic!("g");', "Panic", "g + h + o", "6"),
    # A hot loop: rustc is to see through the closure.
    (
        'let n = 9;\nlet mut out = vec![0.0f32; 9];\nfor i in 0..=n { out[i] = i as f32; }\nlet more = 1;',
        "Panic",
        "(n, out[8])",
        "(9, 8.0)",
    ),
    # What rustc does not take in closures runs as it is.
    (
        'let first;\nif c > 1 { first = 2 } else { first = 3 };\nlet u = String::from("a");\nlet v = u;\nv.len()',
        None,
        "(first, v.clone())",
        '(2, "a")',
    ),
    ("let mut z = vec![1, 2];\nlet last = z.iter_mut().last().unwrap();\n*last = 7;\nz.len()", "CompileError", None, None),
    # What the failing statement has moved is gone.
    ('fn eat(_: Vec<i32>) -> i32 { panic!("eaten") }\nlet food = vec![1];\nlet eaten = eat(food);', "Panic", None, None),
    ("food.len()", "CompileError", None, None),
]


@pytest.fixture
def make_kernel(jupyter_folders):
    """Starts kernels, which end with the test."""
    kernels = []

    def make():
        kernels.append(Kernel())
        return kernels[-1]

    yield make
    for kernel in kernels:
        kernel.stop()


def play(kernel, mark):
    for code, ends, asked, answer in CELLS:
        reply, _ = kernel.run(f"{code}\n// {mark}")
        assert reply.get("ename") == ends, (code, reply)
        if asked:
            assert kernel.value(f"{asked} // {mark}") == answer, code


def test_what_is_complete_stays(make_kernel):
    mark = uuid.uuid4().hex
    for _ in ("compiled", "compiled before"):
        play(make_kernel(), mark)


def test_an_interrupt_costs_nothing_that_is_complete(make_kernel):
    kernel = make_kernel()
    reply = kernel.run_until_running(
        "let data = vec![1, 2, 3];\nlet mut steps = 0u64;\nlet x = Tensor::ones(&[2]);\n"
        "loop { steps += 1; x.exp(); }",
        lambda: kernel.manager.interrupt_kernel(),
    )
    assert reply["ename"] == "Interrupted"
    assert kernel.value("data.len() as u64 + (steps > 0) as u64") == "4"


def test_a_crash_and_undo_take_all_of_it_back(make_kernel):
    kernel = make_kernel()
    kernel.run("let a = vec![1]; let b = 1;")
    assert kernel.run("let b = 2;\nlet fresh = 1;\nstd::process::abort();\nlet a = 1;")[0]["ename"] == "Crash"
    assert kernel.value("(a.clone(), b)") == "([1], 1)"
    assert kernel.run("fresh")[0]["ename"] == "CompileError"
    assert kernel.run('let b = vec![2];\nlet fresh = b.len();\npanic!("on purpose");')[0]["ename"] == "Panic"
    assert kernel.value("(b.clone(), fresh)") == "([2], 1)"
    for _ in range(2):
        assert kernel.run(":undo")[0]["status"] == "ok"
    assert kernel.value("(a.clone(), b)") == "([1], 1)"


@pytest.mark.parametrize("cells", [["let p = 1;", 'let p = vec![p];\nlet _kept = p.len();\npanic!("p");', "p.len()"]])
def test_variables_are_proposed(make_kernel, cells):
    kernel = make_kernel()
    for cell in cells:
        kernel.run(cell)
    assert kernel.value("p[0]") == "1"
    assert "p" in kernel.request("complete_request", {"code": "p", "cursor_pos": 1})["matches"]
