//! Sums of error rates with known coefficients, and how sure they are.

use crate::interval::{Confidence, Interval, recovered};
use crate::rate::{ErrorCount, SetName};

/// A rate measured on examples that stand for all others of their kind, so it has a sampling error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) set: SetName,
    pub(crate) rate: f64,
    pub(crate) n: f64,
}

impl Sample {
    pub(crate) fn new(set: SetName, count: ErrorCount) -> Self {
        Self {
            set,
            rate: count.rate(),
            n: count.n() as f64,
        }
    }
}

/// A rate that is exact, or one that is sampled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Term {
    Known(f64),
    Sampled(Sample),
}

impl Term {
    pub(crate) fn rate(self) -> f64 {
        match self {
            Self::Known(rate) => rate,
            Self::Sampled(sample) => sample.rate,
        }
    }
}

/// A known number plus sampled rates of different sets, each times a coefficient.
///
/// A gap is one: upper rate − lower rate. So is a gap less the size from which on it matters, which is a
/// share of the dev error and as uncertain as that.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contrast {
    known: f64,
    samples: Vec<(f64, Sample)>,
}

impl Contrast {
    /// This, and a rate times a coefficient.
    pub(crate) fn plus(mut self, coefficient: f64, term: Term) -> Self {
        match term {
            Term::Known(rate) => self.known += coefficient * rate,
            Term::Sampled(sample) => {
                // A set that is there already moves both terms alike: they are one.
                let same = |(_, present): &&mut (f64, Sample)| present.set == sample.set;
                match self.samples.iter_mut().find(same) {
                    Some((present, _)) => *present += coefficient,
                    None => self.samples.push((coefficient, sample)),
                }
            }
        }
        self
    }

    /// The same with `n` further examples in those sets, and all rates as they are.
    pub(crate) fn grown(&self, sets: &[SetName], n: u64) -> Self {
        let mut grown = self.clone();
        for (_, sample) in &mut grown.samples {
            if sets.contains(&sample.set) {
                sample.n += n as f64;
            }
        }
        grown
    }

    /// The sets that are sampled.
    pub(crate) fn sets(&self) -> Vec<SetName> {
        self.samples.iter().map(|(_, sample)| sample.set).collect()
    }

    pub(crate) fn size(&self) -> f64 {
        let sampled = self.samples.iter().map(|(c, sample)| c * sample.rate);
        self.known + sampled.sum::<f64>()
    }

    pub(crate) fn interval(&self, confidence: Confidence) -> Interval {
        let term = |&(coefficient, sample): &(f64, Sample)| (coefficient, sample.rate, sample.n);
        let terms: Vec<_> = self.samples.iter().map(term).collect();
        recovered(self.size(), &terms, confidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interval::{newcombe, wilson};

    fn sampled(set: SetName, errors: u64, n: u64) -> (Term, ErrorCount) {
        let count = ErrorCount::new(errors, n).unwrap();
        (Term::Sampled(Sample::new(set, count)), count)
    }

    fn check(got: Interval, expected: Interval) {
        assert!((got.low - expected.low).abs() < 1e-15, "{got:?}");
        assert!((got.high - expected.high).abs() < 1e-15, "{got:?}");
    }

    #[test]
    fn one_rate_is_wilson_and_two_are_newcombe() {
        let level = Confidence::default();
        let (dev, dev_count) = sampled(SetName::Dev, 15, 148);
        let (train_dev, train_dev_count) = sampled(SetName::TrainDev, 3, 263);
        let one = Contrast::default().plus(1.0, dev);
        check(one.interval(level), wilson(dev_count, level));
        let two = one.clone().plus(-1.0, train_dev);
        check(
            two.interval(level),
            newcombe(dev_count, train_dev_count, level),
        );
        assert!((two.size() - (15.0 / 148.0 - 3.0 / 263.0)).abs() < 1e-15);

        let less_known = one.plus(-1.0, Term::Known(0.02)).interval(level);
        check(less_known, wilson(dev_count, level).minus(0.02));
    }

    #[test]
    fn a_set_that_comes_twice_is_sampled_once() {
        let level = Confidence::default();
        let (dev, count) = sampled(SetName::Dev, 15, 148);
        // dev − 0.1 dev = 0.9 dev, whose bounds are nine tenths of Wilson's.
        let contrast = Contrast::default().plus(1.0, dev).plus(-0.1, dev);
        let wilson = wilson(count, level);
        let expected = Interval {
            low: 0.9 * wilson.low,
            high: 0.9 * wilson.high,
        };
        check(contrast.interval(level), expected);
        assert_eq!(contrast.sets(), [SetName::Dev]);
    }

    /// By hand: −0.1 × dev alone reaches from −0.1 × Wilson's upper bound to −0.1 × its lower one.
    #[test]
    fn a_negative_coefficient_turns_the_bounds_round() {
        let level = Confidence::default();
        let (dev, count) = sampled(SetName::Dev, 15, 148);
        let wilson = wilson(count, level);
        let expected = Interval {
            low: -0.1 * wilson.high,
            high: -0.1 * wilson.low,
        };
        check(
            Contrast::default().plus(-0.1, dev).interval(level),
            expected,
        );
    }
}
