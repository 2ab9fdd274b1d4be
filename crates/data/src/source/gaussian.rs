//! Gaussian classes, whose lowest achievable error is known exactly.

mod simplex;
mod warp;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

pub use self::warp::Warp;
use super::draw::{self, MAX_WIDTH, check_examples};
use super::{BayesError, Context, Loaded, SourceError};
use crate::field_error::check_within;
use crate::{Examples, FieldError, bayes};

/// The strength of a warp that names none.
const DEFAULT_WARP_STRENGTH: f64 = 1.0;

/// How far the sum of the class shares may be from 1.
const SHARES_TOLERANCE: f64 = 1e-6;

/// Gaussian classes at equal distances, with the same noise in every direction.
///
/// The general distribution has `turn_degrees = 0` and `noise = 1`. A target with another turn is a
/// data mismatch: its own best error is the same, and the general optimum gets
/// [`Gaussian::general_optimum_error`]. A target with more noise is harder for every model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gaussian {
    /// How many examples to draw. With the same seed a smaller number is the beginning of a larger one.
    pub examples: usize,
    /// How many classes; 2 if absent.
    #[serde(default = "default_classes")]
    pub classes: usize,
    /// How many features; 2 if absent. k classes at equal distances need k − 1, and a turn or a warp 2.
    #[serde(default = "default_dimension")]
    pub dimension: usize,
    /// From any class mean to any other, in standard deviations of the general noise; 2 if absent.
    #[serde(default = "default_distance")]
    pub distance: f64,
    /// The angle by which the means, and the best boundary with them, are turned in the plane of the
    /// first two axes; 0 if absent.
    #[serde(default)]
    pub turn_degrees: f64,
    /// Factor on the standard deviation of the general noise, which is 1; 1 if absent.
    #[serde(default = "default_noise")]
    pub noise: f64,
    /// An invertible map applied to the inputs, which leaves the Bayes error as it is: `none`, `bend`
    /// or `swirl`; `none` if absent.
    #[serde(default)]
    pub warp: Warp,
    /// How strong the map is; 1 if absent. Only together with a warp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warp_strength: Option<f64>,
    /// Per class how often it occurs, as fractions that add up to 1. If absent, the classes take
    /// turns; if present, each example draws its class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_shares: Option<Vec<f64>>,
}

fn default_classes() -> usize {
    2
}
fn default_dimension() -> usize {
    2
}
fn default_distance() -> f64 {
    2.0
}
fn default_noise() -> f64 {
    1.0
}

impl Gaussian {
    /// The largest `classes`.
    pub const MAX_CLASSES: usize = 1000;
    /// The largest `dimension`.
    pub const MAX_DIMENSION: usize = MAX_WIDTH;
    /// The largest `distance`: far beyond what leaves any error.
    pub const MAX_DISTANCE: f64 = 100.0;
    /// The smallest and the largest `noise`.
    pub const NOISE: [f64; 2] = [0.001, 1000.0];
    /// The largest `warp_strength`: beyond it the rounding of stored values can be seen.
    pub const MAX_WARP_STRENGTH: f64 = 10.0;

    /// Two classes in two dimensions, two standard deviations apart.
    #[must_use]
    pub fn new(examples: usize) -> Self {
        Self {
            examples,
            classes: default_classes(),
            dimension: default_dimension(),
            distance: default_distance(),
            turn_degrees: 0.0,
            noise: default_noise(),
            warp: Warp::None,
            warp_strength: None,
            class_shares: None,
        }
    }

    /// Checks the options.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        check_within("classes", self.classes, [2, Self::MAX_CLASSES])?;
        check_within("dimension", self.dimension, [1, Self::MAX_DIMENSION])?;
        check_examples(self.examples, self.dimension)?;
        check_within("distance", self.distance, [0.0, Self::MAX_DISTANCE])?;
        check_within("turn_degrees", self.turn_degrees, [-180.0, 180.0])?;
        check_within("noise", self.noise, Self::NOISE)?;
        self.check_dimension()?;
        if let Some(strength) = self.warp_strength {
            check_within("warp_strength", strength, [0.0, Self::MAX_WARP_STRENGTH])?;
            if self.warp == Warp::None {
                let message = format!("is {strength} without a warp; expected `warp` too");
                return Err(FieldError::new("warp_strength", message));
            }
        }
        self.class_shares
            .as_deref()
            .map_or(Ok(()), |shares| check_shares(shares, self.classes))
    }

    /// Refuses fewer axes than the classes, the turn and the warp need.
    fn check_dimension(&self) -> Result<(), FieldError> {
        let found = self.dimension;
        let check = |needed: usize, what: &str| {
            if found >= needed {
                return Ok(());
            }
            let message = format!("is {found}; expected at least {needed} for {what}");
            Err(FieldError::new("dimension", message))
        };
        let classes = format!("{} classes at equal distances", self.classes);
        check(self.classes - 1, &classes)?;
        check(if self.turn_degrees == 0.0 { 1 } else { 2 }, "a turn")?;
        check(if self.warp == Warp::None { 1 } else { 2 }, "a warp")
    }

    /// Draws the examples.
    ///
    /// Each has a stream of its own, and is its own original. Without shares example `i` is of class
    /// `i % classes`. Classes are named `0`, `1` and so on; the shape is `[dimension]`; the range is
    /// not known. The Bayes error is that of the distribution drawn from: the turn and the warp leave
    /// it alone, and the noise changes it.
    ///
    /// # Errors
    /// [`SourceError::Field`] if [`Gaussian::check`] fails, [`SourceError::Memory`] if the values
    /// cannot be kept.
    pub fn load(&self, context: &Context<'_>) -> Result<Loaded, SourceError> {
        self.check()?;
        let means = simplex::means(self.classes, self.distance, self.turn_degrees.to_radians());
        let shares = self.shares();
        let strength = self.warp_strength.unwrap_or(DEFAULT_WARP_STRENGTH);
        let draw = |i: usize, rng: &mut ChaCha8Rng, row: &mut [f64]| {
            let class = self.class(i, &shares, rng);
            for value in &mut *row {
                *value = self.noise * rng.sample::<f64, _>(StandardNormal);
            }
            for (value, mean) in row.iter_mut().zip(&means[class]) {
                *value += mean;
            }
            self.warp.apply(strength, row);
            class as u32
        };
        let n = self.examples;
        let (values, labels) = draw::rows(context, "gaussian", n, self.dimension, draw)?;
        let mut loaded = Loaded::made(Examples {
            shape: vec![self.dimension],
            values,
            range: None,
            labels,
            classes: (0..self.classes).map(|class| class.to_string()).collect(),
            source: vec![0; n],
            source_names: vec!["gaussian".to_owned()],
            original: (0..n as u64).collect(),
            tags: Vec::new(),
        });
        loaded.bayes = Some(BayesError {
            rate: self.bayes_error(),
            standard_error: 0.0,
        });
        Ok(loaded)
    }

    /// The lowest error that any rule can reach on this distribution.
    ///
    /// Exact: Φ(−Δ/(2s)) for two equally frequent classes; see [`bayes::two_gaussians`] and
    /// [`bayes::simplex`] for the others. The options are ones that [`Gaussian::check`] accepts.
    #[must_use]
    pub fn bayes_error(&self) -> f64 {
        self.flat_boundary_error(0.0, self.noise)
    }

    /// The error on this distribution of the rule that is the best one on the general distribution,
    /// that with the same options but no turn and the noise 1.
    ///
    /// Exact: Φ(−(Δ/2)·cos θ/s) for two equally frequent classes. None for more than two classes that
    /// are turned, which have no closed form. The options are ones that [`Gaussian::check`] accepts.
    #[must_use]
    pub fn general_optimum_error(&self) -> Option<f64> {
        (self.classes == 2 || self.turn_degrees == 0.0)
            .then(|| self.flat_boundary_error(self.turn_degrees.to_radians(), 1.0))
    }

    /// The error of a rule that is the best one up to a turn, of two classes only, and the noise.
    fn flat_boundary_error(&self, turn_radians: f64, assumed_noise: f64) -> f64 {
        let shares = self.shares();
        if let [a, b] = shares[..] {
            let threshold = bayes::best_threshold(self.distance, assumed_noise, [a, b]);
            let half = 0.5 * self.distance * turn_radians.cos();
            return bayes::two_gaussians(half, threshold, self.noise, [a, b]);
        }
        bayes::simplex(self.distance, self.noise, assumed_noise, &shares)
    }

    /// Per class how often it occurs, adding up to 1 as nearly as can be.
    fn shares(&self) -> Vec<f64> {
        match &self.class_shares {
            Some(shares) => {
                let sum: f64 = shares.iter().sum();
                shares.iter().map(|share| share / sum).collect()
            }
            None => vec![1.0 / self.classes as f64; self.classes],
        }
    }

    /// The class of example `i`.
    fn class(&self, i: usize, shares: &[f64], rng: &mut ChaCha8Rng) -> usize {
        if self.class_shares.is_none() {
            return i % self.classes;
        }
        let mut left = rng.random::<f64>();
        let drawn = shares.iter().position(|share| {
            left -= share;
            left < 0.0
        });
        drawn.unwrap_or(self.classes - 1)
    }
}

fn check_shares(shares: &[f64], n_classes: usize) -> Result<(), FieldError> {
    let refused = |message| Err(FieldError::new("class_shares", message));
    if shares.len() != n_classes {
        let n = shares.len();
        return refused(format!(
            "is a list of {n}; expected a share for each of {n_classes} classes"
        ));
    }
    let is_bad = |share: &&f64| share.is_nan() || **share <= 0.0;
    if let Some(share) = shares.iter().find(is_bad) {
        return refused(format!("has the share {share}; expected shares above 0"));
    }
    let sum: f64 = shares.iter().sum();
    if (sum - 1.0).abs() > SHARES_TOLERANCE {
        return refused(format!("adds up to {sum}; expected 1"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
