use serde::{Deserialize, Serialize};

use crate::{Activation, NormKind, architecture::Architecture};

/// A multi-layer perceptron: fully connected layers with a nonlinearity between them.
///
/// A hidden layer is linear → norm → (+ skip) → activation → dropout. Without hidden layers it is a
/// linear model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MlpConfig {
    /// Widths of the hidden layers, from input to output.
    #[schemars(inner(range(min = 1)))]
    pub hidden: Vec<usize>,
    /// The nonlinearity behind each hidden layer.
    #[serde(default)]
    pub activation: Activation,
    /// Share of each hidden layer's outputs that is set to zero in training, in 0..1.
    #[serde(default)]
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    pub dropout: f64,
    /// What is normalized before each nonlinearity. With `batch`, hidden layers have no bias of their own.
    #[serde(default)]
    pub norm: NormKind,
    /// Whether each hidden layer's input is added before its nonlinearity, as in He et al. (2016); through
    /// trained weights without a bias (a projection) where the two widths differ.
    #[serde(default)]
    pub residual: bool,
}

impl MlpConfig {
    pub(crate) fn architecture(&self) -> Architecture {
        Architecture {
            hidden: self.hidden.clone(),
            activation: self.activation,
            dropout: self.dropout,
            norm: self.norm,
            residual: self.residual,
            ..Architecture::default()
        }
    }
}
