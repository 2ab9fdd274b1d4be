use burn::{
    optim,
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};

use super::state::State;

/// Adam (Kingma and Ba, 2015), as `torch.optim.Adam`.
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
    /// Added to the gradient times the weight (an L2 penalty).
    #[serde(default)]
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
        let (direction, state) = moments.direction(gradient, state);
        (weights - direction * learning_rate, Some(state))
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

    /// `m̂/(√v̂ + ε)`, with `m` and `v` the running means of the gradient and of its square, and the hat
    /// for division by `1 − βᵗ`. The corrections are scalars, so that they cost no pass over a tensor.
    pub(super) fn direction<const D: usize>(
        &self,
        gradient: Tensor<D>,
        state: Option<State<D, 2>>,
    ) -> (Tensor<D>, State<D, 2>) {
        let new_mean = gradient.clone() * (1.0 - self.beta_1);
        let device = gradient.device();
        let new_square = gradient.square() * (1.0 - self.beta_2);
        let n_steps = 1 + state.as_ref().map_or(0, |state| state.n_steps);
        let (mean, square) = match state {
            None => (new_mean, new_square),
            Some(state) => {
                let [mean, square] = state.means(&device);
                (
                    mean * self.beta_1 + new_mean,
                    square * self.beta_2 + new_square,
                )
            }
        };
        let missing = |beta: f32| 1.0 - beta.powi(i32::try_from(n_steps).unwrap_or(i32::MAX));
        let root = missing(self.beta_2).sqrt();
        let direction = mean.clone() * (root / missing(self.beta_1))
            / (square.clone().sqrt() + self.epsilon * root);
        (direction, State::new(n_steps, [mean, square]))
    }
}
