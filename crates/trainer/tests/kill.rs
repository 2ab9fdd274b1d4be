//! A run killed at any moment leaves whole files, and goes on as if nothing had happened.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    fs,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use common::{
    QUICKSTART, Workplace, metrics,
    resuming::{SLOW, assert_same, resumed, runs, spawn},
};

/// The moments are spread over the whole run, from before its directory is there to its last epochs.
#[test]
fn kill_9_at_25_moments_loses_no_run_and_changes_no_byte() {
    let place = Workplace::new();
    let start = Instant::now();
    assert!(spawn(&place, &SLOW).wait().unwrap().success());
    let whole = start.elapsed();
    let reference = runs(&place)[0].clone();
    let mut n_resumed = 0;
    for number in 0..25_u32 {
        let before = runs(&place);
        let mut child = spawn(&place, &SLOW);
        sleep(whole * number / 25);
        child.kill().unwrap();
        child.wait().unwrap();
        let killed: Vec<_> = runs(&place)
            .into_iter()
            .filter(|run| !before.contains(run))
            .collect();
        let [killed] = &killed[..] else {
            assert!(killed.is_empty());
            continue; // before there was anything to lose
        };
        if killed.join("diagnosis.json").exists() {
            continue; // it had finished
        }
        assert_same(&resumed(&place, killed, &[]), &reference);
        n_resumed += 1;
    }
    assert!(
        n_resumed >= 10,
        "only {n_resumed} of 25 were killed within the run"
    );
}

#[test]
fn a_kill_at_any_moment_leaves_whole_files() {
    let place = Workplace::new();
    let args = [
        "train",
        QUICKSTART,
        "--quiet",
        "--device",
        "cpu",
        "--set",
        "train.epochs=1000",
        "--set",
        "data.general.strokes.examples=2000",
        "--set",
        "data.split.train_dev=200",
        "--set",
        "model.mlp.hidden=[16]",
    ];
    let mut trained = 0;
    for number in 0..25_u64 {
        let mut run = place.command(&args).spawn().unwrap();
        let folder = place.runs().join(format!("quickstart-{:04}", number + 1));
        let start = Instant::now();
        while !folder.exists() && start.elapsed() < Duration::from_secs(20) {
            sleep(Duration::from_millis(1));
        }
        // from the very first files to well into the training
        sleep(Duration::from_millis(number * number));
        run.kill().unwrap();
        run.wait().unwrap();
        trained += u32::from(check(&folder));
    }
    assert!(
        trained > 5,
        "only {trained} of 25 runs got as far as a checkpoint"
    );
}

/// Checks what is there, and returns whether there is a checkpoint.
fn check(run: &Path) -> bool {
    for name in ["environment.json", "data.json"] {
        if let Ok(text) = fs::read(run.join(name)) {
            serde_json::from_slice::<serde_json::Value>(&text).unwrap();
        }
    }
    if run.join("metrics.jsonl").exists() {
        assert!(metrics(run).len().is_multiple_of(4));
    }
    for pointer in ["last", "best"] {
        if run.join("checkpoints").join(pointer).exists() {
            let folder = common::checkpoint(run, pointer);
            for file in [
                "model.bpk",
                "optimizer.bpk",
                "checkpoint.json",
                "SHA256SUMS",
            ] {
                let content = fs::read(folder.join(file)).unwrap();
                assert!(!content.is_empty(), "{}", folder.join(file).display());
            }
        }
    }
    run.join("checkpoints/last").exists()
}
