//! `plumb exam`: the diagnosis examined on trainings whose truth is known.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use common::{Workplace, stderr, stdout};
use serde_json::Value;

/// Fresh examples that the truth is measured on, per distribution.
const POOL: f64 = 200_000.0;

const SCENARIOS: u64 = 20;
const REPEATS: u64 = 20;

fn exam(threads: &str, more: &[&str]) -> Value {
    let place = Workplace::new();
    let mut args = vec!["exam", "--json", "--quiet"];
    args.extend(more);
    let mut command = place.command(&args);
    let output = command.env("RAYON_NUM_THREADS", threads).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// Held, of.
fn share(value: &Value) -> [u64; 2] {
    [count(&value["held"]), count(&value["of"])]
}

fn sum<const N: usize>(a: [u64; N], b: [u64; N]) -> [u64; N] {
    std::array::from_fn(|at| a[at] + b[at])
}

#[test]
fn a_part_of_the_exam_is_passed_and_its_counts_add_up() {
    let place = Workplace::new();
    let csv = place.write("exam.csv", "");
    let (scenarios, repeats) = (SCENARIOS.to_string(), REPEATS.to_string());
    let report = exam(
        "2",
        &[
            "--scenarios",
            &scenarios,
            "--repeats",
            &repeats,
            "--out",
            csv.to_str().unwrap(),
        ],
    );
    for target in report["targets"].as_array().unwrap() {
        let [own, repeats, together] =
            ["own", "repeats", "together"].map(|part| share(&target[part]));
        assert_eq!(sum(own, repeats), together, "{target}");
        assert!(together[0] <= together[1]);
        assert_ne!(target["outcome"], "missed");
        assert_ne!(target["outcome"], "not-tested", "{target}");
    }
    let of = |part: &str, question: &str| count(&report[part]["shares"][question]["of"]);
    for (part, n) in [
        ("own", SCENARIOS),
        ("repeated", SCENARIOS * REPEATS),
        ("together", SCENARIOS * (1 + REPEATS)),
    ] {
        assert_eq!(count(&report[part]["diagnoses"]), n);
        assert_eq!(of(part, "rate-covered"), 3 * n);
        assert_eq!(of(part, "gap-covered"), 3 * n); // that of bias has no width
        assert_eq!(of(part, "false-alarm") + of(part, "overlooked"), 4 * n);
        assert!(of(part, "named-first") + of(part, "called-absent") <= n);
        let confusion = report[part]["confusion"].as_array().unwrap();
        let cells = confusion.iter().flat_map(|row| row.as_array().unwrap());
        assert_eq!(cells.map(|cell| count(&cell["first"])).sum::<u64>(), n);
        let groups = report[part]["by_distance"].as_array().unwrap().iter();
        assert_eq!(
            groups.map(|group| count(&group["gaps"])).sum::<u64>(),
            4 * n
        );
    }
    let regimes = report["regimes"].as_array().unwrap();
    assert_eq!(regimes.len(), 10);
    assert!(regimes.iter().all(|of| of["scenarios"] == 2));
    let lines = std::fs::read_to_string(csv).unwrap().lines().count() as u64;
    assert_eq!(lines, 1 + 4 * SCENARIOS * (1 + REPEATS));

    let scenarios = report["scenarios"].as_array().unwrap();
    assert_eq!(scenarios.len() as u64, SCENARIOS);
    for scenario in scenarios {
        let truth = &scenario["own"]["truth"];
        let rates = &truth["rates"];
        // No model beats the Bayes error on what it has not seen: four standard errors of the pool, and those
        // of a Bayes error by Monte Carlo, which are smaller.
        for (error, bayes) in [("general", "human"), ("target", "target_human")] {
            let (error, bayes) = (number(&rates[error]), number(&rates[bayes]));
            let standard_error = (error * (1.0 - error) / POOL).sqrt();
            assert!(error > bayes - 8.0 * standard_error, "{scenario}");
        }
        let gaps = truth["gaps"].as_array().unwrap().iter().map(number);
        let all = number(&rates["target"]) - number(&rates["human"]);
        assert!((gaps.sum::<f64>() - all).abs() < 1e-12);
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let [mut one, mut two] =
        ["1", "2"].map(|threads| exam(threads, &["--scenarios", "6", "--repeats", "5"]));
    for report in [&mut one, &mut two] {
        report["elapsed_secs"] = Value::Null;
    }
    assert_eq!(one, two);
}

#[test]
fn one_regime_alone() {
    let report = exam(
        "2",
        &["--only", "harder", "--scenarios", "2", "--repeats", "3"],
    );
    for scenario in report["scenarios"].as_array().unwrap() {
        assert_eq!(scenario["regime"], "harder");
        let rates = &scenario["own"]["truth"]["rates"];
        assert!(number(&rates["target_human"]) > number(&rates["human"]));
    }
}

#[test]
fn bad_input_is_refused() {
    let check = |args: &[&str], expected: &str| {
        let output = Workplace::new().plumb(args);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stdout(&output), "");
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    };
    check(&["exam", "--scenarios", "0"], "1..=100000");
    check(&["exam", "--only", "sickness"], "healthy, bias, variance");
}
