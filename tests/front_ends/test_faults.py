"""Whatever a cell does, the learner's variables are there afterwards, and no process is left behind."""

import os
import random
import signal
import threading
import time

import psutil
import pytest
from conftest import Kernel

SETUP = """
let mut numbers = vec![1, 2, 3];
let word = String::from("kept");
let weights = tensor([[1.5, -2.0], [0.25, 4.0]]).label("w").requires_grad();
let shared = std::rc::Rc::new(std::cell::RefCell::new(7));
"""


def state(kernel):
    """Values and types, as the front end sees them."""
    values = kernel.value('(numbers.clone(), word.clone(), weights.to_vec(), shared.borrow().clone())')
    _, outputs = kernel.run(":vars")
    variables = [content["data"]["text/plain"] for kind, content in outputs if kind == "display_data"]
    return values, sorted(variables[0].splitlines())


FAULTS = {
    "panic": ('numbers[7]', "Panic", "index out of bounds"),
    "question mark": ('let n: i32 = "x".parse()?;', "Error", "invalid digit"),
    "segfault": ("let moved = numbers; unsafe { *(8 as *mut u8) = 1; } println!(\"{moved:?}\");", "Crash", "memory"),
    "stack overflow": (
        "fn down(n: u64) -> u64 { if n == u64::MAX { 0 } else { down(n + 1) + down(n + 2) + 1 } }\n"
        "let moved = word; println!(\"{}\", down(1));",
        "Crash",
        "stack overflow",
    ),
    "abort": ("numbers.push(4); std::process::abort();", "Crash", "abort"),
    "exit": ("numbers.clear(); *shared.borrow_mut() = 8; std::process::exit(0);", "Crash", "exit code 0"),
    "exit 3": ("std::process::exit(3);", "Crash", "exit code 3"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_variables_after(kernel, fault):
    if not hasattr(kernel, "expected"):
        assert kernel.run(SETUP)[0]["status"] == "ok"
        kernel.expected = state(kernel)
    code, name, word = FAULTS[fault]
    reply, outputs = kernel.run(code)
    assert (reply["status"], reply["ename"]) == ("error", name)
    assert word in reply["evalue"].replace("the stack overflowed", "stack overflow"), reply["evalue"]
    assert [kind for kind, _ in outputs].count("error") == 1
    assert state(kernel) == kernel.expected


def worker_processes(kernel, name):
    tree = psutil.Process(kernel.manager.provisioner.pid).children(recursive=True)
    return [process for process in tree if process.name() == name]


def test_variables_after_the_worker_is_killed(kernel):
    kernel.run(SETUP)
    expected = state(kernel)

    def kill():
        (runner,) = worker_processes(kernel, "chainrule-run")
        os.kill(runner.pid, signal.SIGKILL)

    # While a cell runs ...
    timer = threading.Timer(2, kill)
    timer.start()
    reply, _ = kernel.run("numbers.push(5); std::thread::sleep(std::time::Duration::from_secs(60));", timeout=40)
    timer.join()
    assert (reply["status"], reply["ename"]) == ("error", "Crash")
    assert "killed" in reply["evalue"]
    assert state(kernel) == expected
    # ... and between two cells.
    kill()
    time.sleep(0.3)
    assert state(kernel) == expected


def test_a_kill_at_any_moment_undoes_a_cell_or_does_not(kernel):
    """What the reply says is what happened: an `ok` cell has changed its variable, a failed one has not."""
    kernel.run("let mut count = 0;")
    generator = random.Random(1)
    cell = 'count += 1; println!("running"); std::thread::sleep(std::time::Duration::from_millis(200));'
    expected, outcomes = 0, []
    for _ in range(25):
        (runner,) = worker_processes(kernel, "chainrule-run")
        timer = threading.Timer(generator.uniform(0, 0.25), os.kill, (runner.pid, signal.SIGKILL))

        def begin(message):
            if message["msg_type"] == "stream":
                timer.start()

        reply = kernel.client.execute_interactive(cell, timeout=30, output_hook=begin)["content"]
        timer.join()
        time.sleep(0.05)
        outcomes.append(reply["status"])
        expected += reply["status"] == "ok"
        assert reply["status"] == "ok" or reply["ename"] == "Crash", reply
        assert kernel.value("count") == str(expected), outcomes
    assert {"ok", "error"} == set(outcomes), outcomes


def test_a_crash_leaves_no_process_behind(kernel):
    kernel.run("1")
    time.sleep(0.5)
    count = lambda: len(psutil.Process(kernel.manager.provisioner.pid).children(recursive=True))
    before = count()
    for _ in range(3):
        kernel.run("std::process::abort();")
    assert kernel.value("1") == "1"
    deadline = time.monotonic() + 3  # the snapshot of the last cell replaces the one before after the reply
    while count() != before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert count() == before


def test_a_killed_kernel_leaves_no_process_behind(jupyter_folders):
    kernel = Kernel()
    kernel.run("let x = 1;")
    root = psutil.Process(kernel.manager.provisioner.pid)
    family = [root, *root.children(recursive=True)]
    assert len(family) >= 4  # kernel, supervisor, runner, snapshot
    os.kill(root.pid, signal.SIGKILL)
    kernel.stop()
    _, alive = psutil.wait_procs(family, timeout=3)
    assert alive == []


def test_shutdown_removes_the_session(jupyter_folders):
    sessions = os.path.join(os.environ["CHAINRULE_CACHE"], "sessions")
    mine = lambda pid: [name for name in os.listdir(sessions) if name.startswith(f"{pid}-")]
    kernel = Kernel()
    kernel.run("1")
    pid = kernel.manager.provisioner.pid
    family = psutil.Process(pid).children(recursive=True)
    assert len(mine(pid)) == 1
    kernel.client.stop_channels()
    kernel.manager.shutdown_kernel(now=False)
    assert mine(pid) == []
    _, alive = psutil.wait_procs(family, timeout=3)
    assert alive == []


def test_a_flood_of_output_is_cut(kernel):
    reply, outputs = kernel.run('for i in 0..2_000_000 { println!("line {i}"); }')
    assert reply["status"] == "ok"
    text = "".join(content["text"] for kind, content in outputs if kind == "stream")
    assert text.startswith("line 0\n") and text.endswith("line 1999999\n")
    assert "left out" in text and len(text) < 3_000_000


def test_markers_that_a_cell_prints_are_output(kernel):
    code = r'println!("EVCXR_EXECUTION_COMPLETE"); println!("EVCXR_PANIC_NOTIFICATION"); print!("\x1b]7337;{{");'
    reply, outputs = kernel.run(code)
    assert reply["status"] == "ok"
    text = "".join(content["text"] for kind, content in outputs if kind == "stream")
    assert text == "EVCXR_EXECUTION_COMPLETE\nEVCXR_PANIC_NOTIFICATION\n\x1b]7337;{"
    assert kernel.value("1") == "1"
