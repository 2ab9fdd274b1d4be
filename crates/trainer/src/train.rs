//! The training loop, from top to bottom.

use std::time::{Duration, Instant};

use burn::{
    module::Module,
    optim::{GradientsParams, ModuleOptimizer},
    tensor::{Device, Tensor},
};
use plumb_data::seed;
use plumb_diagnostics::{ErrorCount, SetName};
use plumb_model::Model;
use rand::{Rng, seq::SliceRandom};
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    clip::clip,
    config::Config,
    diverged::NotFinite,
    evaluate::{Evaluation, evaluate},
    feed::Feed,
    interrupt,
    loss::{Loss, Target},
    losses::{LossError, Losses},
    mixup::mixup,
    schedule::Length,
    sets::PerSet,
    watch::{Facts, Seen, Watch},
};

/// What a training is made of, beside its state.
pub(crate) struct Ingredients<'a> {
    pub(crate) config: &'a Config,
    pub(crate) sets: &'a PerSet<Feed<'a>>,
    /// Of the loss; none where all classes weigh the same.
    pub(crate) class_weights: Option<&'a [f32]>,
    /// For the warnings of a wasted run.
    pub(crate) facts: &'a Facts<'a>,
    /// What the train error is measured on during training: all of train, or a fixed part.
    pub(crate) train_sample: &'a Feed<'a>,
    /// Epochs from one evaluation to the next.
    pub(crate) evaluate_every: u32,
    /// Examples that a batch must have, so that a batch normalization has a variance.
    pub(crate) min_batch: usize,
    /// With automatic differentiation.
    pub(crate) device: &'a Device,
}

/// Everything that decides how a training goes on.
pub(crate) struct State {
    /// With automatic differentiation.
    pub(crate) model: Model,
    pub(crate) optimizer: ModuleOptimizer,
    pub(crate) position: Position,
    /// The weights of the evaluation with the lowest dev error, in evaluation mode.
    pub(crate) best: Option<Model>,
}

/// Where a training stands. With the config and the weights it decides all that follows: every random
/// stream depends on the run's seed and on one of these numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// Epochs done.
    pub(crate) epoch: u32,
    /// Steps done, those of the epoch in progress included.
    pub(crate) step: u64,
    /// Sum of the losses of the epoch in progress.
    pub(crate) loss_sum: f64,
    /// The evaluation with the lowest dev error.
    pub(crate) best: Option<BestPosition>,
    /// Evaluations since that one.
    pub(crate) evaluations_since_best: u32,
    /// Time in training steps and evaluations so far.
    pub(crate) elapsed_secs: f64,
    /// Of it, training steps of the epoch in progress.
    pub(crate) epoch_secs: f64,
    /// What has been warned of, and what warnings need to know.
    #[serde(default)]
    pub(crate) watch: Watch,
}

/// An evaluation whose dev error is the lowest so far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BestPosition {
    /// Counted from 1.
    pub(crate) epoch: u32,
    pub(crate) step: u64,
    pub(crate) dev: ErrorCount,
}

/// A state to be written down.
pub(crate) struct Snapshot<'a> {
    pub(crate) model: &'a Model,
    pub(crate) optimizer: &'a ModuleOptimizer,
    pub(crate) position: &'a Position,
}

/// An evaluation of the four sets, usually at the end of an epoch.
pub(crate) struct Evaluated<'a> {
    /// Of the epoch that it ends, counted from 1.
    pub(crate) epoch: u32,
    /// Learning rate of the last step.
    pub(crate) learning_rate: f64,
    /// Mean over the epoch of the loss that was minimized, on moving weights, in nats.
    pub(crate) running_loss: f64,
    pub(crate) measured: &'a PerSet<Evaluation>,
    /// Whether its dev error is the lowest so far.
    pub(crate) is_best: bool,
    /// Of what wastes the run, each given once in a run.
    pub(crate) warnings: &'a [String],
    /// Of the epoch's steps.
    pub(crate) train_time: Duration,
    pub(crate) evaluate_time: Duration,
}

/// Follows a training: shows it, writes it down.
pub(crate) trait Observer {
    /// After every step, with the number of examples it trained on and its loss, still on the
    /// device: reading it costs a synchronization.
    fn step(&mut self, n_examples: usize, loss: &Tensor<1>);

    /// Whether the state should be saved after this step, within an epoch.
    fn is_save_due(&self, position: &Position) -> bool;

    /// Saves a state that training is in between evaluations.
    fn save(&mut self, snapshot: &Snapshot<'_>) -> Result<(), Error>;

    /// Says what has left the numbers, what is saved, and what usually helps.
    fn diverged(&self, at: &NotFinite) -> Error;

    /// After every evaluation; `is_end` if training ends here.
    fn evaluated(
        &mut self,
        evaluated: &Evaluated<'_>,
        snapshot: &Snapshot<'_>,
        is_end: bool,
    ) -> Result<(), Error>;
}

/// Why a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// All epochs are done.
    Epochs,
    /// `train.patience` evaluations in a row had no lower dev error.
    Patience,
    /// `train.max_time` is used up.
    Time,
    /// Somebody asked for it; the state is saved.
    Interrupted,
}

/// Trains from a state on, until one of the reasons of [`End`] holds.
///
/// # Errors
/// [`Error::Failed`] at the first loss or gradient that is not finite, naming the step, and whatever
/// the observer fails with.
pub(crate) fn train(
    ingredients: &Ingredients<'_>,
    mut state: State,
    observer: &mut impl Observer,
) -> Result<(State, End), Error> {
    let Ingredients { config, sets, .. } = *ingredients;
    let train_set = sets.get(SetName::Train);
    let batches = Batches {
        n_examples: train_set.len(),
        size: config.train.batch_size,
        smallest: ingredients.min_batch,
    };
    let n_steps_per_epoch = batches.count() as u64;
    let length = Length::new(n_steps_per_epoch, config.train.epochs);
    let loss_function = ingredients.loss_function();
    let mut losses = Losses::default();

    let mut end = end(config, &state.position);
    while end.is_none() {
        let epoch = state.position.epoch + 1;
        let first_step = n_steps_per_epoch * u64::from(epoch - 1);
        let last_step = first_step + n_steps_per_epoch;
        let mut learning_rate = config.optimizer.learning_rate();
        let mut clock = Instant::now();
        let order = shuffled(train_set.len(), config.seed, epoch);
        let n_done = (state.position.step - first_step) as usize;
        for chosen in batches.of(&order).skip(n_done) {
            let step_number = state.position.step; // counted from 0
            if config.model.is_random() {
                // The backend's generator can't be saved, so each step starts it anew.
                let stream = &mut seed::stream(config.seed, &format!("dropout {step_number}"));
                ingredients.device.seed(stream.next_u64());
            }
            learning_rate = config.learning_rate(step_number, length);
            let batch = train_set.gather(chosen, epoch)?;
            let (loss, gradient);
            (state.model, loss, gradient) = step(
                state.model,
                &mut state.optimizer,
                &loss_function,
                mixup(batch, config.train.mixup, config.seed, step_number),
                config.train.clip_norm,
                learning_rate,
            );
            observer.step(chosen.len(), &loss);
            let numbers = [loss, gradient];
            losses
                .push(numbers, step_number + 1, learning_rate, &mut state.position)
                .map_err(|error| error.told_by(observer))?;
            state.position.step += 1;
            state.position.spend_on_steps(&mut clock);

            if state.position.step == last_step {
                break; // what follows an epoch is done behind its evaluation
            }
            if is_time_up(config, &state.position) {
                end = Some(End::Time);
                break;
            }
            let is_interrupted = interrupt::requested();
            if is_interrupted || observer.is_save_due(&state.position) {
                losses
                    .read(&mut state.position)
                    .map_err(|error| error.told_by(observer))?;
                observer.save(&state.snapshot())?;
            }
            if is_interrupted {
                return Ok((state, End::Interrupted));
            }
        }
        losses
            .read(&mut state.position)
            .map_err(|error| error.told_by(observer))?;
        state.position.spend_on_steps(&mut clock);

        let position = &mut state.position;
        let running_loss = position.loss_sum / (position.step - first_step) as f64;
        position
            .watch
            .trained(position.step - first_step, running_loss);
        let train_time = Duration::from_secs_f64(position.epoch_secs);
        if position.step == last_step {
            position.epoch = epoch;
            position.loss_sum = 0.0;
            position.epoch_secs = 0.0;
        }
        let is_last = end.is_some() || position.epoch == config.train.epochs;
        let is_evaluated = is_last || epoch.is_multiple_of(ingredients.evaluate_every);
        if is_evaluated {
            let frozen = state.model.valid();
            let measured = ingredients.measure(&frozen)?;
            let is_best = position.note_dev(epoch, measured.get(SetName::Dev).count);
            if is_best {
                state.best = Some(frozen);
            }
            let warnings = position.watch.evaluated(
                ingredients.facts,
                &Seen {
                    learning_rate,
                    dev: &measured.get(SetName::Dev).predictions,
                    dev_labels: sets.get(SetName::Dev).labels(),
                },
            );
            let evaluate_time = position.spend(&mut clock);
            end = end.or_else(|| self::end(config, position));
            let evaluated = Evaluated {
                epoch,
                learning_rate,
                running_loss,
                measured: &measured,
                is_best,
                warnings: &warnings,
                train_time,
                evaluate_time,
            };
            observer.evaluated(&evaluated, &state.snapshot(), end.is_some())?;
        }
        let is_interrupted = end.is_none() && interrupt::requested();
        if is_interrupted || (!is_evaluated && observer.is_save_due(&state.position)) {
            observer.save(&state.snapshot())?;
        }
        if is_interrupted {
            end = Some(End::Interrupted);
        }
    }
    end.map(|end| (state, end))
        .ok_or_else(|| Error::failed("training ended without a reason"))
}

/// One step: forward, loss, backward, new weights. Returns them, the loss, and a number that is finite
/// as long as the gradients are ([`clip`]); both numbers, of shape `[1]`, are still on the device.
pub(crate) fn step(
    model: Model,
    optimizer: &mut ModuleOptimizer,
    loss_function: &Loss,
    (inputs, target): (Tensor<2>, Target),
    clip_norm: Option<f64>,
    learning_rate: f64,
) -> (Model, Tensor<1>, Tensor<1>) {
    let logits = model.forward(inputs); // [batch, n_classes]
    let loss = loss_function.forward(logits, target); // [1]
    let gradients = GradientsParams::from_grads(loss.backward(), &model);
    let (gradients, measure) = clip(gradients, &model, clip_norm);
    let model = optimizer.step(learning_rate, model, gradients);
    (model, loss.without_autodiff(), measure)
}

impl LossError {
    fn told_by(self, observer: &impl Observer) -> Error {
        match self {
            Self::NotFinite(at) => observer.diverged(&at),
            Self::Unreadable(error) => error,
        }
    }
}

impl End {
    /// The setting that lets a run that ended so go on, as in `train.epochs=40`.
    pub(crate) fn key_to_go_on(self, more_epochs: u32) -> String {
        match self {
            Self::Patience => "patience=1000".into(),
            Self::Time => "max_time=1h".into(),
            Self::Epochs | Self::Interrupted => format!("epochs={more_epochs}"),
        }
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Epochs => "all epochs are done",
            Self::Patience => "dev error had not fallen for `train.patience` evaluations",
            Self::Time => "`train.max_time` was used up",
            Self::Interrupted => "interrupted",
        })
    }
}

impl Ingredients<'_> {
    fn loss_function(&self) -> Loss {
        let smoothing = self.config.loss.label_smoothing;
        Loss::new(smoothing, self.class_weights, self.device)
    }

    /// The four error rates, with train measured on its sample.
    fn measure(&self, frozen: &Model) -> Result<PerSet<Evaluation>, Error> {
        self.sets.try_map(|name, set| match name {
            SetName::Train => evaluate(frozen, self.train_sample),
            _ => evaluate(frozen, set),
        })
    }
}

impl State {
    fn snapshot(&self) -> Snapshot<'_> {
        Snapshot {
            model: &self.model,
            optimizer: &self.optimizer,
            position: &self.position,
        }
    }
}

impl Position {
    /// Takes note of a dev error, and returns whether it is lower than the lowest so far. Of equal
    /// ones the earlier stays.
    ///
    /// The choice of weights sees nothing but these two counts on the same dev set.
    fn note_dev(&mut self, epoch: u32, dev: ErrorCount) -> bool {
        if self
            .best
            .is_some_and(|best| best.dev.errors() <= dev.errors())
        {
            self.evaluations_since_best += 1;
            return false;
        }
        let step = self.step;
        self.best = Some(BestPosition { epoch, step, dev });
        self.evaluations_since_best = 0;
        true
    }

    /// Adds the time since the clock was last read, and returns it.
    fn spend(&mut self, clock: &mut Instant) -> Duration {
        let time = clock.elapsed();
        *clock += time;
        self.elapsed_secs += time.as_secs_f64();
        time
    }

    fn spend_on_steps(&mut self, clock: &mut Instant) {
        self.epoch_secs += self.spend(clock).as_secs_f64();
    }
}

/// Whether training ends behind an evaluation, and why.
pub(crate) fn end(config: &Config, position: &Position) -> Option<End> {
    let patience = config.train.patience;
    if position.epoch == config.train.epochs {
        Some(End::Epochs)
    } else if patience.is_some_and(|patience| position.evaluations_since_best >= patience) {
        Some(End::Patience)
    } else if is_time_up(config, position) {
        Some(End::Time)
    } else {
        None
    }
}

fn is_time_up(config: &Config, position: &Position) -> bool {
    let max_time = config.train.max_time;
    max_time.is_some_and(|time| position.elapsed_secs >= time.as_secs_f64())
}

/// How an epoch is cut into steps.
#[derive(Clone, Copy)]
pub(crate) struct Batches {
    pub(crate) n_examples: usize,
    pub(crate) size: usize,
    /// A last batch of fewer is joined to the one before it.
    pub(crate) smallest: usize,
}

impl Batches {
    pub(crate) fn count(self) -> usize {
        let (whole, rest) = (self.n_examples / self.size, self.n_examples % self.size);
        whole + usize::from(rest >= self.smallest.max(1) || (rest > 0 && whole == 0))
    }

    pub(crate) fn of(self, order: &[u32]) -> impl Iterator<Item = &[u32]> {
        let count = self.count();
        (0..count).map(move |at| {
            let start = at * self.size;
            let is_last = at + 1 == count;
            let end = if is_last {
                order.len()
            } else {
                start + self.size
            };
            &order[start..end]
        })
    }
}

/// The order in which an epoch visits the training set, a function of run seed and epoch alone.
pub(crate) fn shuffled(n: usize, run_seed: u64, epoch: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.shuffle(&mut seed::stream(run_seed, &format!("order {epoch}")));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_visits_every_example_once_in_its_own_order() {
        let (first, again, second) = (
            shuffled(100, 7, 1),
            shuffled(100, 7, 1),
            shuffled(100, 7, 2),
        );
        assert_eq!(first, again);
        assert_ne!(first, second);
        let mut sorted = second;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<u32>>());
    }

    /// Sizes by hand.
    #[test]
    fn a_last_batch_that_is_too_small_joins_the_one_before() {
        let check = |[n_examples, size, smallest]: [usize; 3], expected: &[usize]| {
            let batches = Batches {
                n_examples,
                size,
                smallest,
            };
            let order: Vec<u32> = (0..n_examples as u32).collect();
            let sizes: Vec<usize> = batches.of(&order).map(<[u32]>::len).collect();
            assert_eq!(sizes, expected);
            assert_eq!(batches.count(), expected.len());
            assert_eq!(batches.of(&order).collect::<Vec<_>>().concat(), order);
        };
        check([9, 4, 1], &[4, 4, 1]);
        check([9, 4, 2], &[4, 5]);
        check([10, 4, 2], &[4, 4, 2]);
        check([8, 4, 2], &[4, 4]);
        check([3, 4, 1], &[3]);
        check([1, 4, 2], &[1]);
    }

    #[test]
    fn only_fewer_dev_errors_are_better() {
        let mut position = Position::default();
        let mut note = |errors| {
            let is_best = position.note_dev(1, ErrorCount::new(errors, 500).unwrap());
            (is_best, position.evaluations_since_best)
        };
        assert_eq!(note(4), (true, 0));
        assert_eq!(note(4), (false, 1));
        assert_eq!(note(5), (false, 2));
        assert_eq!(note(3), (true, 0));
    }
}
