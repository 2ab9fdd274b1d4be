use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Linear},
    tensor::Tensor,
};
use serde::{Deserialize, Serialize};

use crate::{Activation, init::Initializer, model::Task};

/// A multi-layer perceptron: fully connected layers with a nonlinearity between them.
///
/// Without hidden layers it is a linear model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpConfig {
    /// Widths of the hidden layers, from input to output.
    pub hidden: Vec<usize>,
    /// The nonlinearity behind each hidden layer.
    #[serde(default)]
    pub activation: Activation,
    /// Share of each hidden layer's outputs that is set to zero in training, in 0..1.
    #[serde(default)]
    pub dropout: f64,
}

/// The layers of an [`MlpConfig`].
#[derive(Module, Debug)]
pub struct Mlp {
    hidden: Vec<Linear>,
    output: Linear,
    dropout: Dropout,
    #[module(skip)]
    activation: Activation,
}

impl MlpConfig {
    pub(crate) fn init(&self, task: &Task, initializer: &mut Initializer<'_>) -> Mlp {
        let mut n_in = task.n_inputs();
        let mut hidden = Vec::with_capacity(self.hidden.len());
        for &width in &self.hidden {
            hidden.push(initializer.linear(n_in, width));
            n_in = width;
        }
        Mlp {
            hidden,
            output: initializer.linear(n_in, task.n_classes),
            dropout: DropoutConfig::new(self.dropout).init(),
            activation: self.activation,
        }
    }

    /// The number of weights and biases; the largest `usize` if it is larger still.
    #[must_use]
    pub fn n_params(&self, task: &Task) -> usize {
        let mut n_in = task.n_inputs();
        let mut n_params = 0_usize;
        for &width in self.hidden.iter().chain([&task.n_classes]) {
            let n_layer = n_in.saturating_add(1).saturating_mul(width);
            n_params = n_params.saturating_add(n_layer);
            n_in = width;
        }
        n_params
    }
}

impl Mlp {
    /// Computes the logits.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, n_inputs]`
    /// - output, the logits: `[batch, n_classes]`
    #[must_use]
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let mut x = input;
        for layer in &self.hidden {
            x = self.activation.forward(layer.forward(x)); // [batch, width]
            x = self.dropout.forward(x);
        }
        self.output.forward(x)
    }
}
