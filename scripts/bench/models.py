"""The peer's models, as a PyTorch user writes them, and the ways to train them."""
import torch
from torch import nn

from measured import MODELS


def mlp(widths):
    layers = []
    for n_in, n_out in zip(widths, widths[1:]):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10),
    )


# By the names of our configs in configs/bench: model, batch size, shape of an example.
BENCHED = {
    "mlp_256x2": (lambda: mlp([784, 256, 256, 10]), 128, (784,)),
    "mlp_1024x3": (lambda: mlp([784, 1024, 1024, 1024, 10]), 128, (784,)),
    "cnn_32_64": (cnn, 64, (1, 28, 28)),
}
assert set(BENCHED) == set(MODELS)


def trainer(model, variant):
    """A training step, inputs and labels in, and the model to evaluate with.

    eager: the defaults. fused: one pass of Adam over all tensors. compiled: torch.compile of the model and its loss,
    with the fused Adam.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=variant != "eager")
    loss_of = nn.CrossEntropyLoss()

    def forward(inputs, labels):
        return loss_of(model(inputs), labels)

    if variant == "compiled":
        forward = torch.compile(forward)

    def step(inputs, labels):
        optimizer.zero_grad()
        forward(inputs, labels).backward()
        optimizer.step()

    return step, torch.compile(model) if variant == "compiled" else model
