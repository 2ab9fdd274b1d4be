//! Many trainings of one config, each on a training set of its own, asked about the same examples.

use plumb_data::{Normalizer, seed};
use plumb_diagnostics::{Decomposition, SetName, decompose};
use rand::RngExt;
use serde::Serialize;

use crate::{
    Error,
    config::{Config, Document},
    device::OpenDevice,
    feed::feeds,
    initial::initial,
    prepare::{Prepared, prepare},
    session::train_on,
    train::{Observer, Position, State},
    workers::side_by_side,
};

/// The sets that the trained networks are asked about: unseen ones, and not test.
const ASKED: [SetName; 2] = [SetName::TrainDev, SetName::Dev];

/// Where a training's own training set comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Resampling {
    /// The general chunk is drawn anew, so it is a fresh sample of the distribution.
    FreshDraw,
    /// Examples of the run's training set, drawn with replacement.
    Bootstrap,
}

/// What came of one set.
#[derive(Debug, Serialize)]
pub(crate) struct OfSet {
    pub(crate) set: SetName,
    #[serde(flatten)]
    pub(crate) parts: Decomposition,
}

/// What came of all trainings.
#[derive(Debug, Serialize)]
pub(crate) struct Decomposed {
    pub(crate) resampling: Resampling,
    /// Examples of each training set.
    pub(crate) train_examples: usize,
    pub(crate) sets: Vec<OfSet>,
}

/// Trains and decomposes; `on_progress` is told how many trainings are done, from several threads.
///
/// # Errors
/// Bad input for a config or data that can't be used, and that of the first training that fails.
pub(crate) fn run(
    config: &Config,
    document: &Document,
    n_trainings: u32,
    opened: &OpenDevice,
    on_progress: &(dyn Fn(usize) + Sync),
) -> Result<Decomposed, Error> {
    let base = prepare(config, document, &|_, _| {})?;
    let is_drawn = config.data.general.n_drawn().is_some();
    // Target examples in train would be drawn anew with it, perhaps from this dev set.
    let resampling = if is_drawn && base.summary.sets.train.from_target == 0 {
        Resampling::FreshDraw
    } else {
        Resampling::Bootstrap
    };
    let numbers: Vec<u32> = (0..n_trainings).collect();
    let answers = side_by_side(&numbers, on_progress, |&number| {
        train_once(config, document, &base, resampling, number, opened)
            .map_err(|error| Error::failed(format!("training {number}: {}", error.message())))
    })?;
    let confidence = config.diagnosis.options()?.confidence;
    let mut sets = Vec::new();
    for (at, set) in ASKED.into_iter().enumerate() {
        let predictions: Vec<Vec<u32>> = answers.iter().map(|sets| sets[at].clone()).collect();
        let labels = &base.sets.get(set).labels;
        let bootstrap_seed = seed::derive(config.seed, "decompose");
        let parts = decompose(&predictions, labels, confidence, bootstrap_seed)
            .map_err(|error| Error::failed(error.to_string()))?;
        sets.push(OfSet { set, parts });
    }
    Ok(Decomposed {
        resampling,
        train_examples: base.sets.train.len(),
        sets,
    })
}

/// Trains on a training set of its own, as `plumb train` does, and returns what the chosen weights say of
/// the examples of each set asked about.
fn train_once(
    config: &Config,
    document: &Document,
    base: &Prepared,
    resampling: Resampling,
    number: u32,
    opened: &OpenDevice,
) -> Result<[Vec<u32>; 2], Error> {
    // Its own weights and order too: a training is all that a seed decides.
    let own = Config {
        seed: seed::derive(config.seed, &format!("training {number}")),
        ..config.clone()
    };
    let prepared = match resampling {
        Resampling::FreshDraw => {
            let mut fresh = prepare(&own, document, &|_, _| {})?;
            fresh.sets.train_dev.clone_from(&base.sets.train_dev);
            fresh.sets.dev.clone_from(&base.sets.dev);
            fresh
        }
        Resampling::Bootstrap => bootstrap(config, base, own.seed)?,
    };
    let sets = feeds(&own, &prepared, opened);
    let initial = initial(&own, document, &prepared, &opened.device)?;
    let state = State {
        model: initial.model,
        optimizer: own.optimizer.init(),
        position: Position::default(),
        best: None,
    };
    let (state, _) = train_on(&own, &prepared, opened, &sets, state, &mut Unwatched)?;
    let best = state.into_best()?;
    let answers = |set: SetName| -> Result<Vec<u32>, Error> {
        let measured = best.measure_one(&sets, set)?;
        Ok(measured.predictions.iter().map(|one| one.class).collect())
    };
    Ok([answers(ASKED[0])?, answers(ASKED[1])?])
}

/// The run's data with a training set drawn from its own, with replacement, and its normalization.
fn bootstrap(config: &Config, base: &Prepared, own_seed: u64) -> Result<Prepared, Error> {
    let n = base.sets.train.len();
    let mut stream = seed::stream(own_seed, "bootstrap");
    let chosen: Vec<usize> = (0..n).map(|_| stream.random_range(0..n)).collect();
    let train = base.sets.train.select(&chosen);
    let normalizer = Normalizer::fit(config.data.normalization, &train)
        .map_err(|error| Error::failed(error.to_string()))?;
    let weights = base.train_weights.as_ref();
    let mut prepared = base.clone();
    prepared.train_weights = weights.map(|all| chosen.iter().map(|&at| all[at]).collect());
    prepared.normalizer = normalizer;
    prepared.sets.train = train;
    Ok(prepared)
}

/// Follows a training that nobody watches.
struct Unwatched;

impl Observer for Unwatched {}
