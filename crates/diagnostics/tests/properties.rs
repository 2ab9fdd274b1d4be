//! What holds for every interval and every diagnosis.

use plumb_diagnostics::{
    Confidence, ErrorCount, Figures, Human, Interval, Options, Verdict, clopper_pearson, diagnose,
    newcombe, wilson,
};
use proptest::option;
use proptest::prelude::*;

/// Room for rounding where two bounds are computed on different ways.
const ROUNDING: f64 = 1e-12;

prop_compose! {
    fn counts(most: u64)(n in 1..=most)(errors in 0..=n, n in Just(n)) -> ErrorCount {
        ErrorCount::new(errors, n).expect("errors <= n")
    }
}

/// Sets of usual size, and now and then one of any size at all.
fn any_count() -> impl Strategy<Value = ErrorCount> {
    prop_oneof![4 => counts(100_000), 1 => counts(20), 1 => counts(u64::MAX)]
}

fn confidences() -> impl Strategy<Value = Confidence> {
    (0.001..0.999_999).prop_map(|level| Confidence::new(level).expect("between 0 and 1"))
}

fn times(count: ErrorCount, factor: u64) -> ErrorCount {
    ErrorCount::new(count.errors() * factor, count.n() * factor).expect("errors <= n")
}

fn inside(interval: Interval, low: f64, high: f64) -> bool {
    low <= interval.low && interval.low <= interval.high && interval.high <= high
}

proptest! {
    // A failing case is printed in full; no file of seeds is kept.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_rate_is_inside_its_interval(count in any_count(), confidence in confidences()) {
        for interval in [wilson(count, confidence), clopper_pearson(count, confidence)] {
            prop_assert!(inside(interval, 0.0, 1.0), "{interval:?}");
            let (low, high) = (interval.low - ROUNDING, interval.high + ROUNDING);
            prop_assert!((low..=high).contains(&count.rate()), "{interval:?}");
        }
    }

    #[test]
    fn intervals_of_a_rate_shrink_with_n(
        count in counts(10_000), factor in 2_u64..50, confidence in confidences()
    ) {
        for method in [wilson, clopper_pearson] {
            let (few, many) = (method(count, confidence), method(times(count, factor), confidence));
            prop_assert!(many.width() < few.width() + ROUNDING, "{few:?} {many:?}");
        }
    }

    #[test]
    fn a_difference_is_inside_its_interval(
        first in any_count(), second in any_count(), confidence in confidences()
    ) {
        let interval = newcombe(first, second, confidence);
        prop_assert!(inside(interval, -1.0, 1.0), "{interval:?}");
        prop_assert!(interval.contains(first.rate() - second.rate()), "{interval:?}");
        let mirrored = newcombe(second, first, confidence);
        prop_assert_eq!((interval.low, interval.high), (-mirrored.high, -mirrored.low));
    }

    #[test]
    fn intervals_of_a_difference_shrink_with_n(
        first in counts(10_000), second in counts(10_000), factor in 2_u64..50,
        confidence in confidences()
    ) {
        let few = newcombe(first, second, confidence);
        for many in [
            newcombe(times(first, factor), second, confidence),
            newcombe(first, times(second, factor), confidence),
        ] {
            prop_assert!(many.low >= few.low - ROUNDING, "{few:?} {many:?}");
            prop_assert!(many.high <= few.high + ROUNDING, "{few:?} {many:?}");
        }
    }

    #[test]
    fn gaps_add_up(
        human in 0.0..=1.0, train in option::of(any_count()), train_dev in option::of(any_count()),
        dev in option::of(any_count()), test in any_count()
    ) {
        let figures = Figures {
            human: Some(Human::figure(human).unwrap()),
            human_general: None,
            train: train.map(Into::into),
            train_dev: train_dev.map(Into::into),
            dev: dev.map(Into::into),
            test: Some(test.into()),
        };
        let diagnosis = diagnose(&figures, &Options::default()).unwrap();
        let sum: f64 = diagnosis.gaps.iter().map(|gap| gap.size).sum();
        prop_assert!((sum - (test.rate() - human)).abs() < 1e-12);
    }

    #[test]
    fn every_valid_input_has_a_diagnosis(
        human in option::of(0.0..=1.0), train in option::of(any_count()),
        train_dev in option::of(any_count()), dev in option::of(any_count()),
        test in option::of(any_count()), confidence in confidences(),
        matters_share in 0.0..=1.0, goal_error in option::of(0.0..=1.0)
    ) {
        let human = human.map(|figure| Human::figure(figure).unwrap());
        let figures = Figures {
            human,
            human_general: None,
            train: train.map(Into::into),
            train_dev: train_dev.map(Into::into),
            dev: dev.map(Into::into),
            test: test.map(Into::into),
        };
        let options = Options { confidence, matters_share, goal_error };
        let no_sets = [train, train_dev, dev, test].iter().all(Option::is_none);
        let diagnosis = diagnose(&figures, &options);
        prop_assert_eq!(diagnosis.is_err(), no_sets);
        for gap in diagnosis.map(|diagnosis| diagnosis.gaps).unwrap_or_default() {
            prop_assert!(gap.interval.contains(gap.size), "{gap:?}");
            prop_assert!(gap.needed.is_none() || gap.verdict == Verdict::Inconclusive, "{gap:?}");
        }
    }
}
