"""One variable, one early return, one macro, one crash: the cells after it work as if nothing had been."""

import time

import pytest
from conftest import Kernel, plain
from test_types import crate
from test_types import fresh as with_a_folder  # noqa: F401 (fixture)

# What no kernel shall have to wait for, beside a cell that does nothing in the same run: how many times as long.
AT_ONCE = 40


def ok(kernel, code):
    reply, outputs = kernel.run(code)
    assert reply["status"] == "ok", (code, reply)
    return outputs


def displayed(outputs):
    return "\n".join(c["data"].get("text/plain", "") for kind, c in outputs if kind == "display_data")


GRID = """#[derive(Debug, Clone, PartialEq)]
struct Grid<const R: usize, const C: usize> { cells: [[i32; C]; R] }
impl<const R: usize, const C: usize> Grid<R, C> {
    fn turned(&self) -> Grid<C, R> { Grid { cells: std::array::from_fn(|c| std::array::from_fn(|r| self.cells[r][c])) } }
}"""


def test_types_with_gaps_are_kept_whole(fresh):
    ok(fresh, GRID)
    made = {
        "let bytes = 258u32.to_be_bytes();": ("bytes", "[0, 0, 1, 2]"),
        "let pair = (1.5f64.to_le_bytes().len(), 7u16.to_ne_bytes());": ("pair.1.len()", "2"),
        "let sized: [f32; _] = [1.5, 2.0, 3.0];": ("sized.len()", "3"),
        "let nested = vec![Some([[0u8; 2 + 1]; 2])];": ("nested[0].unwrap()[1].len()", "3"),
        "let grid = Grid::<2, { 1 + 2 }> { cells: [[1, 2, 3], [4, 5, 6]] };\nlet turned = grid.turned();": (
            "turned.cells",
            "[[1, 4], [2, 5], [3, 6]]",
        ),
        "let boxed: Box<dyn Fn([u8; 2]) -> u8 + Send> = Box::new(|b| b[0]);": ("boxed([9, 1])", "9"),
        "let first = [1, 2, 3, 4].first_chunk::<2>().copied();": ("first", "Some([1, 2])"),
        "let lines: (i32, // a comment\n String) = (1, String::from(\"a\"));": ("lines.0", "1"),
    }
    for code in made:
        ok(fresh, code)
        ok(fresh, "let other = 1;")
    for expression, value in made.values():
        assert fresh.value(expression) == value


def test_cells_that_were_compiled_before_know_the_whole_types(jupyter_folders):
    for _ in range(2):
        kernel = Kernel()
        ok(kernel, "let known_again = 1234567u32.to_be_bytes();")
        assert kernel.value("known_again.map(|byte| byte as u32)") == "[0, 18, 214, 135]"
        kernel.stop()


def test_a_variable_that_no_cell_can_name_is_left_out(fresh):
    ok(fresh, "macro_rules! make { ($name:ident) => { struct $name { x: i32 } } }")
    ok(fresh, "make!(Point);\nlet p: Point = Point { x: 3 };\nlet q: Vec<Point> = vec![];\nlet fine = 4;")
    said = displayed(ok(fresh, "let after = fine + 1;"))
    assert "`p: Point` of cell [2]" in said and "`q: Vec<Point>`" in said and "`fine" not in said, said
    assert displayed(ok(fresh, "after;")).count("Point") == 0
    reply, _ = fresh.run("p.x")
    assert reply["ename"] == "CompileError" and "`p: Point`" in plain(reply["traceback"]), plain(reply["traceback"])
    ok(fresh, "let p = 6;")
    assert fresh.value("(p, after)") == "(6, 5)"


MODULE = "mod m { #[derive(Debug, Clone)] pub struct P { pub x: String } }\n"
# Cells that give a name another meaning by which the type of a variable was written: the cell that makes `kept`, the one
# that takes the name, and what `kept` still is.
RENAMED = {
    "a struct for an import": (MODULE + "use m::P;\nlet kept = P { x: \"a\".into() };", "struct P { n: [u64; 9] }", 'P { x: "a" }'),
    "a struct for one of all": (MODULE + "use m::*;\nlet kept = vec![P { x: \"a\".into() }];", "enum P { One([u64; 9]) }", '[P { x: "a" }]'),
    "an alias": (
        "use std::collections::HashMap as Map;\nlet kept: Map<i32, u8> = Map::from([(1, 2)]);",
        "use std::collections::BTreeMap as Map;", "{1: 2}",
    ),
    "a struct for one of std": (
        "use std::collections::{BTreeMap, BTreeSet};\nlet kept = BTreeMap::from([(1, BTreeSet::from([2]))]);",
        "struct BTreeSet;\nstruct BTreeMap(u8);", "{1: {2}}",
    ),
    "a struct for one of all of std": (
        "use std::collections::*;\nuse std::time::*;\nlet kept = BTreeMap::from([(1, VecDeque::from([2]))]);",
        "struct BTreeMap;\nenum VecDeque { One }", "{1: [2]}",
    ),
    "an import for another": (
        MODULE + "mod n { pub struct P; }\nuse m::P;\nlet kept = P { x: \"a\".into() };", "use n::P;", 'P { x: "a" }',
    ),
    "a name of the library": ("let kept = tensor([1.5]).shape().to_vec();\nlet d = Dense::new(1, 1);", "struct Dense;", "[1]"),
}


@pytest.mark.parametrize("name", RENAMED)
def test_a_name_with_another_meaning_takes_no_variable(fresh, name):
    made, renames, value = RENAMED[name]
    ok(fresh, made)
    assert displayed(ok(fresh, renames)) == ""
    assert fresh.value("kept") == value
    ok(fresh, "let other = 1;")
    assert fresh.value("kept") == value


def test_what_was_made_of_the_earlier_meaning_goes_with_a_word(fresh):
    ok(fresh, "mod m { pub struct Z(pub u8); }\nuse m::Z;\nstruct Out(Z);")
    ok(fresh, "let z = Z(1);\nlet out = Out(Z(2));")
    assert "`out`" in displayed(ok(fresh, "struct Z;"))
    assert fresh.value("z.0") == "1"
    reply, _ = fresh.run("std::mem::size_of_val(&out)")
    assert reply["ename"] == "CompileError" and "`Z`" in plain(reply["traceback"]), plain(reply["traceback"])


RETURNS = {
    "if": ("let list = vec![1];\nif list.len() == 1 { return; }\nlet late = 3;", ["late"]),
    "loop": ("for i in 0..3 { if i == 1 { return; } }\nlet late = 3;", ["late"]),
    "before a move": ("let word = String::from(\"a\");\nif word.len() == 1 { return; }\nlet late = word;", ["late"]),
    "match": ("let late = match Some(3) { Some(_) => return, None => 1 };", ["late"]),
    "Ok": ("if true { return Ok(()); }\nlet late = 3;", ["late"]),
    "? and Ok": ("let number: i32 = \"5\".parse()?;\nif number == 5 { return Ok(()); }\nlet late = number;", ["late"]),
    "? and nothing": ("let number: i32 = \"5\".parse()?;\nif number == 5 { return; }\nlet late = number;", ["late"]),
}


@pytest.mark.parametrize("name", RETURNS)
def test_what_a_return_leaves_out_is_not_there(fresh, name):
    code, missing = RETURNS[name]
    ok(fresh, "let before = 5;")
    outputs = ok(fresh, code)
    assert "`late`" in displayed(outputs) and "return" in displayed(outputs), outputs
    for variable in missing:
        reply, _ = fresh.run(variable)
        assert reply["ename"] == "CompileError" and "ended at a `return`" in plain(reply["traceback"]), plain(reply["traceback"])
    ok(fresh, "let late = 7;")
    assert fresh.value("(before, late)") == "(5, 7)"


def test_returns_that_change_nothing_are_not_spoken_of(fresh):
    for code in ["let f: fn(i32) -> i32 = |x| { return x + 1; };", "fn g() -> i32 { return 3; }", "if true { return; }"]:
        assert displayed(ok(fresh, code)) == ""
    ok(fresh, "let always = 4;\nif always == 5 { return; }\nlet also = 6;")
    assert fresh.value("(f(1), g(), always, also)") == "(2, 3, 4, 6)"
    reply, _ = fresh.run('if always == 4 { return Err("no good".into()); }')
    assert (reply["ename"], reply["evalue"]) == ("Error", "no good"), reply
    reply, _ = fresh.run("let wrong: i32 = nothing;\nif wrong == 1 { return Ok(()); }")
    assert "VariableStore" not in plain(reply["traceback"]) and "nothing" in plain(reply["traceback"]), plain(reply["traceback"])


def test_a_macro_is_known_wherever_it_is_used(jupyter_folders):
    # evcxr orders items by chance: each session another way.
    for session in range(4):
        kernel = Kernel(env={"CHAINRULE_CELL_CACHE": "off"})
        ok(kernel, "macro_rules! square {\n    // a comment\n    ($x:expr) => { $x * $x };\n}")
        ok(kernel, "fn area(r: f64) -> f64 { 3.0 * square!(r) }")
        ok(kernel, "mod inner { pub fn nine() -> i32 { square!(3) } }\nfn a() {}\nfn b() {}\nstruct C;")
        ok(kernel, 'macro_rules! twice [ (says) => { "a\nb" }; ($x:expr) => { square!($x) + square!($x) }; ];')
        ok(kernel, "fn eight() -> i32 { twice!(2) }\nfn d() {}\nconst E: i32 = square!(4);")
        assert kernel.value('(area(2.0), inner::nine(), eight(), E, twice!(says))') == '(12.0, 9, 8, 16, "a\\nb")'
        ok(kernel, "macro_rules! square { ($x:expr) => { $x + $x } }")
        assert kernel.value("(area(2.0), E)") == "(12.0, 8)"
        kernel.stop()


THREADS = """use std::sync::mpsc::{channel, Receiver};
use std::thread::{sleep, spawn, JoinHandle};
struct Worker { handle: Option<JoinHandle<()>> }
impl Drop for Worker { fn drop(&mut self) { if let Some(handle) = self.handle.take() { handle.join().unwrap(); } } }
fn nap() { sleep(std::time::Duration::from_secs(100_000)) }"""
MAKES_THREADS = """let (sender, receiver) = channel::<i32>();
let handle = spawn(move || { nap(); sender.send(1).unwrap(); });
let worker = Worker { handle: Some(spawn(nap)) };
let number = 5;"""


@pytest.mark.parametrize("end", ["std::process::abort();", ":undo"])
def test_what_waits_for_threads_that_are_gone_goes_with_them(fresh, end):
    ok(fresh, THREADS)
    ok(fresh, MAKES_THREADS)
    ok(fresh, "let after = 6;")
    reply, outputs = fresh.run(end)
    said = displayed(outputs) if end == ":undo" else plain(reply["traceback"])
    for name in ["`handle`", "`receiver`", "`worker`", "cell [2]"]:
        assert name in said, said
    assert "`number`" not in said
    for use in ["handle.join().unwrap();", "receiver.recv().unwrap();", "drop(worker);"]:
        start = time.monotonic()
        reply, _ = fresh.run(use, timeout=60)
        assert reply["ename"] == "CompileError" and "cell [2]" in plain(reply["traceback"]), plain(reply["traceback"])
    ok(fresh, "let (handle, receiver, worker) = (7, 8, 9);")
    assert fresh.value("(handle, receiver, worker, number)") == "(7, 8, 9, 5)"


def test_what_needs_no_threads_stays_after_a_crash(fresh):
    ok(fresh, "let (sender, receiver) = std::sync::mpsc::channel();\nsender.send(3).unwrap();")
    ok(fresh, "let done = std::thread::spawn(|| 4);\nstd::thread::sleep(std::time::Duration::from_millis(100));")
    reply, _ = fresh.run("std::process::abort();")
    assert "hreads" not in plain(reply["traceback"]), plain(reply["traceback"])
    assert fresh.value("(receiver.recv().unwrap(), done.join().unwrap())") == "(3, 4)"


HUGE = {
    "brackets": "(" * 5_000,
    "closed brackets": "(" * 5_000 + "1" + ")" * 5_000,
    "minus signs": "-" * 50_000 + "1",
    "a sum": " + ".join(["1"] * 20_000),
    "blocks": "{" * 3_000 + "}" * 3_000,
    "a megabyte": "x" * (1 << 20),
    "a megabyte of numbers": "vec![" + "1," * (1 << 19) + "]",
    "a chain": "x" + ".abs()" * 5_000,
    "else if": "if a {} " + "else if a {} " * 5_000,
    "types": "let x: " + "Vec<" * 5_000,
    "references": "let x: " + "&" * 20_000 + "i32 = 1;",
    "closures": "|x| " * 5_000 + "1",
    "paths": "a::" * 20_000 + "b",
    "comments": "/*" * 50_000,
    "not closed": '"' + "(" * 100_000,
    "blocks of 190": "{" * 190 + "1" + "}" * 190,
    "a sum of 900": " + ".join(["1"] * 900),
}


@pytest.fixture(scope="module")
def steady(jupyter_folders):
    kernel = Kernel()
    ok(kernel, "let kept = vec![1, 2, 3];")
    ok(kernel, "let warm = 1;")
    yield kernel
    kernel.stop()


@pytest.mark.parametrize("name", HUGE)
def test_a_text_of_any_depth_is_answered(steady, name):
    code = HUGE[name]
    start = time.monotonic()
    ok(steady, "kept.len();")
    ordinary = max(time.monotonic() - start, 0.05)
    start = time.monotonic()
    for position in [len(code), len(code) // 2]:
        assert steady.request("complete_request", {"code": code, "cursor_pos": position})["status"] == "ok"
        asked = {"code": code, "cursor_pos": position, "detail_level": 1}
        assert steady.request("inspect_request", asked)["status"] == "ok"
    assert steady.request("is_complete_request", {"code": code})["status"] in ("incomplete", "invalid", "unknown", "complete")
    reply, _ = steady.run(code)
    if reply["status"] == "error" and "\n  hint" in reply["evalue"]:
        assert time.monotonic() - start < AT_ONCE * ordinary
        assert reply["ename"] == "CompileError" and len(reply["evalue"]) < 400, reply["evalue"]
    assert name not in ("blocks of 190", "a sum of 900") or reply["status"] == "ok", reply
    reply, _ = steady.run("1", user_expressions={"deep": code})
    assert reply["status"] == "ok" and reply["user_expressions"]["deep"]["status"] in ("ok", "error")
    assert steady.value("kept") == "[1, 2, 3]"


@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"a":', "}")])
def test_messages_of_any_depth_are_answered(steady, opening, closing):
    session = steady.client.session
    for kind in ["execute_request", "complete_request", "is_complete_request"]:
        message = session.msg(kind, {})
        parts = session.serialize(message)
        deep = opening * 100_000 + ("1" if opening != "[" else "") + closing * 100_000
        parts[-1] = ('{"code": "1", "cursor_pos": 1, "x": ' + deep + "}").encode()
        parts[1] = session.sign(parts[2:6])
        steady.client.shell_channel.socket.send_multipart(parts)
        reply = steady.client.get_shell_msg(timeout=60)
        assert reply["parent_header"]["msg_id"] == message["header"]["msg_id"]
        assert (reply["content"]["status"], reply["content"]["ename"]) == ("error", "BadRequest"), reply["content"]
    assert steady.value("kept") == "[1, 2, 3]"


WORDS_OF_RUST = ["type", "fn", "struct", "mod", "trait", "impl", "static", "use", "for", "pub", "extern", "unsafe", "async", "final", "do", "gen", "yield"]


def test_a_definition_that_is_no_rust_is_never_dropped(fresh):
    """evcxr leaves out what it cannot read, and runs the rest: it gets what ends in a value, and all after `#![allow]`."""
    for first in ("let k = 1;", "#![allow(unused)]"):
        assert fresh.run(first)[0]["status"] == "ok"
        for word in WORDS_OF_RUST:
            for code in (f"let {word} = 3; 5", f"let {word}: i32 = 3; 5", f"let k = 2; let {word} = 3; println!();"):
                reply, _ = fresh.run(code)
                assert reply["status"] == "error", (first, code)
        for code in ("let let x = 3; 5", "let 'x = 4; 5", "let = 5;", "let 5x = 3; 5", "let x y = 3; 5"):
            assert fresh.run(code)[0]["status"] == "error", (first, code)
    assert fresh.run("assert_eq!(k, 1)")[0]["status"] == "ok"


def test_a_crate_that_does_not_compile_any_more_is_named(with_a_folder):  # noqa: F811
    good, broken = "pub fn three() -> i32 { 3 }\n", "\npub fn three() -> i32 { \"3\" }\n"
    crate(with_a_folder.folder, "mine", good)
    assert with_a_folder.run(':dep mine = { path = "mine" }')[0]["status"] == "ok"
    assert with_a_folder.run("let n = mine::three();")[0]["status"] == "ok"
    (with_a_folder.folder / "mine/src/lib.rs").write_text(broken)
    reply, _ = with_a_folder.run("let m = n + 1;")
    said = "\n".join(reply["traceback"])
    assert "mine/src/lib.rs" in said and "no mistake of the cell" in " ".join(said.split()) and "line 2" in said, said
    (with_a_folder.folder / "mine").rename(with_a_folder.folder / "elsewhere")
    reply, _ = with_a_folder.run("let m = n + 2;")
    assert "the crate `mine`" in reply["evalue"] and "sessions" not in reply["evalue"], reply["evalue"]
    (with_a_folder.folder / "elsewhere").rename(with_a_folder.folder / "mine")
    (with_a_folder.folder / "mine/src/lib.rs").write_text(good)
    assert with_a_folder.run("assert_eq!(n + mine::three(), 6)")[0]["status"] == "ok"


@pytest.mark.parametrize("first", ["mine::three()", "use mine::three;", "fn six() -> i32 { 2 * mine::three() } six();"])
def test_a_session_may_begin_with_a_crate(with_a_folder, first):  # noqa: F811
    """Whatever stands below its `:dep`: evcxr writes other code around a cell without variables."""
    crate(with_a_folder.folder, "mine", "pub fn three() -> i32 { 3 }\n#[derive(Debug)] pub struct Kept(pub i32);\n")
    crate(with_a_folder.folder, "other", "")
    ok(with_a_folder, ':dep mine = { path = "mine" }\n' + first)
    ok(with_a_folder, "let kept = mine::Kept(3);")
    ok(with_a_folder, ':dep other = { path = "other" }\nassert_eq!(kept.0, mine::three())')
