use serde::{Deserialize, Serialize};

use super::rule::{Formula, Rule, Values, penalized};

/// Adam (Kingma and Ba, 2015), as `torch.optim.Adam`.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Adam {
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
    /// Added to the gradient times the weight (an L2 penalty).
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub(crate) weight_decay: f64,
}

pub(super) fn default_beta_1() -> f64 {
    0.9
}

pub(super) fn default_beta_2() -> f64 {
    0.999
}

/// `PyTorch`'s; burn's own is 1e-5.
pub(super) fn default_epsilon() -> f64 {
    1e-8
}

/// With the running means of the gradient and of its square.
impl Rule<2> for Adam {
    fn formula(&self, learning_rate: f64, n_steps: usize, _: usize) -> impl Formula<2> {
        let betas = [self.beta_1, self.beta_2];
        let mut moments = Moments::new(betas, self.epsilon, learning_rate, n_steps);
        moments.penalty = self.weight_decay as f32;
        moments
    }
}

/// A step of Adam or `AdamW`, in the backends' 32 bits.
///
/// It moves a weight by `−η·m̂/(√v̂ + ε)`, with `m` and `v` the running means of the gradient and of its square,
/// and the hat for division by `1 − βᵗ`. The corrections are scalars, so that they cost no arithmetic per weight.
pub(super) struct Moments {
    /// Added to the gradient times the weight.
    pub(super) penalty: f32,
    /// What stays of a weight before it moves.
    pub(super) kept_weight: f32,
    /// Of the running means.
    keep: [f32; 2],
    /// Of what is new.
    take: [f32; 2],
    /// `√(1 − β₂ᵗ) / (1 − β₁ᵗ)`.
    correction: f32,
    /// Times `√(1 − β₂ᵗ)`.
    epsilon: f32,
    learning_rate: f32,
}

impl Moments {
    /// Without decay of either kind.
    pub(super) fn new(betas: [f64; 2], epsilon: f64, learning_rate: f64, n_steps: usize) -> Self {
        let keep = betas.map(|beta| beta as f32);
        let n_steps = i32::try_from(n_steps).unwrap_or(i32::MAX);
        let missing = keep.map(|beta| 1.0 - beta.powi(n_steps));
        let root = missing[1].sqrt();
        Self {
            penalty: 0.0,
            kept_weight: 1.0,
            keep,
            take: keep.map(|beta| 1.0 - beta),
            correction: root / missing[0],
            epsilon: epsilon as f32 * root,
            learning_rate: learning_rate as f32,
        }
    }
}

impl Formula<2> for Moments {
    #[allow(clippy::inline_always, reason = "see `Formula`")]
    #[inline(always)]
    fn step<V: Values>(&self, weight: V, gradient: V, means: Option<[V; 2]>) -> (V, [V; 2]) {
        let gradient = penalized(gradient, &weight, self.penalty);
        let new_mean = gradient.clone() * self.take[0];
        let new_square = gradient.square() * self.take[1];
        let (mean, square) = match means {
            None => (new_mean, new_square),
            Some([mean, square]) => (
                mean * self.keep[0] + new_mean,
                square * self.keep[1] + new_square,
            ),
        };
        let direction = mean.clone() * self.correction / (square.clone().sqrt() + self.epsilon);
        let weight = if self.kept_weight < 1.0 {
            weight * self.kept_weight
        } else {
            weight
        };
        (weight - direction * self.learning_rate, [mean, square])
    }
}
