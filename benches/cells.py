"""What cells cost that were compiled before, what the course's cells cost to compile beside an empty one, and whether a
learner's own loops are as fast as in a program.

    cargo test --release --test front_ends wire        # once: makes the Python environment
    cargo build --release
    target/tmp/python/bin/python benches/cells.py [kernels]

Prints a table. How new cells compare with evcxr_jupyter is measured by `kernel_latency.py`
in the folder of the peers. Nothing else should run on the machine.
"""

import os
import pathlib
import re
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
import nbformat  # noqa: E402
import psutil  # noqa: E402

CHAPTERS = sorted((ROOT / "notebooks/en").glob("*.ipynb"))
SUM = """let values: Vec<f32> = (0..100_000_000u32).map(|i| (i % 7) as f32 * 0.5).collect();
let begin = std::time::Instant::now();
let mut sum = 0.0f32;
for value in &values { sum += value; }
println!("{sum} {}", begin.elapsed().as_secs_f64());"""
FUNCTION = """fn product(a: &[Vec<f32>], b: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let n = a.len();
    let mut c = vec![vec![0.0; n]; n];
    for i in 0..n { for j in 0..n { for k in 0..n { c[i][j] += a[i][k] * b[k][j]; } } }
    c
}"""
PRODUCT = """let a: Vec<Vec<f32>> = (0..300).map(|i| (0..300).map(|j| (i * j % 5) as f32).collect()).collect();
let begin = std::time::Instant::now();
for _ in 0..10 { std::hint::black_box(product(&a, &a)); }
println!("{}", begin.elapsed().as_secs_f64() / 10.0);"""


def row(what, figure, bar):
    print(f"{what:66} {figure:>22}   {bar}", flush=True)


def cells(chapter):
    found = [cell for cell in nbformat.read(chapter, 4).cells if cell.cell_type == "code"]
    return [(cell.source, "raises-exception" in cell.metadata.get("tags", [])) for cell in found]


def family(kernel):
    root = psutil.Process(kernel.manager.provisioner.pid)
    return [root, *root.children(recursive=True)]


def run(chapter, kernels, at):
    begin = time.perf_counter()
    kernel = Kernel()
    for code, may_fail in cells(chapter):
        reply, _ = kernel.run(code)
        assert may_fail or reply["status"] == "ok", reply
    kernels[at] = kernel, time.perf_counter() - begin


def together(chapter, count):
    """Kernels that run a chapter at once: the seconds of each, and the memory of all, as processes and in fact."""
    kernels = [None] * count
    threads = [threading.Thread(target=run, args=(chapter, kernels, at)) for at in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    processes = [process for kernel, _ in kernels for process in family(kernel)]
    resident = sum(process.memory_info().rss for process in processes)
    share = sum(process.memory_full_info().pss for process in processes)
    for kernel, _ in kernels:
        kernel.stop()
    return [seconds for _, seconds in kernels], resident >> 20, share >> 20


def compile_time(kernel, code):
    """Milliseconds that rustc and the linker take, as `:timing` says it."""
    said = [content["data"]["text/plain"] for kind, content in kernel.run(code)[1] if kind == "display_data"][-1]
    return sum(float(number) for number in re.findall(r"([\d.]+) ms (?:rustc|linking)", said))


def typical(rounds):
    """The first 20 cells of the course that compile, each beside an empty one."""
    found = [code for chapter in CHAPTERS for code, may_fail in cells(chapter) if not may_fail][:20]
    times, empty = [[] for _ in found], []
    for _ in range(rounds):
        kernel = Kernel(env={"CHAINRULE_CELL_CACHE": "off"})
        kernel.run(":timing")
        kernel.run("()")
        for at, code in enumerate(found):
            times[at].append(compile_time(kernel, code))
            empty.append(compile_time(kernel, "()"))
        kernel.stop()
    empty = statistics.median(empty)
    ratios = sorted(statistics.median(each) / empty for each in times)
    within = sum(ratio <= 1.3 for ratio in ratios)
    row("an empty cell: rustc and linker", f"{empty:.0f} ms", "")
    row("20 cells of the course: median, most", f"{statistics.median(ratios):.2f}; {ratios[-1]:.2f} x", "1.3 x empty")
    row("of these within the bar", f"{within} of 20", "20")


def loops(folder):
    program = folder / "program.rs"
    program.write_text(f"fn main() {{\n{{ {SUM} }}\n{PRODUCT}\n}}\n{FUNCTION}\n")
    subprocess.run(["rustc", "-O", "--edition=2024", "-o", folder / "program", program], check=True)
    kernel = Kernel()
    kernel.run(FUNCTION)
    own, of_rustc = ([], []), ([], [])
    for _ in range(5):
        for times, code in zip(own, [SUM, PRODUCT]):
            text = "".join(content["text"] for kind, content in kernel.run(code)[1] if kind == "stream")
            times.append(float(text.split()[-1]))
        printed = subprocess.run([folder / "program"], capture_output=True, text=True, check=True).stdout.splitlines()
        for times, line in zip(of_rustc, printed):
            times.append(float(line.split()[-1]))
    kernel.stop()
    for what, ours, theirs in zip(["sum of 10^8 numbers", "product of 300 x 300 by hand"], own, of_rustc):
        ours, theirs = statistics.median(ours), statistics.median(theirs)
        row(f"a learner's own loop: {what}", f"{ours * 1e3:.1f} / {theirs * 1e3:.1f} ms", "1.5 x rustc -O")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for variable in ["JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"]:
            os.environ[variable] = str(folder / variable)
        os.environ["CHAINRULE_HISTORY"] = "off"
        subprocess.run([CHAINRULE, "install", "--user", "--no-warm"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([CHAINRULE, "warm", *CHAPTERS], check=True, stdout=subprocess.DEVNULL)
        for chapter in CHAPTERS:
            begin = time.perf_counter()
            command = [CHAINRULE, "run", chapter, "--allow-errors", "--output", folder / "out"]
            subprocess.run(command, check=True, capture_output=True)
            row(f"chainrule run {chapter.name}, again", f"{time.perf_counter() - begin:.2f} s", "its training + 1.5 s")
        seconds, resident, share = together(CHAPTERS[0], 1)
        row("chapter 1 in a kernel, from its start", f"{seconds[0]:.2f} s", "")
        row("memory of its processes: resident; shared pages once", f"{resident}; {share} MiB", "80 MiB")
        seconds, resident, share = together(CHAPTERS[0], count)
        row(f"{count} kernels at once: the slowest", f"{max(seconds):.2f} s", "15 s")
        row("memory of all: resident; shared pages once", f"{resident}; {share} MiB", "2458 MiB")
        typical(3)
        loops(folder)


if __name__ == "__main__":
    main()
