//! A forest in place of a network: an ordinary run, and clear words where only a network will do.

mod common;

use std::{fs, path::Path};

use common::{QUICKSTART, SHORT, Workplace, metrics, rate, stderr, stdout};
use serde_json::Value;

/// A forest of few trees on 2,500 digits.
const FOREST: [&str; 4] = [SHORT[0], SHORT[1], SHORT[2], "model={forest={trees=20}}"];

const SETS: [&str; 4] = ["train", "train-dev", "dev", "test"];

/// Trees that grow until their leaves are pure have seen two thirds of the training examples each, so nearly no
/// vote on those is lost; a guess among ten classes is wrong in 90 %.
#[test]
fn a_forest_is_an_ordinary_run() {
    let place = Workplace::new();
    let (report, run) = place.train(QUICKSTART, &FOREST);
    assert!(rate(&report, "train") < 0.01);
    assert!(rate(&report, "train") < rate(&report, "train-dev"));
    assert!(rate(&report, "train-dev") < 0.2);
    assert!(rate(&report, "dev") < 0.8);
    for file in ["config.toml", "environment.json", "data.json", "model.json"] {
        assert!(run.join(file).is_file(), "{file}");
    }
    let lines = metrics(&run);
    assert_eq!(lines.len(), 4);
    for (line, set) in lines.iter().zip(SETS) {
        assert_eq!((&line["set"], &line["epoch"]), (&set.into(), &1.into()));
        assert_eq!(line["error_rate"], rate(&report, set), "{set}");
        assert!(line["loss"].as_f64().unwrap() > 0.0);
    }
    // Nothing that only a network could do.
    for action in report["actions"].as_array().unwrap() {
        let set = action["set"].as_str().unwrap_or_default();
        let of_network = ["model", "train", "optimizer", "schedule", "loss"];
        assert!(
            !of_network.iter().any(|table| set.starts_with(table)),
            "{set}"
        );
    }

    let run = run.to_str().unwrap();
    let again = place.plumb(&["diagnose", run, "--json"]);
    assert!(again.status.success(), "{}", stderr(&again));
    let again: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(again["diagnosis"]["rates"], report["diagnosis"]["rates"]);
    let text = stdout(&place.plumb(&["diagnose", run]));
    assert!(text.contains("a forest, judged again"), "{text}");
    assert!(!text.contains("epoch"), "{text}");
}

#[test]
fn the_same_seed_grows_the_same_forest_on_any_number_of_threads() {
    let place = Workplace::new();
    let grow = |threads: &str, seed: &str| {
        let runs = place.runs().join(threads).join(seed);
        let mut args = vec!["train", QUICKSTART, "--quiet", "--device", "cpu"];
        args.extend(["--runs-dir", runs.to_str().unwrap(), "--set", seed]);
        for setting in FOREST {
            args.extend(["--set", setting]);
        }
        let mut command = place.command(&args);
        let output = command.env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let run = runs.join("quickstart-0001");
        let bytes = |file: &Path| fs::read(run.join(file)).unwrap();
        [
            bytes(Path::new("metrics.jsonl")),
            bytes(Path::new("predictions/dev.csv")),
        ]
    };
    let one = grow("1", "seed=7");
    assert_eq!(one, grow("3", "seed=7"));
    assert_ne!(one, grow("1", "seed=8"));
}

#[test]
fn what_takes_a_network_refuses_a_forest() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &FOREST);
    let run = run.to_str().unwrap();
    let input = "data/optdigits/optdigits.csv";
    let mut find_lr = vec!["find-lr", QUICKSTART];
    let mut decompose = vec!["decompose", QUICKSTART, "--trainings", "2"];
    let mut bench = vec!["bench", QUICKSTART];
    for command in [&mut find_lr, &mut decompose, &mut bench] {
        for setting in FOREST {
            command.extend(["--set", setting]);
        }
    }
    let commands: [&[&str]; 8] = [
        &["resume", run],
        &["evaluate", run],
        &["predict", run, input],
        &["export", run, "--format", "safetensors"],
        &["train", QUICKSTART, "--init-from", run],
        &find_lr,
        &decompose,
        &bench,
    ];
    for command in commands {
        let output = place.plumb(command);
        let error = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {error}");
        let refused = "this takes a network, and [model.forest] is none";
        assert!(error.contains(refused), "{command:?}: {error}");
    }
}

#[test]
fn one_class_alone_is_refused_before_a_run_is_made() {
    let place = Workplace::new();
    let zeros = "data.general.convert={classes=[\"0\"],drop_other_classes=true}";
    let target = "data.target.convert={classes=[\"0\"],drop_other_classes=true}";
    let small = [
        "data.split.train_dev=50",
        "data.split.dev=50",
        "data.split.test=50",
    ];
    let settings = [&FOREST[..], &[zeros, target], &small].concat();
    let mut args = vec!["train", QUICKSTART, "--quiet", "--device", "cpu"];
    for setting in &settings {
        args.extend(["--set", setting]);
    }
    let output = place.plumb(&args);
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(
        error.contains("all training examples are of one class"),
        "{error}"
    );
    assert!(!place.runs().exists());
}
