use plumb_diagnostics::{Diagnosis, GapKind, MismatchSplit, RateName, Verdict};
use serde::Serialize;

use super::{
    recipe::Sizes,
    truth::{GAPS, Truth, binomial},
};

/// From so many standard errors above the threshold on, the largest gap must be found.
pub(super) const FAR: f64 = 4.0;

/// One diagnosis held against the truth.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Judged {
    pub(super) truth: Truth,
    /// What the diagnosis named first.
    pub(super) named: Option<GapKind>,
    /// In the order of [`GAPS`].
    pub(super) gaps: [JudgedGap; 4],
    /// Of train-dev, dev and test.
    pub(super) rates: [JudgedRate; 3],
    /// Whether the interval of the mismatch less what is harder data holds what is truly left of it.
    pub(super) split_covered: bool,
}

/// A gap as it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct JudgedGap {
    pub(super) measured: f64,
    pub(super) verdict: Verdict,
    /// Whether the interval holds the true gap; none where it has no width, both rates being exact.
    pub(super) covered: Option<bool>,
}

/// A rate as it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct JudgedRate {
    /// How much too high it came out, in its true standard errors.
    pub(super) too_high: f64,
    /// Whether the interval holds the true rate.
    pub(super) covered: bool,
}

/// How far the largest true gap stands above the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Four standard errors or more.
    Far,
    /// Less.
    Near,
    /// It does not matter.
    Below,
}

/// What a diagnosis got wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Fault {
    /// The largest gap stands far above the threshold, and another was named first, or none.
    NotNamedFirst,
    /// The same was named first, and not called present.
    NotPresent,
    /// The largest gap matters, and was called absent.
    CalledAbsent,
    /// A gap that does not matter was called present.
    FalseAlarm(GapKind),
}

impl Judged {
    /// Holds a diagnosis of all four gaps, and its split of the mismatch, against the truth; none if it lacks
    /// a gap or a rate.
    pub(super) fn new(
        truth: Truth,
        sizes: Sizes,
        diagnosis: &Diagnosis,
        split: &MismatchSplit,
    ) -> Option<Self> {
        let gap = |at: usize| {
            let gap = diagnosis.gap(GAPS[at])?;
            let has_width = gap.interval.low < gap.interval.high;
            Some(JudgedGap {
                measured: gap.size,
                verdict: gap.verdict,
                covered: has_width.then(|| gap.interval.contains(truth.gaps[at])),
            })
        };
        let rates = &truth.rates;
        let rate = |name: RateName, expected: f64, n: usize| {
            let rate = diagnosis.rates.iter().find(|rate| rate.name == name)?;
            let off = rate.rate - expected;
            Some(JudgedRate {
                too_high: if off == 0.0 {
                    0.0
                } else {
                    off / binomial(expected, n).sqrt()
                },
                covered: rate.interval?.contains(expected),
            })
        };
        Some(Self {
            gaps: [gap(0)?, gap(1)?, gap(2)?, gap(3)?],
            rates: [
                rate(RateName::TrainDev, rates.general, sizes.train_dev)?,
                rate(RateName::Dev, rates.dev, sizes.dev)?,
                rate(RateName::Test, rates.target, sizes.test)?,
            ],
            named: diagnosis.first,
            split_covered: split.interval.contains(truth.mismatch() - truth.harder()),
            truth,
        })
    }

    pub(super) fn standing(&self) -> Standing {
        match self.truth.first() {
            None => Standing::Below,
            Some(at) if self.truth.standard_errors_above[at] >= FAR => Standing::Far,
            Some(_) => Standing::Near,
        }
    }

    /// All that is wrong with it.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Some(at) = self.truth.first() {
            let (kind, verdict) = (GAPS[at], self.gaps[at].verdict);
            if self.standing() == Standing::Far {
                if self.named != Some(kind) {
                    faults.push(Fault::NotNamedFirst);
                } else if verdict != Verdict::Present {
                    faults.push(Fault::NotPresent);
                }
            } else if verdict == Verdict::Absent {
                faults.push(Fault::CalledAbsent);
            }
        }
        for (at, gap) in self.gaps.iter().enumerate() {
            if !self.truth.matters(at) && gap.verdict == Verdict::Present {
                faults.push(Fault::FalseAlarm(GAPS[at]));
            }
        }
        faults
    }
}
