//! What experiment trackers are given: the table of metrics, and the examples for `MLflow` and Weights & Biases.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{fs, process::Command};

use common::{QUICKSTART, SHORT, Workplace, metrics, root, stderr, stdout};
use serde_json::Value;

/// Every figure of metrics.jsonl stands in its row and column.
#[test]
fn the_table_of_metrics_holds_every_figure() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let args = ["export", run.to_str().unwrap(), "--format", "csv"];
    let output = place.plumb(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    let table = fs::read_to_string(run.join("metrics.csv")).unwrap();
    let mut lines = table
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let rows: Vec<_> = lines.collect();
    assert_eq!(rows.len(), 4);
    let cell = |epoch: &Value, column: &str| {
        let at = header.iter().position(|name| *name == column).unwrap();
        let row = rows
            .iter()
            .find(|row| row[0].parse::<u64>().ok() == epoch.as_u64())
            .unwrap();
        row[at].parse::<f64>().unwrap()
    };
    let same = |found: f64, value: &Value| {
        assert_eq!(found.to_bits(), value.as_f64().unwrap().to_bits());
    };
    for metric in metrics(&run) {
        let set = metric["set"].as_str().unwrap().replace('-', "_");
        for (column, key) in [
            ("errors", "errors"),
            ("n", "n"),
            ("error", "error_rate"),
            ("loss", "loss"),
        ] {
            same(
                cell(&metric["epoch"], &format!("{set}_{column}")),
                &metric[key],
            );
        }
        same(
            cell(&metric["epoch"], "learning_rate"),
            &metric["learning_rate"],
        );
        same(cell(&metric["epoch"], "step"), &metric["step"]);
        assert!(cell(&metric["epoch"], "train_secs") > 0.0);
    }

    let again = place.plumb(&args);
    assert_eq!(again.status.code(), Some(2), "a file is not overwritten");
    assert!(stderr(&again).contains("--force"), "{}", stderr(&again));
}

/// With stand-ins for both packages, and with the packages themselves where they are installed.
#[test]
#[ignore = "needs Python, which scripts/check.sh looks for"]
fn the_examples_log_every_figure() {
    let python = std::env::var_os("PLUMB_PYTHON").expect("PLUMB_PYTHON names no Python");
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let script = root().join("scripts/check_trackers.py");
    let mut command = Command::new(python);
    let command = command
        .arg(script)
        .arg(run)
        .arg(place.runs().with_file_name("logged"));
    // `wandb` must not write beside the user's own.
    let output = command.env("WANDB_SILENT", "true").output().unwrap();
    let said = stdout(&output) + &stderr(&output);
    assert!(output.status.success(), "{said}");
    let tried: Value = serde_json::from_slice(&output.stdout).unwrap();
    for tracker in ["mlflow", "wandb"] {
        assert_eq!(tried[tracker][0], "stand-in");
    }
}
