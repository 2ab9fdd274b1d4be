//! `plumb diagnose`: figures from anywhere, and runs looked at again.

mod common;

use common::{Workplace, gap, rate, stderr, stdout};
use serde_json::Value;

/// What it prints as JSON.
fn diagnosed(place: &Workplace, args: &[&str]) -> Value {
    let args = [&["diagnose", "--json"], args].concat();
    let output = place.plumb(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What it prints for people.
fn told(place: &Workplace, args: &[&str]) -> String {
    let output = place.plumb(&[&["diagnose"], args].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output)
}

/// The error text of input that it refuses, with exit code 2.
fn refused(place: &Workplace, args: &[&str]) -> String {
    let output = place.plumb(&[&["diagnose"], args].concat());
    assert_eq!(
        output.status.code(),
        Some(2),
        "{args:?}: {}",
        stderr(&output)
    );
    assert_eq!(stdout(&output), "");
    stderr(&output)
}

/// The command of the issue. Human 1, train 8: bias 7 points, first.
const FLAGS: [&str; 16] = [
    "--human",
    ".01",
    "--train",
    ".08",
    "--train-dev",
    ".085",
    "--dev",
    ".10",
    "--test",
    ".10",
    "--n-train-dev",
    "1000",
    "--n-dev",
    "1000",
    "--n-test",
    "1000",
];

#[test]
fn figures_on_the_command_line() {
    let place = Workplace::new();
    let report = diagnosed(&place, &FLAGS);
    assert_eq!(report["diagnosis"]["first"], "avoidable-bias");
    assert!((gap(&report, "avoidable-bias")["size"].as_f64().unwrap() - 0.07).abs() < 1e-12);
    assert!((rate(&report, "dev") - 0.1).abs() < 1e-12);
    insta::assert_snapshot!("flags", told(&place, &FLAGS));
}

/// Ng's numbers without train-dev: human 14, train 15, dev 30 are bias 1 and variance or mismatch 15.
#[test]
fn what_can_t_be_told_apart_is_named() {
    let place = Workplace::new();
    let ng = ["--human", ".14", "--train", ".15", "--dev", ".30"];
    insta::assert_snapshot!("no_train_dev", told(&place, &ng));
    let only_dev = ["--human", ".01", "--dev", ".1", "--n-dev", "500"];
    insta::assert_snapshot!("only_dev", told(&place, &only_dev));
}

#[test]
fn a_model_better_than_people() {
    let place = Workplace::new();
    let better = [
        "--human",
        ".10",
        "--train",
        ".01",
        "--train-dev",
        ".02",
        "--n-train-dev",
        "2000",
        "--dev",
        ".03",
        "--n-dev",
        "2000",
    ];
    insta::assert_snapshot!("better_than_human", told(&place, &better));
}

#[test]
fn a_file_of_figures_says_the_same_as_flags() {
    let place = Workplace::new();
    let file = place.write(
        "figures.json",
        r#"{"human": {"typical": 0.05, "expert": 0.01}, "train": 0.08,
            "train_dev": {"errors": 85, "n": 1000}, "dev": {"error_rate": 0.1, "n": 1000},
            "test": {"errors": 100, "error_rate": 0.1, "n": 1000}}"#,
    );
    let of_file = diagnosed(&place, &[file.to_str().unwrap()]);
    let of_flags = diagnosed(&place, &FLAGS);
    assert_eq!(of_file["diagnosis"], of_flags["diagnosis"]);
    // A flag lies over the file: with human 7.5 % the bias is half a point, and the rest comes first.
    let overlaid = diagnosed(&place, &[file.to_str().unwrap(), "--human", ".075"]);
    assert_eq!(overlaid["diagnosis"]["first"], "data-mismatch");
}

/// The schema that is published takes the file above, and says what it holds.
#[test]
fn the_schema_names_every_key() {
    let place = Workplace::new();
    let output = place.plumb(&["diagnose", "--schema"]);
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    let keys = schema["properties"].as_object().unwrap();
    for key in [
        "human",
        "human_general",
        "train",
        "train_dev",
        "dev",
        "test",
        "confidence",
    ] {
        assert!(keys.contains_key(key), "{key}");
    }
}

/// 40 lines: dev wrong on 6 of 20, all of them on writer `b`'s 10.
fn predictions() -> String {
    let mut csv = String::from("set,label,predicted,writer\n");
    for at in 0..20 {
        let label = ["cat", "dog"][at % 2];
        csv.push_str(&format!("train,{label},{label},a\n"));
        let writer = if at < 10 { "a" } else { "b" };
        let predicted = if (10..16).contains(&at) { "cow" } else { label };
        csv.push_str(&format!("dev,{label},{predicted},{writer}\n"));
    }
    csv
}

#[test]
fn a_table_of_predictions_is_counted_and_sliced() {
    let place = Workplace::new();
    let file = place.write("predictions.csv", predictions());
    let path = file.to_str().unwrap();
    let report = diagnosed(&place, &[path, "--human", "0"]);
    assert!((rate(&report, "dev") - 0.3).abs() < 1e-12);
    let worst = &report["error_analysis"]["slices"]["slices"][0];
    assert_eq!(
        (&worst["tag"], &worst["value"]),
        (&"writer".into(), &"b".into())
    );
    assert!((worst["ceiling"].as_f64().unwrap() - 0.3).abs() < 1e-12); // all 6 of 20
    insta::assert_snapshot!("predictions", told(&place, &[path, "--human", "0"]));
}

#[test]
fn several_seeds_are_a_mean() {
    let place = Workplace::new();
    let mut csv = String::from("set,label,predicted,seed,example\n");
    for (seed, wrong) in [(1, 2), (2, 4), (3, 3)] {
        for at in 0..40 {
            let label = ["cat", "dog"][at % 2];
            let predicted = if at < wrong { "cow" } else { label };
            csv.push_str(&format!("dev,{label},{predicted},{seed},{at}\n"));
        }
    }
    let file = place.write("seeds.csv", csv);
    let report = diagnosed(&place, &[file.to_str().unwrap()]);
    assert_eq!(report["diagnosis"]["seeds"]["n"], 3);
    assert!((rate(&report, "dev") - 3.0 / 40.0).abs() < 1e-12); // the mean of 2, 3 and 4 of 40
    let text = told(&place, &[file.to_str().unwrap(), "--human", "0.01"]);
    assert!(
        text.contains("crossed over 3 seeds and the examples"),
        "{text}"
    );
}

#[test]
fn raters_labels_give_the_human_level() {
    let place = Workplace::new();
    let mut csv = String::from("example,rater,label,group,truth\n");
    for at in 0..20 {
        let truth = ["cat", "dog"][at % 2];
        for (rater, group, wrong) in [("ann", "experts", 1), ("bob", "experts", 2), ("eve", "", 5)]
        {
            let said = if at < wrong { "cow" } else { truth };
            csv.push_str(&format!("{at},{rater},{said},{group},{truth}\n"));
        }
    }
    let file = place.write("raters.csv", csv);
    let args = [
        "--raters",
        file.to_str().unwrap(),
        "--train",
        ".08",
        "--dev",
        ".10",
        "--n-dev",
        "1000",
    ];
    // ann errs once in 20.
    assert!((rate(&diagnosed(&place, &args), "human") - 0.05).abs() < 1e-12);
    insta::assert_snapshot!("raters", told(&place, &args));
}

#[test]
fn what_is_wrong_is_said_and_exits_with_2() {
    let place = Workplace::new();
    let mut texts = String::new();
    let mut check = |args: &[&str]| {
        let shown = args
            .join(" ")
            .replace(place.runs().parent().unwrap().to_str().unwrap(), "PLACE");
        let error = refused(&place, args);
        let error = error.replace(place.runs().parent().unwrap().to_str().unwrap(), "PLACE");
        texts.push_str(&format!("plumb diagnose {shown}\n{error}\n"));
    };
    check(&[]);
    check(&["--dev", "10", "--n-dev", "100"]);
    check(&["--dev", "nan", "--n-dev", "100"]);
    check(&["--dev", ".1", "--n-dev", "0"]);
    check(&["--dev", ".123", "--n-dev", "10"]);
    check(&["--n-dev", "10"]);
    check(&["--human", "5", "--dev", ".1"]);
    check(&["--dev", ".1", "--confidence", "95"]);
    check(&["--dev", ".1", "--matters-share", "2"]);
    check(&["--dev", ".1", "--against", "runs/a-0001"]);
    check(&["nowhere.csv"]);
    check(&["nowhere.csv", "nowhere.json"]);
    let files = [
        ("empty.json", ""),
        ("percent.json", r#"{"dev": 10}"#),
        ("unknown.json", r#"{"devv": 0.1}"#),
        (
            "contradiction.json",
            r#"{"dev": {"errors": 3, "n": 10, "error_rate": 0.5}}"#,
        ),
        ("empty.csv", ""),
        ("header.csv", "set,label,predicted\n"),
        ("no_set.csv", "label,predicted\na,b\n"),
        ("unknown_set.csv", "set,label,predicted\nvalidation,a,b\n"),
        ("one_class.csv", "set,label,predicted\ndev,a,a\ndev,a,a\n"),
        ("short.csv", "set,label,predicted\ndev,a\n"),
        (
            "probability.csv",
            "set,label,predicted,probability\ndev,a,b,nan\n",
        ),
        ("twice.csv", "set,label,label,predicted\ndev,a,a,b\n"),
        (
            "seeds.csv",
            "set,label,predicted,seed\ndev,a,b,1\ndev,b,b,2\ntrain,a,a,1\n",
        ),
        ("other.txt", "dev 10 %"),
    ];
    for (name, content) in files {
        let path = place.write(name, content);
        check(&[path.to_str().unwrap()]);
    }
    let raters = place.write("raters.csv", "example,rater,label\n1,a,x\n1,a,y\n");
    check(&["--raters", raters.to_str().unwrap(), "--dev", ".1"]);
    insta::assert_snapshot!("refused", texts);
}
