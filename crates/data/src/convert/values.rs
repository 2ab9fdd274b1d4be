//! Converts shape, channels, size and range of the values, a row at a time.

use super::features::Extractor;
use super::{Convert, ConvertError};
use crate::source::Context;
use crate::transform::{Blocks, Resampler, read_row, stays_whole};
use crate::{Examples, FieldError, Values};

/// The luma of red, green and blue: ITU-R BT.601.
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

/// What is done to the values of each example.
#[derive(Default)]
struct Plan {
    /// Channels before and after.
    channels: Option<[usize; 2]>,
    resampler: Option<Resampler>,
    range: Option<Mapping>,
    features: Option<Extractor>,
}

/// From one range to another.
#[derive(Clone, Copy)]
struct Mapping {
    from_low: f64,
    factor: f64,
    low: f64,
}

pub(super) fn convert(
    convert: &Convert,
    mut examples: Examples,
    context: &Context<'_>,
) -> Result<Examples, ConvertError> {
    let (first, last) = match &convert.shape {
        Some(shape) if shape.len() == 3 => (Some(shape), None),
        other => (None, other.as_ref()),
    };
    if let Some(shape) = first {
        check_product(shape, &examples.shape)?;
        examples.shape.clone_from(shape);
    }
    let mut plan = Plan::default();
    let mut shape = examples.shape.clone();
    if let Some(channels) = convert.channels {
        plan.set_channels(channels, &mut shape)?;
    }
    if let Some(size) = convert.size {
        plan.set_size(size, &mut shape)?;
    }
    let mut range = plan.set_range(convert, &examples)?;
    if let Some(features) = &convert.features {
        let extractor = Extractor::new(features, &shape, range)?;
        shape = vec![extractor.len()];
        range = range.map(|_| (0.0, 1.0));
        plan.features = Some(extractor);
    }
    if let Some(last) = last {
        check_product(last, &shape)?;
    }
    if !plan.is_empty() {
        examples.values = plan.apply(&examples, &shape, range, context)?;
    }
    examples.shape = last.cloned().unwrap_or(shape);
    examples.range = range;
    Ok(examples)
}

fn check_product(shape: &[usize], old: &[usize]) -> Result<(), FieldError> {
    let n: usize = old.iter().product();
    // The check of the options has multiplied it before.
    if shape.iter().product::<usize>() == n {
        return Ok(());
    }
    let message = format!("is {shape:?}; expected {n} values, as the shape {old:?} has");
    Err(FieldError::new("shape", message))
}

fn image_shape(field: &'static str, shape: &[usize]) -> Result<[usize; 3], FieldError> {
    match *shape {
        [channels, height, width] if channels * height * width > 0 => Ok([channels, height, width]),
        _ => {
            let message = format!(
                "is for images of shape [channels, height, width]; \
                 the examples have the shape {shape:?}, expected `shape` to make images of them"
            );
            Err(FieldError::new(field, message))
        }
    }
}

impl Plan {
    fn set_channels(&mut self, channels: usize, shape: &mut [usize]) -> Result<(), FieldError> {
        let [found, ..] = image_shape("channels", shape)?;
        if ![1, 3].contains(&found) {
            let message = format!("is {channels}; expected images of 1 or 3 channels, not {found}");
            return Err(FieldError::new("channels", message));
        }
        if found != channels {
            self.channels = Some([found, channels]);
            shape[0] = channels;
        }
        Ok(())
    }

    fn set_size(&mut self, size: [usize; 2], shape: &mut [usize]) -> Result<(), FieldError> {
        let [_, height, width] = image_shape("size", shape)?;
        if [height, width] != size {
            self.resampler = Some(Resampler::new([height, width], size));
            shape[1..].copy_from_slice(&size);
        }
        Ok(())
    }

    /// Returns the range afterwards.
    fn set_range(
        &mut self,
        convert: &Convert,
        examples: &Examples,
    ) -> Result<Option<(f32, f32)>, FieldError> {
        let Some([low, high]) = convert.range else {
            return Ok(examples.range);
        };
        let stated = convert.from_range.map(|[low, high]| (low, high));
        let from = match (stated, examples.range) {
            (Some(stated), Some(known)) if stated != known => {
                let message = format!(
                    "is {} to {}, but the range of the values is known to be {} to {}",
                    stated.0, stated.1, known.0, known.1
                );
                return Err(FieldError::new("from_range", message));
            }
            (Some(from), _) | (None, Some(from)) => from,
            (None, None) => {
                let message = "cannot be mapped to: the range of the values is not known; \
                               expected `from_range` to state it";
                return Err(FieldError::new("range", message));
            }
        };
        let (from_low, from_high) = from;
        let field = if stated.is_some() {
            "from_range"
        } else {
            "range"
        };
        // Written so that NaN fails.
        if !(from_low < from_high && from_low.is_finite() && from_high.is_finite()) {
            let message = format!("cannot be mapped from {from_low} to {from_high}, which is none");
            return Err(FieldError::new(field, message));
        }
        let mut values = (0..examples.values.len()).map(|i| examples.values.get(i));
        if let Some(value) = values.find(|v| !(from_low..=from_high).contains(v)) {
            let message = format!(
                "cannot be mapped from {from_low} to {from_high}: there is the value {value}"
            );
            return Err(FieldError::new(field, message));
        }
        if from != (low, high) {
            let widths = [(low, high), from].map(|(l, h)| f64::from(h) - f64::from(l));
            self.range = Some(Mapping {
                from_low: from_low.into(),
                factor: widths[0] / widths[1],
                low: low.into(),
            });
        }
        Ok(Some((low, high)))
    }

    fn is_empty(&self) -> bool {
        self.channels.is_none()
            && self.resampler.is_none()
            && self.range.is_none()
            && self.features.is_none()
    }

    fn apply(
        &self,
        examples: &Examples,
        shape: &[usize],
        range: Option<(f32, f32)>,
        context: &Context<'_>,
    ) -> Result<Values, ConvertError> {
        let is_whole = match range {
            _ if self.features.is_some() => false,
            None => examples.values.is_u8(),
            range => stays_whole(&examples.values, range),
        };
        let (n, n_values) = (examples.len(), examples.n_values());
        let mut rows = Blocks::new(
            shape.iter().product(),
            n,
            context.memory,
            context.on_progress,
        );
        rows.add(
            n,
            is_whole,
            0,
            <[Vec<f32>; 3]>::default,
            |[values, other, between], i, row, _| {
                values.resize(n_values, 0.0);
                read_row(examples, i, values);
                self.apply_to(values, other, between);
                // Weights that should add up to 1 do so only nearly.
                if let Some((low, high)) = range {
                    for value in values.iter_mut() {
                        *value = value.clamp(low, high);
                    }
                }
                row.copy_from_slice(values);
            },
            |_| {},
        )?;
        Ok(rows.finish()?)
    }

    /// Converts one example in place.
    fn apply_to(&self, values: &mut Vec<f32>, other: &mut Vec<f32>, between: &mut Vec<f32>) {
        match self.channels {
            Some([3, _]) => {
                let n_pixels = values.len() / 3;
                for i in 0..n_pixels {
                    let colours = [values[i], values[n_pixels + i], values[2 * n_pixels + i]];
                    values[i] = LUMA.iter().zip(colours).map(|(l, c)| l * c).sum();
                }
                values.truncate(n_pixels);
            }
            Some(_) => {
                let n_pixels = values.len();
                values.extend_from_within(..);
                values.extend_from_within(..n_pixels);
            }
            None => {}
        }
        if let Some(resampler) = &self.resampler {
            other.clear();
            resampler.apply(values, between, other);
            std::mem::swap(values, other);
        }
        if let Some(mapping) = self.range {
            for value in values.iter_mut() {
                let above = f64::from(*value) - mapping.from_low;
                *value = (mapping.low + above * mapping.factor) as f32;
            }
        }
        if let Some(extractor) = &self.features {
            extractor.apply(values, other);
            std::mem::swap(values, other);
        }
    }
}
