//! What holds for every comparison of models, runs and trainings.

use plumb_diagnostics::{
    BestOf, Comparison, Confidence, ErrorCount, ErrorMatrix, Options, PairedCounts,
    PairedDifference, SeedErrors, SeedFigures, Standing, decompose, diagnose_seeds, mcnemar_exact,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Room for rounding where two sums are computed on different ways.
const ROUNDING: f64 = 1e-12;

/// Predictions of some trainings, and labels: few classes, so that ties and agreement are common.
fn trainings() -> impl Strategy<Value = (Vec<Vec<u32>>, Vec<u32>)> {
    (2_usize..8, 1_usize..30, 2_u32..5).prop_flat_map(|(trainings, n, classes)| {
        (vec(vec(0..classes, n), trainings), vec(0..classes, n))
    })
}

fn flags(
    rows: std::ops::Range<usize>,
    n: std::ops::Range<usize>,
) -> impl Strategy<Value = Vec<Vec<bool>>> {
    (rows, n).prop_flat_map(|(rows, n)| vec(vec(any::<bool>(), n), rows))
}

fn rate(row: &[bool]) -> f64 {
    row.iter().filter(|&&wrong| wrong).count() as f64 / row.len() as f64
}

/// Domingos' formula term by term: B(x) + c(x) V(x), with c = 1 where the main prediction is right and
/// −P(prediction = label | prediction ≠ main) where it is wrong.
fn error_by_domingos(predictions: &[u32], label: u32) -> f64 {
    let share = |of: &dyn Fn(u32) -> bool| {
        predictions.iter().filter(|&&class| of(class)).count() as f64 / predictions.len() as f64
    };
    let mut main = 0;
    for class in 0..5 {
        if share(&|p| p == class) > share(&|p| p == main) {
            main = class;
        }
    }
    let variance = share(&|p| p != main);
    if main == label {
        variance
    } else if variance > 0.0 {
        1.0 - share(&|p| p != main && p == label) / variance * variance
    } else {
        1.0
    }
}

proptest! {
    // A failing case is printed in full; no file of seeds is kept.
    #![proptest_config(ProptestConfig {
        failure_persistence: None, cases: 64, ..ProptestConfig::default()
    })]

    #[test]
    fn error_is_bias_and_variance((predictions, labels) in trainings(), seed in any::<u64>()) {
        let got = decompose(&predictions, &labels, Confidence::default(), seed).unwrap();
        let sum = got.bias.mean + got.unbiased_variance.mean - got.biased_variance.mean;
        prop_assert!((got.error.mean - sum).abs() < ROUNDING, "{got:?}");

        let wrong = predictions.iter().flat_map(|row| row.iter().zip(&labels).map(|(a, b)| a != b));
        let wrong: Vec<bool> = wrong.collect();
        prop_assert!((got.error.mean - rate(&wrong)).abs() < ROUNDING, "{got:?}");
        let by_domingos = labels.iter().enumerate().map(|(example, &label)| {
            let column: Vec<u32> = predictions.iter().map(|row| row[example]).collect();
            error_by_domingos(&column, label)
        });
        let mean = by_domingos.sum::<f64>() / labels.len() as f64;
        prop_assert!((got.error.mean - mean).abs() < ROUNDING, "{got:?} {mean}");
        prop_assert!(got.biased_variance.mean + got.unbiased_variance.mean
            <= got.variance.mean + ROUNDING);
    }

    #[test]
    fn two_classes_leave_nothing_of_a_wrong_main_prediction(
        predictions in vec(vec(0_u32..2, 12), 3..6), labels in vec(0_u32..2, 12)
    ) {
        // With two classes c is −1: all of the variance at wrong main predictions is won back.
        let got = decompose(&predictions, &labels, Confidence::default(), 1).unwrap();
        let parts = got.unbiased_variance.mean + got.biased_variance.mean;
        prop_assert!((got.variance.mean - parts).abs() < ROUNDING, "{got:?}");
    }

    #[test]
    fn a_paired_difference_is_the_difference_of_rates(rows in flags(2..3, 1..200), seed in any::<u64>()) {
        let (first, second) = (&rows[0], &rows[1]);
        let counts = PairedCounts::from_flags(first, second).unwrap();
        let got = PairedDifference::measure(counts, Confidence::default(), seed);
        prop_assert!((got.difference - (rate(second) - rate(first))).abs() < ROUNDING);
        prop_assert!(got.interval.contains(got.difference), "{got:?}");
        prop_assert!(got.p_value > 0.0 && got.p_value <= 1.0, "{got:?}");
    }

    #[test]
    fn a_split_of_any_size_has_a_p_value(first in any::<u64>(), second in any::<u64>(), few in 0_u64..99) {
        for (a, b) in [(first, second), (few, second), (first % 100_000, few)] {
            let p = mcnemar_exact(a, b);
            prop_assert!((0.0..=1.0).contains(&p), "{a} {b}: {p}");
            prop_assert_eq!(p.to_bits(), mcnemar_exact(b, a).to_bits());
        }
    }

    #[test]
    fn the_best_of_many_is_the_least(rows in flags(1..12, 2..150), seed in any::<u64>()) {
        let best = BestOf::measure(&ErrorMatrix::new(&rows).unwrap(), Confidence::default(), seed);
        let rates: Vec<f64> = rows.iter().map(|row| rate(row)).collect();
        prop_assert!((best.naive.rate() - rates[best.chosen]).abs() < ROUNDING);
        prop_assert!(rates.iter().all(|&rate| rate >= best.naive.rate() - ROUNDING));
        prop_assert!(rates[..best.chosen].iter().all(|&rate| rate > best.naive.rate()));
        prop_assert!((0.0..=1.0).contains(&best.corrected), "{best:?}");
        prop_assert!(best.interval.contains(best.corrected), "{best:?}");
    }

    #[test]
    fn what_is_better_is_not_worse(
        pairs in vec((0.0..=1.0, 0.0..=1.0), 1..40), others in vec(0.0..=1.0, 1..40)
    ) {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let compared = [
            (Comparison::paired(&a, &b, Confidence::default()).unwrap(),
             Comparison::paired(&b, &a, Confidence::default()).unwrap()),
            (Comparison::unpaired(&a, &others, Confidence::default()).unwrap(),
             Comparison::unpaired(&others, &a, Confidence::default()).unwrap()),
        ];
        for (there, back) in compared {
            prop_assert!((there.p_better + back.p_better - 1.0).abs() < ROUNDING);
            prop_assert!(there.interval.low <= there.p_better + ROUNDING, "{there:?}");
            prop_assert!(there.interval.high >= there.p_better - ROUNDING, "{there:?}");
            prop_assert_eq!(there.verdict == Standing::Better, back.verdict == Standing::Worse);
        }
    }

    #[test]
    fn several_seeds_always_have_a_diagnosis(
        dev in flags(2..6, 1..60), share in 0.0..=1.0, seed in any::<u64>()
    ) {
        let n = dev.len();
        let count = |errors: usize| ErrorCount::new(errors as u64, 10).unwrap();
        let figures = SeedFigures {
            human: None,
            human_general: None,
            train: Some((0..n).map(count).collect()),
            train_dev: Some(SeedErrors::per_seed(&vec![count(3); n])),
            dev: Some(SeedErrors::shared(&dev).unwrap()),
            test: Some(SeedErrors::shared(&dev).unwrap()),
        };
        let options = Options { matters_share: share, ..Options::default() };
        let got = diagnose_seeds(&figures, &options, seed).unwrap();
        prop_assert_eq!((got.rates.len(), got.gaps.len()), (4, 3));
        for rate in &got.rates {
            let interval = rate.interval.unwrap();
            prop_assert!(interval.contains(rate.rate.clamp(0.0, 1.0)), "{rate:?}");
            prop_assert!(interval.low >= 0.0 && interval.high <= 1.0, "{rate:?}");
        }
        let sum: f64 = got.gaps.iter().map(|gap| gap.size).sum();
        prop_assert!((sum - (got.rates[3].rate - got.rates[0].rate)).abs() < ROUNDING);
        for gap in &got.gaps {
            prop_assert!(gap.interval.contains(gap.size), "{gap:?}");
            let over = gap.size - share * got.rates[2].rate;
            let (low, high) = (gap.over_threshold.low - ROUNDING, gap.over_threshold.high + ROUNDING);
            prop_assert!((low..=high).contains(&over), "{gap:?}");
        }
    }
}
