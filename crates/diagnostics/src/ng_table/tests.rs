use statrs::function::erf::erf;

use super::*;

use Distribution::{General, Target};
use TableRow::{Human, Trained, Untrained};

fn count(errors: u64, n: u64) -> ErrorCount {
    ErrorCount::new(errors, n).unwrap()
}

/// Standard normal distribution function.
fn phi(x: f64) -> f64 {
    f64::midpoint(1.0, erf(x / 2.0_f64.sqrt()))
}

fn table(figures: &TableFigures) -> NgTable {
    ng_table(figures, Confidence::default()).unwrap()
}

fn all() -> TableFigures {
    TableFigures {
        general_human: Some(0.04),
        general_trained: Some(count(700, 10_000)),
        general_untrained: Some(count(200, 2_000)),
        target_human: Some(0.06),
        target_trained: Some(count(30, 500)),
        target_untrained: Some(count(240, 2_000)),
    }
}

#[test]
fn neighbouring_cells_are_subtracted() {
    let table = table(&all());
    // Human 4 and 6 %, trained on 7 and 6 %, not trained on 10 and 12 %: differences by hand.
    let expected = [
        ("general, human", "general, trained on", 0.03),
        ("general, trained on", "general, not trained on", 0.03),
        ("target, human", "target, trained on", 0.0),
        ("target, trained on", "target, not trained on", 0.06),
        ("general, human", "target, human", 0.02),
        ("general, trained on", "target, trained on", -0.01),
        ("general, not trained on", "target, not trained on", 0.02),
    ];
    assert_eq!(table.differences.len(), expected.len());
    for (got, (lower, upper, size)) in table.differences.iter().zip(expected) {
        assert_eq!(
            (got.lower.to_string(), got.upper.to_string()),
            (lower.into(), upper.into())
        );
        assert!((got.size - size).abs() < 1e-12, "{got:?}");
    }
}

#[test]
fn only_what_was_not_trained_on_is_a_sample() {
    let table = table(&all());
    let level = Confidence::default();
    let (general, target) = (count(200, 2_000), count(240, 2_000));
    assert_eq!(table.cell(Human, General).unwrap().interval, None);
    assert_eq!(table.cell(Trained, Target).unwrap().interval, None);
    let cell = table.cell(Untrained, Target).unwrap();
    assert_eq!(cell.interval, Some(wilson(target, level)));
    let intervals = table
        .differences
        .iter()
        .map(|d| (d.lower, d.upper, d.interval, d.size));
    for (lower, upper, interval, size) in intervals {
        let expected = match (lower.row, upper.row, upper.distribution) {
            (Untrained, Untrained, _) => newcombe(target, general, level),
            (_, Untrained, General) => wilson(general, level).minus(0.07),
            (_, Untrained, Target) => wilson(target, level).minus(0.06),
            _ => Interval::exact(size),
        };
        assert_eq!(interval, expected, "{lower} to {upper}");
    }
}

/// Two Gaussian classes at distance Δ = 3, STATISTICS.md. Counts are the known rates of 10⁶ examples, so the
/// split is right to 10⁻⁶ and its interval contains the truth.
#[test]
fn a_mismatch_is_split_into_harder_and_mismatched() {
    fn check(bayes_target: f64, on_target: f64, harder: f64, mismatched: f64) {
        let bayes = phi(-1.5); // Φ(−Δ/2) = 6.68 %
        let of_million = |rate: f64| count((rate * 1e6).round() as u64, 1_000_000);
        let figures = TableFigures {
            general_human: Some(bayes),
            target_human: Some(bayes_target),
            general_untrained: Some(of_million(bayes)),
            target_untrained: Some(of_million(on_target)),
            ..TableFigures::default()
        };
        let split = table(&figures).mismatch.unwrap();
        assert!((split.harder - harder).abs() < 5e-5, "{split:?}");
        assert!((split.mismatched - mismatched).abs() < 5e-5, "{split:?}");
        assert!(split.interval.contains(mismatched), "{split:?}");
        assert!(split.interval.width() < 0.002, "{split:?}"); // about 2·1.96·√(2·0.1/10⁶)
    }
    // Turned by 30°: Bayes stays, the general optimum gets Φ(−Δ/2 · cos 30°) = 9.70 %.
    let turned = phi(-1.5 * (std::f64::consts::PI / 6.0).cos());
    check(phi(-1.5), turned, 0.0, 0.0302);
    // Noise × 1.5 at the same boundary: Bayes Φ(−Δ/2s) = Φ(−1) = 15.87 % is what the model gets.
    check(phi(-1.0), phi(-1.0), 0.0918, 0.0);
}

#[test]
fn what_is_missing_takes_its_differences_along() {
    fn check(figures: TableFigures, cells: usize, differences: usize, split: bool) {
        let table = table(&figures);
        let got = (
            table.cells.len(),
            table.differences.len(),
            table.mismatch.is_some(),
        );
        assert_eq!(got, (cells, differences, split), "{figures:?}");
    }
    check(all(), 6, 7, true);
    let no_target_in_train = TableFigures {
        target_trained: None,
        ..all()
    };
    check(no_target_in_train, 5, 4, true);
    let one_human = TableFigures {
        target_human: None,
        ..all()
    };
    check(one_human, 5, 5, false);
    let dev_alone = TableFigures {
        target_untrained: Some(count(1, 10)),
        ..TableFigures::default()
    };
    check(dev_alone, 1, 0, false);
}

#[test]
fn what_is_no_table_is_refused() {
    fn check(figures: TableFigures, expected: &str) {
        let error = ng_table(&figures, Confidence::default()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    check(
        TableFigures::default(),
        "no error rates; expected at least one of the table's six",
    );
    let percent = TableFigures {
        target_human: Some(5.0),
        ..all()
    };
    check(
        percent,
        "human error on target is 5; expected a fraction from 0 to 1",
    );
    let nan = TableFigures {
        general_human: Some(f64::NAN),
        ..all()
    };
    check(
        nan,
        "human error on general is NaN; expected a fraction from 0 to 1",
    );
}
