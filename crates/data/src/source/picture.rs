//! One encoded picture: from bytes to numbers, by a stated rule.
//!
//! The steps, in this order:
//!
//! 1. The first bytes tell the format: PNG, JPEG, BMP or GIF (its first frame). Sizes are checked
//!    before anything is decoded. EXIF orientation, colour profiles and gamma are ignored.
//! 2. 16 bits per channel are rounded to 8: `round(v / 257)`.
//! 3. Alpha is composited over the background: `round((v·a + background·(255 − a)) / 255)`.
//! 4. A picture is grey if red, green and blue are equal in every pixel. Colour becomes grey by the
//!    luma of ITU-R BT.601, `0.299 R + 0.587 G + 0.114 B`, as in PIL's `convert("L")`; grey becomes
//!    colour by repeating it.
//! 5. It is brought to the size asked for by a triangle filter: bilinear when it grows, and when it
//!    shrinks averaged over as many pixels as go into one (PIL's `resize(…, BILINEAR)`).

mod decode;
mod gather;
mod resample;

use serde::{Deserialize, Serialize};

pub use self::decode::{MAX_PIXELS, MAX_PIXELS_PER_BYTE, PictureError};
pub(super) use self::gather::{Gather, Place};
use self::resample::Cut;
use crate::FieldError;

/// What is done to a picture of another size or shape than the one asked for.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Resize {
    /// Height and width are scaled each by its own factor.
    #[default]
    Stretch,
    /// Scaled by one factor until it fits inside, and centred on the background.
    Fit,
    /// Scaled by one factor until it covers everything, and its centre is cut out.
    Crop,
}

/// What is done about a picture that cannot be decoded.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Broken {
    /// It is an error.
    #[default]
    Error,
    /// It is left out, with a warning.
    Skip,
}

/// How a picture becomes numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rule {
    /// Height and width of the result; as they are if `None`.
    pub size: Option<[usize; 2]>,
    /// How they are reached.
    pub resize: Resize,
    /// 1 for grey, 3 for colour; if `None`, 1 where the picture is grey, else 3.
    pub channels: Option<usize>,
    /// The grey level behind transparent pixels, and around a picture that is fitted.
    pub background: u8,
}

/// The numbers of one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Channels (1 or 3), height, width.
    pub shape: [usize; 3],
    /// Row-major: all of red, then all of green, then all of blue; or all of grey.
    pub values: Vec<u8>,
}

/// Decodes one picture and brings it to the shape that `rule` asks for.
///
/// # Errors
/// [`PictureError`] if the bytes are no whole picture of a known format, or if it is too large.
pub fn read(bytes: &[u8], rule: &Rule) -> Result<Picture, PictureError> {
    let picture = decode::decode(bytes, rule)?;
    Ok(match rule.size {
        Some(size) => picture.resized(size, rule),
        None => picture,
    })
}

impl Rule {
    /// The rule that the keys of a source ask for.
    ///
    /// # Errors
    /// [`FieldError`] for the first key that is not possible.
    pub(super) fn from_keys(
        size: Option<[usize; 2]>,
        resize: Option<Resize>,
        channels: Option<usize>,
        background: Option<u8>,
    ) -> Result<Self, FieldError> {
        if let Some([height, width]) = size {
            let pixels = (height as u64).saturating_mul(width as u64);
            if pixels == 0 || pixels > MAX_PIXELS {
                let message = format!(
                    "is [{height}, {width}]; expected a height and a width of at least 1, \
                     and at most {MAX_PIXELS} pixels"
                );
                return Err(FieldError::new("size", message));
            }
        } else if resize.is_some() {
            let message = "is given without `size`; expected both, or none of them";
            return Err(FieldError::new("resize", message));
        }
        if let Some(n) = channels
            && n != 1
            && n != 3
        {
            let message = format!("is {n}; expected 1, for grey, or 3, for colour");
            return Err(FieldError::new("channels", message));
        }
        Ok(Self {
            size,
            resize: resize.unwrap_or_default(),
            channels,
            background: background.unwrap_or_default(),
        })
    }
}

impl Picture {
    /// The same picture in another size.
    fn resized(self, size: [usize; 2], rule: &Rule) -> Self {
        let [channels, height, width] = self.shape;
        if size == [height, width] {
            return self;
        }
        let (from, to) = ([height, width], size);
        // Per direction the part of the picture that is taken, and how many pixels it becomes.
        let ratio: [f64; 2] = std::array::from_fn(|k| to[k] as f64 / from[k] as f64);
        let cut = |k: usize| match rule.resize {
            Resize::Stretch => Cut::whole(from[k], to[k]),
            Resize::Fit => {
                let n = (from[k] as f64 * ratio[0].min(ratio[1])).round() as usize;
                Cut::whole(from[k], n.clamp(1, to[k]))
            }
            Resize::Crop => Cut::centre(from[k], to[k] as f64 / ratio[0].max(ratio[1]), to[k]),
        };
        let (down, right) = (cut(0), cut(1));
        let mut values = Vec::with_capacity(channels * to[0] * to[1]);
        for plane in self.values.chunks_exact(height * width) {
            let inner = resample::resample(plane, &down, &right);
            pad(
                &inner,
                [down.n_out, right.n_out],
                to,
                rule.background,
                &mut values,
            );
        }
        Self {
            shape: [channels, to[0], to[1]],
            values,
        }
    }
}

/// Adds a plane, centred on the background; where the border is odd, the wider side is below and right.
fn pad(plane: &[u8], inner: [usize; 2], outer: [usize; 2], background: u8, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + outer[0] * outer[1], background);
    let [top, left] = std::array::from_fn(|k| (outer[k] - inner[k]) / 2);
    let rows = out[start..].chunks_exact_mut(outer[1]).skip(top);
    for (row, from) in rows.zip(plane.chunks_exact(inner[1])) {
        row[left..left + inner[1]].copy_from_slice(from);
    }
}

#[cfg(test)]
mod tests;
