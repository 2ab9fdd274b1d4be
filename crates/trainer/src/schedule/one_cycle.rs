use serde::{Deserialize, Serialize};

use super::half_cosine;

/// Rises along half a cosine to the optimizer's learning rate, then falls along another to almost nothing
/// (Smith and Topin, 2018), as `PyTorch`'s `OneCycleLR` with its defaults.
///
/// That one also moves momentum the other way, which is left out (its `cycle_momentum = False`): a
/// schedule here moves the learning rate and nothing else.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OneCycle {
    /// Share of the steps in which the rate rises.
    #[schemars(range(min = 0, max = 1))]
    pub(crate) pct_start: f64,
    /// The first rate is the largest divided by this.
    #[schemars(range(min = 1))]
    pub(crate) div_factor: f64,
    /// The last rate is the first divided by this.
    #[schemars(range(min = 1))]
    pub(crate) final_div_factor: f64,
}

impl Default for OneCycle {
    fn default() -> Self {
        Self {
            pct_start: 0.3,
            div_factor: 25.0,
            final_div_factor: 1e4,
        }
    }
}

impl OneCycle {
    pub(super) fn learning_rate(&self, peak: f64, step: u64, n_steps: u64) -> f64 {
        let first = peak / self.div_factor;
        let last = first / self.final_div_factor;
        let step = step as f64;
        // Steps are counted from 0, so these are the last ones of each part.
        let (top, end) = (self.pct_start * n_steps as f64 - 1.0, n_steps as f64 - 1.0);
        if step < top {
            peak + (first - peak) * half_cosine(step / top)
        } else if top < end {
            last + (peak - last) * half_cosine((step - top) / (end - top))
        } else {
            peak
        }
    }
}
