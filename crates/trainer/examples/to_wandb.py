"""Logs finished runs of plumb to Weights & Biases: the config, every evaluation, the diagnosis as summary, the files.

    pip install wandb
    python to_wandb.py runs/quickstart-0001 [more runs] [--project NAME] [--offline]

With --offline nothing leaves the machine; `wandb sync wandb/offline-run-*` sends it later. Tried with wandb 0.31.
"""

import argparse
import json
import tomllib
from pathlib import Path

import wandb


def evaluations(run):
    """The figures of each evaluation, by the number of steps done."""
    steps = {}
    for line in (run / "metrics.jsonl").read_text().splitlines():
        at = json.loads(line)
        figures = steps.setdefault(at["step"], {"epoch": at["epoch"], "learning_rate": at["learning_rate"]})
        figures[f"error/{at['set']}"] = at["error_rate"]
        figures[f"loss/{at['set']}"] = at["loss"]
    return steps


def log(run, project, mode):
    config = tomllib.loads((run / "config.toml").read_text())
    report = json.loads((run / "diagnosis.json").read_text())
    diagnosis = report["diagnosis"]
    with wandb.init(project=project, name=run.name, config=config, mode=mode) as logged:
        for step, figures in evaluations(run).items():
            logged.log(figures, step=step)
        # What the chosen weights make on all of each set, and what stands between.
        logged.summary.update({f"final/{rate['name']}": rate["rate"] for rate in diagnosis["rates"]})
        logged.summary.update({f"gap/{gap['kind']}": gap["size"] for gap in diagnosis["gaps"]})
        logged.summary.update({"first": diagnosis.get("first")})
        for file in ["diagnosis.json", "metrics.jsonl", "report.html"]:
            if (run / file).exists():
                logged.save(str(run / file), base_path=str(run), policy="now")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    arguments.add_argument("--project", default="plumb")
    arguments.add_argument("--offline", action="store_true")
    given = arguments.parse_args()
    for path in given.runs:
        log(path, given.project, "offline" if given.offline else None)
