use std::collections::BTreeMap;

use plumb_diagnostics::Human;
use serde::{Deserialize, Serialize};

use super::KeyError;

/// Human-level error: one figure, or several raters of whom the best counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HumanConfig {
    /// Error rate of people on the target data, as a fraction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<f64>,
    /// Error rate of each kind of rater, as fractions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    raters: BTreeMap<String, f64>,
}

impl HumanConfig {
    /// The figure that counts.
    ///
    /// # Errors
    /// The key that is missing, doubled or out of range.
    pub(crate) fn level(&self) -> Result<Human, KeyError> {
        let wrong = |key: String, rate: f64| {
            let error = KeyError::value(key, format!("is {rate}; expected a fraction in 0..=1"));
            if (1.0..=100.0).contains(&rate) {
                error.hint(format!("{rate} % is written {}", rate / 100.0))
            } else {
                error
            }
        };
        match (self.error, self.raters.is_empty()) {
            (Some(error), true) => {
                Human::figure(error).map_err(|_| wrong("human.error".into(), error))
            }
            (None, false) => {
                for (rater, &rate) in &self.raters {
                    if !(0.0..=1.0).contains(&rate) {
                        return Err(wrong(format!("human.raters.{rater}"), rate));
                    }
                }
                Human::raters(self.raters.clone())
                    .map_err(|error| KeyError::new("human.raters", error.to_string()))
            }
            (Some(_), false) => Err(KeyError::new(
                "human.raters",
                "human level is one figure (`error`) or several raters (`raters`), not both",
            )),
            (None, true) => Err(KeyError::new(
                "human",
                "human level needs one figure (`error = 0.02`) or raters (`raters = { typical = 0.05 }`)",
            )),
        }
    }
}
