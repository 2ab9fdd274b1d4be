//! Warnings, each once per run, of what wastes a run while it goes on.

mod chance;
mod dead;
mod diverging;
mod one_class;

use serde::{Deserialize, Serialize};

use self::chance::class_mass;
use crate::{config::Config, evaluate::Prediction, prepare::Prepared, train::Batches};

/// What of a run's past its warnings need. It is saved with the run, so that one that goes on neither
/// warns twice nor forgets what it saw.
///
/// It sees the training loss and what is said of dev. The test set is no input.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Watch {
    /// Losses that are not enough yet to be judged.
    waiting: Window,
    /// Means of the windows so far.
    past: Option<Past>,
    /// What has been warned of.
    given: Vec<Kind>,
}

/// What a run can be warned of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    DeadLoss,
    Diverging,
    OneClass,
}

/// What does not change within a run.
pub(crate) struct Facts<'a> {
    pub(crate) config: &'a Config,
    /// How much of the training loss each class has ([`class_mass`]).
    pub(crate) class_mass: Vec<f64>,
    pub(crate) steps_per_epoch: u64,
    /// Names of the classes, by index.
    pub(crate) classes: &'a [String],
}

/// An evaluation.
pub(crate) struct Seen<'a> {
    /// Of the last step of training.
    pub(crate) learning_rate: f64,
    pub(crate) dev: &'a [Prediction],
    pub(crate) dev_labels: &'a [u32],
}

/// Losses of some steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Window {
    steps: u64,
    loss_sum: f64,
}

/// What the judged windows were like.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Past {
    /// Steps of all of them.
    steps: u64,
    /// The last one's mean loss.
    last: f64,
    /// The lowest mean loss.
    lowest: f64,
}

/// A window that is complete, with what was before it.
struct Judged {
    mean: f64,
    /// Steps up to its end.
    steps: u64,
    before: Past,
}

/// Steps that a window has at least, beside a whole epoch. At Adam's usual rate of 0.001 a weight
/// moves by up to 0.1 in so many, as much as weights of 100 inputs begin with (1/√100). The mean of so
/// many losses varies by a tenth of what one batch's does.
const MIN_STEPS: u64 = 100;

impl<'a> Facts<'a> {
    pub(crate) fn new(config: &'a Config, prepared: &'a Prepared) -> Self {
        let train = &prepared.sets.train;
        Self {
            config,
            class_mass: class_mass(
                &train.labels,
                prepared.train_weights.as_deref(),
                prepared.class_weights.as_deref(),
                train.classes.len(),
                config.loss.label_smoothing,
            ),
            steps_per_epoch: Batches::new(config, prepared).count() as u64,
            classes: &train.classes,
        }
    }

    /// The training loss of the best answer that is the same for all examples.
    fn chance_loss(&self) -> f64 {
        chance::chance_loss(&self.class_mass)
    }
}

impl Watch {
    /// Takes note of steps of training and their mean loss, the one that is minimized, in nats.
    pub(crate) fn trained(&mut self, steps: u64, running_loss: f64) {
        self.waiting.steps += steps;
        self.waiting.loss_sum += steps as f64 * running_loss;
    }

    /// Takes note of an evaluation and returns the warnings that are due, each in words for people.
    pub(crate) fn evaluated(&mut self, facts: &Facts<'_>, seen: &Seen<'_>) -> Vec<String> {
        let Some(judged) = self.judge(facts) else {
            return Vec::new();
        };
        // A loss that diverges comes to stand where a dead one does, and is no second fault.
        let rules = [
            (Kind::Diverging, diverging::warn(facts, seen, &judged)),
            (Kind::DeadLoss, dead::warn(facts, seen, &judged)),
            (Kind::OneClass, one_class::warn(facts, seen, &judged)),
        ];
        let mut warnings = Vec::new();
        for (kind, warning) in rules {
            let is_known = self.given.contains(&kind)
                || (kind == Kind::DeadLoss && self.given.contains(&Kind::Diverging));
            if let (Some(warning), false) = (warning, is_known) {
                self.given.push(kind);
                warnings.push(warning);
            }
        }
        warnings
    }

    /// Once the losses that wait are enough, returns their mean beside those of the windows before. The
    /// first window has none before it.
    fn judge(&mut self, facts: &Facts<'_>) -> Option<Judged> {
        if self.waiting.steps < facts.steps_per_epoch.max(MIN_STEPS) {
            return None;
        }
        let window = std::mem::take(&mut self.waiting);
        let mean = window.loss_sum / window.steps as f64;
        let before = self.past;
        let steps = window.steps + before.map_or(0, |past| past.steps);
        self.past = Some(Past {
            steps,
            last: mean,
            lowest: before.map_or(mean, |past| past.lowest.min(mean)),
        });
        before.map(|before| Judged {
            mean,
            steps,
            before,
        })
    }
}

#[cfg(test)]
mod tests;
