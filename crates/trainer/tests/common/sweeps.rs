//! Sweeps of small networks, a tenth of a second per run.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::Value;

use super::{Workplace, resuming::EQUAL, stderr};

/// A config without `[sweep]`.
pub(crate) const BASE: &str = r#"name = "grid"
seed = 7

[data.general.strokes]
examples = 600

[data.target.csv]
path = "data/optdigits/optdigits.csv"
label = "digit"
shape = [1, 8, 8]
range = [0, 16]

[data.split]
train_dev = 100
dev = 100
test = 100

[human]
error = 0.025

[model.mlp]
hidden = [8]
dropout = 0.1

[optimizer.adam]
learning_rate = 1e-3

[train]
epochs = 3
batch_size = 64
"#;

/// Twelve runs.
pub(crate) const SWEEP: &str = r#"
[sweep]
seeds = 2

[sweep.axes]
"data.general.strokes.examples" = { from = 300, to = 900, steps = 3 }
"model.mlp.hidden" = [[8], [16, 16]]
"#;

/// `plumb sweep` on a config of this text, its runs in the workplace.
pub(crate) fn sweep_command(
    place: &Workplace,
    config: &str,
    args: &[&str],
) -> std::process::Command {
    let path = place.runs().with_file_name("sweep.toml");
    // Another process may be reading it.
    if fs::read_to_string(&path).ok().as_deref() != Some(config) {
        place.write("sweep.toml", config);
    }
    let mut command = place.command(&["sweep"]);
    command.arg(path).args(args);
    if !args.contains(&"--runs-dir") {
        command.arg("--runs-dir").arg(place.runs());
    }
    if !args.contains(&"--device") {
        command.args(["--device", "cpu"]);
    }
    command
}

pub(crate) fn sweep(place: &Workplace, config: &str, args: &[&str]) -> Output {
    sweep_command(place, config, args).output().unwrap()
}

/// A sweep that succeeds: what it printed as JSON.
pub(crate) fn swept(place: &Workplace, config: &str, args: &[&str]) -> Value {
    let output = sweep(place, config, &[args, &["--json", "--quiet"]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The directory of the sweep.
pub(crate) fn folder(place: &Workplace) -> PathBuf {
    place.runs().join("grid")
}

/// The run directories of a sweep by name; with `is_done`, those that have a diagnosis.
pub(crate) fn run_dirs(sweep: &Path, is_done: bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(sweep).into_iter().flatten();
    let mut runs: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.is_dir() && !path.file_name().unwrap().to_string_lossy().starts_with('.')
        })
        .filter(|path| !is_done || path.join("diagnosis.json").exists())
        .collect();
    runs.sort();
    runs
}

/// The finished runs of two sweeps are the same ones, and equal byte by byte.
pub(crate) fn assert_same_sweeps(sweep: &Path, reference: &Path) {
    let id = |run: &PathBuf| run.file_name().unwrap().to_string_lossy()[..3].to_string();
    let (runs, expected) = (run_dirs(sweep, true), run_dirs(reference, true));
    let ids = |runs: &[PathBuf]| runs.iter().map(id).collect::<Vec<_>>();
    assert_eq!(ids(&runs), ids(&expected));
    for (run, reference) in runs.iter().zip(&expected) {
        for file in EQUAL {
            let content = |run: &Path| fs::read(run.join(file)).unwrap();
            assert!(
                content(run) == content(reference),
                "{}: {file} differs",
                run.display()
            );
        }
    }
}
