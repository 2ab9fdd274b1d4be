use super::ConvShape;
use crate::tile::COLUMNS;

/// How the padded picture of an example lies in memory: `[channel, phase, rows, pitch]`.
///
/// A phase holds every `stride`-th row and column, from one of the first `stride` each on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) shape: ConvShape,
    /// Rows of a phase.
    pub(super) rows: usize,
    /// Values from one row to the next. Outputs are counted in the same rows.
    pub(super) pitch: usize,
}

impl Layout {
    pub(super) fn new(shape: ConvShape) -> Self {
        let ConvShape {
            height,
            width,
            stride,
            padding,
            ..
        } = shape;
        let [_, map_width] = shape.map();
        let pitch = if stride == 1 {
            // The border on the left is that on the right of the row before.
            (width + padding).max(map_width)
        } else {
            (width + 2 * padding).div_ceil(stride)
        };
        Self {
            shape,
            rows: (height + 2 * padding).div_ceil(stride),
            pitch,
        }
    }

    fn plane(&self) -> usize {
        self.rows * self.pitch
    }

    /// Values of a picture, with a margin behind it that reads may reach into.
    pub(super) fn len(&self) -> usize {
        let ConvShape {
            c_in,
            stride,
            padding,
            ..
        } = self.shape;
        c_in * stride * stride * self.plane() + padding + COLUMNS
    }

    /// Where the pixel of a channel lies that the output in the first corner meets at this place of the kernel.
    fn offset(&self, channel: usize, row: usize, column: usize) -> usize {
        let stride = self.shape.stride;
        let phase = (channel * stride + row % stride) * stride + column % stride;
        phase * self.plane() + row / stride * self.pitch + column / stride
    }

    /// The same for all weights of an output map, in their order.
    pub(super) fn offsets(&self) -> Vec<usize> {
        let ConvShape { c_in, kernel, .. } = self.shape;
        let places = (0..kernel).flat_map(|row| (0..kernel).map(move |column| (row, column)));
        (0..c_in)
            .flat_map(|channel| {
                places
                    .clone()
                    .map(move |(row, column)| self.offset(channel, row, column))
            })
            .collect()
    }

    /// Outputs of a map, with those between the rows that are left out.
    pub(super) fn columns(&self) -> usize {
        let [height, width] = self.shape.map();
        (height - 1) * self.pitch + width
    }

    /// Values of a map's gradient in front of its first output: zeros, which weights meet that reach above and to the
    /// left of the picture.
    pub(super) fn front(&self) -> usize {
        (self.shape.kernel - 1) / self.shape.stride * (self.pitch + 1)
    }

    /// Values of a map's gradient: the front, outputs, as many zeros as in front, and a margin that reads may reach into.
    pub(super) fn gradient_len(&self) -> usize {
        2 * self.front() + (self.rows + 1) * self.pitch + COLUMNS
    }

    /// Copies an example's picture, `[c_in, height, width]`, to where there are zeros, or another one.
    #[inline(always)]
    pub(super) fn copy(&self, picture: &[f32], out: &mut [f32]) {
        let ConvShape {
            height,
            width,
            stride,
            padding,
            ..
        } = self.shape;
        for (channel, map) in picture.chunks_exact(height * width).enumerate() {
            for (y, row) in map.chunks_exact(width).enumerate() {
                if stride == 1 {
                    let start = self.offset(channel, y + padding, padding);
                    out[start..start + width].copy_from_slice(row);
                    continue;
                }
                for first in 0..stride.min(width) {
                    let start = self.offset(channel, y + padding, first + padding);
                    let values = row[first..].iter().step_by(stride);
                    for (out, value) in out[start..].iter_mut().zip(values) {
                        *out = *value;
                    }
                }
            }
        }
    }
}
