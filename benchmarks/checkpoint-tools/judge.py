"""Judges what neox-convert-hf has made of checkpoints, with torch alone."""

import glob
import hashlib
import json
import os
import sys

import torch


def layers(directory):
    """Every tensor of the layer files of one rank, by layer and name."""
    tensors = {}
    for file in sorted(glob.glob(os.path.join(directory, "layer_*-model_00-model_states.pt"))):
        layer = int(os.path.basename(file)[6:8])
        for name, tensor in torch.load(file, weights_only=True).items():
            tensors[f"{layer}.{name}"] = tensor
    return tensors


def loads(directory):
    files = glob.glob(os.path.join(directory, "*.pt"))
    for file in files:
        torch.load(file, weights_only=not any(part in file for part in ("optim_states", "mp_rank")))
    return bool(files)


def inspected(directory, lines):
    found = {}
    for line in open(lines):
        row = json.loads(line)
        if "name" in row:
            found[row["name"]] = row
    expected = layers(directory)
    for name, tensor in expected.items():
        row = found[name]
        raw = tensor.contiguous().view(torch.uint8).numpy().tobytes()
        assert row["sha256"] == hashlib.sha256(raw).hexdigest(), name
        assert row["shape"] == list(tensor.shape), name
        norm = tensor.double().norm().item()
        assert abs(row["norm"] - norm) <= 1e-9 * max(norm, 1e-300), (name, row["norm"], norm)
        assert row["max_abs"] == tensor.abs().max().item(), name
    return len(expected) > 0


def average(method, directory, *sources):
    n = len(sources)
    weights = {
        "uniform": [1 / n] * n,
        "linear": [2 * (i + 1) / (n * (n + 1)) for i in range(n)],
        "ema": [0.8 ** (n - 1 - i) * (1 if i == 0 else 0.2) for i in range(n)],
    }[method]
    checkpoints = [layers(source) for source in sources]
    found = layers(directory)
    for name, tensor in found.items():
        exact = sum(w * c[name].double() for w, c in zip(weights, checkpoints))
        # Rounded once; the order of the products may tip a tie.
        assert torch.allclose(tensor.double(), exact, rtol=2**-24, atol=0), name
        assert tensor.dtype == checkpoints[-1][name].dtype, name
    return len(found) > 0


command, *arguments = sys.argv[1:]
sys.exit(0 if {"loads": loads, "inspected": inspected, "average": average}[command](*arguments) else 1)
