//! `plumb compare`: finished runs side by side, and learning curves from anywhere.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use common::{QUICKSTART, Workplace, copy, rate, stderr, stdout};
use serde_json::Value;

/// What it prints as JSON.
fn compared(place: &Workplace, args: &[&str]) -> Value {
    let args = [&["compare", "--json"], args].concat();
    let output = place.plumb(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What it prints for people.
fn told(place: &Workplace, args: &[&str]) -> String {
    let output = place.plumb(&[&["compare"], args].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output)
}

/// The error text of input that it refuses, with exit code 2.
fn refused(place: &Workplace, args: &[&str]) -> String {
    let output = place.plumb(&[&["compare"], args].concat());
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    assert_eq!(stdout(&output), "");
    let root = common::root().canonicalize().unwrap();
    stderr(&output).replace(root.to_str().unwrap(), "ROOT")
}

/// Trains in a fraction of a second, always on the same split.
fn train(place: &Workplace, more: &[&str]) -> (Value, PathBuf) {
    let short = [
        "data.general.strokes.examples=900",
        "data.split.train_dev=300",
        "data.split.target_in_train=300",
        "train.epochs=3",
    ];
    place.train(QUICKSTART, &[&short, more].concat())
}

/// Two sizes of network and two seeds.
fn four_runs(place: &Workplace) -> Vec<(Value, PathBuf)> {
    let mut runs = Vec::new();
    for hidden in ["[4]", "[64]"] {
        for seed in ["1", "2"] {
            let (hidden, seed) = (format!("model.mlp.hidden={hidden}"), format!("seed={seed}"));
            runs.push(train(place, &[&hidden, &seed]));
        }
    }
    runs
}

fn near(got: &Value, expected: f64) {
    let got = got.as_f64().unwrap();
    assert!((got - expected).abs() < 1e-12, "{got} for {expected}");
}

#[test]
fn seeds_are_means_and_each_run_may_be_seen() {
    let place = Workplace::new();
    let runs = four_runs(&place);
    let folder = place.runs();
    let folder = folder.to_str().unwrap();
    let report = compared(&place, &[folder]);
    assert_eq!(report["format"], 1);
    assert_eq!(report["columns"][0]["key"], "model.mlp.hidden");
    assert_eq!(report["columns"][0]["alias"], "hidden");
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    // The larger network is the better one, and comes first.
    assert_eq!(rows[0]["settings"]["model.mlp.hidden"][0], 64);
    // The means of what the trainings themselves reported.
    for name in ["train", "train-dev", "dev", "test"] {
        let mean = f64::midpoint(rate(&runs[2].0, name), rate(&runs[3].0, name));
        let found = rate(&rows[0], name);
        assert!((found - mean).abs() < 1e-12, "{name}: {found} for {mean}");
    }
    // The same diagnosis as that of the seeds themselves.
    let paths: Vec<&str> = runs.iter().map(|(_, run)| run.to_str().unwrap()).collect();
    let output = place.plumb(&["diagnose", "--json", paths[2], paths[3]]);
    let diagnosed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rows[0]["diagnosis"], diagnosed["diagnosis"]);
    let against = &report["against_best"]["others"][0];
    assert_eq!(against["over_seeds"]["is_paired"], true);
    assert_eq!(against["over_seeds"]["p_better"], 1.0);
    assert_eq!(against["verdict"], "undetermined"); // two seeds settle nothing

    let each = compared(&place, &[folder, "--each", "--sort", "seed"]);
    let seeds = each["rows"].as_array().unwrap().iter();
    let seeds: Vec<_> = seeds.map(|row| row["runs"][0]["seed"].clone()).collect();
    assert_eq!(seeds, [1, 1, 2, 2]);
    // Runs one by one are the same as their folder.
    assert_eq!(compared(&place, &paths)["rows"], report["rows"]);
}

#[test]
fn rows_are_filtered_and_sorted() {
    let place = Workplace::new();
    let runs = four_runs(&place);
    let folder = place.runs();
    let folder = folder.to_str().unwrap();
    let n_rows = |args: &[&str]| {
        let report = compared(&place, &[&[folder, "--each"], args].concat());
        report["rows"].as_array().unwrap().len()
    };
    assert_eq!(n_rows(&["--filter", "model.mlp.hidden=[4]"]), 2);
    assert_eq!(n_rows(&["--filter", "hidden=[4]", "--filter", "seed=2"]), 1);
    let best = runs.iter().map(|(report, _)| rate(report, "dev"));
    let best = best.min_by(f64::total_cmp).unwrap();
    assert_eq!(n_rows(&["--filter", &format!("dev<={best}")]), 1);
    let order = |args: &[&str]| -> Vec<Value> {
        let report = compared(&place, &[&[folder], args].concat());
        let rows = report["rows"].as_array().unwrap();
        rows.iter().map(|row| row["parameters"].clone()).collect()
    };
    // Digits of 8×8: 64·h + h in the hidden layer, 10·h + 10 in the last.
    assert_eq!(order(&["--sort", "parameters"]), [310, 4810]);
    assert_eq!(order(&["--sort", "hidden", "--reverse"]), [4810, 310]);
    insta::assert_snapshot!(
        "bad_filter",
        refused(&place, &[folder, "--filter", "wings<3"])
    );
    insta::assert_snapshot!(
        "unclear_filter",
        refused(&place, &[folder, "--filter", "width<3"])
    );
    insta::assert_snapshot!(
        "bad_relation",
        refused(&place, &[folder, "--filter", "dev"])
    );
    insta::assert_snapshot!("bad_sort", refused(&place, &[folder, "--sort", "wings"]));
    insta::assert_snapshot!("none_left", refused(&place, &[folder, "--filter", "dev<0"]));
}

#[test]
fn the_csv_has_a_line_per_row() {
    let place = Workplace::new();
    let (report, run) = train(&place, &[]);
    train(&place, &["train.epochs=1"]);
    let csv = told(&place, &[place.runs().to_str().unwrap(), "--csv"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let lines: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(lines.len(), 2);
    let of_run = lines.iter().find(|line| &line[1] == run.to_str().unwrap());
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let value = |name: &str| of_run.unwrap()[at(name)].parse::<f64>().unwrap();
    assert!((value("dev") - rate(&report, "dev")).abs() < 1e-12);
    assert!((value("train.epochs") - 3.0).abs() < 1e-12);
    assert!(value("dev_low") < value("dev") && value("dev") < value("dev_high"));
}

/// Parts of a sweep from machines without a shared disk, one of which was killed.
#[test]
fn parts_are_gathered_and_what_is_not_finished_is_said() {
    let place = Workplace::new();
    let (_, first) = train(&place, &["seed=1"]);
    let (_, second) = train(&place, &["seed=2"]);
    let elsewhere = place.runs().parent().unwrap().join("elsewhere");
    copy(&first, &elsewhere.join("a-0001")); // the same run, copied
    copy(&second, &elsewhere.join("a-0002"));
    fs::remove_file(elsewhere.join("a-0002/diagnosis.json")).unwrap();
    copy(&second, &elsewhere.join("a-0003"));
    fs::write(elsewhere.join("a-0003/data.json"), "{").unwrap();
    fs::create_dir(elsewhere.join("a-0004")).unwrap(); // no run
    let (folder, elsewhere) = (place.runs(), elsewhere);
    let (folder, elsewhere) = (folder.to_str().unwrap(), elsewhere.to_str().unwrap());
    let report = compared(&place, &[folder, elsewhere]);
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["runs"].as_array().unwrap().len(), 2);
    let left_out = report["left_out"].as_array().unwrap();
    let mut why: Vec<&str> = left_out
        .iter()
        .map(|run| run["why"].as_str().unwrap())
        .collect();
    why.sort_unstable();
    assert_eq!(why, ["twice", "unfinished", "unreadable"]);
    let text = told(&place, &[folder, elsewhere]);
    assert!(text.contains("left out, unfinished: "), "{text}");
    // Named twice, counted once.
    let run = first.to_str().unwrap();
    let report = compared(&place, &[run, run]);
    assert_eq!(report["rows"][0]["runs"].as_array().unwrap().len(), 1);

    let hide = |text: String| text.replace(elsewhere, "runs");
    let unfinished = format!("{elsewhere}/a-0002");
    insta::assert_snapshot!("unfinished", hide(refused(&place, &[&unfinished])));
    let empty = format!("{elsewhere}/a-0004");
    insta::assert_snapshot!("no_runs", hide(refused(&place, &[&empty])));
    let file = format!("{elsewhere}/a-0001/data.json");
    insta::assert_snapshot!("a_file", hide(refused(&place, &[&file])));
    insta::assert_snapshot!("nowhere", refused(&place, &["nowhere"]));
    let bad = refused(&place, &[folder, "--confidence", "95"]);
    assert!(bad.starts_with("error: confidence is 95"), "{bad}");
}

/// Two models on one dev set: `McNemar` from the answers that the runs wrote down.
#[test]
fn two_runs_on_one_dev_set() {
    let place = Workplace::new();
    let (_, first) = train(&place, &["model.mlp.hidden=[4]"]);
    let (_, second) = train(&place, &[]);
    let wrong = |run: &Path| -> Vec<bool> {
        let mut table = csv::Reader::from_path(run.join("predictions/dev.csv")).unwrap();
        let records = table.records().map(Result::unwrap);
        records.map(|record| record[5] != record[6]).collect()
    };
    let (a, b) = (wrong(&first), wrong(&second));
    let alone = |a: &[bool], b: &[bool]| a.iter().zip(b).filter(|&(&a, &b)| a && !b).count();
    let runs = [first.to_str().unwrap(), second.to_str().unwrap()];
    let report = compared(&place, &runs);
    let other = &report["against_best"]["others"][0];
    assert_eq!(other["is_same_dev"], true);
    assert_eq!(other["mcnemar"]["only_best_wrong"], alone(&b, &a));
    assert_eq!(other["mcnemar"]["only_other_wrong"], alone(&a, &b));
    let expected = (alone(&a, &b) as f64 - alone(&b, &a) as f64) / a.len() as f64;
    near(&other["difference"], expected);
    assert_eq!(other["verdict"], "better");
    let best = &report["best"];
    assert_eq!(best["run"], runs[1]);
    assert_eq!(best["runs"], 2);
}

/// Two sizes of network, four of the training set.
#[test]
fn the_error_falls_with_training_examples() {
    let place = Workplace::new();
    for hidden in ["[4]", "[32]"] {
        for examples in ["500", "900", "1700", "3300"] {
            let hidden = format!("model.mlp.hidden={hidden}");
            let examples = format!("data.general.strokes.examples={examples}");
            train(&place, &[&hidden, &examples]);
        }
    }
    let folder = place.runs();
    let folder = folder.to_str().unwrap();
    let report = compared(&place, &[folder, "--goal", "0.3"]);
    let curves = &report["curves"];
    assert_eq!(curves["what"], "dev error");
    let series = curves["series"].as_array().unwrap();
    let names: Vec<&str> = series
        .iter()
        .map(|series| series["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["hidden=[4]", "hidden=[32]"]);
    for series in series {
        // 300 of the target join, 300 of the mix are train-dev.
        let points = series["points"].as_array().unwrap();
        let examples: Vec<&Value> = points.iter().map(|point| &point["examples"]).collect();
        assert_eq!(examples, [500, 900, 1700, 3300]);
        for point in points {
            let rows = report["rows"].as_array().unwrap().iter();
            let examples = |row: &&Value| row["train_examples"].as_f64().unwrap();
            let mut rows = rows.filter(|row| {
                let difference = examples(row) - point["examples"].as_f64().unwrap();
                difference.abs() < 0.5
            });
            let mean = point["mean"].as_f64().unwrap();
            assert!(rows.any(|row| (rate(row, "dev") - mean).abs() < 1e-12));
        }
    }
    assert_eq!(curves["targets"][0], 0.3);
    let on_test = compared(&place, &[folder, "--curves-on", "test"]);
    assert_eq!(on_test["curves"]["what"], "test error");
}

const NMT: &str = "crates/diagnostics/tests/oracles/scaling_nmt.csv";

/// Alabdulmohsin et al., 2022: five public curves whose last point is held out. The issue asks for at most 4.0 %.
#[test]
fn curves_from_anywhere_are_extrapolated() {
    let place = Workplace::new();
    let report = compared(&place, &["--curve", NMT]);
    assert_eq!(report["format"], 1);
    assert_eq!(report["series"].as_array().unwrap().len(), 5);
    assert!(report["mean_log_error"].as_f64().unwrap() <= 0.040);
    let text = told(&place, &["--curve", NMT, "--goal", "0.33"]);
    assert!(text.contains("enc28_dec6: loss = "), "{text}");
    assert!(text.contains("to reach 0.3300: "), "{text}");
}

/// 0.02 + 4 n^(−1/2) to the fourth digit; 3 % takes (4/0.01)² = 160,000.
#[test]
fn a_target_takes_so_many_examples() {
    let place = Workplace::new();
    let mut csv = String::from("n,error,note\n");
    for (n, error) in [
        (400, "0.22"),
        (1600, "0.12"),
        (6400, "0.07"),
        (25_600, "0.045"),
        (102_400, "0.0325"),
    ] {
        writeln!(csv, "{n},{error},x").unwrap();
    }
    let file = place.write("c.csv", &csv);
    let file = file.to_str().unwrap();
    let report = compared(&place, &["--curve", file, "--goal", "0.03"]);
    let law = &report["fits"][0]["law"];
    let close = |value: &Value, expected: f64| {
        let value = value.as_f64().unwrap();
        assert!(
            (value / expected - 1.0).abs() < 1e-3,
            "{value}, expected {expected}"
        );
    };
    close(&law["law"]["floor"], 0.02);
    close(&law["law"]["exponent"], 0.5);
    close(&law["law"]["scale"], 4.0);
    close(&law["targets"][0]["needed"]["n"], 160_000.0);
    insta::assert_snapshot!("target", told(&place, &["--curve", file, "--goal", "0.03"]));
    // It rises, and far more than chance makes it.
    let rising = place.write("r.csv", "n,error\n1,0.1\n2,0.5\n4,0.4\n8,0.3\n");
    let text = told(&place, &["--curve", rising.to_str().unwrap()]);
    insta::assert_snapshot!("rising", text);
}

#[test]
fn bad_curves_are_refused() {
    let place = Workplace::new();
    let check = |snapshot: &str, content: &str| {
        let file = place.write("c.csv", content);
        let error = refused(&place, &["--curve", file.to_str().unwrap()]);
        let folder = format!("{}/", file.parent().unwrap().display());
        insta::assert_snapshot!(snapshot, error.replace(&folder, ""));
    };
    check("curve_without_column", "examples,accuracy\n1,0.9\n");
    check("curve_with_text", "examples,error\n100,0.5\nmany,0.4\n");
    check("curve_in_percent", "examples,error\n100,0.5\n200,45\n");
    check("curve_twice", "examples,error\n100,0.5\n100,0.4\n");
    check("curve_empty", "");
    let nowhere = refused(&place, &["--curve", "nowhere.csv"]);
    assert!(nowhere.contains("can't read nowhere.csv"), "{nowhere}");
    let goal = refused(&place, &["--curve", NMT, "--goal", "0"]);
    assert_eq!(goal, "error: --goal is 0; expected a number above 0\n");
    refused(&place, &["--curve", NMT, "runs"]);
    refused(&place, &[]);
}

/// Two parts of a sweep in different places, as from machines without a shared disk; one run fails.
#[test]
fn parts_of_a_sweep_complete_each_other() {
    let place = Workplace::new();
    let config = fs::read_to_string(common::root().join(QUICKSTART)).unwrap();
    let config = format!(
        "{config}\n[sweep]\nseeds = 2\n[sweep.axes]\n\"model.mlp.hidden\" = [[4], [16]]\n\
         \"optimizer.adam.learning_rate\" = [1e-3, 1e30]\n"
    );
    let config = place.write("sweep.toml", config);
    let part = |part: &str| {
        let folder = place.runs().join(part.replace('/', "-"));
        let args = [
            &[
                "sweep",
                config.to_str().unwrap(),
                "--quiet",
                "--device",
                "cpu",
            ][..],
            &["--shard", part, "--runs-dir", folder.to_str().unwrap()],
            &["--set", "data.general.strokes.examples=900"],
            &[
                "--set",
                "data.split.train_dev=300",
                "--set",
                "train.epochs=2",
            ],
        ];
        place.plumb(&args.concat());
        folder.join("quickstart").to_str().unwrap().to_owned()
    };
    let (first, second) = (part("1/2"), part("2/2"));
    let why = |report: &Value| -> Vec<String> {
        let left_out = report["left_out"].as_array().unwrap().iter();
        left_out
            .map(|run| run["why"].as_str().unwrap().to_owned())
            .collect()
    };
    let both = compared(&place, &[&first, &second]);
    // Eight runs, of which the four with the huge learning rate fail.
    assert_eq!(why(&both), ["failed"; 4]);
    let rows = both["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(row["runs"].as_array().unwrap().len(), 2);
    }
    let one = compared(&place, &[&first]);
    let n_runs: usize = (one["rows"].as_array().unwrap().iter())
        .map(|row| row["runs"].as_array().unwrap().len())
        .sum();
    assert_eq!(n_runs + why(&one).len(), 8);
    assert_eq!(
        why(&one).iter().filter(|why| *why == "not-begun").count(),
        4
    );
    let text = told(&place, &[&first, &second]);
    assert!(text.contains("left out, failed: "), "{text}");
    assert!(text.contains(", and 3 more"), "{text}");
}
