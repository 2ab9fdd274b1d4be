//! The step `noise`.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use super::options::{always, check_distinct, check_pool, check_probability};
use super::parameter::{Parameter, happens};
use super::pipeline::{Scratch, Stage};
use crate::FieldError;
use crate::field_error::check_within;

/// Adds normal noise to every value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// Its standard deviation: for images as a share of the range of their values, for vectors in
    /// standard deviations of the feature.
    pub deviation: f32,
    /// How many patterns of noise there are, which examples draw from; if absent, every example gets
    /// noise of its own. Few of them are the trap of synthesis: an hour of noise under a thousand
    /// hours of speech sounds right, and a model learns the noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct: Option<usize>,
    /// The share of examples that it is done to; 1 if absent.
    #[serde(default = "always")]
    pub probability: f32,
}

impl Noise {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        check_within("deviation", self.deviation, [0.0, 100.0])?;
        check_distinct(self.distinct)?;
        check_probability(self.probability)
    }

    pub(super) fn parameter(&self) -> Parameter {
        match self.distinct {
            None => Parameter::applied("noise"),
            Some(n) => Parameter::pool("noise", (1..=n).map(|k| format!("noise {k}"))),
        }
    }
}

/// The step with the standard deviation of each value.
#[derive(Debug)]
pub(super) struct AddNoise {
    probability: f32,
    deviations: Vec<f32>,
    /// Patterns, one after the other; none if each example gets its own.
    pool: Vec<f32>,
}

impl AddNoise {
    /// `units` are the numbers that `deviation` counts in, one per value. Pattern `k` is drawn from
    /// the stream `k` of `rng`, so a smaller pool is the beginning of a larger one.
    pub(super) fn new(
        step: Noise,
        units: Vec<f32>,
        mut rng: ChaCha8Rng,
    ) -> Result<Self, FieldError> {
        let mut deviations = units;
        for deviation in &mut deviations {
            *deviation *= step.deviation;
        }
        let distinct = step.distinct.unwrap_or(0);
        check_pool("distinct", distinct, deviations.len())?;
        let mut pool = Vec::with_capacity(distinct * deviations.len());
        for k in 0..distinct {
            rng.set_stream(k as u64);
            rng.set_word_pos(0);
            let normal = |d: &f32| d * rng.sample::<f32, _>(StandardNormal);
            pool.extend(deviations.iter().map(normal));
        }
        Ok(Self {
            probability: step.probability,
            deviations,
            pool,
        })
    }
}

impl Stage for AddNoise {
    fn apply(&self, scratch: &mut Scratch, rng: &mut ChaCha8Rng) {
        if !happens(self.probability, rng) {
            scratch.drawn.push(0);
        } else if self.pool.is_empty() {
            scratch.drawn.push(1);
            for (value, deviation) in scratch.values.iter_mut().zip(&self.deviations) {
                *value += deviation * rng.sample::<f32, _>(StandardNormal);
            }
        } else {
            let n_values = self.deviations.len();
            let k = rng.random_range(0..self.pool.len() / n_values);
            scratch.drawn.push(k as u32 + 1);
            let pattern = &self.pool[k * n_values..][..n_values];
            for (value, noise) in scratch.values.iter_mut().zip(pattern) {
                *value += noise;
            }
        }
    }
}
