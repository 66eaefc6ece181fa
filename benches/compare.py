#!/usr/bin/env python3
"""The library beside PyTorch (and Keras, if it is there): one table.

    python benches/compare.py [rounds] [cases …]       # for example: compare.py 3 batch128 cnn

Runs each program by turns with two threads, `rounds` times (3 unless said), so that what disturbs the machine disturbs all
of them, and prints the medians. Needs PyTorch in the Python that runs it; the peers' programs are in `peers/`.

A machine on which something else runs shows nothing: with fewer free processors than threads, PyTorch's threads wait for
each other many times as long as they work. `--one` therefore gives each program one thread and compares processor time
instead of time, which holds on a busy machine, too (where the peer can be measured so: the cases of `peers/steps_torch.py`).
"""
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BARS = {  # at most this many times what the peer needs, or this much
    "mlp-784-128-10-adam-batch32": 0.40, "mlp-784-128-10-adam-batch128": 0.50, "mlp-784-128-10-adam-batch1024": 0.80,
    "mlp-784-128-10-adam-batch60000": 1.15, "mlp-2-16-16-1-sgd-batch100": 0.08, "cnn-28x28-8-16-adam-batch64": 0.6,
    "transformer-4x128-context64-batch16": 1.2, "memory-above-data": 1.0}
# Tensors stay in the heap between steps, as the kernel has it for its cells (worker/channels.rs).
HEAP = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=268435456"


def figures(command, **environment):
    """The figures that a program prints: by library and case."""
    run = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)
    if run.returncode:
        print(f"{command[-2:]}: {run.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    lines = [line.split() for line in run.stdout.splitlines() if len(line.split()) == 4]
    return {(library, case): (float(figure), unit) for library, case, figure, unit in lines}


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--one"]
    is_one = "--one" in sys.argv
    rounds = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else 3
    build = ["cargo", "bench", "--no-default-features", "--bench", "training", "--"]
    ours = dict(CHAINRULE_THREADS="1" if is_one else "2", GLIBC_TUNABLES=HEAP, **({"BENCH_CPU_TIME": "1"} if is_one else {}))
    peers = [["peers/steps_torch.py"]] if is_one else [
        ["peers/steps_torch.py", "--threads", "2"], ["peers/transformer_torch.py", "2"], ["peers/transformer_torch.py", "2", "memory"]]
    if not is_one and subprocess.run([sys.executable, "-c", "import tensorflow"], capture_output=True).returncode == 0:
        peers.append(["peers/mlp_keras.py"])
    all_figures = {}
    for _ in range(rounds):
        found = figures([*build, *arguments], **ours)
        # Beside its data, a program of its own.
        if not is_one:
            found |= {key: value for key, value in figures([*build, "batch128"], **ours).items() if "memory" in key[1]}
        for script, *rest in peers:
            found |= figures([sys.executable, str(ROOT / "benches" / script), *rest, *(arguments if "steps" in script else [])])
        for key, figure in found.items():
            all_figures.setdefault(key, []).append(figure)
    median = {key: (statistics.median(value for value, _ in runs), runs[0][1]) for key, runs in all_figures.items()}
    print(f"{'case':40}{'chainrule':>12}{'peer':>12}  {'unit':14}{'ratio':>7}{'bar':>7}")
    for (library, case), (own, unit) in median.items():
        if library != "chainrule":
            continue
        # The primer's step on all samples at once is compared with Keras, for which it was written.
        order = ("keras", "torch") if case.endswith("60000") else ("torch", "keras")
        peer = next((median[peer, case][0] for peer in order if (peer, case) in median), None)
        shown = f"{peer:12.4f}  {unit:14}{own / peer:7.2f}" if peer else f"{'':12}  {unit:14}{'':7}"
        print(f"{case:40}{own:12.4f}{shown}{BARS.get(case, ''):>7}")


if __name__ == "__main__":
    main()
