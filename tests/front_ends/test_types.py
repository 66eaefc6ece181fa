"""A changed type: safe code never reads a variable of the earlier one as one of the new, however the types reach each other.

`test_random_types` makes sets of types that contain each other, changes one, and touches all variables afterwards: each
shows what it showed before, or is gone with a word. The number of sets is `CHAINRULE_TYPES`, the first seed `CHAINRULE_SEED`.
"""

import os
import random

import pytest
from conftest import Kernel, plain

ROUNDS = int(os.environ.get("CHAINRULE_TYPES", "20"))
SEED = int(os.environ.get("CHAINRULE_SEED", "1"))
# Sets of types in one session: each is independent of the others, and all are changed by the same cell.
TOGETHER = 10


@pytest.fixture
def fresh(jupyter_folders, tmp_path):
    kernel = Kernel(cwd=str(tmp_path))
    kernel.folder = tmp_path
    yield kernel
    kernel.stop()


def said(outputs):
    """Everything that a cell says, as text."""
    texts = []
    for kind, content in outputs:
        if kind == "error":
            texts.append(plain(content["traceback"]))
        elif kind in ("display_data", "execute_result"):
            texts.append(content["data"].get("text/plain", ""))
        elif kind == "stream":
            texts.append(content["text"])
    return "\n".join(texts)


def good(kernel, code):
    reply, outputs = kernel.run(code)
    assert reply["status"] == "ok", said(outputs)
    return said(outputs)


def is_gone(kernel, name):
    """The variable is not there, and the message says that the type was changed."""
    reply, outputs = kernel.run(name)
    assert reply["status"] == "error", f"{name} is still there: {said(outputs)}"
    assert reply["ename"] == "CompileError" and "cannot find value" in said(outputs), said(outputs)
    return said(outputs)


# Definitions, how the variable is made, and the cell that changes a type below it; what the message has to name.
CHANGES = {
    "copy": (
        ["#[derive(Debug, Clone, Copy)] struct Inner { a: i64 }",
         "#[derive(Debug, Clone, Copy)] struct Outer { inner: Inner, n: u8 }"],
        "let o = Outer { inner: Inner { a: 1 }, n: 7 };",
        "#[derive(Debug, Clone, Copy)] struct Inner { b: f32, a: [i64; 8] }", "Inner",
    ),
    "a module and an import": (
        ["mod m { #[derive(Debug)] pub struct Deep { pub list: Vec<u8> } }", "use m::{Deep};"],
        "let o = Deep { list: vec![1, 2] };",
        "mod m { #[derive(Debug)] pub struct Deep { pub first: u64, pub list: Vec<u8> } }", "m::Deep",
    ),
    "everything of a module": (
        ["mod m { #[derive(Debug)] pub struct Deep { pub list: Vec<u8> } }", "use m::*;"],
        "let o = Some(Deep { list: vec![1, 2] });",
        "mod m { #[derive(Debug)] pub struct Deep { pub first: u64, pub list: Vec<u8> } }", "m::Deep",
    ),
    "another name": (
        ["mod m { #[derive(Debug)] pub struct Deep { pub list: Vec<u8> } }", "use m::Deep as D;",
         "#[derive(Debug)] struct Outer(D);"],
        "let o = Outer(D { list: vec![1, 2] });",
        "mod m { #[derive(Debug)] pub struct Deep { pub first: u64, pub list: Vec<u8> } }", "m::Deep",
    ),
    "an alias": (
        ["type Number = u8;", "#[derive(Debug)] struct Outer { list: Vec<Number>, last: Number }"],
        "let o = Outer { list: vec![1], last: 2 };", "type Number = u64;", "Number",
    ),
    "a parameter": (
        ["#[derive(Debug)] struct Inner(u8);", "#[derive(Debug)] struct Holder<T> { list: Vec<T>, one: T }"],
        "let o = Holder { list: vec![Inner(1)], one: Inner(2) };", "#[derive(Debug)] struct Inner(String, u8);", "Inner",
    ),
    "an associated type": (
        ["trait Has { type Part: std::fmt::Debug; }", "#[derive(Debug)] struct Of;",
         "impl Has for Of { type Part = u8; }", "#[derive(Debug)] struct Outer<T: Has>(T::Part, std::marker::PhantomData<T>);"],
        "let o = Outer::<Of>(1, std::marker::PhantomData);", "impl Has for Of { type Part = String; }", "Has",
    ),
    "deep inside of std": (
        ["struct Counter(u8);",
         "impl Iterator for Counter { type Item = u8; fn next(&mut self) -> Option<u8> { self.0 += 1; Some(self.0) } }"],
        "let mut o = Counter(1).peekable(); o.peek();",
        'impl Iterator for Counter { type Item = String; fn next(&mut self) -> Option<String> { Some("a".to_owned()) } }',
        "Iterator for Counter",
    ),
    "a macro": (
        ["macro_rules! number { () => { u8 } }", "#[derive(Debug)] struct Outer { a: number!(), list: Vec<u8> }"],
        "let o = Outer { a: 1, list: vec![2] };", "macro_rules! number { () => { [u64; 4] } }", "number",
    ),
    "a constant": (
        ["const N: usize = 2 * M; const M: usize = 1;", "#[derive(Debug)] struct Outer([u8; N]);"],
        "let o = Outer([1; N]);", "const M: usize = 300;", "M",
    ),
    "a trait object": (
        ["trait Act { fn act(&self) -> u8 { 1 } }", "impl Act for u8 {}"],
        "let o: Box<dyn Act> = Box::new(3u8);", "trait Act { fn first(&self) -> u8 { 0 } fn act(&self) -> u8 { 1 } }", "Act",
    ),
    "a type in another module": (
        ["mod a { pub type Part = super::b::Inner; } mod b { #[derive(Debug, Clone)] pub struct Inner(pub u8); }",
         "#[derive(Debug, Clone)] struct Outer { part: a::Part }"],
        "let o = vec![Outer { part: b::Inner(1) }];",
        "mod b { #[derive(Debug, Clone)] pub struct Inner(pub String, pub u8); }", "b::Inner",
    ),
    "what hides a name of the library": (
        ["#[derive(Debug, Clone, Copy)] enum Op { Up }", "#[derive(Debug, Clone, Copy)] struct Holder(Op);"],
        "let o = Holder(Op::Up);", "#[derive(Debug, Clone, Copy)] enum Op { Up(u64), Down }", "Op",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_type_takes_what_is_made_of_it_and_nothing_else(fresh, name):
    cells, made, change, named = CHANGES[name]
    for cell in cells:
        good(fresh, cell)
    good(fresh, "#[derive(Debug, Clone, Copy)] struct Other { n: u8 }")
    good(fresh, "let other = Other { n: 5 }; let count = 3;")
    good(fresh, made)
    told = good(fresh, change)
    assert "`o`" in told and named in told, told
    assert "`other`" not in told and "`count`" not in told, told
    is_gone(fresh, "o")
    assert good(fresh, "(other.n, count)") == "(5, 3)"


def test_boxes_of_unknown_content_are_not_taken_for_the_new_type(fresh):
    good(fresh, "use std::any::Any; #[derive(Debug)] struct Circle { r: u8 } #[derive(Debug)] struct Dot(u8);")
    good(fresh, "let shapes: Vec<Box<dyn Any>> = vec![Box::new(Circle { r: 3 }), Box::new(Dot(1))];")
    good(fresh, "#[derive(Debug)] struct Square; fn area() -> u8 { 1 }")
    assert good(fresh, "shapes[0].downcast_ref::<Circle>()") == "Some(Circle { r: 3 })", "what is added changes nothing"
    good(fresh, "#[derive(Debug)] struct Circle { name: String, r: [u64; 3] }")
    assert good(fresh, "shapes[0].downcast_ref::<Circle>().is_some()") == "false"
    good(fresh, 'let more: Box<dyn Any> = Box::new(Circle { name: "c".to_owned(), r: [1; 3] });')
    assert good(fresh, "more.downcast_ref::<Circle>()") == 'Some(Circle { name: "c", r: [1, 1, 1] })'


def test_types_within_statements_of_two_cells_are_never_one(fresh):
    """evcxr counts its functions from 1 again when it is started again, and such types are called after them."""
    made = "let b: Box<dyn std::any::Any> = {{ #[derive(Debug)] struct L({}); Box::new(L({})) }};"
    asked = "{{ #[derive(Debug)] struct L({}); b.downcast_ref::<L>().map(|l| format!(\"{{l:?}}\")) }}"
    good(fresh, made.format("u8", "7"))
    # Another kernel's cells from the cache have the numbers of their own session.
    for _ in range(3):
        assert good(fresh, asked.format("[u64; 9]")) == "None"
        good(fresh, "1 + 1;")


def test_a_cell_that_makes_the_variable_again_keeps_it(fresh):
    good(fresh, "#[derive(Debug, Clone, Copy)] struct P { x: u8 }\nlet d = P { x: 1 };")
    told = good(fresh, "#[derive(Debug, Clone, Copy)] struct P { x: u8, y: u64 }\nlet d = P { x: 1, y: 2 };")
    assert "had to go" not in told, told
    assert good(fresh, "d") == "P { x: 1, y: 2 }"
    reply, outputs = fresh.run("#[derive(Debug, Clone, Copy)] struct P { x: f64 }\nlet d = P { x: d.x as f64 };")
    assert reply["status"] == "error" and "`d` was made before this cell changed `P`" in said(outputs), said(outputs)
    assert good(fresh, "d") == "P { x: 1, y: 2 }", "a cell that is refused takes nothing"


def test_a_cell_that_does_not_compile_or_crashes_takes_nothing(fresh):
    good(fresh, "#[derive(Debug, Clone)] struct P { x: String }\nlet p = P { x: \"a\".to_owned() }; let q = 1;")
    assert fresh.run("struct P { y: u8 }\nlet broken: u8 = \"\";")[0]["status"] == "error"
    assert good(fresh, "p.x.clone()") == '"a"'
    assert fresh.run("#[derive(Debug, Clone)] struct P { y: u64, x: String }\nstd::process::abort();")[0]["status"] == "error"
    assert good(fresh, "(p.clone(), q)") == '(P { x: "a" }, 1)'
    reply, outputs = fresh.run("#[derive(Debug, Clone)] struct P { y: u64, x: String }\npanic!(\"now\");")
    assert reply["status"] == "error" and reply["ename"] == "Panic"
    is_gone(fresh, "p")
    good(fresh, ":undo")
    assert good(fresh, "(p.clone(), q)") == '(P { x: "a" }, 1)'


def test_what_a_variable_leaves_behind_is_dropped_as_what_it_was(fresh):
    good(fresh, 'struct D(String); impl Drop for D { fn drop(&mut self) { println!("dropped {}", self.0); } }')
    good(fresh, 'let d = D("first".to_owned());')
    assert "dropped first" in good(fresh, "struct D(u64, String);")


@pytest.mark.parametrize(
    "first, then",
    [
        ("impl T for A {}", "impl crate::T for A { const N: usize = 64; }"),
        ("impl T for A {}", "use T as U; impl U for A { const N: usize = 64; }"),
        ("impl T for A { const N: usize = 1; }", "impl A { const N: usize = 64; }"),
    ],
)
def test_a_block_that_chooses_later_is_no_new_one(fresh, first, then):
    """A constant that was left to the trait, and one that comes before the trait's: the type is another one with them."""
    trait = "trait T { const N: usize = 1; }\n#[derive(Debug)] struct A;\n"
    good(fresh, trait + first + "\n#[derive(Debug)] struct S { a: [u8; A::N], b: u8 }")
    good(fresh, "let s = S { a: [7; A::N], b: 9 }; let other = A;")
    good(fresh, then)
    reply, _ = fresh.run("s.a[s.a.len() - 1]")
    assert reply["status"] == "error" and "`s`" in " ".join(reply["traceback"]), reply


def test_a_block_that_is_new_takes_nothing_away(fresh):
    good(fresh, "#[derive(Debug, Clone, Copy)] struct V { x: f64 }\nlet v = V { x: 1.0 };")
    for then in [
        "impl std::ops::Add for V { type Output = V; fn add(self, o: V) -> V { V { x: self.x + o.x } } }",
        "impl Iterator for V { type Item = f64; fn next(&mut self) -> Option<f64> { None } }",
        "impl V { const HALF: f64 = 0.5; }",
        "enum Op { Scale(f64), Plus } use Op::*;",
    ]:
        assert "had to go" not in good(fresh, then), then
    assert good(fresh, "(v + v).x * V::HALF") == "1.0"


def crate(folder, name, code, manifest=""):
    (folder / name / "src").mkdir(parents=True, exist_ok=True)
    (folder / name / "src/lib.rs").write_text(code)
    text = f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{manifest}'
    (folder / name / "Cargo.toml").write_text(text)


def test_a_crate_that_was_edited_is_another_one(fresh):
    crate(fresh.folder, "inner", "#[derive(Debug, Clone)] pub struct Low { pub list: Vec<u8> }")
    uses = '[dependencies]\ninner = { path = "../inner" }\n'
    mine = "pub use inner::Low; #[derive(Debug, Clone)] pub struct Thing { pub low: Low, pub n: u8 }\n"
    crate(fresh.folder, "mine", mine + "pub fn low() -> Low { Low { list: vec![4] } }", uses)
    good(fresh, ':dep mine = { path = "mine" }\n#[derive(Debug, Clone)] struct Own(u8);')
    good(fresh, "use mine::Thing; #[derive(Debug, Clone)] struct Outer { thing: Thing }")
    good(fresh, "let low = mine::low(); let thing = Thing { low: low.clone(), n: 2 };")
    good(fresh, "let outer = Outer { thing: thing.clone() }; let own = Own(9); let n = 1;")
    assert good(fresh, "outer.thing.low.list[0]") == "4"
    crate(fresh.folder, "inner", "#[derive(Debug, Clone)] pub struct Low { pub first: [u64; 9], pub list: Vec<u8> }")
    crate(fresh.folder, "mine", mine + "pub fn low() -> Low { Low { first: [7; 9], list: vec![4] } }", uses)
    told = good(fresh, ':dep mine = { path = "mine" }\nlet k = 2;')
    assert all(f"`{name}`" in told for name in ("low", "thing", "outer", "mine")), told
    assert "`own`" not in told
    for name in ("low", "thing", "outer"):
        is_gone(fresh, name)
    assert good(fresh, "(own.clone(), n, k, mine::low().first[8])") == "(Own(9), 1, 2, 7)"


class Types:
    """A set of types that contain each other in every way, with one variable for each."""

    def __init__(self, number, random, crate=None):
        self.random, self.prefix, self.crate = random, f"S{number}", crate
        self.count = random.randint(3, 8)
        self.is_copy = random.random() < 0.3
        self.parents = {}  # which types a type contains
        self.module = {}  # where it stands
        self.shape = {}
        for at in range(self.count):
            earlier = list(range(at))
            random.shuffle(earlier)
            self.parents[at] = sorted(earlier[: random.choice([0, 1, 1, 2])])
            self.module[at] = random.choice([None, None, "a", "b"])
            # A crate knows only its own types.
            if crate and all(self.module[one] == "crate" for one in self.parents[at]) and random.random() < 0.6:
                self.module[at] = "crate"
            self.shape[at] = random.choice(["struct", "tuple", "enum", "alias", "generic", "macro", "array", "trait"])
        self.grown = None
        self.imports = {}
        for at in range(self.count):
            if self.module[at]:
                self.imports[at] = random.choice(["path", "use", "rename", "glob"])

    def name(self, at):
        return f"{self.prefix}T{at}"

    def home(self, at):
        """The module of a type, as the notebook names it."""
        if self.module[at] == "crate":
            return f"{self.crate}::{self.prefix}"
        return f"{self.prefix}{self.module[at]}"

    def path(self, at, place):
        """How a type is named in a module, or at the top."""
        if self.module[at] == place:
            return self.name(at)
        if place is not None and self.module[at] == "crate":
            return f"{self.home(at)}::{self.name(at)}"
        if place is not None:
            return "super::" + (f"{self.home(at)}::" if self.module[at] else "") + self.name(at)
        kind = self.imports[at]
        if kind == "rename":
            return f"{self.name(at)}R"
        return f"{self.home(at)}::{self.name(at)}" if kind == "path" else self.name(at)

    def part(self, at, place, seed):
        """A field that holds a type."""
        path = self.path(at, place)
        return [path, f"[{path}; 2]", f"Option<{path}>", f"({path}, u8)"][seed % 4] if self.is_copy else [
            path, f"Vec<{path}>", f"Option<Box<{path}>>", f"std::rc::Rc<{path}>", f"(u8, {path})"][seed % 5]

    def definition(self, at):
        place, name, public = self.module[at], self.name(at), "pub "
        derive = "#[derive(Debug, Clone, Copy)]" if self.is_copy else "#[derive(Debug, Clone)]"
        parts = [self.part(parent, place, at + parent) for parent in self.parents[at]]
        own = "pub canary: u64" + ("" if self.is_copy else ", pub text: String")
        if self.grown == at:
            own = "pub grown: [u64; 5], " + own
        kind, more, before = self.shape[at], "", ""
        fields = [f"pub f{n}: {part}" for n, part in enumerate(parts)]
        if kind == "alias" and parts:
            before = f"pub type {name}Part = {parts[0]};\n"
            fields[0] = f"pub f0: {name}Part"
        elif kind == "generic" and parts:
            before = f"{derive} pub struct {name}Of<T> {{ pub inner: T, pub mark: u8 }}\n"
            fields[0] = f"pub f0: {name}Of<{parts[0]}>"
        elif kind == "macro" and parts:
            before = f"macro_rules! {name}_part {{ () => {{ {parts[0]} }} }}\n"
            fields[0] = f"pub f0: {name}_part!()"
        elif kind == "array":
            before = f"pub const {name}N: usize = {7 if self.grown == at else 2};\n"
            fields.append(f"pub bytes: [u8; {name}N]")
        elif kind == "trait" and parts:
            before = f"pub trait {name}Has {{ type Part; }}\npub struct {name}Of;\nimpl {name}Has for {name}Of {{ type Part = {parts[0]}; }}\n"
            fields[0] = f"pub f0: <{name}Of as {name}Has>::Part"
        if kind == "enum":
            return f"{derive} {public}enum {name} {{ Other, One {{ {', '.join([own, *fields]).replace('pub ', '')} }} }}"
        return f"{before}{derive} {public}struct {name} {{ {', '.join([own, *fields])} }}{more}"

    def definitions(self, place):
        return "\n".join(self.definition(at) for at in range(self.count) if self.module[at] == place)

    def uses(self):
        lines = []
        for at, kind in self.imports.items():
            module = self.home(at)
            if kind == "use":
                lines.append(f"use {module}::{{{self.name(at)}}};")
            elif kind == "rename":
                lines.append(f"use {module}::{self.name(at)} as {self.name(at)}R;")
            elif kind == "glob":
                lines.append(f"use {module}::*;")
        return "\n".join(dict.fromkeys(lines))

    def all(self):
        modules = [f"mod {self.prefix}{m} {{\n{self.definitions(m)}\n}}" for m in ("a", "b")]
        return "\n".join([*modules, self.uses(), self.definitions(None)])

    def value(self, at, level=0):
        parts = [self.wrapped(parent, at + parent) for parent in self.parents[at]]
        own = f"canary: {1000 + at}" + ("" if self.is_copy else f', text: "t{at}".to_string()')
        fields = [f"f{n}: {part}" for n, part in enumerate(parts)]
        kind = self.shape[at]
        path = self.path(at, None)
        module = path.rpartition("::")[0]
        if self.module[at]:
            module = self.home(at)
        if kind == "generic" and parts:
            prefix = f"{module}::" if module else ""
            fields[0] = f"f0: {prefix}{self.name(at)}Of {{ inner: {parts[0]}, mark: 8 }}"
        elif kind == "array":
            fields.append("bytes: [6; 2]")
        inside = ", ".join([own, *fields])
        return f"{path}::One {{ {inside} }}" if kind == "enum" else f"{path} {{ {inside} }}"

    def wrapped(self, at, seed):
        value = self.value(at)
        return [value, f"[{value}; 2]", f"Some({value})", f"({value}, 4)"][seed % 4] if self.is_copy else [
            value, f"vec![{value}]", f"Some(Box::new({value}))", f"std::rc::Rc::new({value})", f"(3, {value})"][seed % 5]

    def variable(self, at):
        return f"{self.prefix.lower()}v{at}"

    def variables(self):
        return "\n".join(f"let {self.variable(at)} = {self.value(at)};" for at in range(self.count))

    def has_glob_of_crate(self):
        return any(self.module[at] == "crate" and kind == "glob" for at, kind in self.imports.items())

    def in_crate(self):
        return f"pub mod {self.prefix} {{\n{self.definitions('crate')}\n}}"

    def change(self):
        """One type becomes larger: its definition, or the module or the crate that it stands in."""
        self.grown = self.random.randrange(self.count)
        place = self.module[self.grown]
        if place is None:
            return self.definition(self.grown)
        return "" if place == "crate" else f"mod {self.prefix}{place} {{\n{self.definitions(place)}\n}}"

    def reached(self, crate_changed):
        """The types that contain a changed one; an edited crate is another one, with all of its types."""
        reached = {self.grown}
        for at in range(self.count):
            if reached & set(self.parents[at]) or crate_changed and self.module[at] == "crate":
                reached.add(at)
        return reached


def test_random_types(jupyter_folders, tmp_path):
    for first in range(0, ROUNDS, TOGETHER):
        seed = SEED + first
        numbers = random.Random(seed)
        # A crate takes seconds: one session in four has one.
        name = f"parts{seed}" if numbers.random() < 0.25 else None
        sets = [Types(number, numbers, name) for number in range(TOGETHER)]
        dep = f':dep {name} = {{ path = "{name}" }}\n' if name else ""

        def write():
            if name:
                crate(tmp_path, name, "\n".join(["#![allow(warnings)]", *[one.in_crate() for one in sets]]))

        kernel = Kernel(cwd=str(tmp_path))
        try:
            write()
            good(kernel, dep + "\n".join(one.all() for one in sets))
            good(kernel, "\n".join(one.variables() for one in sets))
            names = {one.variable(at): (one, at) for one in sets for at in range(one.count)}
            show = lambda names: ", ".join(f"format!(\"{{:?}}\", {name})" for name in names)
            before = dict(zip(names, kernel_texts(kernel, show(names))))
            changes = "\n".join(one.change() for one in sets)
            crate_changed = any(one.module[one.grown] == "crate" for one in sets)
            write()
            told = good(kernel, (dep if crate_changed else "") + changes)
            lost = {one.variable(at) for one in sets for at in one.reached(crate_changed)}
            # What an edited crate brings by `*` may be any name, also `String`: then more may go, with a word.
            by_glob = crate_changed and any(one.has_glob_of_crate() for one in sets)
            lost |= {there for there in names if by_glob and f"`{there}`" in told}
            kept = [there for there in names if there not in lost]
            for gone in lost:
                assert f"`{gone}`" in told, f"seed {seed}: nothing is said of {gone}: {told}"
            for one in sets:
                changed = name if one.module[one.grown] == "crate" else one.name(one.grown)
                assert changed in told, f"seed {seed}: {changed} is not named: {told}"
            for there in kept:
                assert f"`{there}`" not in told, f"seed {seed}: {there} had to go: {told}"
            after = dict(zip(kept, kernel_texts(kernel, show(kept)))) if kept else {}
            assert after == {there: before[there] for there in kept}, f"seed {seed}"
            is_gone(kernel, numbers.choice(sorted(lost)))
        finally:
            kernel.stop()


def kernel_texts(kernel, expressions):
    """Texts of variables, as the kernel prints them: one a line."""
    return good(kernel, f'for text in [{expressions}] {{ println!("{{text}}"); }}').splitlines()
