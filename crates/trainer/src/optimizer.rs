use burn::optim::{
    AdamConfig, ModuleOptimizer, SgdConfig, decay::WeightDecayConfig, momentum::MomentumConfig,
};
use serde::{Deserialize, Serialize};

/// The rule that turns gradients into new weights. Defaults are `PyTorch`'s.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Optimizer {
    Adam(Adam),
    Sgd(Sgd),
}

/// Adam (Kingma and Ba, 2015).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Adam {
    pub(crate) learning_rate: f64,
    #[serde(default = "default_beta_1")]
    pub(crate) beta_1: f64,
    #[serde(default = "default_beta_2")]
    pub(crate) beta_2: f64,
    #[serde(default = "default_epsilon")]
    pub(crate) epsilon: f64,
    /// Added to the gradient times the weight (an L2 penalty), as `PyTorch`'s `Adam` does.
    #[serde(default)]
    pub(crate) weight_decay: f64,
}

/// Stochastic gradient descent with momentum.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sgd {
    pub(crate) learning_rate: f64,
    #[serde(default)]
    pub(crate) momentum: f64,
    /// Added to the gradient times the weight (an L2 penalty).
    #[serde(default)]
    pub(crate) weight_decay: f64,
}

fn default_beta_1() -> f64 {
    0.9
}

fn default_beta_2() -> f64 {
    0.999
}

/// `PyTorch`'s default; burn's own is 1e-5.
fn default_epsilon() -> f64 {
    1e-8
}

impl Optimizer {
    pub(crate) fn init(&self) -> ModuleOptimizer {
        match self {
            Self::Adam(adam) => AdamConfig::new()
                .with_beta_1(adam.beta_1 as f32)
                .with_beta_2(adam.beta_2 as f32)
                .with_epsilon(adam.epsilon as f32)
                .with_weight_decay(weight_decay(adam.weight_decay))
                .init(),
            Self::Sgd(sgd) => SgdConfig::new()
                .with_momentum((sgd.momentum > 0.0).then(|| {
                    MomentumConfig::new()
                        .with_momentum(sgd.momentum)
                        .with_dampening(0.0)
                }))
                .with_weight_decay(weight_decay(sgd.weight_decay))
                .init(),
        }
    }

    pub(crate) fn learning_rate(&self) -> f64 {
        match self {
            Self::Adam(adam) => adam.learning_rate,
            Self::Sgd(sgd) => sgd.learning_rate,
        }
    }

    pub(crate) fn weight_decay(&self) -> f64 {
        match self {
            Self::Adam(adam) => adam.weight_decay,
            Self::Sgd(sgd) => sgd.weight_decay,
        }
    }

    /// The name of its table in a config.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Adam(_) => "adam",
            Self::Sgd(_) => "sgd",
        }
    }
}

fn weight_decay(penalty: f64) -> Option<WeightDecayConfig> {
    (penalty > 0.0).then(|| WeightDecayConfig::new(penalty as f32))
}
