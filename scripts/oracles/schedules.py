"""Makes crates/trainer/src/schedule/pytorch.json: the learning rate of every step of a run, as PyTorch's schedulers give it.

    python scripts/oracles/schedules.py > crates/trainer/src/schedule/pytorch.json

A run of 8 epochs of 5 steps, at a learning rate of 0.3. Warm-up is a factor on any of them: the values of
LinearLR (at a learning rate of 1) times those of the schedule.
"""

import json

import torch
from torch.optim import lr_scheduler

EPOCHS, STEPS_PER_EPOCH, LEARNING_RATE = 8, 5, 0.3
N = EPOCHS * STEPS_PER_EPOCH


def rates(make, learning_rate=LEARNING_RATE, per_epoch=False):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=learning_rate)
    schedule = make(optimizer)
    values = []
    for step in range(N):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < N - 1 and (not per_epoch or (step + 1) % STEPS_PER_EPOCH == 0):
            schedule.step()
    return values


def warm(n, values):
    factors = rates(lambda o: lr_scheduler.LinearLR(o, start_factor=1 / n, total_iters=n - 1), learning_rate=1.0)
    return [a * b for a, b in zip(factors, values, strict=True)]


constant = [LEARNING_RATE] * N
cosine = rates(lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=N, eta_min=0.02))
cycle = rates(lambda o: lr_scheduler.OneCycleLR(o, LEARNING_RATE, total_steps=N, cycle_momentum=False))
other_cycle = rates(
    lambda o: lr_scheduler.OneCycleLR(
        o, LEARNING_RATE, total_steps=N, pct_start=0.5, div_factor=10, final_div_factor=100, cycle_momentum=False
    )
)
every = rates(lambda o: lr_scheduler.StepLR(o, 3, gamma=0.5), per_epoch=True)
milestones = rates(lambda o: lr_scheduler.MultiStepLR(o, [2, 6], gamma=0.1), per_epoch=True)

CASES = {
    "constant = {}": constant,
    "cosine = { final_learning_rate = 0.02 }": cosine,
    "one_cycle = {}": cycle,
    "one_cycle = { pct_start = 0.5, div_factor = 10, final_div_factor = 100 }": other_cycle,
    "step = { every_epochs = 3, gamma = 0.5 }": every,
    "step = { milestones = [2, 6] }": milestones,
    "warmup_steps = 7": warm(7, constant),
    "warmup_steps = 7\ncosine = { final_learning_rate = 0.02 }": warm(7, cosine),
    "warmup_epochs = 2\nstep = { milestones = [2, 6] }": warm(10, milestones),
    "warmup_epochs = 0.5\none_cycle = {}": warm(3, cycle),  # 2.5 steps are rounded up
}

print(f'{{"torch": "{torch.__version__}",')
print(f'"peak": {LEARNING_RATE}, "steps_per_epoch": {STEPS_PER_EPOCH},')
print('"cases": [')
print(",\n".join(json.dumps({"config": config, "rates": values}) for config, values in CASES.items()) + "]}")
