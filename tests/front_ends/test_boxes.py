"""What a chapter says of Keras and PyTorch: the boxes are the same program in both languages, and they run.

They run where `CHAINRULE_PEERS` names a Python with torch, safetensors, tensorflow, keras and scikit-learn in it.
"""

import io
import os
import re
import subprocess
import tokenize
from pathlib import Path

import pytest

SOURCES = [path for path in sorted((Path(__file__).parents[2] / "notebooks/course").glob("*.md")) if path.stem != "START"]
PEERS = os.environ.get("CHAINRULE_PEERS")


def boxes(source):
    """The boxes of a chapter in each language, in the order in which they stand there."""
    found, language = {"en": [], "zh": []}, None
    for mark, code in re.findall(r"^(?::::(en|zh)$)|^```python\n(.*?)^```", source.read_text(), re.M | re.S):
        language = mark or language
        if code:
            found[language].append(code)
    return found


# A model that the chapter writes as ONNX is read by another program in the tests of files.
NOT_ALONE = {("A4-models", 2)}
EACH = [
    (source, n)
    for source in SOURCES
    for n in range(len(boxes(source)["en"]))
    if (source.stem, n) not in NOT_ALONE
]
NAMES = [f"{source.stem}-{n}" for source, n in EACH]


def program(code):
    """Its tokens, without comments and ends of lines."""
    left_out = [tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE]
    return [token.string for token in tokenize.generate_tokens(io.StringIO(code).readline) if token.type not in left_out]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_a_box_is_one_program_in_both_languages(source):
    found = boxes(source)
    assert list(map(program, found["en"])) == list(map(program, found["zh"]))
    assert source.stem[0] == "A" or len(found["en"]) >= 2


TORCH = """
import torch, torch.nn.functional as F, torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
def classes(n, inputs, count=10):
    return torch.randn(n, inputs), torch.randint(0, count, (n,))
"""
KERAS = """
import keras, tensorflow as tf
from keras import layers
def classes(n, inputs, count=10):
    return np.random.randn(n, inputs).astype("float32"), np.random.randint(0, count, n)
"""
TRAINED = """
net = nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 10), nn.Softmax(-1))
import safetensors.torch
safetensors.torch.save_file(net.state_dict(), "digits.safetensors")
"""
# What the chapter has at that place: data of the shapes that it speaks of, and what stands in an earlier box.
BEFORE = {
    "01-ten-lines-0": "x, y = classes(500, 2, 2); x_test, y_test = classes(100, 2, 2)",
    "01-ten-lines-1": "data = TensorDataset(*classes(500, 2, 2))",
    "03-forward-pass-0": "x = np.ones((1, 2))",
    "03-forward-pass-1": "x = torch.ones(1, 2)",
    "04-chain-rule-0": "x, b = 2.0, torch.tensor(0.1, requires_grad=True)",
    "04-chain-rule-1": "x, b = 2.0, tf.Variable(0.1)",
    "05-backpropagation-0": (
        "x, y = classes(8, 4, 3); w1 = torch.randn(4, 5, requires_grad=True); w2 = torch.randn(5, 3, requires_grad=True)\n"
        "s = torch.relu(x @ w1) @ w2; f = torch.tanh; inputs = torch.randn(3, dtype=torch.float64, requires_grad=True)"
    ),
    "05-backpropagation-1": (
        "x, y = classes(8, 4, 3); model = keras.Sequential([layers.Dense(3)])\n"
        "loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
    ),
    "06-gradient-descent-1": (
        "w, b = torch.tensor(0.5, requires_grad=True), torch.tensor(0.0, requires_grad=True); loss = (2 * w + b - 1) ** 2"
    ),
    "07-training-loop-0": "x, y = classes(96, 784); xv, yv = classes(32, 784); xt, yt = classes(32, 784)",
    "07-training-loop-1": (
        "data = TensorDataset(*classes(96, 784)); model = nn.Sequential(nn.Linear(784, 10))\n"
        "optimizer = torch.optim.Adam(model.parameters())"
    ),
    "11-hearing-1": "sounds = torch.randn(3, 4000)",
    "13-text-attention-1": "x = torch.randn(2, 48, 32)",
    "14-game-play-1": (
        "network = nn.Sequential(nn.Linear(9, 64), nn.ReLU(), nn.Linear(64, 10)); x = torch.randn(5, 9)\n"
        "visits, result = torch.softmax(torch.randn(5, 9), -1), torch.zeros(5)"
    ),
    "15-which-network-0": "x, y = np.random.randn(80, 8), np.random.randint(0, 2, 80); x_new, y_new = x, y",
    "16-computing-0": (
        "import os, socket; port = socket.create_server(('127.0.0.1', 0)).getsockname()[1]\n"
        "os.environ.update(RANK='0', WORLD_SIZE='1', MASTER_ADDR='127.0.0.1', MASTER_PORT=str(port))\n"
        "x, y = classes(16, 784); optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)"
    ),
    "16-computing-1": "x, y = classes(512, 784)",
    "A1-dictionary-0": "x, y = classes(100, 784); x_test, y_test = classes(20, 784)",
    "A1-dictionary-1": "train = TensorDataset(*classes(100, 784)); model = nn.Sequential(nn.Linear(784, 10))",
    "A4-models-0": TRAINED,
    "A4-models-1": (
        "np.savez('digits.npz', w1=np.zeros((784, 32)), b1=np.zeros(32), w2=np.zeros((32, 10)), b2=np.zeros(10))\n"
        "net = keras.Sequential([keras.Input((784,)), layers.Dense(32), layers.Dense(10)])"
    ),
}
# What is to be true of it afterwards.
AFTER = {
    "02-numbers-in-boxes-0": "assert (x @ w + b).shape == (32, 10)",
    "03-forward-pass-1": "assert net[0].weight.shape == (2, 2)",
    "08-does-not-learn-0": "model.fit(*classes(32, 784), verbose=0)",
    "10-convolution-0": "assert model.output_shape == (None, 10)",
    "10-convolution-1": "assert model(torch.zeros(3, 1, 28, 28)).shape == (3, 10)",
    "11-hearing-0": "assert model.output_shape == (None, 4)",
    "11-hearing-1": "assert picture.shape == (3, 101, 39) and model(torch.zeros(3, 32, 39)).shape == (3, 4)",
    "12-text-counting-0": "assert gru.output_shape == (None, 48, 23)",
    "12-text-counting-1": "assert Writer()(torch.zeros(3, 48, dtype=torch.long)).shape == (3, 48, 23)",
    "13-text-attention-0": "assert block(keras.Input((48, 32))).shape == (None, 48, 32)",
    "13-text-attention-1": "assert y.shape == (2, 48, 32)",
    "14-game-play-0": "assert [list(shape) for shape in model.output_shape] == [[None, 9], [None, 1]]",
    "15-which-network-1": "assert model.output_shape == (None, 7)",
    "15-which-network-2": "assert Reader()(torch.zeros(3, 24, dtype=torch.long)).shape == (3, 7)",
    "A4-models-0": "assert __import__('os').path.getsize('back.safetensors') > 100_000",
}


@pytest.mark.skipif(not PEERS, reason="CHAINRULE_PEERS names no Python with torch, tensorflow, keras and scikit-learn")
@pytest.mark.parametrize("source,n", EACH, ids=NAMES)
def test_a_box_runs(source, n, tmp_path):
    name, code = f"{source.stem}-{n}", boxes(source)["en"][n]
    needs = code + BEFORE.get(name, "")
    libraries = (KERAS if re.search(r"\b(keras|tf|layers)\b", needs) else "") + (
        TORCH if re.search(r"\b(torch|nn|F|dist|DataLoader)\b", needs) else ""
    )
    whole = "\n".join(["import numpy as np", libraries, BEFORE.get(name, ""), code, AFTER.get(name, "")])
    ran = subprocess.run([PEERS, "-c", whole], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, f"{whole}\n{ran.stderr[-2000:]}"
