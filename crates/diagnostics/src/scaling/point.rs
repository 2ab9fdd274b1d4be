//! One measurement of a learning curve, and why one is refused.

use serde::{Deserialize, Serialize};

use crate::rate::ErrorCount;

/// The error or loss of one training with a known number of examples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Training examples, at least 1.
    pub n: u64,
    /// Error rate as a fraction, or a loss in any unit; above 0.
    pub value: f64,
    /// Which seed, where seeds mean the same at every size (the same initial weights, the same order, the
    /// same dev set): what a seed is off by at one size then goes with what it is off by at another. None
    /// for trainings that have nothing in common.
    pub seed: Option<u64>,
    /// The count that `value` is the rate of, if it is one. It says how sure a single training's rate is.
    pub count: Option<ErrorCount>,
}

impl Point {
    /// One training with `n` examples, without a seed or a count.
    #[must_use]
    pub fn new(n: u64, value: f64) -> Self {
        Self {
            n,
            value,
            seed: None,
            count: None,
        }
    }

    /// One training with `n` examples and its errors.
    #[must_use]
    pub fn counted(n: u64, count: ErrorCount) -> Self {
        Self {
            count: Some(count),
            ..Self::new(n, count.rate())
        }
    }

    /// The same point, of a seed that means the same at every size.
    #[must_use]
    pub fn of_seed(self, seed: u64) -> Self {
        Self {
            seed: Some(seed),
            ..self
        }
    }
}

/// Why points are no learning curve.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PointsError {
    /// Nothing to look at.
    #[error("the curve has no points; expected at least one")]
    None,
    /// No training has no examples.
    #[error("point {position} has 0 training examples; expected at least 1")]
    NoExamples {
        /// Which point, counted from 0.
        position: usize,
    },
    /// A power law never reaches 0, and relative errors need values above it.
    #[error(
        "point {position} ({n} training examples) has the value {value}; expected a number above 0 (no errors \
         at all: measure on more examples, or leave the size out)"
    )]
    NotPositive {
        /// Which point, counted from 0.
        position: usize,
        /// Its training examples.
        n: u64,
        /// Its value.
        value: f64,
    },
    /// The same seed measured twice at one size.
    #[error("seed {seed} stands twice at {n} training examples; expected once")]
    SeedTwice {
        /// Which seed.
        seed: u64,
        /// At how many training examples.
        n: u64,
    },
    /// Some points have a seed and others none.
    #[error(
        "point {position} ({n} training examples) has no seed and others have one; expected one for all or for none"
    )]
    SomeSeeds {
        /// Which point, counted from 0.
        position: usize,
        /// Its training examples.
        n: u64,
    },
}
