"""Random sequences of cells, good ones and those that fail in every way: afterwards the variables equal those of a model
that this test keeps, and nothing has leaked.

The number of sequences is `CHAINRULE_SEQUENCES`, the first one's seed `CHAINRULE_SEED`.
"""

import os
import random
import threading
import time

import psutil
import pytest
from conftest import Kernel, processes

SEQUENCES = int(os.environ.get("CHAINRULE_SEQUENCES", "6"))
SEED = int(os.environ.get("CHAINRULE_SEED", "1"))
CELLS = 10

SETUP = """
let mut numbers: Vec<i32> = vec![];
let mut word = String::from("w");
let mut weights = tensor([0.0, 1.0]);
let shared = std::rc::Rc::new(std::cell::RefCell::new(0));
fn step() -> i32 { 1 }
"""
STATE = "(numbers.clone(), word.clone(), weights.to_vec(), shared.borrow().clone(), step())"


class Model:
    """What the variables should be."""

    def __init__(self):
        self.numbers, self.word, self.weights, self.shared, self.step = [], "w", 0, 0, 1

    def copy(self):
        other = Model()
        other.__dict__.update({**self.__dict__, "numbers": list(self.numbers)})
        return other

    def __str__(self):
        numbers = ", ".join(map(str, self.numbers))
        w = self.weights
        return f'([{numbers}], "{self.word}", [{w}.0, {w + 1}.0], {self.shared}, {self.step})'


# Changes: code, and what it does to the model. Each begins a cell of any kind.
def push(model, k):
    model.numbers.append(k)
    return f"numbers.push({k});"


def write(model, k):
    model.word = f"w{k}"
    return f'word = String::from("w{k}");'


def learn(model, k):
    model.weights += 1
    return "weights = &weights + 1.0;"


def share(model, k):
    model.shared += k
    return f"*shared.borrow_mut() += {k};"


def shadow(model, k):
    model.numbers = model.numbers[-2:] + [k]
    return f"let mut numbers: Vec<i32> = numbers.into_iter().rev().take(2).rev().chain([{k}]).collect();"


def look(model, k):
    return 'println!("{numbers:?} {word} {weights:?}");'


CHANGES = [push, write, learn, share, look]
# Kinds of ends. `stay`: the changes stay; otherwise they are taken back.
STAY = {
    "panic": ('panic!("on purpose");', "Panic"),
    "index": ("numbers[1_000_000];", "Panic"),
    "unwrap": ('"x".parse::<i32>().unwrap();', "Panic"),
    "question mark": ('"x".parse::<i32>()?;', "Error"),
    "panic_any": ("std::panic::panic_any(1u8);", "Panic"),
    "thread": ('std::thread::spawn(|| if 1 > 0 { panic!("t") }).join().unwrap();', "Panic"),
}
GO = {
    "abort": ("std::process::abort();", "Crash"),
    "exit": ("std::process::exit(0);", "Crash"),
    "null": ("unsafe { *(8 as *mut u8) = 1; }", "Crash"),
    "overflow": (
        "fn down(n: u64) -> u64 { if n == u64::MAX { 0 } else { down(n + 1) + down(n + 2) + 1 } }\ndown(1);",
        "Crash",
    ),
    "moved": ("let moved = word; drop(numbers); std::process::abort();", "Crash"),
    "memory": ("let huge = vec![1u8; 600 << 30];", "MemoryLimit"),
    "kill": ('std::process::Command::new("sh").args(["-c", "kill -9 $PPID; sleep 99"]).status()?;', "Crash"),
    "does not compile": ("nothing_of_that_name;", "CompileError"),
    "types": ('let n: i32 = "text";', "CompileError"),
}
INTERRUPTED = {"tensors": ("loop { weights.exp(); }", True), "loop": ("loop {}", False)}


def cell(generator, model):
    """A random cell: its code, how it should end (None: well), whether to interrupt it; changes the model."""
    before = model.copy()
    lines = [generator.choice(CHANGES)(model, generator.randrange(1000)) for _ in range(generator.randrange(1, 3))]
    kind = generator.random()
    if kind < 0.4:
        if generator.random() < 0.3:
            lines.append(shadow(model, generator.randrange(1000)))
        if generator.random() < 0.2:
            model.step = generator.randrange(100)
            lines.append(f"fn step() -> i32 {{ {model.step} }}")
        return "\n".join(lines), None, False
    if kind < 0.62:
        code, name = STAY[generator.choice(list(STAY))]
        return "\n".join([*lines, code]), name, False
    if kind < 0.94:
        code, name = GO[generator.choice(list(GO))]
        model.__dict__.update(before.__dict__)
        return "\n".join([*lines, code]), name, False
    code, stays = INTERRUPTED[generator.choice(list(INTERRUPTED))]
    if not stays:
        model.__dict__.update(before.__dict__)
    return "\n".join(['println!("running");', *lines, code]), "Interrupted" if stays else "InterruptedByForce", True


def run(kernel, code, interrupt):
    if not interrupt:
        return kernel.run(code)[0]
    timer = threading.Timer(0.05, kernel.manager.interrupt_kernel)

    def begin(message):
        if message["msg_type"] == "stream" and not timer.ident:
            timer.start()

    reply = kernel.client.execute_interactive(code, timeout=60, output_hook=begin, stop_on_error=False)["content"]
    timer.cancel()
    return reply


def measure(kernel):
    """Resident memory of the kernel process; processes with their open descriptors; temporary files."""
    root = psutil.Process(kernel.manager.provisioner.pid)
    deadline, seen = time.monotonic() + 5, None
    while time.monotonic() < deadline:
        now = processes(root.pid)
        if now == seen and len(now) == 4:
            break
        seen = now
        time.sleep(0.2)
    return root.memory_info().rss, now, os.listdir(kernel.temporary)


def objects(kernel):
    """The compiled cells that are kept."""
    sessions = os.path.join(os.environ["CHAINRULE_CACHE"], "sessions")
    (mine,) = [name for name in os.listdir(sessions) if name.startswith(f"{kernel.manager.provisioner.pid}-")]
    found = []
    for folder, _, names in os.walk(os.path.join(sessions, mine)):
        found += [name for name in names if name.startswith("libcode_")]
    return len(found)


@pytest.fixture(scope="module")
def limited_kernel(jupyter_folders):
    temporary = jupyter_folders / "temporary"
    temporary.mkdir()
    kernel = Kernel(env={"CHAINRULE_MEMORY": "2G", "TMPDIR": str(temporary)})
    kernel.temporary = temporary
    yield kernel
    kernel.stop()


def test_variables_equal_the_model_and_nothing_leaks(limited_kernel):
    kernel = limited_kernel
    warm_up = min(20, max(1, SEQUENCES // 10))
    baseline, done = None, 0
    for number in range(SEQUENCES):
        if number == warm_up:
            baseline = measure(kernel)
        generator, model = random.Random(SEED + number), Model()
        reply, _ = kernel.run(SETUP)
        assert reply["status"] == "ok", reply
        story = []
        for _ in range(CELLS):
            code, name, interrupt = cell(generator, model)
            story.append(code)
            reply = run(kernel, code, interrupt)
            assert reply.get("ename") == name, (SEED + number, story, reply)
            done += reply["status"] == "ok"
        assert kernel.value(STATE) == str(model), (SEED + number, story)
        if number % 25 == 24:
            print(number + 1, measure(kernel)[:2], flush=True)
    memory, processes, files = measure(kernel)
    print(f"\n{SEQUENCES} sequences; kernel memory {baseline[0] >> 20} -> {memory >> 20} MiB; {processes}")
    assert processes == baseline[1] and len(processes) == 4
    assert files == baseline[2]
    if SEQUENCES >= 100:  # rust-analyzer fills its caches at first
        assert memory < 1.05 * baseline[0]
