use burn::{
    module::Module,
    nn::{Dropout, Linear},
    tensor::Tensor,
};

use crate::{Activation, Head, Norm, block::Block, trace::Trace};

/// A network with its weights.
///
/// Blocks of convolutions (for images; else none), then fully connected layers. The names of its parameters
/// are the paths through these fields: `blocks.1.convs.0.weight`, `hidden.0.bias`, `output.weight`.
#[derive(Module, Debug)]
pub struct Model {
    pub(crate) blocks: Vec<Block>,
    pub(crate) hidden: Vec<Linear>,
    /// One per hidden layer, or none.
    pub(crate) norms: Vec<Norm>,
    /// One per hidden layer if they have skip connections; without weights where the widths agree.
    pub(crate) shortcuts: Vec<Option<Linear>>,
    pub(crate) output: Linear,
    pub(crate) dropout: Dropout,
    /// What an example's row of numbers is for the blocks: channels, height, width.
    #[module(skip)]
    pub(crate) image_shape: [usize; 3],
    #[module(skip)]
    pub(crate) head: Head,
    #[module(skip)]
    pub(crate) activation: Activation,
}

impl Model {
    /// Computes the logits.
    ///
    /// On a device with automatic differentiation this is training mode: dropout is on, and batch
    /// normalization takes the batch's statistics and remembers them (in clones too, which share them). On
    /// others, and for what `Module::valid` returns, neither is.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, n_inputs]`, each example flattened in row-major order
    /// - output, the logits: `[batch, n_classes]`
    #[must_use]
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        self.run(input, &mut Trace::off())
    }

    /// As [`Self::forward`], of examples in their own shape.
    ///
    /// Recorders that leave the batch open can't follow rows that become images.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, ...]`, with examples of the task's shape
    /// - output, the logits: `[batch, n_classes]`
    #[must_use]
    pub fn forward_shaped<const D: usize>(&self, input: Tensor<D>) -> Tensor<2> {
        self.run(input, &mut Trace::off())
    }

    /// Computes the output of every layer, with its name, in the order of computation; the last one is the
    /// logits, `output`.
    ///
    /// Names begin like those of the layer's parameters: `blocks.1.convs.0`, `blocks.1.pool`, `hidden.0`.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, n_inputs]`, each example flattened in row-major order
    /// - outputs: `[batch, values]`, flattened likewise
    #[must_use]
    pub fn trace(&self, input: Tensor<2>) -> Vec<(String, Tensor<2>)> {
        let mut trace = Trace::on();
        drop(self.run(input, &mut trace));
        trace.into_outputs()
    }

    fn run<const D: usize>(&self, input: Tensor<D>, trace: &mut Trace) -> Tensor<2> {
        let mut x = if self.blocks.is_empty() {
            input.flatten(1, D - 1) // [batch, n_inputs]
        } else {
            self.features(input, trace) // [batch, features]
        };
        for (at, layer) in self.hidden.iter().enumerate() {
            let skip = self.skip(at, &x, trace);
            x = layer.forward(x); // [batch, width]
            trace.note(|| format!("hidden.{at}"), &x);
            if let Some(norm) = self.norms.get(at) {
                x = norm.forward(x);
                trace.note(|| format!("norms.{at}"), &x);
            }
            if let Some(skip) = skip {
                x = x + skip;
                trace.note(|| format!("hidden.{at}.sum"), &x);
            }
            x = self.activation.forward(x);
            trace.note(|| format!("hidden.{at}.activation"), &x);
            x = self.drop(x, || format!("hidden.{at}.dropout"), trace);
        }
        let logits = self.output.forward(x);
        trace.note(|| "output".into(), &logits);
        logits
    }

    /// From images, or rows of their pixels, to rows of features.
    fn features<const D: usize>(&self, input: Tensor<D>, trace: &mut Trace) -> Tensor<2> {
        let [channels, height, width] = self.image_shape;
        let batch = input.dims()[0];
        let mut x = input.reshape([batch, channels, height, width]);
        for (at, block) in self.blocks.iter().enumerate() {
            x = block.forward(&x, &format!("blocks.{at}"), trace); // [batch, channels, height, width]
        }
        let x = match self.head {
            Head::Flatten => x.flatten(1, 3),
            Head::GlobalAverage => {
                let pixels = x.flatten::<3>(2, 3);
                let n_pixels = pixels.dims()[2] as f64;
                // A sum and a quotient, because burn's ONNX export knows no mean.
                let means = (pixels.sum_dim(2) / n_pixels).squeeze_dim(2); // [batch, channels]
                trace.note(|| "global_average".into(), &means);
                means
            }
        };
        self.drop(x, || "features.dropout".into(), trace)
    }

    /// What is added to a hidden layer's output, from its input `[batch, n_in]`.
    fn skip(&self, at: usize, input: &Tensor<2>, trace: &mut Trace) -> Option<Tensor<2>> {
        let input = input.clone();
        match self.shortcuts.get(at)? {
            None => Some(input),
            Some(projection) => {
                let x = projection.forward(input);
                trace.note(|| format!("shortcuts.{at}"), &x);
                Some(x)
            }
        }
    }

    fn drop(&self, x: Tensor<2>, name: impl FnOnce() -> String, trace: &mut Trace) -> Tensor<2> {
        if self.dropout.prob == 0.0 {
            return x;
        }
        let x = self.dropout.forward(x);
        trace.note(name, &x);
        x
    }
}

#[cfg(test)]
mod tests;
