//! Intervals against `SciPy` and statsmodels; origin of the files: `tests/oracles/README.md`.

use std::path::Path;

use plumb_diagnostics::{
    Confidence, ErrorCount, Interval, clopper_pearson, mcnemar_exact, newcombe, wilson,
};

const TOLERANCE: f64 = 1e-9;

type Row = Vec<f64>;

fn rows(file: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/oracles")
        .join(file);
    let rows = csv::Reader::from_path(path)
        .expect("the file is there")
        .into_deserialize();
    rows.collect::<Result<Vec<Row>, _>>()
        .expect("every cell is a number")
}

fn count(errors: f64, n: f64) -> ErrorCount {
    ErrorCount::new(errors as u64, n as u64).expect("a count")
}

/// Compares one interval and returns the larger deviation of its two bounds.
fn check(got: Interval, low: f64, high: f64, row: &Row) -> f64 {
    let worst = (got.low - low).abs().max((got.high - high).abs());
    assert!(
        worst <= TOLERANCE,
        "{got:?} deviates by {worst:e} in {row:?}"
    );
    worst
}

#[test]
fn one_rate() {
    let rows = rows("intervals_one.csv");
    assert_eq!(rows.len(), 64);
    let mut worst = (0.0_f64, 0.0_f64);
    for row in &rows {
        let [
            errors,
            n,
            confidence,
            wilson_low,
            wilson_high,
            clopper_low,
            clopper_high,
        ] = row[..]
        else {
            panic!("seven columns expected in {row:?}");
        };
        let (count, confidence) = (count(errors, n), Confidence::new(confidence).unwrap());
        worst.0 = worst.0.max(check(
            wilson(count, confidence),
            wilson_low,
            wilson_high,
            row,
        ));
        let exact = clopper_pearson(count, confidence);
        worst.1 = worst.1.max(check(exact, clopper_low, clopper_high, row));
        if errors <= 0.0 {
            assert_eq!(
                (wilson(count, confidence).low, exact.low),
                (0.0, 0.0),
                "{row:?}"
            );
        }
        if errors >= n {
            assert_eq!(
                (wilson(count, confidence).high, exact.high),
                (1.0, 1.0),
                "{row:?}"
            );
        }
    }
    println!(
        "largest deviation: Wilson {:e}, Clopper–Pearson {:e}",
        worst.0, worst.1
    );
}

#[test]
fn two_rates() {
    let rows = rows("intervals_two.csv");
    assert_eq!(rows.len(), 65);
    let mut worst = 0.0_f64;
    for row in &rows {
        let [
            errors_1,
            n_1,
            errors_2,
            n_2,
            confidence,
            difference,
            low,
            high,
        ] = row[..]
        else {
            panic!("eight columns expected in {row:?}");
        };
        let (first, second) = (count(errors_1, n_1), count(errors_2, n_2));
        assert!((first.rate() - second.rate() - difference).abs() <= TOLERANCE);
        let got = newcombe(first, second, Confidence::new(confidence).unwrap());
        worst = worst.max(check(got, low, high, row));
    }
    println!("largest deviation: Newcombe {worst:e}");
}

#[test]
fn two_models_on_one_set() {
    let rows = rows("intervals_paired.csv");
    assert_eq!(rows.len(), 64);
    let mut worst = 0.0_f64;
    for row in &rows {
        let [only_first_wrong, only_second_wrong, expected] = row[..] else {
            panic!("three columns expected in {row:?}");
        };
        let (first, second) = (only_first_wrong as u64, only_second_wrong as u64);
        for got in [mcnemar_exact(first, second), mcnemar_exact(second, first)] {
            let deviation = (got - expected).abs();
            assert!(deviation <= TOLERANCE, "{got} in {row:?}");
            worst = worst.max(deviation);
        }
    }
    println!("largest deviation: McNemar {worst:e}");
}
