//! Right and wrong answers on the four sets, of one run or of several seeds, and what they say together.

use plumb_diagnostics::{
    Diagnosis, ErrorCount, Figures, Human, Options, RateError, SeedErrors, SeedFigures, SeedsError,
    SetName, diagnose, diagnose_seeds,
};

use crate::{Error, finished::Finished, sets::PerSet};

/// The resamples of all that is diagnosed and compared are the same each time.
pub(crate) const BOOTSTRAP_SEED: u64 = 0;

/// A run's answers on one set.
#[derive(Clone, Debug)]
pub(crate) struct Answers {
    pub(crate) count: ErrorCount,
    /// Whether each example's answer is wrong; empty for train, on which nothing is compared by example.
    pub(crate) errors: Vec<bool>,
    /// Of the set's shape, values and labels: equal hashes are equal sets.
    pub(crate) sha256: String,
}

impl Answers {
    /// Of flags, one per example, true where it was wrong.
    ///
    /// # Errors
    /// [`RateError::NoExamples`] without any.
    pub(crate) fn new(sha256: String, errors: Vec<bool>) -> Result<Self, RateError> {
        Ok(Self {
            count: ErrorCount::of(&errors)?,
            errors,
            sha256,
        })
    }

    /// Of a finished run.
    ///
    /// # Errors
    /// Bad input if a set has no examples.
    pub(crate) fn of(finished: &Finished) -> Result<PerSet<Self>, Error> {
        PerSet::of(|set| set).try_map(|_, &set| {
            let sha256 = finished.data.sets.get(set).sha256.clone();
            let answers = Self::new(sha256, finished.sets.get(set).errors());
            let mut answers = answers.map_err(|_| {
                let run = finished.run.path().display();
                Error::bad_input(format!("{run}: {set} has no examples"))
            })?;
            if set == SetName::Train {
                answers.errors = Vec::new();
            }
            Ok(answers)
        })
    }
}

/// The held-out sets that are the same examples in every run.
pub(crate) fn shared_sets(runs: &[&PerSet<Answers>]) -> Vec<SetName> {
    let held_out = SetName::ALL
        .into_iter()
        .filter(|set| *set != SetName::Train);
    held_out.filter(|set| is_shared(runs, *set)).collect()
}

fn is_shared(runs: &[&PerSet<Answers>], set: SetName) -> bool {
    let mut hashes = runs.iter().map(|run| &run.get(set).sha256);
    let first = hashes.next();
    hashes.all(|hash| Some(hash) == first)
}

/// What stands in the way of a run, or of the mean over several seeds of one recipe; the human levels are those on
/// the target and on the general data.
///
/// # Errors
/// What can't be diagnosed, in words.
pub(crate) fn diagnosis(
    runs: &[&PerSet<Answers>],
    (human, human_general): (Option<Human>, Option<Human>),
    options: &Options,
) -> Result<Diagnosis, String> {
    if let [only] = runs {
        let figures = Figures {
            human,
            human_general,
            ..Figures::of_sets(|set| Some(only.get(set).count.into()))
        };
        return diagnose(&figures, options).map_err(|error| error.to_string());
    }
    let errors = |set| pooled(runs, set).map_err(|error| error.to_string());
    let figures = SeedFigures {
        human,
        human_general,
        train: Some(counts(runs, SetName::Train)),
        train_dev: Some(errors(SetName::TrainDev)?),
        dev: Some(errors(SetName::Dev)?),
        test: Some(errors(SetName::Test)?),
    };
    diagnose_seeds(&figures, options, BOOTSTRAP_SEED).map_err(|error| error.to_string())
}

/// The errors of several seeds on one set.
fn pooled(runs: &[&PerSet<Answers>], set: SetName) -> Result<SeedErrors, SeedsError> {
    if !is_shared(runs, set) {
        return Ok(SeedErrors::per_seed(&counts(runs, set)));
    }
    let flags: Vec<Vec<bool>> = runs.iter().map(|run| run.get(set).errors.clone()).collect();
    SeedErrors::shared(&flags)
}

fn counts(runs: &[&PerSet<Answers>], set: SetName) -> Vec<ErrorCount> {
    runs.iter().map(|run| run.get(set).count).collect()
}
