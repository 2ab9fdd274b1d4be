#!/usr/bin/env python3
"""Read speed of each format beside NumPy, pandas and PIL, in MB (10^6 bytes) of files per second.

    pip install numpy pandas pillow
    scripts/bench_data.py [--examples 60000] [--runs 5] [FORMAT ...]

Writes files into a temporary folder, then reads each in turn with our example `read_speed` (all
threads, and one thread) and with the peer in one thread. Files come from the system's memory. Ours
also hashes every file (sha256), checks every value and label, and keeps numbers in the smallest type.
"""
import argparse
import gzip
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from PIL import Image  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent


def read_idx(path):
    data = open(path, "rb").read()
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape).copy()


def read_npz(path):
    with np.load(path) as arrays:
        return arrays["x"], arrays["y"]


def read_cifar(folder):
    parts = [np.fromfile(p, np.uint8).reshape(-1, 3073) for p in sorted(folder.glob("data_batch_*"))]
    data = np.concatenate(parts)
    return data[:, 0].copy(), data[:, 1:].copy()


def read_images(folder):
    return np.stack([np.asarray(Image.open(p)) for p in sorted(folder.glob("*/*"))])


def make(folder, n):
    """Yields per format: its name, arguments of our example, and the peer with its name."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
    # As sparse as digits are: three quarters of the pixels are 0.
    pixels[rng.random(pixels.shape) < 0.75] = 0
    labels = (np.arange(n) % 10).astype(np.uint8)
    floats = rng.standard_normal((n, 20), dtype=np.float32)

    def path(name):
        return folder / name

    def table(values, name, text):
        frame = pd.DataFrame(values)
        frame.insert(0, "label", labels[: len(values)])
        frame.columns = ["label"] + [f"f{i}" for i in range(values.shape[1])]
        frame.to_csv(path(name), index=False)
        return [(text, ["csv", path(name)], "pandas", lambda: pd.read_csv(path(name)))]

    yield from table(pixels[: n // 4].reshape(-1, 784), "pixels.csv", "csv, pixels")
    yield from table(floats, "floats.csv", "csv, floats")
    packed = path("floats.csv.gz")
    packed.write_bytes(gzip.compress(path("floats.csv").read_bytes(), 6))
    yield "csv.gz, floats", ["csv", packed], "pandas", lambda: pd.read_csv(packed)

    def idx(array, name):
        shape = b"".join(int(s).to_bytes(4, "big") for s in array.shape)
        path(name).write_bytes(bytes([0, 0, 8, array.ndim]) + shape + array.tobytes())

    idx(pixels, "images")
    idx(labels, "labels")
    yield (
        "idx",
        ["idx", path("images"), path("labels")],
        "numpy",
        lambda: (read_idx(path("images")), read_idx(path("labels"))),
    )
    np.save(path("y.npy"), labels)
    wide = rng.standard_normal((n, 784), dtype=np.float32)
    for name, array in [
        ("npy, u8", pixels),
        ("npy, f32", wide),
        ("npy, f64", wide[: n // 2].astype(np.float64)),
        ("npy, f32, Fortran", np.asfortranarray(wide)),
    ]:
        file = path(name.replace(", ", "_") + ".npy")
        np.save(file, array)
        # numpy keeps the order of the file; a trainer needs rows.
        y = path("y.npy")
        if len(array) != n:
            y = path("y_half.npy")
            np.save(y, labels[: len(array)])
        yield (
            name,
            ["npz", file, y],
            "numpy",
            lambda file=file: np.ascontiguousarray(np.load(file)),
        )
    np.savez(path("stored.npz"), x=wide, y=labels)
    yield "npz, f32, stored", ["npz", path("stored.npz")], "numpy", lambda: read_npz(path("stored.npz"))
    np.savez_compressed(path("packed.npz"), x=pixels, y=labels)
    yield "npz, u8, packed", ["npz", path("packed.npz")], "numpy", lambda: read_npz(path("packed.npz"))

    path("cifar").mkdir()
    for i in range(1, 6):
        records = rng.integers(0, 256, (n // 6, 3073), dtype=np.uint8)
        records[:, 0] %= 10
        records.tofile(path("cifar") / f"data_batch_{i}.bin")
    yield "cifar", ["cifar", path("cifar")], "numpy", lambda: read_cifar(path("cifar"))

    for kind in ["png", "jpg"]:
        folder_of_kind = path(f"folder_{kind}")
        for i in range(n // 30):
            # Smooth, as photographs are.
            small = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
            picture = Image.fromarray(small).resize((128, 128), Image.Resampling.BICUBIC)
            of_class = folder_of_kind / f"class{i % 10}"
            of_class.mkdir(parents=True, exist_ok=True)
            picture.save(of_class / f"{i:05}.{kind}")
        yield (
            f"image_folder, {kind}",
            ["image_folder", folder_of_kind],
            "PIL",
            lambda f=folder_of_kind: read_images(f),
        )


def seconds(call):
    start = time.perf_counter()
    result = call()
    elapsed = time.perf_counter() - start
    del result
    return elapsed


def ours(example, arguments, threads):
    environment = dict(os.environ)
    if threads:
        environment["RAYON_NUM_THREADS"] = str(threads)
    done = subprocess.run(
        [example, *map(str, arguments)], capture_output=True, text=True, env=environment
    )
    if done.returncode != 0:
        return None, done.stderr.strip().splitlines()[-1:]
    return done.stdout, None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=60_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("formats", nargs="*", help="beginnings of names; all if none")
    options = parser.parse_args()
    build = ["cargo", "build", "--release", "-p", "plumb-data", "--example", "read_speed"]
    subprocess.run(build, cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    example = target / "release/examples/read_speed"
    print(f"{os.cpu_count()} cores; median (minimum to maximum) of {options.runs} runs, MB/s")
    print(f"{'format':22} {'MB':>6} {'ours':>24} {'ours, 1 thread':>24} {'peer, 1 thread':>30} {'ratio':>6}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments, peer_name, peer in make(Path(folder), options.examples):
            if options.formats and not any(name.startswith(f) for f in options.formats):
                continue
            all_threads, problem = ours(example, arguments, None)
            one_thread, _ = ours(example, arguments, 1)
            if problem:
                print(f"{name:22} not read: {problem}")
                continue
            n_bytes = int(all_threads.split("; ")[1].split()[0])
            peer()
            rates = sorted(n_bytes / 1e6 / seconds(peer) for _ in range(options.runs))

            def shown(text):
                median, least, most = (float(text.split(a)[1].split(b)[0]) for a, b in PLACES)
                return median, f"{median:.0f} ({least:.0f} to {most:.0f})"

            (mine, mine_text), (_, one_text) = shown("=" + all_threads), shown("=" + one_thread)
            median = statistics.median(rates)
            peer_text = f"{peer_name} {median:.0f} ({rates[0]:.0f} to {rates[-1]:.0f})"
            print(
                f"{name:22} {n_bytes / 1e6:6.0f} {mine_text:>24} {one_text:>24} {peer_text:>30} {mine / median:6.2f}",
                flush=True,
            )


# Where the example's output has the median, the minimum and the maximum.
PLACES = [("=", " MB/s"), ("min ", ","), ("max ", ";")]

if __name__ == "__main__":
    sys.exit(main())
