//! How much of the training set is measured during training, and how often.

use plumb_data::{Examples, seed};
use plumb_diagnostics::SetName;
use rand::seq::SliceRandom;

use crate::{config::Config, sets::PerSet};

/// The part of train that is measured during training, unless the config says otherwise: a tenth,
/// within these bounds. On 5,000 examples a rate of 10 % has a standard error of 0.42 points, on
/// 20,000 of 0.21.
const BOUNDS: [usize; 2] = [5_000, 20_000];

/// Measuring costs a forward pass, training about three: another one backward for the inputs, and one
/// for the weights.
const PASSES_OF_TRAINING: f64 = 3.0;

/// The largest share of a run's time that evaluation may take.
const MAX_SHARE: f64 = 0.2;

/// However small train is beside the other sets, so many evaluations there are, to choose the best of.
const MIN_EVALUATIONS: u32 = 20;

/// How the four sets are measured during training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Evaluations {
    /// Training examples that the train error is measured on.
    pub(crate) train_examples: usize,
    /// Epochs from one evaluation to the next.
    pub(crate) every_epochs: u32,
}

impl Evaluations {
    pub(crate) fn plan(config: &Config, sets: &PerSet<Examples>) -> Self {
        let n_train = sets.train.len();
        let chosen = &config.evaluation;
        let train_examples = chosen
            .train_examples
            .unwrap_or((n_train / 10).clamp(BOUNDS[0], BOUNDS[1]))
            .min(n_train);
        let n_evaluated = train_examples + sets.train_dev.len() + sets.dev.len() + sets.test.len();
        let every_epochs = chosen.every_epochs.unwrap_or_else(|| {
            often_enough(n_train, n_evaluated).min((config.train.epochs / MIN_EVALUATIONS).max(1))
        });
        Self {
            train_examples,
            every_epochs,
        }
    }

    /// The fixed part of train; none if it is all of it.
    pub(crate) fn train_sample(&self, train: &Examples, run_seed: u64) -> Option<Examples> {
        if self.train_examples == train.len() {
            return None;
        }
        let mut indices: Vec<usize> = (0..train.len()).collect();
        let stream = &mut seed::stream(run_seed, "train sample");
        let (chosen, _) = indices.partial_shuffle(stream, self.train_examples);
        chosen.sort_unstable();
        Some(train.select(chosen).side_by_side())
    }
}

/// The fewest epochs between evaluations of which evaluation takes at most [`MAX_SHARE`] of the time.
///
/// With E examples measured and T trained on per epoch, E / (E + 3·k·T) ≤ 1/5 for k epochs.
fn often_enough(n_train: usize, n_evaluated: usize) -> u32 {
    let per_epoch = PASSES_OF_TRAINING * n_train as f64 * MAX_SHARE / (1.0 - MAX_SHARE);
    (n_evaluated as f64 / per_epoch).ceil().max(1.0) as u32
}

/// Says what is measured during training if it is less than everything at every epoch.
pub(crate) fn note(evaluations: Evaluations, n_train: usize) -> Option<String> {
    use crate::progress::thousands;

    let mut parts = Vec::new();
    if evaluations.train_examples < n_train {
        parts.push(format!(
            "{} on {} of its {} examples",
            SetName::Train,
            thousands(evaluations.train_examples as u64),
            thousands(n_train as u64)
        ));
    }
    if evaluations.every_epochs > 1 {
        parts.push(format!("every {} epochs", evaluations.every_epochs));
    }
    if parts.is_empty() {
        return None;
    }
    Some(format!(
        "measured during training: {}; at the end, all",
        parts.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, with T = 1,000: one epoch of training is 3,000 passes, so up to 750 may be measured
    /// behind each (750 / 3,750 = 1/5), 1,500 behind every second.
    #[test]
    fn evaluation_takes_a_fifth_at_most() {
        for (n_evaluated, expected) in [(10, 1), (750, 1), (751, 2), (1_500, 2), (7_500, 10)] {
            assert_eq!(often_enough(1_000, n_evaluated), expected, "{n_evaluated}");
        }
    }

    #[test]
    fn what_is_left_out_is_said() {
        let note = |train_examples, every_epochs| {
            let evaluations = Evaluations {
                train_examples,
                every_epochs,
            };
            note(evaluations, 60_000)
        };
        assert_eq!(note(60_000, 1), None);
        assert_eq!(
            note(6_000, 2).unwrap(),
            "measured during training: train on 6,000 of its 60,000 examples, every 2 epochs; at \
             the end, all"
        );
    }
}
