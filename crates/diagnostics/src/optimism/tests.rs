use rand_chacha::ChaCha8Rng;
use statrs::distribution::{Binomial, DiscreteCDF};

use super::*;

fn matrix(runs: &[&str]) -> Result<ErrorMatrix, OptimismError> {
    let row = |run: &&str| run.chars().map(|flag| flag == 'x').collect();
    ErrorMatrix::new(&runs.iter().map(row).collect::<Vec<_>>())
}

/// Equal, independent models.
fn equal(k: usize, n: usize, p: f64, rng: &mut ChaCha8Rng) -> ErrorMatrix {
    let mut row = || (0..n).map(|_| rng.random_bool(p)).collect();
    ErrorMatrix::new(&(0..k).map(|_| row()).collect::<Vec<_>>()).unwrap()
}

/// Expected least error rate of `k` independent binomial counts: Σ P(count ≥ j)ᵏ over j ≥ 1, over n.
fn expected_least(k: i32, n: u64, p: f64) -> f64 {
    let count = Binomial::new(p, n).unwrap();
    let all_at_least = |j: u64| count.sf(j - 1).powi(k);
    (1..=n).map(all_at_least).sum::<f64>() / n as f64
}

#[test]
fn a_matrix_is_checked() {
    fn check(runs: &[&str], expected: &str) {
        assert_eq!(matrix(runs).unwrap_err().to_string(), expected);
    }
    check(
        &[],
        "no runs; expected at least one, with a flag per example",
    );
    let few = "1 examples; expected at least two, since some must be left out of each resample";
    check(&["x"], few);
    check(
        &["x.", "x..", "x"],
        "run 1 has 3 examples; expected 2, those of run 0",
    );
}

#[test]
fn errors_are_counted_as_often_as_they_were_drawn() {
    // 130 examples, three words: example e is drawn e mod 6 times and wrong where e is a multiple of 3.
    let times: Vec<u32> = (0..130).map(|example| example % 6).collect();
    let flags: Vec<bool> = (0..130).map(|example| example % 3 == 0).collect();
    let matrix = ErrorMatrix::new(&[flags]).unwrap();
    let drawn = Drawn::new(&times);
    // 44 multiples of 3 below 130, by turns 0 and 3 times: 22 each.
    assert_eq!(drawn.errors(&matrix.rows[0]), 22 * 3);
    assert_eq!(drawn.left_out_errors(&matrix.rows[0]), 22);
    assert_eq!(matrix.counts[0].errors(), 44);
    assert_eq!((matrix.runs(), matrix.examples()), (1, 130));
}

#[test]
fn the_first_of_the_best_is_chosen() {
    let runs = ["xxx.", "x...", ".x.."];
    let best = BestOf::measure(&matrix(&runs).unwrap(), Confidence::default(), 1);
    assert_eq!((best.runs, best.chosen), (3, 1));
    assert_eq!(best.naive, ErrorCount::new(1, 4).unwrap());
    assert!((best.optimism - (best.corrected - 0.25)).abs() < 1e-12);
    let again = BestOf::measure(&matrix(&runs).unwrap(), Confidence::default(), 1);
    assert_eq!(best, again);
}

#[test]
fn two_examples_can_be_worked_out() {
    // A resample of two examples leaves one out when it holds the other twice, else it is drawn anew.
    // Run 0 misses example 0, run 1 example 1: whichever is held, the run that is right there is chosen and
    // wrong on what is left out.
    let best = BestOf::measure(&matrix(&["x.", ".x"]).unwrap(), Confidence::default(), 1);
    assert_eq!((best.corrected, best.optimism), (1.0, 0.5));
    assert_eq!(best.interval, Interval::exact(1.0));
}

#[test]
fn one_run_needs_no_correction() {
    let mut rng = bootstrap::stream(5);
    for repeat in 0..20 {
        let best = BestOf::measure(&equal(1, 400, 0.2, &mut rng), Confidence::default(), repeat);
        // A resample's rate on what is left out (about n/e examples of n, without replacement) has the
        // variance p(1 − p)/n · (e − 1), and 1,000 of them are averaged: five standard errors.
        let p = best.naive.rate();
        let error = (p * (1.0 - p) / 400.0 * 1.72 / 1_000.0).sqrt();
        assert!(best.optimism.abs() < 5.0 * error, "{best:?}");
        assert!(best.interval.contains(p), "{best:?}");
    }
}

#[test]
fn the_best_of_equal_models_is_corrected_to_their_common_rate() {
    fn check(k: usize, n: usize, repeats: u64, resamples: usize, known: f64, published: f64) {
        let p = 0.1;
        let mut rng = bootstrap::stream(11);
        let (mut naive, mut corrected) = (Vec::new(), Vec::new());
        for repeat in 0..repeats {
            let matrix = equal(k, n, p, &mut rng);
            let best = BestOf::with_resamples(&matrix, Confidence::default(), repeat, resamples);
            naive.push(p - best.naive.rate());
            corrected.push(best.corrected - p);
        }
        // Four standard errors of a mean of so many repeats.
        let within = |values: &[f64], expected: f64| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            let error = squares.sqrt() / values.len() as f64;
            assert!(
                (mean - expected).abs() < 4.0 * error,
                "{mean} ± {error}, not {expected}"
            );
        };
        within(&naive, known);
        within(&corrected, 0.0);
        // STATISTICS.md's figures, to the digits given there.
        assert!((known - published).abs() < 5e-4, "{known} {published}");
    }
    check(
        100,
        200,
        300,
        100,
        0.1 - expected_least(100, 200, 0.1),
        0.049,
    );
    check(
        100,
        10_000,
        40,
        50,
        0.1 - expected_least(100, 10_000, 0.1),
        0.0075,
    );
}

#[test]
fn the_formula_is_on_the_high_side() {
    fn check(k: u64, p: f64, n: u64, expected: f64) {
        let got = expected_optimism(k, p, n);
        assert!((got - expected).abs() < 5e-5, "{k} {p} {n}: {got}");
    }
    // √(2 · 4.60517 · 0.09/200) and √(2 · 4.60517 · 0.09/10000).
    check(100, 0.1, 200, 0.0644);
    check(100, 0.1, 10_000, 0.0091);
    check(1, 0.1, 200, 0.0);
    check(0, 0.1, 200, 0.0);
    assert!(expected_optimism(100, 0.1, 200) > 0.1 - expected_least(100, 200, 0.1));
}
