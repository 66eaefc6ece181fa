"""What the promises of the worker cost: snapshots, interrupts, limits, floods of output.

    cargo test --release --test front_ends wire        # once: makes the Python environment
    cargo build --release
    target/tmp/python/bin/python benches/worker.py

Prints a table. Nothing else should run on the machine.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/front_ends"))
os.environ.setdefault("CHAINRULE_PROGRAM", str(ROOT / "target/release/chainrule"))
os.environ.setdefault("CHAINRULE_CACHE", str(ROOT / "target/tmp/cache"))

from conftest import CHAINRULE, Kernel  # noqa: E402
import psutil  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "50"))


def row(what, figure, bar):
    print(f"{what:66} {figure:>22}   {bar}", flush=True)


def ok(kernel, code):
    reply, outputs = kernel.run(code, timeout=600)
    assert reply["status"] == "ok", reply
    return "".join(content["text"] for kind, content in outputs if kind == "stream")


def snapshots(home):
    log = home / "trace.log"
    with open(log, "w") as file:
        kernel = Kernel(env={"CHAINRULE_TRACE": "1", "CHAINRULE_MEMORY": "none"}, stderr=file)
    try:
        for what, setup in {
            "nothing": "let held = 0;",
            "100 MB in one tensor": "let held = Tensor::ones(&[100, 250_000]);",
            "2 GB in one tensor": "let held = Tensor::ones(&[2000, 250_000]);",
            "2 GB in tensors of 1 MB": "let held: Vec<Tensor> = (0..2000).map(|_| Tensor::ones(&[250_000])).collect();",
            "100 MB in vectors of 1 kB": "let held: Vec<Vec<u8>> = (0..100_000).map(|_| vec![1; 1000]).collect();",
        }.items():
            ok(kernel, setup)
            before = len(log.read_text().splitlines())
            for _ in range(9):
                ok(kernel, "let a = 1;")
            lines = log.read_text().splitlines()[before:]
            costs = [json.loads(line)["microseconds"] / 1000 for line in lines if "microseconds" in line]
            row(f"snapshot, {what}", f"{statistics.median(costs):.2f} ms", "2 ms with 100 MB, 30 ms with 2 GB")
    finally:
        kernel.stop()


TRAIN = """
seed(1);
let (train, _) = data::digits(8_000).split(0.9);
let mut model = Sequential::new().add(Dense::new(784, 128).relu()).add(Dense::new(128, 10).softmax());
model.compile(Adam::default(), SparseCategoricalCrossentropy::new(), Accuracy);
model.fit(&train).epochs(1).batch_size(32).verbose(false).run();
"""
AGAIN = """
let begin = std::time::Instant::now();
model.fit(&train).epochs(4).batch_size(32).verbose(false).run();
println!("{}", begin.elapsed().as_secs_f64());
"""


def training():
    times = {"on": [], "off": []}
    kernels = {setting: Kernel(env={"CHAINRULE_SNAPSHOTS": setting}) for setting in times}
    try:
        for kernel in kernels.values():
            ok(kernel, TRAIN)
        for _ in range(9):
            for setting, kernel in kernels.items():
                times[setting].append(float(ok(kernel, AGAIN)))
    finally:
        for kernel in kernels.values():
            kernel.stop()
    # The shortest: what the machine does besides only ever adds.
    ratio = min(times["on"]) / min(times["off"])
    row("training in a cell, with snapshots against without", f"{ratio:.3f} x", "1.05 x")


def latency(kernel, code, after):
    pressed = []

    def press():
        pressed.append(time.monotonic())
        kernel.manager.interrupt_kernel()

    timer = threading.Timer(after or 0.1, press)

    def begin(message):
        wanted = "execute_input" if after else "stream"
        if message["msg_type"] == wanted and not timer.ident:
            timer.start()

    reply = kernel.client.execute_interactive(code, timeout=60, output_hook=begin, stop_on_error=False)["content"]
    seconds = time.monotonic() - pressed[0]
    timer.join()
    return reply["ename"], seconds


def interrupts():
    kernel = Kernel()
    slow = "#[allow(long_running_const_eval)]\nconst SLOW: u64 = { let mut i = 0u64; while i < 1 << 40 { i += 1; } i };\n"
    try:
        ok(kernel, "let t = tensor([1.0]);")
        for what, code, after, name, bar in [
            ("tensor loop", 'println!("."); loop { t.exp(); }', None, "Interrupted", "100 ms"),
            ("bare loop", 'println!("."); loop {}', None, "InterruptedByForce", "1500 ms"),
            ("compiling", slow + 'println!("{SLOW}");', 1.2, "InterruptedWhileCompiling", "300 ms"),
        ]:
            measured = [latency(kernel, code, after) for _ in range(ROUNDS)]
            assert all(ename == name for ename, _ in measured), measured
            milliseconds = statistics.median(seconds for _, seconds in measured) * 1000
            row(f"interrupt to reply, {what}, median of {ROUNDS}", f"{milliseconds:.0f} ms", bar)
    finally:
        kernel.stop()


def memory():
    kernel = Kernel(env={"CHAINRULE_MEMORY": "1G"})
    try:
        ok(kernel, "let kept = 1;")
        most, done = [0], threading.Event()

        def watch():
            root = psutil.Process(kernel.manager.provisioner.pid)
            while not done.is_set():
                for process in root.children(recursive=True):
                    try:
                        if process.name() == "chainrule-run":
                            most[0] = max(most[0], process.memory_info().rss)
                    except psutil.NoSuchProcess:
                        pass
                time.sleep(0.002)

        thread = threading.Thread(target=watch)
        thread.start()
        reply, _ = kernel.run("let mut hoard = Vec::new(); loop { hoard.push(vec![1u8; 1 << 20]); }")
        begin = time.monotonic()
        assert reply["ename"] == "MemoryLimit", reply
        assert kernel.value("kept") == "1"
        row("memory limit of 1 GB: most resident memory of the runner", f"{most[0] / (1 << 30):.2f} GB", "1.2 GB")
        row("memory limit: reply to result of the next cell", f"{time.monotonic() - begin:.2f} s", "2 s")
        done.set()
        thread.join()
    finally:
        kernel.stop()


def floods():
    kernel = Kernel()
    try:
        for what, code in {
            "lines": 'let line = [b"x".repeat(99), b"\\n".to_vec()].concat(); for _ in 0..10_000_000 { out.write_all(&line)?; }',
            "no text": "let piece = [0xffu8; 1000]; for _ in 0..1_000_000 { out.write_all(&piece)?; }",
        }.items():
            writer = "std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock())"
            begin = time.monotonic()
            ok(kernel, f"use std::io::Write;\n{{ let mut out = {writer}; {code} out.flush()?; }}")
            row(f"1 GB on stdout, {what}", f"{1000 / (time.monotonic() - begin):.0f} MB/s", "20 MB/s")
    finally:
        kernel.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        for name in ("data", "runtime", "config"):
            os.environ[f"JUPYTER_{name.upper()}_DIR"] = str(home / name)
        os.environ["JUPYTER_PATH"] = ""
        subprocess.run([CHAINRULE, "install", "--user"], check=True, stdout=subprocess.DEVNULL)
        wanted = sys.argv[1:] or ["snapshots", "training", "interrupts", "memory", "floods"]
        for part in wanted:
            {"snapshots": lambda: snapshots(home), "training": training, "interrupts": interrupts,
             "memory": memory, "floods": floods}[part]()
