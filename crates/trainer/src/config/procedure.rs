//! Where an experiment's figures come from, if not from one training per run.

use plumb_diagnostics::SetName;
use serde::Deserialize;

use super::KeyError;

/// One of several, as `[expect.procedure.decompose]`.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Procedure {
    /// The textbook's bias and variance.
    Decompose(DecomposeConfig),
    /// Linear regression by the weights of least norm.
    LeastNorm(LeastNormConfig),
}

/// Linear regression by the weights of least norm on drawn data, beside its closed form; it needs no sweep.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeastNormConfig {
    /// Features of an input, independent and standard normal.
    #[schemars(range(min = 1))]
    pub(crate) features: usize,
    /// Training examples: an axis of that name.
    #[schemars(length(min = 1), inner(range(min = 1)))]
    pub(crate) examples: Vec<usize>,
    /// Standard deviation of the targets' noise.
    #[schemars(range(min = 0))]
    pub(crate) sigma: f64,
    /// Length of the true weights.
    #[schemars(range(min = 0))]
    pub(crate) beta_norm: f64,
    /// Training sets per number of examples and seed.
    #[schemars(range(min = 2))]
    pub(crate) repeats: usize,
    /// Repetitions with other draws.
    #[schemars(range(min = 1))]
    pub(crate) seeds: u32,
}

/// Many trainings per run: the textbook's bias and variance.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DecomposeConfig {
    /// Networks per run.
    #[schemars(range(min = 2))]
    pub(crate) trainings: u32,
    /// The set that the trained networks are asked about: train-dev or dev.
    #[schemars(schema_with = "asked_set")]
    pub(crate) set: SetName,
}

/// The schema of the sets that can be asked about.
fn asked_set(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "enum": ["train-dev", "dev"] })
}

impl Default for DecomposeConfig {
    fn default() -> Self {
        Self {
            trainings: 50,
            set: SetName::TrainDev,
        }
    }
}

impl Procedure {
    pub(crate) fn check(&self) -> Result<(), KeyError> {
        match self {
            Self::LeastNorm(asked) => asked.check(),
            Self::Decompose(decompose) => {
                let key = "expect.procedure.decompose";
                if decompose.trainings < 2 {
                    let predicate = format!("is {}; expected 2 or more", decompose.trainings);
                    return Err(KeyError::value(format!("{key}.trainings"), predicate));
                }
                match decompose.set {
                    SetName::TrainDev | SetName::Dev => Ok(()),
                    SetName::Train | SetName::Test => {
                        let predicate = "is no set to ask; expected \"train-dev\" or \"dev\"";
                        Err(KeyError::value(format!("{key}.set"), predicate))
                    }
                }
            }
        }
    }
}

impl LeastNormConfig {
    fn check(&self) -> Result<(), KeyError> {
        let wrong = |key: &str, predicate: String| {
            Err(KeyError::value(
                format!("expect.procedure.least_norm.{key}"),
                predicate,
            ))
        };
        for (key, found, least) in [
            ("features", self.features, 1),
            ("repeats", self.repeats, 2),
            ("seeds", self.seeds as usize, 1),
        ] {
            if found < least {
                return wrong(key, format!("is {found}; expected {least} or more"));
            }
        }
        for (key, found) in [("sigma", self.sigma), ("beta_norm", self.beta_norm)] {
            if !(found.is_finite() && found >= 0.0) {
                return wrong(
                    key,
                    format!("is {found}; expected a finite number, 0 or more"),
                );
            }
        }
        let rises = self.examples.windows(2).all(|pair| pair[0] < pair[1]);
        match self.examples.first() {
            Some(&first) if first > 0 && rises => Ok(()),
            _ => wrong(
                "examples",
                "is no list of numbers that rises from 1 or more".into(),
            ),
        }
    }
}
