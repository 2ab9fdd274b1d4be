//! The rule that turns gradients into new weights.

mod adam;
mod adamw;
mod chained;
mod measure;
mod one_pass;
mod rule;
mod sgd;
mod state;
mod stepper;
#[cfg(test)]
mod tests;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

pub(crate) use adam::Adam;
pub(crate) use adamw::AdamW;
pub(crate) use chained::Chained;
pub(crate) use measure::Measure;
pub(crate) use sgd::Sgd;
pub(crate) use stepper::Stepper;

use plumb_ops::tensors::is_host;

/// One of the optimizers. Defaults are `PyTorch`'s, and so are the formulas.
///
/// They are plumb's own, where burn has the same: burn loads an optimizer's state to
/// `Device::default()`, which need not exist on this machine; and its `AdamW` decays all parameters.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Optimizer {
    /// Adam (Kingma and Ba, 2015).
    Adam(Adam),
    /// Adam with weight decay of its own (Loshchilov and Hutter, 2019).
    AdamW(AdamW),
    /// Stochastic gradient descent.
    Sgd(Sgd),
}

impl Optimizer {
    /// The names of the tables of which one is given.
    pub(crate) const NAMES: [&str; 3] = ["adam", "adamw", "sgd"];

    /// Without a state yet. `with_bytes` then gives it one that was saved.
    pub(crate) fn init(&self) -> Stepper {
        self.init_where(is_host)
    }

    fn init_where(&self, is_host: fn(&Device) -> bool) -> Stepper {
        match self {
            Self::Adam(adam) => Stepper::new(adam.clone(), is_host),
            Self::AdamW(adamw) => Stepper::new(adamw.clone(), is_host),
            Self::Sgd(sgd) if sgd.momentum > 0.0 => Stepper::new::<_, 1>(sgd.clone(), is_host),
            Self::Sgd(sgd) => Stepper::new::<_, 0>(sgd.clone(), is_host),
        }
    }

    pub(crate) fn learning_rate(&self) -> f64 {
        match self {
            Self::Adam(adam) => adam.learning_rate,
            Self::AdamW(adamw) => adamw.learning_rate,
            Self::Sgd(sgd) => sgd.learning_rate,
        }
    }

    pub(crate) fn weight_decay(&self) -> f64 {
        match self {
            Self::Adam(adam) => adam.weight_decay,
            Self::AdamW(adamw) => adamw.weight_decay,
            Self::Sgd(sgd) => sgd.weight_decay,
        }
    }

    /// The name of its table in a config.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Adam(_) => "adam",
            Self::AdamW(_) => "adamw",
            Self::Sgd(_) => "sgd",
        }
    }
}
