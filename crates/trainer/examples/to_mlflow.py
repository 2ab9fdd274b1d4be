"""Logs finished runs of plumb to MLflow: config as parameters, every evaluation as metrics, the diagnosis, the files.

    pip install mlflow
    python to_mlflow.py runs/quickstart-0001 [more runs] [--experiment NAME]
    mlflow ui

Where they go is MLflow's own setting, the environment variable MLFLOW_TRACKING_URI. Tried with MLflow 3.17.
"""

import argparse
import json
import tomllib
from pathlib import Path

import mlflow


def flat(table, above=""):
    """Nested tables as dotted keys: {"model.mlp.hidden": [64, 64]}."""
    keys = {}
    for key, value in table.items():
        if isinstance(value, dict):
            keys |= flat(value, f"{above}{key}.")
        else:
            keys[f"{above}{key}"] = value
    return keys


def evaluations(run):
    """The metrics of each evaluation, by the number of steps done."""
    steps = {}
    for line in (run / "metrics.jsonl").read_text().splitlines():
        at = json.loads(line)
        metrics = steps.setdefault(at["step"], {"epoch": at["epoch"], "learning_rate": at["learning_rate"]})
        metrics[f"error/{at['set']}"] = at["error_rate"]
        metrics[f"loss/{at['set']}"] = at["loss"]
    return steps


def log(run):
    config = tomllib.loads((run / "config.toml").read_text())
    report = json.loads((run / "diagnosis.json").read_text())
    diagnosis = report["diagnosis"]
    with mlflow.start_run(run_name=run.name):
        mlflow.log_params({key: str(value) for key, value in flat(config).items()})
        for step, metrics in evaluations(run).items():
            mlflow.log_metrics(metrics, step=step)
        # What the chosen weights make on all of each set, and what stands between.
        mlflow.log_metrics({f"final/{rate['name']}": rate["rate"] for rate in diagnosis["rates"]})
        mlflow.log_metrics({f"gap/{gap['kind']}": gap["size"] for gap in diagnosis["gaps"]})
        mlflow.set_tags({"plumb.first": str(diagnosis.get("first")), "plumb.run": str(run.resolve())})
        for file in ["config.toml", "diagnosis.json", "metrics.jsonl", "report.html"]:
            if (run / file).exists():
                mlflow.log_artifact(str(run / file))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    arguments.add_argument("--experiment", default="plumb")
    given = arguments.parse_args()
    mlflow.set_experiment(given.experiment)
    for path in given.runs:
        log(path)
