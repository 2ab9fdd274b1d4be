use burn::{
    optim,
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};

use super::{one_pass, state::State};

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

impl optim::Optimizer for Adam {
    /// The running means of the gradient and of its square.
    type State<const D: usize> = State<D, 2>;

    fn step<const D: usize>(
        &self,
        learning_rate: f64,
        weights: Tensor<D>,
        mut gradient: Tensor<D>,
        state: Option<State<D, 2>>,
    ) -> (Tensor<D>, Option<State<D, 2>>) {
        if self.weight_decay > 0.0 {
            gradient = gradient + weights.clone() * self.weight_decay;
        }
        let moments = Moments::new(self.beta_1, self.beta_2, self.epsilon);
        let (weights, state) = moments.step(learning_rate, weights, gradient, state);
        (weights, Some(state))
    }

    fn to_device<const D: usize>(state: State<D, 2>, device: &Device) -> State<D, 2> {
        state.moved_to(device)
    }
}

/// What Adam and `AdamW` have in common, in the backends' 32 bits.
pub(super) struct Moments {
    beta_1: f32,
    beta_2: f32,
    epsilon: f32,
}

impl Moments {
    pub(super) fn new(beta_1: f64, beta_2: f64, epsilon: f64) -> Self {
        Self {
            beta_1: beta_1 as f32,
            beta_2: beta_2 as f32,
            epsilon: epsilon as f32,
        }
    }

    /// Moves the weights by `−η·m̂/(√v̂ + ε)`, with `m` and `v` the running means of the gradient and of its
    /// square, and the hat for division by `1 − βᵗ`. The corrections are scalars, so that they cost no pass over
    /// a tensor.
    pub(super) fn step<const D: usize>(
        &self,
        learning_rate: f64,
        weights: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<State<D, 2>>,
    ) -> (Tensor<D>, State<D, 2>) {
        let device = gradient.device();
        let n_steps = 1 + state.as_ref().map_or(0, |state| state.n_steps);
        let missing = |beta: f32| 1.0 - beta.powi(i32::try_from(n_steps).unwrap_or(i32::MAX));
        let root = missing(self.beta_2).sqrt();
        let scalars = Scalars {
            keep: [self.beta_1, self.beta_2],
            take: [1.0 - self.beta_1, 1.0 - self.beta_2],
            correction: root / missing(self.beta_1),
            epsilon: self.epsilon * root,
            learning_rate: learning_rate as f32,
        };
        let means = state.map(|state| state.means(&device));
        let (weights, means) = match means {
            Some(means) if one_pass::is_possible(&device) => {
                one_pass::step(&scalars, weights, gradient, means)
            }
            means => scalars.step(weights, gradient, means),
        };
        (weights, State::new(n_steps, means))
    }
}

/// The numbers of one step, the same for every weight.
pub(super) struct Scalars {
    /// Of the running means.
    pub(super) keep: [f32; 2],
    /// Of what is new.
    pub(super) take: [f32; 2],
    /// `√(1 − β₂ᵗ) / (1 − β₁ᵗ)`.
    pub(super) correction: f32,
    /// Times `√(1 − β₂ᵗ)`.
    pub(super) epsilon: f32,
    pub(super) learning_rate: f32,
}

impl Scalars {
    /// In the backend's operations, which is about 13 passes over a tensor. Without means they begin with what
    /// is new.
    pub(super) fn step<const D: usize>(
        &self,
        weights: Tensor<D>,
        gradient: Tensor<D>,
        means: Option<[Tensor<D>; 2]>,
    ) -> (Tensor<D>, [Tensor<D>; 2]) {
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
        (weights - direction * self.learning_rate, [mean, square])
    }
}
