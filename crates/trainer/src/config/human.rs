use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use plumb_diagnostics::{Confidence, Human, RaterStudy};
use serde::{Deserialize, Serialize};

use super::KeyError;
use crate::{fraction, judge::HumanLevel, near::near, ratings};

/// Human-level error on the target data and, where it is another, on the general data.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HumanConfig {
    /// Error rate of people on the target data, as a fraction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    error: Option<f64>,
    /// Error rate of each kind of rater on the target data, as fractions; the best counts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "rates")]
    raters: BTreeMap<String, f64>,
    /// A CSV file of what raters said of examples of the target data, with the columns `example`, `rater` and
    /// `label`, maybe `group` and `truth`; the best rater or vote counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    labels: Option<PathBuf>,
    /// The same on the general data, of which train is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    general: Option<GeneralHuman>,
}

/// Human-level error on the general data.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GeneralHuman {
    /// Error rate of people on the general data, as a fraction.
    #[schemars(range(min = 0, max = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<f64>,
    /// That of each kind of rater, as fractions; the best counts.
    #[schemars(schema_with = "rates")]
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    raters: BTreeMap<String, f64>,
    /// A CSV file of what raters said of examples of the general data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    labels: Option<PathBuf>,
}

/// The schema of raters: a fraction for each.
fn rates(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "additionalProperties": { "type": "number", "minimum": 0, "maximum": 1 },
    })
}

impl HumanConfig {
    /// Checks all that can be checked without reading a file.
    ///
    /// # Errors
    /// The key that is missing, doubled or out of range.
    pub(crate) fn check(&self) -> Result<(), KeyError> {
        let [target, general] = self.given();
        for given in [target, general].into_iter().flatten() {
            given.figures()?;
        }
        Ok(())
    }

    /// The figures that count, with raters' labels read and measured.
    ///
    /// # Errors
    /// The key that is missing, doubled or out of range, or whose file can't be used.
    pub(crate) fn level(&self, confidence: Confidence) -> Result<HumanLevel, KeyError> {
        let [target, general] = self.given();
        let mut level = HumanLevel::default();
        if let Some(given) = target {
            (level.target, level.target_study) = given.human(confidence)?;
        }
        if let Some(given) = general {
            (level.general, level.general_study) = given.human(confidence)?;
        }
        Ok(level)
    }

    /// On the target and on the general data; the first may be left out if the second is there.
    fn given(&self) -> [Option<Given<'_>>; 2] {
        let target = Given {
            table: "human",
            error: self.error,
            raters: &self.raters,
            labels: self.labels.as_deref(),
        };
        let general = self.general.as_ref().map(|general| Given {
            table: "human.general",
            error: general.error,
            raters: &general.raters,
            labels: general.labels.as_deref(),
        });
        let is_left_out = target.is_empty() && general.is_some();
        [(!is_left_out).then_some(target), general]
    }
}

/// What a table says of one kind of data.
struct Given<'a> {
    table: &'static str,
    error: Option<f64>,
    raters: &'a BTreeMap<String, f64>,
    labels: Option<&'a Path>,
}

impl Given<'_> {
    fn is_empty(&self) -> bool {
        self.error.is_none() && self.raters.is_empty() && self.labels.is_none()
    }

    fn human(
        &self,
        confidence: Confidence,
    ) -> Result<(Option<Human>, Option<RaterStudy>), KeyError> {
        let Some(path) = self.labels else {
            return Ok((self.figures()?, None));
        };
        let wrong = |what: String| KeyError::new(format!("{}.labels", self.table), what);
        if !path.exists() {
            let what = wrong(format!("{} does not exist", path.display()));
            return Err(what.hint(near(path)));
        }
        let study = ratings::study(path, confidence).map_err(wrong)?;
        match study.human() {
            Some(human) => Ok((Some(human), Some(study))),
            None => Err(wrong(format!(
                "{}: no example has both a rater's label and something to hold it against",
                path.display()
            ))
            .hint("give a column `truth`, or let two people or more label the same examples")),
        }
    }

    /// What is given as figures; none where labels stand in a file.
    fn figures(&self) -> Result<Option<Human>, KeyError> {
        let Self { table, raters, .. } = *self;
        let wrong = |key: String, rate: f64| {
            KeyError::value(key, format!("is {rate}; expected a fraction from 0 to 1"))
                .maybe_hint(fraction::did_you_mean(rate))
        };
        match (self.error, raters.is_empty(), self.labels) {
            (Some(error), true, None) => Human::figure(error)
                .map(Some)
                .map_err(|_| wrong(format!("{table}.error"), error)),
            (None, false, None) => {
                for (rater, &rate) in raters {
                    if !(0.0..=1.0).contains(&rate) {
                        return Err(wrong(format!("{table}.raters.{rater}"), rate));
                    }
                }
                let human = Human::raters(raters.clone());
                human
                    .map(Some)
                    .map_err(|error| KeyError::new(format!("{table}.raters"), error.to_string()))
            }
            (None, true, Some(_)) => Ok(None),
            (_, _, Some(_)) => Err(KeyError::new(
                format!("{table}.labels"),
                "human level is one figure (`error`), several raters (`raters`) or a file of their labels \
                 (`labels`), not two of them",
            )),
            (Some(_), false, None) => Err(KeyError::new(
                format!("{table}.raters"),
                "human level is one figure (`error`) or several raters (`raters`), not both",
            )),
            (None, true, None) => Err(KeyError::new(
                table,
                "human level needs one figure (`error = 0.02`), raters (`raters = { typical = 0.05 }`) or a file of \
                 their labels (`labels = \"raters.csv\"`)",
            )),
        }
    }
}
