use serde::{Deserialize, Serialize};

use crate::{Activation, BlockConfig, CnnConfig, Head, NormKind, PoolKind};

/// A residual network with 8 layers of weights, after those that He, Zhang, Ren and Sun (2016) built for
/// CIFAR-10.
///
/// A convolution with 16 channels, then three blocks of two convolutions each with 16, 32 and 64 channels,
/// all of 3×3 with batch normalization and `ReLU`; the second and third block halve the picture by a stride of
/// 2. The mean of each map goes to the classes. Theirs have 6n + 2 layers with n from 3 on; this is n = 1.
/// Where a block changes the shape, its skip is a convolution of 1×1 with batch normalization (their
/// option B; for CIFAR-10 they took the option without weights).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Resnet8Config {
    /// Share of the last maps' means that is set to zero in training, in 0..1.
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    pub dropout: f64,
}

impl Resnet8Config {
    pub(crate) fn cnn(&self) -> CnnConfig {
        let plain = |channels| BlockConfig {
            norm: NormKind::Batch,
            ..BlockConfig::new(channels)
        };
        let residual = |channels, stride| BlockConfig {
            convolutions: 2,
            stride,
            residual: true,
            ..plain(channels)
        };
        CnnConfig {
            blocks: vec![plain(16), residual(16, 1), residual(32, 2), residual(64, 2)],
            pool_kind: PoolKind::Max,
            head: Head::GlobalAverage,
            hidden: Vec::new(),
            activation: Activation::Relu,
            dropout: self.dropout,
        }
    }
}
