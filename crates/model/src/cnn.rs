use serde::{Deserialize, Serialize};

use crate::{Activation, BlockConfig, architecture::Architecture};

/// A convolutional network: blocks of convolutions, then a head of fully connected layers.
///
/// It takes images: examples of shape `[channels, height, width]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CnnConfig {
    /// From input to output.
    #[schemars(length(min = 1))]
    pub blocks: Vec<BlockConfig>,
    /// What pooling takes of its window.
    #[serde(default)]
    pub pool_kind: PoolKind,
    /// How the last block's maps become one row of numbers.
    #[serde(default)]
    pub head: Head,
    /// Widths of the fully connected layers between that row and the logits.
    #[serde(default)]
    #[schemars(inner(range(min = 1)))]
    pub hidden: Vec<usize>,
    /// The nonlinearity behind each convolution and each hidden layer.
    #[serde(default)]
    pub activation: Activation,
    /// Share of that row and of each hidden layer's outputs that is set to zero in training, in 0..1. Blocks
    /// have their own.
    #[serde(default)]
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    pub dropout: f64,
}

/// What pooling takes of its window.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PoolKind {
    /// The largest value.
    #[default]
    Max,
    /// The mean.
    Avg,
}

/// How maps become one row of numbers.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Head {
    /// The mean of each channel's map.
    #[default]
    GlobalAverage,
    /// All values of all maps.
    Flatten,
}

impl CnnConfig {
    pub(crate) fn architecture(&self) -> Architecture {
        Architecture {
            blocks: self.blocks.clone(),
            pool_kind: self.pool_kind,
            head: self.head,
            hidden: self.hidden.clone(),
            activation: self.activation,
            dropout: self.dropout,
            ..Architecture::default()
        }
    }
}
