//! How many further examples would settle an inconclusive gap.

use serde::{Deserialize, Serialize};

use crate::gap::{Sample, Span, Threshold, Verdict};
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

    /// Looks for the least number that moves the whole interval to one side of the threshold.
    ///
    /// Of two sets, the one with the larger variance is enlarged alone or both are equally, whichever
    /// takes fewer examples in all; none if more than [`Self::MOST`] per set would be needed.
    pub(crate) fn to_settle(span: Span, threshold: Threshold, level: Confidence) -> Option<Self> {
        let settled = |span: Span| threshold.verdict(span.interval(level)) != Verdict::Inconclusive;
        match span {
            Span::Exact { .. } => None,
            Span::OneSampled { lower, upper } => {
                let n_each = least(|n| {
                    settled(Span::OneSampled {
                        lower,
                        upper: upper.grown(n),
                    })
                })?;
                Some(Self {
                    sets: vec![upper.set],
                    n_each,
                })
            }
            Span::TwoSampled { lower, upper } => {
                let lower_is_weaker = variance(lower, level) > variance(upper, level);
                let one = least(|n| {
                    let (of_lower, of_upper) = if lower_is_weaker { (n, 0) } else { (0, n) };
                    let (lower, upper) = (lower.grown(of_lower), upper.grown(of_upper));
                    settled(Span::TwoSampled { lower, upper })
                });
                let both = least(|n| {
                    settled(Span::TwoSampled {
                        lower: lower.grown(n),
                        upper: upper.grown(n),
                    })
                });
                let weaker = if lower_is_weaker {
                    lower.set
                } else {
                    upper.set
                };
                match (one, both) {
                    (Some(one), both) if both.is_none_or(|both| one <= 2 * both) => Some(Self {
                        sets: vec![weaker],
                        n_each: one,
                    }),
                    (_, both) => both.map(|n_each| Self {
                        sets: vec![lower.set, upper.set],
                        n_each,
                    }),
                }
            }
        }
    }
}

/// Squared standard error of a rate, taken at the centre of its Wilson interval: at the rate itself, a
/// set without errors would seem to be certain.
fn variance(sample: Sample, level: Confidence) -> f64 {
    let z2 = level.z().powi(2);
    let center = (sample.rate * sample.n + z2 / 2.0) / (sample.n + z2);
    center * (1.0 - center) / (sample.n + z2)
}

/// Smallest number of examples that is enough, by doubling and then halving; `enough` must not turn
/// false again, which holds because the intervals shrink as `n` grows.
fn least(enough: impl Fn(u64) -> bool) -> Option<u64> {
    let mut high = 1;
    while !enough(high) {
        if high == MoreExamples::MOST {
            return None;
        }
        high = (2 * high).min(MoreExamples::MOST);
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

    fn sample(set: SetName, rate: f64, n: f64) -> Sample {
        Sample { set, rate, n }
    }

    fn to_settle(span: Span, threshold: f64) -> Option<(Vec<SetName>, u64)> {
        let found = MoreExamples::to_settle(span, Threshold(threshold), Confidence::default());
        found.map(|more| (more.sets, more.n_each))
    }

    #[test]
    fn one_sampled_set_matches_the_closed_form() {
        fn check(rate: f64, n: f64, train: f64, threshold: f64) {
            // A Wilson bound x of the rate p solves (p − x)² = z² x(1 − x)/n, so it reaches the threshold
            // at n = z² x(1 − x)/(p − x)² with x = train + threshold.
            let x = train + threshold;
            let total = 1.959_963_984_540_054_f64.powi(2) * x * (1.0 - x) / (rate - x).powi(2);
            let expected = (total - n).ceil() as u64;
            let upper = sample(SetName::TrainDev, rate, n);
            let found = to_settle(
                Span::OneSampled {
                    lower: train,
                    upper,
                },
                threshold,
            );
            assert_eq!(found, Some((vec![SetName::TrainDev], expected)));
        }
        check(0.03, 100.0, 0.01, 0.003); // present in the end
        check(0.02, 100.0, 0.01, 0.04); // absent in the end
        check(0.12, 50.0, 0.1, 0.019); // a thousandth above: nearly half a million examples
    }

    #[test]
    fn a_gap_at_the_threshold_is_never_settled() {
        let upper = sample(SetName::Dev, 0.1, 100.0);
        assert_eq!(
            to_settle(Span::OneSampled { lower: 0.09, upper }, 0.01),
            None
        );
        let lower = sample(SetName::TrainDev, 0.09, 1e6);
        assert_eq!(to_settle(Span::TwoSampled { lower, upper }, 0.01), None);
    }

    #[test]
    fn two_sampled_sets_grow_as_little_as_settles() {
        fn check(lower: (f64, f64), upper: (f64, f64), threshold: f64, sets: &[SetName]) {
            let lower = sample(SetName::TrainDev, lower.0, lower.1);
            let upper = sample(SetName::Dev, upper.0, upper.1);
            let (found, n) = to_settle(Span::TwoSampled { lower, upper }, threshold).unwrap();
            assert_eq!(found, sets);
            let verdict = |n| {
                let grow = |s: Sample| if sets.contains(&s.set) { s.grown(n) } else { s };
                let span = Span::TwoSampled {
                    lower: grow(lower),
                    upper: grow(upper),
                };
                Threshold(threshold).verdict(span.interval(Confidence::default()))
            };
            assert_eq!(
                verdict(n - 1),
                Verdict::Inconclusive,
                "{n} is not the least"
            );
            assert_ne!(verdict(n), Verdict::Inconclusive, "{n} is not enough");
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
