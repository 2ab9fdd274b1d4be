use serde::{Deserialize, Serialize};

use crate::{Activation, BlockConfig, CnnConfig, Head, NormKind, PoolKind};

/// A small convolutional network of our own, cheap enough for two cores of a CPU.
///
/// Three convolutions of 3×3 with 16, 32 and 32 channels, batch normalization and ReLU; the first two halve
/// the picture by pooling. The mean of each map goes to the classes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmallCnnConfig {
    /// Share of the last maps' means that is set to zero in training, in 0..1.
    pub dropout: f64,
}

impl SmallCnnConfig {
    pub(crate) fn cnn(&self) -> CnnConfig {
        let block = |channels, pool| BlockConfig {
            norm: NormKind::Batch,
            pool,
            ..BlockConfig::new(channels)
        };
        CnnConfig {
            blocks: vec![block(16, 2), block(32, 2), block(32, 1)],
            pool_kind: PoolKind::Max,
            head: Head::GlobalAverage,
            hidden: Vec::new(),
            activation: Activation::Relu,
            dropout: self.dropout,
        }
    }
}
