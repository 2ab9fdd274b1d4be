//! `plumb reproduce`: experiments that say whether their claims held.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{fs, process::Output};

use common::{Workplace, stderr, stdout};
use serde_json::Value;

/// Two models on drawn Gaussians, whose Bayes error is Φ(−1) = 15.87 % (STATISTICS: Δ = 2).
const CONFIG: &str = r#"
name = "small"
seed = 3
[data]
normalization = "none"
[data.general.gaussian]
examples = 2_000
distance = 2
[data.target.gaussian]
examples = 2_000
distance = 2
[data.split]
train_dev = 500
dev = 500
test = 1_000
[model.linear]
[optimizer.adam]
learning_rate = 0.05
[train]
epochs = 3
batch_size = 100
[sweep]
seeds = 3
[sweep.variants]
linear = {}
deep = { "model" = { mlp = { hidden = [16] } } }
[short]
"sweep.seeds" = 2
[expect]
claimed_by = "Bayes"
text = "An optimal model makes {test(linear)}."
[expect.figure]
x = "variant"
y = ["train-dev", "test"]
"#;

fn reproduce(place: &Workplace, claims: &[&str], args: &[&str]) -> Output {
    let claims = claims
        .iter()
        .map(|claim| format!("[[expect.claims]]\ncheck = \"{claim}\"\n"));
    let config = place.write(
        "small.toml",
        format!("{CONFIG}{}", claims.collect::<String>()),
    );
    let runs = place.runs();
    let mut all = vec![
        "reproduce",
        config.to_str().unwrap(),
        "--quiet",
        "--device",
        "cpu",
    ];
    all.extend(["--runs-dir", runs.to_str().unwrap()]);
    all.extend(args);
    place.plumb(&all)
}

#[test]
fn claims_are_held_or_not_and_the_exit_code_says_so() {
    let place = Workplace::new();
    let right = "test(linear) is within 5%..30%";
    let output = reproduce(
        &place,
        &[right, "parameters(deep) > parameters(linear)"],
        &["--json"],
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["standing"], "held");
    assert_eq!(report["claims"][0]["check"], right);
    assert_eq!((&report["runs"], &report["seeds"]), (&6.into(), &3.into()));
    let measured = &report["claims"][0]["measured"][0];
    let mean = measured["mean"].as_f64().unwrap();
    assert!((0.05..0.30).contains(&mean), "{measured}");
    // The same again takes the runs that are there.
    let output = reproduce(&place, &[right, "test(linear) > 50%"], &[]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("1 of 2 claims held, 1 failed"),
        "{}",
        stderr(&output)
    );
    let text = stdout(&output);
    for part in [
        "held",
        "failed",
        "6 runs that were done before",
        "claimed by  Bayes",
        "An optimal model makes 1",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    let folder = place.runs().join("small");
    for (file, part) in [
        ("experiment.json", "\"format\": 2"),
        ("experiment.md", "**failed**"),
        ("figure.svg", "error rate on train-dev"),
    ] {
        assert!(
            fs::read_to_string(folder.join(file))
                .unwrap()
                .contains(part),
            "{file}"
        );
    }
    // A run's own config says nothing of sweeps and claims.
    let config = fs::read_to_string(folder.join("001-0001/config.toml")).unwrap();
    assert!(
        !config.contains("expect") && !config.contains("short"),
        "{config}"
    );
}

#[test]
fn the_short_form_is_another_directory() {
    let place = Workplace::new();
    let output = reproduce(&place, &["test(linear) < 60%"], &["--short", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["seeds"], &report["name"]),
        (&2.into(), &"small-short".into())
    );
    assert!(place.runs().join("small-short/experiment.md").exists());
}

#[test]
fn what_is_wrong_is_said_before_anything_is_trained() {
    let place = Workplace::new();
    let check = |claim: &str, parts: &[&str]| {
        let output = reproduce(&place, &[claim], &[]);
        assert_eq!(output.status.code(), Some(2), "{claim}");
        for part in parts {
            assert!(
                stderr(&output).contains(part),
                "{part}:\n{}",
                stderr(&output)
            );
        }
        assert!(!place.runs().exists());
    };
    check(
        "tets(linear) < 60%",
        &[
            "unknown function `tets`",
            "check = \"tets(linear) < 60%\"\n",
            "^^^^",
            "`test`",
        ],
    );
    check(
        "test(liner) < 60%",
        &["unknown variant `liner`", "`linear`"],
    );
    check("test() < 60%", &["`variant` is left open"]);
    check("test(linear) < ", &["expected a number"]);
}

#[test]
fn a_config_with_claims_is_trained_and_checked_as_any_other() {
    let place = Workplace::new();
    let config = place.write(
        "small.toml",
        format!("{CONFIG}[[expect.claims]]\ncheck = \"1 < 2\"\n"),
    );
    let output = place.plumb(&["check", config.to_str().unwrap(), "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let (report, _) = place.train(config.to_str().unwrap(), &["train.epochs=1"]);
    assert_eq!(report["name"], "small");
}

#[test]
fn decompositions_are_claimed_about_by_the_names_of_their_parts() {
    let place = Workplace::new();
    let config = CONFIG
        .replace("seeds = 3", "seeds = 1")
        .replace("y = [\"train-dev\", \"test\"]", "y = \"textbook_bias\"");
    let config = config.replace("{test(linear)}", "{textbook_bias(linear)}");
    let claims = "[expect.procedure.decompose]\ntrainings = 5\n[[expect.claims]]\n\
                  check = \"mean_error(linear) is within 8%..25%\"\n[[expect.claims]]\n\
                  check = \"textbook_variance(deep) < 20%\"\n";
    let config = place.write("many.toml", format!("{config}{claims}"));
    let runs = place.runs();
    let args = [
        "reproduce",
        config.to_str().unwrap(),
        "--quiet",
        "--json",
        "--runs-dir",
        runs.to_str().unwrap(),
    ];
    let output = place.plumb(&args);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
}
