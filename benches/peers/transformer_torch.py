#!/usr/bin/env python3
"""PyTorch baseline for a transformer over characters: 4 layers of 128 features and 4 heads, context 64, batch 16. CPU, float32.

    python transformer_torch.py [threads]

Also, with "memory" as a second argument: what an epoch of 784-128-10 at batch 128 needs beside its data.
The data is random: only the arithmetic counts here.
"""
import sys, time
import torch
from torch import nn
from torch.nn import functional as F

if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
torch.manual_seed(0)
WORDS, WIDTH, HEADS, CONTEXT, BATCH = 65, 128, 4, 64, 16


def resident(what):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(what + ":")) / 1024


if __name__ == "__main__" and sys.argv[2:] == ["memory"]:
    x, y = torch.rand(60_000, 784), torch.randint(0, 10, (60_000,))
    before = resident("VmRSS")
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer, loss = torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()
    for rows in torch.randperm(60_000).split(128):
        optimizer.zero_grad()
        loss(model(x[rows]), y[rows]).backward()
        optimizer.step()
    print(f"torch memory-above-data {resident('VmHWM') - before:.1f} MB")
    sys.exit()


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.inputs, self.output = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        n, length, _ = x.shape
        query, key, value = self.inputs(x).view(n, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.output(seen.transpose(1, 2).reshape(n, length, WIDTH))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(WIDTH), Attention())
        self.dense = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 4 * WIDTH), nn.GELU("tanh"), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        x = x + self.attention(x)
        return x + self.dense(x)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, WIDTH), nn.Parameter(torch.zeros(CONTEXT, WIDTH))
        self.blocks = nn.Sequential(*[Block() for _ in range(4)])
        self.output = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WORDS))

    def forward(self, x):
        return self.output(self.blocks(self.words(x) + self.places))


model = Model()
optimizer = torch.optim.Adam(model.parameters())
x, y = torch.randint(0, WORDS, (BATCH, CONTEXT)), torch.randint(0, WORDS, (BATCH * CONTEXT,))


def step():
    optimizer.zero_grad()
    F.cross_entropy(model(x).view(-1, WORDS), y).backward()
    optimizer.step()


if __name__ == "__main__":
    for _ in range(3):
        step()
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for _ in range(20):
            step()
        best = min(best, time.perf_counter() - start)
    print(f"torch transformer-4x128-context64-batch16 {best / 20 * 1e3:.3f} ms/step")
