//! From the counts of a run to its diagnosis.

use plumb_diagnostics::{
    Confidence, Diagnosis, ErrorCount, Figures, Human, Options, SetName, diagnose,
};

use crate::{Error, config::Config, prepare::Prepared};

/// The config's figure; else the Bayes error, where the data was made so that it is known.
pub(crate) fn human(config: &Config, prepared: &Prepared) -> Result<Option<Human>, Error> {
    match &config.human {
        Some(human) => human
            .level()
            .map(Some)
            .map_err(|error| Error::bad_input(error.to_string())),
        None => prepared.bayes.human(),
    }
}

/// The diagnosis of the sets that were measured.
pub(crate) fn judge(
    config: &Config,
    human: Option<&Human>,
    measured: impl Fn(SetName) -> Option<ErrorCount>,
) -> Result<Diagnosis, Error> {
    let figures = Figures {
        human: human.cloned(),
        train: measured(SetName::Train),
        train_dev: measured(SetName::TrainDev),
        dev: measured(SetName::Dev),
        test: measured(SetName::Test),
    };
    let confidence = Confidence::new(config.diagnosis.confidence)
        .map_err(|error| Error::bad_input(error.to_string()))?;
    let options = Options {
        confidence,
        matters_share: config.diagnosis.matters_share,
        goal_error: config.diagnosis.goal_error,
    };
    diagnose(&figures, &options).map_err(|error| Error::failed(error.to_string()))
}
