//! Whole trainings with the real binary on the CPU.

mod common;

use std::fs;

use common::{QUICKSTART, SHORT, Workplace, checkpoint, gap, metrics, rate};
use serde_json::Value;

/// What MISSION.md and the trial in DATASETS.md lead to expect of digits drawn by rule against real
/// ones: a large data mismatch, which shrinks when 700 real digits join the training mix (in the
/// trial, dev error fell from 35 % to 5 %).
#[test]
fn quickstart_shows_a_mismatch_that_mixing_in_target_shrinks() {
    let place = Workplace::new();
    let (apart, _) = place.train(QUICKSTART, &[]);
    assert_eq!(apart["diagnosis"]["first"], "data-mismatch");
    assert_eq!(gap(&apart, "data-mismatch")["verdict"], "present");
    assert!(rate(&apart, "train") < 0.01 && rate(&apart, "train-dev") < 0.02);

    let (mixed, _) = place.train(QUICKSTART, &["data.split.target_in_train=700"]);
    let high = |report: &Value| {
        gap(report, "data-mismatch")["interval"]["high"]
            .as_f64()
            .unwrap()
    };
    let low = |report: &Value| {
        gap(report, "data-mismatch")["interval"]["low"]
            .as_f64()
            .unwrap()
    };
    assert!(high(&mixed) < low(&apart), "the intervals are apart");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let place = Workplace::new();
    let dropout = [&SHORT[..], &["model.mlp.dropout=0.2"]].concat();
    let (_, first) = place.train(QUICKSTART, &dropout);
    let (_, again) = place.train(QUICKSTART, &dropout);
    let (_, other) = place.train(QUICKSTART, &[&dropout[..], &["seed=8"]].concat());
    let bytes = |run: &std::path::Path| fs::read(run.join("metrics.jsonl")).unwrap();
    assert_eq!(bytes(&first), bytes(&again));
    assert_ne!(bytes(&first), bytes(&other));
    for pointer in ["best", "last"] {
        let weights = |run| fs::read(checkpoint(run, pointer).join("model.bpk")).unwrap();
        assert_eq!(weights(&first), weights(&again));
        assert_ne!(weights(&first), weights(&other));
    }
    for set in ["train", "train-dev", "dev", "test"] {
        let predictions =
            |run: &std::path::Path| fs::read(run.join(format!("predictions/{set}.csv"))).unwrap();
        assert_eq!(predictions(&first), predictions(&again));
    }
}

#[test]
fn a_run_starts_again_from_its_resolved_config_alone() {
    let place = Workplace::new();
    let (_, first) = place.train(QUICKSTART, &SHORT);
    let resolved = first.join("config.toml");
    let (_, again) = place.train(resolved.to_str().unwrap(), &[]);
    assert_eq!(metrics(&first), metrics(&again));
    assert_eq!(
        fs::read(&resolved).unwrap(),
        fs::read(again.join("config.toml")).unwrap()
    );
}

#[test]
fn the_weights_with_the_lowest_dev_error_are_kept_and_reported() {
    let place = Workplace::new();
    let (report, run) = place.train(QUICKSTART, &SHORT);
    let dev: Vec<u64> = metrics(&run)
        .iter()
        .filter(|metric| metric["set"] == "dev")
        .map(|metric| metric["errors"].as_u64().unwrap())
        .collect();
    assert_eq!(dev.len(), 4);
    // the first of equal ones
    let best = dev
        .iter()
        .position(|errors| errors == dev.iter().min().unwrap())
        .unwrap();
    assert_eq!(report["best_epoch"], best as u64 + 1);
    let kept = checkpoint(&run, "best");
    // 2,500 examples to train on in batches of 128: 20 steps per epoch
    assert_eq!(
        kept.file_name().unwrap().to_str(),
        Some(&*format!("step-{:08}", 20 * (best + 1)))
    );
    assert!((rate(&report, "dev") - dev[best] as f64 / 500.0).abs() < 1e-12);
}

/// The same errors are counted once by the evaluation and once from the predictions on disk.
#[test]
fn predictions_agree_with_the_reported_counts() {
    let place = Workplace::new();
    let (report, run) = place.train(QUICKSTART, &SHORT);
    for (set, n) in [
        ("train", 2500),
        ("train-dev", 500),
        ("dev", 500),
        ("test", 500),
    ] {
        let mut rows = csv::Reader::from_path(run.join(format!("predictions/{set}.csv"))).unwrap();
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        let errors = rows.iter().filter(|row| row[5] != row[6]).count();
        assert_eq!(rows.len(), n, "{set}");
        assert!(
            (rate(&report, set) - errors as f64 / n as f64).abs() < 1e-12,
            "{set}"
        );
    }
}

#[test]
fn the_run_directory_holds_what_it_should_and_is_never_overwritten() {
    let place = Workplace::new();
    let (report, first) = place.train(QUICKSTART, &SHORT);
    let (_, second) = place.train(QUICKSTART, &SHORT);
    assert!(first.ends_with("quickstart-0001") && second.ends_with("quickstart-0002"));
    let mut names: Vec<String> = fs::read_dir(&first)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = [
        "checkpoints",
        "config.toml",
        "data.json",
        "diagnosis.json",
        "environment.json",
        "gallery.json",
        "metrics.jsonl",
        "mismatch_test.json",
        "model.json",
        "predictions",
        "report.html",
        "suspected_labels.json",
        "timings.jsonl",
        "train.log",
    ];
    assert_eq!(names, expected);
    let json = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(first.join(name)).unwrap()).unwrap()
    };
    assert_eq!(json("diagnosis.json"), report);
    assert!(json("environment.json")["elapsed_secs"].as_f64().unwrap() > 0.0);
    let data = json("data.json");
    // sha256 as stated in data/optdigits/README.md
    assert_eq!(
        data["target"]["files"][0]["sha256"],
        "e14c13239bb164bc101bb3a0a495b32884ad84e2ef8c1f8ec3a243b29e825e86"
    );
    assert_eq!(data["target"]["examples"], 1797);
    assert!(data["general"]["distinct_sources"].as_u64().unwrap() >= 14);
    // 64-128-128-10: by hand, activations before and behind each rectifier, batches of 128 numbers of 4 bytes
    let model = json("model.json");
    let weights = 64 * 128 + 128 * 128 + 128 * 10;
    let activations = 64 + 4 * 128 + 10;
    for (key, expected) in [
        ("parameters", weights + 128 + 128 + 10),
        ("multiply_adds", weights),
        ("activations", activations),
        ("activation_bytes_per_batch", activations * 128 * 4),
    ] {
        assert_eq!(model[key], expected, "{key}");
    }
    // the diagnosis can be read back as the type that it was written from
    serde_json::from_value::<plumb_diagnostics::Diagnosis>(report["diagnosis"].clone()).unwrap();
}

#[test]
fn without_a_terminal_progress_is_plain_lines_and_stdout_is_the_report() {
    let place = Workplace::new();
    let mut args = vec!["train", QUICKSTART, "--device", "cpu"];
    for setting in SHORT {
        args.extend(["--set", setting]);
    }
    let output = place.plumb(&args);
    let (talk, report) = (common::stderr(&output), common::stdout(&output));
    assert_eq!(
        talk.lines()
            .filter(|line| line.starts_with("epoch "))
            .count(),
        4
    );
    assert!(!talk.contains('\x1b') && !talk.contains('\r'));
    assert!(report.contains("Data mismatch stands in the way first: "));
    assert!(!report.contains('\x1b'));
}

#[test]
fn a_learning_rate_that_diverges_ends_the_run_and_names_the_step() {
    let place = Workplace::new();
    let mut args = vec!["train", QUICKSTART, "--device", "cpu", "--quiet"];
    let diverging = "optimizer={sgd={learning_rate=1e30}}";
    for setting in SHORT.iter().chain(&[diverging]) {
        args.extend(["--set", setting]);
    }
    let output = place.plumb(&args);
    assert_eq!(output.status.code(), Some(1));
    let error = common::stderr(&output);
    assert!(
        error.starts_with("error: the loss is ") && error.contains(" at step "),
        "{error}"
    );
}
