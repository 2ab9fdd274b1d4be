//! Hand-made features of grey images: what people computed before networks learned their own.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use crate::FieldError;

/// Histograms of oriented gradients over a grid of cells, and the mean value of each cell.
///
/// Dalal and Triggs, "Histograms of oriented gradients for human detection", CVPR 2005: the gradient of each
/// pixel, by central differences (one-sided at the borders, where the image is continued), votes with its
/// magnitude for its orientation, opposite directions being one, shared linearly between the two nearest
/// orientations and the nearest cells in either direction. The image is one block: all histograms together have
/// length 1, so that contrast doesn't count. The first orientation is that of a vertical edge.
///
/// An image becomes a vector of `cells` × `cells` × (`orientations` + 1) numbers, cell by cell from the top left,
/// each its histogram and then its mean value, from 0 to 1 if the range of the values is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Features {
    /// Cells in either direction; 4 if absent.
    pub cells: usize,
    /// Orientations that are told apart, over half a turn; 9 if absent.
    pub orientations: usize,
}

/// More than a degree apart says nothing.
const MAX_ORIENTATIONS: usize = 180;

impl Default for Features {
    fn default() -> Self {
        Self {
            cells: 4,
            orientations: 9,
        }
    }
}

impl Features {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        let is_possible = self.cells > 0 && (1..=MAX_ORIENTATIONS).contains(&self.orientations);
        if is_possible {
            return Ok(());
        }
        let message = format!(
            "has {} cells and {} orientations; expected 1 cell or more, and 1 to {MAX_ORIENTATIONS} orientations",
            self.cells, self.orientations
        );
        Err(FieldError::new("features", message))
    }
}

/// [`Features`] of images of one size.
pub(super) struct Extractor {
    orientations: usize,
    cells: usize,
    /// Per row and per column of pixels: the cells that share it.
    rows: Vec<[Share; 2]>,
    columns: Vec<[Share; 2]>,
    /// Per cell, the sum of its shares of all pixels.
    area: Vec<f64>,
    /// Where the range of values begins, and one over its width.
    low: f64,
    scale: f64,
}

/// What a cell gets of a row or a column.
#[derive(Clone, Copy)]
struct Share {
    cell: usize,
    weight: f64,
}

impl Extractor {
    /// For images of this shape and range.
    pub(super) fn new(
        features: &Features,
        shape: &[usize],
        range: Option<(f32, f32)>,
    ) -> Result<Self, FieldError> {
        let wrong = |message: String| Err(FieldError::new("features", message));
        let &[channels, height, width] = shape else {
            return wrong(format!(
                "are of images of shape [1, height, width]; the examples have the shape {shape:?}, expected \
                 `shape` to make images of them"
            ));
        };
        if channels != 1 {
            return wrong(format!(
                "are of grey images; the examples have {channels} channels, expected `channels = 1` to make \
                 them grey"
            ));
        }
        let Features {
            cells,
            orientations,
        } = *features;
        if height.min(width) < cells.max(2) {
            return wrong(format!(
                "have {cells} cells in either direction; images of {height} × {width} pixels are too small, \
                 expected {} pixels or more, or fewer `cells`",
                cells.max(2)
            ));
        }
        let (rows, columns) = (shares(height, cells), shares(width, cells));
        let mut area = vec![0.0; cells * cells];
        for row in &rows {
            for column in &columns {
                for (cell, weight) in corners(row, column, cells) {
                    area[cell] += weight;
                }
            }
        }
        let (low, scale) = match range {
            Some((low, high)) if low < high => {
                (low.into(), 1.0 / (f64::from(high) - f64::from(low)))
            }
            _ => (0.0, 1.0),
        };
        Ok(Self {
            orientations,
            cells,
            rows,
            columns,
            area,
            low,
            scale,
        })
    }

    /// How many numbers an image becomes.
    pub(super) fn len(&self) -> usize {
        self.cells * self.cells * (self.orientations + 1)
    }

    /// Computes the features of one image, `[height, width]`, into `features`.
    pub(super) fn apply(&self, image: &[f32], features: &mut Vec<f32>) {
        let (height, width) = (self.rows.len(), self.columns.len());
        let value = |y: usize, x: usize| f64::from(image[y * width + x]);
        let per_cell = self.orientations + 1;
        let mut sums = vec![0.0; self.len()];
        for y in 0..height {
            for x in 0..width {
                let dx = value(y, (x + 1).min(width - 1)) - value(y, x.saturating_sub(1));
                let dy = value((y + 1).min(height - 1), x) - value(y.saturating_sub(1), x);
                let magnitude = dx.hypot(dy);
                // Half a turn is as many bins as there are; bin 0 is also the one behind the last.
                let turn = dy.atan2(dx).rem_euclid(PI) / PI * self.orientations as f64;
                let first = turn as usize % self.orientations;
                let second = (first + 1) % self.orientations;
                let part = turn.fract();
                for (cell, weight) in corners(&self.rows[y], &self.columns[x], self.cells) {
                    let sums = &mut sums[cell * per_cell..][..per_cell];
                    sums[first] += weight * magnitude * (1.0 - part);
                    sums[second] += weight * magnitude * part;
                    sums[self.orientations] += weight * value(y, x);
                }
            }
        }
        let squares: f64 = sums
            .chunks_exact(per_cell)
            .flat_map(|cell| &cell[..self.orientations])
            .map(|sum| sum * sum)
            .sum();
        let length = if squares > 0.0 { squares.sqrt() } else { 1.0 };
        features.clear();
        for (cell, area) in sums.chunks_exact(per_cell).zip(&self.area) {
            let (histogram, total) = cell.split_at(self.orientations);
            features.extend(histogram.iter().map(|sum| (sum / length) as f32));
            features.extend(total.iter().map(|sum| {
                let mean = sum / area;
                ((mean - self.low) * self.scale) as f32
            }));
        }
    }
}

/// How `n` pixels in a line are shared among cells, linearly between the centres of the two nearest. Before the
/// first centre and behind the last all goes to that cell.
fn shares(n: usize, cells: usize) -> Vec<[Share; 2]> {
    let last = cells - 1;
    (0..n)
        .map(|pixel| {
            let centre = (pixel as f64 + 0.5) * cells as f64 / n as f64 - 0.5;
            let centre = centre.clamp(0.0, last as f64);
            let first = centre as usize;
            [
                Share {
                    cell: first,
                    weight: 1.0 - centre.fract(),
                },
                Share {
                    cell: (first + 1).min(last),
                    weight: centre.fract(),
                },
            ]
        })
        .collect()
}

/// The four cells that share a pixel, with what each gets of it.
fn corners(
    row: &[Share; 2],
    column: &[Share; 2],
    cells: usize,
) -> impl Iterator<Item = (usize, f64)> {
    row.iter().flat_map(move |r| {
        column
            .iter()
            .map(move |c| (r.cell * cells + c.cell, r.weight * c.weight))
    })
}

#[cfg(test)]
mod tests;
