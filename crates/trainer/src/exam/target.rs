use serde::Serialize;

use super::score::{Share, Tally};

/// Where the largest gap stands four standard errors or more above the threshold, it is named first and
/// called present at least so often.
const NAMED_FIRST: [f64; 2] = [0.95, 1.0];
/// Where it stands less far above, it is called absent at most so often: the interval's own error.
const CALLED_ABSENT: [f64; 2] = [0.0, 0.05];
/// A gap that does not matter is called present at most so often.
const FALSE_ALARMS: [f64; 2] = [0.0, 0.05];
/// Intervals at 95 % confidence hold the truth so often.
const COVERAGE: [f64; 2] = [0.93, 0.97];

/// Something that the diagnosis must reach, and whether it does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Target {
    pub(super) name: &'static str,
    /// The share that is to be reached, from and to, both included.
    pub(super) expected: [f64; 2],
    /// In the scenarios' own runs.
    pub(super) own: Share,
    /// In the repeats.
    pub(super) repeats: Share,
    pub(super) outcome: Outcome,
}

/// Whether a target is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    Reached,
    Missed,
    /// It never came up.
    NotTested,
}

impl Target {
    /// All targets, in the order of the report.
    pub(super) fn all(own: &Tally, repeats: &Tally) -> Vec<Self> {
        let target = |name, expected, share: fn(&Tally) -> Share| {
            Self::new(name, expected, share(own), share(repeats))
        };
        vec![
            target(
                "largest gap far above the threshold: named first and present",
                NAMED_FIRST,
                |tally| tally.named_first,
            ),
            target(
                "largest gap less far above the threshold: called absent",
                CALLED_ABSENT,
                |tally| tally.called_absent,
            ),
            target(
                "gaps below the threshold: called present (false alarms)",
                FALSE_ALARMS,
                |tally| tally.false_alarms,
            ),
            target(
                "intervals of error rates: hold the true rate",
                COVERAGE,
                |tally| tally.rates_covered,
            ),
            target("intervals of gaps: hold the true gap", COVERAGE, |tally| {
                tally.gaps_covered
            }),
        ]
    }

    fn new(name: &'static str, expected: [f64; 2], own: Share, repeats: Share) -> Self {
        Self {
            name,
            expected,
            own,
            repeats,
            outcome: outcome(expected, own, repeats),
        }
    }

    /// Own runs and repeats together.
    pub(super) fn together(&self) -> Share {
        self.own.plus(self.repeats)
    }
}

/// Reached if the share in own runs and repeats together is as expected, and the own runs alone, which are
/// few, do not contradict it: their interval reaches into what is expected.
fn outcome([low, high]: [f64; 2], own: Share, repeats: Share) -> Outcome {
    let Some(rate) = own.plus(repeats).rate() else {
        return Outcome::NotTested;
    };
    let contradicts = own
        .interval()
        .is_some_and(|interval| interval.high < low || interval.low > high);
    if (low..=high).contains(&rate) && !contradicts {
        Outcome::Reached
    } else {
        Outcome::Missed
    }
}
