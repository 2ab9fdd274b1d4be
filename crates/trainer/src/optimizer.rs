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

#[cfg(test)]
mod tests {
    use burn::{
        module::{Module, Param},
        optim::GradientsParams,
        tensor::{Device, Tensor},
    };

    use super::*;

    /// One weight, from 1, under the loss a·w for each a in turn: the gradients are the a.
    fn check(optimizer: &Optimizer, gradients: &[f32], expected: &[f32]) {
        let device = Device::flex().autodiff();
        let mut optimizer_state = optimizer.init();
        let mut weight = Param::from_tensor(Tensor::<1>::from_data([1.0], &device));
        for (gradient, expected) in gradients.iter().zip(expected) {
            let loss = weight.val().mul_scalar(*gradient).sum();
            let gradients = GradientsParams::from_grads(loss.backward(), &weight);
            weight = optimizer_state.step(optimizer.learning_rate(), weight, gradients);
            let actual: f32 = weight.valid().val().into_scalar();
            assert!(
                (actual - expected).abs() < 1e-6,
                "{optimizer:?}: {actual}, not {expected}"
            );
        }
    }

    fn sgd(momentum: f64, weight_decay: f64) -> Optimizer {
        Optimizer::Sgd(Sgd {
            learning_rate: 0.1,
            momentum,
            weight_decay,
        })
    }

    /// By hand. Plain: 1 - 0.1·2 = 0.8, - 0.1·1 = 0.7. Momentum 0.9, undamped as in `PyTorch`:
    /// v = 2, then 0.9·2 + 1 = 2.8. Decay 0.5: gradients 2 + 0.5·1 = 2.5, then 1 + 0.5·0.75 = 1.375.
    #[test]
    fn sgd_by_hand() {
        check(&sgd(0.0, 0.0), &[2.0, 1.0], &[0.8, 0.7]);
        check(&sgd(0.9, 0.0), &[2.0, 1.0], &[0.8, 0.52]);
        check(&sgd(0.0, 0.5), &[2.0, 1.0], &[0.75, 0.6125]);
    }

    /// By hand, from Kingma and Ba's algorithm 1 with ε = 1e-8. The first step is -α·g/|g|. At the
    /// second, m̂ = (0.9·0.2 + 0.1·1)/0.19 = 1.473684 and v̂ = (0.999·0.004 + 0.001·1)/0.001999 =
    /// 2.499250, so it is -0.1·1.473684/1.580902 = -0.0932180. A gradient of 1e-6 tells ε = 1e-8
    /// from burn's 1e-5: the step is 0.1·1e-6/(1e-6 + 1e-8) = 0.0990099.
    #[test]
    fn adam_by_hand() {
        let adam = Optimizer::Adam(toml::from_str("learning_rate = 0.1").unwrap());
        check(&adam, &[2.0, 1.0], &[0.9, 0.806_782]);
        check(&adam, &[1e-6], &[1.0 - 0.099_009_9]);
    }
}
