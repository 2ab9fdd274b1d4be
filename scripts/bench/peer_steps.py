"""The peer's training steps and evaluation of one model on random data: python peer_steps.py MODEL [--device cuda]

Prints one JSON line per variant. A step is forward, backward and Adam on a batch that lies in memory as it is needed;
evaluation is without gradients, in batches of 1000, up to the predicted classes.
"""
import argparse
import json
import statistics
import time

import torch

from measured import VARIANTS
from models import BENCHED, trainer

N_EVALUATED = 10_000
EVALUATION_BATCH = 1_000


def seconds_of(work, wait):
    start = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=BENCHED)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--warm-up", type=int, default=10)
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=VARIANTS)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    make, batch, shape = BENCHED[args.model]
    device = torch.device(args.device)
    is_cpu = device.type == "cpu"
    wait = (lambda: None) if is_cpu else torch.cuda.synchronize
    # As ours: a GPU is waited for once per block of steps.
    per_block = 1 if is_cpu else 10
    inputs = torch.randn(batch * 20, *shape, device=device)
    labels = torch.randint(0, 10, (batch * 20,), device=device)
    evaluated = torch.randn(N_EVALUATED, *shape, device=device)

    for variant in args.variants:
        model = make().to(device)
        step, forward = trainer(model, variant)
        n_done = 0

        def block(n):
            nonlocal n_done
            for _ in range(n):
                at = n_done % 20 * batch
                step(inputs[at:at + batch], labels[at:at + batch])
                n_done += 1

        @torch.no_grad()
        def evaluate():
            classes = [forward(part).argmax(1) for part in evaluated.split(EVALUATION_BATCH)]
            torch.cat(classes).cpu()

        block(args.warm_up)
        wait()
        n_blocks = max(args.steps // per_block, 1)
        steps = [seconds_of(lambda: block(per_block), wait) * 1e3 / per_block for _ in range(n_blocks)]
        model.eval()
        evaluate()
        passes = [N_EVALUATED / seconds_of(evaluate, wait) for _ in range(5)]
        print(json.dumps({
            "model": args.model, "variant": variant, "batch": batch,
            "step_ms": statistics.median(steps), "step_ms_min": min(steps), "step_ms_max": max(steps),
            "evaluate_examples_per_sec": statistics.median(passes),
        }), flush=True)


main()
