"""evcxr has a process of its own: it can be ended at any moment, and nothing is lost."""

import os
import random
import signal
import time

import psutil
import pytest

from conftest import Kernel, plain

ALONE = {"CHAINRULE_CELL_CACHE": "off"}
ROUNDS = int(os.environ.get("CHAINRULE_KILLS", "8"))
SEED = int(os.environ.get("CHAINRULE_SEED", "1"))
# What type a variable has that is a function is for evcxr to say.
NEEDS_EVCXR = "let f{0} = double;"


@pytest.fixture
def kernel(jupyter_folders, tmp_path, request):
    """In English, where a test does not ask for both languages."""
    language = getattr(request, "param", "en")
    kernel = Kernel(cwd=tmp_path, env={**ALONE, "CHAINRULE_LANGUAGE": language})
    kernel.language = language
    kernel.run("let list = vec![1, 2, 3];\nfn double(x: i32) -> i32 { 2 * x }")
    yield kernel
    kernel.stop()


def family(kernel):
    return psutil.Process(kernel.manager.provisioner.process.pid).children(recursive=True)


def analyzer(kernel):
    """evcxr's process, if it is there."""
    for process in family(kernel):
        try:
            if process.name() == "chainrule-evcxr" and process.status() != psutil.STATUS_ZOMBIE:
                return process
        except psutil.NoSuchProcess:
            pass
    return None


def wait_for(what, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, what
        time.sleep(0.005)
    return found


def while_it_stands_still(kernel, act):
    """The reply to a cell that waits for evcxr, which is certainly there, when `act` comes."""
    kernel.run(NEEDS_EVCXR.format(0))
    analyzer(kernel).send_signal(signal.SIGSTOP)
    message = kernel.client.execute(NEEDS_EVCXR.format(1))
    # rustc comes first: before it is done, nobody asks evcxr.
    wait_for(lambda: kernel.compilers(seconds=0))
    wait_for(lambda: not kernel.compilers(seconds=0))
    time.sleep(0.3)
    act()
    return kernel.client._recv_reply(message, timeout=30)["content"]


def shown(outputs):
    return [content["data"]["text/plain"] for kind, content in outputs if kind == "execute_result"]


def test_it_starts_when_it_is_needed_and_its_memory_comes_back(jupyter_folders, tmp_path):
    kernel = Kernel(cwd=tmp_path, env={**ALONE, "CHAINRULE_REST_AFTER": "1"})
    try:
        for number in range(5):
            kernel.run(f"let plain{number} = {number} + 1;")
        own = psutil.Process(kernel.manager.provisioner.process.pid)
        before = own.memory_info().rss
        assert analyzer(kernel) is None
        kernel.run("fn double(x: i32) -> i32 { 2 * x }")
        kernel.run(NEEDS_EVCXR.format(0))
        process = analyzer(kernel)
        of_evcxr = process.memory_info().rss
        assert own.memory_info().rss < before + of_evcxr / 8, "the kernel itself has no rust-analyzer"
        # Nobody asks anything: it goes, with all that it had.
        wait_for(lambda: analyzer(kernel) is None)
        assert own.memory_info().rss < before + of_evcxr / 8
        assert shown(kernel.run("(f0(21), plain4)")[1]) == ["(42, 5)"]
    finally:
        kernel.stop()


@pytest.mark.parametrize("kernel", ["en", "zh"], indirect=True)
def test_it_is_killed_while_it_finds_types(kernel):
    reply = while_it_stands_still(kernel, lambda: analyzer(kernel).kill())
    assert reply["status"] == "error", reply
    words = {"en": ["types of this cell", "signal 9", "run the cell again"], "zh": ["推断本单元格类型", "重新运行"]}
    text = plain(reply["traceback"])
    assert all(word in " ".join(text.split()) for word in words[kernel.language]), text
    assert "evcxr" not in text and "analyzer" not in text, text
    # Nothing is lost, and the next need starts it again.
    assert shown(kernel.run("(list.len(), f0(4))")[1]) == ["(3, 8)"]
    assert kernel.run(NEEDS_EVCXR.format(1))[0]["status"] == "ok"
    assert shown(kernel.run("f1(5)")[1]) == ["10"]


def test_it_is_killed_while_the_cell_runs(kernel):
    """The cell is the worker's: it comes to its end, and what it has made is there."""
    kernel.run(NEEDS_EVCXR.format(0))
    code = NEEDS_EVCXR.format(1) + ' let made = String::from("made");\nstd::thread::sleep(std::time::Duration::from_secs(1));\nlist.len()'
    reply = kernel.run_until_running(code, lambda: analyzer(kernel).kill())
    assert reply["status"] == "ok", reply
    assert shown(kernel.run("(f1(5), made.len(), list.len())")[1]) == ["(10, 4, 3)"]
    assert shown(kernel.run("let g = f1; g(6)")[1]) == ["12"]


def test_a_cell_that_panics_meanwhile(kernel):
    kernel.run(NEEDS_EVCXR.format(0))
    code = NEEDS_EVCXR.format(1) + '\nstd::thread::sleep(std::time::Duration::from_secs(1));\nlet no: Option<i32> = None; let x = no.unwrap();'
    reply = kernel.run_until_running(code, lambda: analyzer(kernel).kill())
    assert reply["ename"] == "Panic", reply
    assert shown(kernel.run("list.len() + f0(1) as usize")[1]) == ["5"]


@pytest.mark.parametrize("how", [signal.SIGABRT, signal.SIGTERM, signal.SIGKILL])
def test_it_falls_between_cells(jupyter_folders, tmp_path, how):
    kernel = Kernel(cwd=tmp_path, env=ALONE)
    try:
        kernel.run("fn double(x: i32) -> i32 { 2 * x }\nlet list = vec![1];")
        kernel.run(NEEDS_EVCXR.format(0))
        process = analyzer(kernel)
        process.send_signal(how)
        wait_for(lambda: analyzer(kernel) is None)
        reply, _ = kernel.run(NEEDS_EVCXR.format(1))
        assert reply["status"] == "ok", reply
        assert shown(kernel.run("(f0(1), f1(2), list)")[1]) == ["(2, 4, [1])"]
    finally:
        kernel.stop()


def test_the_button_ends_what_takes_long(kernel):
    """As if it never came to an end."""
    reply = while_it_stands_still(kernel, kernel.manager.interrupt_kernel)
    assert reply["status"] == "error" and reply["ename"] == "InterruptedWhileCompiling", reply
    assert shown(kernel.run("(list.len(), f0(4))")[1]) == ["(3, 8)"]
    assert kernel.run(NEEDS_EVCXR.format(1))[0]["status"] == "ok"


def test_the_button_while_it_starts(kernel):
    message = kernel.client.execute(NEEDS_EVCXR.format(0))
    wait_for(lambda: analyzer(kernel)).send_signal(signal.SIGSTOP)
    kernel.manager.interrupt_kernel()
    reply = kernel.client._recv_reply(message, timeout=30)["content"]
    assert reply["status"] == "error" and reply["ename"] == "InterruptedWhileCompiling", reply
    assert kernel.run(NEEDS_EVCXR.format(0))[0]["status"] == "ok"
    assert shown(kernel.run("f0(21)")[1]) == ["42"]


def test_nothing_is_left_of_it(jupyter_folders, tmp_path):
    """However the kernel ends."""
    for end in ["shutdown", signal.SIGKILL]:
        kernel = Kernel(cwd=tmp_path, env=ALONE)
        try:
            kernel.run("fn double(x: i32) -> i32 { 2 * x }")
            kernel.run(NEEDS_EVCXR.format(0))
            everybody = family(kernel)
            assert analyzer(kernel)
            if end == signal.SIGKILL:
                os.kill(kernel.manager.provisioner.process.pid, end)
            else:
                kernel.manager.shutdown_kernel()
            _, alive = psutil.wait_procs(everybody, timeout=20)
            assert not alive, alive
        finally:
            kernel.stop()


def test_at_random_moments(jupyter_folders, tmp_path):
    """Killed again and again while cells need it: each is right, or says so and is right the next time."""
    chance = random.Random(SEED)
    kernel = Kernel(cwd=tmp_path, env=ALONE)
    refused = 0
    try:
        kernel.run("fn double(x: i32) -> i32 { 2 * x }\nlet list = vec![1, 2, 3];")
        kernel.run(NEEDS_EVCXR.format(0))
        usual = 0.2
        for number in range(1, ROUNDS + 1):
            code = NEEDS_EVCXR.format(number) + f" let n{number} = {number};"
            begin = time.monotonic()
            is_there = analyzer(kernel) is not None
            message = kernel.client.execute(code)
            time.sleep(chance.uniform(0, usual if is_there else 3))
            if process := analyzer(kernel):
                process.kill()
            reply = kernel.client._recv_reply(message, timeout=120)["content"]
            if is_there and reply["status"] == "ok":
                usual = min(2, max(0.1, time.monotonic() - begin))
            if reply["status"] == "error":
                refused += 1
                assert "types of this cell" in " ".join(reply["evalue"].split()), (number, reply)
                reply, _ = kernel.run(code)
            assert reply["status"] == "ok", (number, reply)
            assert shown(kernel.run(f"(f{number}(3), n{number}, list.len())")[1]) == [f"(6, {number}, 3)"]
        kernel.run("1")
        cargo = [process.name() for process in family(kernel) if "chainrule" not in process.name()]
        assert not cargo, cargo
    finally:
        kernel.stop()
    print(f"{ROUNDS} kills, {refused} cells had to be run again")
