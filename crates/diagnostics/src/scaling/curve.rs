//! A learning curve: the points of every size together, smallest size first.

use std::collections::BTreeMap;

use super::point::{Point, PointsError};

/// Standard deviation of the logarithm of one training's value that is assumed where no size was trained
/// twice: 2.5 %. The five public curves in `tests/oracles/scaling_nmt.csv`, one training per size, lie 1.4 to
/// 2.5 % (root mean square) around the law that was fitted to them.
pub(super) const ASSUMED_SD: f64 = 0.025;

/// Error or loss against training examples, one or more trainings at each of several sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    sizes: Vec<Size>,
}

/// All trainings with one number of examples.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Size {
    pub(super) n: u64,
    /// Natural logarithm of each value, with its seed.
    pub(super) logs: Vec<(Option<u64>, f64)>,
    /// Variance of the logarithm that the counts of errors give each value, 0 without counts.
    counted: f64,
}

/// How far trainings of the same size lie apart, in the logarithm of their values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SeedNoise {
    /// Variance, pooled over the sizes.
    pub(super) variance: f64,
    /// Its degrees of freedom.
    pub(super) freedom: f64,
}

impl Curve {
    /// Takes points in any order; those with the same number of examples belong together.
    ///
    /// # Errors
    /// [`PointsError`] without points, at 0 examples, at a value that is not above 0, or if seeds are given
    /// twice or in part.
    pub fn new(points: &[Point]) -> Result<Self, PointsError> {
        if points.is_empty() {
            return Err(PointsError::None);
        }
        let seeded = points.iter().any(|point| point.seed.is_some());
        let mut by_n: BTreeMap<u64, Vec<&Point>> = BTreeMap::new();
        for (position, point) in points.iter().enumerate() {
            let &Point { n, value, seed, .. } = point;
            if n == 0 {
                return Err(PointsError::NoExamples { position });
            }
            if !(value > 0.0 && value.is_finite()) {
                return Err(PointsError::NotPositive { position, n, value });
            }
            let same = by_n.entry(n).or_default();
            match seed {
                None if seeded => return Err(PointsError::SomeSeeds { position, n }),
                Some(seed) if same.iter().any(|other| other.seed == Some(seed)) => {
                    return Err(PointsError::SeedTwice { seed, n });
                }
                _ => same.push(point),
            }
        }
        let sizes = by_n
            .into_iter()
            .map(|(n, points)| Size::new(n, &points))
            .collect();
        Ok(Self { sizes })
    }

    pub(super) fn sizes(&self) -> &[Size] {
        &self.sizes
    }

    /// The smallest and the largest number of examples measured.
    #[must_use]
    pub fn span(&self) -> (u64, u64) {
        let n = |size: Option<&Size>| size.map_or(1, |size| size.n);
        (n(self.sizes.first()), n(self.sizes.last()))
    }

    /// The mean curve: training examples and the geometric mean of the values there, smallest size first.
    #[must_use]
    pub fn means(&self) -> Vec<(u64, f64)> {
        let mean = |size: &Size| (size.n, size.mean().exp());
        self.sizes.iter().map(mean).collect()
    }

    /// What the trainings of the same size say of noise; none where no size was trained twice.
    pub(super) fn seed_noise(&self) -> Option<SeedNoise> {
        let squares: f64 = self.sizes.iter().map(Size::squares).sum();
        let freedom: f64 = self.sizes.iter().map(|size| size.m() - 1.0).sum();
        (freedom > 0.0).then(|| SeedNoise {
            variance: squares / freedom,
            freedom,
        })
    }

    /// The variance of the logarithm of each size's mean, and its degrees of freedom: from the trainings of
    /// the same size, or as assumed (with the sampling error of counts) where there are none.
    pub(super) fn mean_variances(&self) -> (Vec<f64>, f64) {
        let noise = self.seed_noise();
        let of = |size: &Size| match noise {
            Some(noise) => noise.variance / size.m(),
            None => ASSUMED_SD.powi(2) + size.counted,
        };
        let freedom = noise.map_or(f64::INFINITY, |noise| noise.freedom);
        (self.sizes.iter().map(of).collect(), freedom)
    }
}

impl Size {
    fn new(n: u64, points: &[&Point]) -> Self {
        // The relative variance of a rate p = errors/n is (1 − p)/errors.
        let counted = points.iter().filter_map(|point| {
            let count = point.count.filter(|count| count.errors() > 0)?;
            Some((1.0 - count.rate()) / count.errors() as f64)
        });
        let counted = counted.fold(0.0, f64::max);
        let logs = points.iter().map(|point| (point.seed, point.value.ln()));
        Self {
            n,
            logs: logs.collect(),
            counted,
        }
    }

    /// How many trainings.
    pub(super) fn m(&self) -> f64 {
        self.logs.len() as f64
    }

    /// Mean logarithm.
    pub(super) fn mean(&self) -> f64 {
        self.logs.iter().map(|(_, log)| log).sum::<f64>() / self.m()
    }

    /// The seeds that mean the same at every size.
    pub(super) fn seeds(&self) -> impl Iterator<Item = u64> {
        self.logs.iter().filter_map(|&(seed, _)| seed)
    }

    /// The logarithm that a seed got.
    pub(super) fn log_of(&self, seed: u64) -> Option<f64> {
        let found = self.logs.iter().find(|&&(other, _)| other == Some(seed));
        found.map(|&(_, log)| log)
    }

    /// Sum of squared deviations from the mean logarithm.
    fn squares(&self) -> f64 {
        let mean = self.mean();
        self.logs.iter().map(|(_, log)| (log - mean).powi(2)).sum()
    }
}
