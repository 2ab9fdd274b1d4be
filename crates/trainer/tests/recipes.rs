//! Optimizers, schedules and losses together, in whole trainings with the real binary on the CPU.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{fs, path::Path};

use common::{QUICKSTART, SHORT, Workplace, checkpoint, metrics, rate, stderr};
use serde_json::Value;

/// Everything at once.
const RECIPE: [&str; 7] = [
    "optimizer={adamw={learning_rate=0.003}}",
    "schedule={warmup_steps=10,one_cycle={}}",
    "loss.label_smoothing=0.1",
    "loss.class_weights=balanced",
    "train.clip_norm=1.0",
    "train.mixup=0.2",
    "data.split.target_in_train=300",
];

fn recipe<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&SHORT[..], &RECIPE, more].concat()
}

fn weights(run: &Path) -> Vec<u8> {
    fs::read(checkpoint(run, "last").join("model.bpk")).unwrap()
}

/// Ten classes that come about equally often: guessing is wrong 90 times of 100, and drawn digits are
/// easy (without any of this they are learned to below 1 %).
#[test]
fn a_recipe_of_everything_trains_and_repeats_to_the_byte() {
    let place = Workplace::new();
    let (report, first) = place.train(QUICKSTART, &recipe(&[]));
    let (_, again) = place.train(QUICKSTART, &recipe(&[]));
    assert!(rate(&report, "train") < 0.1, "{report}");
    assert!(rate(&report, "train-dev") < 0.15, "{report}");
    assert_eq!(metrics(&first), metrics(&again));
    assert_eq!(weights(&first), weights(&again));

    // Each part has an effect.
    for without in [
        "schedule={one_cycle={}}",
        "schedule={warmup_steps=10}",
        "loss.label_smoothing=0",
        "loss.class_weights={0=1}",
        "train.clip_norm=1e9",
        "train.mixup=0",
        "optimizer={adam={learning_rate=0.003}}",
    ] {
        let (_, other) = place.train(QUICKSTART, &recipe(&[without]));
        assert_ne!(weights(&first), weights(&other), "{without}");
    }
}

/// The resolved config holds every key of the recipe, and gives the same run and the same config again.
#[test]
fn a_recipe_starts_again_from_its_resolved_config() {
    let place = Workplace::new();
    let (_, first) = place.train(QUICKSTART, &recipe(&[]));
    let resolved = first.join("config.toml");
    let (_, again) = place.train(resolved.to_str().unwrap(), &[]);
    assert_eq!(weights(&first), weights(&again));
    let text = fs::read_to_string(&resolved).unwrap();
    assert_eq!(text, fs::read_to_string(again.join("config.toml")).unwrap());
    for key in [
        "[optimizer.adamw]",
        "weight_decay = 0.01",
        "warmup_steps = 10",
        "[schedule.one_cycle]",
        "pct_start = 0.3",
        "label_smoothing = 0.1",
        "class_weights = \"balanced\"",
        "clip_norm = 1.0",
        "mixup = 0.2",
    ] {
        assert!(text.contains(key), "{key} is not in {text}");
    }
}

/// A set that stays on the device and one that is streamed give the same batches, mixed alike.
#[test]
fn streamed_batches_are_mixed_and_weighted_as_resident_ones() {
    let place = Workplace::new();
    let (_, resident) = place.train(QUICKSTART, &recipe(&[]));
    let cache = place.runs().with_file_name("cache");
    let cache = format!("data.cache={cache:?}");
    let mut streaming = recipe(&["data.memory_budget=50kB"]);
    streaming.push(&cache);
    let (_, streamed) = place.train(QUICKSTART, &streaming);
    assert_eq!(metrics(&resident), metrics(&streamed));
    assert_eq!(weights(&resident), weights(&streamed));
}

/// A run without its last checkpoint is one that was killed before it: the optimizer's means, the schedule
/// and what is drawn for mixup go on from the middle of an epoch in another process.
#[test]
fn a_resumed_recipe_ends_with_the_same_bytes() {
    let place = Workplace::new();
    for optimizer in [
        "optimizer={adamw={learning_rate=0.003}}",
        "optimizer={sgd={learning_rate=0.05,momentum=0.9,nesterov=true}}",
    ] {
        let settings = recipe(&[optimizer, "checkpoint.every_steps=10"]);
        let (_, whole) = place.train(QUICKSTART, &settings);
        let (expected, measured) = (weights(&whole), metrics(&whole));
        fs::remove_dir_all(checkpoint(&whole, "last")).unwrap();
        let output = place.plumb(&["resume", whole.to_str().unwrap(), "--json", "--quiet"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let resumed = Path::new(report["run"].as_str().unwrap());
        assert_ne!(resumed, whole);
        assert_eq!(weights(resumed), expected, "{optimizer}");
        assert_eq!(metrics(resumed), measured, "{optimizer}");
    }
}

/// Each of the optimizers and schedules with its defaults, at a usual rate.
#[test]
fn every_optimizer_and_schedule_trains() {
    let place = Workplace::new();
    for (optimizer, schedule) in [
        (
            "optimizer={sgd={learning_rate=0.05,momentum=0.9,nesterov=true,weight_decay=1e-4}}",
            "schedule={warmup_epochs=0.5,cosine={}}",
        ),
        (
            "optimizer={adamw={learning_rate=0.003}}",
            "schedule={step={milestones=[2,3]}}",
        ),
        (
            "optimizer={adam={learning_rate=0.003}}",
            "schedule={step={every_epochs=2}}",
        ),
    ] {
        let settings = [&SHORT[..], &[optimizer, schedule]].concat();
        let (report, run) = place.train(QUICKSTART, &settings);
        assert!(rate(&report, "train") < 0.1, "{optimizer} {schedule}");
        let rates: Vec<f64> = metrics(&run)
            .iter()
            .filter(|metric| metric["set"] == "dev")
            .filter_map(|metric| metric["learning_rate"].as_f64())
            .collect();
        assert_eq!(rates.len(), 4);
        let falls = rates.first() > rates.last();
        assert!(falls, "{schedule}: {rates:?}");
    }
}
