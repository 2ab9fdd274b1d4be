use serde::Serialize;

use super::{question::Question, score::Tally, share::Share};

/// What the diagnosis must reach: the share from and to which each question is to be answered with yes.
///
/// The largest gap, four standard errors or more above the threshold, is found at least so often. Where it
/// stands less far above, and where a gap does not matter at all, the wrong word is said at most as often as
/// an interval at 95 % confidence misses the truth. And so often it holds it, give or take what score
/// intervals deviate by in small sets.
const TARGETS: [(Question, [f64; 2]); 5] = [
    (Question::NamedFirst, [0.95, 1.0]),
    (Question::CalledAbsent, [0.0, 0.05]),
    (Question::FalseAlarm, [0.0, 0.05]),
    (Question::RateCovered, [0.93, 0.97]),
    (Question::GapCovered, [0.93, 0.97]),
];

/// Fewer scenarios are a part of an exam: what they miss may be chance.
pub(super) const WHOLE_EXAM: usize = 200;

/// Something that the diagnosis must reach, and whether it does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Target {
    pub(super) question: Question,
    /// The share that is to be reached, from and to, both included.
    pub(super) expected: [f64; 2],
    /// In the scenarios' own runs.
    pub(super) own: Share,
    /// In the repeats.
    pub(super) repeats: Share,
    /// In both.
    pub(super) together: Share,
    pub(super) outcome: Outcome,
}

/// Whether a target is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    Reached,
    Missed,
    /// Not reached by a part of an exam, and so few scenarios can't tell.
    Undecided,
    /// It never came up.
    NotTested,
}

impl Target {
    /// All targets, in the order of the report; from what the own runs of so many scenarios, their repeats,
    /// and both together were like.
    pub(super) fn all(n_scenarios: usize, [own, repeats, together]: [&Tally; 3]) -> Vec<Self> {
        let target = |&(question, expected): &(Question, [f64; 2])| {
            let (own, together) = (own.share(question), together.share(question));
            let is_part = n_scenarios < WHOLE_EXAM;
            let outcome = match outcome(expected, own, together) {
                Outcome::Missed if is_part && !contradicts(expected, together) => {
                    Outcome::Undecided
                }
                outcome => outcome,
            };
            Self {
                question,
                expected,
                own,
                repeats: repeats.share(question),
                together,
                outcome,
            }
        };
        TARGETS.iter().map(target).collect()
    }
}

/// Reached if the share in own runs and repeats together is as expected, and the own runs alone, which are
/// few, do not contradict it.
fn outcome(expected: [f64; 2], own: Share, together: Share) -> Outcome {
    let [low, high] = expected;
    match together.rate() {
        None => Outcome::NotTested,
        Some(rate) if (low..=high).contains(&rate) && !contradicts(expected, own) => {
            Outcome::Reached
        }
        Some(_) => Outcome::Missed,
    }
}

/// Whether the whole interval of a share lies outside of what is expected.
fn contradicts([low, high]: [f64; 2], share: Share) -> bool {
    share
        .interval()
        .is_some_and(|interval| interval.high < low || interval.low > high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(held: u64, of: u64) -> Share {
        let mut all = Share::default();
        for at in 0..of {
            let mut one = Share::default();
            one.add(at < held);
            all = all.plus(one.as_cluster());
        }
        all
    }

    /// Wilson's interval of 170 of 200 ends at 89.3 %, that of 185 of 200 at 95.4 %.
    #[test]
    fn a_target_can_be_missed() {
        let check = |expected, own, together, outcome_expected| {
            assert_eq!(outcome(expected, own, together), outcome_expected);
        };
        let at_least = [0.95, 1.0];
        check(
            at_least,
            share(190, 200),
            share(950, 1000),
            Outcome::Reached,
        );
        check(at_least, share(190, 200), share(949, 1000), Outcome::Missed);
        // Few own runs may lie below by chance, but not so far.
        check(
            at_least,
            share(185, 200),
            share(950, 1000),
            Outcome::Reached,
        );
        check(at_least, share(170, 200), share(950, 1000), Outcome::Missed);
        let at_most = [0.0, 0.05];
        check(at_most, share(0, 9), share(50, 1000), Outcome::Reached);
        check(at_most, share(0, 9), share(51, 1000), Outcome::Missed);
        check(at_most, share(9, 9), share(50, 1000), Outcome::Missed);
        // Intervals can be too wide, too.
        let coverage = [0.93, 0.97];
        check(coverage, share(0, 0), share(971, 1000), Outcome::Missed);
        check(coverage, share(0, 0), share(929, 1000), Outcome::Missed);
        check(coverage, share(0, 0), share(95, 100), Outcome::Reached);
        check(coverage, share(0, 0), share(0, 0), Outcome::NotTested);
    }
}
