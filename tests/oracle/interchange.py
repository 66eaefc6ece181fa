#!/usr/bin/env python3
"""Whether PyTorch, NumPy and onnxruntime read what the library writes, and what of theirs the tests read.

    python interchange.py files      # writes numpy.npz, pytorch.npz and pytorch_*.onnx beside this file
    cargo run --release --no-default-features --example interchange -- FOLDER && python interchange.py check FOLDER

Needs torch, safetensors, onnx, onnxscript, onnxruntime. Tests need none of them, only the files.
"""
import sys
from pathlib import Path
import numpy as np
import torch
from torch import nn


def networks():
    torch.manual_seed(0)
    mlp = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3), nn.Softmax(-1))
    cnn = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 4, 3, stride=2),
        nn.Tanh(), nn.Flatten(), nn.Linear(16, 3))
    with torch.no_grad():
        for parameter in cnn.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
        cnn(torch.randn(8, 1, 10, 10))  # moves the running means
    return {"mlp": (mlp.eval(), torch.randn(4, 6)), "cnn": (cnn.eval(), torch.randn(3, 1, 10, 10))}


def write(folder):
    columns = np.asfortranarray(np.arange(6, dtype="<i8").reshape(2, 3))
    np.savez_compressed(folder / "numpy.npz", columns=columns, counts=np.full(4, 7.0))
    answers = {}
    for name, (model, x) in networks().items():
        torch.onnx.export(model, (x,), folder / f"pytorch_{name}.onnx", dynamo=False)
        answers |= {f"{name}_x": x.numpy(), f"{name}_y": model(x).detach().numpy()}
    np.savez(folder / "pytorch.npz", **answers)


def check(folder):
    import onnx, onnxruntime
    from safetensors.torch import load_file

    answers = np.load(folder / "answers.npz")
    for name, (model, _) in networks().items():
        x, y = answers[f"{name}_x"], answers[f"{name}_y"]
        model.load_state_dict(load_file(folder / f"{name}.safetensors"))
        path = str(folder / f"{name}.onnx")
        onnx.checker.check_model(path, full_check=True)
        session = onnxruntime.InferenceSession(path)
        for program, found in (
            ("PyTorch", model(torch.tensor(x)).detach().numpy()),
            ("onnxruntime", session.run(None, {session.get_inputs()[0].name: x})[0]),
        ):
            error = np.abs(found - y).max()
            print(f"{name} {program}: largest difference {error:.1e}")
            assert found.shape == y.shape and error <= 1e-5


if __name__ == "__main__":
    write(Path(__file__).parent) if sys.argv[1] == "files" else check(Path(sys.argv[2]))
