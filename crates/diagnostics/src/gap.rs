//! Gaps between neighbouring error rates: how large, how sure, and whether they matter.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::interval::{Confidence, Interval, newcombe_of, wilson_of};
use crate::more_examples::MoreExamples;
use crate::rate::{ErrorCount, RateName, SetName};

/// Which gap; declared, and therefore ordered, as the flowchart asks.
///
/// Ng's words: the textbook decomposition into bias and variance over many trainings is another thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapKind {
    /// Train error above the human one: what a better fit could still win.
    AvoidableBias,
    /// Train-dev error above train error: what is lost on unseen examples of the same kind.
    Variance,
    /// Dev error above train-dev error: what is lost because the target is unlike the training data.
    DataMismatch,
    /// Variance and data mismatch in one figure, which only a train-dev set could tell apart.
    VarianceOrMismatch,
    /// Test error above dev error: what was won on dev alone by choosing on it.
    OverfittingToDev,
}

impl GapKind {
    /// The two rates: the gap is the second minus the first.
    #[must_use]
    pub fn between(self) -> (RateName, RateName) {
        match self {
            Self::AvoidableBias => (RateName::Human, RateName::Train),
            Self::Variance => (RateName::Train, RateName::TrainDev),
            Self::DataMismatch => (RateName::TrainDev, RateName::Dev),
            Self::VarianceOrMismatch => (RateName::Train, RateName::Dev),
            Self::OverfittingToDev => (RateName::Dev, RateName::Test),
        }
    }

    /// The subtraction in words, such as "train − human".
    #[must_use]
    pub fn definition(self) -> &'static str {
        match self {
            Self::AvoidableBias => "train − human",
            Self::Variance => "train-dev − train",
            Self::DataMismatch => "dev − train-dev",
            Self::VarianceOrMismatch => "dev − train",
            Self::OverfittingToDev => "test − dev",
        }
    }
}

impl fmt::Display for GapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::AvoidableBias => "avoidable bias",
            Self::Variance => "variance",
            Self::DataMismatch => "data mismatch",
            Self::VarianceOrMismatch => "variance or mismatch",
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
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Present => "present",
            Self::Absent => "absent",
            Self::Inconclusive => "inconclusive",
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
    /// Whether the gap matters, as far as the interval tells.
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
        let interval = span.interval(level);
        let verdict = threshold.verdict(interval);
        let needed = match verdict {
            Verdict::Inconclusive => MoreExamples::to_settle(span, threshold, level),
            Verdict::Present | Verdict::Absent => None,
        };
        Self {
            kind,
            size: span.size(),
            interval,
            verdict,
            needed,
        }
    }
}

/// The size from which on a gap matters, a fraction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Threshold(pub(crate) f64);

impl Threshold {
    /// At least the threshold, and never nothing: without errors on dev the threshold itself is 0.
    pub(crate) fn matters(self, size: f64) -> bool {
        size > 0.0 && size >= self.0 - ROUNDING
    }

    pub(crate) fn verdict(self, interval: Interval) -> Verdict {
        match (self.matters(interval.low), self.matters(interval.high)) {
            (true, _) => Verdict::Present,
            (false, false) => Verdict::Absent,
            (false, true) => Verdict::Inconclusive,
        }
    }
}

/// Differences of rates carry rounding errors near 10⁻¹⁶ (0.5 − 0.45 is less than 0.05). Sizes this close
/// count as equal, far below one error in any set.
pub(crate) const ROUNDING: f64 = 1e-12;

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

    pub(crate) fn grown(self, by: u64) -> Self {
        Self {
            n: self.n + by as f64,
            ..self
        }
    }
}

/// The two rates of a gap, by how they are known.
///
/// Human error is a given figure. Train error is counted on the whole training set, which is all there
/// is of it: for the frozen weights it is exact, and its sampling error widens no gap. So avoidable bias
/// is exact too, and variance is as uncertain as the train-dev rate alone.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Span {
    Exact { lower: f64, upper: f64 },
    OneSampled { lower: f64, upper: Sample },
    TwoSampled { lower: Sample, upper: Sample },
}

impl Span {
    pub(crate) fn size(self) -> f64 {
        match self {
            Self::Exact { lower, upper } => upper - lower,
            Self::OneSampled { lower, upper } => upper.rate - lower,
            Self::TwoSampled { lower, upper } => upper.rate - lower.rate,
        }
    }

    pub(crate) fn interval(self, confidence: Confidence) -> Interval {
        match self {
            Self::Exact { .. } => Interval::exact(self.size()),
            Self::OneSampled { lower, upper } => {
                wilson_of(upper.rate, upper.n, confidence.z()).minus(lower)
            }
            Self::TwoSampled { lower, upper } => {
                newcombe_of((upper.rate, upper.n), (lower.rate, lower.n), confidence.z())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [GapKind; 5] = [
        GapKind::AvoidableBias,
        GapKind::Variance,
        GapKind::DataMismatch,
        GapKind::VarianceOrMismatch,
        GapKind::OverfittingToDev,
    ];

    #[test]
    fn the_definition_names_the_two_rates() {
        assert!(KINDS.is_sorted());
        for kind in KINDS {
            let (lower, upper) = kind.between();
            assert_eq!(kind.definition(), format!("{upper} − {lower}"));
        }
    }

    #[test]
    fn a_verdict_needs_the_whole_interval() {
        fn check(threshold: f64, low: f64, high: f64, expected: Verdict) {
            let got = Threshold(threshold).verdict(Interval { low, high });
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
