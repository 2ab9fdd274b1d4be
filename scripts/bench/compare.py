"""The comparison with PyTorch: both sides in turn, several rounds. scripts/bench.sh calls this."""
import argparse
import json
import os
import platform
import statistics
import tempfile
from pathlib import Path

# Nothing here imports torch: a child's peak memory counts from what its parent has when it starts.
from measured import MODELS, ON_DIGITS, VARIANTS
from ours import ROOT, bench, lines, run, warn_of_others
from rows import Row, spread, table, write_csv

HERE = Path(__file__).resolve().parent
# Compiling pays for itself only in a training that is longer than these: it is tried in the first round of the MNIST
# job, where its epochs count without the first. In the sweep it was tried once, by hand: see README.md beside this
# file.
JOB_VARIANTS = ("eager", "fused")

# What the peer says of itself.
PEER = "import json, torch; print(json.dumps([torch.__version__, torch.get_num_threads(), torch.cuda.is_available()]))"


def on_digits(name):
    """What the same work on MNIST's digits is called."""
    return f"{name} on digits"


def measured_as(name):
    """What a model is measured as: on any inputs, and some on digits besides."""
    return [name, on_digits(name)] if name in ON_DIGITS else [name]


class Comparison:
    def __init__(self, args):
        self.args = args
        self.steps, self.evaluation = {}, {}
        for name, (words, wanted) in MODELS.items():
            for what, where in zip(measured_as(name), ("", ", MNIST digits")):
                self.steps[what] = Row(f"training step, {words}{where}", "ms", wanted)
                self.evaluation[what] = Row(f"evaluation, {words.split(',')[0]}{where}", "examples/s", 1.2, is_rate=True)
        self.share = {name: [] for name in MODELS}
        self.epoch = Row("MNIST MLP epoch, training and evaluation", "s", 1.6)
        self.job = Row("MNIST MLP job of 3 epochs, start to diagnosis", "s", 3)
        self.sweep = Row("sweep of 60 small trainings", "s", 3)
        self.memory = Row("peak memory, MNIST MLP job", "MB", 2)
        self.errors = {"plumb": [], "pytorch": []}

    def rows(self):
        """Those of the table, in its order."""
        whole = [self.epoch, self.job, self.sweep]
        rows = [*self.steps.values(), *whole, *self.evaluation.values(), self.memory]
        return [row for row in rows if row.ours]

    def peer(self, script, *options):
        return run([self.args.python, HERE / f"peer_{script}.py", *options])

    def round_of_steps(self, name):
        device = self.args.peer_device
        if device:
            steps = ["--steps", self.args.steps, "--device", device, "--variants", *self.args.variants]
            for one in lines(self.peer("steps", name, *steps)[0]):
                # Its products take as long on any numbers.
                for what in measured_as(name):
                    self.steps[what].add_peer(one["variant"], one["step_ms"])
                    self.evaluation[what].add_peer(one["variant"], one["evaluate_examples_per_sec"])
        found = self.our_steps(name, f"configs/bench/{name}.toml")
        self.share[name].append(100 * found["multiply_adds"]["share"])
        if name in ON_DIGITS and self.args.device == "cpu":
            hidden = f"model.mlp.hidden={ON_DIGITS[name]}"
            self.our_steps(on_digits(name), "configs/mnist_mlp.toml", hidden)

    def our_steps(self, what, config, *settings):
        options = ["--device", self.args.device, "--steps", self.args.steps]
        found = bench(self.args.plumb, config, *options, settings=settings)
        self.steps[what].ours.append(found["step_ms"]["median"])
        self.evaluation[what].ours.append(found["evaluate_examples_per_sec"]["median"])
        return found

    def peer_job(self, variant):
        printed, elapsed, memory = self.peer("mnist", self.args.mnist, variant)
        epochs = lines(printed)
        # The first epoch of a compiled model is one of compiling.
        seconds = [one["train_secs"] + one["evaluate_secs"] for one in epochs[variant == "compiled":]]
        self.epoch.add_peer(variant, statistics.median(seconds))
        self.job.add_peer(variant, elapsed)
        self.memory.add_peer(variant, memory / 1e6)
        self.errors["pytorch"].append(epochs[-1]["errors"][-1])

    def our_job(self):
        with tempfile.TemporaryDirectory() as runs:
            # As the peer does, all training digits are measured after every epoch, where ours would take a tenth.
            same_work = ["--set", "evaluation.train_examples=58000"]
            command = [self.args.plumb, "train", "configs/mnist_mlp.toml", "--device", "cpu", "--quiet", "--json"]
            printed, elapsed, memory = run([*command, "--runs-dir", runs, *same_work])
            report = json.loads(printed)
            timings = lines((Path(report["run"]) / "timings.jsonl").read_text())
        self.epoch.ours.append(statistics.median(one["train_secs"] + one["evaluate_secs"] for one in timings))
        self.job.ours.append(elapsed)
        self.memory.ours.append(memory / 1e6)
        rates = [rate for rate in report["diagnosis"]["rates"] if rate["name"] in ("dev", "test")]
        self.errors["plumb"].append(statistics.mean(rate["rate"] for rate in rates))

    def our_sweep(self):
        with tempfile.TemporaryDirectory() as runs:
            command = [self.args.plumb, "sweep", "configs/mnist_sweep.toml", "--device", "cpu", "--quiet"]
            _, elapsed, _ = run([*command, "--runs-dir", runs])
        self.sweep.ours.append(elapsed)

    def run(self):
        args = self.args
        for number in range(args.rounds):
            for name in MODELS:
                self.tell(number, args.rounds, name)
                self.round_of_steps(name)
        if args.device != "cpu":
            return
        for number in range(args.job_rounds):
            self.tell(number, args.job_rounds, "MNIST job")
            is_compiled = number == 0 and "compiled" in args.variants
            for variant in (*JOB_VARIANTS, *(["compiled"] if is_compiled else [])):
                self.peer_job(variant)
            self.our_job()
        for number in range(args.sweep_rounds):
            self.tell(number, args.sweep_rounds, "sweep")
            for variant in JOB_VARIANTS:
                self.sweep.add_peer(variant, self.peer("sweep", args.mnist, variant)[1])
            self.our_sweep()

    @staticmethod
    def tell(number, rounds, what):
        print(f"round {number + 1} of {rounds}: {what}", flush=True)

    def report(self):
        print(f"\n{machine(self.args)}")
        print("medians (minimum to maximum) over rounds\n")
        print(table(self.rows()))
        print("\nshare of the largest matrix product that a training step reaches, in percent (wanted: 70)")
        for name, values in self.share.items():
            print(f"  {MODELS[name][0]:30} {spread(values)}")
        if self.errors["plumb"]:
            ours, peer = (100 * statistics.mean(self.errors[side]) for side in ("plumb", "pytorch"))
            print(f"\nerror after 3 epochs on MNIST's test part: plumb {ours:.2f} %, PyTorch {peer:.2f} %")
        out = Path(self.args.out)
        out.mkdir(parents=True, exist_ok=True)
        shares = [
            Row(f"share of the largest matrix product, {MODELS[name][0]}", "%", 70, ours=values)
            for name, values in self.share.items()
        ]
        write_csv(out / "bench.csv", self.rows() + shares)
        print(f"\nwrote {out / 'bench.csv'}")


def machine(args):
    """What was measured on what."""
    processor = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        processor = names[0] if names else processor
    version = run([args.plumb, "--version"])[0].strip()
    torch, n_threads, _ = args.peer
    peer = f"PyTorch {torch} on {args.peer_device}" if args.peer_device else "no PyTorch on such a device"
    threads = f"{n_threads} threads in PyTorch"
    return f"{processor}, {os.cpu_count()} cores; {version} on {args.device}, {peer}, {threads}"


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench.sh", description=__doc__.splitlines()[0])
    parser.add_argument("--plumb", required=True, help="the program under test")
    parser.add_argument("--python", required=True, help="a Python with torch")
    parser.add_argument("--out", default="target/bench", help="the folder that gets bench.csv")
    parser.add_argument("--mnist", default=str(ROOT / "data/mnist"), help="the folder with MNIST's four files")
    parser.add_argument("--device", default="cpu", help="as in plumb bench; on a GPU steps and evaluation alone")
    parser.add_argument("--rounds", type=int, default=4, help="of steps and evaluation")
    parser.add_argument("--job-rounds", type=int, default=3)
    parser.add_argument("--sweep-rounds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=100, help="timed in each round")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--quick", action="store_true", help="a smoke test: one round, few steps, nothing compiled")
    args = parser.parse_args()
    if args.quick:
        args.rounds = args.job_rounds = args.sweep_rounds = 1
        args.steps, args.variants = 10, ["eager", "fused"]
    args.peer = json.loads(run([args.python, "-c", PEER])[0])
    args.peer_device = "cpu" if args.device == "cpu" else "cuda" if args.peer[2] else None
    warn_of_others()
    comparison = Comparison(args)
    comparison.run()
    comparison.report()


main()
