"""Reads the event files of a run with TensorBoard itself, and compares every figure with the run's metrics.jsonl.

    python scripts/check_tensorboard.py RUN

Exit code 1 and a sentence where they differ; else a JSON document with the number of figures compared.
"""

import json
import sys
from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

run = Path(sys.argv[1])
events = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0})
events.Reload()
lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
timings = [json.loads(line) for line in (run / "timings.jsonl").read_text().splitlines()]

expected = {}
for line in lines:
    at = (line["step"],)
    expected.setdefault(f"error/{line['set']}", {})[at] = line["error_rate"]
    expected.setdefault(f"loss/{line['set']}", {})[at] = line["loss"]
    expected.setdefault("learning_rate", {})[at] = line["learning_rate"]
    expected.setdefault("epoch", {})[at] = line["epoch"]

compared = 0
for tag, points in expected.items():
    found = {(scalar.step,): scalar.value for scalar in events.Scalars(tag)}
    # TensorBoard keeps 32 bits.
    wanted = {at: float(np.float32(value)) for at, value in points.items()}
    if found != wanted:
        sys.exit(f"{tag} is {found}; expected {wanted}")
    compared += len(wanted)

human = {scalar.value for scalar in events.Scalars("error/human")}
times = [scalar.wall_time for scalar in events.Scalars("error/dev")]
if len(human) != 1 or times != sorted(times):
    sys.exit(f"human level is {human}, wall times are {times}; expected one level and rising times")
between = [later - earlier for earlier, later in zip(times, times[1:])]
print(
    json.dumps(
        {
            "evaluations": len(timings),
            "compared": compared,
            "human": human.pop(),
            "speeds": len(events.Scalars("speed/examples_per_second")),
            "seconds": between,
        }
    )
)
