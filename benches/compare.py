#!/usr/bin/env python3
"""The library beside PyTorch (and Keras, if it is there): one table.

    python benches/compare.py [rounds] [cases …]       # for example: compare.py 3 batch128 cnn

Runs each program by turns with two threads, `rounds` times (3 unless said), so that what disturbs the machine disturbs all
of them, and prints the medians. Needs PyTorch in the Python that runs it; the peers' programs are in `peers/`.

A machine on which something else runs shows nothing: with fewer free processors than threads, PyTorch's threads wait for
each other many times as long as they work. `--one` therefore gives each program one thread and compares processor time
instead of time, which holds on a busy machine, too.

`--avx2` has both do without AVX-512, as on a processor that has none. The figures that were seen are in `README.md`.
"""
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BARS = {  # at most this many times what the peer needs, with AVX-512 and without
    "mlp-784-128-10-adam-batch32": (0.18, 0.20), "mlp-784-128-10-adam-batch128": (0.42, 0.45),
    "mlp-784-128-10-adam-batch1024": (0.80, 0.75), "mlp-784-128-10-adam-batch60000": (0.85, 1.0),
    "mlp-2-16-16-1-sgd-batch100": (0.06, 0.05), "cnn-28x28-8-16-adam-batch64": (0.5, 0.5),
    "cnn-batch-norm-28x28-8-16-adam-batch64": (1.0, 1.0), "lstm-32-128-steps64-batch32": (1.0, 1.0),
    "gru-32-128-steps64-batch32": (1.0, 1.0), "words-27-10-200-context3-sgd-batch32": (0.7, 0.7),
    "transformer-4x128-context64-batch16": (1.0, 1.0), "memory-above-data": (1.0, 1.0)}
# Tensors stay in the heap between steps, as the kernel has it for its cells (worker/channels.rs).
HEAP = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=268435456"


def figures(command, **environment):
    """The figures that a program prints: by library and case."""
    run = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)
    if run.returncode:
        print(f"{command[-2:]}: {run.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    lines = [line.split() for line in run.stdout.splitlines() if len(line.split()) == 4]
    return {(library, case): (float(figure), unit) for library, case, figure, unit in lines}


def first_line(*command):
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return next(iter(run.stdout.splitlines()), "unknown")


def conditions(is_avx2, is_one):
    """What the figures depend on: a line each. Returns whether AVX-512 is used."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    facts = {name.strip(): value.strip() for name, value in facts.items()}
    flags = facts.get("flags", "").split()
    is_wide = "avx512bw" in flags and not is_avx2
    kind = "AVX-512" if is_wide else "AVX2" if "avx2" in flags else platform.machine()
    family = f", family {facts.get('cpu family')}, model {facts.get('model')}" if facts else ""
    print(f"processor   {facts.get('model name', platform.processor())}{family}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"vectors     {kind}{' (AVX-512 forced off)' if is_avx2 else ''}")
    print(f"threads     {'1, processor time' if is_one else '2, time'}")
    print(f"chainrule   {first_line('git', 'rev-parse', '--short', 'HEAD')}, {first_line('rustc', '--version')}")
    peers = [f"{name} {first_line(sys.executable, '-c', f'import {name}; print({name}.__version__)')}" for name in ("torch", "tensorflow")]
    print(f"peers       {', '.join(peers)}, Python {platform.python_version()}", flush=True)
    return is_wide


def main():
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    is_one, is_avx2 = "--one" in sys.argv, "--avx2" in sys.argv
    is_wide = conditions(is_avx2, is_one)
    if is_avx2:
        os.environ.update(CHAINRULE_SIMD="avx2", ATEN_CPU_CAPABILITY="avx2")
    rounds = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else 3
    build = ["cargo", "bench", "--no-default-features", "--bench", "training", "--"]
    ours = dict(CHAINRULE_THREADS="1" if is_one else "2", GLIBC_TUNABLES=HEAP, **({"BENCH_CPU_TIME": "1"} if is_one else {}))
    count = ["--threads", "1" if is_one else "2"]
    peers = [["peers/steps_torch.py", *count, *arguments]]
    if not is_one:
        peers += [["peers/transformer_torch.py", "2"], ["peers/transformer_torch.py", "2", "memory"]]
    if subprocess.run([sys.executable, "-c", "import tensorflow"], capture_output=True).returncode == 0:
        peers.append(["peers/mlp_keras.py", *count, *arguments])
    all_figures = {}
    for _ in range(rounds):
        found = figures([*build, *arguments], **ours)
        # Beside its data, a program of its own.
        if not is_one:
            found |= {key: value for key, value in figures([*build, "batch128"], **ours).items() if "memory" in key[1]}
        for script, *rest in peers:
            found |= figures([sys.executable, str(ROOT / "benches" / script), *rest])
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
        bar = BARS[case][0 if is_wide else 1] if case in BARS else ""
        print(f"{case:40}{own:12.4f}{shown}{bar:>7}")


if __name__ == "__main__":
    main()
