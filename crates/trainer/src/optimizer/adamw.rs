use serde::{Deserialize, Serialize};

use super::{
    adam::{Moments, default_beta_1, default_beta_2, default_epsilon},
    rule::{Formula, Rule},
};

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as `torch.optim.AdamW`.
///
/// Biases and the parameters of norms are not decayed, which takes two parameter groups in `PyTorch`:
/// they shift and scale what is computed, and pulling them to zero limits no function's complexity.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdamW {
    /// The size of a step, before the schedule.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub(crate) learning_rate: f64,
    /// Share of the gradient's running mean that stays at each step.
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    #[serde(default = "default_beta_1")]
    pub(crate) beta_1: f64,
    /// The same of the mean of its square.
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    #[serde(default = "default_beta_2")]
    pub(crate) beta_2: f64,
    /// Added to the root of that mean, which a step is divided by.
    #[schemars(extend("exclusiveMinimum" = 0))]
    #[serde(default = "default_epsilon")]
    pub(crate) epsilon: f64,
    /// Share of a weight that a step takes away, times the learning rate.
    #[serde(default = "default_weight_decay")]
    #[schemars(range(min = 0))]
    pub(crate) weight_decay: f64,
}

fn default_weight_decay() -> f64 {
    0.01
}

/// With the running means of the gradient and of its square.
impl Rule<2> for AdamW {
    fn formula(&self, learning_rate: f64, n_steps: usize, n_axes: usize) -> impl Formula<2> {
        // Biases and the parameters of norms are vectors; whatever multiplies inputs has 2 axes or more.
        let weight_decay = if n_axes >= 2 { self.weight_decay } else { 0.0 };
        let betas = [self.beta_1, self.beta_2];
        let mut moments = Moments::new(betas, self.epsilon, learning_rate, n_steps);
        moments.kept_weight = (1.0 - learning_rate * weight_decay) as f32;
        moments
    }
}
