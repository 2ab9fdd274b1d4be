"""MNIST from its IDX files, and the error rate of a model on a set."""
import struct

import numpy as np
import torch


def read_idx(path):
    raw = path.read_bytes()
    dims = struct.unpack(f">{raw[3]}I", raw[4:4 + 4 * raw[3]])
    return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(dims).copy())


def load(folder, part):
    """Pixels in 0..1, [n, 784], and labels, [n]."""
    pixels = read_idx(folder / f"{part}-images-idx3-ubyte").float() / 255
    labels = read_idx(folder / f"{part}-labels-idx1-ubyte").long()
    return pixels.reshape(len(labels), -1), labels


@torch.no_grad()
def error_rate(model, inputs, labels, batch=1000):
    model.eval()
    wrong = sum((model(inputs[i:i + batch]).argmax(1) != labels[i:i + batch]).sum().item()
                for i in range(0, len(labels), batch))
    model.train()
    return wrong / len(labels)
