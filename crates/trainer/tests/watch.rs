//! Warnings of a run that is wasted, and the end of one that diverges, with the real binary on the CPU.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::fs;

use common::{QUICKSTART, Workplace, stderr};

/// What a run, or one that goes on, says on stderr.
fn talk(place: &Workplace, args: &[&str], overrides: &[&str]) -> String {
    let mut args = [args, &["--device", "cpu"]].concat();
    for setting in overrides {
        args.extend(["--set", setting]);
    }
    let output = place.plumb(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    stderr(&output)
}

fn count(text: &str, words: &str) -> usize {
    text.matches(words).count()
}

const DEAD: &str = "nothing has been learned";
const DIVERGES: &str = "training diverges";
const ONE_CLASS: &str = "predictions on dev are";

#[test]
fn a_rate_far_too_low_is_a_dead_loss_said_once_and_kept_in_the_log() {
    let place = Workplace::new();
    let low = ["optimizer={sgd={learning_rate=1e-9}}", "train.epochs=5"];
    let said = talk(&place, &["train", QUICKSTART], &low);
    assert_eq!(count(&said, DEAD), 1, "{said}");
    assert_eq!(count(&said, DIVERGES), 0, "{said}");
    let log = fs::read_to_string(place.runs().join("quickstart-0001/train.log")).unwrap();
    assert_eq!(count(&log, DEAD), 1);
}

#[test]
fn a_rate_that_makes_the_loss_leap_up_diverges() {
    let place = Workplace::new();
    let high = [
        "optimizer={sgd={learning_rate=0.5,momentum=0.9}}",
        "train.epochs=6",
    ];
    let said = talk(&place, &["train", QUICKSTART], &high);
    assert_eq!(count(&said, DIVERGES), 1, "{said}");
    assert_eq!(count(&said, DEAD), 0, "{said}");
}

/// Both classes have the same inputs, and four in five examples are of one.
#[test]
fn inputs_that_say_nothing_end_in_one_class() {
    let place = Workplace::new();
    let config = place.write(
        "nothing.toml",
        r#"
        name = "nothing"
        [data.general.gaussian]
        examples = 8000
        distance = 0
        class_shares = [0.8, 0.2]
        [data.target.gaussian]
        examples = 2000
        distance = 0
        class_shares = [0.8, 0.2]
        [data.split]
        train_dev = 1000
        dev = 500
        test = 500
        [model.mlp]
        hidden = [16]
        [optimizer.adam]
        learning_rate = 1e-3
        [train]
        epochs = 6
        batch_size = 64
        "#,
    );
    let said = talk(&place, &["train", config.to_str().unwrap()], &[]);
    assert_eq!(count(&said, ONE_CLASS), 1, "{said}");
    assert_eq!(count(&said, "loss.class_weights=balanced"), 1, "{said}");
}

#[test]
fn a_good_run_is_not_warned_of() {
    let place = Workplace::new();
    let said = talk(&place, &["train", QUICKSTART], &["train.epochs=6"]);
    for words in [DEAD, DIVERGES, ONE_CLASS] {
        assert_eq!(count(&said, words), 0, "{said}");
    }
}

/// The second epoch brings the warning: whether the run is ended before it or behind it, there is one in all.
#[test]
fn a_resumed_run_neither_warns_twice_nor_not_at_all() {
    for (epochs, expected) in [("train.epochs=1", [0, 1]), ("train.epochs=2", [1, 0])] {
        let place = Workplace::new();
        let low = ["optimizer={sgd={learning_rate=1e-9}}", epochs];
        let first = talk(&place, &["train", QUICKSTART], &low);
        let run = place.runs().join("quickstart-0001");
        let run = run.to_str().unwrap();
        let second = talk(&place, &["resume", run], &["train.epochs=4"]);
        assert_eq!(
            [count(&first, DEAD), count(&second, DEAD)],
            expected,
            "{second}"
        );
    }
}

#[test]
fn a_run_that_leaves_the_numbers_says_what_helps() {
    let place = Workplace::new();
    // Up to 1.0 in the first epoch, which is low enough; then ever higher.
    let rising = [
        "--set",
        "optimizer={sgd={learning_rate=10.0}}",
        "--set",
        "schedule.warmup_epochs=10",
    ];
    let args = ["train", QUICKSTART, "--device", "cpu", "--quiet"];
    let output = place.plumb(&[&args[..], &rising].concat());
    assert_eq!(output.status.code(), Some(1));
    let error = stderr(&output);
    for words in [
        "error: the loss is NaN at step ",
        "hint: ",
        "--set optimizer.sgd.learning_rate=0.1",
        "--set train.clip_norm=1",
        "plumb resume ",
    ] {
        assert!(error.contains(words), "{words}: {error}");
    }
    // What it says to do is possible, from the checkpoint that it names.
    let run = place.runs().join("quickstart-0001");
    let lower = ["optimizer.sgd.learning_rate=0.1", "train.epochs=11"];
    talk(&place, &["resume", run.to_str().unwrap()], &lower);
}
