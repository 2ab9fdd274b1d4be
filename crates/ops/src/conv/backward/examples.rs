use pulp::Arch;

use super::super::{ConvShape, Layout};
use crate::{
    pack::{Floats, first_of},
    relu::passed,
    tile::{COLUMNS, ROWS, Rows, Tile, depths, multiply},
};

/// What is known of one example's gradient.
#[derive(Clone, Copy)]
pub(super) struct Gradient<'a> {
    pub(super) values: &'a [f32],
    pub(super) output_of_relu: Option<&'a [f32]>,
    pub(super) places: &'a [u16],
}

/// A task's examples, one after another, and its sum.
pub(super) struct Examples {
    /// Among it the gradient of the maps before pooling, `[c_out, gradient_len]`; what is no output is zero.
    scratch: Floats,
    /// `[depth / ROWS, c_out / COLUMNS]` tiles of the weights' gradient.
    sums: Vec<Tile>,
    n_panels: usize,
    is_input_asked: bool,
    /// The gradient of all outputs, where they passed the activation.
    outputs: Vec<f32>,
    /// How far behind the first value of a window each of its values lies.
    in_window: Vec<usize>,
}

impl Examples {
    pub(super) fn new(layout: &Layout, is_input_asked: bool) -> Self {
        let ConvShape { c_out, pool, .. } = layout.shape;
        let mut scratch = Floats::take();
        first_of(&mut scratch.picture.buffer, layout.len(), 0.0).fill(0.0);
        first_of(&mut scratch.maps.buffer, c_out * layout.gradient_len(), 0.0).fill(0.0);
        let in_window = (0..pool * pool).map(|at| at / pool * layout.pitch + at % pool);
        let n_panels = c_out.div_ceil(COLUMNS);
        first_of(
            &mut scratch.panels.buffer,
            n_panels * layout.columns(),
            [0.0; COLUMNS],
        )
        .fill([0.0; COLUMNS]);
        let n_tiles = layout.shape.depth().div_ceil(ROWS) * n_panels;
        Self {
            scratch,
            sums: vec![[[0.0; COLUMNS]; ROWS]; n_tiles],
            n_panels,
            is_input_asked,
            outputs: vec![0.0; layout.shape.output_values()],
            in_window: in_window.collect(),
        }
    }

    /// Brings the gradient from behind pooling and activation to the maps, and adds it to that of the bias.
    #[inline(always)]
    pub(super) fn spread(&mut self, layout: &Layout, gradient: Gradient<'_>, of_bias: &mut [f32]) {
        let shape = layout.shape;
        let [height, width] = shape.output();
        let n_pixels = height * width;
        let (columns, front) = (layout.columns(), layout.front());
        let maps = &mut self.scratch.maps.buffer[..shape.c_out * layout.gradient_len()];
        let panels = &mut self.scratch.panels.buffer[..self.n_panels * columns];
        if shape.pool > 1 {
            // There is the last example's, at other places.
            if self.is_input_asked {
                maps.fill(0.0);
            }
            panels.fill([0.0; COLUMNS]);
        }
        let outputs = &mut self.outputs[..];
        outputs.copy_from_slice(gradient.values);
        if let Some(output) = gradient.output_of_relu {
            for (value, output) in outputs.iter_mut().zip(output) {
                *value = passed(*value, *output);
            }
        }
        for (of_bias, outputs) in of_bias.iter_mut().zip(outputs.chunks_exact(n_pixels)) {
            *of_bias += sum(outputs);
        }
        let in_window = &self.in_window[..];
        let mut maps = maps.chunks_exact_mut(layout.gradient_len());
        for (channel, outputs) in outputs.chunks_exact(n_pixels).enumerate() {
            let (group, lane) = (channel / COLUMNS, channel % COLUMNS);
            let panel = &mut panels[group * columns..][..columns];
            let mut map = maps.next().filter(|_| self.is_input_asked);
            let mut map = map.as_mut().map(|map| &mut map[front..front + columns]);
            let mut places = gradient.places.iter().skip(channel * n_pixels);
            for (y, values) in outputs.chunks_exact(width).enumerate() {
                let start = y * shape.pool * layout.pitch;
                for (x, value) in values.iter().enumerate() {
                    let place = places
                        .next()
                        .map_or(0, |place| in_window[usize::from(*place)]);
                    let at = start + x * shape.pool + place;
                    panel[at][lane] = *value;
                    if let Some(map) = &mut map {
                        map[at] = *value;
                    }
                }
            }
        }
    }

    /// The gradient of the maps, `[c_out, gradient_len]`.
    pub(super) fn maps(&self, layout: &Layout) -> &[f32] {
        &self.scratch.maps.buffer[..layout.shape.c_out * layout.gradient_len()]
    }

    /// Adds an example to the weights' gradient: the products of the values that each weight meets and the gradients
    /// of what it made of them.
    pub(super) fn add_weight(&mut self, layout: &Layout, input: &[f32], offsets: &[usize]) {
        let arch = Arch::new();
        let columns = layout.columns();
        let picture = &mut self.scratch.picture.buffer[..layout.len()];
        layout.copy(input, picture);
        let panels = &self.scratch.panels.buffer[..self.n_panels * columns];
        for (start, depth) in depths(columns) {
            for (offsets, sums) in offsets
                .chunks(ROWS)
                .zip(self.sums.chunks_exact_mut(self.n_panels))
            {
                // Beyond the last weight stands the last one again.
                let rows = Rows(std::array::from_fn(|i| {
                    let offset = offsets[i.min(offsets.len() - 1)] + start;
                    &picture[offset..offset + depth]
                }));
                for (at, sums) in sums.iter_mut().enumerate() {
                    let n_columns = COLUMNS.min(layout.shape.c_out - at * COLUMNS);
                    let panel = &panels[at * columns + start..][..depth];
                    multiply(arch, (rows, panel), depth, n_columns, sums.each_mut(), true);
                }
            }
        }
    }

    /// `[c_out, depth]`.
    pub(super) fn write_weight(&self, shape: &ConvShape, of_weight: &mut [f32]) {
        let depth = shape.depth();
        for (channel, of_weight) in of_weight.chunks_exact_mut(depth).enumerate() {
            for (at, out) in of_weight.iter_mut().enumerate() {
                let tile = &self.sums[at / ROWS * self.n_panels + channel / COLUMNS];
                *out = tile[at % ROWS][channel % COLUMNS];
            }
        }
    }
}

/// Sixteen sums side by side, which are added up in the end.
#[inline(always)]
fn sum(values: &[f32]) -> f32 {
    let (whole, rest) = values.as_chunks::<16>();
    let mut sums = [0.0; 16];
    for values in whole {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += value;
        }
    }
    sums.iter().chain(rest).sum()
}
