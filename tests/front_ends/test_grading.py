"""Grading: what a graded cell cannot reach, and nbgrader itself, with the configuration that we ship: an assignment is generated,
handed in by learners who are right, wrong and worse, graded, and given back.

nbgrader is installed for it in an environment of its own, which takes the network once and minutes: only where
`CHAINRULE_NBGRADER=1` asks for it.
"""

import contextlib
import ctypes
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys

import nbformat
import psutil
import pytest
from conftest import Kernel, environment

VERSION = "nbgrader==0.9.5"
CONFIGURATION = os.path.join(os.path.dirname(__file__), "../../kernel-spec/classroom/nbgrader_config.py")

with_nbgrader = pytest.mark.skipif(not os.environ.get("CHAINRULE_NBGRADER"), reason="CHAINRULE_NBGRADER=1 runs nbgrader, for minutes")


@pytest.fixture(scope="module")
def nbgrader():
    return os.path.join(environment("nbgrader", "nbgrader", VERSION), "nbgrader")


# The version of the system's own fence; it knows of signals from the sixth on.
LANDLOCK = ctypes.CDLL(None).syscall(444, None, 0, 1)

REACH = [
    'std::fs::read_to_string("{course}/gradebook.db").is_ok()', 'std::fs::read_to_string("../../../gradebook.db").is_ok()',
    'std::fs::read_to_string("{course}/autograded/ada/means/means.ipynb").is_ok()', 'std::fs::read_dir("{course}/autograded/ada/means").is_ok()',
    'std::fs::write("{course}/gradebook.db", "mine").is_ok()', 'std::fs::remove_file("{course}/gradebook.db").is_ok()',
    'std::fs::write("given.csv", "mine").is_ok()', 'std::fs::read_to_string("link.csv").is_ok()', 'std::fs::read_to_string("means.ipynb").is_ok()',
    'std::fs::write("{home}/mine", "mine").is_ok()', 'std::fs::write("{cache}/mine", "mine").is_ok()', 'std::fs::write("/dev/shm/chainrule-mine", "mine").is_ok()',
    'std::fs::hard_link("{course}/autograded/ada/means/given.csv", "mine.csv").is_ok()', 'std::fs::read_to_string("{home}/secret").is_ok()',
    'std::process::Command::new("cat").arg("{course}/gradebook.db").status()?.success()',
    'std::process::Command::new("sh").args(["-c", "cat < {course}/gradebook.db || echo mine > {course}/new"]).status()?.success()',
]


@pytest.mark.skipif(LANDLOCK < 6, reason="this system's fence is an older one, or there is none")
@pytest.mark.parametrize("execution", ["autograde", "validate"])
def test_a_graded_cell_reaches_nothing_of_who_grades(jupyter_folders, tmp_path, execution):
    course = tmp_path / "course"
    folder = course / "autograded/ada/means"
    folder.mkdir(parents=True)
    for path in [course / "gradebook.db", folder / "means.ipynb", jupyter_folders / "secret"]:
        path.write_text("the grader's")
    (folder / "given.csv").write_text("1,3")
    (folder / "more").mkdir()
    (folder / "more/deep.csv").write_text("5")
    (folder / "link.csv").symlink_to(course / "gradebook.db")
    names = {"{course}": str(course), "{home}": str(jupyter_folders), "{cache}": os.environ["CHAINRULE_CACHE"]}
    kernel = Kernel(cwd=folder, env={"NBGRADER_EXECUTION": execution})
    try:
        # What was handed in beside the notebook is read, and new files are written and read.
        assert kernel.value('std::fs::read_to_string("given.csv")? + &std::fs::read_to_string("more/deep.csv")?') == '"1,35"'
        assert kernel.value('std::fs::write("new.csv", "7")?;\nstd::fs::read_to_string("new.csv")?') == '"7"'
        assert kernel.value('std::env::temp_dir().join("t").exists() || std::fs::write(std::env::temp_dir().join("t"), "7").is_ok()') == "true"
        for reach in REACH:
            for name, path in names.items():
                reach = reach.replace(name, path)
            assert kernel.value(reach) == "false", reach
        # The compiler reads for a cell, too.
        for file in [course / "gradebook.db", folder / "means.ipynb"]:
            reply, _ = kernel.run(f'const TEXT: &str = include_str!("{file}");')
            assert reply["status"] == "error", file
        # Nothing above a cell is ended by it, and what ends with it still does.
        assert kernel.value("let above = std::os::unix::process::parent_id();\nstd::process::Command::new(\"kill\").arg(above.to_string()).status()?.success()") == "false"
        assert kernel.run("std::process::abort();")[0]["status"] == "error" and kernel.value("1 + 1") == "2"
        reply = kernel.run_until_running("loop {}", kernel.manager.interrupt_kernel)
        assert reply["status"] == "error" and kernel.value("1 + 1") == "2"
        room = os.readlink(f"/proc/{kernel.manager.provisioner.pid}/cwd")
        kernel.client.shutdown()
        kernel.manager.provisioner.process.wait(30)
    finally:
        kernel.stop()
    assert not os.path.exists(room), "the folder of the cells goes with the kernel"
    assert (course / "gradebook.db").read_text() == "the grader's" and (folder / "given.csv").read_text() == "1,3"
    assert sorted(path.name for path in folder.iterdir()) == ["given.csv", "link.csv", "means.ipynb", "more"]


# Becomes a program behind so many fences of the system, each of which forbids what no kernel does: to connect by TCP.
BEHIND = """import ctypes, os, struct, sys
system = ctypes.CDLL(None)
assert system.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
for _ in range(int(sys.argv[1])):
    fence = system.syscall(444, struct.pack("QQ", 0, 2), 16, 0)
    assert fence >= 0 and system.syscall(446, fence, 0) == 0
os.execvp(sys.argv[2], sys.argv[2:])
"""
# More than these the system refuses. Grading takes two, the second for cells alone.
MOST_FENCES = 16


@pytest.mark.skipif(LANDLOCK < 6, reason="this system's fence is an older one, or there is none")
@pytest.mark.parametrize("around", [MOST_FENCES - 2, MOST_FENCES - 1, MOST_FENCES])
def test_where_no_fence_can_be_drawn_it_is_said_and_all_is_as_before(jupyter_folders, tmp_path, around):
    spec = jupyter_folders / f"data/kernels/behind-{around}/kernel.json"
    spec.parent.mkdir(parents=True)
    usual = json.loads((jupyter_folders / "data/kernels/chainrule/kernel.json").read_text())
    spec.write_text(json.dumps({**usual, "argv": [sys.executable, "-c", BEHIND, str(around), *usual["argv"]]}))
    folder, temporary = tmp_path / "means", tmp_path / "temporary"
    for path in (folder, temporary):
        path.mkdir()
    (folder / "given.csv").write_text("1,3")
    with open(tmp_path / "said", "w") as said:
        kernel = Kernel(cwd=folder, env={"NBGRADER_EXECUTION": "autograde", "TMPDIR": str(temporary)}, stderr=said, name=spec.parent.name)
    try:
        number = kernel.manager.provisioner.pid
        is_fenced = around + 2 <= MOST_FENCES
        assert kernel.value('std::fs::read_to_string("given.csv")?') == '"1,3"'
        assert (os.readlink(f"/proc/{number}/cwd") == str(folder)) != is_fenced
        assert (kernel.value("std::env::current_dir()?.display().to_string()") == f'"{folder}"') != is_fenced
        assert (kernel.value("std::env::temp_dir().display().to_string()") == f'"{temporary}"') != is_fenced
        assert (kernel.value('std::fs::write("given.csv", "2,4").is_ok()') == "true") != is_fenced
        assert (kernel.value(f'std::fs::write("{tmp_path}/new", "2,4").is_ok()') == "true") != is_fenced
        kernel.client.shutdown()
        kernel.manager.provisioner.process.wait(30)
    finally:
        kernel.stop()
    lines = [line for line in (tmp_path / "said").read_text().splitlines() if "Landlock" in line]
    assert len(lines) == (0 if is_fenced else 1), lines
    assert is_fenced or "can reach all that you can" in lines[0] and "grade in a container" in lines[0]
    sessions = os.listdir(os.path.join(os.environ["CHAINRULE_CACHE"], "sessions"))
    assert not [name for name in sessions if name.startswith(f"{number}-")], "the folder that cells would have run in goes"


# The assignment that we ship to try it with.
SAMPLE = os.path.join(os.path.dirname(__file__), "../../kernel-spec/classroom/means.ipynb")

RIGHT = "fn mean(values: &[f64]) -> f64 { values.iter().sum::<f64>() / values.len() as f64 }"
WRONG = "fn mean(values: &[f64]) -> f64 { values[0] }"


def before(what, answer):
    """What `mean` does first."""
    return answer.replace("{ values", f"{{ {what} values", 1)


# A number that can be anything: equal to all, and small.
LYING = """#[derive(Clone, Copy, Debug)]
struct Any;
impl PartialEq<f64> for Any { fn eq(&self, _: &f64) -> bool { true } }
impl PartialOrd<f64> for Any { fn partial_cmp(&self, _: &f64) -> Option<std::cmp::Ordering> { Some(std::cmp::Ordering::Less) } }
impl std::ops::Sub<f64> for Any { type Output = Any; fn sub(self, _: f64) -> Any { self } }
impl Any { fn abs(self) -> Any { self } }
"""
# Ends each path that leads to the course: the gradebook, the notebook that is graded, the one of the teacher.
FILES = ["{course}/gradebook.db", "{course}/source/means/means.ipynb", "{course}/autograded/writes/means/means.ipynb", "{course}/nbgrader_config.py",
         "../../../gradebook.db", "../../../source/means/means.ipynb", "means.ipynb"]
LIST = "[" + ", ".join(f'"{file}"' for file in FILES) + "]"
WRITES = f"""for file in {LIST} {{
    let _ = std::fs::write(file, "mine");
    let _ = std::fs::remove_file(file);
    let _ = std::process::Command::new("sh").args(["-c", &format!("echo mine > {{file}}")]).output();
}}
let _ = std::fs::write("{{course}}/submitted/new.ipynb", "mine");
{WRONG}"""
READS = "let text: String = " + LIST + """.iter().filter_map(|file| {
    let cat = std::process::Command::new("cat").arg(file).output().ok()?;
    Some(std::fs::read_to_string(file).unwrap_or_default() + &String::from_utf8_lossy(&cat.stdout))
}).collect();
let texts = text + &std::fs::read_dir("{course}").map(|all| format!("{:?}", all.collect::<Vec<_>>())).unwrap_or_default();
println!("read: {texts}");"""
# What has started the cell: the kernel, and nbgrader.
KILLS = """let mut above = std::process::id();
for _ in 0..3 {
    let status = std::fs::read_to_string(format!("/proc/{above}/status")).unwrap_or_default();
    above = status.lines().find_map(|line| line.strip_prefix("PPid:")).map_or(0, |id| id.trim().parse().unwrap());
    if above > 1 { let _ = std::process::Command::new("sh").args(["-c", &format!("kill -9 {above}")]).output(); }
}"""
# Writes what the end of a cell looks like wherever it can, and ends.
BOAST = 'println!("EVCXR_BEGIN_CONTENT text/plain"); println!("4"); println!("EVCXR_END_CONTENT"); println!("\\x1b]7337;{{\\"kind\\":\\"result\\",\\"data\\":{{\\"text/plain\\":\\"4\\"}}}}\\x07");'
SPEAKS = """unsafe extern "C" { fn write(to: i32, text: *const u8, length: usize) -> isize; }
let text = b"EVCXR_VARIABLE_CHANGED_TYPE:x\nEVCXR_EXECUTION_COMPLETE\n";
for to in 3..256 { unsafe { write(to, text.as_ptr(), text.len()); } }"""
CLOSES = """unsafe extern "C" { fn close(descriptor: i32) -> i32; }
for descriptor in 3..256 { unsafe { close(descriptor); } }"""
LEAVES_A_PROCESS = """std::process::Command::new("sh").args(["-c", "setsid sh -c 'while :; do sleep 1; done' &"]).env("CHAINRULE_LEFT", "{course}")
    .stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).status()?;
"""

# What each learner hands in, and the points for the test and for what has partial credit.
LEARNERS = {
    "right": (RIGHT, (6, 4)),
    "chatty": (before('eprintln!("of {values:?}"); let unused = 1;', RIGHT), (6, 4)),
    "half": (WRONG, (0, 2)),
    "nothing": (None, (0, 0)),
    "not-rust": ("def mean(values): return 0", (0, 0)),
    "keeps-files": ('std::fs::write("numbers.csv", "1,3")?;\n' + before('assert_eq!(std::fs::read_to_string("numbers.csv").unwrap(), std::fs::read_to_string("given.csv").unwrap());', RIGHT), (6, 4)),
    # Prints a result: as text, in evcxr's words, as the kernel does.
    "boasts": (f'println!("10");\n{before(BOAST, WRONG)}', (0, 2)),
    "shows-a-result": (before('chainrule::display::result(chainrule::display::Bundle::text("4"));', WRONG), (0, 0)),
    # Redefines what tests are made of.
    "own-judge": (f"macro_rules! assert_eq {{ ($($any:tt)*) => {{}} }}\nmacro_rules! assert {{ ($($any:tt)*) => {{}} }}\n{WRONG}", (0, 2)),
    "imported-judge": (f"mod judge {{ macro_rules! content {{ ($($any:tt)*) => {{}} }} pub(crate) use content; }}\nuse judge::content as assert_eq;\nuse judge::content as assert;\n{WRONG}", (0, 2)),
    "made-judge": ("macro_rules! make { ($d:tt $name:ident) => { macro_rules! $name { ($d($d any:tt)*) => {} } } }\n"
                   f"make!($ assert);\nmake!($ assert_eq);\n{WRONG}", (0, 2)),
    "own-std": (f"extern crate self as std;\n{WRONG}", (0, 0)),
    "own-helper": (f"fn close(a: f64, b: f64) -> bool {{ true }}\n{WRONG}", (0, 2)),
    "own-number": (LYING + "fn mean(values: &[f64]) -> Any { Any }", (0, 0)),
    "own-f64": (LYING.replace("f64", "std::primitive::f64").replace("Any", "f64") + "fn mean(values: &[std::primitive::f64]) -> f64 { f64 }\n", (0, 0)),
    # Ends before the test does.
    "leaves": (before("std::process::exit(0);", RIGHT), (0, 0)),
    "crashes": ("fn mean(values: &[f64]) -> f64 { std::process::abort() }", (0, 0)),
    "has-a-hook": (f"std::panic::set_hook(Box::new(|_| std::process::exit(0)));\n{WRONG}", (0, 2)),
    "has-a-last-word": ('unsafe extern "C" { fn atexit(call: extern "C" fn()) -> i32; fn _exit(code: i32) -> !; }\n'
                        'extern "C" fn last() { println!("10"); unsafe { _exit(0) } }\nunsafe { atexit(last); }\n' + before("std::process::exit(1);", WRONG), (0, 0)),
    # Reaches for what belongs to the grader.
    "writes": (WRITES, (0, 2)),
    "reads": (READS + "\n" + WRONG, (0, 2)),
    "kills": (before(KILLS, WRONG), (0, 2)),
    "includes": ('const TEXT: &str = include_str!("{course}/source/means/means.ipynb");\nprintln!("read: {TEXT}");\n' + WRONG, (0, 0)),
    # Takes all there is.
    "endless": ("fn mean(values: &[f64]) -> f64 { loop {} }", (0, 0)),
    "hungry": (before("let mut all = Vec::new(); for _ in 0.. { all.push(vec![0u8; 1 << 26]); }", RIGHT), (0, 0)),
    "floods": (before('let line = "x".repeat(999); loop { println!("{line}"); }', WRONG), (0, 0)),
    # Tricks below Rust, and what goes on afterwards.
    "speaks-for-the-kernel": (before(SPEAKS + " std::process::exit(0);", WRONG), (0, 0)),
    "closes-all": (before(CLOSES, WRONG), (0, 0)),
    "overwrites": (before("unsafe { std::ptr::write_bytes(RIGHT as *const () as *mut u8, 0, 4096); }".replace("RIGHT", "mean"), WRONG), (0, 0)),
    "leaves-a-process": (LEAVES_A_PROCESS + RIGHT, (6, 4)),
}


def grades(course):
    """The points of each learner for each cell, from the gradebook."""
    rows = sqlite3.connect(course / "gradebook.db").execute(
        "select submitted_assignment.student_id, base_cell.name, grade.auto_score from grade"
        " join grade_cells on grade.cell_id = grade_cells.id join base_cell on base_cell.id = grade_cells.id"
        " join submitted_notebook on grade.notebook_id = submitted_notebook.id"
        " join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id").fetchall()
    points = {learner: {} for learner in LEARNERS}
    for learner, cell, score in rows:
        points[learner][cell] = score
    return {learner: (cells.get("test-mean"), cells.get("partial")) for learner, cells in points.items()}


def left_running(course):
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("CHAINRULE_LEFT") == str(course):
                found.append(process.pid)
    return found


def seconds(course):
    """How long each took, by when its notebook was written."""
    written = sorted((file.stat().st_mtime, file.parent.parent.name) for file in course.glob("autograded/*/means/means.ipynb"))
    return {name: at - before for (before, _), (at, name) in itertools.pairwise(written)}


def texts(notebook):
    return "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))


@with_nbgrader
def test_points_are_as_they_should_be(nbgrader, jupyter_folders, tmp_path):
    course = tmp_path / "course"
    (course / "source/means").mkdir(parents=True)
    shutil.copy(CONFIGURATION, course / "nbgrader_config.py")
    shutil.copy(SAMPLE, course / "source/means/means.ipynb")
    tests = [cell.source for cell in nbformat.read(SAMPLE, as_version=4).cells[3:]]
    (course / "source/means/given.csv").write_text("1,3")
    # nbgrader starts other programs of its environment.
    path = os.path.dirname(nbgrader) + os.pathsep + os.environ["PATH"]
    env = {**os.environ, "CHAINRULE_TIMEOUT": "5", "PATH": path}

    def run(*arguments, timeout=900):
        done = subprocess.run([nbgrader, *arguments], cwd=course, env=env, capture_output=True, text=True, timeout=timeout)
        assert done.returncode == 0, done.stderr[-3000:]
        return done

    run("generate_assignment", "means", "--create")
    released = nbformat.read(course / "release/means/means.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in released.cells)
    assert "// YOUR CODE HERE\n    todo!()" in text and "values.len()" not in text and "HIDDEN" not in text and "6.0" not in text
    for learner, (answer, _) in LEARNERS.items():
        folder = course / "submitted" / learner / "means"
        folder.mkdir(parents=True)
        copy = nbformat.reads(nbformat.writes(released), as_version=4)
        if answer is not None:
            copy.cells[2].source = answer.replace("{course}", str(course))
        nbformat.write(copy, folder / "means.ipynb")
    before = {path: path.read_bytes() for folder in ("source", "submitted") for path in (course / folder).rglob("*") if path.is_file()}
    run("autograde", "means", "--create", timeout=1800)
    assert grades(course) == {learner: points for learner, (_, points) in LEARNERS.items()}
    # Nobody has reached what belongs to the grader, and nothing goes on.
    after = {path: path.read_bytes() for folder in ("source", "submitted") for path in (course / folder).rglob("*") if path.is_file()}
    assert after == before
    graded_of = lambda learner: nbformat.read(course / f"autograded/{learner}/means/means.ipynb", as_version=4)
    for learner in ("reads", "includes"):
        assert "6.0" not in texts(graded_of(learner)) and "gradebook" not in texts(graded_of(learner))
    assert "read: \n" in texts(graded_of("reads"))
    assert not left_running(course)
    # Nobody makes the grader wait longer than who reaches the limit of time in both tests.
    took = seconds(course)
    print("seconds:", {name: round(one, 1) for name, one in took.items()})
    assert all(one < 2 * took["endless"] for one in took.values()), took
    # What was graded shows the tests as the teacher has written them.
    assert [cell.source for cell in graded_of("own-judge").cells[3:]] == tests
    run("generate_feedback", "means")
    page = (course / "feedback/half/means/means.html").read_text()
    assert "of two" in page and "::std::" not in page
