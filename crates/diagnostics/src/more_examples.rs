//! How many further examples would settle an inconclusive gap.

use serde::{Deserialize, Serialize};

use crate::contrast::Contrast;
use crate::gap::{Verdict, verdict};
use crate::interval::Confidence;
use crate::rate::SetName;

/// Further examples that would settle a verdict if every rate stayed as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoreExamples {
    /// The sets to enlarge: one, or the two of the gap. Never train.
    pub sets: Vec<SetName>,
    /// Further examples in each of them.
    pub n_each: u64,
}

impl MoreExamples {
    /// No more than this many per set are asked for: beyond it, the gap is as good as at the threshold.
    pub const MOST: u64 = 10_000_000;

    /// Looks for the least number that moves the verdict to one side, for a gap and for the same less what
    /// makes it matter.
    ///
    /// Each set alone, or all of them equally, whichever takes fewer examples in all; none if more than
    /// [`Self::MOST`] per set would be needed.
    pub(crate) fn to_settle(gap: &Contrast, over: &Contrast, level: Confidence) -> Option<Self> {
        let settles = |sets: &[SetName], n: u64| {
            let [gap, over] = [gap, over].map(|contrast| contrast.grown(sets, n).interval(level));
            verdict(gap, over) != Verdict::Inconclusive
        };
        let all = over.sets();
        let mut ways: Vec<Vec<SetName>> = all.iter().map(|&set| vec![set]).collect();
        if all.len() > 1 {
            ways.push(all);
        }
        let found = ways.into_iter().filter_map(|mut sets| {
            let n_each = least(MoreExamples::MOST, |n| settles(&sets, n))?;
            sets.sort_unstable();
            Some(Self { sets, n_each })
        });
        found.min_by_key(|more| more.n_each * more.sets.len() as u64)
    }
}

/// Smallest number of examples up to `most` that is enough, by doubling and then halving; `enough` must not turn
/// false again, which holds because the intervals shrink as `n` grows.
pub(crate) fn least(most: u64, enough: impl Fn(u64) -> bool) -> Option<u64> {
    let mut high = 1;
    while !enough(high) {
        if high >= most {
            return None;
        }
        high = (2 * high).min(most);
    }
    let mut low = high / 2; // not enough, or 0
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contrast::{Sample, Term};

    /// A gap from a known or a sampled rate to a sampled one, against a known threshold.
    struct Case {
        gap: Contrast,
        over: Contrast,
    }

    impl Case {
        fn new(lower: Term, upper: (SetName, f64, f64), threshold: f64) -> Self {
            let gap = Contrast::default()
                .plus(1.0, sampled(upper))
                .plus(-1.0, lower);
            let over = gap.clone().plus(-1.0, Term::Known(threshold));
            Self { gap, over }
        }

        fn verdict(&self, sets: &[SetName], n: u64) -> Verdict {
            let [gap, over] = [&self.gap, &self.over]
                .map(|contrast| contrast.grown(sets, n).interval(Confidence::default()));
            verdict(gap, over)
        }

        fn to_settle(&self) -> Option<(Vec<SetName>, u64)> {
            let found = MoreExamples::to_settle(&self.gap, &self.over, Confidence::default());
            found.map(|more| (more.sets, more.n_each))
        }
    }

    fn sampled((set, rate, n): (SetName, f64, f64)) -> Term {
        Term::Sampled(Sample { set, rate, n })
    }

    #[test]
    fn one_sampled_set_matches_the_closed_form() {
        fn check(rate: f64, n: f64, train: f64, threshold: f64) {
            // A Wilson bound x of the rate p solves (p − x)² = z² x(1 − x)/n, so it reaches the threshold
            // at n = z² x(1 − x)/(p − x)² with x = train + threshold.
            let x = train + threshold;
            let total = 1.959_963_984_540_054_f64.powi(2) * x * (1.0 - x) / (rate - x).powi(2);
            let expected = (total - n).ceil() as u64;
            let case = Case::new(Term::Known(train), (SetName::TrainDev, rate, n), threshold);
            assert_eq!(case.to_settle(), Some((vec![SetName::TrainDev], expected)));
        }
        check(0.03, 100.0, 0.01, 0.003); // present in the end
        check(0.02, 100.0, 0.01, 0.04); // absent in the end
        check(0.12, 50.0, 0.1, 0.019); // a thousandth above: nearly half a million examples
    }

    #[test]
    fn a_gap_at_the_threshold_is_never_settled() {
        let dev = (SetName::Dev, 0.1, 100.0);
        let known = Case::new(Term::Known(0.09), dev, 0.01);
        assert_eq!(known.to_settle(), None);
        let train_dev = sampled((SetName::TrainDev, 0.09, 1e6));
        assert_eq!(Case::new(train_dev, dev, 0.01).to_settle(), None);
    }

    /// A gap that is exact, against a tenth of a sampled dev error: dev grows, as the closed form says.
    #[test]
    fn an_uncertain_threshold_takes_more_dev_examples() {
        let (bias, rate, n) = (0.012, 0.1, 100.0);
        let gap = Contrast::default().plus(1.0, Term::Known(bias));
        let over = gap.clone().plus(-0.1, sampled((SetName::Dev, rate, n)));
        // Settled when Wilson's upper bound x of the dev error comes down to bias / 0.1.
        let x: f64 = bias / 0.1;
        let total = 1.959_963_984_540_054_f64.powi(2) * x * (1.0 - x) / (rate - x).powi(2);
        let expected = (total - n).ceil() as u64;
        let found = MoreExamples::to_settle(&gap, &over, Confidence::default()).unwrap();
        assert_eq!((found.sets, found.n_each), (vec![SetName::Dev], expected));
    }

    #[test]
    fn two_sampled_sets_grow_as_little_as_settles() {
        fn check(lower: (f64, f64), upper: (f64, f64), threshold: f64, sets: &[SetName]) {
            let lower = sampled((SetName::TrainDev, lower.0, lower.1));
            let case = Case::new(lower, (SetName::Dev, upper.0, upper.1), threshold);
            let (found, n) = case.to_settle().unwrap();
            assert_eq!(found, sets);
            let before = case.verdict(sets, n - 1);
            assert_eq!(before, Verdict::Inconclusive, "{n} is not the least");
            let after = case.verdict(sets, n);
            assert_ne!(after, Verdict::Inconclusive, "{n} is not enough");
        }
        // A large train-dev set beside a small dev set: dev alone, and the other way round.
        check((0.1, 1e5), (0.15, 100.0), 0.015, &[SetName::Dev]);
        check((0.1, 100.0), (0.15, 1e5), 0.015, &[SetName::TrainDev]);
        // Two equally small sets: neither alone could do it.
        check(
            (0.1, 100.0),
            (0.15, 100.0),
            0.015,
            &[SetName::TrainDev, SetName::Dev],
        );
        // A set without errors is not certain: it is the smaller one that grows.
        check((0.0, 20.0), (0.05, 1e4), 0.005, &[SetName::TrainDev]);
    }
}
