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
    layers: Vec<Linear>,
    dropout: Dropout,
    #[module(skip)]
    activation: Activation,
}

impl MlpConfig {
    pub(crate) fn init(&self, task: &Task, initializer: &mut Initializer<'_>) -> Mlp {
        let widths = self.widths(task);
        Mlp {
            layers: widths
                .windows(2)
                .map(|pair| initializer.linear(pair[0], pair[1]))
                .collect(),
            dropout: DropoutConfig::new(self.dropout).init(),
            activation: self.activation,
        }
    }

    /// The number of weights and biases.
    #[must_use]
    pub fn n_params(&self, task: &Task) -> usize {
        self.widths(task)
            .windows(2)
            .map(|pair| pair[0] * pair[1] + pair[1])
            .sum()
    }

    fn widths(&self, task: &Task) -> Vec<usize> {
        let mut widths = vec![task.n_inputs()];
        widths.extend(&self.hidden);
        widths.push(task.n_classes);
        widths
    }
}

impl Mlp {
    /// # Shapes
    ///
    /// - input: `[batch, n_inputs]`
    /// - output, the logits: `[batch, n_classes]`
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let (last, hidden) = self.layers.split_last().expect("an MLP has an output layer");
        let mut x = input;
        for layer in hidden {
            x = self.activation.forward(layer.forward(x));
            x = self.dropout.forward(x);
        }
        last.forward(x)
    }
}
