"""A new cell goes to rustc at once, without evcxr, where nothing about it is unusual. A cell must mean the same either way:
here both ways run the same cells. A setting of cargo's that decides how cells are compiled makes all go through evcxr."""

import os
import random
import re
import time

import psutil
import pytest

from conftest import Kernel
from test_analyzer import analyzer, wait_for

# Makes cells be compiled otherwise than the library was prepared for, though nothing comes of it.
THROUGH_EVCXR = {"CARGO_PROFILE_DEV_DEBUG": "0"}
# Each kernel compiles for itself.
ALONE = {"CHAINRULE_CELL_CACHE": "off"}
SEQUENCES = int(os.environ.get("CHAINRULE_SEQUENCES", "1"))
SEED = int(os.environ.get("CHAINRULE_SEED", "1"))

LEARNERS = [
    "use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};",
    "let n = 7; let mut total = 0; for i in 0..n { total += i; }\ntotal",
    "let words = vec![\"a\", \"b\", \"a\"]; let mut counts: HashMap<&str, usize> = HashMap::new();",
    "for w in &words { *counts.entry(w).or_insert(0) += 1; }\ncounts[\"a\"]",
    "let text = String::from(\"one two\"); let parts: Vec<String> = text.split(' ').map(str::to_owned).collect();",
    "parts.len()",
    "#[derive(Debug, Clone, PartialEq)] struct Point { x: f64, y: f64 }",
    "impl Point { fn norm(&self) -> f64 { (self.x * self.x + self.y * self.y).sqrt() } }",
    "let p = Point { x: 3.0, y: 4.0 };",
    "p.norm()",
    "enum Shape { Circle(f64), Square { side: f64 } }",
    "trait Area { fn area(&self) -> f64; }",
    "impl Area for Shape { fn area(&self) -> f64 { match self { Shape::Circle(r) => 3.0 * r * r, Shape::Square { side } => side * side } } }",
    "let shapes = vec![Shape::Circle(1.0), Shape::Square { side: 2.0 }];",
    "shapes.iter().map(|s| s.area()).sum::<f64>()",
    "let boxed: Vec<Box<dyn Area>> = vec![Box::new(Shape::Circle(2.0))];",
    "boxed[0].area()",
    "fn largest<T: PartialOrd + Copy>(list: &[T]) -> T { let mut m = list[0]; for &x in list { if x > m { m = x; } } m }",
    "largest(&[1.5, 0.2])",
    "use std::rc::Rc; use std::cell::RefCell;",
    "let shared = Rc::new(RefCell::new(vec![1, 2]));",
    "let again = Rc::clone(&shared); again.borrow_mut().push(3);",
    "(shared.borrow().len(), Rc::strong_count(&shared))",
    "let handle = std::thread::spawn(|| (1..=10u64).product::<u64>());",
    "handle.join().unwrap()",
    "let parsed: Result<i32, _> = \"12\".parse::<i32>();",
    "parsed.clone()?",
    "let bad: i32 = \"x\".parse()?;",
    "let a = vec![1, 2]; let b = a;",
    "b",
    "let v2: Vec<i32> = Vec::from([3, 1, 2]); let mut sorted = v2.clone(); sorted.sort();",
    "sorted",
    "let opt = sorted.iter().max().copied();",
    "if let Some(m) = opt { println!(\"{m}\"); }",
    "let tuple = (1, \"x\", 2.5f32); let (one, two, three) = tuple;",
    "format!(\"{one} {two} {three}\")",
    "let t = tensor([[1.0, 2.0], [3.0, 4.0]]); let u = t.matmul(&t);",
    "u",
    "let x = Tensor::ones(&[2]).requires_grad(); let loss = (&x * &x).sum(); loss.backward();",
    "x.grad()",
    "let model = Sequential::new().add(Dense::new(2, 4).relu()).add(Dense::new(4, 1));",
    "model.layers().len()",
    "let total = total as f64 / 2.0;",
    "total",
    "macro_rules! twice { ($e:expr) => { $e + $e } }",
    "twice!(21)",
    "mod geometry { pub struct Deep(pub i32); pub fn f() -> Deep { Deep(4) } } use geometry::Deep;",
    "let deep: Deep = geometry::f(); deep.0",
    "let text2 = std::fs::read_to_string(\"nothing.txt\")?;",
    "let d = std::time::Duration::from_millis(1500); let path = std::path::PathBuf::from(\"a/b\");",
    "(d.as_secs_f64(), path.display().to_string())",
    "let grid = [[0u8; 3]; 2]; let chars: Vec<char> = \"añb\".chars().collect();",
    "(grid.len(), chars)",
    "let mut queue = VecDeque::from([1, 2]); queue.push_back(9);",
    "queue.pop_front()",
    "let set: HashSet<i32> = [1, 1, 2].into_iter().collect(); let map: BTreeMap<i32, &str> = [(1, \"a\")].into();",
    "(set.len(), map[&1])",
    "let label = loop { break 'c'; }; let value = if n > 3 { \"big\" } else { \"small\" };",
    "(label, value)",
    "struct Counter { n: u32 } impl Iterator for Counter { type Item = u32; fn next(&mut self) -> Option<u32> { self.n += 1; (self.n < 4).then_some(self.n) } }",
    "Counter { n: 0 }.collect::<Vec<_>>()",
    "use std::fmt; impl fmt::Display for Point { fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, \"({}, {})\", self.x, self.y) } }",
    "println!(\"{p}\");",
    "let add: fn(i32, i32) -> i32 = |a, b| a + b; let boxed_add: Box<dyn Fn(i32) -> i32> = Box::new(move |a| a + n);",
    "(add(1, 2), boxed_add(1))",
    "const LIMIT: usize = 3; static NAME: &str = \"n\"; let firsts: [i32; LIMIT] = [1, 2, 3];",
    "(firsts, NAME)",
    "let s1 = String::from(\"x\"); let s2 = s1 + \"y\"; s2",
    "s1",
    "vec![1, 2][5]",
    "let atomic = std::sync::atomic::AtomicUsize::new(3); let pieces = \"a-b\".split('-');",
    "(atomic.load(std::sync::atomic::Ordering::SeqCst), pieces.count())",
    "type Pairs = Vec<(i32, i32)>; let pairs: Pairs = vec![(1, 2)];",
    "pairs",
    "#[derive(Debug, Default, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)] struct Card { suit: u8, rank: u8 }",
    "let hand: Vec<Card> = (0..5).map(|i| Card { suit: i % 4, rank: 10 - i }).collect();",
    "let best = hand.iter().max_by_key(|card| card.rank).cloned().unwrap_or_default();\nbest",
    "let mut sorted_hand = hand.clone(); sorted_hand.sort_by(|a, b| b.cmp(a)); sorted_hand.first().map(|card| card.suit)",
    "struct Stack<T> { items: Vec<T> } impl<T> Stack<T> { fn new() -> Self { Stack { items: Vec::new() } } fn push(&mut self, x: T) { self.items.push(x); } fn pop(&mut self) -> Option<T> { self.items.pop() } }",
    "let mut stack = Stack::new(); stack.push(\"a\"); stack.push(\"b\");",
    "stack.pop()",
    "enum Tree { Leaf, Node(Box<Tree>, i32, Box<Tree>) } impl Tree { fn insert(self, v: i32) -> Tree { match self { Tree::Leaf => Tree::Node(Box::new(Tree::Leaf), v, Box::new(Tree::Leaf)), Tree::Node(l, x, r) if v < x => Tree::Node(Box::new(l.insert(v)), x, r), Tree::Node(l, x, r) => Tree::Node(l, x, Box::new(r.insert(v))) } } fn depth(&self) -> usize { match self { Tree::Leaf => 0, Tree::Node(l, _, r) => 1 + l.depth().max(r.depth()) } } }",
    "let tree = [5, 2, 8, 1].into_iter().fold(Tree::Leaf, |tree, v| tree.insert(v));",
    "tree.depth()",
    "#[derive(Debug)] enum Trouble { Empty, Wrong(String) } impl std::fmt::Display for Trouble { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, \"trouble\") } } impl std::error::Error for Trouble {}",
    "fn parse_age(text: &str) -> Result<u8, Box<dyn std::error::Error>> { if text.is_empty() { return Err(Box::new(Trouble::Empty)); } Ok(text.trim().parse::<u8>()?) }",
    "let ages: Vec<u8> = [\"3\", \"x\", \"\", \" 40\"].iter().filter_map(|text| parse_age(text).ok()).collect();\nages",
    "let failed = parse_age(\"\").map_err(|error| error.to_string());\nfailed",
    "parse_age(\"300\")?",
    "fn fib(n: u64) -> u64 { match n { 0 | 1 => n, _ => fib(n - 1) + fib(n - 2) } }",
    "let fibs: Vec<u64> = (0..10).map(fib).collect(); fibs",
    "let (evens2, odds): (Vec<u64>, Vec<u64>) = fibs.iter().partition(|&&x| x % 2 == 0);",
    "evens2.len() + odds.len()",
    "let windows: Vec<i64> = fibs.windows(2).map(|w| w[1] as i64 - w[0] as i64).collect(); windows",
    "let sentence = \"the quick brown fox\"; let longest = sentence.split_whitespace().max_by_key(|w| w.len());",
    "longest",
    "let reversed: String = sentence.chars().rev().collect(); let upper = sentence.to_uppercase();",
    "format!(\"{reversed:>25}|{upper:<5}\")",
    "let mut histogram = BTreeMap::new(); for c in sentence.chars().filter(|c| c.is_alphabetic()) { *histogram.entry(c).or_insert(0usize) += 1; }",
    "histogram.iter().max_by_key(|(_, n)| **n).map(|(c, _)| *c)",
    "let zipped: HashMap<String, f64> = [\"a\", \"b\"].iter().map(|s| s.to_string()).zip([0.5, 1.5]).collect();",
    "zipped.values().sum::<f64>()",
    "use std::sync::{Arc, Mutex, mpsc}; let counter = Arc::new(Mutex::new(0));",
    "let handles: Vec<_> = (0..4).map(|i| { let counter = Arc::clone(&counter); std::thread::spawn(move || { *counter.lock().unwrap() += i; }) }).collect();",
    "for handle in handles { handle.join().unwrap(); }\n*counter.lock().unwrap()",
    "let (sender, receiver) = mpsc::channel(); std::thread::spawn(move || { for i in 0..3 { sender.send(i * i).unwrap(); } });",
    "receiver.iter().collect::<Vec<i32>>()",
    "trait Animal { fn name(&self) -> String; fn speak(&self) -> String { format!(\"{} speaks\", self.name()) } }",
    "struct Dog; struct Cat { lives: u8 } impl Animal for Dog { fn name(&self) -> String { \"dog\".into() } } impl Animal for Cat { fn name(&self) -> String { format!(\"cat with {} lives\", self.lives) } }",
    "let zoo: Vec<Box<dyn Animal>> = vec![Box::new(Dog), Box::new(Cat { lives: 9 })];",
    "zoo.iter().map(|animal| animal.speak()).collect::<Vec<_>>()",
    "use std::ops::{Add, Mul}; #[derive(Debug, Clone, Copy, PartialEq)] struct V2(f64, f64); impl Add for V2 { type Output = V2; fn add(self, o: V2) -> V2 { V2(self.0 + o.0, self.1 + o.1) } } impl Mul<f64> for V2 { type Output = V2; fn mul(self, k: f64) -> V2 { V2(self.0 * k, self.1 * k) } }",
    "let v3 = V2(1.0, 2.0) + V2(0.5, 0.5) * 2.0; v3",
    "let weak; { let strong = Rc::new(5); weak = Rc::downgrade(&strong); }\nweak.upgrade()",
    "let array = ndarray::arr2(&[[1.0f32, 2.0], [3.0, 4.0]]); array.sum()",
    "array.dot(&array.t())",
    "let from_array = Tensor::from(array.clone()); from_array.shape().to_vec()",
    "let figure = plot::line(&[1.0, 4.0, 9.0]);",
    "let optimiser = Adam::new(0.01); let history = vec![(1, 0.5f32), (2, 0.25)];",
    "history.iter().map(|(_, loss)| loss).fold(f32::INFINITY, |a, &b| a.min(b))",
    "let slice = &[1u8, 2, 3][..]; let [first_byte, .., last_byte] = [1u8, 2, 3];",
    "(first_byte, last_byte)",
    "let nested: Option<Option<Result<i32, String>>> = Some(Some(Ok(3)));",
    "if let Some(Some(Ok(x))) = &nested { x + 1 } else { 0 }",
    "let name_of = |n: u8| -> &'static str { match n { 0 => \"none\", 1..=9 => \"few\", _ => \"many\" } }; (name_of(0), name_of(5), name_of(200))",
]


# What a second week of Rust brings besides: mistakes, and what cannot be kept.
MISTAKEN = [
    "fn make_adder(k: i32) -> impl Fn(i32) -> i32 { move |x| x + k }",
    "make_adder(2)(3)",
    "let evens = vec![1, 2, 3, 4].into_iter().filter(|x| x % 2 == 0);",
    "fn evens_of(list: Vec<i32>) -> impl Iterator<Item = i32> { list.into_iter().filter(|x| x % 2 == 0) }",
    "evens_of(vec![1, 2]).collect::<Vec<_>>()",
    "struct Point { x: f64, y: f64, z: f64 }",
    "fn largest<T: PartialOrd + Copy>(list: &[T]) -> T { list[0] }",
    "largest(&[1, 2])",
    "let a = 5;\nlet r = &a;",
    "let r = &a;",
    "let word = &String::from(\"x\")[..];",
    "let x = Vec::new();",
    "let f = largest::<i32>;",
    "let f = largests::<i32>;",
    "let z = undefined_thing;",
    "let z = std::mem::dropp;",
    "let name = \"é\"; println!(\"{nam}\");",
    "let a = 1; let 二 = a + b2; // 注释",
    "fn broken(x: i32 -> i32 { x }",
    "let s = \"open;",
    "struct Half { x: i32",
    "let q = if true { 1 } else { \"2\" };",
    "impl Nothing { fn f() {} }",
    "use std::collections::{HashMap, HashMapp};",
    "assert_eq!(1, 2.0);",
    "vec![1, 2].iter().map(|x| x + y9).sum::<i32>()",
    "let a = 1; let b = undefinedd + a;",
    "let x: i32 = \"s\";",
    "let s = String::from(\"a\"); let t = s; println!(\"{s}\");",
    "let v = vec![1, 2]; v.push(3);",
    "fn f(x: i32) -> i32 {\n    x + y\n}",
    "let a = 5\nlet b = 6;",
    "println!(\"{}\", a;",
    "let mut z = vec![1]; let first = &z[0]; z.push(2); println!(\"{first}\");",
    "if a = 5 { println!(\"x\"); }",
    "match Some(3) { Some(x) => x }",
    "use std::colections::HashMap;",
    "struct P { x: i32 } let p = P { x: 1 }; println!(\"{p}\");",
    "tensor([1.0]).foo()",
    "fn g() -> i32 { \"a\".parse()? }",
    "for i in 0..3 { let q: &str = i; }",
    "let c = || 3;",
    "let r = &a;",
]


# What somebody found who wanted to break it: each a session of its own.
RARE = {
    "capital names": [
        "let N = 5; let X = vec![1.0, 2.0];",
        "N + 1",
        "X.len()",
        "let (X, y) = (3, 4);",
        "X + y",
        "let mut Δ = 1; Δ += 1;",
        "Δ",
        "let X_train = tensor([1.0]); let mut W = tensor([2.0]);",
        "(X_train.sum().item(), W.sum().item())",
    ],
    "a capital name made anew": [
        "fn adder() -> impl Fn(i32) -> i32 { |x| x + 1 }\nlet N = adder()(3);",
        "let N = 100;",
        "N",
        "let N = \"text\";",
        "N.len()",
    ],
    "capital names that are none": [
        "#[derive(Debug, Clone, Copy, PartialEq)] enum Op { Add, Mul } use Op::*;",
        "let Add = Add else { panic!() }; let op = Mul;",
        "op",
        "const K: i32 = 3; let Some(v) = Some(K) else { panic!() };",
        "v",
        "let None = None::<i32> else { panic!() };",
        "v + K",
    ],
    "a facade": [
        "mod shapes { mod private { #[derive(Debug)] pub struct Sq(pub f64); } pub use private::Sq; }\nlet keep = 7;",
        "let s = shapes::Sq(2.0);",
        "keep",
        "s",
        "let again = vec![shapes::Sq(1.0)];",
        "again.len()",
    ],
    "references to several traits": [
        "let a = 1; let d: &(dyn std::fmt::Debug + Send + Sync) = &5;",
        "a",
        "d",
        "let p: Vec<&'static (dyn Fn(i32) -> i32 + Sync)> = vec![&|x| x + 1];",
        "p[0](1)",
    ],
    "small types": [
        "#[derive(Debug)] struct point { x: i32 }\n#[derive(Debug)] struct 点 { x: i32 }\nmod geo { pub struct pt(pub i32); }",
        "let p = point { x: 1 }; let q = vec![点 { x: 2 }]; let g = geo::pt(3);",
        "p.x + q[0].x + g.0",
        "p",
    ],
    "functions of lifetimes": [
        "let f: fn(&'static str) -> &'static str = |s| s; let h: fn(&str) -> &str = |s| s; let b: Box<dyn Fn(&'static str) -> usize> = Box::new(|s| s.len());",
        "f(h(\"x\"))",
        "b(\"abc\")",
        "let list: Vec<fn(&'static [i32]) -> Option<&'static i32>> = vec![|v| v.first()];",
        "list[0](&[4])",
    ],
    "constructors": [
        "#[derive(Debug)] struct P(i32); let mk = P;",
        "mk(3)",
        "let so = Some::<i32>;",
        "so(3)",
    ],
    "letters as parameters": [
        "#[derive(Debug, Clone)] struct A<const N: usize, const C: char>;",
        "let a = A::<3, '{'>;",
        "a.clone()",
    ],
}


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def seen(kernel, cell):
    """What a front end sees of a cell, without what differs from run to run."""
    reply, outputs = kernel.run(cell)
    shown = []
    for kind, content in outputs:
        if kind == "stream":
            shown.append((content["name"], content["text"]))
        elif kind in ("execute_result", "display_data"):
            shown.append((kind, content["data"].get("text/plain")))
    error = plain("\n".join(reply["traceback"])) if reply["status"] == "error" else None
    return reply["status"], reply.get("ename"), error, shown


def same(one, other, cells):
    """Whether both ways have said the same."""
    assert without_labels(one) == without_labels(other), cells


def without_labels(one):
    """evcxr leaves out what rustc writes behind the signs under a line, where the line is of an import."""
    status, name, error, shown = one
    return status, name, error and re.sub(r"(?m)^( *\| +\^+) .*$", r"\1", error), shown


def variables(kernel):
    """Names and types, as the table shows them."""
    _, outputs = kernel.run(":vars")
    texts = [content["data"]["text/plain"] for kind, content in outputs if kind == "display_data"]
    lines = [line for line in "\n".join(texts).splitlines()[2:] if not line.startswith("─")]
    return [line.split("  ")[:2] for line in lines]


@pytest.fixture(scope="module")
def both(jupyter_folders):
    kernels = [Kernel(env=ALONE), Kernel(env={**ALONE, **THROUGH_EVCXR})]
    # Whoever is the first on a machine sees the library being prepared.
    for kernel in kernels:
        kernel.run("let _ = 1;")
    yield kernels
    for kernel in kernels:
        kernel.stop()


def memory(kernel):
    """What the kernel has, and evcxr's process, if it is there."""
    own = psutil.Process(kernel.manager.provisioner.process.pid)
    others = [process for process in own.children() if process.name() == "chainrule-evcxr"]
    return sum(process.memory_info().rss for process in [own, *others])


def ended_analysis(kernel):
    """Whether evcxr was needed: then its process is there, and is ended, for the next cell to start it or not."""
    process = analyzer(kernel)
    if process:
        process.kill()
        wait_for(lambda: analyzer(kernel) is None)
    return process is not None


def test_a_cell_means_the_same_either_way(both):
    """And hardly any of what learners write, mistaken cells among it, needs evcxr."""
    straight, through = both
    needed = []
    for number, cell in enumerate(LEARNERS + MISTAKEN):
        same(seen(straight, cell), seen(through, cell), f"{number}: {cell}")
        if ended_analysis(straight):
            needed.append(cell)
    assert variables(straight) == variables(through)
    assert len(needed) <= 0.05 * len(LEARNERS + MISTAKEN), needed


@pytest.mark.parametrize(
    "cell",
    [
        "let k = |x: i32| x + 46;",
        "let k = |x: i32| x + 46; 5 == 5; k(1)",
        "let k = || { let unused = 3; }; fn nobody() {}",
        'let parsed = "5".parse().unwrap(); let other = 3; 5 == 5;',
        "let parts = [1, 2].iter().map(|x| x + 1); macro_rules! spare { () => {} }",
    ],
)
def test_a_warning_does_not_hide_why_a_cell_is_refused(both, cell):
    for kernel in both:
        kernel.run("macro_rules! unused { ($x:expr) => { $x * 20 } }")
    ways = [seen(kernel, cell) for kernel in both]
    same(*ways, cell)
    assert "does not compile" not in ways[0][2], ways[0]


@pytest.mark.parametrize("name", RARE)
def test_rare_cells_mean_the_same_either_way(jupyter_folders, name):
    kernels = straight, through = [Kernel(env=ALONE), Kernel(env={**ALONE, **THROUGH_EVCXR})]
    try:
        for cell in RARE[name]:
            same(seen(straight, cell), seen(through, cell), cell)
        assert [row[0] for row in variables(straight)] == [row[0] for row in variables(through)]
    finally:
        for kernel in kernels:
            kernel.stop()


UNNAMEABLE = {
    "in a constant": (
        "trait Key { type Value; fn make() -> Self::Value; } struct K1; const _: () = { pub struct Secret(u8); "
        "impl Key for K1 { type Value = Secret; fn make() -> Secret { Secret(9) } } };",
        "K1::make()",
    ),
    "in a private module": ("mod m { mod inner { pub struct B(pub i32); } pub fn make() -> inner::B { inner::B(1) } }", "m::make()"),
    "a function among others": ("fn sq(x: f64) -> f64 { x * x }", 'vec![("sq", sq)]'),
    "a method": ("", "vec![1, 2].into_iter().map(i32::abs)"),
    "what never is": ("", 'std::panic::catch_unwind(|| { if true { panic!("in") } else { loop {} } })'),
    "what a function hides": ("fn evens()->impl Iterator<Item = i32> { 0..6 }", "evens()"),
}


@pytest.mark.parametrize("name", UNNAMEABLE)
def test_a_type_without_a_name_takes_no_other_variable(jupyter_folders, name):
    """Whether the cell is refused or leaves the variable out: whatever else there is stays."""
    defined, value = UNNAMEABLE[name]
    kernel = Kernel(env=ALONE)
    try:
        assert seen(kernel, f"{defined}\nlet keep = 7;")[0] == "ok"
        seen(kernel, f"let odd = {value};")
        assert kernel.value("keep") == "7"
        assert seen(kernel, "let next = keep + 1;")[0] == "ok"
        assert kernel.value("next") == "8"
        assert [row[0] for row in variables(kernel)] == ["keep", "next"]
    finally:
        kernel.stop()


def test_a_function_is_optimised_where_a_loop_calls_it(both):
    """The cell that defines it has no loop and is not optimised, which evcxr's way does to every cell."""
    loop = (
        "let mut best = f64::MAX; for _ in 0..3 { let begin = std::time::Instant::now(); let mut a = 1.0f64;\n"
        "for _ in 0..10_000_000 { a = step(a); } assert_eq!(a, 0.5); best = best.min(begin.elapsed().as_secs_f64()); }\n"
        "best"
    )
    taken = []
    for kernel in both:
        assert kernel.value("fn step(x: f64) -> f64 { let y = [x, 0.5]; (y[0] * y[1] + 0.25).abs() }\nstep(0.5)") == "0.5"
        taken.append(float(kernel.value(loop)))
    assert taken[0] < 2.0 * taken[1], taken


def test_types_that_evcxr_cannot_write_down_are_kept(both):
    """rust-analyzer names a trait without its path."""
    straight, through = both
    made, used = "fn hid() -> Box<dyn std::fmt::Debug> { Box::new(1) }", "let hid_one = hid();"
    assert seen(straight, made)[0] == seen(through, made)[0] == "ok"
    assert "trait" in seen(through, used)[2]
    assert seen(straight, used) == ("ok", None, None, [])
    assert straight.value("hid_one") == "1"


# Each may use what those before it have made; which of them there are is drawn. Not a type with a name of std, such as
# `struct String;`: evcxr then loses the variables that are Strings.
PIECES = [
    "let a = {n};",
    "let mut a = vec![{n}, 2];",
    "let a = \"{n}\".to_string();",
    "let b = a;",
    "let b = a.clone();",
    "a",
    "b",
    "let c = (a, {n});",
    "println!(\"{{a:?}}\");",
    "struct S {{ a: i{bits} }}",
    "let s = S {{ a: {n} }};",
    "s.a",
    "fn f(x: i32) -> i32 {{ x + {n} }}",
    "f({n})",
    "let g = f;",
    "g(1)",
    "let k = |x: i32| x + {n};",
    "let r = &a;",
    "let o = Some({n}); let d = o?;",
    "let m = std::collections::HashMap::from([({n}, 1.5)]);",
    "m.len()",
    "mod q {{ pub struct Z(pub i{bits}); }} use q::Z;",
    "let z = Z({n}); z.0",
    "macro_rules! w {{ ($x:expr) => {{ $x * {n} }} }}",
    "w!(2)",
    "let e = vec![1][{n}];",
    "if {n} > 50 {{ return; }} let late = {n};",
    "late",
    "use std::collections::BTreeSet; let t: BTreeSet<i{bits}> = [{n}].into();",
    "t.len()",
    "let h = std::sync::Arc::new(std::sync::Mutex::new({n}));",
    "*h.lock().unwrap() += 1; *h.lock().unwrap()",
    "let u = undefined;",
    "let x: i32 = \"{n}\";",
    "trait T {{ fn t(&self) -> i32 {{ {n} }} }} impl T for i32 {{}}",
    "5.t()",
    ":undo",
    "let i = (1..{n}).map(|x| x * 2).collect::<Vec<_>>(); i.iter().sum::<i32>()",
    "let y = Tensor::full(&[2], {n}.0); y.sum()",
    "enum E {{ A, B }} use E::*; let v = A;",
    "let it = vec![{n}].into_iter();",
    "it.count()",
    "panic!(\"{n}\")",
    "let before = {n}; std::process::abort();",
    "before",
    "fn twice<T: Clone>(t: &T) -> (T, T) {{ (t.clone(), t.clone()) }}",
    "let pair = twice(&{n}u{bits});",
    "pair.0 + 1",
    "struct G<T> {{ inner: T }} impl<T: std::fmt::Display> G<T> {{ fn told(&self) -> String {{ format!(\"{{}} {n}\", self.inner) }} }}",
    "let g1 = G {{ inner: {n} }}; g1.told()",
    "a.push({n});",
    "drop(a);",
    "let a = (a, {n});",
    ":dep itoa = \"1\"",
    "itoa::Buffer::new().format({n}u{bits}).to_owned()",
]


@pytest.mark.parametrize("seed", range(SEED, SEED + SEQUENCES))
def test_random_sequences_mean_the_same(jupyter_folders, seed):
    draw = random.Random(seed)
    straight, through = Kernel(env=ALONE), Kernel(env={**ALONE, **THROUGH_EVCXR})
    try:
        cells = []
        for _ in range(25):
            new = draw.choice(PIECES).format(n=draw.randrange(1, 99), bits=draw.choice([16, 32, 64]))
            cells.append(draw.choice(cells) if cells and draw.random() < 0.15 else new)
            same(seen(straight, cells[-1]), seen(through, cells[-1]), "\n".join(cells))
        assert variables(straight) == variables(through), "\n".join(cells)
    finally:
        straight.stop()
        through.stop()


def test_the_first_new_cell_waits_for_no_analysis(jupyter_folders):
    """Ratios of what a learner waits for, and of what a kernel then keeps in memory."""
    times, sizes = [], []
    for env in (ALONE, {**ALONE, **THROUGH_EVCXR}):
        kernel = Kernel(env=env)
        try:
            begin = time.perf_counter()
            assert kernel.value("let first = vec![1, 2, 3]; first.len()") == "3"
            times.append(time.perf_counter() - begin)
            sizes.append(memory(kernel))
        finally:
            kernel.stop()
    assert times[0] < 0.4 * times[1], times
    assert sizes[0] < 0.5 * sizes[1], sizes
