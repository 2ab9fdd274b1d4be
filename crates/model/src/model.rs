use burn::{
    module::Module,
    nn::{Dropout, Linear},
    tensor::Tensor,
};
use plumb_ops::tensors;
use rand_chacha::ChaCha8Rng;

use crate::{Activation, Head, Norm, block::Block, pass::Pass};

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
    /// Computes the logits, without dropout.
    ///
    /// On a device with automatic differentiation batch normalization is in training mode: it takes the
    /// batch's statistics and remembers them (in clones too, which share them). On others, and for what
    /// `Module::valid` returns, it is not.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, n_inputs]`, each example flattened in row-major order
    /// - output, the logits: `[batch, n_classes]`
    #[must_use]
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        self.run(input, &mut Pass::plain())
    }

    /// Computes the features that the output layer sees, and the logits that it makes of them.
    ///
    /// For a linear model the features are the inputs themselves.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, n_inputs]`, each example flattened in row-major order
    /// - features: `[batch, n_features]`; logits: `[batch, n_classes]`
    #[must_use]
    pub fn embed(&self, input: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let features = self.represent(input, &mut Pass::plain());
        let logits = linear(&self.output, features.clone(), false);
        (features, logits)
    }

    /// The layers of a network that is a chain of fully connected layers with `ReLU` between them and nothing else, in
    /// their order; none of any other network.
    #[must_use]
    pub fn chain(&self) -> Option<Vec<&Linear>> {
        let is_plain = self.blocks.is_empty() && self.norms.is_empty() && self.shortcuts.is_empty();
        let is_relu = self.activation == Activation::Relu && self.dropout.prob == 0.0;
        let layers: Vec<_> = self.hidden.iter().chain([&self.output]).collect();
        let has_biases = layers.iter().all(|layer| layer.bias.is_some());
        (is_plain && has_biases && (is_relu || self.hidden.is_empty())).then_some(layers)
    }

    /// Numbers that the output layer sees of an example: the width of what [`Self::embed`] gives.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.output.weight.dims()[0]
    }

    /// As [`Self::forward`], with dropout.
    ///
    /// Its masks are drawn on the host from this stream, so that equal streams drop the same values on every
    /// backend.
    #[must_use]
    pub fn forward_dropping(&self, input: Tensor<2>, masks: ChaCha8Rng) -> Tensor<2> {
        self.run(input, &mut Pass::dropping(masks))
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
        self.run(input, &mut Pass::plain())
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
        self.trace_pass(input, Pass::plain())
    }

    /// As [`Self::trace`], with the dropout of [`Self::forward_dropping`].
    #[must_use]
    pub fn trace_dropping(&self, input: Tensor<2>, masks: ChaCha8Rng) -> Vec<(String, Tensor<2>)> {
        self.trace_pass(input, Pass::dropping(masks))
    }

    fn trace_pass(&self, input: Tensor<2>, pass: Pass) -> Vec<(String, Tensor<2>)> {
        let mut pass = pass.traced();
        drop(self.run(input, &mut pass));
        pass.into_outputs()
    }

    fn run<const D: usize>(&self, input: Tensor<D>, pass: &mut Pass) -> Tensor<2> {
        let features = self.represent(input, pass);
        let logits = linear(&self.output, features, false);
        pass.note(|| "output".into(), &logits);
        logits
    }

    /// All but the output layer.
    fn represent<const D: usize>(&self, input: Tensor<D>, pass: &mut Pass) -> Tensor<2> {
        let mut x = if self.blocks.is_empty() {
            input.flatten(1, D - 1) // [batch, n_inputs]
        } else {
            self.features(input, pass) // [batch, features]
        };
        for (at, layer) in self.hidden.iter().enumerate() {
            let skip = self.skip(at, &x, pass);
            let norm = self.norms.get(at);
            // No sum before the nonlinearity, and nobody who asks for what stands there.
            let has_sum = skip.is_some();
            let has_relu = self.activation == Activation::Relu && !has_sum && !pass.is_traced();
            x = linear(layer, x, has_relu && norm.is_none()); // [batch, width]
            pass.note(|| format!("hidden.{at}"), &x);
            if let Some(norm) = norm {
                x = norm.forward(x, has_relu);
                pass.note(|| format!("norms.{at}"), &x);
            }
            if let Some(skip) = skip {
                x = x + skip;
                pass.note(|| format!("hidden.{at}.sum"), &x);
            }
            if !has_relu {
                x = self.activation.forward(x);
            }
            pass.note(|| format!("hidden.{at}.activation"), &x);
            x = pass.drop(&self.dropout, x, || format!("hidden.{at}.dropout"));
        }
        x
    }

    /// From images, or rows of their pixels, to rows of features.
    fn features<const D: usize>(&self, input: Tensor<D>, pass: &mut Pass) -> Tensor<2> {
        let [channels, height, width] = self.image_shape;
        let batch = input.dims()[0];
        let mut x = input.reshape([batch, channels, height, width]);
        for (at, block) in self.blocks.iter().enumerate() {
            x = block.forward(&x, &format!("blocks.{at}"), pass); // [batch, channels, height, width]
        }
        let x = match self.head {
            Head::Flatten => x.flatten(1, 3),
            Head::GlobalAverage => {
                let pixels = x.flatten::<3>(2, 3);
                let n_pixels = pixels.dims()[2] as f64;
                // A sum and a quotient, because burn's ONNX export knows no mean.
                let means = (pixels.sum_dim(2) / n_pixels).squeeze_dim(2); // [batch, channels]
                pass.note(|| "global_average".into(), &means);
                means
            }
        };
        pass.drop(&self.dropout, x, || "features.dropout".into())
    }

    /// What is added to a hidden layer's output, from its input `[batch, n_in]`.
    fn skip(&self, at: usize, input: &Tensor<2>, pass: &mut Pass) -> Option<Tensor<2>> {
        let input = input.clone();
        match self.shortcuts.get(at)? {
            None => Some(input),
            Some(projection) => {
                let x = linear(projection, input, false);
                pass.note(|| format!("shortcuts.{at}"), &x);
                Some(x)
            }
        }
    }
}

/// A layer's output, `[batch, n_out]`, with `ReLU` or without.
fn linear(layer: &Linear, input: Tensor<2>, has_relu: bool) -> Tensor<2> {
    let bias = layer.bias.as_ref().map(burn::module::Param::val);
    tensors::linear(input, layer.weight.val(), bias, has_relu)
}

#[cfg(test)]
mod tests;
