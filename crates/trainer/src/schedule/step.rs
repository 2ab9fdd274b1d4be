use serde::{Deserialize, Serialize};

/// Multiplies the learning rate by `gamma`, every so many epochs or at given ones, as `PyTorch`'s
/// `StepLR` and `MultiStepLR`.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// Epochs from one time to the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub(crate) every_epochs: Option<u32>,
    /// Epochs after which the rate is multiplied, instead; an epoch that is given twice counts twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) milestones: Option<Vec<u32>>,
    /// What the rate is multiplied by.
    #[schemars(extend("exclusiveMinimum" = 0))]
    #[serde(default = "default_gamma")]
    pub(crate) gamma: f64,
}

/// `PyTorch`'s.
fn default_gamma() -> f64 {
    0.1
}

impl Step {
    /// `epoch` is the number of epochs done.
    pub(super) fn learning_rate(&self, peak: f64, epoch: u64) -> f64 {
        let by_interval = self
            .every_epochs
            .map_or(0, |every| epoch / u64::from(every.max(1)));
        let by_milestone = self.milestones.iter().flatten();
        let by_milestone = by_milestone.filter(|&&at| u64::from(at) <= epoch).count();
        let n_times = by_interval + by_milestone as u64;
        peak * self.gamma.powi(i32::try_from(n_times).unwrap_or(i32::MAX))
    }
}
