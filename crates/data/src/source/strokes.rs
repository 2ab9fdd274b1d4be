//! Digits drawn by rule: pen strokes in several styles per digit, each with a jitter of its own.

mod jitter;
mod pen;
mod raster;
mod style;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::jitter::Jitter;
use self::style::{STYLES, Style};
use super::file::MAX_UNPACKED_BYTES;
use super::{Context, Grid, Loaded, Progress, SourceError};
use crate::field_error::{check_range, check_within};
use crate::seed::stream;
use crate::{Examples, FieldError, MemoryError, Tag, ValuesBuilder};

const N_DIGITS: usize = 10;

/// Digits that are drawn side by side before they are kept.
const CHUNK: usize = 8192;

/// Largest turn and slant to either side: further on a digit is no longer itself.
const MAX_DEGREES: f32 = 45.0;

/// Digits drawn by rule.
///
/// Ranges are `[smallest, largest]`; each example draws its own value, uniformly. Sizes are shares
/// of the digit's height where nothing else is said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Strokes {
    /// How many digits to draw. With the same seed a smaller number is the beginning of a larger one.
    pub examples: usize,
    /// Rows and columns of pixels; those of the other chunk if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<[usize; 2]>,
    /// The value of a pixel that is all ink; the other chunk's largest if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f32>,
    /// The styles to draw, as [`Strokes::style_names`] lists them; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub styles: Option<Vec<String>>,
    /// Slant to the right of the upright, in degrees.
    #[serde(default = "default_slant_degrees")]
    pub slant_degrees: [f32; 2],
    /// Turn to either side, in degrees at most.
    #[serde(default = "default_rotation_degrees")]
    pub rotation_degrees: f32,
    /// Diameter of the pen.
    #[serde(default = "default_thickness")]
    pub thickness: [f32; 2],
    /// Factor on the width of the shape.
    #[serde(default = "default_width")]
    pub width: [f32; 2],
    /// Height of the digit, as a share of the grid's height inside the margin.
    #[serde(default = "default_height")]
    pub height: [f32; 2],
    /// Shift from the centre in either direction at most, as a share of the grid's height. A digit
    /// that fills the grid has no room to shift.
    #[serde(default = "default_shift")]
    pub shift: f32,
    /// How far points are displaced at most by smooth waves, which bend the strokes.
    #[serde(default = "default_warp")]
    pub warp: f32,
    /// Empty border on each side, as a share of the grid: 0 for optdigits, 1/7 for MNIST.
    #[serde(default)]
    pub margin: f32,
}

fn default_slant_degrees() -> [f32; 2] {
    [-10.0, 25.0]
}
fn default_rotation_degrees() -> f32 {
    8.0
}
fn default_thickness() -> [f32; 2] {
    [0.08, 0.18]
}
fn default_width() -> [f32; 2] {
    [0.75, 1.25]
}
fn default_height() -> [f32; 2] {
    [0.9, 1.0]
}
fn default_shift() -> f32 {
    0.05
}
fn default_warp() -> f32 {
    0.1
}

impl Strokes {
    /// The largest `warp`: beyond it, strokes no longer make a digit.
    pub const MAX_WARP: f32 = 0.3;

    /// Digits in all styles with the usual jitter.
    #[must_use]
    pub fn new(examples: usize) -> Self {
        Self {
            examples,
            grid: None,
            max: None,
            styles: None,
            slant_degrees: default_slant_degrees(),
            rotation_degrees: default_rotation_degrees(),
            thickness: default_thickness(),
            width: default_width(),
            height: default_height(),
            shift: default_shift(),
            warp: default_warp(),
            margin: 0.0,
        }
    }

    /// The names of all styles, such as `7-crossbar`, ordered by digit.
    #[must_use]
    pub fn style_names() -> Vec<&'static str> {
        STYLES.iter().map(|s| s.name).collect()
    }

    /// Checks the options alone.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        if self.examples == 0 {
            return Err(FieldError::new("examples", "is 0; expected at least 1"));
        }
        self.styles_by_digit()?;
        let turn = [-MAX_DEGREES, MAX_DEGREES];
        check_range("slant_degrees", self.slant_degrees, turn)?;
        check_within(
            "rotation_degrees",
            self.rotation_degrees,
            [0.0, MAX_DEGREES],
        )?;
        check_range("thickness", self.thickness, [0.01, 0.5])?;
        check_range("width", self.width, [0.1, 10.0])?;
        check_range("height", self.height, [0.1, 1.0])?;
        check_within("shift", self.shift, [0.0, 1.0])?;
        check_within("warp", self.warp, [0.0, Self::MAX_WARP])?;
        check_within("margin", self.margin, [0.0, 0.4])
    }

    /// Draws the digits.
    ///
    /// Example `i` is of class `i % 10` and takes the styles of its digit in turn, so class counts
    /// differ by one at most. Its jitter comes from a stream of its own. Each drawn example is its
    /// own original; its source is its style. The shape is `[1, grid.height, grid.width]`, the range
    /// `0..=grid.max`. A pixel is the share of its 4 × 4 subpixels that the pen inks, times
    /// `grid.max`.
    ///
    /// # Errors
    /// [`SourceError::Field`] if [`Strokes::check`] fails, [`SourceError::Grid`] if the grid has no
    /// pixels or no positive maximum.
    pub fn load(&self, context: &Context<'_>) -> Result<Loaded, SourceError> {
        self.check()?;
        let (seed, grid) = (context.seed, context.grid_or(self.grid, self.max)?);
        if grid.height == 0 || grid.width == 0 || !(grid.max > 0.0 && grid.max.is_finite()) {
            return Err(SourceError::Grid { grid });
        }
        let n_pixels = (grid.height as u64).saturating_mul(grid.width as u64);
        let most = MAX_UNPACKED_BYTES / n_pixels;
        if self.examples as u64 > most {
            let message = format!(
                "is {}; expected at most {most}, which fill {MAX_UNPACKED_BYTES} bytes",
                self.examples
            );
            return Err(FieldError::new("examples", message).into());
        }
        let styles = self.styles_by_digit()?;
        let style_of = |i: usize| {
            let of_digit = &styles[i % N_DIGITS];
            of_digit[i / N_DIGITS % of_digit.len()]
        };
        let n_values = (grid.height * grid.width * self.examples) as u64;
        let mut values = ValuesBuilder::new(context.memory).expecting(n_values);
        for start in (0..self.examples).step_by(CHUNK) {
            let end = self.examples.min(start + CHUNK);
            let drawn: Vec<Vec<u8>> = (start..end)
                .into_par_iter()
                .map(|i| self.draw(&STYLES[style_of(i)], seed, i as u64, grid))
                .collect();
            for counts in drawn {
                push_scaled(&mut values, counts, grid.max)?;
            }
            (context.on_progress)(Progress {
                done: end,
                total: self.examples,
            });
        }
        let style_names: Vec<&str> = (0..self.examples)
            .map(|i| STYLES[style_of(i)].name)
            .collect();
        Ok(Loaded::made(Examples {
            shape: vec![1, grid.height, grid.width],
            values: values.finish()?,
            range: Some((0.0, grid.max)),
            labels: (0..self.examples).map(|i| (i % N_DIGITS) as u32).collect(),
            classes: (0..N_DIGITS).map(|digit| digit.to_string()).collect(),
            source: (0..self.examples).map(|i| style_of(i) as u32).collect(),
            source_names: STYLES.iter().map(|s| s.name.to_owned()).collect(),
            original: (0..self.examples as u64).collect(),
            tags: vec![Tag::new("style", &style_names).pool()],
        }))
    }

    /// Draws one digit: counts of inked subpixels, 0..=16 per pixel.
    fn draw(&self, style: &Style, seed: u64, index: u64, grid: Grid) -> Vec<u8> {
        let mut rng = stream(seed, "strokes");
        rng.set_stream(index);
        let jitter = Jitter::draw(self, &mut rng);
        let mut strokes: Vec<_> = style.strokes.iter().map(|&s| pen::flatten(s)).collect();
        let pen_diameter = jitter.place(&mut strokes, grid, self.margin);
        raster::count_ink(&strokes, pen_diameter, grid.height, grid.width)
    }

    /// Per digit the indices of the styles to draw.
    fn styles_by_digit(&self) -> Result<[Vec<usize>; N_DIGITS], FieldError> {
        let mut by_digit: [Vec<usize>; N_DIGITS] = Default::default();
        match &self.styles {
            None => {
                for (i, style) in STYLES.iter().enumerate() {
                    by_digit[usize::from(style.digit)].push(i);
                }
            }
            Some(names) => {
                for name in names {
                    let i = STYLES.iter().position(|s| s.name == name).ok_or_else(|| {
                        let known = Self::style_names().join(", ");
                        let message = format!("names the style `{name}`; expected some of {known}");
                        FieldError::new("styles", message)
                    })?;
                    let of_digit = &mut by_digit[usize::from(STYLES[i].digit)];
                    if of_digit.contains(&i) {
                        return Err(FieldError::new("styles", format!("names `{name}` twice")));
                    }
                    of_digit.push(i);
                }
            }
        }
        match by_digit.iter().position(Vec::is_empty) {
            None => Ok(by_digit),
            Some(digit) => {
                let of_digit = STYLES.iter().filter(|s| usize::from(s.digit) == digit);
                let known = of_digit.map(|s| s.name).collect::<Vec<_>>().join(", ");
                let message =
                    format!("has no style for the digit {digit}; expected one of {known}");
                Err(FieldError::new("styles", message))
            }
        }
    }
}

/// Adds pixels made of the counts of inked subpixels: whole numbers where 16 steps or more fit.
fn push_scaled(values: &mut ValuesBuilder, counts: Vec<u8>, max: f32) -> Result<(), MemoryError> {
    let full = f32::from(raster::FULL);
    let pixel = |count: u8| f32::from(count) * max / full;
    if (full..=255.0).contains(&max) && max.fract() == 0.0 {
        let bytes: Vec<u8> = counts.into_iter().map(|c| pixel(c).round() as u8).collect();
        values.push_u8(&bytes)
    } else {
        values.push_f32(&counts.into_iter().map(pixel).collect::<Vec<f32>>())
    }
}

#[cfg(test)]
mod tests;
