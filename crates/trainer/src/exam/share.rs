use plumb_diagnostics::{Confidence, ErrorCount, Interval, wilson};
use serde::Serialize;

/// How often something held, among how many times it could have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Share {
    pub(super) held: u64,
    pub(super) of: u64,
    #[serde(skip)]
    clusters: Clusters,
}

/// Sums over scenarios, whose diagnoses have weights in common and so are no independent draws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Clusters {
    /// Σ held².
    held_held: u64,
    /// Σ held·of.
    held_of: u64,
    /// Σ of².
    of_of: u64,
}

impl Share {
    pub(super) fn add(&mut self, holds: bool) {
        self.held += u64::from(holds);
        self.of += 1;
    }

    /// All so far is of one scenario.
    pub(super) fn as_cluster(self) -> Self {
        let Self { held, of, .. } = self;
        Self {
            clusters: Clusters {
                held_held: held * held,
                held_of: held * of,
                of_of: of * of,
            },
            ..self
        }
    }

    /// Of both, whose scenarios are different ones.
    pub(super) fn plus(self, other: Self) -> Self {
        let (a, b) = (self.clusters, other.clusters);
        Self {
            held: self.held + other.held,
            of: self.of + other.of,
            clusters: Clusters {
                held_held: a.held_held + b.held_held,
                held_of: a.held_of + b.held_of,
                of_of: a.of_of + b.of_of,
            },
        }
    }

    /// None of nothing.
    pub(super) fn rate(self) -> Option<f64> {
        (self.of > 0).then(|| self.held as f64 / self.of as f64)
    }

    /// Wilson's interval at 95 % confidence, wider by the square root of the design effect.
    pub(super) fn interval(self) -> Option<Interval> {
        let rate = self.rate()?;
        let count = ErrorCount::new(self.held, self.of).ok()?;
        let interval = wilson(count, Confidence::default());
        let wider = self.design_effect().sqrt();
        Some(Interval {
            low: (rate - wider * (rate - interval.low)).max(0.0),
            high: (rate + wider * (interval.high - rate)).min(1.0),
        })
    }

    /// How much larger the variance is than that of so many independent draws, 1 at least: that of a ratio of
    /// sums over clusters, Σ(held − p·of)², over the binomial n·p(1 − p) (Kish, Survey Sampling, 1965).
    fn design_effect(self) -> f64 {
        let p = self.rate().unwrap_or(0.0);
        let binomial = self.of as f64 * p * (1.0 - p);
        let Clusters {
            held_held,
            held_of,
            of_of,
        } = self.clusters;
        let clustered = held_held as f64 - 2.0 * p * held_of as f64 + p * p * of_of as f64;
        if binomial > 0.0 {
            (clustered / binomial).max(1.0)
        } else {
            1.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(held: u64, of: u64) -> Share {
        let mut share = Share::default();
        for at in 0..of {
            share.add(at < held);
        }
        share
    }

    /// So many scenarios with 10 diagnoses each, of which so many are right.
    fn scenarios(n: usize, held: u64) -> Share {
        let all = std::iter::repeat_n(share(held, 10).as_cluster(), n);
        all.fold(Share::default(), Share::plus)
    }

    /// By hand: of 20 scenarios 10 are always right and 10 never, so p = 1/2 and Σ(held − 5)² = 500, ten times
    /// 200·1/4: as if there were 20 draws, not 200.
    #[test]
    fn diagnoses_of_one_scenario_count_as_few() {
        let alike = scenarios(10, 10).plus(scenarios(10, 0));
        assert!((alike.design_effect() - 10.0).abs() < 1e-12);
        // 5 of 10 in each: no more alike than by chance.
        let mixed = scenarios(20, 5);
        assert!((mixed.design_effect() - 1.0).abs() < 1e-12);
        let (alike, mixed) = (alike.interval().unwrap(), mixed.interval().unwrap());
        let ratio = (alike.high - 0.5) / (mixed.high - 0.5);
        assert!((ratio - 10_f64.sqrt()).abs() < 1e-12, "{ratio}");
    }

    /// One diagnosis per scenario. Wilson's formula for 143 of 147, in Python's doubles with z = 1.959964:
    /// 0.932129 to 0.989368.
    #[test]
    fn single_diagnoses_have_wilsons_interval() {
        let ones = (0..147).map(|at| share(u64::from(at < 143), 1).as_cluster());
        let all = ones.fold(Share::default(), Share::plus);
        let interval = all.interval().unwrap();
        assert!((interval.low - 0.932_129).abs() < 1e-6, "{interval:?}");
        assert!((interval.high - 0.989_368).abs() < 1e-6, "{interval:?}");
    }

    #[test]
    fn nothing_has_no_share() {
        assert_eq!(Share::default().rate(), None);
        assert!(Share::default().interval().is_none());
    }
}
