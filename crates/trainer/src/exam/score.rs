use plumb_diagnostics::{Confidence, ErrorCount, Interval, Verdict, wilson};
use serde::Serialize;

use super::{
    judged::{Fault, Judged, Standing},
    truth::GAPS,
};

/// How often something held, among how many times it could have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Share {
    pub(super) held: u64,
    pub(super) of: u64,
}

/// Per true first gap, per named first gap, how many; the last of either is none.
pub(super) type Confusion = [[u64; 5]; 5];

/// What diagnoses got right and wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Tally {
    pub(super) diagnoses: u64,
    /// Of those whose largest gap stands far above the threshold, named first and present.
    pub(super) named_first: Share,
    /// Of those whose largest gap stands less far above it, called absent.
    pub(super) called_absent: Share,
    /// Of all gaps that do not matter, called present.
    pub(super) false_alarms: Share,
    /// Of those within four standard errors below the threshold, called present.
    pub(super) close_false_alarms: Share,
    /// Of all gaps that matter, called absent.
    pub(super) missed: Share,
    /// Intervals of rates that hold the truth.
    pub(super) rates_covered: Share,
    /// Intervals of gaps that hold the truth.
    pub(super) gaps_covered: Share,
    /// The same per gap, in the order of [`GAPS`].
    pub(super) covered_per_gap: [Share; 4],
    pub(super) confusion: Confusion,
}

impl Share {
    pub(super) fn add(&mut self, holds: bool) {
        self.held += u64::from(holds);
        self.of += 1;
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            held: self.held + other.held,
            of: self.of + other.of,
        }
    }

    /// None of nothing.
    pub(super) fn rate(self) -> Option<f64> {
        (self.of > 0).then(|| self.held as f64 / self.of as f64)
    }

    /// Wilson's interval at 95 % confidence.
    pub(super) fn interval(self) -> Option<Interval> {
        let count = ErrorCount::new(self.held, self.of).ok()?;
        Some(wilson(count, Confidence::default()))
    }
}

impl Tally {
    /// Of all these diagnoses.
    pub(super) fn of<'a>(all: impl IntoIterator<Item = &'a Judged>) -> Self {
        let mut tally = Self::default();
        for judged in all {
            tally.add(judged);
        }
        tally
    }

    fn add(&mut self, judged: &Judged) {
        self.diagnoses += 1;
        let faults = judged.faults();
        let is = |wanted: &[Fault]| faults.iter().any(|fault| wanted.contains(fault));
        match judged.standing() {
            Standing::Far => {
                let wrong = is(&[Fault::NotNamedFirst, Fault::NotPresent]);
                self.named_first.add(!wrong);
            }
            Standing::Near => self.called_absent.add(is(&[Fault::CalledAbsent])),
            Standing::Below => {}
        }
        for (at, gap) in judged.gaps.iter().enumerate() {
            if judged.truth.matters(at) {
                self.missed.add(gap.verdict == Verdict::Absent);
            } else {
                let is_alarm = is(&[Fault::FalseAlarm(GAPS[at])]);
                self.false_alarms.add(is_alarm);
                if judged.truth.standard_errors_above[at] > -super::judged::FAR {
                    self.close_false_alarms.add(is_alarm);
                }
            }
            if let Some(covered) = gap.covered {
                self.gaps_covered.add(covered);
                self.covered_per_gap[at].add(covered);
            }
        }
        for rate in &judged.rates {
            self.rates_covered.add(rate.covered);
        }
        let row = judged.truth.first().unwrap_or(GAPS.len());
        let named = judged
            .named
            .and_then(|kind| GAPS.iter().position(|&gap| gap == kind));
        self.confusion[row][named.unwrap_or(GAPS.len())] += 1;
    }

    /// Of both.
    pub(super) fn plus(&self, other: &Self) -> Self {
        let mut sum = Self {
            diagnoses: self.diagnoses + other.diagnoses,
            named_first: self.named_first.plus(other.named_first),
            called_absent: self.called_absent.plus(other.called_absent),
            false_alarms: self.false_alarms.plus(other.false_alarms),
            close_false_alarms: self.close_false_alarms.plus(other.close_false_alarms),
            missed: self.missed.plus(other.missed),
            rates_covered: self.rates_covered.plus(other.rates_covered),
            gaps_covered: self.gaps_covered.plus(other.gaps_covered),
            covered_per_gap: self.covered_per_gap,
            confusion: self.confusion,
        };
        for at in 0..GAPS.len() {
            sum.covered_per_gap[at] = sum.covered_per_gap[at].plus(other.covered_per_gap[at]);
        }
        for (row, others) in sum.confusion.iter_mut().zip(&other.confusion) {
            for (count, other) in row.iter_mut().zip(others) {
                *count += other;
            }
        }
        sum
    }
}
