use burn::{
    optim,
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};

use super::state::State;

/// Stochastic gradient descent with momentum, as `torch.optim.SGD`.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sgd {
    /// The size of a step, before the schedule.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub(crate) learning_rate: f64,
    /// Share of the velocity that stays at each step.
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    #[serde(default)]
    pub(crate) momentum: f64,
    /// Share of the gradient that does not enter the velocity, after the first step.
    #[serde(default)]
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    pub(crate) dampening: f64,
    /// Looks one step of the velocity ahead (Sutskever et al., 2013).
    #[serde(default)]
    pub(crate) nesterov: bool,
    /// Added to the gradient times the weight (an L2 penalty).
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub(crate) weight_decay: f64,
}

impl optim::Optimizer for Sgd {
    /// The velocity.
    type State<const D: usize> = State<D, 1>;

    fn step<const D: usize>(
        &self,
        learning_rate: f64,
        weights: Tensor<D>,
        mut gradient: Tensor<D>,
        state: Option<State<D, 1>>,
    ) -> (Tensor<D>, Option<State<D, 1>>) {
        if self.weight_decay > 0.0 {
            gradient = gradient + weights.clone() * self.weight_decay;
        }
        if self.momentum == 0.0 {
            return (weights - gradient * learning_rate, None);
        }
        let n_steps = state.as_ref().map_or(0, |state| state.n_steps);
        let velocity = match state {
            None => gradient.clone(),
            Some(state) => {
                let [velocity] = state.means(&gradient.device());
                velocity * self.momentum + gradient.clone() * (1.0 - self.dampening)
            }
        };
        let direction = if self.nesterov {
            gradient + velocity.clone() * self.momentum
        } else {
            velocity.clone()
        };
        let state = State::new(n_steps + 1, [velocity]);
        (weights - direction * learning_rate, Some(state))
    }

    fn to_device<const D: usize>(state: State<D, 1>, device: &Device) -> State<D, 1> {
        state.moved_to(device)
    }
}
