use burn::module::Module;
use plumb_diagnostics::Diagnosis;
use plumb_model::Model;

use super::scenario::Scenario;
use crate::{
    Error,
    config::{self, Config},
    device::OpenDevice,
    feed::feeds,
    initial::initial,
    judge::judge,
    prepare::{Prepared, prepare},
    session::train_on,
    train::{Evaluated, Observer, Position, Snapshot, State},
};

/// A run of the real pipeline, from the text of its config to its diagnosis; nothing is written.
pub(super) struct Run {
    pub(super) config: Config,
    pub(super) prepared: Prepared,
    /// The weights of every evaluation, of which the dev set chose one.
    pub(super) candidates: Vec<Model>,
    /// The one that it chose.
    pub(super) chosen: usize,
    pub(super) diagnosis: Diagnosis,
}

/// Trains a scenario and diagnoses what its dev set chose, as `plumb train` does.
///
/// # Errors
/// All that can go wrong in a training.
pub(super) fn train(scenario: &Scenario, opened: &OpenDevice) -> Result<Run, Error> {
    let (config, document) = config::parse("exam.toml", scenario.recipe.to_toml(scenario.seed))?;
    let prepared = prepare(&config, &document, &|_, _| {})?;
    let initial = initial(&config, &document, &prepared, &opened.device)?;
    let state = State {
        model: initial.model,
        optimizer: config.optimizer.init(),
        position: Position::default(),
        best: None,
    };
    let mut candidates = Candidates::default();
    let sets = feeds(&config, &prepared, opened);
    let (state, _) = train_on(&config, &prepared, opened, &sets, state, &mut candidates)?;
    let measured = state.into_best()?.measure(&sets)?;
    let diagnosis = judge(&config, &prepared.human, |set| {
        Some(measured.get(set).count)
    })?;
    drop(sets);
    Ok(Run {
        config,
        prepared,
        candidates: candidates.models,
        chosen: candidates.best,
        diagnosis,
    })
}

/// Keeps the weights of every evaluation in memory.
#[derive(Default)]
struct Candidates {
    models: Vec<Model>,
    /// The one with the lowest dev error so far.
    best: usize,
}

impl Observer for Candidates {
    fn evaluated(
        &mut self,
        evaluated: &Evaluated<'_>,
        snapshot: &Snapshot<'_>,
        _: bool,
    ) -> Result<(), Error> {
        if evaluated.is_best {
            self.best = self.models.len();
        }
        self.models.push(snapshot.model.valid());
        Ok(())
    }
}
