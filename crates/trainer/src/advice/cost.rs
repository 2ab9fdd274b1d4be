use plumb_data::split::Size;
use plumb_model::Network;
use serde::{Deserialize, Serialize};

use super::Case;
use crate::{config::Config, train::End};

/// What an action costs, beside the work of doing it; what is not known is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// Parameters of the network.
    pub(crate) parameters: Option<Change<usize>>,
    /// Multiplications of one example's forward pass.
    pub(crate) multiply_adds: Option<Change<usize>>,
    /// Seconds of training, evaluations included: an estimate. None where the run's times are not known, or say
    /// little about another kind of network.
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

/// What a step takes however small the network is: 0.14 ms with 160 parameters, on 2 busy cores. On GPUs it is
/// more, and a bigger model takes less time than estimated.
const STEP_SECS: f64 = 1e-4;

impl Cost {
    /// That of a changed config, from the config itself.
    pub(super) fn of(case: Case<'_>, changed: &Config) -> Self {
        let task = case.data.task();
        let [now, then] = [case.config, changed].map(|config| config.model.cost(&task));
        let examples = further_examples(case, changed);
        Self {
            parameters: Some(Change {
                now: now.parameters,
                then: then.parameters,
            }),
            multiply_adds: Some(Change {
                now: now.multiply_adds,
                then: then.multiply_adds,
            }),
            train_secs: train_secs(case, changed),
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

/// Estimates training time from the run's own median epoch and evaluation.
///
/// It grows with the epochs, the examples of an epoch and the work of an example, of which each step has a fixed
/// part beside.
fn train_secs(case: Case<'_>, changed: &Config) -> Option<Change<f64>> {
    let (config, data) = (case.config, case.data);
    let pace = case.curve.pace?;
    let work = more_work(case, changed)?;
    let n_train = data.sets.train.examples as f64;
    let n_steps = (n_train / config.train.batch_size as f64).ceil();
    let fixed = (n_steps * STEP_SECS).min(pace.epoch_secs);
    let secs = |epochs: f64, work: f64, more_examples: f64| {
        let epoch = more_examples * (fixed + work * (pace.epoch_secs - fixed));
        let evaluations = epochs / epochs_per_evaluation(case);
        epochs * epoch + evaluations * work * pace.evaluation_secs
    };
    let more_examples = train_examples(case, changed) / n_train;
    let then = secs(epochs(case, changed), work, more_examples);
    let limit = changed.train.max_time;
    Some(Change {
        now: secs(epochs(case, config), 1.0, 1.0),
        then: limit.map_or(then, |limit| then.min(limit.as_secs_f64())),
    })
}

/// How many times as much work an example is; none from fully connected layers to convolutions, whose
/// multiplications take far longer, and for a forest.
///
/// Fully connected layers take time by their multiplications, small convolutions by the values they put out.
/// Measured on 2 busy cores, an epoch of the quickstart: hidden layers of 256 in place of 128 take 3.3 to 4 times as
/// long (3.3 times the multiplications), of 512 in place of 256 2.3 to 2.6 times (3.6); `resnet8` in place of
/// `small_cnn` 3.7 to 5.5 times (4.5 times the values, 9.7 times the multiplications), `small_cnn` of twice the
/// width 1.3 to 1.7 times (2.0 and 3.9).
fn more_work(case: Case<'_>, changed: &Config) -> Option<f64> {
    let task = case.data.task();
    let configs = [case.config, changed];
    let [now, then] = configs.map(|config| config.model.cost(&task));
    let ratio = |now: usize, then: usize| then as f64 / now.max(1) as f64;
    let has_convolutions = |config: &Config| {
        let network = config.model.network()?;
        Some(!matches!(network, Network::Linear(_) | Network::Mlp(_)))
    };
    match configs.map(has_convolutions) {
        // Dropout puts out values too, and is cheap.
        [Some(true), Some(true)] if now.multiply_adds == then.multiply_adds => Some(1.0),
        [Some(true), Some(true)] => Some(ratio(now.activations, then.activations)),
        [Some(false), Some(false)] => Some(ratio(now.multiply_adds, then.multiply_adds)),
        _ => None,
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
    match case.config.data.general.n_drawn() {
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
    let n = |chunk: &crate::config::Chunk| signed(chunk.n_drawn().unwrap_or(0));
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
        Size::Count(more) if now != then => signed(more) - signed(n),
        _ => 0,
    }
}

fn signed(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
