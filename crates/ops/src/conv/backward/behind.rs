use super::{super::forward::convolve, ConvShape, Layout};
use crate::{
    pack::{Floats, Matrix, first_of},
    tile::COLUMNS,
};

/// The way back to the input: a convolution of the maps' gradient with the kernel turned around, one per phase.
pub(super) struct Behind {
    layout: Layout,
    phases: Vec<Phase>,
}

/// The pixels of one phase, and the weights that meet them.
struct Phase {
    /// First row and column of the padded picture.
    from: [usize; 2],
    /// Rows of the phase in which there are pixels: the first, and how many.
    rows: [usize; 2],
    /// `[c_in, c_out · weights]`.
    weight: Vec<f32>,
    /// Where the gradient lies that each weight meets at the first pixel of these rows.
    offsets: Vec<usize>,
}

impl Behind {
    pub(super) fn new(layout: Layout, weight: &[f32]) -> Self {
        let stride = layout.shape.stride;
        let corners = (0..stride).flat_map(|row| (0..stride).map(move |column| [row, column]));
        Self {
            layout,
            phases: corners
                .filter_map(|from| Phase::new(&layout, weight, from))
                .collect(),
        }
    }

    /// Writes an example's input gradient, `[c_in, height, width]`, from that of its maps, `[c_out, gradient_len]`.
    pub(super) fn write(&self, gradients: &[f32], of_input: &mut [f32]) {
        let ConvShape {
            c_in,
            height,
            width,
            stride,
            padding,
            ..
        } = self.layout.shape;
        let pitch = self.layout.pitch;
        of_input.fill(0.0); // where no weight meets a pixel it stays so
        let mut scratch = Floats::take();
        for phase in &self.phases {
            let [first, n_rows] = phase.rows;
            let n_columns = (n_rows * pitch).next_multiple_of(COLUMNS);
            let maps = first_of(&mut scratch.maps.buffer, c_in * n_columns, 0.0);
            let weight = Matrix::new(&phase.weight, phase.offsets.len());
            convolve(weight, gradients, &phase.offsets, c_in, n_columns, maps);
            for (map, out) in maps
                .chunks_exact(n_columns)
                .zip(of_input.chunks_exact_mut(height * width))
            {
                for (row, values) in (first..first + n_rows).zip(map.chunks(pitch)) {
                    let y = row * stride + phase.from[0] - padding;
                    let out = &mut out[y * width..][..width];
                    // The first column of the phase that is not on the border.
                    let skipped = (padding.saturating_sub(phase.from[1])).div_ceil(stride);
                    let x = skipped * stride + phase.from[1] - padding;
                    for (out, value) in out[x.min(width)..]
                        .iter_mut()
                        .step_by(stride)
                        .zip(&values[skipped..])
                    {
                        *out = *value;
                    }
                }
            }
        }
    }
}

impl Phase {
    /// None if no pixel lies there, or no weight meets it.
    fn new(layout: &Layout, weight: &[f32], from: [usize; 2]) -> Option<Self> {
        let ConvShape {
            c_in,
            c_out,
            kernel,
            stride,
            padding,
            height,
            ..
        } = layout.shape;
        let first = padding.saturating_sub(from[0]).div_ceil(stride);
        let last = (padding + height - 1).checked_sub(from[0])? / stride;
        let n_rows = (last + 1).checked_sub(first).filter(|n| *n > 0)?;
        let places: Vec<[usize; 2]> = (from[0]..kernel)
            .step_by(stride)
            .flat_map(|row| {
                (from[1]..kernel)
                    .step_by(stride)
                    .map(move |column| [row, column])
            })
            .collect();
        if places.is_empty() {
            return None;
        }
        let mut turned = Vec::with_capacity(c_in * c_out * places.len());
        for channel in 0..c_in {
            for map in 0..c_out {
                let kernel_of = &weight[(map * c_in + channel) * kernel * kernel..];
                turned.extend(
                    places
                        .iter()
                        .map(|[row, column]| kernel_of[row * kernel + column]),
                );
            }
        }
        let start = layout.front() + first * layout.pitch;
        let offsets = (0..c_out).flat_map(|map| {
            places.iter().map(move |[row, column]| {
                // The further on in the kernel, the earlier the output that it made of this pixel.
                let back = row / stride * layout.pitch + column / stride;
                map * layout.gradient_len() + start - back
            })
        });
        Some(Self {
            from,
            rows: [first, n_rows],
            offsets: offsets.collect(),
            weight: turned,
        })
    }
}
