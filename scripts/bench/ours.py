"""Runs the program under test, and reads what it says."""
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environment():
    """Without what some machines set to make one library's choices for all."""
    unset = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    return {name: value for name, value in os.environ.items() if name not in unset}


def run(command):
    """Runs a command in the repository's root; returns what it printed, its seconds, and its peak memory in bytes."""
    command = [str(part) for part in command]
    start = time.perf_counter()
    with tempfile.TemporaryFile() as talk:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=talk)
        printed = process.stdout.read().decode()
        # Unlike Popen.wait, this tells the peak memory of this one child.
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        talk.seek(0)
        said = talk.read().decode(errors="replace")
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with {process.returncode}:\n{said[-2000:]}")
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss: bytes there, kB on Linux
    return printed, elapsed, usage.ru_maxrss * unit


def warn_of_others():
    """Says if other programs work on the machine: they slow the peer down more than plumb."""
    busy = os.getloadavg()[0]
    if busy > 0.5:
        print(f"bench.sh: the load of the last minute is {busy:.1f} (a build just before counts). If others go on\n"
              "working here, the figures say little: PyTorch's threads, which wait actively for each other, suffer\n"
              "more than plumb's", file=sys.stderr)


def lines(printed):
    return [json.loads(line) for line in printed.splitlines()]


def bench(plumb, config, *options, settings=()):
    """What `plumb bench --json` measures."""
    overrides = [part for setting in settings for part in ("--set", setting)]
    return json.loads(run([plumb, "bench", config, "--json", *options, *overrides])[0])
