//! What is done to examples one by one: small steps, for synthesis and for augmentation.
//!
//! A list of [`Step`]s becomes a [`Pipeline`], which turns one example into another, each time
//! differently. [`synthesize`] makes new examples once, counted beside their originals; a trainer
//! that applies a pipeline to the training set anew in every epoch augments it.

mod affine;
mod background;
mod blocks;
mod blur;
mod contrast;
mod drop;
mod elastic;
mod invert;
mod noise;
mod occlusion;
mod options;
mod parameter;
mod pictures;
mod pipeline;
mod resize;
mod rotate;
mod scale;
mod shear;
mod shift;
mod smooth;
mod statistics;
mod synthesis;
mod warp;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use self::background::Background;
pub(crate) use self::blocks::{Blocks, read_row, stays_whole};
pub use self::blur::Blur;
pub use self::contrast::Contrast;
pub use self::drop::DropFeatures;
pub use self::elastic::Elastic;
pub use self::invert::Invert;
pub use self::noise::Noise;
pub use self::occlusion::Occlusion;
pub use self::parameter::Parameter;
pub use self::pipeline::{Pipeline, Scratch};
pub use self::resize::Resize;
pub(crate) use self::resize::{Resampler, check_size};
pub use self::rotate::Rotate;
pub use self::scale::Scale;
pub use self::shear::Shear;
pub use self::shift::Shift;
pub use self::synthesis::{Synthesis, Synthesized, synthesize};

use crate::{FieldError, MemoryError};

/// One step, chosen by its name in a config.
///
/// All are for images `[channels, height, width]`; `noise`, `scale` and `drop` are for vectors
/// `[features]`. Intensities of images are shares of the range of their values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant is documented at its type")]
pub enum Step {
    Background(Background),
    Blur(Blur),
    Contrast(Contrast),
    Drop(DropFeatures),
    Elastic(Elastic),
    Invert(Invert),
    Noise(Noise),
    Occlusion(Occlusion),
    Resize(Resize),
    Rotate(Rotate),
    Scale(Scale),
    Shear(Shear),
    Shift(Shift),
}

impl Step {
    /// The names of all steps, as a config spells them.
    pub const NAMES: [&'static str; 13] = [
        "background",
        "blur",
        "contrast",
        "drop",
        "elastic",
        "invert",
        "noise",
        "occlusion",
        "resize",
        "rotate",
        "scale",
        "shear",
        "shift",
    ];

    /// The name that a config has for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Background(_) => "background",
            Self::Blur(_) => "blur",
            Self::Contrast(_) => "contrast",
            Self::Drop(_) => "drop",
            Self::Elastic(_) => "elastic",
            Self::Invert(_) => "invert",
            Self::Noise(_) => "noise",
            Self::Occlusion(_) => "occlusion",
            Self::Resize(_) => "resize",
            Self::Rotate(_) => "rotate",
            Self::Scale(_) => "scale",
            Self::Shear(_) => "shear",
            Self::Shift(_) => "shift",
        }
    }

    /// Checks the options alone, without any file.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        match self {
            Self::Background(step) => step.check(),
            Self::Blur(step) => step.check(),
            Self::Contrast(step) => step.check(),
            Self::Drop(step) => step.check(),
            Self::Elastic(step) => step.check(),
            Self::Invert(step) => step.check(),
            Self::Noise(step) => step.check(),
            Self::Occlusion(step) => step.check(),
            Self::Resize(step) => step.check(),
            Self::Rotate(step) => step.check(),
            Self::Scale(step) => step.check(),
            Self::Shear(step) => step.check(),
            Self::Shift(step) => step.check(),
        }
    }
}

/// Changes to the training set that are drawn anew in every epoch; no other set is changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// What is done to each example, in this order.
    pub steps: Vec<Step>,
}

impl Augmentation {
    /// Checks the options alone.
    ///
    /// # Errors
    /// [`FieldError`] for the first step that is not possible. `resize` is none of augmentation: the
    /// other sets would keep their shape.
    pub fn check(&self) -> Result<(), FieldError> {
        check_steps(&self.steps)?;
        let is_resize = |step: &Step| matches!(step, Step::Resize(_));
        match self.steps.iter().position(is_resize) {
            None => Ok(()),
            Some(i) => Err(item_error(
                i,
                &self.steps[i],
                "would change the shape of the training set alone; expected `size` under `convert`",
            )),
        }
    }
}

/// Why examples cannot be transformed.
#[derive(Debug, thiserror::Error)]
pub enum TransformError {
    /// An option has an impossible value.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A step does not apply to examples of this shape.
    #[error("step {number}, `{step}`, is for {expected}; the examples have the shape {shape:?}")]
    Shape {
        /// Counted from 1.
        number: usize,
        /// Its name.
        step: &'static str,
        /// What it applies to.
        expected: &'static str,
        /// The shape of one example.
        shape: Vec<usize>,
    },
    /// Intensities are shares of the range of the values, which is not known.
    #[error(
        "the range of the values is not known; expected it for steps on images: \
         give `range` with the source or under `convert`"
    )]
    RangeUnknown,
    /// The range has no width.
    #[error("the range of the values is {low} to {high}; expected a smaller and a larger number")]
    RangeEmpty {
        /// The smallest value.
        low: f32,
        /// The largest value.
        high: f32,
    },
    /// No examples to take means and deviations from.
    #[error("there are no examples to fit the steps on; expected at least one")]
    Empty,
    /// A picture cannot be a background.
    #[error("{}: {problem}", path.display())]
    Picture {
        /// The file or folder.
        path: PathBuf,
        /// What was found and what was expected.
        problem: String,
    },
    /// Values that cannot be kept.
    #[error(transparent)]
    Memory(#[from] MemoryError),
}

fn check_steps(steps: &[Step]) -> Result<(), FieldError> {
    if steps.is_empty() {
        let message = "is empty; expected at least one step, such as { shift = { pixels = 2 } }";
        return Err(FieldError::new("steps", message));
    }
    for (i, step) in steps.iter().enumerate() {
        step.check()
            .map_err(|error| item_error(i, step, &error.to_string()))?;
    }
    Ok(())
}

/// An error in one item of a list of steps; `problem` says what is wrong with it.
fn item_error(i: usize, step: &Step, problem: &str) -> FieldError {
    FieldError::new(
        "steps",
        format!("item {}, `{}`: {problem}", i + 1, step.name()),
    )
}

#[cfg(test)]
mod tests;
