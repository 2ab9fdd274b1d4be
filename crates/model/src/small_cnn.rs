use serde::{Deserialize, Serialize};

use crate::{Activation, BlockConfig, CnnConfig, Head, NormKind, PoolKind};

/// A small convolutional network of our own, cheap enough for two cores of a CPU.
///
/// Three convolutions of 3×3 with 8, 32 and 32 channels, each with batch normalization, `ReLU` and pooling, which
/// halves the picture: 28×28 pixels become 32 maps of 3×3. Their 288 values go to the classes. The first
/// convolution has few channels because it works on the whole picture, where each one takes most time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SmallCnnConfig {
    /// Share of the last maps' values that is set to zero in training, in 0..1.
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    pub dropout: f64,
}

impl SmallCnnConfig {
    pub(crate) fn cnn(&self) -> CnnConfig {
        let block = |channels| BlockConfig {
            norm: NormKind::Batch,
            pool: 2,
            ..BlockConfig::new(channels)
        };
        CnnConfig {
            blocks: vec![block(8), block(32), block(32)],
            pool_kind: PoolKind::Max,
            head: Head::Flatten,
            hidden: Vec::new(),
            activation: Activation::Relu,
            dropout: self.dropout,
        }
    }
}
