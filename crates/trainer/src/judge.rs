//! From the counts of a run to its diagnosis.

use plumb_diagnostics::{
    Confidence, Diagnosis, ErrorCount, Figures, Human, Options, RaterStudy, SetName, diagnose,
};

use serde::{Deserialize, Serialize};

use crate::{
    Error,
    bayes::KnownBayes,
    config::{Config, Document},
};

/// Human level, on both kinds of data.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct HumanLevel {
    /// On the target data, or on both alike.
    pub(crate) target: Option<Human>,
    /// On the general data, where it is another.
    pub(crate) general: Option<Human>,
    /// Where the first comes from raters' labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) target_study: Option<RaterStudy>,
    /// Where the second does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) general_study: Option<RaterStudy>,
}

impl HumanLevel {
    /// The config's figures; else the Bayes errors, where the data was made so that they are known.
    ///
    /// # Errors
    /// Bad input that points at the key, if a figure is no error rate or a file of labels can't be used.
    pub(crate) fn of(
        config: &Config,
        document: &Document,
        bayes: &KnownBayes,
    ) -> Result<Self, Error> {
        match &config.human {
            Some(human) => human
                .level(config.diagnosis.options()?.confidence)
                .map_err(|error| document.error(&error)),
            None => bayes.human(),
        }
    }
}

/// The diagnosis of the sets that were measured.
pub(crate) fn judge(
    config: &Config,
    human: &HumanLevel,
    measured: impl Fn(SetName) -> Option<ErrorCount>,
) -> Result<Diagnosis, Error> {
    let figures = Figures {
        human: human.target.clone(),
        human_general: human.general.clone(),
        ..Figures::of_sets(|set| measured(set).map(Into::into))
    };
    let options = config.diagnosis.options()?;
    diagnose(&figures, &options).map_err(|error| Error::failed(error.to_string()))
}

impl crate::config::Diagnosis {
    /// How to judge.
    ///
    /// # Errors
    /// Bad input for a confidence that is none.
    pub(crate) fn options(&self) -> Result<Options, Error> {
        let confidence = Confidence::new(self.confidence)
            .map_err(|error| Error::bad_input(error.to_string()))?;
        Ok(Options {
            confidence,
            matters_share: self.matters_share,
            goal_error: self.goal_error,
        })
    }
}
