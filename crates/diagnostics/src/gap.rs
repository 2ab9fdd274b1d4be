//! Gaps between neighbouring error rates: how large, how sure, and whether they matter.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::contrast::{Contrast, Term};
use crate::interval::{Confidence, Interval};
use crate::more_examples::MoreExamples;
use crate::rate::{RateName, SetName};

/// Which gap; declared, and therefore ordered, as the flowchart asks.
///
/// Ng's words: the textbook decomposition into bias and variance over many trainings is another thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapKind {
    /// Train error above the human one: what a better fit could still win.
    AvoidableBias,
    /// Without a train error: bias and variance in one figure.
    BiasOrVariance,
    /// Without train and train-dev errors: bias, variance and mismatch in one figure.
    BiasVarianceOrMismatch,
    /// With nothing but test: all four in one figure.
    Any,
    /// Train-dev error above train error: what is lost on unseen examples of the same kind.
    Variance,
    /// Variance and data mismatch in one figure, which only a train-dev set could tell apart.
    VarianceOrMismatch,
    /// Without train-dev and dev errors: variance, mismatch and overfitting to dev in one figure.
    VarianceMismatchOrOverfitting,
    /// Dev error above train-dev error: what is lost because the target is unlike the training data.
    DataMismatch,
    /// Without a dev error: mismatch and overfitting to dev in one figure.
    MismatchOrOverfitting,
    /// Test error above dev error: what was won on dev alone by choosing on it.
    OverfittingToDev,
}

impl GapKind {
    /// All of them, in the flowchart's order.
    pub const ALL: [Self; 10] = [
        Self::AvoidableBias,
        Self::BiasOrVariance,
        Self::BiasVarianceOrMismatch,
        Self::Any,
        Self::Variance,
        Self::VarianceOrMismatch,
        Self::VarianceMismatchOrOverfitting,
        Self::DataMismatch,
        Self::MismatchOrOverfitting,
        Self::OverfittingToDev,
    ];

    /// The two rates: the gap is the second minus the first.
    #[must_use]
    pub fn between(self) -> (RateName, RateName) {
        use RateName::{Dev, Human, Test, Train, TrainDev};
        match self {
            Self::AvoidableBias => (Human, Train),
            Self::BiasOrVariance => (Human, TrainDev),
            Self::BiasVarianceOrMismatch => (Human, Dev),
            Self::Any => (Human, Test),
            Self::Variance => (Train, TrainDev),
            Self::VarianceOrMismatch => (Train, Dev),
            Self::VarianceMismatchOrOverfitting => (Train, Test),
            Self::DataMismatch => (TrainDev, Dev),
            Self::MismatchOrOverfitting => (TrainDev, Test),
            Self::OverfittingToDev => (Dev, Test),
        }
    }

    /// The gap between two rates of the ladder; none if they are the same or the wrong way round.
    #[must_use]
    pub fn from_rates(lower: RateName, upper: RateName) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.between() == (lower, upper))
    }

    /// The sets whose errors would tell the parts of this gap apart; none for one of the four.
    #[must_use]
    pub fn missing(self) -> Vec<SetName> {
        let (lower, upper) = self.between();
        let between = |set: &SetName| lower < (*set).into() && RateName::from(*set) < upper;
        SetName::ALL.into_iter().filter(between).collect()
    }

    /// The subtraction in words, such as "train − human".
    #[must_use]
    pub fn definition(self) -> String {
        let (lower, upper) = self.between();
        format!("{upper} − {lower}")
    }
}

impl fmt::Display for GapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::AvoidableBias => "avoidable bias",
            Self::BiasOrVariance => "bias or variance",
            Self::BiasVarianceOrMismatch => "bias, variance or mismatch",
            Self::Any => "bias, variance, mismatch or overfitting",
            Self::Variance => "variance",
            Self::VarianceOrMismatch => "variance or mismatch",
            Self::VarianceMismatchOrOverfitting => "variance, mismatch or overfitting",
            Self::DataMismatch => "data mismatch",
            Self::MismatchOrOverfitting => "mismatch or overfitting",
            Self::OverfittingToDev => "overfitting to dev",
        })
    }
}

/// What an interval says about a question that has a yes and a no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The whole interval says yes.
    Present,
    /// The whole interval says no.
    Absent,
    /// The interval reaches from no to yes: too few examples to tell.
    Inconclusive,
    /// The question has no answer: a model that beats people can't be measured by them.
    NotMeasurable,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Present => "present",
            Self::Absent => "absent",
            Self::Inconclusive => "inconclusive",
            Self::NotMeasurable => "not measurable",
        })
    }
}

/// One gap of a diagnosis; rates and their differences are fractions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// Which one.
    pub kind: GapKind,
    /// The difference of the two rates, shown as it is when negative.
    pub size: f64,
    /// Interval of the size; of zero width where both rates are exact.
    pub interval: Interval,
    /// Interval of the size less the size from which on a gap matters. That is a share of the dev error, so
    /// it is measured too: the verdict is read from this interval.
    pub over_threshold: Interval,
    /// Whether the gap matters, as far as the intervals tell.
    pub verdict: Verdict,
    /// What would settle an inconclusive verdict; none if it is settled or if nothing within reach would.
    pub needed: Option<MoreExamples>,
}

impl Gap {
    pub(crate) fn measure(
        kind: GapKind,
        span: Span,
        threshold: Threshold,
        level: Confidence,
    ) -> Self {
        let gap = span.contrast();
        let over = threshold.subtract_from(gap.clone());
        let interval = gap.interval(level).within_1();
        let over_threshold = over.interval(level);
        let verdict = verdict(interval, over_threshold);
        let needed = match verdict {
            Verdict::Inconclusive => MoreExamples::to_settle(&gap, &over, level),
            Verdict::Present | Verdict::Absent | Verdict::NotMeasurable => None,
        };
        Self {
            kind,
            size: span.size(),
            interval,
            over_threshold,
            verdict,
            needed,
        }
    }
}

/// The two rates of a gap, by how they are known.
///
/// Human error is a given figure. Train error is counted on the whole training set, which is all there
/// is of it: for the frozen weights it is exact, and its sampling error widens no gap. So avoidable bias
/// is exact too, and variance is as uncertain as the train-dev rate alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) lower: Term,
    pub(crate) upper: Term,
}

impl Span {
    /// Subtracted at once, so that gaps add up as rates do.
    pub(crate) fn size(self) -> f64 {
        self.upper.rate() - self.lower.rate()
    }

    fn contrast(self) -> Contrast {
        Contrast::default()
            .plus(1.0, self.upper)
            .plus(-1.0, self.lower)
    }
}

/// From which size on a gap matters: a share of an error rate, which may itself be sampled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Threshold {
    /// A fraction in 0..=1.
    pub(crate) share: f64,
    /// The dev error, or what takes its place.
    pub(crate) of: Term,
}

impl Threshold {
    pub(crate) fn size(self) -> f64 {
        self.share * self.of.rate()
    }

    pub(crate) fn interval(self, level: Confidence) -> Interval {
        let contrast = Contrast::default().plus(self.share, self.of);
        contrast.interval(level)
    }

    fn subtract_from(self, gap: Contrast) -> Contrast {
        gap.plus(-self.share, self.of)
    }
}

/// Whether a gap of this size, by so much over the threshold, matters: at least the threshold, and never nothing,
/// since without errors on dev the threshold itself is 0.
pub(crate) fn matters(size: f64, over: f64) -> bool {
    size > 0.0 && over >= -ROUNDING
}

/// The whole interval of a gap, and that of the gap less the threshold, must say that it matters, or not.
pub(crate) fn verdict(gap: Interval, over_threshold: Interval) -> Verdict {
    match (
        matters(gap.low, over_threshold.low),
        matters(gap.high, over_threshold.high),
    ) {
        (true, _) => Verdict::Present,
        (false, false) => Verdict::Absent,
        (false, true) => Verdict::Inconclusive,
    }
}

/// Differences of rates carry rounding errors near 10⁻¹⁶ (0.5 − 0.45 is less than 0.05). Sizes this close
/// count as equal, far below one error in any set.
pub(crate) const ROUNDING: f64 = 1e-12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_gap_from_each_rate_to_each_later_one() {
        use RateName::{Dev, Human, Test, Train, TrainDev};
        assert!(GapKind::ALL.is_sorted());
        let ladder = [Human, Train, TrainDev, Dev, Test];
        let mut found = Vec::new();
        for (at, lower) in ladder.into_iter().enumerate() {
            for upper in &ladder[at + 1..] {
                let kind = GapKind::from_rates(lower, *upper).unwrap();
                assert_eq!(kind.definition(), format!("{upper} − {lower}"));
                found.push(kind);
            }
            assert_eq!(GapKind::from_rates(lower, lower), None);
        }
        assert_eq!(found, GapKind::ALL); // by the lower rate, and so in the flowchart's order
    }

    #[test]
    fn a_verdict_needs_the_whole_interval() {
        fn check(threshold: f64, low: f64, high: f64, expected: Verdict) {
            let gap = Interval { low, high };
            let got = verdict(gap, gap.minus(threshold));
            assert_eq!(got, expected, "{low}..{high} against {threshold}");
        }
        check(0.01, 0.02, 0.03, Verdict::Present);
        check(0.01, 0.01, 0.01, Verdict::Present); // at least the threshold
        check(0.05, 0.5 - 0.45, 0.1, Verdict::Present); // the same, up to rounding
        check(0.01, -0.02, 0.009, Verdict::Absent);
        check(0.01, 0.0, 0.01, Verdict::Inconclusive);
        // Without errors on dev the threshold is 0, and a gap of 0 is still none.
        check(0.0, 0.0, 0.0, Verdict::Absent);
        check(0.0, -0.1, 0.0, Verdict::Absent);
        check(0.0, 0.0, 0.1, Verdict::Inconclusive);
        check(0.0, 1e-9, 0.1, Verdict::Present);
    }
}
