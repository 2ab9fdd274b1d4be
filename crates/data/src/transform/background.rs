//! The step `background`.

use std::path::PathBuf;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::TransformError;
use super::options::{always, check_distinct, check_pool, check_probability};
use super::parameter::{Parameter, happens};
use super::pictures::Pictures;
use super::pipeline::{Planes, Scratch, Stage};
use super::smooth::SmoothField;
use crate::field_error::check_within;
use crate::{FieldError, FileHash};

/// Puts something behind bright figures on a dark ground.
///
/// The brightness of a pixel counts as how much of what is behind it covers: a dark one shows the
/// background, a bright one stays as it is (`value + (high - value) × strength × background`). For
/// dark figures on a bright ground, put `{ invert = { probability = 1 } }` before it and after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Background {
    /// A picture (png, jpeg, bmp or gif), or a folder with pictures, of which each example draws one.
    /// They are cut to the shape of the examples about their centre and resized. If absent, smooth
    /// textures are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// How many textures there are, which examples draw from; if absent, every example gets one of its
    /// own. Not with `path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct: Option<usize>,
    /// The value of the brightest background, as a share of the range; 0.5 if absent.
    #[serde(default = "default_strength")]
    pub strength: f32,
    /// The share of examples that it is done to; 1 if absent.
    #[serde(default = "always")]
    pub probability: f32,
}

fn default_strength() -> f32 {
    0.5
}

/// How smooth textures are, as shares of the image's larger side: from fine grain to slow shades.
const SMOOTHNESS: [f32; 5] = [0.05, 0.08, 0.12, 0.18, 0.25];

impl Background {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        check_distinct(self.distinct)?;
        if let Some(path) = &self.path {
            if path.as_os_str().is_empty() {
                let message = "is empty; expected a picture, or a folder with pictures";
                return Err(FieldError::new("path", message));
            }
            if self.distinct.is_some() {
                let message = "is for textures; expected it without `path`, whose pictures count";
                return Err(FieldError::new("distinct", message));
            }
        }
        check_within("strength", self.strength, [0.0, 1.0])?;
        check_probability(self.probability)
    }
}

/// The step with all backgrounds that there are.
#[derive(Debug)]
pub(super) struct PutBehind {
    probability: f32,
    strength: f32,
    planes: Planes,
    /// Shares of white, one background after the other; none if each example gets its own texture.
    pool: Vec<f32>,
    textures: Textures,
}

impl PutBehind {
    /// Reads the pictures, or makes the textures: texture `k` from the stream `k` of `rng`.
    pub(super) fn new(
        step: &Background,
        planes: Planes,
        mut rng: ChaCha8Rng,
    ) -> Result<(Self, Parameter, Vec<FileHash>), TransformError> {
        let textures = Textures::new(planes);
        let (mut pool, mut files) = (Vec::new(), Vec::new());
        let parameter = if let Some(path) = &step.path {
            let pictures = Pictures::read(path, planes)?;
            (pool, files) = (pictures.shares, pictures.files);
            Parameter::pool("background", pictures.names.into_iter())
        } else if let Some(distinct) = step.distinct {
            check_pool("distinct", distinct, planes.n_values())?;
            let mut texture = vec![0.0; planes.n_values()];
            for k in 0..distinct {
                rng.set_stream(k as u64);
                rng.set_word_pos(0);
                textures.draw(&mut rng, &mut Vec::new(), &mut texture);
                pool.extend_from_slice(&texture);
            }
            let names = (1..=distinct).map(|k| format!("texture {k}"));
            Parameter::pool("background", names)
        } else {
            Parameter::applied("background")
        };
        let stage = Self {
            probability: step.probability,
            strength: step.strength,
            planes,
            pool,
            textures,
        };
        Ok((stage, parameter, files))
    }
}

impl Stage for PutBehind {
    fn apply(&self, scratch: &mut Scratch, rng: &mut ChaCha8Rng) {
        if !happens(self.probability, rng) {
            scratch.drawn.push(0);
            return;
        }
        let n_values = self.planes.n_values();
        let shares = if self.pool.is_empty() {
            scratch.drawn.push(1);
            scratch.other.resize(n_values, 0.0);
            self.textures
                .draw(rng, &mut scratch.spare, &mut scratch.other[..n_values]);
            &scratch.other[..n_values]
        } else {
            let k = rng.random_range(0..self.pool.len() / n_values);
            scratch.drawn.push(k as u32 + 1);
            &self.pool[k * n_values..][..n_values]
        };
        for (value, share) in scratch.values.iter_mut().zip(shares) {
            *value += (self.planes.high - *value) * self.strength * share;
        }
    }
}

/// Smooth textures of several degrees of smoothness.
#[derive(Debug)]
struct Textures {
    fields: Vec<SmoothField>,
    n_pixels: usize,
}

impl Textures {
    fn new(planes: Planes) -> Self {
        let side = planes.height.max(planes.width) as f32;
        let field = |share: f32| {
            let smoothness = (share * side).max(0.5);
            SmoothField::new(planes.height, planes.width, smoothness)
        };
        Self {
            fields: SMOOTHNESS.into_iter().map(field).collect(),
            n_pixels: planes.height * planes.width,
        }
    }

    /// Fills every channel of `shares` with a texture from 0 to 1; all are equally smooth.
    fn draw(&self, rng: &mut ChaCha8Rng, spare: &mut Vec<f32>, shares: &mut [f32]) {
        let field = &self.fields[rng.random_range(0..self.fields.len())];
        for channel in shares.chunks_exact_mut(self.n_pixels) {
            field.draw(rng, spare, channel);
            let bounds = (f32::MAX, f32::MIN);
            let (low, high) = channel
                .iter()
                .fold(bounds, |(low, high), &v| (low.min(v), high.max(v)));
            // A single pixel is its own lowest and highest: then black.
            let width = (high - low).max(f32::MIN_POSITIVE);
            for share in channel {
                *share = (*share - low) / width;
            }
        }
    }
}
