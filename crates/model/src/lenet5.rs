use serde::{Deserialize, Serialize};

use crate::{Activation, BlockConfig, CnnConfig, Head, PoolKind};

/// LeNet-5 (`LeCun`, Bottou, Bengio and Haffner, 1998), as it is usually built today.
///
/// Two convolutions of 5×5 with 6 and 16 channels, each followed by pooling, then fully connected layers
/// of 120, 84 and the classes: 61,706 parameters for 28×28 pixels in ten classes. The first convolution's
/// border of 2 makes 32×32 of them, as in 1998.
///
/// Not as in 1998: `ReLU` instead of a scaled tanh; the largest of four pixels instead of their sum with a
/// trained gain and offset; every map of the second convolution sees all six maps of the first, not a
/// chosen part; and a linear layer with softmax instead of distances to drawn letters.
/// `activation = "tanh"` and `pool_kind = "avg"` come nearer to the original.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Lenet5Config {
    /// The nonlinearity behind each convolution and each hidden layer.
    pub activation: Activation,
    /// What pooling takes of its 2×2 window.
    pub pool_kind: PoolKind,
    /// Share of the inputs of each fully connected layer that is set to zero in training, in 0..1.
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    pub dropout: f64,
}

impl Lenet5Config {
    pub(crate) fn cnn(&self) -> CnnConfig {
        let block = |channels, padding| BlockConfig {
            kernel: 5,
            padding: Some(padding),
            pool: 2,
            ..BlockConfig::new(channels)
        };
        CnnConfig {
            blocks: vec![block(6, 2), block(16, 0)],
            pool_kind: self.pool_kind,
            head: Head::Flatten,
            hidden: vec![120, 84],
            activation: self.activation,
            dropout: self.dropout,
        }
    }
}
