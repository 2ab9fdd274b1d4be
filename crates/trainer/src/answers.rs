//! Right and wrong answers of finished runs on the four sets, of one run or of several seeds.

use plumb_diagnostics::{ErrorCount, Human, SeedFigures, SeedsError, SetName};

use crate::{Error, finished::Finished, pooled::pooled, sets::PerSet};

/// A run's answers on one set.
pub(crate) struct Answers {
    pub(crate) count: ErrorCount,
    /// Whether each example's answer is wrong; empty for train, on which nothing is compared by example.
    pub(crate) errors: Vec<bool>,
    /// Of the set's shape, values and labels.
    pub(crate) sha256: String,
}

impl Answers {
    /// Of a finished run.
    ///
    /// # Errors
    /// Bad input if a set has no examples.
    pub(crate) fn of(finished: &Finished) -> Result<PerSet<Self>, Error> {
        PerSet::of(|set| set).try_map(|_, &set| {
            let scored = finished.sets.get(set);
            let count = scored.count().ok_or_else(|| {
                let run = finished.run.path().display();
                Error::bad_input(format!("{run}: {set} has no examples"))
            })?;
            let errors = match set {
                SetName::Train => Vec::new(),
                _ => scored.errors(),
            };
            Ok(Self {
                count,
                errors,
                sha256: finished.data.sets.get(set).sha256.clone(),
            })
        })
    }
}

/// The held-out sets that are the same examples in every run.
pub(crate) fn shared_sets(runs: &[&PerSet<Answers>]) -> Vec<SetName> {
    let is_shared = |set: &SetName| {
        let mut hashes = runs.iter().map(|run| &run.get(*set).sha256);
        let first = hashes.next();
        hashes.all(|hash| Some(hash) == first)
    };
    let held_out = SetName::ALL.into_iter().filter(|set| *set != SetName::Train);
    held_out.filter(is_shared).collect()
}

/// What several seeds measured; the human levels are those on the target and on the general data.
///
/// # Errors
/// [`SeedsError`] if sets that are shared differ in length.
pub(crate) fn seed_figures(
    runs: &[&PerSet<Answers>],
    (human, human_general): (Option<Human>, Option<Human>),
) -> Result<SeedFigures, SeedsError> {
    let counts =
        |set: SetName| -> Vec<ErrorCount> { runs.iter().map(|run| run.get(set).count).collect() };
    let errors = |set: SetName| {
        let answers = runs.iter().map(|run| run.get(set));
        let seeds: Vec<_> = answers.map(|a| (&a.sha256[..], &a.errors[..])).collect();
        pooled(&seeds)
    };
    Ok(SeedFigures {
        human,
        human_general,
        train: Some(counts(SetName::Train)),
        train_dev: Some(errors(SetName::TrainDev)?),
        dev: Some(errors(SetName::Dev)?),
        test: Some(errors(SetName::Test)?),
    })
}
