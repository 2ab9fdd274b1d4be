use plumb_data::split::Size;
use serde::{Deserialize, Serialize};

use super::Case;
use crate::{config::Config, train::End};

/// What an action costs, beside the work of doing it; what is not known is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// Parameters of the network.
    pub(crate) parameters: Option<Change<usize>>,
    /// Seconds of training, evaluations included: an estimate.
    pub(crate) train_secs: Option<Change<f64>>,
    /// Further examples to collect, to draw, or to move into a set.
    pub(crate) examples: Option<i64>,
}

/// A figure of the run, and with the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change<T> {
    pub(crate) now: T,
    pub(crate) then: T,
}

impl Cost {
    /// That of a changed config, from the config itself.
    ///
    /// Training time is taken to grow with the multiplications of an example, with the examples of an epoch and
    /// with the epochs, from the run's own median epoch and evaluation. Steps have a fixed part too, so a small
    /// network's time grows by less.
    pub(super) fn of(case: Case<'_>, changed: &Config) -> Self {
        let (config, data) = (case.config, case.data);
        let task = data.task();
        let [now, then] = [config, changed].map(|config| config.model.cost(&task));
        let work = then.multiply_adds as f64 / now.multiply_adds.max(1) as f64;
        let more_examples = train_examples(case, changed) / data.sets.train.examples as f64;
        let train_secs = case.curve.pace.map(|pace| {
            let secs = |epochs: f64, work: f64, more_examples: f64| {
                let evaluations = epochs / epochs_per_evaluation(case);
                work * (epochs * more_examples * pace.epoch_secs
                    + evaluations * pace.evaluation_secs)
            };
            let then = secs(epochs(case, changed), work, more_examples);
            let limit = changed.train.max_time;
            Change {
                now: secs(epochs(case, config), 1.0, 1.0),
                then: limit.map_or(then, |limit| then.min(limit.as_secs_f64())),
            }
        });
        let examples = further_examples(case, changed);
        Self {
            parameters: Some(Change {
                now: now.parameters,
                then: then.parameters,
            }),
            train_secs,
            examples: (examples != 0).then_some(examples),
        }
    }

    /// That of work that no key does.
    pub(super) fn of_work(examples: Option<i64>) -> Self {
        Self {
            examples,
            ..Self::default()
        }
    }
}

/// Epochs that a config would train, if training ended for the reason that it did.
fn epochs(case: Case<'_>, changed: &Config) -> f64 {
    let (now, then) = (&case.config.train, &changed.train);
    let done = f64::from(case.curve.epochs().unwrap_or(now.epochs));
    let at_most = f64::from(then.epochs);
    match case.end {
        End::Epochs | End::Interrupted => done * at_most / f64::from(now.epochs),
        End::Patience => {
            let [now, then] = [now, then].map(|train| f64::from(train.patience.unwrap_or(0)));
            (done + (then - now) * epochs_per_evaluation(case)).min(at_most)
        }
        End::Time => {
            let [now, then] = [now, then].map(|train| train.max_time.unwrap_or_default());
            if now.is_zero() {
                done
            } else {
                (done * then.as_secs_f64() / now.as_secs_f64()).min(at_most)
            }
        }
    }
}

fn epochs_per_evaluation(case: Case<'_>) -> f64 {
    match (case.curve.epochs(), case.curve.evaluations.len()) {
        (Some(epochs), n @ 1..) => f64::from(epochs) / n as f64,
        _ => 1.0,
    }
}

/// How many training examples the changed config would have: the mix grows by what is drawn and mixed in, and
/// train-dev and `data.split.train` take from it what they say.
fn train_examples(case: Case<'_>, changed: &Config) -> f64 {
    let sets = &case.data.sets;
    let split = &changed.data.split;
    let more = drawn(case.config, changed).general as f64 * made_per_drawn(case)
        + mixed_in(case, changed) as f64;
    let more_train_dev = match split.train_dev {
        Size::Count(_) => 0.0,
        Size::Share(share) => share * more,
    };
    let available = (sets.train.examples + case.data.unused_train) as f64 + more - more_train_dev;
    match split.train {
        None => available,
        Some(Size::Count(n)) => n as f64,
        Some(Size::Share(share)) => share * available,
    }
}

/// Synthesis makes several examples of one that is drawn.
fn made_per_drawn(case: Case<'_>) -> f64 {
    let source = case.config.data.general.source();
    match source.and_then(|source| source.n_drawn()) {
        Some(n @ 1..) => case.data.general.examples as f64 / n as f64,
        _ => 1.0,
    }
}

/// Further examples to draw.
struct Drawn {
    general: i64,
    target: i64,
}

fn drawn(config: &Config, changed: &Config) -> Drawn {
    let n = |chunk: &crate::config::Chunk| {
        let source = chunk.source();
        source.and_then(|source| source.n_drawn()).unwrap_or(0) as i64
    };
    let (now, then) = (&config.data, &changed.data);
    Drawn {
        general: n(&then.general) - n(&now.general),
        target: n(&then.target) - n(&now.target),
    }
}

/// Further target examples in the training mix.
fn mixed_in(case: Case<'_>, changed: &Config) -> i64 {
    let (now, then) = (&case.config.data.split, &changed.data.split);
    let sets = &case.data.sets;
    moved(
        now.target_in_train,
        then.target_in_train,
        sets.train.from_target + sets.train_dev.from_target,
    )
}

/// All of them, in all sets.
fn further_examples(case: Case<'_>, changed: &Config) -> i64 {
    let (now, then) = (&case.config.data.split, &changed.data.split);
    let sets = &case.data.sets;
    let drawn = drawn(case.config, changed);
    let train = match (now.train, then.train) {
        (Some(now), Some(then)) => moved(now, then, sets.train.examples),
        _ => 0,
    };
    drawn.general
        + drawn.target
        + train
        + mixed_in(case, changed)
        + moved(now.dev, then.dev, sets.dev.examples)
}

/// How many more a set gets that has `n` now.
fn moved(now: Size, then: Size, n: usize) -> i64 {
    match then {
        Size::Count(more) if now != then => more as i64 - n as i64,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
