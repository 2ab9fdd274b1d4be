//! How far the points of a curve lie from its law, and one draw of that.

use rand_chacha::ChaCha8Rng;
use rand_distr::{ChiSquared, Distribution, StandardNormal};

use super::curve::{Curve, Size};

/// Parameters of the law.
const PARAMETERS: f64 = 3.0;

/// A variance known from one degree of freedom can come out as anything; beyond this it says "unknown" as
/// loudly as needed, and numbers stay finite.
const MAX_STRETCH: f64 = 1e3;

/// The noise around a fitted law, in logarithms.
#[derive(Clone, Debug)]
pub(super) struct Noise {
    /// Variance between trainings of the same size; 0 if no size was trained twice.
    seeds: f64,
    /// Variance of the sizes' means around the law beyond that: the law's misfit, and where no size was
    /// trained twice, all there is.
    misfit: f64,
    /// Degrees of freedom of the sum.
    freedom: f64,
    /// Deviations of each size's trainings from their mean, each scaled for a standard normal multiplier.
    deviations: Vec<Vec<f64>>,
    /// Standard deviation of what is common to all sizes, because the same seeds were run there.
    common: f64,
}

/// One draw of the noise.
pub(super) struct Draw {
    /// What each size's mean logarithm is off by.
    pub(super) sizes: Vec<f64>,
    /// What a new training's logarithm is off by.
    pub(super) new: f64,
}

impl Noise {
    /// Measures the noise; `residuals` are the sizes' mean logarithms less those of the law.
    pub(super) fn new(curve: &Curve, residuals: &[f64]) -> Self {
        let sizes = curve.sizes();
        let weighted = sizes.iter().zip(residuals);
        let squares: f64 = weighted.map(|(size, r)| size.m() * r * r).sum();
        let misfit_freedom = (sizes.len() as f64 - PARAMETERS).max(1.0);
        let around_law = squares / misfit_freedom;
        let trainings: f64 = sizes.iter().map(Size::m).sum();
        let m = trainings / sizes.len() as f64;
        let correlation = correlation(curve).unwrap_or(0.0);
        let (seeds, seeds_freedom) = match curve.seed_noise() {
            // Box, Annals of Mathematical Statistics 25:290, 1954, at equal correlations between k sizes: from
            // (S − 1)·k degrees of freedom where they are none to S − 1 where they are 1.
            Some(noise) => {
                let correlated = 1.0 + (sizes.len() as f64 - 1.0) * correlation.powi(2);
                (noise.variance, noise.freedom / correlated)
            }
            None => (0.0, 1.0),
        };
        let misfit = (around_law - seeds).max(0.0) / m;
        // Satterthwaite, Biometrics Bulletin 2:110, 1946.
        let (of_seeds, sum) = (seeds / m, seeds / m + misfit);
        let freedom = if sum > 0.0 {
            sum.powi(2) / (of_seeds.powi(2) / seeds_freedom + misfit.powi(2) / misfit_freedom)
        } else {
            misfit_freedom
        };
        let own = (1.0 - correlation).sqrt();
        let deviations = sizes.iter().map(|size| deviations(size, seeds, own));
        Self {
            seeds,
            misfit,
            freedom,
            deviations: deviations.collect(),
            common: (correlation * of_seeds).sqrt(),
        }
    }

    /// Standard deviation of a training's logarithm around the law.
    pub(super) fn sd(&self) -> f64 {
        (self.seeds + self.misfit).sqrt()
    }

    /// Draws noise for every size's mean and for one new training.
    pub(super) fn draw(&self, rng: &mut ChaCha8Rng) -> Draw {
        let stretch = self.stretch(rng);
        let mut normal = || -> f64 { StandardNormal.sample(rng) };
        let common = self.common * normal();
        let size = |deviations: &Vec<f64>| {
            let own: f64 = deviations.iter().map(|by| by * normal()).sum();
            stretch * (common + own + self.misfit.sqrt() * normal())
        };
        Draw {
            sizes: self.deviations.iter().map(size).collect(),
            new: stretch * self.sd() * normal(),
        }
    }

    /// The variance itself is an estimate: drawn as √(ν/χ²(ν)), it makes normal noise Student's.
    fn stretch(&self, rng: &mut ChaCha8Rng) -> f64 {
        ChiSquared::new(self.freedom).map_or(1.0, |chi_squared| {
            let drawn: f64 = chi_squared.sample(rng);
            (self.freedom / drawn).sqrt().min(MAX_STRETCH)
        })
    }
}

/// What each training adds to its size's mean for a multiplier of 1: its deviation over √(m(m − 1)), so that
/// independent standard normal multipliers give the mean's variance s²/m; all of it times `own`. A size
/// trained once takes the pooled variance.
fn deviations(size: &Size, pooled: f64, own: f64) -> Vec<f64> {
    let (m, mean) = (size.m(), size.mean());
    if m < 2.0 {
        return vec![own * pooled.sqrt()];
    }
    let deviation = |(_, log): &(Option<u64>, f64)| own * (log - mean) / (m * (m - 1.0)).sqrt();
    size.logs.iter().map(deviation).collect()
}

/// The correlation between what a seed is off by at one size and at another, at least 0: intraclass, by the
/// analysis of variance of the seeds that were run at all sizes. None without two of them.
fn correlation(curve: &Curve) -> Option<f64> {
    let sizes = curve.sizes();
    let at_all = |seed: &u64| sizes.iter().all(|size| size.log_of(*seed).is_some());
    let seeds: Vec<u64> = sizes.first()?.seeds().filter(at_all).collect();
    let (s, k) = (seeds.len() as f64, sizes.len() as f64);
    if s < 2.0 || k < 2.0 {
        return None;
    }
    let (mut total, mut sums) = (0.0, vec![0.0; seeds.len()]);
    for size in sizes {
        let logs: Vec<f64> = seeds.iter().filter_map(|&seed| size.log_of(seed)).collect();
        let mean = logs.iter().sum::<f64>() / s;
        for (sum, log) in sums.iter_mut().zip(logs) {
            *sum += log - mean;
            total += (log - mean).powi(2);
        }
    }
    let between = sums.iter().map(|sum| sum * sum).sum::<f64>() / k;
    let within = (total - between) / ((s - 1.0) * (k - 1.0));
    let between = between / (s - 1.0);
    let all = between + (k - 1.0) * within;
    (all > 0.0).then(|| ((between - within) / all).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaling::Point;

    /// Checks the correlation of seeds, rows of logarithms by size, against one worked out by hand.
    fn check(logs: &[[f64; 2]; 2], expected: Option<f64>) {
        let mut points = Vec::new();
        for (n, row) in [100, 200].into_iter().zip(logs) {
            for (seed, log) in [1, 2].into_iter().zip(row) {
                points.push(Point::new(n, log.exp()).of_seed(seed));
            }
        }
        let got = correlation(&Curve::new(&points).unwrap());
        match (got, expected) {
            (Some(got), Some(expected)) => assert!((got - expected).abs() < 1e-9, "{got}"),
            (got, expected) => assert_eq!(got, expected),
        }
    }

    #[test]
    fn correlation_of_seeds() {
        // The same deviation ±d everywhere.
        check(&[[0.1, -0.1], [1.1, 0.9]], Some(1.0));
        // The opposite: below 0, so 0.
        check(&[[0.1, -0.1], [0.9, 1.1]], Some(0.0));
        // Deviations ±1 and ±2: sums ±3, so between = 2·9/2 = 9, total = 10, within = 1, (9 − 1)/(9 + 1).
        check(&[[1.0, -1.0], [2.0, -2.0]], Some(0.8));
        check(&[[1.0, 1.0], [2.0, 2.0]], None);
    }

    #[test]
    fn draws_have_the_variance_of_a_mean() {
        // Two sizes with deviations ±0.1 and ±0.2 of two seeds: variances of the means 2·0.01/(2·1) = 0.01 and
        // 0.04 without a stretch; the pooled variance is (0.02 + 0.08)/2 = 0.05. The law goes through all means.
        let logs = [(100, 0.1), (100, -0.1), (200, 0.2), (200, -0.2)];
        let points = logs.map(|(n, log): (u64, f64)| Point::new(n, log.exp()));
        let noise = Noise::new(&Curve::new(&points).unwrap(), &[0.0, 0.0]);
        assert!((noise.sd() - 0.05_f64.sqrt()).abs() < 1e-9);
        let noise = Noise {
            freedom: 1e12,
            ..noise
        };
        let mut rng = crate::bootstrap::stream(1);
        let draws: Vec<Draw> = (0..20_000).map(|_| noise.draw(&mut rng)).collect();
        let check = |of: &dyn Fn(&Draw) -> f64, expected: f64| {
            let variance = draws.iter().map(|draw| of(draw).powi(2)).sum::<f64>() / 20_000.0;
            // The standard error of a variance is √(2/20,000) = 1 % of it; five of them.
            assert!(
                (variance / expected - 1.0).abs() < 0.05,
                "{variance} {expected}"
            );
        };
        check(&|draw| draw.sizes[0], 0.01);
        check(&|draw| draw.sizes[1], 0.04);
        check(&|draw| draw.new, 0.05);
    }
}
