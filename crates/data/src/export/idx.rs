//! Examples in the format of MNIST.

use std::io::{BufWriter, Write};

use super::{ExportError, for_each_row};
use crate::Examples;

// The third byte of a file says what its numbers are ("The IDX file format", LeCun, Cortes and
// Burges, The MNIST database).
const UNSIGNED_BYTES: u8 = 0x08;
const INTS: u8 = 0x0c;
const FLOATS: u8 = 0x0d;

/// Writes the values to `images` and the labels to `labels`.
///
/// Values are unsigned bytes where the examples hold bytes, else floats of 32 bits. The first
/// dimension counts examples; of images with one channel the other two are height and width, as in
/// MNIST, else the others are the shape of an example. Labels are indices of classes: unsigned bytes
/// for up to 256 classes, else integers of 32 bits. Names of classes, sources, originals and tags
/// have no room in the format. All numbers are big-endian.
///
/// # Errors
/// [`ExportError`] if a file cannot be written, if the values cannot be read, or if the format has
/// no room for the shape: above 2³² − 1 of a dimension or 255 dimensions.
pub fn write_idx(
    examples: &Examples,
    images: impl Write,
    labels: impl Write,
) -> Result<(), ExportError> {
    let shape = match *examples.shape {
        [1, height, width] => vec![height, width],
        _ => examples.shape.clone(),
    };
    let mut dimensions = vec![examples.len()];
    dimensions.extend(shape);
    let is_u8 = examples.values.is_u8();

    let mut images = BufWriter::new(images);
    let kind = if is_u8 { UNSIGNED_BYTES } else { FLOATS };
    images.write_all(&header(kind, &dimensions)?)?;
    for_each_row(examples, |_, values| {
        for &value in values {
            if is_u8 {
                images.write_all(&[value as u8])?;
            } else {
                images.write_all(&value.to_be_bytes())?;
            }
        }
        Ok(())
    })?;
    images.flush()?;

    let mut out = BufWriter::new(labels);
    let is_u8 = examples.classes.len() <= 256;
    let kind = if is_u8 { UNSIGNED_BYTES } else { INTS };
    out.write_all(&header(kind, &dimensions[..1])?)?;
    for &label in &examples.labels {
        if is_u8 {
            out.write_all(&[label as u8])?;
        } else {
            out.write_all(&label.to_be_bytes())?;
        }
    }
    out.flush()?;
    Ok(())
}

fn header(kind: u8, dimensions: &[usize]) -> Result<Vec<u8>, ExportError> {
    let too_large = |what, found, most| ExportError::TooLargeForIdx { what, found, most };
    let rank = u8::try_from(dimensions.len())
        .map_err(|_| too_large("the number of dimensions", dimensions.len(), 255))?;
    let mut header = vec![0, 0, kind, rank];
    for &dimension in dimensions {
        let dimension =
            u32::try_from(dimension).map_err(|_| too_large("a dimension", dimension, u32::MAX))?;
        header.extend(dimension.to_be_bytes());
    }
    Ok(header)
}
