"""Makes crates/trainer/src/optimizer/pytorch.json: weights after each of 8 steps, as PyTorch computes them.

    python scripts/oracles/optimizers.py > crates/trainer/src/optimizer/pytorch.json

In 64 bits, so that the numbers are the formulas', not a rounding's. One matrix (2 x 3) and one bias (3),
with gradients that change in size and sign, and a learning rate that changes from step to step.
"""

import json
import math

import torch

torch.set_default_dtype(torch.float64)

MATRIX = [[0.5, -1.2, 0.8], [-0.3, 0.9, 1.5]]
BIAS = [0.4, -0.7, 1.1]
LEARNING_RATES = [0.01, 0.02, 0.03, 0.02, 0.01, 0.005, 0.0025, 0.001]
N_STEPS = len(LEARNING_RATES)

# The config that plumb reads, and the groups that PyTorch gets.
CASES = {
    "sgd = { learning_rate = 1 }": lambda m, b: torch.optim.SGD([m, b], lr=1),
    "sgd = { learning_rate = 1, momentum = 0.9 }": lambda m, b: torch.optim.SGD([m, b], lr=1, momentum=0.9),
    "sgd = { learning_rate = 1, weight_decay = 0.1 }": lambda m, b: torch.optim.SGD([m, b], lr=1, weight_decay=0.1),
    "sgd = { learning_rate = 1, momentum = 0.8, dampening = 0.3, weight_decay = 0.1 }": lambda m, b: torch.optim.SGD(
        [m, b], lr=1, momentum=0.8, dampening=0.3, weight_decay=0.1
    ),
    "sgd = { learning_rate = 1, momentum = 0.9, nesterov = true, weight_decay = 0.1 }": lambda m, b: torch.optim.SGD(
        [m, b], lr=1, momentum=0.9, nesterov=True, weight_decay=0.1
    ),
    "adam = { learning_rate = 1 }": lambda m, b: torch.optim.Adam([m, b], lr=1),
    "adam = { learning_rate = 1, beta_1 = 0.8, beta_2 = 0.95, epsilon = 1e-3, weight_decay = 0.1 }": lambda m, b: (
        torch.optim.Adam([m, b], lr=1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)
    ),
    "adamw = { learning_rate = 1 }": lambda m, b: torch.optim.AdamW([{"params": [m]}, {"params": [b], "weight_decay": 0}], lr=1),
    "adamw = { learning_rate = 1, beta_1 = 0.8, beta_2 = 0.95, epsilon = 1e-3, weight_decay = 0.5 }": lambda m, b: (
        torch.optim.AdamW(
            [{"params": [m]}, {"params": [b], "weight_decay": 0}], lr=1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.5
        )
    ),
}


def gradient(step, i):
    """Any numbers will do; rounded, so that they are the same in 32 bits up to 6e-8."""
    return round(math.sin(1.7 * step + 0.9 * i) * 2.0 ** (i % 4 - 2), 4)


def main():
    gradients = [[gradient(step, i) for i in range(9)] for step in range(N_STEPS)]
    cases = []
    for config, make in CASES.items():
        matrix = torch.tensor(MATRIX, requires_grad=True)
        bias = torch.tensor(BIAS, requires_grad=True)
        optimizer = make(matrix, bias)
        weights = []
        for learning_rate, values in zip(LEARNING_RATES, gradients, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate
            matrix.grad = torch.tensor(values[:6]).reshape(2, 3)
            bias.grad = torch.tensor(values[6:])
            optimizer.step()
            weights.append(matrix.flatten().tolist() + bias.tolist())
        cases.append({"config": config, "weights": weights})
    rows = lambda rows: "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"
    print(f'{{"torch": "{torch.__version__}",')
    print(f'"initial": {sum(MATRIX, []) + BIAS},')
    print(f'"learning_rates": {LEARNING_RATES},')
    print(f'"gradients": {rows(gradients)},')
    bodies = [f'{{"config": "{case["config"]}", "weights": {rows(case["weights"])}}}' for case in cases]
    print('"cases": [' + ",\n".join(bodies) + "]}")


main()
