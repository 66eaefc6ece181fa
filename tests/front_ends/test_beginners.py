"""What beginners run into, and what they are told: each cell here is one that a learner will type.

The numbers are those of the list of rules that trip beginners in the survey of kernels.
"""

import os
import re
import unicodedata

import pytest
from conftest import Kernel, plain

# Names and places of what stands around a cell when it is compiled. Nobody who learns has to see them.
GENERATED = [
    "evcxr",
    "Evcxr",
    "run_user_code",
    "CHAINRULE_IMPL",
    "CellDisplay",
    "VariableStore",
    "put_variable",
    "lib.rs",
    "ctx::",
    "Cargo.toml",
    "/target/",
    "/tmp",
]


def kernel_that_speaks(language):
    before = os.environ.get("CHAINRULE_LANGUAGE")
    os.environ["CHAINRULE_LANGUAGE"] = language
    try:
        return Kernel()
    finally:
        if before is None:
            del os.environ["CHAINRULE_LANGUAGE"]
        else:
            os.environ["CHAINRULE_LANGUAGE"] = before


@pytest.fixture(scope="module")
def english(jupyter_folders):
    kernel = kernel_that_speaks("en")
    yield kernel
    kernel.stop()


@pytest.fixture(scope="module")
def chinese(jupyter_folders):
    kernel = kernel_that_speaks("zh_CN.UTF-8")
    yield kernel
    kernel.stop()


def columns(text):
    """How wide a text is: letters that are wide in East Asia take two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


class Ran:
    """What a cell left in the notebook."""

    def __init__(self, reply, outputs):
        self.status = reply["status"]
        self.number = reply["execution_count"]
        self.lines = plain(reply.get("lines", [])).split("\n")
        self.error = plain(reply.get("traceback", []))
        self.name = reply.get("ename", "")
        self.value = reply.get("evalue", "")
        self.kinds = [kind for kind, _ in outputs if kind not in ("status", "execute_input")]
        self.streams = "".join(content["text"] for kind, content in outputs if kind == "stream")
        self.on_stderr = "".join(content["text"] for kind, content in outputs if content.get("name") == "stderr")
        bundles = [(kind, content["data"]) for kind, content in outputs if "data" in content]
        self.notices = "\n".join(data["text/plain"] for kind, data in bundles if kind == "display_data")
        self.results = [data["text/plain"] for kind, data in bundles if kind == "execute_result"]
        self.bundles = [data for _, data in bundles]
        self.all = "\n".join([self.error, self.value, self.streams, self.notices, *self.results])


def run(kernel, code):
    ran = Ran(*kernel.run(code))
    # Graders take anything on standard error for a failure.
    assert ran.on_stderr == "", ran.on_stderr
    for name in GENERATED:
        assert name not in ran.all, ran.all
    if ran.status == "error":
        last = ran.error.splitlines()[-1]
        assert last.startswith(f"{ran.name}: {ran.value.splitlines()[0]}"), ran.error
    return ran


def run_all(kernel, cells):
    """Runs all cells, and returns the last with the numbers of all."""
    ran = [run(kernel, code) for code in cells]
    return ran[-1], [one.number for one in ran]


# Number; cells, of which the last one counts; the name of its error, or "" where it works; what must be said in English,
# where [1] is the first of the cells; what must be said in Chinese.
ROWS = [
    (
        1,
        ["let data = vec![1.0, 2.0, 3.0, 4.0];", "let s = &data[0..3];"],
        "CompileError",
        ["`s` borrows from another variable", "a borrow ends with its cell", "let s = data[0..3].to_owned();"],
        ["借用", "let s = data[0..3].to_owned();", "或者只在这个单元格里"],
    ),
    (
        2,
        ["let v = Vec::new();"],
        "CompileError",
        ["error[E0282]", "what type `v` has", "let v: Vec<f32> = Vec::new();"],
        ["`v` 是什么类型", "let v: Vec<f32> = Vec::new();"],
    ),
    (
        3,
        ['let x = "3".parse().unwrap();'],
        "CompileError",
        ["what type `x` has", 'let x: f32 = "3".parse().unwrap();'],
        ["`x` 是什么类型"],
    ),
    (
        3,
        ["let x = Default::default();"],
        "CompileError",
        ["what type `x` has", "let x: f32 = Default::default();"],
        ["`x` 是什么类型"],
    ),
    (
        4,
        ["let f = |x: i32| x + 1;"],
        "CompileError",
        [
            "the closure `f` cannot be kept for the next cell",
            "fn f(x: i32) -> i32 { x + 1 }",
            "let f: Box<dyn Fn(i32) -> i32> = Box::new(|x: i32| x + 1);",
        ],
        ["闭包", "fn f(x: i32) -> i32 { x + 1 }"],
    ),
    (
        4,
        ["let f = |x| x + 1;"],
        "CompileError",
        ["a closure's type has no name", "fn f(x: i32) -> i32 { x + 1 }"],
        ["闭包"],
    ),
    (
        4,
        ["let outer = 5;\nlet get = || outer;"],
        "CompileError",
        ["a closure's type has no name", "let get: Box<dyn Fn() -> i32> = Box::new(move || outer);"],
        ["闭包"],
    ),
    (
        5,
        ["let v = vec![1, 2, 3];", "let it = v.iter().map(|x| x * 2);"],
        "CompileError",
        ["the iterator `it` cannot be kept", "let it: Vec<_> = v.iter().map(|x| x * 2).collect();"],
        ["迭代器", ".collect();"],
    ),
    (
        5,
        ["let v = vec![1, 2, 3];", "let it = v.iter();"],
        "CompileError",
        ["computed nothing yet", "let it: Vec<_> = v.iter().cloned().collect();"],
        ["迭代器"],
    ),
    (
        6,
        ["let a = vec![1, 2];", "let b = a;", "a"],
        "CompileError",
        ["cannot find value `a`", "Cell [2] moved the value of `a` into `b`", "cell [1] that defines", "let b = a.clone();"],
        ["单元格 [2] 把 `a` 的值移动（move）给了 `b`", "let b = a.clone();"],
    ),
    (
        6,
        ["let a = vec![1, 2];", "for x in a { println!(\"{x}\"); }", "a.len()"],
        "CompileError",
        ["The loop in cell [2] used up `a`", "for x in &a { … }"],
        ["循环"],
    ),
    (
        7,
        ["struct Net { w: f32 }\nfn train(net: Net) -> f32 { net.w }\nlet net = Net { w: 1.0 };", "train(net)", "train(net)"],
        "CompileError",
        ["Cell [2] moved the value of `net` into the call of `train`", "train(net.clone())", "train(&net)"],
        ["单元格 [2] 调用 `train`", "train(&net)"],
    ),
    (
        7,
        ["fn eat(v: Vec<i32>) {}\nlet food = vec![1];\neat(food);\neat(food);"],
        "CompileError",
        ["error[E0382]", "`eat(food);` moves the value out of `food`", "eat(food.clone());"],
        ["`eat(food);` 把 `food` 的值移走"],
    ),
    (
        8,
        [
            "struct Shape { side: i64 }\nlet shape = Shape { side: 3 };\nlet other = 1;",
            "struct Shape { side: f64 }",
        ],
        "",
        ["`Shape` changed", "variables had to go: `shape`", "let shape = …;"],
        ["`Shape` 改变了", "`shape`"],
    ),
    (
        8,
        ["struct Shape { a: i64 }\nlet shape = Shape { a: 3 };", "struct Shape { b: i64 }", "shape.b"],
        "CompileError",
        ["Cell [2] changed `Shape`, of which `shape` was made"],
        ["单元格 [2] 修改了 `Shape`"],
    ),
    (
        9,
        [
            "struct Named;",
            'impl std::fmt::Display for Named { fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { write!(f, "one") } }',
            'impl std::fmt::Display for Named { fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { write!(f, "two") } }',
            'println!("{}", Named);',
        ],
        "",
        ["two\n"],
        ["two\n"],
    ),
    (
        9,
        ["#[derive(Debug)]\nstruct Both;\nimpl std::fmt::Debug for Both { fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { Ok(()) } }"],
        "CompileError",
        ["error[E0119]", "once by `#[derive(…)]` and once by an `impl`"],
        ["实现了两次"],
    ),
    (10, ['fn main() {\n    println!("Hello, world!");\n}'], "", ["Hello, world!\n"], ["Hello, world!\n"]),
    (10, ["fn main(n: i32) {}"], "", ["A `main` with parameters is not run by itself", "main(…);"], ["请自己调用它"]),
    (
        11,
        ["quantity = 5"],
        "CompileError",
        ["error[E0425]", "a new variable begins with `let`", "let quantity = 5;"],
        ["新变量要用 `let`", "let quantity = 5;"],
    ),
    (11, ["quantity = 5;"], "CompileError", ["let quantity = 5;"], ["let quantity = 5;"]),
    (12, ['for i in 0..3 { print!("{i} "); }'], "", ["0 1 2 "], ["0 1 2 "]),
    (
        13,
        ["let short = vec![1, 2];\nshort[2]"],
        "Panic",
        ["Panic in cell [1], line 2", "the last of 2 is [1]", "if let Some(value) = short.get(2)"],
        ["最后一个是 [1]"],
    ),
    (13, ["let nothing: Option<i32> = None;\nnothing.unwrap()"], "Panic", ["there was `None`", ".unwrap_or("], ["这里是 `None`"]),
    (13, ['"x".parse::<i32>().unwrap()'], "Panic", ["the reason stands after `Err`"], ["失败"]),
    (13, ['panic!("my own words")'], "Panic", ["my own words"], ["my own words"]),
    (
        14,
        ['let f = std::fs::File::open("nowhere.csv")?;'],
        "Error",
        ["No such file or directory", "begins in the notebook's folder", os.getcwd()],
        ["笔记本所在的文件夹"],
    ),
    (
        18,
        ["struct Mute;\nlet mute = Mute;", "mute"],
        "CompileError",
        ["`Mute` doesn't implement `Debug`", "this value cannot be shown", "run that cell [1] again", "#[derive(Debug)]\n    struct Mute"],
        ["怎样打印 `Mute`", "#[derive(Debug)]"],
    ),
    (19, ["let shown = vec![7];", "shown"], "", ["[7]"], ["[7]"]),
    (
        19,
        ["let shown = vec![7];", "shown;"],
        "",
        ["With a semicolon the value is not shown", "`shown` is gone now"],
        ["去掉分号"],
    ),
    (19, ["let number = 7;", "number;"], "", ["With a semicolon the value of `number` is not shown"], ["去掉分号"]),
    (
        20,
        ["{ let y = 3; }", "y"],
        "CompileError",
        ["`y` was defined inside of { } in cell [1]", "let y = 3;"],
        ["在单元格 [1] 的花括号里定义"],
    ),
    (
        20,
        ["for round in 0..3 {}", "round"],
        "CompileError",
        ["`round` belongs to the loop in cell [1]"],
        ["循环"],
    ),
    (
        21,
        ["static mut COUNTER: i32 = 0;\nunsafe { COUNTER += 1; println!(\"{}\", COUNTER); }"],
        "CompileError",
        ["A `static` is made afresh for every cell", "let mut counter = 0;"],
        ["重新创建", "let mut counter = 0;"],
    ),
    (
        21,
        ["static HITS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);"],
        "",
        ["`HITS` starts afresh in every cell"],
        ["`HITS` 在每个单元格里都会重新开始"],
    ),
    (
        21,
        ["thread_local! { static DEPTH: std::cell::Cell<i32> = std::cell::Cell::new(0); }\nDEPTH.set(1);"],
        "",
        ["starts afresh in every cell"],
        ["重新开始"],
    ),
    (
        22,
        ["let owner = 5;\nlet pointer = &raw const owner;"],
        "",
        ["`pointer` is an address", "points to nothing"],
        ["`pointer` 是一个内存地址"],
    ),
    (23, ["for i in 0..3 {}\n5"], "", ["5"], ["5"]),
    (
        24,
        ["use burn::tensor::Data;"],
        "CompileError",
        ["What the course needs", ":dep burn = "],
        ["课程需要的", ":dep burn = "],
    ),
    (
        25,
        ["let ages = HashMap::new();"],
        "CompileError",
        ["After a restart, cells with `use` have to be run again", "use std::collections::HashMap;"],
        ["带 `use` 的单元格也要重新运行"],
    ),
]
NAMES = [f"{row[0]}-{row[1][-1].splitlines()[-1][:24]}" for row in ROWS]


def check(kernel, cells, error, words):
    ran, numbers = run_all(kernel, cells)
    assert (ran.status, ran.name) == (("error", error) if error else ("ok", "")), ran.all
    for word in words:
        if "ell [" in word or "单元格 [" in word:
            word = re.sub(r"\[(\d)\]", lambda found: f"[{numbers[int(found[1]) - 1]}]", word, count=1)
        assert word in ran.all, f"{word!r} is not said:\n{ran.all}"
    return ran


@pytest.mark.parametrize("number, cells, error, words, _", ROWS, ids=NAMES)
def test_a_rule_that_trips_beginners(english, number, cells, error, words, _):
    ran = check(english, cells, error, words)
    # What is said under a cell that works is no error and no result.
    if error == "" and "execute_result" not in ran.kinds:
        assert set(ran.kinds) <= {"display_data", "stream"}, ran.kinds


@pytest.mark.parametrize("number, cells, error, _, words", ROWS, ids=NAMES)
def test_the_same_in_chinese(chinese, number, cells, error, _, words):
    ran = check(chinese, cells, error, words)
    assert "In plain words" not in ran.all
    if error == "CompileError":
        # The explanation has a heading of its own, and stands above the last line.
        assert "简单地说：" in ran.error and "简单地说：" not in ran.error.splitlines()[-1]


def test_15_an_endless_loop_is_stopped_and_keeps_the_variables(english):
    run(english, "let kept = 5;")

    def stop_when_it_runs(message):
        if message["msg_type"] == "stream":
            english.manager.interrupt_kernel()

    code = 'let lost = 1;\nprintln!("running");\nloop {}'
    reply = english.client.execute_interactive(code, timeout=60, output_hook=stop_when_it_runs)
    assert reply["content"]["ename"] == "InterruptedByForce", reply["content"]
    assert english.value("kept") == "5"
    assert "was to define `lost`, but it failed" in run(english, "lost").error


def test_16_a_program_that_reads_a_line_asks_for_it(english):
    code = 'let mut line = String::new();\nstd::io::stdin().read_line(&mut line)?;\nline.trim().len()'
    outputs = []
    reply = english.client.execute_interactive(
        code, timeout=60, allow_stdin=True, stdin_hook=lambda _: english.client.input("four"), output_hook=outputs.append
    )
    assert reply["content"]["status"] == "ok", reply["content"]
    (result,) = [m["content"] for m in outputs if m["msg_type"] == "execute_result"]
    assert result["data"]["text/plain"] == "4"


def test_17_two_plots_in_one_cell_are_both_shown(english):
    curve = "plot::curve(&[1.0, 2.0], &tensor([1.0, {end}]))"
    first, second = curve.replace("{end}", "2.0"), curve.replace("{end}", "3.0")
    ran = run(english, f"show(&{first});\n{second}")
    assert ran.kinds == ["display_data", "execute_result"]
    pictures = [bundle["image/svg+xml"] for bundle in ran.bundles]
    assert len(pictures) == 2 and pictures[0] != pictures[1]


def test_notices_can_be_read_on_dark_and_on_light(english):
    ran = run(english, "let number = 7;\nnumber;")
    (bundle,) = ran.bundles
    html = bundle["text/html"]
    # Text in the notebook's own colour on the notebook's own background.
    assert "not shown" in html and "background" not in html and not re.search(r"[^-]color:", html), html


def test_a_cell_that_failed_is_named_where_its_variable_is_missing(english):
    ran, numbers = run_all(english, ['let wanted: i32 = "a";', "wanted + 1"])
    assert f"Cell [{numbers[0]}] was to define `wanted`, but it failed" in ran.error
    ran, _ = run_all(english, ["let wanted: i32 = 1;", "wanted + 1"])
    assert ran.results == ["2"]
    ran = run(english, "nobody_defined_this")
    assert "No cell that was run defines `nobody_defined_this`" in ran.error


def test_a_function_does_not_see_variables(english):
    ran, _ = run_all(english, ["let rate = 0.5;", "fn step(x: f64) -> f64 { x * rate }"])
    assert "Give `step` a parameter for `rate`" in ran.error and "fn step(x: f64, rate: f64) -> f64 { x * rate }" in ran.error


@pytest.mark.parametrize(
    "cells, words",
    [
        (["let fixed = 1;", "fixed = 2;"], "let mut fixed = fixed;"),
        (["let fixed = vec![1];\nfixed.push(2);"], "let mut fixed = vec![1];"),
        (["2.0 * 3"], "2.0 * 3.0"),
        (["let n = Some(3)?;"], '.ok_or("there is none")?'),
        (['let owned = String::from("a b");', "let part = owned.trim();"], "let part = owned.trim().to_owned();"),
        (['let owned = String::from("a b");', "let parts = owned.split(' ');"], ".map(str::to_owned).collect();"),
        (["trait Act {}\nimpl Act for i32 {}\nfn one() -> impl Act { 1 }", "let act = one();"], "Box<dyn Act> = Box::new(one());"),
        (['println!("{}", vec![1]);'], "is printed with `{:?}`"),
        (["let small: usize = 1;", "small - 2"], "saturating_sub"),
        (["let shared = std::cell::RefCell::new(1);\n{ let a = shared.borrow_mut(); println!(\"{}\", shared.borrow()); }"], "A `RefCell` is lent"),
        (["let longer;\n{ let short = 3; longer = &short; }\nprintln!(\"{longer}\");"], "a borrow ends with its cell"),
        (["let it = vec![1].iter();"], "let value = vec![1];"),
        (["let zero = 0;", "5 / zero"], "An integer cannot be divided by zero"),
        # rustc sees these before they run.
        (["let zero = 0;\n5 / zero"], "An integer cannot be divided by zero"),
        (["let pair = [1, 2];\npair[2]"], "the last of 2 is [1]"),
        (["let small: u8 = 255;\nsmall + 1"], "The sum is larger than this type"),
        (['let n: i32 = "5 ".parse()?;'], 'let n: i32 = "5 ".trim().parse()?;'),
    ],
)
def test_more_small_fixes(english, cells, words):
    ran, _ = run_all(english, cells)
    assert ran.status == "error" and words in ran.error, ran.all


# What changes with a type.


def test_a_changed_type_deep_inside_takes_its_variables_along(english):
    # evcxr would keep `net` and read the bytes of the number as those of a text.
    run(english, "struct Layer { w: i64 }\nstruct Deep { layer: Layer }\nlet deep = Deep { layer: Layer { w: 7 } };\nlet apart = 4;")
    ran = run(english, "struct Layer { name: String, w: i64 }")
    assert ran.status == "ok" and "had to go: `deep`" in ran.notices, ran.all
    assert run(english, "deep.layer.w").name == "CompileError"
    assert english.value("apart") == "4"
    # Made again in the same cell it is no loss.
    ran = run(english, "struct Layer { w: f64 }\nlet deep = Deep { layer: Layer { w: 0.5 } };")
    assert (ran.status, ran.notices) == ("ok", ""), ran.all
    assert english.value("deep.layer.w") == "0.5"


def test_what_does_not_change_a_value_keeps_the_variables(english):
    run(english, "struct Stays { x: i32 }\nlet stays = Stays { x: 3 };")
    for code in ["struct Stays { x: i32 }", "// now it can be shown\n#[derive(Debug)]\nstruct Stays {\n    x: i32,\n}"]:
        ran = run(english, code)
        assert (ran.status, ran.kinds) == ("ok", []), ran.all
    assert english.value("stays") == "Stays { x: 3 }"


def test_a_changed_type_that_does_not_compile_changes_nothing(english):
    run(english, "struct Kept { x: i32 }\nlet kept_too = Kept { x: 3 };")
    ran = run(english, "struct Kept { x: i32, y: Nowhere }")
    assert ran.name == "CompileError" and "Nowhere" in ran.error
    assert english.value("kept_too.x") == "3"


def test_a_cell_that_changes_a_type_and_uses_a_variable_of_it_is_not_run(english):
    run(english, "struct Used { x: i32 }\nlet used = Used { x: 3 };")
    ran = run(english, "struct Used { x: i32, y: i32 }\nused.x")
    assert ran.error.endswith("`used` was made before this cell changed `Used`  (cell [%d], line 2)" % ran.number)
    assert "Make it again, before it is used" in ran.error and "let used = …;" in ran.error
    assert english.value("used.x") == "3"
    ran = run(english, "struct Used { x: i32, y: i32 }\nlet used = Used { x: 4, y: 5 };\nused.x + used.y")
    assert (ran.results, ran.notices) == (["9"], ""), ran.all


def test_what_does_not_fit_a_changed_type_is_set_aside(english):
    define = ["struct Point2 { x: f64 }", "impl Point2 { fn twice(&self) -> f64 { 2.0 * self.x } }\nfn origin() -> Point2 { Point2 { x: 0.0 } }"]
    _, numbers = run_all(english, define)
    ran = run(english, "#[derive(Debug)]\nstruct Point2 { y: f64 }")
    assert ran.status == "ok", ran.all
    assert f"`impl Point2` of cell [{numbers[1]}] does not fit the new `Point2`" in ran.notices
    assert f"`origin` of cell [{numbers[1]}] does not fit" in ran.notices
    assert english.value("Point2 { y: 1.0 }") == "Point2 { y: 1.0 }"
    assert "was set aside" in run(english, "origin()").error
    assert "was set aside" in run(english, "Point2 { y: 1.0 }.twice()").error
    ran, _ = run_all(english, ["impl Point2 { fn twice(&self) -> f64 { 2.0 * self.y } }", "Point2 { y: 1.5 }.twice()"])
    assert ran.results == ["3.0"]


def test_a_trait_object_goes_with_its_trait(english):
    run(english, "trait Speak { fn speak(&self) -> i32; }\nstruct Dog;\nimpl Speak for Dog { fn speak(&self) -> i32 { 1 } }")
    run(english, "let dog: Box<dyn Speak> = Box::new(Dog);")
    ran = run(english, "trait Speak { fn name(&self) -> i32 { 5 }\n fn speak(&self) -> i32; }")
    assert ran.status == "ok" and "`dog`" in ran.notices, ran.all


def test_a_struct_and_its_impl_can_be_run_again_together_and_apart(english):
    both = "#[derive(Debug)]\nstruct Pair<T> { a: T }\nimpl<T: Clone> Pair<T> { fn first(&self) -> T { self.a.clone() } }"
    for code in [both, both]:
        assert run(english, code).status == "ok"
    changed = "impl<U: Clone> Pair<U> { fn first(&self) -> U { self.a.clone() }\n fn number(&self) -> i32 { 8 } }"
    assert run(english, changed).status == "ok"
    assert english.value("(Pair { a: 2 }).first() + (Pair { a: 1 }).number()") == "10"
    say = "trait Say { fn say(&self) -> i32; }\nimpl<T> Say for Pair<T> { fn say(&self) -> i32 { 1 } }"
    assert run(english, say).status == "ok"
    assert run(english, "impl<U> Say for Pair<U> { fn say(&self) -> i32 { 2 } }").status == "ok"
    assert english.value("(Pair { a: 2 }).say()") == "2"
    # A derive takes the place of what was written by hand.
    run(english, "struct Hand;")
    by_hand = "impl std::fmt::Debug for Hand { fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { f.write_str(\"by hand\") } }"
    assert run(english, by_hand).status == "ok" and english.value("Hand") == "by hand"
    assert run(english, "#[derive(Debug)]\nstruct Hand;").status == "ok" and english.value("Hand") == "Hand"


@pytest.mark.parametrize(
    "code, said",
    [
        ("pub fn main() { println!(\"ran\"); }", "ran\n"),
        ("use std::fmt::Debug;\nfn main() -> std::process::ExitCode { println!(\"ran\"); std::process::ExitCode::SUCCESS }", "ran\n"),
        ("fn main() -> Result<(), Box<dyn std::error::Error>> {\n    println!(\"ran\");\n    Ok(())\n}\nfn later() {}", "ran\n"),
        ("fn main() { println!(\"{}\", std::env::args().count() > 0); }", "A notebook has no command line"),
    ],
)
def test_main_is_run_in_all_its_forms(english, code, said):
    ran = run(english, code)
    assert ran.status == "ok" and said in ran.all, ran.all


@pytest.mark.parametrize(
    "cells",
    [
        ["let n = Some(3)?;"],
        ["struct Unseen;\nSome(Unseen)"],
        ["|x: i32| x"],
        ["let mut two = |x: i32| x + 1;\ntwo = |x: i32| x + 2;"],
        ["let closure: String = |x: i32| x;"],
        ["let evcxr_like = 1;\nevcxr_lik"],
        ["impl Absent { fn new() {} }"],
        ["struct Seen;", "impl Seen { fn new() { let unused = 1; missing } }"],
        ["let y = 5 println!(\"{y}\");"],
        ["let open = (1 + 2;"],
        ['let text = "never closed;'],
        ["fn half() {"],
        ["break;"],
        ["let cell = std::cell::RefCell::new(5);\nlet lent = cell.borrow();"],
        ["fn generic<T: Copy>(t: T) {}\ngeneric(vec![1]);"],
        ["use nowhere::Thing;"],
        ["struct Own;\nfn fails() -> Result<i32, Own> { Err(Own) }\nlet n = fails()?;"],
        ["unsafe extern \"C\" { fn not_there(); }\nunsafe { not_there() }"],
    ],
)
def test_generated_code_is_not_shown(english, cells):
    # `run` looks for it in all that is shown.
    words = ["evcxr_lik"]
    for code in cells:
        ran = Ran(*english.run(code))
        shown = ran.all
        for word in words:
            shown = shown.replace(word, "")
        assert not [name for name in GENERATED if name in shown], ran.all
    assert ran.status == "error"


def test_errors_in_a_use_are_drawn_at_its_line(english):
    ran = run(english, "let one = 1;\nuse std::collections::{HashMap, HashMup};")
    assert "2 | use std::collections::{HashMap, HashMup};" in ran.error and ":2:33" in ran.error, ran.error
    assert ran.error.endswith("line 2)")


def test_warnings_that_tell_of_a_mistake_are_shown_quietly(english):
    run(english, "fn may_fail() -> Result<i32, String> { Ok(1) }")
    ran = run(english, "let first = 1;\nmay_fail();")
    assert (ran.status, ran.kinds) == ("ok", ["display_data"]), ran.all
    assert "rustc warns of line 2: unused `Result` that must be used" in ran.notices and "let _ = may_fail();" in ran.notices
    # It is said once, and the usual untidiness of a notebook is not.
    for code in ["let second = 2;", "fn quiet(unused: i32) { let mut never = 1; }\nlet UPPER = 1;"]:
        assert run(english, code).kinds == [], code
    # With an error, warnings are not drawn as errors.
    ran = run(english, "fn wrong(unused: i32) -> i32 { missing }")
    assert ran.name == "CompileError" and "unused" not in ran.error.replace("fn wrong(unused", ""), ran.error


# A restart forgets everything, so these come last.


def test_24_and_25_the_library_is_there_in_the_first_cell_after_a_restart(english):
    run(english, "let forgotten = 1;")
    english.manager.restart_kernel(now=True)
    english.client.wait_for_ready(timeout=60)
    ran = run(english, "let t = tensor([1.0, 2.0]).requires_grad();\n(&t * 2.0).sum().item()")
    assert ran.results == ["6.0"], ran.all
    assert "run the cells again, from the top" in run(english, "forgotten").error
