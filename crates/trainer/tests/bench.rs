//! `plumb bench` with the real binary on the CPU.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::fs;

use common::{QUICKSTART, Workplace, root, stderr, stdout};
use serde_json::Value;

/// Few steps, for a test.
const FEW: [&str; 4] = ["--steps", "12", "--warm-up", "2"];

fn bench(args: &[&str]) -> Value {
    let start = ["bench", QUICKSTART, "--device", "cpu", "--json"];
    let output = Workplace::new().plumb(&[&start[..], &FEW, args].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// By hand, for the quickstart's MLP 64-128-128-10: 8,192 + 16,384 + 1,280 multiply-adds forward, three times as
/// many in training, less 8,192 for the gradient of the pixels. 18,000 of its 20,000 digits are trained on, and the
/// train error of a training is measured on a tenth of them, at least 5,000.
#[test]
fn figures_agree_with_each_other() {
    let found = bench(&[]);
    let number = |path: &str| found.pointer(path).and_then(Value::as_f64).unwrap();
    let check = |path: &str, expected: f64| {
        let actual = number(path);
        let off = (actual / expected - 1.0).abs();
        assert!(off < 1e-9, "{path}: {actual}, not {expected}");
    };
    check("/steps", 12.0);
    check("/steps_per_block", 1.0);
    check("/warm_up", 2.0);
    check("/batch_size", 128.0);
    check("/train_examples", 18_000.0);
    check("/evaluated_examples", 5_000.0);
    check("/parameters", 26_122.0);
    check("/multiply_adds/per_forward", 25_856.0);
    let per_example = 3.0 * 25_856.0 - 8_192.0;
    check("/multiply_adds/per_training_example", per_example);
    // 12 of the epoch's 140 full batches: rates follow from times.
    check(
        "/train_examples_per_sec/max",
        128e3 / number("/step_ms/min"),
    );
    check(
        "/train_examples_per_sec/min",
        128e3 / number("/step_ms/max"),
    );
    let per_sec = per_example * number("/train_examples_per_sec/median");
    check("/multiply_adds/per_sec", per_sec);
    let share = per_sec / number("/multiply_adds/largest_per_sec");
    check("/multiply_adds/share", share);
    for spread in [
        "step_ms",
        "train_examples_per_sec",
        "evaluate_examples_per_sec",
    ] {
        let [min, median, max] =
            ["min", "median", "max"].map(|of| number(&format!("/{spread}/{of}")));
        assert!(0.0 < min && min <= median && median <= max, "{spread}");
    }
    let secs = number("/steps_secs");
    assert!(secs >= 12e-3 * number("/step_ms/min") && secs <= 12e-3 * number("/step_ms/max"));
    #[cfg(target_os = "linux")]
    assert!(number("/peak_memory_bytes") > 1e6);
}

/// 18,000 examples in batches of 8,000 are three steps, the third of 2,000: an epoch and a half is timed.
#[test]
fn it_goes_on_behind_the_end_of_an_epoch_and_of_the_config() {
    let found = bench(&[
        "--set",
        "train.batch_size=8000",
        "--set",
        "train.epochs=1",
        "--set",
        "schedule.cosine={}",
    ]);
    assert_eq!(found["steps"], 12);
    assert_eq!(found["batch_size"], 8_000);
}

#[test]
fn threads_are_as_many_as_asked_for() {
    let found = bench(&["--threads", "1"]);
    assert_eq!(found["threads"], 1);
    assert_eq!(found["device"], "cpu");
    assert_eq!(found["device_name"], "burn flex on 1 threads");
    assert_eq!(bench(&["--threads", "3"])["threads"], 3);
}

/// What differs from run to run is left out: only the words and their order are told.
#[test]
fn the_report_has_a_line_per_figure_and_nothing_is_written() {
    let place = Workplace::new();
    let folder = place.write("placeholder", "").with_file_name("empty");
    fs::create_dir(&folder).unwrap();
    let config = root().join(QUICKSTART);
    let csv = root().join("data/optdigits/optdigits.csv");
    let path = format!("data.target.csv.path=\"{}\"", csv.display());
    let start = [
        "bench",
        config.to_str().unwrap(),
        "--set",
        &path,
        "--device",
        "cpu",
    ];
    let mut command = place.command(&[&start[..], &FEW].concat());
    let output = command.current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    let text = stdout(&output);
    let head = "quickstart: 26,122 parameters, batches of 128 from 18,000 examples, burn flex on";
    assert!(text.starts_with(head), "{text}");
    let names = [
        "training step",
        "training",
        "evaluation",
        "multiply-adds",
        "peak memory",
    ];
    let lines: Vec<&str> = text.lines().skip(2).collect();
    assert_eq!(lines.len(), names.len(), "{text}");
    for (line, name) in lines.iter().zip(names) {
        assert!(line.starts_with(name) && line.len() <= 120, "{line}");
    }
}

/// All errors, as users read them.
#[test]
fn what_is_wrong_is_said_before_anything_is_trained() {
    let place = Workplace::new();
    let mut texts = Vec::new();
    for args in [
        &["--steps", "0"][..],
        &["--threads", "0"],
        &["--device", "cpux"],
        &["--set", "train.batch_size=0"],
        &["--set", "model={forest={}}"],
    ] {
        let output = place.plumb(&[&["bench", QUICKSTART], args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty());
        texts.push(format!("{}\n{}", args.join(" "), stderr(&output)));
    }
    insta::assert_snapshot!(texts.join("\n"));
}

/// A rate at which every number overflows: the run itself fails.
#[test]
fn a_loss_that_is_not_finite_ends_it() {
    let args = [
        "bench",
        QUICKSTART,
        "--device",
        "cpu",
        "--set",
        "optimizer.adam.learning_rate=1e30",
    ];
    let output = Workplace::new().plumb(&args);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(
        said.contains("of step 2 is ") && said.contains("hint: "),
        "{said}"
    );
}

/// Parameters by hand: 784·256 + 256² + 2,560 weights and 522 biases of the first, and so on.
#[test]
fn the_benchmark_configs_are_the_networks_that_they_name() {
    let place = Workplace::new();
    let n_cnn = 288 + 32 + 18_432 + 64 + 3_136 * 128 + 128 + 1_290;
    let n_wide = 784 * 1_024 + 2 * 1_024 * 1_024 + 3 * 1_024 + 10_250;
    for (name, expected) in [
        ("mlp_256x2", 269_322),
        ("mlp_1024x3", n_wide),
        ("cnn_32_64", n_cnn),
    ] {
        let config = format!("configs/bench/{name}.toml");
        let output = place.plumb(&["check", &config, "--json"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let checked: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(checked["parameters"], expected, "{name}");
    }
}
