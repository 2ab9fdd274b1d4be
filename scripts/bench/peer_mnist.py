"""The peer's whole MNIST job, as in configs/mnist_mlp.toml: python peer_mnist.py DIR VARIANT [EPOCHS]

Reads the IDX files in DIR, holds out 2,000 training digits, trains an MLP 784-256-256-10 on the other 58,000 in batches
of 128, and measures all 70,000 digits after every epoch. Prints one JSON line per epoch.
"""
import json
import pathlib
import sys
import time

import torch

from mnist import error_rate, load
from models import mlp, trainer

N_HELD_OUT = 2_000

folder, variant = pathlib.Path(sys.argv[1]), sys.argv[2]
n_epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 3
torch.manual_seed(0)
inputs, labels = load(folder, "train")
held_out = inputs[:N_HELD_OUT], labels[:N_HELD_OUT]
inputs, labels = inputs[N_HELD_OUT:], labels[N_HELD_OUT:]
test = load(folder, "t10k")
model = mlp([784, 256, 256, 10])
step, forward = trainer(model, variant)
for epoch in range(n_epochs):
    start = time.perf_counter()
    for chosen in torch.randperm(len(labels)).split(128):
        step(inputs[chosen], labels[chosen])
    trained = time.perf_counter()
    errors = [error_rate(forward, *part) for part in ((inputs, labels), held_out, test)]
    print(json.dumps({
        "variant": variant, "epoch": epoch + 1, "train_secs": trained - start,
        "evaluate_secs": time.perf_counter() - trained, "errors": errors,
    }), flush=True)
