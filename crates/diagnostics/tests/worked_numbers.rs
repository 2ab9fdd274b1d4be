//! Ng's worked numbers, as collected in the project's mission.

mod percent;

use std::collections::BTreeMap;

use plumb_diagnostics::{Figures, GapKind, Human, Note, Options, SetName, diagnose};

use GapKind::{AvoidableBias, DataMismatch, OverfittingToDev, Variance, VarianceOrMismatch};
use percent::{NONE, Percent, percent};

/// Checks sizes (in percent) and ranking with many examples, and with few that neither changes.
fn check(rates: Percent, sizes: &[(GapKind, f64)], ranked: &[GapKind]) {
    for n in [100_000, 1_000] {
        let diagnosis = rates.diagnose(n);
        assert_eq!(diagnosis.ranked, ranked);
        assert_eq!(diagnosis.first, ranked.first().copied());
        let kinds: Vec<GapKind> = diagnosis.gaps.iter().map(|gap| gap.kind).collect();
        assert_eq!(kinds, sizes.iter().map(|size| size.0).collect::<Vec<_>>());
        for (gap, (_, size)) in diagnosis.gaps.iter().zip(sizes) {
            assert!(
                (gap.size * 100.0 - size).abs() < 1e-9,
                "{}: {}",
                gap.kind,
                gap.size
            );
            assert!(gap.interval.contains(gap.size));
        }
    }
}

// In each case the sizes are the differences of the rates, and the ranking is Ng's own reading.

#[test]
fn one_five_five_is_variance_first() {
    let sizes = [(AvoidableBias, 1.0), (Variance, 4.0), (DataMismatch, 0.0)];
    check(
        percent(0.0, 1.0, 5.0, 5.0),
        &sizes,
        &[Variance, AvoidableBias],
    );
}

#[test]
fn ten_eleven_twelve_is_bias() {
    let sizes = [(AvoidableBias, 10.0), (Variance, 1.0), (DataMismatch, 1.0)];
    check(percent(0.0, 10.0, 11.0, 12.0), &sizes, &[AvoidableBias]);
}

#[test]
fn ten_eleven_twenty_is_bias_and_mismatch() {
    let sizes = [(AvoidableBias, 10.0), (Variance, 1.0), (DataMismatch, 9.0)];
    check(
        percent(0.0, 10.0, 11.0, 20.0),
        &sizes,
        &[AvoidableBias, DataMismatch],
    );
}

/// With a human error of exactly 0, the bias is just a tenth of the dev error and counts as well; a
/// human error "about 0" that is a little above it leaves the mismatch alone.
#[test]
fn one_one_and_a_half_ten_is_mismatch() {
    let sizes = [(AvoidableBias, 1.0), (Variance, 0.5), (DataMismatch, 8.5)];
    check(
        percent(0.0, 1.0, 1.5, 10.0),
        &sizes,
        &[DataMismatch, AvoidableBias],
    );
    let sizes = [(AvoidableBias, 0.9), (Variance, 0.5), (DataMismatch, 8.5)];
    check(percent(0.1, 1.0, 1.5, 10.0), &sizes, &[DataMismatch]);
}

#[test]
fn without_train_dev_the_rest_is_variance_or_mismatch() {
    let sizes = [(AvoidableBias, 1.0), (VarianceOrMismatch, 15.0)];
    check(
        percent(14.0, 15.0, NONE, 30.0),
        &sizes,
        &[VarianceOrMismatch],
    );
    let notes = percent(14.0, 15.0, NONE, 30.0).diagnose(1_000).notes;
    let not_apart = Note::NotApart {
        gap: VarianceOrMismatch,
        missing: vec![SetName::TrainDev],
    };
    assert_eq!(notes, [not_apart]);
    assert_eq!(
        notes[0].to_string(),
        "variance or mismatch: no train-dev set"
    );
}

#[test]
fn the_human_figure_decides_between_bias_and_variance() {
    let sizes = [(AvoidableBias, 7.0), (VarianceOrMismatch, 2.0)];
    check(
        percent(1.0, 8.0, NONE, 10.0),
        &sizes,
        &[AvoidableBias, VarianceOrMismatch],
    );
    let sizes = [(AvoidableBias, 0.5), (VarianceOrMismatch, 2.0)];
    check(percent(7.5, 8.0, NONE, 10.0), &sizes, &[VarianceOrMismatch]);
}

#[test]
fn the_best_rater_is_the_human_level() {
    let raters = [
        ("typical", 0.05),
        ("doctor", 0.01),
        ("specialist", 0.008),
        ("team", 0.005),
    ];
    let raters: BTreeMap<_, _> = raters.map(|(name, rate)| (name.to_owned(), rate)).into();
    let human = Some(Human::raters(raters).unwrap());
    let figures = Figures {
        human,
        ..percent(NONE, 1.0, NONE, 2.0).figures(1_000)
    };
    let diagnosis = diagnose(&figures, &Options::default()).unwrap();
    assert!((diagnosis.gaps[0].size - 0.005).abs() < 1e-12); // 1 % − 0.5 %
}

#[test]
fn equal_gaps_keep_the_flowchart_s_order() {
    let rates = Percent {
        test: 40.0,
        ..percent(0.0, 10.0, 20.0, 30.0)
    };
    let sizes = [
        (AvoidableBias, 10.0),
        (Variance, 10.0),
        (DataMismatch, 10.0),
    ];
    let sizes = [&sizes[..], &[(OverfittingToDev, 10.0)]].concat();
    check(
        rates,
        &sizes,
        &[AvoidableBias, Variance, DataMismatch, OverfittingToDev],
    );
}
