//! `plumb decompose`: bias and variance over many trainings.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use common::{QUICKSTART, Workplace, stderr, stdout};
use serde_json::Value;

/// A linear model on XOR with balanced corners: whatever it is trained on, it is right on half of them.
const XOR: &str = r#"
name = "xor"
seed = 3
[data.general.xor]
examples = 600
distance = 6
[data.target.xor]
examples = 400
distance = 6
[data.split]
train_dev = 200
dev = 200
test = 200
[model.linear]
[optimizer.adam]
learning_rate = 0.01
[train]
epochs = 3
batch_size = 64
"#;

fn decomposed(place: &Workplace, args: &[&str]) -> Value {
    let args = [&["decompose", "--json", "--quiet"], args].concat();
    let output = place.plumb(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn mean(report: &Value, part: &str) -> f64 {
    report["sets"][0][part]["mean"].as_f64().unwrap()
}

/// Domingos 2000: the mean error is the bias, plus the unbiased variance, minus the biased one.
fn check_identity(report: &Value) {
    let parts =
        mean(report, "bias") + mean(report, "unbiased_variance") - mean(report, "biased_variance");
    assert!((mean(report, "error") - parts).abs() < 1e-12, "{report}");
}

#[test]
fn a_model_that_can_t_has_bias_and_one_that_can_has_none() {
    let place = Workplace::new();
    let path = place.write("xor.toml", XOR);
    let path = path.to_str().unwrap();
    let linear = decomposed(&place, &[path, "--trainings", "12"]);
    assert_eq!(linear["resampling"], "fresh-draw");
    assert_eq!(linear["train_examples"], 400);
    check_identity(&linear);
    // No line tells XOR's classes apart: every network is wrong about half the time.
    assert!((mean(&linear, "error") - 0.5).abs() < 0.15, "{linear}");
    assert!(mean(&linear, "bias") > 0.2, "{linear}");

    let network = [
        "--set",
        "model={mlp={hidden=[16]}}",
        "--set",
        "train.epochs=40",
    ];
    let able = decomposed(
        &place,
        &[&[path, "--trainings", "12"], &network[..]].concat(),
    );
    check_identity(&able);
    // Distance 6: Bayes error 2q(1 − q) with q = Φ(−3) is 0.3 %.
    assert!(mean(&able, "bias") < 0.05, "{able}");
}

/// Equal seeds give equal numbers, whatever the number of threads.
#[test]
fn the_numbers_do_not_depend_on_threads() {
    let place = Workplace::new();
    let path = place.write("xor.toml", XOR);
    let args = ["decompose", path.to_str().unwrap(), "--trainings", "5"];
    let many = place.command(&args).output().unwrap();
    let one = place
        .command(&args)
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .unwrap();
    assert_eq!(stdout(&many), stdout(&one));
    assert!(stdout(&many).contains("Domingos 2000"), "{}", stdout(&many));
}

/// Data that is read can't be drawn anew, and target examples in train must not come from dev.
#[test]
fn a_training_set_with_target_examples_is_resampled() {
    let place = Workplace::new();
    let report = decomposed(
        &place,
        &[
            QUICKSTART,
            "--trainings",
            "3",
            "--set",
            "data.general.strokes.examples=1500",
            "--set",
            "data.split.train_dev=300",
            "--set",
            "data.split.target_in_train=500",
            "--set",
            "train.epochs=2",
        ],
    );
    assert_eq!(report["resampling"], "bootstrap");
    check_identity(&report);
}

#[test]
fn bad_input_is_refused() {
    let place = Workplace::new();
    let output = place.plumb(&["decompose", QUICKSTART, "--trainings", "1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("1 is not in 2..=10000"),
        "{}",
        stderr(&output)
    );
    let output = place.plumb(&["decompose", "nowhere.toml"]);
    assert_eq!(output.status.code(), Some(2));
}
