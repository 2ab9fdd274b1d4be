//! From the counts of a run to its diagnosis.

use plumb_diagnostics::{
    Confidence, Diagnosis, ErrorCount, Figures, Human, Options, SetName, diagnose,
};

use serde::Serialize;

use crate::{Error, bayes::KnownBayes, config::Config, prepare::Prepared};

/// Human level, on both kinds of data.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct HumanLevel {
    /// On the target data, or on both alike.
    pub(crate) target: Option<Human>,
    /// On the general data, where it is another.
    pub(crate) general: Option<Human>,
}

impl HumanLevel {
    /// The config's figures; else the Bayes errors, where the data was made so that they are known.
    ///
    /// # Errors
    /// Bad input if a figure is no error rate.
    pub(crate) fn of(config: &Config, prepared: &Prepared) -> Result<Self, Error> {
        Self::given_or(config, Some(&prepared.bayes))
    }

    /// The same of Bayes errors that may not be known.
    ///
    /// # Errors
    /// As [`HumanLevel::of`].
    pub(crate) fn given_or(config: &Config, bayes: Option<&KnownBayes>) -> Result<Self, Error> {
        match (&config.human, bayes) {
            (Some(human), _) => human
                .level()
                .map_err(|error| Error::bad_input(error.to_string())),
            (None, Some(bayes)) => bayes.human(),
            (None, None) => Ok(Self::default()),
        }
    }
}

/// The diagnosis of the sets that were measured.
pub(crate) fn judge(
    config: &Config,
    human: &HumanLevel,
    measured: impl Fn(SetName) -> Option<ErrorCount>,
) -> Result<Diagnosis, Error> {
    let measured = |set| measured(set).map(Into::into);
    let figures = Figures {
        human: human.target.clone(),
        human_general: human.general.clone(),
        train: measured(SetName::Train),
        train_dev: measured(SetName::TrainDev),
        dev: measured(SetName::Dev),
        test: measured(SetName::Test),
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
