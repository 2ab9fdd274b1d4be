"""Runs the examples that log a run to MLflow and to Weights & Biases, and compares what arrives with metrics.jsonl.

    python scripts/check_trackers.py RUN FOLDER

Where a package is installed, the example runs with it, into FOLDER (Weights & Biases offline), and the figures are
read back from there. In any case each example also runs with a stand-in that writes down how it was called. Exit code
1 and a sentence where figures differ; else a JSON document: for each of them what it was tried with.
"""

import json
import os
import struct
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

run, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
examples = Path(__file__).resolve().parent.parent / "crates/trainer/examples"

# What is called is written into calls.jsonl of the working folder.
STAND_INS = {
    "mlflow": """
import contextlib, json
def note(name):
    def call(*args, **kwargs):
        with open("calls.jsonl", "a") as calls:
            calls.write(json.dumps([name, args, kwargs]) + "\\n")
    return call
for name in ["set_experiment", "log_params", "log_metrics", "set_tags", "log_artifact"]:
    globals()[name] = note(name)
@contextlib.contextmanager
def start_run(**kwargs):
    note("start_run")(**kwargs)
    yield
""",
    "wandb": """
import json
def note(name):
    def call(*args, **kwargs):
        with open("calls.jsonl", "a") as calls:
            calls.write(json.dumps([name, args, kwargs]) + "\\n")
    return call
class Summary:
    update = staticmethod(note("summary"))
class Run:
    log, save, summary = staticmethod(note("log")), staticmethod(note("save")), Summary
    def __enter__(self): return self
    def __exit__(self, *error): pass
def init(**kwargs):
    note("init")(**kwargs)
    return Run()
""",
}

EXPECTED = {}
for line in (run / "metrics.jsonl").read_text().splitlines():
    at = json.loads(line)
    EXPECTED[at["step"], f"error/{at['set']}"] = at["error_rate"]
    EXPECTED[at["step"], f"loss/{at['set']}"] = at["loss"]
    EXPECTED[at["step"], "learning_rate"] = at["learning_rate"]
    EXPECTED[at["step"], "epoch"] = at["epoch"]
REPORT = json.loads((run / "diagnosis.json").read_text())
RATES = {f"final/{rate['name']}": rate["rate"] for rate in REPORT["diagnosis"]["rates"]}
CONFIG = tomllib.loads((run / "config.toml").read_text())


def log(tracker, place, **variables):
    place.mkdir(parents=True)
    options = ["--offline"] if tracker == "wandb" else []
    command = [sys.executable, str(examples / f"to_{tracker}.py"), str(run), *options]
    done = subprocess.run(command, cwd=place, env=os.environ | variables, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def compare(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: {found}; expected {expected}")


def check_stand_in(tracker):
    place = folder / f"{tracker}-stand-in"
    modules = folder / f"{tracker}-module"
    modules.mkdir(parents=True)
    (modules / f"{tracker}.py").write_text(STAND_INS[tracker])
    log(tracker, place, PYTHONPATH=str(modules))
    calls = [json.loads(line) for line in (place / "calls.jsonl").read_text().splitlines()]
    name = {"mlflow": "log_metrics", "wandb": "log"}[tracker]
    steps = [(kwargs["step"], args[0]) for call, args, kwargs in calls if call == name and "step" in kwargs]
    compare(tracker, {(step, key): value for step, figures in steps for key, value in figures.items()}, EXPECTED)


def check_mlflow():
    place = folder / "mlflow"
    log("mlflow", place)
    os.chdir(place)
    from mlflow import MlflowClient

    client = MlflowClient()
    experiment = client.get_experiment_by_name("plumb")
    (logged,) = client.search_runs([experiment.experiment_id])
    found = {
        (point.step, key): point.value
        for key in {key for _, key in EXPECTED}
        for point in client.get_metric_history(logged.info.run_id, key)
    }
    compare("mlflow", found, EXPECTED)
    compare("mlflow", {key: logged.data.metrics[key] for key in RATES}, RATES)
    compare("mlflow", logged.data.params["train.epochs"], str(CONFIG["train"]["epochs"]))


def records(file):
    """The records of a file of Weights & Biases: LevelDB's log format behind a header of 7 bytes.

    A record is cut at the ends of blocks of 32 KiB; each part has a checksum, a length and a kind before it.
    """
    at, whole = 7, b""
    while at + 7 <= len(file):
        left = 32768 - at % 32768
        if left < 7:
            at += left
            continue
        length, kind = struct.unpack("<HB", file[at + 4 : at + 7])
        whole += file[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield whole
            whole = b""


def check_wandb():
    place = folder / "wandb"
    log("wandb", place)
    from wandb.proto import wandb_internal_pb2

    (file,) = place.glob("wandb/offline-run-*/*.wandb")
    found, config = {}, {}
    for data in records(file.read_bytes()):
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        figures = {(item.key or "/".join(item.nested_key)): json.loads(item.value_json) for item in record.history.item}
        for key, value in figures.items():
            if not key.startswith("_"):
                found[record.history.step.num, key] = value
        for item in record.run.config.update:
            config[item.key] = json.loads(item.value_json)
    compare("wandb", found, EXPECTED)
    compare("wandb", config["train"], CONFIG["train"])


tried = {}
for tracker, check in [("mlflow", check_mlflow), ("wandb", check_wandb)]:
    check_stand_in(tracker)
    tried[tracker] = ["stand-in"]
    if find_spec(tracker):
        check()
        tried[tracker].append("real")
print(json.dumps(tried))
