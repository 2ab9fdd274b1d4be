//! `plumb diagnose`: figures from anywhere, and runs looked at again.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::fmt::Write;

use common::{QUICKSTART, SHORT, Workplace, gap, rate, stderr, stdout};
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
    let root = common::root().canonicalize().unwrap();
    stderr(&output).replace(root.to_str().unwrap(), "ROOT")
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

/// The schema that is published is the one that the program prints.
#[test]
fn the_published_schema_is_up_to_date() {
    let place = Workplace::new();
    let output = place.plumb(&["diagnose", "--schema"]);
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    let published = common::root().join("crates/trainer/schemas/figures.schema.json");
    let published: Value = serde_json::from_slice(&std::fs::read(published).unwrap()).unwrap();
    assert_eq!(schema, published);
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

/// The figures in the guide, which `crates/diagnostics/examples/from_scikit_learn.py` wrote with
/// scikit-learn 1.9.1: dev 42 / 248, train-dev 16 / 400.
#[test]
fn the_guide_s_figures_are_diagnosed() {
    let place = Workplace::new();
    let chapter = common::root().join("crates/trainer/guide/09-any-model.md");
    let chapter = std::fs::read_to_string(chapter).unwrap();
    let json = chapter
        .split("```json figures.json")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let file = place.write("figures.json", json);
    let report = diagnosed(&place, &[file.to_str().unwrap()]);
    assert_eq!(report["diagnosis"]["first"], "data-mismatch");
    let size = gap(&report, "data-mismatch")["size"].as_f64().unwrap();
    assert!((size - (42.0 / 248.0 - 16.0 / 400.0)).abs() < 1e-12);
}

/// 40 lines: dev wrong on 6 of 20, all of them on writer `b`'s 10.
fn predictions() -> String {
    let mut csv = String::from("set,label,predicted,writer\n");
    for at in 0..20 {
        let label = ["cat", "dog"][at % 2];
        writeln!(csv, "train,{label},{label},a").unwrap();
        let writer = if at < 10 { "a" } else { "b" };
        let predicted = if (10..16).contains(&at) { "cow" } else { label };
        writeln!(csv, "dev,{label},{predicted},{writer}").unwrap();
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
            writeln!(csv, "dev,{label},{predicted},{seed},{at}").unwrap();
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
            writeln!(csv, "{at},{rater},{said},{group},{truth}").unwrap();
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
        writeln!(texts, "plumb diagnose {shown}\n{error}").unwrap();
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

/// Two trainings of one split: what the second changed, and what both have used up.
#[test]
fn a_run_is_looked_at_again_and_held_against_an_older_one() {
    let place = Workplace::new();
    let (_, old) = place.train(QUICKSTART, &SHORT);
    let mixed = [&SHORT[..], &["data.split.target_in_train=700"]].concat();
    let (trained, new) = place.train(QUICKSTART, &mixed);
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());

    let report = diagnosed(&place, &[new, "--against", old]);
    assert_eq!(report["diagnosis"], trained["diagnosis"]);
    assert_eq!(report["actions"], trained["actions"]);

    let change = &report["change"];
    assert_eq!(change["taken"][0]["remedy"], "mix-in-target");
    assert_eq!(change["taken"][0]["is_as_proposed"], false); // 797 were proposed
    assert_eq!(change["outcome"], "as-promised");
    let paired = &change["dev"]["paired"];
    assert_eq!(paired["counts"]["n"], 500);
    assert!(paired["interval"]["high"].as_f64().unwrap() < 0.0);
    let mut gaps = change["gaps"].as_array().unwrap().iter();
    let mismatch = gaps.find(|gap| gap["gap"] == "data-mismatch").unwrap();
    assert!(mismatch["promised_at_most"].as_f64().unwrap() > 0.0);

    // Mixed in are 700 of 2,500 in train and train-dev together: general and target are told apart.
    let cells = report["ng_table"]["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 5, "{cells:?}"); // human on general is not known
    let used_up = &report["used_up"];
    assert_eq!(used_up["dev"]["trainings"], 2);
    assert_eq!(used_up["test"]["recipes"], 2);
    assert_eq!(
        used_up["best_of_runs"]["names"].as_array().unwrap().len(),
        2
    );
    assert!(
        used_up["warnings"][0]
            .as_str()
            .unwrap()
            .contains("2 different configs")
    );
    assert_eq!(report["mismatch_test"]["found"]["verdict"], "different");
    let listed = report["error_analysis"]["mistakes"].as_array().unwrap();
    let of_eye = &report["error_analysis"]["eyeball"];
    assert_eq!(
        listed.len() as u64,
        of_eye["seen"]["errors"].as_u64().unwrap()
    );

    let text = told(&place, &[new, "--against", old]);
    for part in [
        "judged again",
        "Against ",
        "general data",
        "look different",
        "Dev was measured 8 times in 2 trainings",
        "Worst slices",
        "For the eye",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    // The other way round the change did not help.
    let report = diagnosed(&place, &[old, "--against", new]);
    assert_eq!(report["change"]["outcome"], "not-better");
}

#[test]
fn a_figure_on_the_command_line_judges_a_run_anew() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let run = run.to_str().unwrap();
    let report = diagnosed(&place, &[run, "--human", "0", "--confidence", "0.5"]);
    assert!(rate(&report, "human").abs() < 1e-12);
    assert!(gap(&report, "avoidable-bias")["size"].as_f64().unwrap() >= 0.0);
    let narrow = gap(&report, "data-mismatch")["interval"].clone();
    let wide = gap(&diagnosed(&place, &[run]), "data-mismatch")["interval"].clone();
    assert!(narrow["low"].as_f64().unwrap() > wide["low"].as_f64().unwrap());
    let error = refused(&place, &[run, "--dev", "0.1"]);
    assert!(error.contains("a run has its own error rates"), "{error}");
}

#[test]
fn runs_of_one_recipe_are_a_mean_over_seeds() {
    let place = Workplace::new();
    let runs: Vec<_> = ["seed=1", "seed=2", "seed=3"]
        .iter()
        .map(|seed| place.train(QUICKSTART, &[&SHORT[..], &[seed]].concat()))
        .collect();
    let paths: Vec<&str> = runs.iter().map(|(_, run)| run.to_str().unwrap()).collect();
    let report = diagnosed(&place, &paths);
    let mean = runs
        .iter()
        .map(|(report, _)| rate(report, "dev"))
        .sum::<f64>()
        / 3.0;
    assert!((rate(&report, "dev") - mean).abs() < 1e-12);
    assert_eq!(report["diagnosis"]["first"], "data-mismatch");
    assert_eq!(report["diagnosis"]["seeds"]["n"], 3);
    assert_eq!(report["shared_sets"].as_array().unwrap().len(), 0); // each seed splits anew

    let twice = refused(&place, &[paths[0], paths[0]]);
    assert!(twice.contains("have the same seed, 1"), "{twice}");
    let (_, other) = place.train(QUICKSTART, &[&SHORT[..], &["train.batch_size=64"]].concat());
    let other = refused(&place, &[paths[0], other.to_str().unwrap()]);
    assert!(
        other.contains("differs from") && other.contains("train.batch_size"),
        "{other}"
    );
}

/// 19 of 20 right: the human level of a run comes from the file that its config names, on general data too.
#[test]
fn a_config_takes_raters_labels() {
    let place = Workplace::new();
    let mut csv = String::from("example,rater,label,truth\n");
    for at in 0..20 {
        let truth = at % 2;
        let said = if at == 0 { 1 } else { truth };
        writeln!(csv, "{at},ann,{said},{truth}").unwrap();
    }
    let file = place.write("raters.csv", csv);
    let labels = format!(
        "human={{labels={:?},general={{error=0.01}}}}",
        file.to_str().unwrap()
    );
    let (report, run) = place.train(QUICKSTART, &[&SHORT[..], &[&labels]].concat());
    assert!((rate(&report, "human") - 0.01).abs() < 1e-12); // general is the foot
    assert_eq!(report["human"]["target_study"]["chosen"]["name"], "ann");
    std::fs::remove_file(&file).unwrap();
    let again = diagnosed(&place, &[run.to_str().unwrap()]);
    assert_eq!(again["human"], report["human"]);

    let output = place.plumb(&["train", QUICKSTART, "--set", &labels]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("raters.csv"),
        "{}",
        stderr(&output)
    );
    assert!(!place.runs().join("quickstart-0002").exists());
}

#[test]
fn a_run_that_is_not_finished_or_damaged_is_named() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let path = run.to_str().unwrap();
    let dev = run.join("predictions/dev.csv");
    let whole = std::fs::read_to_string(&dev).unwrap();
    let cut: Vec<&str> = whole.lines().take(100).collect();
    std::fs::write(&dev, cut.join("\n")).unwrap();
    let error = refused(&place, &[path]);
    assert!(
        error.contains("dev.csv has 99 lines of examples; data.json says 500"),
        "{error}"
    );
    std::fs::write(&dev, "").unwrap();
    assert!(refused(&place, &[path]).contains("the file is empty"));
    std::fs::write(&dev, whole).unwrap();
    std::fs::write(run.join("mismatch_test.json"), "{").unwrap();
    assert!(refused(&place, &[path]).contains("mismatch_test.json"));
    std::fs::remove_file(run.join("diagnosis.json")).unwrap();
    assert!(refused(&place, &[path]).contains("is not finished"));
}

/// Two Gaussian classes; the turn makes the target another task.
fn gaussian(classes: &[&str], turn: f64) -> String {
    let n = classes.len();
    format!(
        "name = \"gaussian\"\nseed = 1\n\
         [data.general.gaussian]\nexamples = 2000\ndistance = 3\nclasses = {n}\ndimension = 3\n\
         [data.target.gaussian]\nexamples = 1000\ndistance = 3\nclasses = {n}\ndimension = 3\n\
         turn_degrees = {turn}\n\
         [data.split]\ntrain_dev = 400\ndev = 400\ntest = 400\n[model.mlp]\nhidden = [8]\n\
         [optimizer.adam]\nlearning_rate = 0.01\n[train]\nepochs = 3\nbatch_size = 64\n"
    )
}

#[test]
fn only_runs_of_one_task_are_held_against_each_other() {
    let place = Workplace::new();
    let train = |name: &str, config: String, settings: &[&str]| {
        let path = place.write(name, config);
        let (_, run) = place.train(path.to_str().unwrap(), settings);
        run.to_str().unwrap().to_owned()
    };
    let two = train("two.toml", gaussian(&["a", "b"], 0.0), &[]);
    let longer = train("two.toml", gaussian(&["a", "b"], 0.0), &["train.epochs=6"]);
    let three = train("three.toml", gaussian(&["a", "b", "c"], 0.0), &[]);
    let turned = train("turned.toml", gaussian(&["a", "b"], 60.0), &[]);

    let error = refused(&place, &[&two, "--against", &three]);
    assert!(
        error.contains("are of different tasks: 2 classes"),
        "{error}"
    );
    let error = refused(&place, &[&two, "--against", &two]);
    assert!(error.contains("is the run itself"), "{error}");
    // Another target: its errors say nothing of the model.
    let report = diagnosed(&place, &[&two, "--against", &turned]);
    assert_eq!(report["change"]["outcome"], "not-comparable");
    // From 6 epochs to 3 is the opposite of what was advised, if it was.
    let report = diagnosed(&place, &[&two, "--against", &longer]);
    assert_eq!(report["change"]["taken"].as_array().unwrap().len(), 0);
    assert_eq!(report["change"]["besides"][0], "train.epochs");
    // The same human level on both sides, where the command line gives one.
    let report = diagnosed(&place, &[&two, "--against", &longer, "--human", "0.2"]);
    let bias = &report["change"]["gaps"][0];
    assert_eq!(bias["gap"], "avoidable-bias");
    let size = gap(&report, "avoidable-bias")["size"].as_f64().unwrap();
    assert!((bias["new"].as_f64().unwrap() - size).abs() < 1e-12);
}

/// A class may be called `none`; a model's answer that is no class is an empty cell.
#[test]
fn a_class_called_none_is_a_class() {
    let place = Workplace::new();
    let csv = "set,label,predicted\ndev,none,none\ndev,some,none\ndev,some,some\ndev,none,\n";
    let file = place.write("none.csv", csv);
    let report = diagnosed(&place, &[file.to_str().unwrap()]);
    assert!((rate(&report, "dev") - 0.5).abs() < 1e-12); // the second and the last are wrong
}

#[test]
fn a_table_has_its_own_rates_and_its_seeds_their_own_order() {
    let place = Workplace::new();
    let file = place.write("a.csv", "set,label,predicted\ndev,a,a\ndev,b,a\n");
    let error = refused(
        &place,
        &[file.to_str().unwrap(), "--dev", "0.1", "--n-dev", "10"],
    );
    assert!(error.contains("has its own error rates"), "{error}");

    let lines = ["a,a,1,x", "b,a,1,y", "b,a,2,y", "a,a,2,x"]; // the same examples in another order
    let csv = |lines: [&str; 4]| {
        let lines: Vec<String> = lines.iter().map(|line| format!("dev,{line}\n")).collect();
        format!("set,label,predicted,seed,example\n{}", lines.concat())
    };
    let sorted = ["a,a,1,x", "b,a,1,y", "a,a,2,x", "b,a,2,y"];
    let [one, two] = [csv(lines), csv(sorted)].map(|csv| {
        let file = place.write("seeds.csv", csv);
        diagnosed(&place, &[file.to_str().unwrap()])["diagnosis"].clone()
    });
    assert_eq!(one, two);
}

/// A run that was renamed is still itself, and predictions that were changed are not those diagnosed.
#[test]
fn a_run_may_move_but_not_change() {
    let place = Workplace::new();
    let (report, run) = place.train(QUICKSTART, &SHORT);
    place.train(QUICKSTART, &[&SHORT[..], &["train.epochs=1"]].concat());
    let moved = run.with_file_name("renamed");
    std::fs::rename(&run, &moved).unwrap();
    let again = diagnosed(&place, &[moved.to_str().unwrap()]);
    assert_eq!(again["diagnosis"], report["diagnosis"]);
    let names = again["used_up"]["best_of_runs"]["names"]
        .as_array()
        .unwrap();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&"renamed".into()), "{names:?}");

    let predictions = moved.join("predictions");
    std::fs::copy(predictions.join("test.csv"), predictions.join("dev.csv")).unwrap();
    let error = refused(&place, &[moved.to_str().unwrap()]);
    assert!(error.contains("so one of them was changed"), "{error}");
}
