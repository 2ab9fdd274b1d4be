use serde::{Deserialize, Serialize};

use super::half_cosine;

/// Falls along half a cosine from the learning rate to a final one (Loshchilov and Hutter, 2017), as
/// `PyTorch`'s `CosineAnnealingLR` over all steps of the run.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cosine {
    /// Where it ends.
    #[schemars(range(min = 0))]
    #[serde(default)]
    pub(crate) final_learning_rate: f64,
}

impl Cosine {
    pub(super) fn learning_rate(&self, peak: f64, step: u64, n_steps: u64) -> f64 {
        let last = self.final_learning_rate;
        last + (peak - last) * half_cosine(step as f64 / n_steps as f64)
    }
}
