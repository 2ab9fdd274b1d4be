use plumb_diagnostics::{Diagnosis, Gap, RateName};

use crate::bayes::KnownBayes;

/// Rates carry rounding errors near 10⁻¹⁶; sizes this close count as equal.
const ROUNDING: f64 = 1e-12;

/// The most that closing a gap could take off the dev error, or off the test error if it is the gap between the
/// two; a fraction, 0 or more.
///
/// The whole gap, without the part of a mismatch that is harder data, and no more than lies between that error
/// and the lowest that is possible: the target's Bayes error where it is known, else the human figure, unless the
/// model is below that.
pub(super) fn ceiling(gap: &Gap, diagnosis: &Diagnosis, bayes: &KnownBayes) -> f64 {
    let rate = |name| {
        let found = diagnosis.rates.iter().find(|rate| rate.name == name);
        found.map(|rate| rate.rate)
    };
    let harder = bayes.harder().map_or(0.0, |harder| harder.max(0.0));
    let (lower, upper) = gap.kind.between();
    let holds_mismatch = lower < RateName::Dev && upper >= RateName::Dev;
    let gainable = if holds_mismatch {
        gap.size - harder
    } else {
        gap.size
    };
    let end = upper.max(RateName::Dev);
    // People who are beaten are no bound.
    let human = rate(RateName::Human).filter(|&human| rate(end).is_none_or(|error| error >= human));
    let lowest = bayes.of_dev().or(human).unwrap_or(0.0);
    let room = rate(end).map_or(gainable, |error| error - lowest);
    let found = diagnosis.rates.iter().find(|rate| rate.name == end);
    let high = found
        .and_then(|rate| rate.interval)
        .map(|interval| interval.high - lowest);
    // So few examples that the error may as well be far from there leave that much to gain.
    let room = match high {
        Some(high) if !is_worthwhile(room, diagnosis) && is_worthwhile(high, diagnosis) => high,
        _ => room,
    };
    gainable.min(room).max(0.0)
}

/// Whether a ceiling is as large as a gap that matters.
pub(crate) fn is_worthwhile(ceiling: f64, diagnosis: &Diagnosis) -> bool {
    ceiling > 0.0 && ceiling >= diagnosis.threshold - ROUNDING
}

#[cfg(test)]
mod tests {
    use plumb_data::source::BayesError;
    use plumb_diagnostics::{ErrorCount, Figures, GapKind, Human, Options, SetError, diagnose};

    use super::*;
    use crate::data_summary::DataSummary;

    /// Human, then train, train-dev, dev and test, in percent; the Bayes errors of general and target likewise.
    fn check(rates: [f64; 5], bayes: Option<(f64, f64)>, kind: GapKind, expected: f64) {
        check_of(10_000, rates, bayes, kind, expected);
    }

    /// The same with so many examples in each set.
    fn check_of(
        n: u64,
        [human, train, train_dev, dev, test]: [f64; 5],
        bayes: Option<(f64, f64)>,
        kind: GapKind,
        expected: f64,
    ) {
        let count = |percent: f64| {
            let count = ErrorCount::new((percent / 100.0 * n as f64).round() as u64, n);
            count.ok().map(SetError::from)
        };
        let figures = Figures {
            human: Some(Human::figure(human / 100.0).unwrap()),
            human_general: None,
            train: count(train),
            train_dev: count(train_dev),
            dev: count(dev),
            test: count(test),
        };
        let diagnosis = diagnose(&figures, &Options::default()).unwrap();
        let mut data = DataSummary::for_test(1_000, 0);
        data.sets.dev.from_target = data.sets.dev.examples;
        let exact = |percent: f64| BayesError {
            rate: percent / 100.0,
            standard_error: 0.0,
        };
        data.general.bayes = bayes.map(|(general, _)| exact(general));
        data.target.bayes = bayes.map(|(_, target)| exact(target));
        let gap = diagnosis.gap(kind).unwrap();
        let found = ceiling(gap, &diagnosis, &KnownBayes::of(&data));
        assert!((found * 100.0 - expected).abs() < 1e-9, "{kind}: {found}");
    }

    /// Differences by hand.
    #[test]
    fn a_ceiling_is_the_gap_as_far_as_it_can_be_gained() {
        use GapKind::{AvoidableBias, DataMismatch, OverfittingToDev, Variance};
        let apart = [1.0, 4.0, 6.0, 20.0, 23.0];
        check(apart, None, AvoidableBias, 3.0);
        check(apart, None, Variance, 2.0);
        check(apart, None, DataMismatch, 14.0);
        check(apart, None, OverfittingToDev, 3.0);
        // Of 14 points of mismatch 9 are harder data (Bayes 1 and 10 %).
        check(apart, Some((1.0, 10.0)), DataMismatch, 5.0);
        check(apart, Some((1.0, 10.0)), Variance, 2.0);
        // All of it, and more.
        check(apart, Some((1.0, 15.0)), DataMismatch, 0.0);
        check(apart, Some((1.0, 17.0)), DataMismatch, 0.0);
        // Easier data leaves the whole gap.
        check(apart, Some((1.0, 0.5)), DataMismatch, 14.0);
        // A dev error below the train error: there is less to gain than the gap is wide.
        check([1.0, 9.0, 9.0, 3.0, 3.0], None, AvoidableBias, 2.0);
        check([1.0, 9.0, 9.0, 0.5, 0.5], None, AvoidableBias, 0.5); // people are beaten on dev
        // One error among 10 may be 40.4 % (Wilson): all 10 points may be gained, though dev is at human level.
        check_of(
            10,
            [10.0, 20.0, 20.0, 10.0, 10.0],
            None,
            AvoidableBias,
            10.0,
        );
        // Dev at 20 % where nobody gets below 19 %.
        check(apart, Some((1.0, 19.0)), AvoidableBias, 1.0);
    }
}
