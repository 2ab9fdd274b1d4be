use plumb_diagnostics::{
    Diagnosis, ErrorCount, Human, MismatchSplit, RateName, TableFigures, ng_table,
};
use serde::Serialize;

use super::{
    judged::Judged,
    pools::{Pools, pools},
    recipe::Recipe,
    redraw::{optimism, redraw, stream},
    scenario::{Id, Scenario},
    train::{Run, train},
    truth::{TrueRates, Truth},
};
use crate::{Error, device::OpenDevice, judge::judge};

/// What came of one scenario.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Examined {
    #[serde(flatten)]
    pub(super) id: Id,
    #[serde(skip)]
    pub(super) recipe: Recipe,
    pub(super) seed: u64,
    /// Evaluations that the dev set chose among.
    pub(super) candidates: usize,
    /// How much lower the chosen weights' dev error is expected to be than their true error.
    pub(super) optimism: f64,
    /// The run itself.
    pub(super) own: Judged,
    /// The same weights with sets drawn anew.
    #[serde(skip)]
    pub(super) repeats: Vec<Judged>,
}

/// Trains a scenario, measures its truth, and holds its diagnosis and those of `n_repeats` redrawn sets
/// against it.
///
/// # Errors
/// All that can go wrong in a training, naming the scenario.
pub(super) fn examine(
    scenario: &Scenario,
    n_repeats: usize,
    opened: &OpenDevice,
) -> Result<Examined, Error> {
    let run = train(scenario, opened)?;
    let pools = pools(scenario, &run, opened)?;
    let sizes = scenario.recipe.sizes;
    let stream = |purpose| stream(scenario.seed, purpose);
    let optimism = optimism(&pools, sizes.dev, &mut stream("optimism"));
    let share = run.config.diagnosis.matters_share;
    let truth = |chosen| Truth::new(rates(&pools, chosen, optimism), sizes, share);
    let judged = |chosen, diagnosis: &Diagnosis| {
        let split = split(&run, diagnosis)?;
        Judged::new(truth(chosen), sizes, diagnosis, &split)
            .ok_or_else(|| Error::failed("the diagnosis lacks a gap"))
    };

    let own = judged(run.chosen, &run.diagnosis)?;
    let train = train_counts(&run, &pools)?;
    let rng = &mut stream("repeats");
    let mut repeats = Vec::with_capacity(n_repeats);
    for _ in 0..n_repeats {
        let drawn = redraw(&pools, &train, sizes, rng)?;
        let diagnosis = judge(&run.config, &run.prepared.human, |set| {
            Some(*drawn.counts.get(set))
        })?;
        repeats.push(judged(drawn.chosen, &diagnosis)?);
    }
    Ok(Examined {
        id: scenario.id,
        recipe: scenario.recipe.clone(),
        seed: scenario.seed,
        candidates: pools.candidates.len(),
        optimism,
        own,
        repeats,
    })
}

/// What Ng's table makes of the mismatch that a diagnosis measured.
fn split(run: &Run, diagnosis: &Diagnosis) -> Result<MismatchSplit, Error> {
    let count = |name: RateName| {
        let rate = diagnosis.rates.iter().find(|rate| rate.name == name)?;
        rate.count
    };
    let human = &run.prepared.human;
    let figures = TableFigures {
        general_human: human.general.as_ref().map(Human::level),
        general_untrained: count(RateName::TrainDev),
        target_human: human.target.as_ref().map(Human::level),
        target_untrained: count(RateName::Dev),
        ..TableFigures::default()
    };
    let table = ng_table(&figures, diagnosis.confidence)
        .map_err(|error| Error::failed(error.to_string()))?;
    table
        .mismatch
        .ok_or_else(|| Error::failed("the mismatch of a scenario can't be split"))
}

/// What is true of a candidate that was chosen on dev.
fn rates(pools: &Pools, chosen: usize, optimism: f64) -> TrueRates {
    let wrong = &pools.candidates[chosen];
    TrueRates {
        human: pools.bayes_general.rate,
        human_standard_error: pools.bayes_general.standard_error,
        target_human: pools.bayes_target.rate,
        train: wrong.train,
        general: wrong.general.rate,
        dev: (wrong.target.rate - optimism).max(0.0),
        target: wrong.target.rate,
    }
}

/// Per candidate its errors on the whole training set.
fn train_counts(run: &Run, pools: &Pools) -> Result<Vec<ErrorCount>, Error> {
    let n = run.prepared.sets.train.len() as u64;
    let count = |train: f64| {
        let errors = (train * n as f64).round() as u64;
        ErrorCount::new(errors, n).map_err(|error| Error::failed(error.to_string()))
    };
    let candidates = pools.candidates.iter();
    candidates.map(|candidate| count(candidate.train)).collect()
}
