"""The peer's sweep, as in configs/mnist_sweep.toml: python peer_sweep.py DIR VARIANT

4 training set sizes × 3 model sizes × 5 seeds = 60 trainings of 10 epochs on MNIST, one after another. Prints one JSON
line per training.
"""
import json
import pathlib
import sys

import torch

from mnist import error_rate, load
from models import mlp, trainer

folder, variant = pathlib.Path(sys.argv[1]), sys.argv[2]
train, test = load(folder, "train"), load(folder, "t10k")
for n_examples in (300, 1_000, 3_000, 10_000):
    for hidden in ([8], [64, 64], [256, 256, 256]):
        for seed in range(5):
            torch.manual_seed(seed)
            subset = torch.randperm(len(train[1]))[:n_examples]
            inputs, labels = train[0][subset], train[1][subset]
            step, forward = trainer(mlp([784, *hidden, 10]), variant)
            for _ in range(10):
                for chosen in torch.randperm(n_examples).split(128):
                    step(inputs[chosen], labels[chosen])
            print(json.dumps({
                "n": n_examples, "hidden": hidden, "seed": seed,
                "train_error": error_rate(forward, inputs, labels), "test_error": error_rate(forward, *test),
            }), flush=True)
