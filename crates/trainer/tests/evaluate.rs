//! `plumb evaluate` with the real binary: on the run's own sets, and on others.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{fmt::Write, fs, path::Path};

use common::{QUICKSTART, SHORT, Workplace, resuming::content, stderr, stdout};
use serde_json::Value;

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// What `plumb evaluate --json` prints.
fn evaluated(place: &Workplace, run: &Path, settings: &[&str]) -> Value {
    let mut args = vec![
        "evaluate",
        run.to_str().unwrap(),
        "--json",
        "--device",
        "cpu",
    ];
    args.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    let output = place.plumb(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The error that `plumb evaluate` ends with, without the names of temporary folders.
fn refused(place: &Workplace, run: &Path, settings: &[&str]) -> String {
    let mut args = vec!["evaluate", run.to_str().unwrap(), "--device", "cpu"];
    args.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    let output = place.plumb(&args);
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(output.stdout.is_empty());
    error.replace(place.runs().parent().unwrap().to_str().unwrap(), "PLACE")
}

/// The figures are those of the run, to the last digit, and the run stays as it was.
#[test]
fn the_runs_own_sets_measure_what_the_run_did() {
    let place = Workplace::new();
    let augmented = "data.augmentation={steps=[{shift={pixels=1}}]}";
    for more in [None, Some(augmented)] {
        let settings: Vec<&str> = SHORT.into_iter().chain(more).collect();
        let (_, run) = place.train(QUICKSTART, &settings);
        let before = content(&run);
        let again = evaluated(&place, &run, &[]);
        let report = read_json(&run.join("diagnosis.json"));
        for key in ["diagnosis", "human", "actions", "matters_share"] {
            assert_eq!(again[key], report[key], "{key}");
        }
        assert_eq!(again["notes"], Value::Array(Vec::new()));
        for set in ["train", "train-dev", "dev", "test"] {
            assert_eq!(again["sets"][set]["is_of_run"], true);
        }
        assert_eq!(content(&run), before, "the run is left as it is");

        let output = place.plumb(&["evaluate", run.to_str().unwrap(), "--device", "cpu"]);
        let text = stdout(&output);
        let ladder = &text[text.find("human  ").unwrap()..];
        let log = fs::read_to_string(run.join("train.log")).unwrap();
        assert!(log.contains(ladder), "{text}");
    }
}

/// Rows of the real digits, with the header.
fn digits(rows: std::ops::Range<usize>) -> String {
    let table = fs::read_to_string(common::root().join("data/optdigits/optdigits.csv")).unwrap();
    let mut lines = table.lines();
    let head = lines.next().unwrap();
    let rows: Vec<&str> = lines.skip(rows.start).take(rows.len()).collect();
    format!("{head}\n{}\n", rows.join("\n"))
}

/// Dev and test come from another table, named from another folder; train is still what was trained on.
#[test]
fn another_target_gives_another_dev_and_test() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let new = place.write("new.csv", digits(0..1000));
    let mut command = place.command(&["evaluate", run.to_str().unwrap(), "--json"]);
    command.args(["--device", "cpu", "--set", "data.target.csv.path=new.csv"]);
    command.current_dir(new.parent().unwrap());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let again: Value = serde_json::from_slice(&output.stdout).unwrap();
    let report = read_json(&run.join("diagnosis.json"));
    assert_eq!(
        again["diagnosis"]["rates"][1], report["diagnosis"]["rates"][1],
        "train"
    );
    for (set, is_of_run) in [
        ("train", true),
        ("train-dev", true),
        ("dev", false),
        ("test", false),
    ] {
        assert_eq!(again["sets"][set]["is_of_run"], is_of_run, "{set}");
    }
    assert_eq!(again["notes"][0], "dev and test are not those of the run");
    assert_eq!(again["sets"]["dev"]["n"], 500);
}

#[test]
fn without_the_train_set_there_is_no_train_error() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let again = evaluated(&place, &run, &["data.general.strokes.examples=2500"]);
    for set in ["train", "train-dev"] {
        assert_eq!(again["sets"][set], Value::Null, "{set}");
    }
    // The target's split does not depend on the general chunk: dev and test are those of the run.
    let report = read_json(&run.join("diagnosis.json"));
    let rates = report["diagnosis"]["rates"].as_array().unwrap();
    let expected = [&rates[0], &rates[3], &rates[4]];
    let found = again["diagnosis"]["rates"].as_array().unwrap();
    assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    assert_eq!(
        again["notes"][0],
        "train is not the set that the run was trained on, so only dev and test are shown"
    );
}

/// A table of two classes that a line divides widely, `n` rows from `first` on.
fn table(first: usize, n: usize) -> String {
    let mut text = "a,b,kind\n".to_owned();
    for i in first..first + n {
        let (sign, kind) = if i % 2 == 0 {
            (1.0, "up")
        } else {
            (-1.0, "down")
        };
        let a = sign * (3.0 + (i % 17) as f64 / 10.0) + i as f64 * 1e-4;
        writeln!(text, "{a},{},{kind}", -a / 2.0).unwrap();
    }
    text
}

fn config(place: &Workplace) -> String {
    let general = place.write("general.csv", table(0, 600));
    let target = place.write("target.csv", table(600, 400));
    place.write("third.csv", table(1000, 300));
    format!(
        "name = \"t\"\n[data.general.csv]\npath = {:?}\nlabel = \"kind\"\n\
         range = [-50, 50]\n\
         [data.target.csv]\npath = {:?}\nlabel = \"kind\"\nrange = [-50, 50]\n\
         [data.split]\ntrain_dev = 100\ndev = 100\ntest = 100\n\
         [model.mlp]\nhidden = [8]\n[optimizer.adam]\nlearning_rate = 1e-2\n\
         [train]\nepochs = 10\nbatch_size = 32\n",
        general.to_str().unwrap(),
        target.to_str().unwrap()
    )
}

/// Classes in another order are the same classes: were their indices compared, all would be wrong.
#[test]
fn classes_are_matched_by_name() {
    let place = Workplace::new();
    let path = place.write("t.toml", config(&place));
    let (report, run) = place.train(path.to_str().unwrap(), &[]);
    assert!(common::rate(&report, "dev") < 0.01);
    let order = "classes=[\"up\",\"down\"]";
    let settings = [
        format!("data.general.csv.{order}"),
        format!("data.target.csv.{order}"),
    ];
    let again = evaluated(&place, &run, &[&settings[0], &settings[1]]);
    assert_eq!(again["sets"]["dev"]["errors"], 0);
    assert_eq!(again["sets"]["test"]["errors"], 0);
}

#[test]
fn what_cannot_be_evaluated_says_why() {
    let place = Workplace::new();
    let path = place.write("t.toml", config(&place));
    let (_, run) = place.train(path.to_str().unwrap(), &[]);
    let path_of = |name: &str| place.runs().with_file_name(name).display().to_string();
    let check = |name: &str, settings: &[&str]| {
        let error = refused(&place, &run, settings);
        insta::assert_snapshot!(name, error);
    };
    check("another_model", &["model.mlp.hidden=[16]"]);
    check("another_training", &["train.epochs=3"]);
    check("another_normalization", &["data.normalization=none"]);
    check("unknown_key", &["data.split.devs=3"]);
    let wide = place.write(
        "wide.csv",
        table(0, 300)
            .replace("kind\n", "kind,c\n")
            .replace("up\n", "up,1\n")
            .replace("down\n", "down,1\n"),
    );
    let wide = format!("path={:?}", wide.to_str().unwrap());
    let both = |setting: &str| {
        [
            format!("data.general.csv.{setting}"),
            format!("data.target.csv.{setting}"),
        ]
    };
    let [general, target] = both(&wide);
    check(
        "another_shape",
        &[&general, &target, "data.split.allow=[\"identical\"]"],
    );
    let [general, target] = both("range=[-100,100]");
    check("another_range", &[&general, &target]);
    place.write("general.csv", table(0, 600).replace("up", "left"));
    place.write("target.csv", table(600, 400).replace("up", "left"));
    check("other_classes", &[]);

    // The run's own data is there again, with its chunks the other way round: dev was trained on.
    config(&place);
    let general = format!("data.general.csv.path={:?}", path_of("target.csv"));
    let target = format!("data.target.csv.path={:?}", path_of("general.csv"));
    let error = refused(&place, &run, &[&general, &target]);
    assert!(
        error.contains("are identical to examples of train (dev "),
        "{error}"
    );
    assert!(
        error.contains(", which the run was trained on; expected none"),
        "{error}"
    );
    // If it is gone, nobody knows.
    let third = format!("data.target.csv.path={:?}", path_of("third.csv"));
    fs::rename(path_of("general.csv"), path_of("moved.csv")).unwrap();
    let general = format!("data.general.csv.path={:?}", path_of("target.csv"));
    let again = evaluated(&place, &run, &[&general, &third]);
    assert_eq!(
        again["notes"][1],
        "warning: whether dev and test hold examples that the run was trained on is not known: \
         its own data can't be read any more"
    );
    let nowhere = place.runs().join("nowhere");
    insta::assert_snapshot!("no_run", refused(&place, &nowhere, &[]));
}
