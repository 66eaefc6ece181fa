#!/usr/bin/env python3
"""Files as people have them, made by the programs that they come from: PyTorch, NumPy, sox; and what is in them.

    python files.py       # writes the folder `files` beside this file

Needs torch, onnx, onnxscript, safetensors, numpy, and sox on the PATH. Tests need none of them, only the folder: `table.json`
says for each file how it is read, `answers.npz` which numbers come out. All that is random has a seed.
"""
import copy
import gzip
import json
import math
import shutil
import struct
import subprocess
import warnings
from pathlib import Path
import numpy as np
import torch
from torch import nn

FOLDER = Path(__file__).parent / "files"
ANSWERS = {}
TABLE = []


def entry(file, read, note, **more):
    TABLE.append({"file": file, "read": read, "note": note} | more)


def answer(name, array):
    ANSWERS[name] = np.array(array, dtype=np.float32, order="C")


# --- ONNX ---

def conv(*layers, flat, out=3):
    return nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), *layers, nn.Flatten(), nn.Linear(flat, out), nn.Softmax(1))


class View(nn.Module):
    def forward(self, x):
        return x.view(x.size(0), -1)


def networks():
    """Name: the network, the shape of a sample, how it is exported, a note."""
    mlp = lambda *last: nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3), *last)
    picture = (1, 10, 10)
    yield "mlp", mlp(nn.Softmax(1)), (6,), {}, "softmax along axis 1, a batch of 2"
    yield "beside", conv(nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), flat=100), picture, {}, "weights in .onnx.data"
    yield "inside", conv(nn.ReLU(), nn.MaxPool2d(2), flat=100), picture, {"external_data": False}, "weights in the file"
    yield "any_batch", conv(nn.ReLU(), nn.MaxPool2d(2), flat=100), picture, {"dynamic_shapes": ({0: "batch"},)}, \
        "a batch of any size"
    yield "torchscript", conv(nn.Tanh(), nn.AvgPool2d(2), flat=100), picture, {"dynamo": False}, "the exporter before"
    yield "weights_twice", nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2)), (6,), \
        {"dynamo": False}, "the exporter before: weights that are equal stand there once"
    yield "view", conv(nn.ReLU(), nn.MaxPool2d(2), View(), flat=100), picture, \
        {"dynamo": False, "input_names": ["x"], "dynamic_axes": {"x": {0: "n"}}}, "the exporter before: x.view(x.size(0), -1)"
    yield "float16", mlp(nn.Softmax(-1)).half(), (6,), {}, "weights of 16 bits"
    yield "bfloat16", mlp().bfloat16(), (6,), {}, "weights of 16 bits, the upper half"
    yield "float64", mlp().double(), (6,), {}, "weights of 64 bits"
    yield "mean", nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3, bias=False)), picture, {}, \
        "the mean over all places"
    yield "softplus", nn.Sequential(nn.Linear(6, 8), nn.Softplus(), nn.Linear(8, 8), nn.SiLU(), nn.LayerNorm(8),
                                    nn.Linear(8, 2), nn.LeakyReLU()), (6,), {}, "softplus as three operations"
    yield "sound", nn.Sequential(nn.Conv1d(1, 4, 3), nn.ReLU(), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(16, 3)), \
        (1, 10), {}, "along one axis"
    yield "unflatten", nn.Sequential(nn.Linear(6, 16), nn.Unflatten(1, (1, 4, 4)), nn.Conv2d(1, 2, 3), nn.Flatten()), \
        (6,), {}, "a shape of three axes"


def refused():
    yield "gelu", nn.Sequential(nn.Linear(6, 3), nn.GELU()), (6,), "Gelu", "approximate"
    yield "log_softmax", nn.Sequential(nn.Linear(6, 3), nn.LogSoftmax(1)), (6,), "LogSoftmax", "logits"
    yield "channels", nn.Sequential(nn.Conv2d(1, 4, 3), nn.Softmax(1)), (1, 6, 6), "Softmax", "last axis"
    yield "padded", nn.Sequential(nn.MaxPool2d(3, 2, padding=1)), (1, 6, 6), "MaxPool", "padding"


def export(name, model, sample, **how):
    kind = next(iter(model.parameters()), torch.zeros(1)).dtype
    x = torch.randn(2, *sample).to(kind)
    torch.onnx.export(model, (x,), str(FOLDER / f"{name}.onnx"), verbose=False, **how)


def onnx_files():
    import onnx

    for name, model, sample, how, note in networks():
        with torch.no_grad():
            for parameter in model.parameters():
                parameter += 0.3 * torch.randn_like(parameter)
        model.float()(torch.randn(8, *sample))  # moves running means
        kind = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float64": torch.float64}.get(name, torch.float32)
        model = model.to(kind).eval()
        export(name, model, sample, **how)
        # Three samples: the network takes more than the two that it was exported with. Weights as they are in the file.
        x = torch.randn(3, *sample)
        answer(f"{name}.x", x)
        answer(f"{name}.y", copy.deepcopy(model).float()(x).detach())
        entry(f"{name}.onnx", "onnx", note)
    for name, model, sample, op, advice in refused():
        export(f"refused_{name}", model.eval(), sample)
        entry(f"refused_{name}.onnx", "onnx", f"{op} in a form that is not understood", error=[op, advice])
    # As a model looks whose second file was left behind, or points out of the folder.
    shutil.copy(FOLDER / "beside.onnx", FOLDER / "alone.onnx")
    model = onnx.load(FOLDER / "beside.onnx", load_external_data=False)
    for location, name in (("alone.onnx.data", "alone"), ("../beside.onnx.data", "outside")):
        for tensor in model.graph.initializer:
            for pair in tensor.external_data:
                if pair.key == "location":
                    pair.value = location
        (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())
    entry("alone.onnx", "onnx", "the file of its weights is not there", error=["alone.onnx.data", "beside it"])
    entry("outside.onnx", "onnx", "weights outside its folder", error=["outside its folder"])
    # Numbers in fields of their own, as other programs write them.
    model = onnx.load(FOLDER / "mlp.onnx")
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        tensor.ClearField("raw_data")
        if tensor.name == "0.weight":
            tensor.data_type = onnx.TensorProto.FLOAT16
            tensor.int32_data.extend(values.astype(np.float16).view(np.uint16).ravel().tolist())
        elif tensor.name == "0.bias":
            tensor.data_type = onnx.TensorProto.DOUBLE
            tensor.double_data.extend(values.ravel().tolist())
        else:
            tensor.float_data.extend(values.ravel().tolist())
    (FOLDER / "fields.onnx").write_bytes(model.SerializeToString())
    entry("fields.onnx", "onnx", "numbers in fields of their own", like="mlp", within=2e-3)
    # What says nothing of the file keeps it small.
    for path in FOLDER.glob("*.onnx"):
        model = onnx.load(path, load_external_data=False)
        for node in model.graph.node:
            del node.metadata_props[:]
            node.doc_string = ""
        for value in [model, model.graph, *model.graph.value_info, *model.graph.input, *model.graph.initializer]:
            del value.metadata_props[:]
        path.write_bytes(model.SerializeToString())


# --- tensors ---

def safetensors_files():
    from safetensors.torch import save_file

    kinds = {"bf16": torch.bfloat16, "f16": torch.float16, "f32": torch.float32, "f64": torch.float64,
             "i8": torch.int8, "i16": torch.int16, "i32": torch.int32, "i64": torch.int64, "u8": torch.uint8,
             "u16": torch.uint16, "u32": torch.uint32, "u64": torch.uint64, "bool": torch.bool,
             "f8_e4m3": torch.float8_e4m3fn, "f8_e5m2": torch.float8_e5m2}
    values = torch.tensor([[0.0, 1.0, 2.0, 3.0], [7.0, 20.0, 100.0, 127.0]])
    small = torch.tensor([[0.0, -0.0, 1.5, -2.25], [6e-8, 3e-5, 0.1, -448.0]])
    tensors = {}
    for name, kind in kinds.items():
        tensors[name] = (small if kind.is_floating_point else values).to(kind)
        answer(f"kinds.{name}", tensors[name].float())
    save_file(tensors, FOLDER / "kinds.safetensors")
    entry("kinds.safetensors", "tensors", "every kind of number that PyTorch writes", names=sorted(kinds))
    half = torch.tensor([math.inf, -math.inf, math.nan, 65504.0, 6.104e-05, 5.96e-08])
    save_file({"half": half.half(), "brain": half.bfloat16()}, FOLDER / "limits.safetensors")
    answer("limits.half", half.half().float())
    answer("limits.brain", half.bfloat16().float())
    entry("limits.safetensors", "tensors", "infinities, no numbers, the smallest", names=["brain", "half"])
    complex_numbers = torch.ones(2, dtype=torch.complex64)
    save_file({"a": complex_numbers, "b": torch.ones(2)}, FOLDER / "complex.safetensors")
    answer("complex.b", [1, 1])
    entry("complex.safetensors", "tensors", "complex numbers beside others", names=["b"])
    network = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)).bfloat16()
    save_file(network.state_dict(), FOLDER / "weights.safetensors")
    x = torch.randn(3, 4)
    answer("weights.x", x)
    answer("weights.y", network.float()(x).detach())
    entry("weights.safetensors", "weights", "weights of a network in BF16")


def numpy_files():
    numbers = {}
    for kind in ["<f2", "<f4", ">f4", ">f8", "<i2", ">i2", "<u2", ">u2", "<u4", "<u8", "|i1", "|u1", "|b1", ">i4", ">i8"]:
        # A colon cannot stand in the name of a file, "<" should not.
        name = kind.replace("<", "little_").replace(">", "big_").replace("|", "byte_")
        numbers[name] = np.array([[0, 1, 2], [3, 100, 127]]).astype(kind)
        answer(f"numbers.{name}", numbers[name])
    np.savez(FOLDER / "numbers.npz", **numbers)
    entry("numbers.npz", "tensors", "every kind of number, both orders of bytes", names=sorted(numbers))
    others = {
        "words": np.array(["cat", "dog"]), "bytes": np.array([b"a", b"bc"]), "struct": np.zeros(2, dtype="<f4,<i8"),
        "objects": np.array([{"a": 1}, None], dtype=object), "complex": np.ones(2, dtype="<c8"),
        "dates": np.array(["2026-01-01"], dtype="datetime64[D]")}
    np.savez_compressed(FOLDER / "mixed.npz", x=np.eye(2, dtype="<f4"), **others, y=np.array([3, 4], dtype="u2"))
    answer("mixed.x", np.eye(2))
    answer("mixed.y", [3, 4])
    entry("mixed.npz", "tensors", "text, structs, objects, dates beside numbers", names=["x", "y"])
    np.savez(FOLDER / "words.npz", words=others["words"])
    entry("words.npz", "tensors", "only text", error=["words (text)"])
    columns = np.asfortranarray(np.arange(6, dtype=">f8").reshape(2, 3))
    np.save(FOLDER / "single.npy", columns)
    answer("single.single", columns)
    entry("single.npy", "tensors", "a single array", names=["single"])
    np.save(FOLDER / "scalar.npy", np.float32(2.5))
    answer("scalar.scalar", 2.5)
    entry("scalar.npy", "tensors", "a single number", names=["scalar"])
    np.save(FOLDER / "text.npy", others["words"])
    entry("text.npy", "tensors", "an array of text", error=["text"])


# --- tables and text ---

def table_files():
    rows = [[str(30 + i), f"{1.5 + i / 4}", ["red", "green"][i % 2], ["a", "b", "c"][i % 3]] for i in range(30)]
    for name, mark in {"empty": "", "question": "?", "na": "NA", "null": "null", "dash": "-", "nan": "nan"}.items():
        holes = copy.deepcopy(rows)
        holes[4][0] = mark
        text = "\n".join(",".join(row) for row in [["age", "size", "colour", "kind"], *holes]) + "\n"
        (FOLDER / f"{name}.csv").write_text(text)
        entry(f"{name}.csv", "csv", f"{mark!r} in a column of numbers", column=0, error=["age", "line 6", 'missing("mean")'])
    ages = [30.0 + i for i in range(30) if i != 4]
    answer("mean", float(np.mean(ages)))
    plain = "\n".join(",".join(row) for row in [["age", "size", "colour", "kind"], *rows]) + "\n"
    end = plain.index("\n", len(plain) // 2) + 1  # between two rows: a reader of one member alone finds nothing wrong
    head, rest = plain[:end].encode(), plain[end:].encode()
    (FOLDER / "members.csv.gz").write_bytes(gzip.compress(head, mtime=0) + gzip.compress(rest, mtime=0))
    (FOLDER / "padded.csv.gz").write_bytes(gzip.compress(plain.encode(), mtime=0) + bytes(512))
    (FOLDER / "bom.csv").write_bytes(b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode())
    (FOLDER / "utf16.csv").write_bytes(plain.encode("utf-16"))
    european = plain.replace(",", ";").replace(".", ",")
    (FOLDER / "european.csv").write_text(european)
    (FOLDER / "tabs.csv").write_text(plain.replace(",", "\t"))
    answer("rows", [[float(age), float(size), float(colour == "green"), float(colour == "red")]
                    for age, size, colour, _ in rows])
    for file, note in {
        "members.csv.gz": "two gzip members", "padded.csv.gz": "zeros after the gzip", "bom.csv": "a mark in front, \\r\\n",
        "utf16.csv": "UTF-16", "european.csv": "semicolons and decimal commas", "tabs.csv": "tabs",
    }.items():
        entry(file, "csv", note)
    header = struct.pack(">BBBBI", 0, 0, 8, 1, 300)
    labels = bytes(i % 10 for i in range(300))
    (FOLDER / "members-idx1-ubyte.gz").write_bytes(
        gzip.compress(header + labels[:150], mtime=0) + gzip.compress(labels[150:], mtime=0))
    answer("labels", list(labels))
    entry("members-idx1-ubyte.gz", "idx", "IDX of two gzip members")
    for name, bytes_ in {"bom": b"\xef\xbb\xbf" + "größer\r\n".encode(), "utf16": "größer\n".encode("utf-16"),
                         "utf16be": b"\xfe\xff" + "größer\n".encode("utf-16-be")}.items():
        (FOLDER / f"{name}.txt").write_bytes(bytes_)
        entry(f"{name}.txt", "text", "a mark in front", text="größer\n")


# --- sound ---

def sound_files():
    source = ["sox", "-n", "-R", "-r", "8000", "-c", "2"]
    effects = ["synth", "0.02", "sine", "440", "sine", "700", "gain", "-6"]
    forms = {
        "pcm8": (["-b", "8", "-e", "unsigned"], 8e-3), "pcm16": (["-b", "16"], 1e-4), "pcm24": (["-b", "24"], 1e-6),
        "pcm32": (["-b", "32", "-e", "signed"], 1e-6), "float32": (["-b", "32", "-e", "floating-point"], 1e-6),
        "float64": (["-b", "64", "-e", "floating-point"], 1e-6), "mu_law": (["-e", "mu-law"], 2e-2),
        "a_law": (["-e", "a-law"], 2e-2)}
    run = lambda *words: subprocess.run(list(words), check=True, capture_output=True).stdout
    for name, (form, within) in forms.items():
        run(*source, *form, str(FOLDER / f"{name}.wav"), *effects)
        entry(f"{name}.wav", "wav", f"sox {' '.join(form)}", within=within)
    mono = run("sox", str(FOLDER / "float64.wav"), "-t", "f32", "-", "remix", "-")
    answer("sound", np.frombuffer(mono, dtype="<f4"))
    (FOLDER / "pipe.wav").write_bytes(run(*source, "-b", "16", "-t", "wav", "-", *effects))
    entry("pipe.wav", "wav", "sox into a pipe: it does not know the length", within=1e-4)
    whole = (FOLDER / "pcm16.wav").read_bytes()
    place = whole.index(b"data") + 4
    for name, size in {"recorder": 0, "stream": 0xFFFFFFFF}.items():
        size = struct.pack("<I", size)
        (FOLDER / f"{name}.wav").write_bytes(whole[:4] + size + whole[8:place] + size + whole[place + 4:])
        entry(f"{name}.wav", "wav", f"a recorder that was stopped: {name}", within=1e-4)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    torch.manual_seed(0)
    for write in (onnx_files, safetensors_files, numpy_files, table_files, sound_files):
        write()
    for path in FOLDER.iterdir():
        path.chmod(0o644)
        if path.stat().st_size == 0:
            path.unlink()  # where all weights are small, PyTorch leaves an empty file beside them
    np.savez_compressed(FOLDER / "answers.npz", **ANSWERS)
    lines = ",\n".join(json.dumps(line, ensure_ascii=False) for line in TABLE)
    (FOLDER / "table.json").write_text(f"[\n{lines}\n]\n")
    versions = f"PyTorch {torch.__version__}, NumPy {np.__version__}"
    print(f"{len(TABLE)} files, {sum(path.stat().st_size for path in FOLDER.iterdir())} bytes, {versions}")
