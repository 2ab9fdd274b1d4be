use serde::{Deserialize, Serialize};

use super::rule::{Formula, Rule, Values, penalized};

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

/// Without momentum.
impl Rule<0> for Sgd {
    fn formula(&self, learning_rate: f64, _: usize, _: usize) -> impl Formula<0> {
        Plain {
            penalty: self.weight_decay as f32,
            learning_rate: learning_rate as f32,
        }
    }
}

/// With momentum, so with a velocity.
impl Rule<1> for Sgd {
    fn formula(&self, learning_rate: f64, _: usize, _: usize) -> impl Formula<1> {
        Momentum {
            penalty: self.weight_decay as f32,
            keep: self.momentum as f32,
            take: (1.0 - self.dampening) as f32,
            nesterov: self.nesterov,
            learning_rate: learning_rate as f32,
        }
    }
}

struct Plain {
    penalty: f32,
    learning_rate: f32,
}

impl Formula<0> for Plain {
    #[allow(clippy::inline_always, reason = "see `Formula`")]
    #[inline(always)]
    fn step<V: Values>(&self, weight: V, gradient: V, _: Option<[V; 0]>) -> (V, [V; 0]) {
        let gradient = penalized(gradient, &weight, self.penalty);
        (weight - gradient * self.learning_rate, [])
    }
}

struct Momentum {
    penalty: f32,
    /// Of the velocity.
    keep: f32,
    /// Of the gradient, after the first step.
    take: f32,
    nesterov: bool,
    learning_rate: f32,
}

impl Formula<1> for Momentum {
    #[allow(clippy::inline_always, reason = "see `Formula`")]
    #[inline(always)]
    fn step<V: Values>(&self, weight: V, gradient: V, means: Option<[V; 1]>) -> (V, [V; 1]) {
        let gradient = penalized(gradient, &weight, self.penalty);
        let velocity = match means {
            None => gradient.clone(),
            Some([velocity]) => velocity * self.keep + gradient.clone() * self.take,
        };
        let direction = if self.nesterov {
            gradient + velocity.clone() * self.keep
        } else {
            velocity.clone()
        };
        (weight - direction * self.learning_rate, [velocity])
    }
}
