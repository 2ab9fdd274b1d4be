"""How the time of training grows with the work: more examples, wider networks, larger batches, more parameters, each
with one thread and with two. scripts/bench.sh --scaling calls this."""
import argparse
import csv
import math
import statistics
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot as plt  # noqa: E402

from ours import bench, warn_of_others  # noqa: E402

MLP, CNN = "configs/bench/mlp_256x2.toml", "configs/bench/cnn_32_64.toml"

# Time that grows like the work has slope 1 on two logarithmic scales. A machine whose speed drifts by 15 % between the
# ends of a decade makes up to 2 · log10(1.15) = 0.12 more of it.
STEEPEST = 1.12


class Sweep:
    """Values of one setting, the config, what a value sets, and the work of one measured unit."""

    def __init__(self, name, config, values, settings, unit, work):
        self.name, self.config, self.values, self.settings = name, config, values, settings
        self.unit, self.work = unit, work


def held_out(n_train):
    return [f"data.general.strokes.examples={n_train + 1000}", "train.epochs=100"]


def two_layers(width):
    return [f"model.mlp.hidden=[{width},{width}]"]


def per_batch(found):
    return found["multiply_adds"]["per_training_example"] * found["batch_size"]


SWEEPS = [
    Sweep("examples", MLP, [1_000, 3_000, 10_000, 30_000, 100_000], held_out,
          ("epoch", "training examples"), lambda found: found["train_examples"]),
    Sweep("width", CNN, [0.125, 0.25, 0.5, 1, 2, 4], lambda value: [f"model.width={value}"],
          ("step", "multiply-adds of a step"), per_batch),
    Sweep("batch", MLP, [8, 32, 128, 512, 2_048, 8_192], lambda value: [f"train.batch_size={value}"],
          ("step", "examples of a batch"), lambda found: found["batch_size"]),
    # With two hidden layers of these widths: 10³ to 10⁷ parameters.
    Sweep("parameters", MLP, [1, 4, 12, 38, 107, 270, 660, 1_400, 2_770], two_layers,
          ("step", "multiply-adds of a step"), per_batch),
]


def measure(args, sweep, value, threads):
    """A row: the work, and the milliseconds that it takes, the least of several tries."""
    steps = args.steps
    settings = sweep.settings(value)
    if sweep.unit[0] == "epoch":
        # Whole epochs, so that what is done once per epoch counts.
        per_epoch = math.ceil(value / 128)
        epochs = max(1, round(steps / per_epoch))
        steps = per_epoch * epochs
    options = ["--device", "cpu", "--threads", threads, "--steps", steps]
    tries = [bench(args.plumb, sweep.config, *options, settings=settings) for _ in range(args.tries)]
    found = tries[0]
    time_ms = min(
        1e3 * one["steps_secs"] / epochs if sweep.unit[0] == "epoch" else one["step_ms"]["median"] for one in tries
    )
    return {
        "sweep": sweep.name, "threads": threads, "value": value, "parameters": found["parameters"],
        "batch_size": found["batch_size"], "train_examples": found["train_examples"],
        "work": sweep.work(found), "work_is": sweep.unit[1], "time_ms": time_ms, "time_of": sweep.unit[0],
    }


def slope(rows):
    """Of log time against log work, by least squares, over the last decade of work (at least its last two points)."""
    rows = sorted(rows, key=lambda row: row["work"])
    last = [row for row in rows if row["work"] >= rows[-1]["work"] / 10]
    last = last if len(last) > 1 else rows[-2:]
    logs = [(math.log10(row["work"]), math.log10(row["time_ms"])) for row in last]
    return statistics.linear_regression(*zip(*logs)).slope


def draw(path, rows):
    figure, axes = plt.subplots(figsize=(6, 4.5), layout="constrained")
    for threads, marker in ((1, "o"), (2, "s")):
        points = [(row["work"], row["time_ms"]) for row in rows if row["threads"] == threads]
        if points:
            axes.plot(*zip(*points), marker=marker, label=f"{threads} thread{'s' * (threads > 1)}")
    work, time_ms = max((row["work"], row["time_ms"]) for row in rows if row["threads"] == rows[0]["threads"])
    least = min(row["work"] for row in rows)
    axes.plot([least, work], [time_ms * least / work, time_ms], "--", color="gray", linewidth=1, label="like the work")
    axes.set(xscale="log", yscale="log", xlabel=rows[0]["work_is"], ylabel=f"milliseconds per {rows[0]['time_of']}")
    axes.legend()
    figure.savefig(path)
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench.sh --scaling", description=__doc__.split(":")[0])
    parser.add_argument("--plumb", required=True, help="the program under test")
    parser.add_argument("--python", help="not used here")
    parser.add_argument("--out", default="target/bench", help="the folder that gets scaling.csv and the plots")
    parser.add_argument("--steps", type=int, default=50, help="timed per point")
    parser.add_argument("--tries", type=int, default=2, help="per point; the least time counts")
    parser.add_argument("--sweeps", nargs="+", choices=[sweep.name for sweep in SWEEPS], help="if absent, all")
    parser.add_argument("--quick", action="store_true", help="a smoke test: the three cheapest points of each sweep")
    args = parser.parse_args()
    if args.quick:
        args.steps, args.tries = 10, 1
    warn_of_others()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    everything = []
    for sweep in SWEEPS:
        if args.sweeps and sweep.name not in args.sweeps:
            continue
        values = sweep.values[:3] if args.quick else sweep.values
        rows = []
        for value in values:
            for threads in (1, 2):  # in turn, so that a drift of the machine hits both
                rows.append(measure(args, sweep, value, threads))
        for threads in (1, 2):
            grown = slope([row for row in rows if row["threads"] == threads])
            verdict = "faster than the work" if grown > STEEPEST else "no faster than the work"
            print(f"{sweep.name:10} threads {threads}  time ~ work^{grown:.2f} in the last decade of work: it grows "
                  f"{verdict}", flush=True)
        draw(out / f"scaling_{sweep.name}.svg", rows)
        everything += rows
    with open(out / "scaling.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, everything[0])
        writer.writeheader()
        writer.writerows(everything)
    print(f"wrote {out / 'scaling.csv'} and a plot per sweep beside it")


main()
