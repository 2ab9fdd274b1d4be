use std::collections::BTreeMap;

use plumb_diagnostics::Human;
use serde::{Deserialize, Serialize};

use super::KeyError;
use crate::judge::HumanLevel;

/// Human-level error on the target data and, where it is another, on the general data.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HumanConfig {
    /// Error rate of people on the target data, as a fraction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<f64>,
    /// Error rate of each kind of rater on the target data, as fractions; the best counts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    raters: BTreeMap<String, f64>,
    /// The same on the general data, of which train is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    general: Option<GeneralHuman>,
}

/// Human-level error on the general data.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GeneralHuman {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<f64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    raters: BTreeMap<String, f64>,
}

impl HumanConfig {
    /// The figures that count.
    ///
    /// # Errors
    /// The key that is missing, doubled or out of range.
    pub(crate) fn level(&self) -> Result<HumanLevel, KeyError> {
        let general = match &self.general {
            Some(general) => {
                Some(Given::new("human.general", general.error, &general.raters).human()?)
            }
            None => None,
        };
        let target = Given::new("human", self.error, &self.raters);
        let target = match target {
            Given {
                error: None,
                raters,
                ..
            } if raters.is_empty() && general.is_some() => None,
            given => Some(given.human()?),
        };
        Ok(HumanLevel { target, general })
    }
}

/// What a table says of one kind of data.
struct Given<'a> {
    table: &'a str,
    error: Option<f64>,
    raters: &'a BTreeMap<String, f64>,
}

impl<'a> Given<'a> {
    fn new(table: &'a str, error: Option<f64>, raters: &'a BTreeMap<String, f64>) -> Self {
        Self {
            table,
            error,
            raters,
        }
    }

    fn human(&self) -> Result<Human, KeyError> {
        let Self { table, raters, .. } = *self;
        let wrong = |key: String, rate: f64| {
            let error = KeyError::value(key, format!("is {rate}; expected a fraction in 0..=1"));
            if (1.0..=100.0).contains(&rate) {
                error.hint(format!("{rate} % is written {}", rate / 100.0))
            } else {
                error
            }
        };
        match (self.error, raters.is_empty()) {
            (Some(error), true) => {
                Human::figure(error).map_err(|_| wrong(format!("{table}.error"), error))
            }
            (None, false) => {
                for (rater, &rate) in raters {
                    if !(0.0..=1.0).contains(&rate) {
                        return Err(wrong(format!("{table}.raters.{rater}"), rate));
                    }
                }
                Human::raters(raters.clone())
                    .map_err(|error| KeyError::new(format!("{table}.raters"), error.to_string()))
            }
            (Some(_), false) => Err(KeyError::new(
                format!("{table}.raters"),
                "human level is one figure (`error`) or several raters (`raters`), not both",
            )),
            (None, true) => Err(KeyError::new(
                table,
                "human level needs one figure (`error = 0.02`) or raters (`raters = { typical = 0.05 }`)",
            )),
        }
    }
}
