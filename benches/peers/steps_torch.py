#!/usr/bin/env python3
"""The cases of `training.rs` in PyTorch, and that of `transformer_torch.py`.

    python steps_torch.py [--threads 2] [cases …]

With one thread, which is usual, in processor time: for a busy machine. With more, in time.
"""
import argparse, sys, time
from pathlib import Path
import torch
from torch import nn
from torch.nn import functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("cases", nargs="*")
arguments = parser.parse_args()
clock = time.process_time if arguments.threads == 1 else time.perf_counter
torch.set_num_threads(arguments.threads)
torch.manual_seed(0)
wanted = lambda case: not arguments.cases or any(argument in case for argument in arguments.cases)


def best(work, runs=3):
    """The least time."""
    found = []
    for _ in range(runs):
        start = clock()
        work()
        found.append(clock() - start)
    return min(found)


def training(model, optimizer, loss):
    def step(x, y):
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()
    return step


N = 60_000
for batch in (32, 128, 1024, N):
    case = f"mlp-784-128-10-adam-batch{batch}"
    if wanted(case):
        x, y = torch.rand(N, 784), torch.randint(0, 10, (N,))
        model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
        step = training(model, torch.optim.Adam(model.parameters()), F.cross_entropy)
        epoch = lambda: [step(x[rows], y[rows]) for rows in torch.randperm(N).split(batch)]
        print(f"torch {case} {best(epoch if batch < N else lambda: step(x, y)):.4f} s/epoch")
if wanted(case := "mlp-2-16-16-1-sgd-batch100"):
    x, y = torch.rand(100, 2), torch.rand(100, 1)
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
    step = training(model, torch.optim.SGD(model.parameters(), 0.1), lambda a, b: ((a - b) ** 2).mean())
    [step(x, y) for _ in range(200)]
    print(f"torch {case} {best(lambda: [step(x, y) for _ in range(1000)]) * 1e3:.1f} us/step")
for has_batch_norm in (False, True):
    case = f"cnn-{'batch-norm-' if has_batch_norm else ''}28x28-8-16-adam-batch64"
    if wanted(case):
        x, y = torch.rand(6400, 1, 28, 28), torch.randint(0, 10, (6400,))
        layers = []
        for inputs, outputs in ((1, 8), (8, 16)):
            normal = [nn.BatchNorm2d(outputs)] if has_batch_norm else []
            layers += [nn.Conv2d(inputs, outputs, 3), *normal, nn.ReLU(), nn.MaxPool2d(2)]
        model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(400, 10))
        step = training(model, torch.optim.Adam(model.parameters()), F.cross_entropy)
        epoch = lambda: [step(x[i:i + 64], y[i:i + 64]) for i in range(0, 6400, 64)]
        print(f"torch {case} {best(epoch) * 10:.3f} ms/step")


class LastState(nn.Module):
    """What a recurrent layer knows at the end, as classes."""
    def __init__(self, layer):
        super().__init__()
        self.layer, self.output = layer, nn.Linear(128, 10)

    def forward(self, x):
        return self.output(self.layer(x)[0][:, -1])


def same_batch(case, model, optimizer, x, y, count=20):
    step = training(model, optimizer, F.cross_entropy)
    steps = lambda: [step(x, y) for _ in range(count)]
    steps()
    print(f"torch {case} {best(steps) / count * 1e3:.4f} ms/step")


for name, Layer in (("lstm", nn.LSTM), ("gru", nn.GRU)):
    if wanted(case := f"{name}-32-128-steps64-batch32"):
        model = LastState(Layer(32, 128, batch_first=True))
        x, y = torch.rand(32, 64, 32), torch.randint(0, 10, (32,))
        same_batch(case, model, torch.optim.Adam(model.parameters()), x, y)
if wanted(case := "words-27-10-200-context3-sgd-batch32"):
    model = nn.Sequential(nn.Embedding(27, 10), nn.Flatten(), nn.Linear(30, 200), nn.Tanh(), nn.Linear(200, 27))
    x, y = torch.randint(0, 27, (32, 3)), torch.randint(0, 27, (32,))
    same_batch(case, model, torch.optim.SGD(model.parameters(), 0.1), x, y, 1000)
if wanted(case := "transformer-4x128-context64-batch16"):
    sys.path.insert(0, str(Path(__file__).parent))
    import transformer_torch as twin
    torch.set_num_threads(arguments.threads)
    print(f"torch {case} {best(lambda: [twin.step() for _ in range(20)]) * 50:.3f} ms/step")
