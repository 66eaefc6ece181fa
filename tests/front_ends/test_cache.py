"""Cells that were compiled before: they give what they gave when they were compiled, whatever else happens around them.

The number of random sequences is `CHAINRULE_SEQUENCES`, the first one's seed `CHAINRULE_SEED`.
"""

import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import threading
import time

import nbformat
import psutil
import pytest
from conftest import CHAINRULE, Kernel
from test_straight import PIECES

SEQUENCES = int(os.environ.get("CHAINRULE_SEQUENCES", "2"))
SEED = int(os.environ.get("CHAINRULE_SEED", "1"))


class Cache:
    """A folder for compiled cells that nobody else uses; the library comes from the one of all tests, as from a system."""

    def __init__(self, folder):
        self.folder = folder
        self.log = folder / "log"

    def kernel(self, **variables):
        self.log.parent.mkdir(exist_ok=True)
        with open(self.log, "a") as log:
            env = {"CHAINRULE_CACHE": str(self.folder), "CHAINRULE_SYSTEM_CACHE": os.environ["CHAINRULE_CACHE"]}
            kernel = Kernel(env={**env, **variables}, stderr=log)
        kernel.cache = self.folder
        return kernel

    def entries(self):
        return sorted(path for path in (self.folder / "cells").glob("??/*") if not path.name.startswith("."))


@pytest.fixture()
def cache(jupyter_folders):
    # Not in a folder that all users of the machine write to: there the kernel refuses to keep anything.
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.environ["CHAINRULE_CACHE"])) as folder:
        yield Cache(pathlib.Path(folder) / "cache")


def has_compiled(kernel):
    """Whether the kernel has had a cell compiled: straight, or by cargo, for which its folder is filled then."""
    sessions = os.path.join(kernel.cache, "sessions")
    (mine,) = [name for name in os.listdir(sessions) if name.startswith(f"{kernel.manager.provisioner.pid}-")]
    return any(os.path.isdir(os.path.join(sessions, mine, *folder)) for folder in (["target"], ["straight", "out"]))


def told(kernel, cells):
    """What a front end hears of each cell, without what differs from run to run."""
    heard = []
    for cell in cells:
        reply, outputs = kernel.run(cell)
        said = [(kind, content.get("data") or content.get("text") or content.get("traceback")) for kind, content in outputs
                if kind in ("stream", "execute_result", "display_data", "error")]
        heard.append((reply["status"], reply.get("ename"), reply.get("evalue"), reply.get("traceback"), said))
    return heard


CELLS = [
    "let mut numbers = vec![1.5f32, 2.5];\nlet word = String::from(\"w\");",
    "#[derive(Debug, Clone)]\nstruct Net { w: f32 }\nimpl Net { fn twice(&self) -> f32 { 2.0 * self.w } }\nlet net = Net { w: 3.0 };",
    "numbers.push(net.twice());\nnumbers",
    "println!(\"{word}\");\nlet broken = numbers[10];",
    "let taken = word;\ntaken.len()",
    "\"x\".parse::<i32>()?;",
    "nothing_of_that_name + 1",
    "struct Net { w: f64, b: f64 }\nlet net = Net { w: 1.0, b: 2.0 };\nnet.w + net.b",
    "numbers.push(1.0); std::process::abort();",
    "use std::collections::BTreeMap;\nlet mut table: BTreeMap<&str, usize> = BTreeMap::new();\ntable.insert(\"n\", numbers.len());\ntable",
    "(numbers.clone(), taken.clone(), table.clone())",
]


def test_hits_are_equal_to_misses_and_need_no_compiler(cache):
    kernel = cache.kernel()
    first = told(kernel, CELLS)
    assert has_compiled(kernel)
    kernel.stop()
    assert [status for status, *_ in first] == ["ok", "ok", "ok", "error", "ok", "error", "error", "ok", "error", "ok", "ok"]
    kernel = cache.kernel()
    try:
        assert told(kernel, CELLS) == first
        assert not has_compiled(kernel)
        # What comes now was not compiled before, and sees all of it.
        assert kernel.value("(numbers.len(), taken.len(), table.len(), net.b)") == "(3, 1, 1, 2.0)"
        assert has_compiled(kernel)
        reply, _ = kernel.run("word")
        assert reply["ename"] == "CompileError" and "moved" in "\n".join(reply["traceback"]), reply
    finally:
        kernel.stop()


def test_timing_says_where_the_time_of_a_cell_goes(cache):
    def shown(cell):
        return [content["data"]["text/plain"] for kind, content in kernel.run(cell)[1] if kind == "display_data"]

    def parts(cell):
        said = shown(cell)[-1]
        return {name: float(time) for time, name in re.findall(r"([0-9.]+) ms (?:= [0-9.]+ ms )?([a-z]+)", said)} | {
            "all": float(re.match(r"Time: ([0-9.]+) ms", said)[1])
        }

    sleeps = "std::thread::sleep(std::time::Duration::from_millis(300));\n2 * 3"
    kernel = cache.kernel()
    assert "where its time goes" in shown(":timing")[0]
    compiled = parts(sleeps)
    assert compiled["rustc"] > 0 and 300 <= compiled["running"] < compiled["all"], compiled
    # Also of a cell that fails, and of one that is not compiled through cargo any more.
    failed = parts("let xs = vec![1];\nlet x = xs[1];")
    assert failed["rustc"] > 0, failed
    assert shown(":timing") and not shown(sleeps)
    kernel.stop()
    kernel = cache.kernel()
    try:
        kernel.run(":timing")
        found = parts(sleeps)
        assert "rustc" not in found and 300 <= found["running"] <= found["all"], found
        assert not has_compiled(kernel)
    finally:
        kernel.stop()


def test_what_a_cell_does_is_not_remembered(cache, tmp_path):
    """The same code may run otherwise the second time: other input, another branch, another end."""
    flag = tmp_path / "flag"
    cells = [
        "let mut count = 0;",
        f"let made = std::path::Path::new({str(flag)!r}.trim()).exists();".replace("'", '"'),
        "count += 1;\nlet early = 4;\nif made { panic!(\"there\"); }\nlet after = 5;\ncount",
        "count",
    ]
    kernel = cache.kernel()
    assert kernel.run(cells[0])[0]["status"] == kernel.run(cells[1])[0]["status"] == "ok"
    assert (kernel.value(cells[2]), kernel.value(cells[3]), kernel.value("after")) == ("1", "1", "5")
    kernel.stop()
    flag.write_text("")
    kernel = cache.kernel()
    try:
        assert kernel.run(cells[0])[0]["status"] == kernel.run(cells[1])[0]["status"] == "ok"
        reply, _ = kernel.run(cells[2])
        assert (reply["ename"], reply["evalue"]) == ("Panic", "there")
        assert not has_compiled(kernel)
        assert kernel.value(cells[3]) == "1"
        assert kernel.value("early") == "4"
        assert kernel.run("after")[0]["ename"] == "CompileError"
    finally:
        kernel.stop()


def test_an_interrupt_reaches_a_cell_that_was_not_compiled_now(cache):
    cells = ["let mut steps = 0u64;", 'println!("running");\nlet x = tensor([1.0]);\nloop { steps += 1; x.exp(); }', "steps > 0"]
    for _ in range(2):
        kernel = cache.kernel()
        try:
            kernel.run(cells[0])
            begun = []

            def begin(message):
                if message["msg_type"] == "stream" and not begun:
                    begun.append(True)
                    kernel.manager.interrupt_kernel()

            reply = kernel.client.execute_interactive(cells[1], timeout=60, output_hook=begin, stop_on_error=False)
            assert reply["content"]["ename"] == "Interrupted", reply["content"]
            was_compiled = has_compiled(kernel)
            assert kernel.value(cells[2]) == "true"
        finally:
            kernel.stop()
    assert not was_compiled


def test_completion_and_inspection_know_cells_that_were_not_compiled_now(cache):
    cells = ["let weights_of_all = tensor([1.0, 2.0]);", "/// Adds one.\nfn add_one_more(x: f32) -> f32 { x + 1.0 }"]
    for _ in range(2):
        kernel = cache.kernel()
        try:
            assert [status for status, *_ in told(kernel, cells)] == ["ok", "ok"]
            found = kernel.request("complete_request", {"code": "weights_of", "cursor_pos": 10})
            assert "weights_of_all" in found["matches"]
            found = kernel.request("complete_request", {"code": "add_one_m", "cursor_pos": 9})
            assert any("add_one_more" in match for match in found["matches"])
            found = kernel.request("inspect_request", {"code": "weights_of_all", "cursor_pos": 5, "detail_level": 0})
            assert found["found"] and "Tensor" in found["data"]["text/plain"]
        finally:
            kernel.stop()


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_entries_that_cannot_be_relied_on_are_compiled_again(cache):
    cells = ["let mut a = vec![1, 2];", "a.push(3);\na", "panic!(\"{}\", a.len());"]
    kernel = cache.kernel()
    good = told(kernel, cells)
    kernel.stop()
    entries = cache.entries()
    assert len(entries) == 3
    damages = {
        "is damaged": lambda paths: [flip(path) for path in paths],
        "is cut off": lambda paths: [os.truncate(path, 30) for path in paths],
        "is no compiled cell": lambda paths: [path.write_bytes(b"") for path in paths],
        "others may write": lambda paths: [path.chmod(0o666) for path in paths],
        "is damaged, too": lambda paths: [shutil.copy(paths[0], path) for path in paths[1:]],
    }
    for reason, damage in damages.items():
        before = {path: path.read_bytes() for path in entries}
        damage(entries)
        cache.log.write_text("")
        kernel = cache.kernel()
        assert told(kernel, cells) == good, reason
        assert has_compiled(kernel)
        kernel.stop()
        assert reason.split(",")[0] in cache.log.read_text()
        # They are whole again.
        kernel = cache.kernel()
        assert told(kernel, cells) == good
        assert not has_compiled(kernel), reason
        kernel.stop()
        assert cache.entries() == entries
        assert all(path.stat().st_mode & 0o777 == 0o600 for path in before)


def test_a_folder_that_cannot_be_written_to_costs_nothing_but_time(cache):
    cells = ["let b = 2;", "b + 1"]
    cache.folder.mkdir()
    (cache.folder / "cells").write_text("a file where a folder should be")
    for _ in range(2):
        kernel = cache.kernel()
        assert [status for status, *_ in told(kernel, cells)] == ["ok", "ok"]
        assert has_compiled(kernel)
        kernel.stop()
    assert "cannot be written" in cache.log.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_costs_nothing_but_time(cache):
    cells = ["let b = vec![1, 2];", "b.iter().sum::<i32>()"]
    place = cache.folder / "cells"
    place.mkdir(parents=True, mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,mode=700", "tmpfs", place], check=True, timeout=20)
    try:
        heard = []
        for _ in range(2):
            kernel = cache.kernel()
            heard.append(told(kernel, cells))
            assert has_compiled(kernel)
            kernel.stop()
        assert heard[0] == heard[1] and [status for status, *_ in heard[0]] == ["ok", "ok"]
        assert "No space left on device" in cache.log.read_text()
        assert [path for path in place.rglob("*") if path.is_file()] == [], "parts of entries"
    finally:
        subprocess.run(["umount", "--lazy", place], check=True, timeout=20)


def test_the_cache_can_be_switched_off(cache):
    cells = ["let c = 2;", "c + 1"]
    for _ in range(2):
        kernel = cache.kernel(CHAINRULE_CELL_CACHE="off")
        assert [status for status, *_ in told(kernel, cells)] == ["ok", "ok"]
        assert has_compiled(kernel)
        kernel.stop()
    assert cache.entries() == []


def test_many_kernels_share_it(cache):
    cells = ["let d = tensor([1.0, 2.0]);", "fn half(x: f32) -> f32 { x / 2.0 }", "(half(3.0), &d + 1.0)", "undefined"]
    kernel = cache.kernel()
    good = told(kernel, cells)
    kernel.stop()
    results = [None] * 6

    def run(number):
        kernel = cache.kernel()
        # The last one has a cell of its own in the middle, which the others find or not.
        own = ["let e = 3;"] if number >= 3 else []
        heard = told(kernel, cells[:2] + own + cells[2:])
        results[number] = heard[: 2] + heard[2 + len(own):]
        kernel.stop()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(results))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    strip = lambda heard: [(status, name, value) for status, name, value, *_ in heard]
    assert all(strip(heard) == strip(good) for heard in results)


def test_a_crate_in_a_folder_is_compiled_anew_when_it_changes(cache, tmp_path):
    crate = tmp_path / "helper"
    (crate / "src").mkdir(parents=True)
    (crate / "Cargo.toml").write_text('[package]\nname = "helper"\nversion = "0.1.0"\nedition = "2021"\n')
    cells = [f':dep helper = {{ path = "{crate}" }}\nuse helper::answer;', "let given = answer();", "given + 1"]
    seen = []
    for answer in (41, 41, 1):
        (crate / "src/lib.rs").write_text(f"pub fn answer() -> i32 {{ {answer} }}\n")
        kernel = cache.kernel()
        assert [status for status, *_ in told(kernel, cells[:2])] == ["ok", "ok"]
        seen.append((kernel.value(cells[2]), has_compiled(kernel)))
        if seen[-1][1] is False:
            assert kernel.value("answer() + given + 100") == "182"
        kernel.stop()
    assert seen == [("42", True), ("42", False), ("2", True)]


def notebook(path, cells):
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)
    return str(path)


def call(cache, *arguments, **variables):
    env = {**os.environ, "CHAINRULE_CACHE": str(cache.folder), "CHAINRULE_SYSTEM_CACHE": os.environ["CHAINRULE_CACHE"], **variables}
    return subprocess.run([CHAINRULE, *arguments], env=env, capture_output=True, text=True, timeout=300)


def test_a_notebook_is_warmed_and_what_is_kept_can_be_checked_and_removed(cache, tmp_path):
    cells = ["let g = tensor([1.0]);", "nothing_there", "let h = &g + 1.0;\nh"]
    path = notebook(tmp_path / "n.ipynb", cells)
    before = open(path).read()
    done = call(cache, "warm", path)
    assert done.returncode == 0, done.stderr
    assert open(path).read() == before
    assert len(cache.entries()) == 3
    kernel = cache.kernel()
    assert [status for status, *_ in told(kernel, cells)] == ["ok", "error", "ok"]
    assert not has_compiled(kernel)
    kernel.stop()
    listed = call(cache, "cache").stdout
    assert f"{cache.folder}/cells: 3 compiled cells" in listed
    assert call(cache, "cache", "verify").returncode == 0
    flip(cache.entries()[0])
    wrong = call(cache, "cache", "verify")
    assert wrong.returncode == 1 and "is damaged" in wrong.stdout and "1 of them" in wrong.stdout
    assert len(cache.entries()) == 2
    assert "Removed 2 compiled cells" in call(cache, "cache", "clear").stdout
    assert cache.entries() == []


def test_who_prepares_the_library_reads_std_for_whoever_needs_it_first(cache, tmp_path):
    notebook = tmp_path / "one.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("let early = 1;")]), notebook)
    for command in [["install", "--user", "--no-warm"], ["warm", notebook]]:
        shutil.rmtree(cache.folder / "standard", ignore_errors=True)
        env = {"CHAINRULE_CACHE": str(cache.folder), "CHAINRULE_SYSTEM_CACHE": os.environ["CHAINRULE_CACHE"]}
        subprocess.run([CHAINRULE, *command], check=True, env={**os.environ, **env}, timeout=600)
        (index,) = (cache.folder / "standard").iterdir()
        read = index.stat()
        assert read.st_size > 100_000, command
    # Nobody reads it again.
    kernel = cache.kernel()
    reply = kernel.request("complete_request", {"code": "Vec::with_cap", "cursor_pos": 13})
    kernel.stop()
    assert "with_capacity" in " ".join(reply["matches"]), reply
    assert (index.stat().st_mtime_ns, index.stat().st_ino) == (read.st_mtime_ns, read.st_ino)


def test_a_system_has_cells_and_the_library_for_all_its_users(cache, tmp_path):
    # As if the library had been prepared there, which takes a minute.
    system = cache.folder.parent / "system"
    for library in os.scandir(os.environ["CHAINRULE_CACHE"]):
        if os.path.isfile(os.path.join(library.path, "ready")):
            shutil.copytree(library.path, system / library.name, copy_function=shutil.copy2)
    cells = ["let i = tensor([2.0]);", "fn third(x: f32) -> f32 { x / 3.0 }", "third(i.item())"]
    done = call(cache, "warm", "--system", str(system), notebook(tmp_path / "n.ipynb", cells))
    assert done.returncode == 0, done.stderr
    assert cache.entries() == [] and len(list((system / "cells").glob("??/*"))) == 3
    kernel = cache.kernel(CHAINRULE_SYSTEM_CACHE=str(system))
    try:
        assert [status for status, *_ in told(kernel, cells)] == ["ok"] * 3
        assert not has_compiled(kernel) and cache.entries() == []
        assert kernel.value("third(9.0)") == "3.0"
        assert len(cache.entries()) == 1
        assert [path.name for path in cache.folder.iterdir() if (path / "ready").exists()] == []
    finally:
        kernel.stop()


def test_a_library_whose_notes_are_damaged_is_named(cache):
    # Found when the first new cell asks how it is compiled; another session prepares the library anew.
    system = cache.folder.parent / "system"
    for library in os.scandir(os.environ["CHAINRULE_CACHE"]):
        if os.path.isfile(os.path.join(library.path, "ready")):
            shutil.copytree(library.path, system / library.name, copy_function=os.link)
    for call in system.glob("*/template/rustc-call.json"):
        text = call.read_bytes()
        call.unlink()
        call.write_bytes(text[:-9] + b"\0" * 9)
    kernel = cache.kernel(CHAINRULE_SYSTEM_CACHE=str(system))
    try:
        reply, _ = kernel.run("let one = 1;")
        assert reply["status"] == "error" and "prepared library in" in reply["evalue"], reply
        assert str(system) in reply["evalue"], reply
    finally:
        kernel.stop()


# Cells of the random sequences. Few, so that much of a sequence was compiled for one before it.
POOL = [
    "let mut xs = vec![1, 2, 3];",
    "let xs = [0.5f32; 2];",
    "xs.iter().map(|x| format!(\"{x}\")).collect::<Vec<_>>()",
    "xs.push(7);\nxs.len()",
    "let n = xs.len(); println!(\"n {n}\");",
    "let moved = xs;",
    "xs",
    "fn f(x: usize) -> usize { x + 1 }",
    "fn f(x: usize) -> usize { x + 100 }\nf(1)",
    "f(xs.len())",
    "#[derive(Debug, Clone)] struct P { a: i32 }",
    "#[derive(Debug, Clone)] struct P { a: f64, b: i32 }\nlet p = P { a: 0.5, b: 1 };",
    "let p = P { a: 1 };\np",
    "impl P { fn show(&self) -> String { format!(\"{:?}!\", self.a) } }",
    "impl P { fn show(&self) -> String { format!(\"<{:?}>\", self.a) } }\np.show()",
    "p.show()",
    "use std::collections::VecDeque;\nlet q: VecDeque<i32> = VecDeque::from([1]);",
    "use std::fmt::Write as _;\nlet mut s = String::new();\nwrite!(s, \"{}\", f(2))?;\ns",
    "macro_rules! twice { ($e:expr) => { $e * 2 } }",
    "twice!(f(3))",
    "panic!(\"{}\", xs.len());",
    "let k = 3; if xs.len() > 2 { panic!(\"more\"); }",
    "\"x\".parse::<u8>()?;",
    "let mut t = tensor([1.0, 2.0]);",
    "t = &t * 2.0;\nt",
    "t = &t + 1.0; std::process::abort();",
    "let r = std::rc::Rc::new(k);",
    "let word: String = 5;",
    ":opt 1\nlet level = 1;",
    "for x in xs.iter() { if format!(\"{x}\").len() > 9 { break; } }",
]


def sequence(seed):
    generator = random.Random(seed)
    cells = [generator.choice(POOL) for _ in range(8)]
    # Some are run again, as people do.
    return ["let mut xs = vec![1];\nlet p = 0;"] + cells + generator.sample(cells, 3) + ["(xs.len(),)"]


def test_random_sequences_with_the_cache_and_without(cache):
    compiled = 0
    for number in range(SEQUENCES):
        cells = sequence(SEED + number)
        plain = cache.kernel(CHAINRULE_CELL_CACHE="off")
        expected = told(plain, cells)
        plain.stop()
        for _ in range(2 if number == 0 else 1):
            kernel = cache.kernel()
            heard = told(kernel, cells)
            compiled += has_compiled(kernel)
            kernel.stop()
            for cell, one, other in zip(cells, expected, heard):
                assert one == other, (SEED + number, cells, cell)
    print(f"\n{SEQUENCES} sequences, 0 differences; {len(cache.entries())} cells kept; {compiled} sequences needed a compiler")


def told_in_each(cache, cells, environments):
    """What a front end hears of the cells in new sessions, one after the other."""
    heard = []
    for variables in environments:
        kernel = cache.kernel(**variables)
        try:
            heard.append(told(kernel, cells))
        finally:
            kernel.stop()
    return heard


# Cells that change a type of which there are variables and stop before their end, in every order.
STOPS = [
    'struct S {{ a: i{bits} }} if true {{ panic!("{n}"); }} let s = S {{ a: {n} }};',
    'let s = S {{ a: {n} }}; panic!("{n}");',
    'struct S {{ a: i{bits} }} let x: i32 = "x".parse()?; let s = 1.5;',
    'struct S {{ b: f{wide} }} let made = {n}; if made > 0 {{ return; }} let s = S {{ b: 0.5 }};',
    "struct S {{ a: i{bits}, more: String }}",
    "mod q {{ pub struct Z(pub u{bits}); }} use q::Z; let z = Z({n}); vec![1][{n}];",
    "let a = S {{ a: 1 }};",
    "let b = vec![S {{ a: {n} }}];",
    "enum E {{ A, B, C }} use E::*; let v = C; panic!();",
    "let late = (a, 1); panic!();",
    'let a = vec![{n}]; let b = a; if b.len() == 1 {{ panic!("early"); }} let a = 1;',
    "s.a",
    "(a, b)",
    "made",
]


def test_cells_that_stop_with_the_cache_and_without(cache):
    for seed in range(SEED, SEED + SEQUENCES):
        draw, cells = random.Random(seed), []
        pieces = [piece for piece in PIECES if not piece.startswith(":dep") and "itoa" not in piece and "abort" not in piece]
        for _ in range(25):
            piece = draw.choice(draw.choice([STOPS, pieces]))
            new = piece.format(n=draw.randrange(1, 99), bits=draw.choice([16, 32, 64]), wide=draw.choice([32, 64]))
            cells.append(draw.choice(cells) if cells and draw.random() < 0.15 else new)
        heard = told_in_each(cache, [*cells, ":vars"], [{"CHAINRULE_CELL_CACHE": "off"}, {}, {}])
        for cell, *ways in zip([*cells, ":vars"], *heard):
            assert ways[0] == ways[1] == ways[2], (seed, cells, cell)


def test_a_cell_that_changes_a_type_and_stops_says_the_same_again(cache):
    cells = [
        f"struct Gone {{ x: i32 }}\nlet gone = Gone {{ x: {os.getpid()} }};",
        'struct Gone { x: f32 }\nif true { panic!("here"); }\nlet gone = Gone { x: 1.0 };',
        "gone.x",
    ]
    heard = told_in_each(cache, cells, [{}, {}])
    assert [ename for _, ename, *_ in heard[0]] == [None, "Panic", "CompileError"]
    assert "had to go" in str(heard[0][1][4]), heard[0]
    assert heard[0] == heard[1]


def test_a_cell_that_is_refused_again_is_told_the_same(cache):
    cells = [f"struct Named {{ x: i32 }}\nNamed({os.getpid()})", "Named(1)", "let v = vec![1];\nlet w = v;\nv.len()", "v.len()"]
    heard = told_in_each(cache, cells, [{}, {}])
    assert heard[0] == heard[1]


# Each is as large as it would be if it called the library once or twice.
OF_THE_LIBRARY = [
    'predict("6.p1", 3.0);',
    'reveal("6.p1", vec![3.0, 4.0]);',
    'claim("loss", 0.25f32).near(0.25, 0.01);',
    "plot::side_by_side([plot::function(|x| x * x, 0.0..1.0), plot::function(|x| x, 0.0..1.0)])",
    "Sequential::new().add(Dense::new(4, 2).relu()).add(Dense::new(2, 2).softmax()).parameters().len()",
    "Sequential::new().add(Dense::new(2, 1)).compile(Adam::new(0.1), MeanSquaredError, Accuracy);",
]


@pytest.mark.parametrize("cell", OF_THE_LIBRARY)
def test_a_cell_compiles_its_own_words_and_not_the_insides_of_the_library(cache, cell):
    """By what is kept of it, beside a loop that prints: time would depend on the machine."""
    loop = f"for _ in 0..{os.getpid()} {{}}\n"  # such a cell is in no cache
    sizes = []
    kernel = cache.kernel()
    try:
        for text in ['println!("{}", 3.0f32);', cell]:
            before = set(cache.entries())
            assert kernel.run(loop + text)[0]["status"] == "ok"
            (new,) = [path for path in cache.entries() if path not in before and path.stat().st_size > 4096]
            sizes.append(new.stat().st_size)
    finally:
        kernel.stop()
    print(sizes)
    assert sizes[1] < 2.0 * sizes[0], sizes
