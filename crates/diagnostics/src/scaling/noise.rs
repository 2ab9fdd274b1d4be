//! How far the points of a curve lie from its law, and one draw of that.

use std::collections::BTreeSet;

use rand_chacha::ChaCha8Rng;
use rand_distr::{ChiSquared, Distribution, StandardNormal};

use super::curve::{Curve, SeedNoise, Size};

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
    /// Deviations of each size's trainings from their mean: which multiplier each takes, and how much of it.
    deviations: Vec<Vec<(usize, f64)>>,
    multipliers: usize,
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
        let (seeds, seeds_freedom) = match curve.seed_noise() {
            Some(noise) => (noise.variance, joint_freedom(curve, noise)),
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
        let (deviations, multipliers) = deviations(curve, seeds);
        Self {
            seeds,
            misfit,
            freedom,
            deviations,
            multipliers,
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
        let multipliers: Vec<f64> = (0..self.multipliers).map(|_| normal()).collect();
        let size = |deviations: &Vec<(usize, f64)>| {
            let of_seeds = deviations
                .iter()
                .map(|&(which, by)| multipliers[which] * by);
            stretch * (of_seeds.sum::<f64>() + self.misfit.sqrt() * normal())
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
/// independent standard normal multipliers give the mean's variance s²/m. Trainings of the same seed share
/// their multiplier. A size trained once takes the pooled variance.
fn deviations(curve: &Curve, pooled: f64) -> (Vec<Vec<(usize, f64)>>, usize) {
    let ids: BTreeSet<u64> = curve.sizes().iter().flat_map(Size::seeds).collect();
    let ids: Vec<u64> = ids.into_iter().collect();
    let mut multipliers = ids.len();
    let mut of_size = |size: &Size| {
        let (m, mean) = (size.m(), size.mean());
        let of_training = |&(seed, log): &(Option<u64>, f64)| {
            let shared = seed.and_then(|seed| ids.binary_search(&seed).ok());
            let which = shared.unwrap_or(multipliers);
            if shared.is_none() {
                multipliers += 1;
            }
            let by = if m < 2.0 {
                pooled.sqrt()
            } else {
                (log - mean) / (m * (m - 1.0)).sqrt()
            };
            (which, by)
        };
        size.logs.iter().map(of_training).collect()
    };
    let deviations = curve.sizes().iter().map(&mut of_size).collect();
    (deviations, multipliers)
}

/// Degrees of freedom of the pooled variance between trainings: (S − 1)·k for S seeds at k sizes where what a
/// seed is off by at one size has nothing to do with the others, S − 1 where it is the same everywhere.
///
/// In between (S − 1)·k/(1 + (k − 1)ρ²), which is Box's correction (Annals of Mathematical Statistics 25:290,
/// 1954) at equal correlations ρ between sizes; ρ from the analysis of variance of the seeds that were run
/// at all sizes.
fn joint_freedom(curve: &Curve, noise: SeedNoise) -> f64 {
    let sizes = curve.sizes();
    let everywhere = sizes[0].seeds().filter(|seed| {
        sizes
            .iter()
            .all(|size| size.seeds().any(|other| other == *seed))
    });
    let everywhere: Vec<u64> = everywhere.collect();
    let (s, k) = (everywhere.len() as f64, sizes.len() as f64);
    if s < 2.0 || k < 2.0 {
        return noise.freedom;
    }
    let column = |size: &Size| {
        let logs: Vec<f64> = everywhere
            .iter()
            .filter_map(|seed| size.log_of(*seed))
            .collect();
        let mean = logs.iter().sum::<f64>() / s;
        logs.into_iter().map(|log| log - mean).collect::<Vec<f64>>()
    };
    let columns: Vec<Vec<f64>> = sizes.iter().map(column).collect();
    let total: f64 = columns.iter().flatten().map(|by| by * by).sum();
    let by_seed = |seed: usize| columns.iter().map(|column| column[seed]).sum::<f64>();
    let between: f64 = (0..everywhere.len())
        .map(|seed| by_seed(seed).powi(2) / k)
        .sum();
    let (between, within) = (
        between / (s - 1.0),
        (total - between) / ((s - 1.0) * (k - 1.0)),
    );
    let sum = between + (k - 1.0) * within;
    if sum <= 0.0 {
        return noise.freedom;
    }
    let correlation = ((between - within) / sum).max(0.0);
    noise.freedom / (1.0 + (k - 1.0) * correlation.powi(2))
}
