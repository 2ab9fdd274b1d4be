//! Trainings that end early, and go on.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use super::{QUICKSTART, Workplace, checkpoint, stderr};

/// A training of some seconds that saves often, also within its epochs. Dropout draws random numbers in
/// every step, the optimizer has a state, and the learning rate moves.
pub(crate) const SLOW: [&str; 8] = [
    "data.general.strokes.examples=3000",
    "data.split.train_dev=500",
    "train.epochs=40",
    "train.batch_size=32",
    "model.mlp={hidden=[64,64],dropout=0.2}",
    "optimizer.adam.learning_rate=2e-3",
    "schedule={cosine={}}",
    "checkpoint.every_steps=7",
];

/// What equal trainings have in common, byte by byte.
pub(crate) const EQUAL: [&str; 6] = [
    "metrics.jsonl",
    "model.json",
    "predictions/train.csv",
    "predictions/train-dev.csv",
    "predictions/dev.csv",
    "predictions/test.csv",
];

pub(crate) fn spawn(place: &Workplace, settings: &[&str]) -> Child {
    let mut args = vec!["train", QUICKSTART, "--quiet", "--device", "cpu"];
    for setting in settings {
        args.extend(["--set", setting]);
    }
    let mut command = place.command(&args);
    command.stdout(Stdio::null());
    command.spawn().unwrap()
}

pub(crate) fn resume(place: &Workplace, run: &Path, more: &[&str]) -> Output {
    let mut args = vec!["resume", run.to_str().unwrap(), "--quiet"];
    args.extend(more);
    place.plumb(&args)
}

/// Resumes a run and returns the directory that this made.
pub(crate) fn resumed(place: &Workplace, run: &Path, more: &[&str]) -> PathBuf {
    let before = runs(place);
    let output = resume(place, run, more);
    assert!(output.status.success(), "{}", stderr(&output));
    let new: Vec<_> = runs(place)
        .into_iter()
        .filter(|run| !before.contains(run))
        .collect();
    assert_eq!(new.len(), 1, "one new directory");
    new[0].clone()
}

pub(crate) fn runs(place: &Workplace) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(place.runs()) else {
        return Vec::new();
    };
    let mut runs: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'))
        .collect();
    runs.sort();
    runs
}

pub(crate) fn assert_same(run: &Path, reference: &Path) {
    for file in EQUAL {
        let content = |run: &Path| fs::read(run.join(file)).unwrap();
        assert!(content(run) == content(reference), "{file} differs");
    }
    for pointer in ["best", "last"] {
        let weights = |run: &Path| fs::read(checkpoint(run, pointer).join("model.bpk")).unwrap();
        assert!(weights(run) == weights(reference), "{pointer} differs");
    }
}

pub(crate) fn wait_for(path: &Path) {
    let start = Instant::now();
    while !path.exists() {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "no {}",
            path.display()
        );
        sleep(Duration::from_millis(1));
    }
}

/// Every file of a folder and what it holds.
pub(crate) fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(content(&path));
        } else {
            all.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}
