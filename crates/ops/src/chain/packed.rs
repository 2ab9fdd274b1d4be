use std::sync::OnceLock;

use pulp::Arch;

use super::{examples::product, inputs::Input, layer::Layer};
use crate::{
    buffer,
    linear::finish,
    recycle,
    sparse::{self, Bytes, ListScratch, Lists, Packed, StripScratch, Values, WIDTH},
    tile::COLUMNS,
};

/// A network of fully connected layers as it is, with `ReLU` between them, packed once for many batches.
#[derive(Debug, Default)]
pub struct PackedChain(Vec<PackedLayer>);

#[derive(Debug)]
struct PackedLayer {
    layer: Layer<0>,
    /// The weights as `[block, n_in, WIDTH]`: blocks of units, as products of lists read them. Made when one is asked for.
    blocks: OnceLock<Vec<[f32; WIDTH]>>,
}

impl PackedLayer {
    /// `[rows, n_out]` of `[rows, n_in]`, by this thread alone.
    fn forward(&self, input: Input<'_>, output: &mut [f32], has_relu: bool) {
        let layer = &self.layer;
        let (n_in, n_out) = (layer.n_in, layer.n_out);
        let n_rows = output.len() / n_out;
        if n_rows == 0 {
            return;
        }
        let arch = Arch::new();
        let (mut strips, mut lists) = (StripScratch::take(), ListScratch::take());
        let few = input.few((n_in, n_out), n_rows);
        let left = input.left((n_in, n_out), n_rows, few, &mut strips);
        if left.strips.is_none() && few.is_some() {
            let values = Values::new(left.matrix);
            let lists = Lists::of_rows(arch, values, (n_rows, n_in), true, &mut lists);
            let blocks = self.blocks.get_or_init(|| blocks(layer));
            for (at, block) in blocks.chunks_exact(n_in).enumerate() {
                let units = at * WIDTH..n_out.min((at + 1) * WIDTH);
                let rows = output.chunks_exact_mut(n_out);
                let mut rows: Vec<_> = rows.map(|row| &mut row[units.clone()]).collect();
                sparse::product(arch, &lists, 0, &Packed(block), &mut rows);
            }
        } else {
            product(&left, &layer.weight, output, n_out);
        }
        let mut rows: Vec<_> = output.chunks_exact_mut(n_out).collect();
        arch.dispatch(|| finish(&mut rows, Some(&layer.bias), has_relu));
    }
}

/// From panels of units to blocks of units.
fn blocks(layer: &Layer<0>) -> Vec<[f32; WIDTH]> {
    let n_in = layer.n_in;
    let mut blocks = vec![[0.0; WIDTH]; layer.n_out.div_ceil(WIDTH) * n_in];
    let panels = layer.weight.chunks_exact(n_in * (WIDTH / COLUMNS));
    let rest = panels.remainder();
    for (block, panels) in blocks.chunks_exact_mut(n_in).zip(panels.chain([rest])) {
        for (at, panel) in panels.chunks_exact(n_in).enumerate() {
            for (out, row) in block.iter_mut().zip(panel) {
                out[at * COLUMNS..][..COLUMNS].copy_from_slice(row);
            }
        }
    }
    blocks
}

impl PackedChain {
    /// Adds a layer behind the others.
    ///
    /// # Shapes
    ///
    /// - weight: `[n_in, n_out]`
    /// - bias: `[n_out]`
    ///
    /// # Panics
    /// If it has no inputs or no units, or other inputs than the layer before has units.
    pub fn push(&mut self, weight: &[f32], bias: &[f32]) {
        let layer = Layer::new(weight, bias, false);
        let last = self.0.last().map(|last| last.layer.n_out);
        assert!(last.is_none_or(|n_out| n_out == layer.n_in));
        self.0.push(PackedLayer {
            layer,
            blocks: OnceLock::new(),
        });
    }

    /// What the last layer puts out, and what it sees, `[batch, n_out]` and `[batch, n_in]`, of inputs `[batch, n_in]` of
    /// the first one. Computed by this thread alone.
    ///
    /// The same bits as of [`linear_forward`](crate::linear_forward), layer by layer. For a single layer, what it sees are
    /// the inputs, and none is returned.
    ///
    /// # Panics
    /// If there is no layer, or if the inputs are not whole examples.
    #[must_use]
    pub fn forward(&self, inputs: &[f32]) -> (Vec<f32>, Option<Vec<f32>>) {
        self.of_input(Input::Numbers(inputs), inputs.len())
    }

    /// The same of inputs that are bytes, as in [`Fill::Bytes`](crate::Fill::Bytes).
    ///
    /// # Panics
    /// As [`Self::forward`].
    #[must_use]
    pub fn forward_bytes(&self, inputs: &[u8], scale: f64) -> (Vec<f32>, Option<Vec<f32>>) {
        let bytes = Bytes {
            values: inputs,
            scale,
        };
        self.of_input(Input::Bytes(bytes), inputs.len())
    }

    fn of_input(&self, inputs: Input<'_>, n_values: usize) -> (Vec<f32>, Option<Vec<f32>>) {
        let n_in = self.0[0].layer.n_in;
        let batch = n_values / n_in;
        assert_eq!(n_values, batch * n_in);
        let (last, hidden) = self.0.split_last().expect("there is a first one");
        let run = |packed: &PackedLayer, input: Input<'_>, has_relu| {
            let mut output = buffer(batch * packed.layer.n_out);
            packed.forward(input, &mut output, has_relu);
            output
        };
        let mut seen: Option<Vec<f32>> = None;
        for layer in hidden {
            let output = run(layer, seen.as_deref().map_or(inputs, Input::Numbers), true);
            if let Some(before) = seen.replace(output) {
                recycle(before);
            }
        }
        let output = run(last, seen.as_deref().map_or(inputs, Input::Numbers), false);
        (output, seen)
    }
}
