//! Event files, read back by TensorBoard itself.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{fs, path::Path, process::Command};

use common::{QUICKSTART, SHORT, Workplace, checkpoint, metrics, root, stderr, stdout};
use serde_json::Value;

fn train(place: &Workplace, more: &[&str]) -> std::path::PathBuf {
    let mut args = vec!["train", QUICKSTART, "--json", "--quiet", "--device", "cpu"];
    for setting in SHORT {
        args.extend(["--set", setting]);
    }
    let output = place.plumb(&[&args[..], more].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["run"].as_str().unwrap().into()
}

/// What `scripts/check_tensorboard.py` says of a run.
fn read_back(run: &Path) -> Value {
    let python = std::env::var_os("PLUMB_PYTHON")
        .expect("PLUMB_PYTHON names no Python with tensorboard; scripts/check.sh installs one");
    let script = root().join("scripts/check_tensorboard.py");
    let output = Command::new(python).arg(script).arg(run).output().unwrap();
    let said = stdout(&output) + &stderr(&output);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn event_file(run: &Path) -> std::path::PathBuf {
    let mut files = fs::read_dir(run.join("tensorboard")).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none(), "one file per run");
    file
}

#[test]
fn a_run_has_event_files_only_if_asked() {
    let place = Workplace::new();
    let plain = train(&place, &[]);
    assert!(!plain.join("tensorboard").exists());
    let logged = train(&place, &["--log", "tensorboard"]);
    let name = event_file(&logged);
    assert!(name.to_str().unwrap().contains("events.out.tfevents."));
    assert_eq!(metrics(&plain), metrics(&logged), "logging changes nothing");
}

/// 4 evaluations of 4 sets give 4 × (4 rates + 4 losses + learning rate + epoch) figures.
#[test]
#[ignore = "needs Python with tensorboard, which scripts/check.sh installs"]
fn tensorboard_reads_what_the_run_measured() {
    let place = Workplace::new();
    let run = train(&place, &["--log", "tensorboard"]);
    let read = read_back(&run);
    assert_eq!(read["evaluations"], 4);
    assert_eq!(read["compared"], 40);
    assert_eq!(read["speeds"], 4);
    assert!((read["human"].as_f64().unwrap() - 0.025).abs() < 1e-8);
}

/// A run without its last checkpoint is one that was killed before it. It goes on with its log, asked or not; and
/// a record that a kill tore in the middle takes nothing else with it.
#[test]
#[ignore = "needs Python with tensorboard, which scripts/check.sh installs"]
fn a_resumed_runs_file_begins_with_what_the_earlier_run_wrote() {
    let place = Workplace::new();
    let whole = train(
        &place,
        &["--log", "tensorboard", "--set", "checkpoint.every_epochs=1"],
    );
    let expected = read_back(&whole);
    let file = event_file(&whole);
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, [&bytes[..], &bytes[..30]].concat()).unwrap();
    assert_eq!(read_back(&whole), expected, "a torn record");

    fs::remove_dir_all(checkpoint(&whole, "last")).unwrap();
    let output = place.plumb(&["resume", whole.to_str().unwrap(), "--json", "--quiet"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let resumed = Path::new(report["run"].as_str().unwrap());
    let read = read_back(resumed);
    assert_eq!(read["compared"], 40);
    assert_eq!(metrics(resumed), metrics(&whole));
}

/// A sweep's runs have theirs too.
#[test]
fn runs_of_a_sweep_have_event_files() {
    let place = Workplace::new();
    let runs = place.runs();
    let mut args = vec![
        "sweep",
        "configs/sweep.toml",
        "--quiet",
        "--log",
        "tensorboard",
    ];
    for setting in SHORT {
        args.extend(["--set", setting]);
    }
    let sweep = [
        "--set",
        "sweep={seeds=2}",
        "--runs-dir",
        runs.to_str().unwrap(),
        "--name",
        "logged",
    ];
    let output = place.plumb(&[&args[..], &sweep, &["--device", "cpu"]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let logged = fs::read_dir(runs.join("logged"))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().join("tensorboard").is_dir());
    assert_eq!(logged.count(), 2);
}
