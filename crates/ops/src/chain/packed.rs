use super::{examples::forward, layer::Layer};
use crate::{buffer, recycle};

/// A network of fully connected layers as it is, with `ReLU` between them, packed once for many batches.
#[derive(Debug, Default)]
pub struct PackedChain(Vec<Layer<0>>);

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
        assert!(self.0.last().is_none_or(|last| last.n_out == layer.n_in));
        self.0.push(layer);
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
        let batch = inputs.len() / self.0[0].n_in;
        assert_eq!(inputs.len(), batch * self.0[0].n_in);
        let (last, hidden) = self.0.split_last().expect("there is a first one");
        let run = |layer: &Layer<0>, input: &[f32], has_relu| {
            let mut output = buffer(batch * layer.n_out);
            forward(layer, input, &mut output, has_relu);
            output
        };
        let mut seen: Option<Vec<f32>> = None;
        for layer in hidden {
            let output = run(layer, seen.as_deref().unwrap_or(inputs), true);
            if let Some(before) = seen.replace(output) {
                recycle(before);
            }
        }
        let output = run(last, seen.as_deref().unwrap_or(inputs), false);
        (output, seen)
    }
}
