"""Names: what a learner's latest cell says counts, before earlier cells and before the library."""

import pytest
from conftest import Kernel
from test_beginners import run


# Cells of a session. After `=>` stands what the last expression of the cell is, after `!>` words of the cell's notices.
# Every cell ends well.
SESSIONS = {
    "a variant that is gone": """
enum Dir { Up, Down }
---
use Dir::Up;
---
enum Dir { Down }
!> `use Dir::Up` of cell [2] leads nowhere any more
---
let d = Dir::Down;
matches!(d, Dir::Down)
=> true
""",
    "a function renamed in a module": """
mod m { pub fn a() -> i32 { 1 } pub fn b() -> i32 { 2 } }
---
use m::{a, b};
a() + b()
=> 3
---
mod m { pub fn a() -> i32 { 1 } pub fn c() -> i32 { 20 } }
use m::c;
!> `use m::b` of cell [2]
---
a() + c()
=> 21
""",
    "renamed and nested imports": """
mod m { pub mod deep { pub fn f() -> i32 { 1 } pub fn g() -> i32 { 2 } } pub use self::deep::g; }
---
use m::{deep::{f as first, g}, g as second};
first() + g() + second()
=> 5
---
mod m { pub mod deep { pub fn g() -> i32 { 7 } } }
!> `use m::deep::f as first` of cell [2]
!> `use m::g as second` of cell [2]
---
g()
=> 7
""",
    "a function that is private now": """
mod m { pub fn open() -> i32 { 1 } }
use m::open;
---
mod m { fn open() -> i32 { 1 } pub fn other() -> i32 { open() } }
!> `use m::open` of cell [1]
---
m::other()
=> 1
""",
    "a glob of what is no module any more": """
mod m { pub enum E { A, B } pub fn f() -> i32 { 1 } }
use m::*;
use m::E::*;
f()
=> 1
---
mod other { pub fn g() -> i32 { 5 } }
struct m;
!> `use m::*` of cell [1]
!> `use m::E::*` of cell [1]
---
other::g()
=> 5
""",
    "a macro whose callers do not fit": """
macro_rules! side { () => { 4 } }
---
const SIDE: usize = side!();
---
fn area() -> usize { SIDE * 2 }
---
macro_rules! side { () => { 4.5 } }
!> `SIDE` of cell [2]
---
side!()
=> 4.5
---
const SIDE: f64 = side!();
SIDE
=> 4.5
""",
    "a function whose callers do not fit": """
fn a() -> i32 { 1 }
---
fn b() -> i32 { a() + 1 }
---
fn a() -> String { String::from("text") }
!> `b` of cell [2] does not fit this cell and was set aside
---
a()
=> "text"
---
fn b() -> usize { a().len() }
b()
=> 4
""",
    "one implementation, spelled in two ways": """
struct P(f32);
impl std::fmt::Display for P { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "1") } }
impl std::ops::Add for P { type Output = f32; fn add(self, o: P) -> f32 { self.0 + o.0 } }
impl P { fn a(&self) -> i32 { 1 } }
impl<'a> From<&'a str> for P { fn from(_: &'a str) -> P { P(1.0) } }
---
use std::fmt;
impl fmt::Display for P { fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, "2") } }
---
impl core::ops::Add<P> for crate::P { type Output = f32; fn add(self, o: P) -> f32 { 10.0 } }
impl crate::P { fn a(&self) -> i32 { 2 } }
impl From<&str> for P { fn from(_: &str) -> P { P(2.0) } }
---
(P(1.0).to_string(), P(1.0) + P(1.0), P(1.0).a(), P::from("a").0)
=> ("2", 10.0, 2, 2.0)
---
use std::fmt::Display as Shown;
impl Shown for P { fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, "3") } }
P(1.0).to_string()
=> "3"
""",
    "implementations for many types": """
mod shapes { pub trait Area { fn area(&self) -> f32; } pub struct W<T>(pub T); }
use shapes::{Area, W};
impl<T: Copy + Into<f32>> Area for W<T> { fn area(&self) -> f32 { self.0.into() } }
W(2.0).area()
=> 2.0
---
impl<Number> shapes::Area for shapes::W<Number> where Number: Into<f32> + Copy { fn area(&self) -> f32 { 10.0 } }
W(2.0).area()
=> 10.0
---
impl std::fmt::Debug for W<f32> { fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { write!(f, "own") } }
impl std::io::Write for W<f32> { fn write(&mut self, b: &[u8]) -> std::io::Result<usize> { Ok(b.len()) } fn flush(&mut self) -> std::io::Result<()> { Ok(()) } }
---
impl std::fmt::Write for W<f32> { fn write_str(&mut self, _: &str) -> std::fmt::Result { Ok(()) } }
---
std::io::Write::write(&mut W(1.0f32), &[1, 2]).unwrap()
=> 2
""",
    "variants with names of the library": """
enum Op { Add, Mul, Tanh, Relu }
use Op::*;
---
let t = Tanh;
---
match t { Tanh => 1, Relu => 2, Add => 3, Mul => 4 }
=> 1
---
fn is_relu(op: &Op) -> bool { matches!(op, Relu) }
is_relu(&Relu)
=> true
---
enum Op { Add, Sigmoid(f32), Tanh }
use Op::Sigmoid as S;
!> had to go: `t`
---
(matches!(Sigmoid(1.0), S(_)), matches!(Tanh, Op::Tanh))
=> (true, true)
""",
    "such variants beside one that is not of the library": """
#[derive(Debug, Clone, Copy)]
enum Op { Add, Mul, Tanh, Relu }
use Op::*;
---
let ops = [Relu, Tanh, Mul];
---
format!("{ops:?}").len()
=> 17
---
let more = vec![Add, Relu];
(matches!(more[1], Op::Relu), matches!(ops[1], Op::Tanh))
=> (true, true)
""",
    "such variants only": """
#[derive(Debug, Clone, Copy, PartialEq)]
enum Op { Mul, Sigmoid, Relu }
use Op::*;
---
let pair = if 1 > 2 { Sigmoid } else { Mul };
pair
=> Mul
---
let (a, b): (Op, Op) = (Relu, Mul);
a == Relu
=> true
""",
    "a module with names of the library": """
mod own { #[derive(Debug)] pub struct Dense(pub i32); pub fn tensor(a: i32) -> i32 { a + 1 } pub fn seed() -> i32 { 3 } }
use own::*;
---
let d = Dense(tensor(1));
d.0 + seed()
=> 5
---
let library = chainrule::prelude::Dense::new(2, 3);
let x = Tensor::ones(&[1, 2]);
library.forward(&x).shape().to_vec()
=> [1, 3]
---
d
=> Dense(2)
""",
    "own types by names of the library": """
fn make() -> Dense { Dense::new(2, 3) }
fn other(d: &Sequential) -> usize { d.layers().len() }
make().forward(&Tensor::ones(&[1, 2])).shape().to_vec()
=> [1, 3]
---
#[derive(Debug)]
struct Dense { w: f32 }
impl Dense { fn new(inputs: usize, outputs: usize) -> Dense { Dense { w: (inputs * outputs) as f32 } } }
!> `make` of cell [1] meant the library's and was set aside
---
Dense::new(2, 3).w
=> 6.0
---
other(&Sequential::new().add(chainrule::prelude::Dense::new(2, 2)))
=> 1
---
fn make() -> Dense { Dense::new(2, 4) }
make()
=> Dense { w: 8.0 }
""",
    "an own trait by the name of one of the library": """
trait Module { fn forward(&self, x: f32) -> f32; fn twice(&self, x: f32) -> f32 { self.forward(self.forward(x)) } }
struct Double;
impl Module for Double { fn forward(&self, x: f32) -> f32 { 2.0 * x } }
---
Double.twice(1.0)
=> 4.0
---
Dense::new(2, 3).forward(&Tensor::ones(&[1, 2])).shape().to_vec()
=> [1, 3]
""",
    "imports that evcxr overlooks": """
use {std::fmt, std::collections::HashMap};
use std::io::{self as inout};
let counts: HashMap<i32, i32> = HashMap::new();
---
(fmt::format(format_args!("{}", counts.len())), inout::ErrorKind::NotFound)
=> ("0", NotFound)
""",
    "variables of the library stay what they are": """
fn make() -> Dense { Dense::new(2, 3) }
let layer = make();
let layers = vec![Dense::new(1, 1)];
---
struct Dense { w: f32 }
!> `make` of cell [1] meant the library's and was set aside
---
(layer.forward(&Tensor::ones(&[1, 2])).shape().to_vec(), layers.len(), Dense { w: 1.0 }.w)
=> ([1, 3], 1, 1.0)
---
struct Tensor(i32);
---
(layer.forward(&chainrule::prelude::Tensor::ones(&[1, 2])).shape().to_vec(), Tensor(7).0)
=> ([1, 3], 7)
""",
    "two globs of the learner": """
mod one { pub fn f() -> i32 { 1 } }
use one::*;
---
mod two { pub fn f() -> i32 { 2 } }
use two::*;
---
f()
=> 2
""",
}


def check(kernel, session):
    for cell in session.split("---\n"):
        lines = cell.strip().splitlines()
        code = "\n".join(line for line in lines if line[:2] not in ("=>", "!>"))
        ran = run(kernel, code)
        assert ran.status == "ok", f"{code}\n{ran.error}"
        expected = [line[3:] for line in lines if line.startswith("=> ")]
        assert ran.results == expected, code
        words = [line[3:] for line in lines if line.startswith("!> ")]
        for said in words:
            assert said in ran.notices, f"{code}\n{ran.notices}"
        if not words:
            assert ran.notices == "", f"{code}\n{ran.notices}"
        assert len(set(ran.notices.splitlines())) == len(ran.notices.splitlines()), ran.notices


@pytest.mark.parametrize("name", SESSIONS)
def test_the_latest_cell_counts(fresh, name):
    check(fresh, SESSIONS[name])


def test_it_counts_as_well_when_cells_are_not_compiled_again(jupyter_folders):
    """The cells of the test above were compiled before: now they are found."""
    for name in ["a function renamed in a module", "a glob of what is no module any more", "variants with names of the library"]:
        kernel = Kernel()
        try:
            check(kernel, SESSIONS[name])
        finally:
            kernel.stop()


def test_an_import_of_the_cell_itself_that_leads_nowhere_is_its_mistake(fresh):
    run(fresh, "mod m { pub fn a() -> i32 { 1 } }\nuse m::a;")
    ran = run(fresh, "use m::b;\na()")
    assert ran.name == "CompileError" and "unresolved import `m::b`" in ran.error, ran.error
    # A cell that is refused takes nothing with it.
    ran = run(fresh, "mod m { pub fn c() -> i32 { 1 } }\nmissing")
    assert ran.name == "CompileError" and "missing" in ran.error and ran.notices == "", ran.all
    assert run(fresh, "a()").results == ["1"]


def test_what_was_set_aside_says_so_when_it_is_used(fresh):
    run(fresh, "mod m { pub fn a() -> i32 { 1 } }\nuse m::a;")
    run(fresh, "mod m { pub fn b() -> i32 { 1 } }")
    ran = run(fresh, "a()")
    assert "`a` of cell [1] did not fit any more after cell [2]" in ran.error, ran.error


# Results that nobody looks at.


def test_an_error_that_is_thrown_away_is_one_of_the_cell(fresh):
    run(fresh, "let model = Sequential::new().add(Dense::new(2, 3));\nlet mut kept = 0;")
    ran = run(fresh, 'let before = 1;\nmodel.save("nofolder/x.safetensors");\nkept = 7;')
    assert ran.name == "Error" and "No such file or directory" in ran.value, ran.all
    assert "model.save" in ran.error and ran.error.endswith("line 2)"), ran.error
    assert "`?`" in ran.value and "let _ = …;" in ran.value, ran.value
    # The cell went on: Rust does, and nothing is lost.
    assert run(fresh, "(before, kept)").results == ["(1, 7)"]
    # What is missing is the folder.
    assert "folder `nofolder`" in ran.error and 'create_dir_all("nofolder")' in ran.error, ran.error
    # Who says that it does not matter hears nothing, and who asks for it is told at once.
    ran = run(fresh, 'let _ = model.save("nofolder/x.safetensors");')
    assert (ran.status, ran.kinds) == ("ok", []), ran.all
    ran = run(fresh, 'model.save("nofolder/x.safetensors")?;\nkept = 8;')
    assert ran.name == "Error" and run(fresh, "kept").results == ["7"]


# A cell, and the line that its error is at; 0 where it works.
THROWN_AWAY = [
    ('for name in ["1", "x", "y"] {\n    name.parse::<i32>();\n}', 2),
    ('fn quietly(text: &str) {\n    text.parse::<f32>();\n}\nquietly("text");', 2),
    ('let all = || {\n    std::fs::remove_file("not there");\n};\nall();', 0),  # a closure that cannot be kept
    ('{\n    let f = || {\n        std::fs::remove_file("not there");\n    };\n    f();\n}', 3),
    ("use std::io::Write;\nlet mut full = std::io::Cursor::new([0u8; 1]);\nwrite!(full, \"more than one\");", 3),
    ("struct Silent;\nfn fails() -> Result<i32, Silent> { Err(Silent) }\nfails();", 3),
    ("fn boxed() -> Result<(), Box<dyn std::error::Error>> { Err(\"no\".into()) }\nboxed();", 2),
    ('"1".parse::<i32>();', 0),
    ("let (sender, receiver) = std::sync::mpsc::channel::<i32>();\nreceiver;\nsender.send(1);", 3),
]


@pytest.mark.parametrize("code, line", THROWN_AWAY)
def test_wherever_it_is_thrown_away(fresh, code, line):
    ran = run(fresh, code)
    if line:
        assert ran.name == "Error" and f"line {line})" in ran.error, ran.all
    elif ran.status == "error":
        assert ran.name == "CompileError", ran.all


def test_an_error_at_the_end_of_a_cell_is_shown_as_one(fresh):
    ran = run(fresh, 'let model = Sequential::new();\nmodel.save("nofolder/x.safetensors")')
    assert ran.name == "Error" and "No such file or directory" in ran.value and ran.results == [], ran.all
    assert ran.error.endswith("line 2)"), ran.error
    assert run(fresh, '"5".parse::<i32>()').results == ["Ok(5)"]
    ran = run(fresh, '#[derive(Debug)]\nstruct Mine(i32);\nErr::<i32, _>(Mine(3))')
    assert ran.name == "Error" and ran.value == "Mine(3)", ran.all
    assert run(fresh, 'Some(Err::<i32, &str>("inside"))').results == ['Some(Err("inside"))']


def test_a_variable_that_holds_nothing_is_told_of(jupyter_folders, tmp_path):
    kernel = Kernel(cwd=str(tmp_path))
    try:
        run(kernel, 'let model = Sequential::new().add(Dense::new(2, 3));\nmodel.save("m.safetensors")?;')
        ran = run(kernel, 'let m1 = Sequential::load("m.safetensors")?;\nm1.load("m.safetensors")?;\nm1.summary().parameters()')
        assert ran.status == "ok" and ran.results == ["9"], ran.all
        ran = run(kernel, 'let m2 = model.load_weights("m.safetensors")?;')
        assert ran.status == "ok" and "`m2` holds nothing" in ran.notices and "Go on with `model`" in ran.notices, ran.all
        ran = run(kernel, "let mut list = vec![3, 1, 2];\nlet sorted = list.sort();")
        assert "`sorted` holds nothing" in ran.notices and "Go on with `list`" in ran.notices, ran.all
        for code in ["let unit = ();", "let n = list.len();", "let _ = list.sort();"]:
            assert "holds nothing" not in run(kernel, code).notices, code
    finally:
        kernel.stop()


# Completion and tooltips.


def test_of_a_layer_what_learners_call_comes_first(fresh):
    run(fresh, "let layer = Dense::new(2, 3);\nlet model = Sequential::new();")
    for code, first in [("layer.", ["forward"]), ("model.", ["fit", "forward", "add", "compile", "predict"])]:
        matches = fresh.request("complete_request", {"code": code, "cursor_pos": len(code)})["matches"]
        places = {name: matches.index(name) for name in [*first, "label"]}
        assert all(places[name] < places["label"] for name in first), matches[:20]


def test_a_constructor_says_what_it_makes(fresh):
    for code, words in [
        ("Dense::new", ["`inputs`", "`outputs`", "let hidden = Dense::new(784, 128).relu();"]),
        ("Conv2D::new", ["`channels`", "`filters`", "Conv2D::new("]),
        ("Sequential::new", ["one after the other", ".add(Dense::new(784, 128).relu())"]),
        ("Adam::new", ["learning rate"]),
    ]:
        content = {"code": code, "cursor_pos": len(code), "detail_level": 0}
        shown = fresh.request("inspect_request", content)["data"]["text/plain"]
        for word in words:
            assert word.strip("`") in shown, shown
        assert ".rs" not in shown, shown
