//! Where an experiment's figures come from, if not from one training per run.

use plumb_diagnostics::SetName;
use serde::Deserialize;

use super::KeyError;

/// One of several, as `[expect.procedure.decompose]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Procedure {
    Decompose(DecomposeConfig),
}

/// Many trainings per run: the textbook's bias and variance.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DecomposeConfig {
    pub(crate) trainings: u32,
    /// The set that the trained networks are asked about: train-dev or dev.
    pub(crate) set: SetName,
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
