#!/usr/bin/env bash
# Compares the speed of plumb with PyTorch's on this machine: builds the program, brings the peer into a Python
# environment of its own outside the repository, fetches MNIST, runs both in turn, prints the table and writes
# target/bench/bench.csv. About 12 minutes on 2 cores; leave the machine alone meanwhile.
#
#   scripts/bench.sh                        the whole table
#   scripts/bench.sh --quick                a smoke test of a few minutes
#   scripts/bench.sh --device gpu           steps and evaluation on a GPU (or wgpu:0, …); builds GPU support
#   scripts/bench.sh --scaling              how the time grows with the work: CSV and plots
#   scripts/bench.sh --help                 more options
#
# PLUMB takes a program that is built already, PLUMB_BENCH_PYTHON a Python that has torch, numpy and matplotlib.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
cd "$(dirname "$0")/.."

script=compare device=cpu help=
arguments=()
while [ $# -gt 0 ]; do
    case $1 in
        --scaling) script=scaling ;;
        --device) device=${2:?--device needs a name, as in --device gpu}; arguments+=("$1" "$2"); shift ;;
        --device=*) device=${1#*=}; arguments+=("$1") ;;
        -h | --help) help=yes; arguments+=("$1") ;;
        *) arguments+=("$1") ;;
    esac
    shift
done

python=${PLUMB_BENCH_PYTHON:-}
if [ -z "$python" ]; then
    folder=${XDG_CACHE_HOME:-$HOME/.cache}/plumb-bench-python
    python=$folder/bin/python
    others="numpy==2.4.6 matplotlib==3.11.2"
    if ! "$python" -c 'import matplotlib, numpy, torch; assert torch.__version__.startswith("2.15.0")' 2>/dev/null; then
        if ! command -v python3 >/dev/null || ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
            echo "bench.sh: python3 with venv is not installed; the peer needs it" >&2
            exit 2
        fi
        python3 -m venv "$folder"
        # PyPI's build holds CUDA too, 6 GB; PIP_EXTRA_INDEX_URL can name an index with PyTorch's build for CPUs alone.
        "$python" -m pip install --quiet --disable-pip-version-check torch==2.15.0
        # shellcheck disable=SC2086 # one word per package
        "$python" -m pip install --quiet --disable-pip-version-check $others
    fi
fi

plumb=${PLUMB:-}
if [ -z "$plumb" ] && [ -z "$help" ]; then
    features=(--no-default-features --features cpu)
    [ "$device" = cpu ] || features=()
    cargo build --release --locked -p plumb "${features[@]}"
    plumb=${CARGO_TARGET_DIR:-target}/release/plumb
fi
if [ "$script" = compare ] && [ "$device" = cpu ] && [ -z "$help" ]; then
    scripts/fetch_mnist.sh
fi
exec "$python" "scripts/bench/$script.py" --plumb "${plumb:-plumb}" --python "$python" "${arguments[@]}"
