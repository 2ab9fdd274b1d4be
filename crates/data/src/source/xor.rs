//! Four Gaussian clusters whose class is XOR of two signs: no linear model can tell them apart.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use super::draw::{self, MAX_WIDTH, check_examples};
use super::{BayesError, Context, Gaussian, Loaded, SourceError};
use crate::field_error::check_within;
use crate::{Examples, FieldError, Tag, bayes};

/// The signs of the cluster's centre on the first and the second axis.
const CLUSTERS: [(&str, [f64; 2]); 4] = [
    ("--", [-1.0, -1.0]),
    ("-+", [-1.0, 1.0]),
    ("+-", [1.0, -1.0]),
    ("++", [1.0, 1.0]),
];

/// Four equally frequent Gaussian clusters at (±distance/2, ±distance/2) on the first two axes; all
/// other axes are noise. Class 1 has two different signs, class 0 two equal ones.
///
/// # What a linear model gets
///
/// The weights that minimize the expected squared or logistic loss are 0: the model predicts the
/// same for every input and gets 50 %. So does every line through the centre, since what it says of
/// x it does not say of −x, which has the same class. Weights fitted to a finite sample are small but
/// not 0, and where their line lies depends on the intercept. In a sample with as many examples of
/// either class it passes near the centre: 49.4 ± 0.8 % from 1,000 examples and 49.8 ± 0.3 % from
/// 10,000 (mean and standard deviation over samples; least squares, `distance = 4`). In one that is
/// not stratified it lies anywhere: 49 ± 9 % from either number. The best line, which cuts off one
/// cluster, gets 41.0 %, 30.5 % and 25.2 % for the distances 2, 4 and 8, and 25 % in the limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Xor {
    /// How many examples to draw. With the same seed a smaller number is the beginning of a larger one.
    pub examples: usize,
    /// How many features; 2 if absent. Those beyond the second are noise alone.
    #[serde(default = "default_dimension")]
    pub dimension: usize,
    /// Between neighbouring cluster centres, in standard deviations of the general noise; 4 if absent.
    #[serde(default = "default_distance")]
    pub distance: f64,
    /// The angle by which the centres, and the best boundary with them, are turned in the plane of the
    /// first two axes; 0 if absent.
    #[serde(default)]
    pub turn_degrees: f64,
    /// Factor on the standard deviation of the general noise, which is 1; 1 if absent.
    #[serde(default = "default_noise")]
    pub noise: f64,
}

fn default_dimension() -> usize {
    2
}
fn default_distance() -> f64 {
    4.0
}
fn default_noise() -> f64 {
    1.0
}

impl Xor {
    /// Two dimensions, four standard deviations between neighbours: a Bayes error of 4.4 %.
    #[must_use]
    pub fn new(examples: usize) -> Self {
        Self {
            examples,
            dimension: default_dimension(),
            distance: default_distance(),
            turn_degrees: 0.0,
            noise: default_noise(),
        }
    }

    /// Checks the options.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        check_within("dimension", self.dimension, [2, MAX_WIDTH])?;
        check_examples(self.examples, self.dimension)?;
        check_within("distance", self.distance, [0.0, Gaussian::MAX_DISTANCE])?;
        check_within("noise", self.noise, Gaussian::NOISE)?;
        check_within("turn_degrees", self.turn_degrees, [-180.0, 180.0])
    }

    /// Draws the examples.
    ///
    /// Each has a stream of its own, and is its own original; clusters take turns. Classes are named
    /// `0` and `1`; the shape is `[dimension]`; the range is not known. The tag `cluster` holds the
    /// signs of the centre before it was turned, such as `-+`. The Bayes error is that of the
    /// distribution drawn from.
    ///
    /// # Errors
    /// [`SourceError::Field`] if [`Xor::check`] fails, [`SourceError::Memory`] if the values cannot be
    /// kept.
    pub fn load(&self, context: &Context<'_>) -> Result<Loaded, SourceError> {
        self.check()?;
        let (sin, cos) = self.turn_degrees.to_radians().sin_cos();
        let centres = CLUSTERS.map(|(_, signs)| {
            let [x, y] = signs.map(|sign| 0.5 * self.distance * sign);
            [x * cos - y * sin, x * sin + y * cos]
        });
        let draw = |i: usize, rng: &mut ChaCha8Rng, row: &mut [f64]| {
            for value in &mut *row {
                *value = self.noise * rng.sample::<f64, _>(StandardNormal);
            }
            for (value, centre) in row.iter_mut().zip(centres[i % CLUSTERS.len()]) {
                *value += centre;
            }
        };
        let n = self.examples;
        let (values, _) = draw::rows(context, "xor", n, self.dimension, draw)?;
        let label_of_cluster = CLUSTERS.map(|(_, [x, y])| u32::from(x * y < 0.0));
        let clusters = (0..n).map(|i| i % CLUSTERS.len());
        let mut loaded = Loaded::made(Examples {
            shape: vec![self.dimension],
            values,
            range: None,
            labels: clusters.clone().map(|c| label_of_cluster[c]).collect(),
            classes: vec!["0".to_owned(), "1".to_owned()],
            source: vec![0; n],
            source_names: vec!["xor".to_owned()],
            original: (0..n as u64).collect(),
            tags: vec![Tag {
                name: "cluster".to_owned(),
                values: CLUSTERS.map(|(name, _)| name.to_owned()).to_vec(),
                of: clusters.map(|c| c as u32).collect(),
                is_pool: false,
            }],
        });
        loaded.bayes = Some(BayesError {
            rate: self.bayes_error(),
            standard_error: 0.0,
        });
        Ok(loaded)
    }

    /// The lowest error that any rule can reach on this distribution: 2q(1 − q) with
    /// q = Φ(−distance/(2·noise)).
    ///
    /// Let p₁ and p₂ be the probabilities, given the input, that the centre's sign on either axis is
    /// positive; the axes are independent. Equal signs are more likely than not where
    /// p₁p₂ + (1 − p₁)(1 − p₂) > ½, which is (p₁ − ½)(p₂ − ½) > 0: the best rule takes the sign of
    /// each coordinate, and is wrong where just one of the two signs is.
    #[must_use]
    pub fn bayes_error(&self) -> f64 {
        bayes::xor([bayes::normal_cdf(-0.5 * self.distance / self.noise); 2])
    }

    /// The error on this distribution of the rule that is the best one where nothing is turned: the
    /// signs of the first two coordinates. 50 % at a turn of 45°.
    ///
    /// The noise does not move that rule. The centre of `++` lies at (distance/2)(cos θ − sin θ,
    /// cos θ + sin θ), and the others likewise: q₁(1 − q₂) + q₂(1 − q₁) with
    /// q = Φ(−(distance/2)(cos θ ∓ sin θ)/noise).
    #[must_use]
    pub fn general_optimum_error(&self) -> f64 {
        let (sin, cos) = self.turn_degrees.to_radians().sin_cos();
        let half = 0.5 * self.distance / self.noise;
        bayes::xor([cos - sin, cos + sin].map(|factor| bayes::normal_cdf(-half * factor)))
    }
}

#[cfg(test)]
mod tests;
