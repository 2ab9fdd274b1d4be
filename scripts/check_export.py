"""Checks an exported network against the predictions of plumb itself.

    python scripts/check_export.py MODEL.onnx|MODEL.safetensors EXAMPLES.npz PREDICTIONS.csv

Runs the network on the raw examples, normalized as the file's own metadata says, and compares the class and
its probability with those that plumb wrote. An ONNX file runs in ONNX Runtime. The weights of a safetensors
file are read and used with NumPy alone, layer by layer as PyTorch's documentation defines them, so neither
plumb nor PyTorch has a part in it. Prints one JSON object; exit code 1 if they differ by more than 1e-4.

`plumb data export --format npz` writes the examples, and a run's `predictions/<set>.csv` holds the rest.
"""

import csv
import json
import math
import struct
import sys

import numpy as np

TOLERANCE = 1e-4


def read_safetensors(path):
    """Metadata and tensors: 8 bytes of header length, a JSON header, little-endian values."""
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    values = content[8 + length :]
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", entry
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(values[start:end], "<f4").reshape(entry["shape"])
    return metadata, tensors


def normalized(x, metadata):
    """`(value - offset) / divisor`: one for all values, per channel, or per value."""
    normalizer = json.loads(metadata["normalizer"])
    offset, divisor = np.array(normalizer["offset"]), np.array(normalizer["divisor"])
    if x.ndim == 4 and len(offset) == x.shape[1]:
        offset, divisor = offset[:, None, None], divisor[:, None, None]
    return ((x.astype(np.float64) - offset) / divisor).astype(np.float32)


def activate(name, x):
    if name == "relu":
        return np.maximum(x, 0)
    if name == "tanh":
        return np.tanh(x)
    if name == "silu":
        return x / (1 + np.exp(-x))
    if name == "gelu":
        return x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2
    raise ValueError(f"unknown activation {name}")


def linear(x, tensors, name):
    x = x @ tensors[name + ".weight"].T
    return x + tensors[name + ".bias"] if name + ".bias" in tensors else x


def conv(x, tensors, name, stride, padding):
    """`torch.nn.Conv2d`: x is [batch, c_in, height, width], the weight [c_out, c_in, kernel, kernel]."""
    weight = tensors[name + ".weight"]
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    x = np.einsum("bchwij,ocij->bohw", windows[:, :, ::stride, ::stride], weight, optimize=True)
    return x + tensors[name + ".bias"][:, None, None] if name + ".bias" in tensors else x


def norm(x, tensors, name, kind):
    """`BatchNorm` in evaluation mode, or `LayerNorm(n)` / `GroupNorm(1, n)`, each with epsilon 1e-5."""
    per_unit = (-1,) + (1,) * (x.ndim - 2)
    if kind == "none":
        return x
    if kind == "batch":
        mean, variance = (tensors[name + part].reshape(per_unit) for part in (".running_mean", ".running_var"))
    else:
        axes = tuple(range(1, x.ndim))
        mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    x = (x - mean) / np.sqrt(variance + 1e-5)
    return x * tensors[name + ".weight"].reshape(per_unit) + tensors[name + ".bias"].reshape(per_unit)


def pooled(x, kind, size):
    batch, channels, height, width = x.shape
    height, width = height // size, width // size
    windows = x[:, :, : height * size, : width * size].reshape(batch, channels, height, size, width, size)
    return windows.max((3, 5)) if kind == "max" else windows.mean((3, 5))


def block(x, tensors, name, config, activation, pool_kind):
    padding = config.get("padding", (config["kernel"] - 1) // 2)
    skip = x
    if f"{name}.shortcut.weight" in tensors:
        skip = conv(x, tensors, f"{name}.shortcut", config["stride"], 0)
        skip = norm(skip, tensors, f"{name}.shortcut_norm", config["norm"])
    for at in range(config["convolutions"]):
        x = conv(x, tensors, f"{name}.convs.{at}", config["stride"] if at == 0 else 1, padding)
        x = norm(x, tensors, f"{name}.norms.{at}", config["norm"])
        if config["residual"] and at + 1 == config["convolutions"]:
            x = x + skip
        x = activate(activation, x)
    return pooled(x, pool_kind, config["pool"])


def linear_model(x, tensors, config):
    return linear(x.reshape(len(x), -1), tensors, "output")


def mlp(x, tensors, config):
    x = x.reshape(len(x), -1)
    for layer in range(len(config["hidden"])):
        skip = linear(x, tensors, f"shortcuts.{layer}") if f"shortcuts.{layer}.weight" in tensors else x
        x = linear(x, tensors, f"hidden.{layer}")
        x = norm(x, tensors, f"norms.{layer}", config.get("norm", "none"))
        x = activate(config["activation"], x + skip if config.get("residual") else x)
    return linear(x, tensors, "output")


def cnn(x, tensors, config):
    for at, described in enumerate(config["blocks"]):
        x = block(x, tensors, f"blocks.{at}", described, config["activation"], config["pool_kind"])
    if config["head"] == "global_average":
        x = x.mean((2, 3))
    return mlp(x, tensors, config)


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def from_safetensors(path, x):
    metadata, tensors = read_safetensors(path)
    networks = {"linear": linear_model, "mlp": mlp, "cnn": cnn}
    ((kind, config),) = [(kind, c) for kind, c in json.loads(metadata["model"]).items() if kind in networks]
    tensors = {name: tensor.astype(np.float64) for name, tensor in tensors.items()}
    return metadata, softmax(networks[kind](normalized(x, metadata).astype(np.float64), tensors, config))


def from_onnx(path, x):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    metadata = session.get_modelmeta().custom_metadata_map
    inputs = normalized(x, metadata)
    # In two batches of different size: the batch axis is free.
    parts = [session.run(["logits", "probabilities"], {"input": part}) for part in (inputs[:7], inputs[7:])]
    logits, probabilities = (np.concatenate(part) for part in zip(*parts))
    np.testing.assert_allclose(softmax(logits), probabilities, atol=1e-6)
    return metadata, probabilities


def main(model, examples, predictions):
    x = np.load(examples)["x"]
    metadata, probabilities = (from_onnx if model.endswith(".onnx") else from_safetensors)(model, x)
    classes = json.loads(metadata["classes"])
    with open(predictions, newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(probabilities), (len(rows), probabilities.shape)
    predicted = np.array([classes.index(row["predicted"]) for row in rows])
    expected = np.array([float(row["probability"]) for row in rows])
    differences = np.abs(probabilities[np.arange(len(rows)), predicted] - expected)
    report = {
        "examples": len(rows),
        "largest_difference": float(differences.max()),
        "other_classes": int((probabilities.argmax(axis=1) != predicted).sum()),
    }
    print(json.dumps(report))
    return 1 if report["largest_difference"] > TOLERANCE else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
