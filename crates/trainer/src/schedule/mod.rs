//! How the learning rate moves over the steps of a run.

mod constant;
mod cosine;
mod one_cycle;
mod step;
#[cfg(test)]
mod tests;
mod warmup;

use serde::{Deserialize, Serialize};

pub(crate) use constant::Constant;
pub(crate) use cosine::Cosine;
pub(crate) use one_cycle::OneCycle;
pub(crate) use step::Step;

/// A schedule, and the warm-up before it.
///
/// Fields, not an enum, so that keys beside the schedule's table have exact positions in errors.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Schedule {
    /// Steps in which the learning rate rises from near 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) warmup_steps: Option<u64>,
    /// The same in epochs, also in parts of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub(crate) warmup_epochs: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    constant: Option<Constant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cosine: Option<Cosine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    one_cycle: Option<OneCycle>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<Step>,
}

/// The curve that a schedule's learning rate follows, apart from its warm-up.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Curve<'a> {
    Constant,
    Cosine(&'a Cosine),
    OneCycle(&'a OneCycle),
    Step(&'a Step),
}

/// The length of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Length {
    n_steps: u64,
    steps_per_epoch: u64,
}

impl Length {
    pub(crate) fn new(steps_per_epoch: u64, epochs: u32) -> Self {
        Self {
            n_steps: steps_per_epoch * u64::from(epochs),
            steps_per_epoch,
        }
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            warmup_steps: None,
            warmup_epochs: None,
            constant: Some(Constant {}),
            cosine: None,
            one_cycle: None,
            step: None,
        }
    }
}

impl Schedule {
    /// The names of the tables of which at most one is given.
    pub(crate) const NAMES: [&str; 4] = ["constant", "cosine", "one_cycle", "step"];

    /// The learning rate of a step, counted from 0. `peak` is the optimizer's: the rate that constant,
    /// cosine and step start from, and the largest of `one_cycle`.
    ///
    /// Warm-up is a factor, so what a curve counts, it counts from the start of the run.
    pub(crate) fn learning_rate(&self, peak: f64, step: u64, length: Length) -> f64 {
        let rate = match self.curve() {
            Curve::Constant => peak,
            Curve::Cosine(cosine) => cosine.learning_rate(peak, step, length.n_steps),
            Curve::OneCycle(cycle) => cycle.learning_rate(peak, step, length.n_steps),
            Curve::Step(steps) => steps.learning_rate(peak, step / length.steps_per_epoch.max(1)),
        };
        rate * warmup::factor(step, self.n_warmup_steps(length.steps_per_epoch))
    }

    /// The curve whose table is given; a constant if none is.
    pub(crate) fn curve(&self) -> Curve<'_> {
        if let Some(cosine) = &self.cosine {
            Curve::Cosine(cosine)
        } else if let Some(cycle) = &self.one_cycle {
            Curve::OneCycle(cycle)
        } else if let Some(steps) = &self.step {
            Curve::Step(steps)
        } else {
            Curve::Constant
        }
    }

    fn n_warmup_steps(&self, steps_per_epoch: u64) -> u64 {
        match (self.warmup_steps, self.warmup_epochs) {
            (Some(steps), _) => steps,
            (None, Some(epochs)) => (epochs * steps_per_epoch as f64).round() as u64,
            (None, None) => 0,
        }
    }
}

/// From 1 at a share of 0 to 0 at a share of 1, along half a cosine.
fn half_cosine(share: f64) -> f64 {
    f64::midpoint(1.0, (std::f64::consts::PI * share).cos())
}
