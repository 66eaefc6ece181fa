"""Names: what a learner's latest cell says counts, before earlier cells and before the library."""

import pytest
from conftest import Kernel
from test_beginners import run


@pytest.fixture
def fresh(jupyter_folders):
    """A session of its own: what one test names is in no other's way."""
    kernel = Kernel()
    yield kernel
    kernel.stop()


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
