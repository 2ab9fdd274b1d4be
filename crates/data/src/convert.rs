//! Brings the examples of one chunk to the shape, range and classes of the other, by rules that are
//! written down.

mod classes;
mod features;
mod values;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use features::Features;

use crate::source::Context;
use crate::transform::check_size;
use crate::{Examples, FieldError, MemoryError};

/// How examples are converted. Only what is given is done, in this order: `rename_classes`, `classes`,
/// `shape` (if it is that of images), `channels`, `size`, `range`, `features`, `shape` (if it is any other).
///
/// Values in whole steps stay whole: what is made of them is rounded, unless the range is known to
/// have fewer than 16 steps or other ends than whole numbers in 0..=255.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Convert {
    /// New names of classes, by their old ones. Two with the same new name become one class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rename_classes: Option<BTreeMap<String, String>>,
    /// The classes to keep, in their new order. Examples of any other are an error, or dropped if
    /// `drop_other_classes` says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<String>>,
    /// Whether examples of classes that `classes` does not name are dropped; false if absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub drop_other_classes: bool,
    /// The same values read as another shape: `[channels, height, width]` makes images of them before
    /// all that is done to images, `[features]` makes vectors of them after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<Vec<usize>>,
    /// Channels of the images: 1 makes grey of colours (0.299 red + 0.587 green + 0.114 blue, ITU-R
    /// BT.601), 3 repeats grey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<usize>,
    /// Height and width of the images in pixels, by the triangle filter: bilinear interpolation where
    /// an image grows, and wider where it shrinks, so that every pixel counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<[usize; 2]>,
    /// The smallest and the largest value to map the range to, linearly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<[f32; 2]>,
    /// The range that the values have, where the source does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_range: Option<[f32; 2]>,
    /// Hand-made features in place of the pixels of grey images: the examples become vectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Features>,
}

/// Why examples cannot be converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// An option has an impossible value, or one that does not fit the examples.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// Values that cannot be kept.
    #[error(transparent)]
    Memory(#[from] MemoryError),
}

impl Convert {
    /// Checks the options alone.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        classes::check(self)?;
        if let Some(shape) = &self.shape {
            let product = shape.iter().try_fold(1_usize, |p, &n| p.checked_mul(n));
            if shape.is_empty() || product.is_none_or(|p| p == 0) {
                let message = format!("is {shape:?}; expected positive sizes, such as [1, 28, 28]");
                return Err(FieldError::new("shape", message));
            }
        }
        if let Some(channels) = self.channels
            && ![1, 3].contains(&channels)
        {
            let message = format!("is {channels}; expected 1 or 3");
            return Err(FieldError::new("channels", message));
        }
        if let Some(size) = self.size {
            check_size(size)?;
        }
        if let Some(features) = &self.features {
            features.check()?;
        }
        for (field, range) in [("range", self.range), ("from_range", self.from_range)] {
            if let Some([low, high]) = range
                && !(low < high && low.is_finite() && high.is_finite())
            {
                let message = format!("is {low} to {high}; expected a smaller and a larger number");
                return Err(FieldError::new(field, message));
            }
        }
        if self.from_range.is_some() && self.range.is_none() {
            let message = "is given without `range`; expected the range to map it to";
            return Err(FieldError::new("from_range", message));
        }
        Ok(())
    }

    /// Converts all examples. Their order, sources, originals and tags stay.
    ///
    /// # Errors
    /// [`ConvertError::Field`] if [`Convert::check`] fails or an option does not fit the examples,
    /// [`ConvertError::Memory`] if values cannot be kept.
    pub fn apply(
        &self,
        examples: Examples,
        context: &Context<'_>,
    ) -> Result<Examples, ConvertError> {
        self.check()?;
        let examples = classes::convert(self, examples)?;
        values::convert(self, examples, context)
    }
}

#[cfg(test)]
mod tests;
