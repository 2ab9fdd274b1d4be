use pulp::Arch;

use super::{ConvShape, Example, Layout, behind::Behind};
use crate::{
    pack::{Floats, first_of},
    tile::{COLUMNS, ROWS, Rows, Tile, depths, multiply},
};

/// The way back where there is no pooling: products with all of the maps' gradient.
pub(super) struct Dense {
    layout: Layout,
    offsets: Vec<usize>,
    behind: Option<Behind>,
}

impl Dense {
    pub(super) fn new(shape: ConvShape, weight: &[f32], is_input_asked: bool) -> Self {
        let layout = Layout::new(shape);
        Self {
            layout,
            offsets: layout.offsets(),
            behind: is_input_asked.then(|| Behind::new(layout, weight)),
        }
    }

    /// Values that the gradient of the weights takes: `[c_out, depth]`.
    pub(super) fn n_weights(&self) -> usize {
        self.layout.shape.c_out * self.layout.shape.depth()
    }

    /// Adds the gradients of examples to zeros: those of weights, and of the bias.
    pub(super) fn add<'a>(
        &self,
        examples: impl Iterator<Item = Example<'a>>,
        of_weight: &mut [f32],
        of_bias: &mut [f32],
    ) {
        let layout = &self.layout;
        let mut sum = Sum::new(layout);
        for example in examples {
            Arch::new().dispatch(|| sum.spread(layout, &example, of_bias));
            sum.add_weight(layout, example.input, &self.offsets);
            if let (Some(behind), Some(of_input)) = (&self.behind, example.of_input) {
                behind.write(sum.maps(layout), of_input);
            }
        }
        sum.write_weight(&layout.shape, of_weight);
    }
}

/// A task's sum over its examples, one after another.
struct Sum {
    /// Among it the gradient of the maps, `[c_out, gradient_len]`; what is no output is zero.
    scratch: Floats,
    /// `[depth / ROWS, c_out / COLUMNS]` tiles of the weights' gradient.
    sums: Vec<Tile>,
    n_panels: usize,
    /// The gradient of all outputs, where they passed the activation.
    outputs: Vec<f32>,
}

impl Sum {
    fn new(layout: &Layout) -> Self {
        let c_out = layout.shape.c_out;
        let mut scratch = Floats::take();
        first_of(&mut scratch.picture.buffer, layout.len(), 0.0).fill(0.0);
        first_of(&mut scratch.maps.buffer, c_out * layout.gradient_len(), 0.0).fill(0.0);
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
            outputs: Vec::new(),
        }
    }

    /// Brings the gradient from behind the activation to the maps, and adds it to that of the bias.
    #[inline(always)]
    fn spread(&mut self, layout: &Layout, example: &Example<'_>, of_bias: &mut [f32]) {
        let shape = layout.shape;
        let [height, width] = shape.output();
        let n_pixels = height * width;
        let (columns, front) = (layout.columns(), layout.front());
        let maps = &mut self.scratch.maps.buffer[..shape.c_out * layout.gradient_len()];
        let panels = &mut self.scratch.panels.buffer[..self.n_panels * columns];
        example.pass(n_pixels, &mut self.outputs, of_bias);
        let outputs = &self.outputs[..];
        let groups = outputs.chunks(COLUMNS * n_pixels);
        for (panel, outputs) in panels.chunks_exact_mut(columns).zip(groups) {
            for row in 0..height {
                // All maps of a row, so that what is written stays in the first cache.
                let panel = &mut panel[row * layout.pitch..][..width];
                for (lane, map) in outputs.chunks_exact(n_pixels).enumerate() {
                    let values = &map[row * width..][..width];
                    let pixels = panel.iter_mut().zip(values);
                    pixels.for_each(|(panel, value)| panel[lane] = *value);
                }
            }
        }
        if example.of_input.is_some() {
            let maps = maps.chunks_exact_mut(layout.gradient_len());
            for (map, outputs) in maps.zip(outputs.chunks_exact(n_pixels)) {
                let rows = map[front..].chunks_mut(layout.pitch);
                for (map, values) in rows.zip(outputs.chunks_exact(width)) {
                    map[..width].copy_from_slice(values);
                }
            }
        }
    }

    /// The gradient of the maps, `[c_out, gradient_len]`.
    fn maps(&self, layout: &Layout) -> &[f32] {
        &self.scratch.maps.buffer[..layout.shape.c_out * layout.gradient_len()]
    }

    /// Adds an example to the weights' gradient: the products of the values that each weight meets and the gradients
    /// of what it made of them.
    fn add_weight(&mut self, layout: &Layout, input: &[f32], offsets: &[usize]) {
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
    fn write_weight(&self, shape: &ConvShape, of_weight: &mut [f32]) {
        let depth = shape.depth();
        for (channel, of_weight) in of_weight.chunks_exact_mut(depth).enumerate() {
            for (at, out) in of_weight.iter_mut().enumerate() {
                let tile = &self.sums[at / ROWS * self.n_panels + channel / COLUMNS];
                *out = tile[at % ROWS][channel % COLUMNS];
            }
        }
    }
}
