//! The training loop, from top to bottom.

mod batches;
mod end;
mod position;
mod warm_up;

use std::time::{Duration, Instant};

use burn::{module::Module, optim::GradientsParams, tensor::Tensor};
use plumb_diagnostics::SetName;
use plumb_model::Model;
use rand_chacha::ChaCha8Rng;

use crate::{
    Error,
    config::Config,
    diverged::NotFinite,
    evaluate::{Evaluation, evaluate, evaluate_and_keep},
    feed::Feed,
    interrupt,
    learner::Learner,
    loss::{Loss, Target},
    losses::{LossError, Losses},
    optimizer::Stepper,
    pool::keep_awake,
    schedule::Length,
    sets::PerSet,
    watch::{Facts, Seen},
};

use self::end::is_time_up;
pub(crate) use self::{
    batches::{Batches, shuffled},
    end::{End, end},
    position::{BestPosition, Position},
    warm_up::warm_up,
};

/// What a training is made of, beside its state.
pub(crate) struct Ingredients<'a> {
    pub(crate) config: &'a Config,
    pub(crate) sets: &'a PerSet<Feed<'a>>,
    pub(crate) loss_function: &'a Loss,
    /// For the warnings of a wasted run.
    pub(crate) facts: &'a Facts<'a>,
    /// What the train error is measured on during training: all of train, or a fixed part.
    pub(crate) train_sample: &'a Feed<'a>,
    /// Epochs from one evaluation to the next.
    pub(crate) evaluate_every: u32,
    pub(crate) batches: Batches,
}

/// Everything that decides how a training goes on.
pub(crate) struct State {
    /// With automatic differentiation.
    pub(crate) model: Model,
    pub(crate) optimizer: Stepper,
    pub(crate) position: Position,
    pub(crate) best: Option<Best>,
}

/// The weights of the evaluation with the lowest dev error.
pub(crate) struct Best {
    /// In evaluation mode.
    pub(crate) model: Model,
    /// What was measured then, with train on its sample; none if they come from a checkpoint.
    pub(crate) measured: Option<PerSet<Evaluation>>,
}

/// A state to be written down.
pub(crate) struct Snapshot<'a> {
    pub(crate) model: &'a Model,
    pub(crate) optimizer: &'a Stepper,
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

/// Follows a training: shows it, writes it down. One that does nothing of its own just lets it run.
pub(crate) trait Observer {
    /// After every step, with the number of examples it trained on and its loss, still on the
    /// device: reading it costs a synchronization.
    fn step(&mut self, _n_examples: usize, _loss: &Tensor<1>) {}

    /// Whether the state should be saved after this step, within an epoch.
    fn is_save_due(&self, _position: &Position) -> bool {
        false
    }

    /// Saves a state that training is in between evaluations.
    fn save(&mut self, _snapshot: &Snapshot<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// Says what has left the numbers, what is saved, and what usually helps.
    fn diverged(&self, at: &NotFinite) -> Error {
        Error::failed(format!(
            "the {} of step {} is {}",
            at.quantity, at.step, at.value
        ))
    }

    /// After every evaluation; `is_end` if training ends here.
    fn evaluated(
        &mut self,
        _evaluated: &Evaluated<'_>,
        _snapshot: &Snapshot<'_>,
        _is_end: bool,
    ) -> Result<(), Error> {
        Ok(())
    }
}

/// Trains from a state on, until one of the reasons of [`End`] holds.
///
/// # Errors
/// [`Error::Failed`] at the first loss or gradient that is not finite, naming the step, and whatever
/// the observer fails with.
#[allow(
    clippy::too_many_lines,
    reason = "the loop reads from top to bottom, like a recipe"
)]
pub(crate) fn train(
    ingredients: &Ingredients<'_>,
    state: State,
    observer: &mut impl Observer,
) -> Result<(State, End), Error> {
    let Ingredients {
        config,
        sets,
        loss_function,
        batches,
        ..
    } = *ingredients;
    let State {
        model,
        optimizer,
        mut position,
        mut best,
    } = state;
    let mut learner = Learner::new(config, loss_function, model, optimizer);
    let train_set = sets.get(SetName::Train);
    let n_steps_per_epoch = batches.count() as u64;
    let length = Length::new(n_steps_per_epoch, config.train.epochs);
    let mut losses = Losses::default();

    let mut end = end(config, &position);
    'epochs: while end.is_none() {
        let epoch = position.epoch + 1;
        let first_step = n_steps_per_epoch * u64::from(epoch - 1);
        let last_step = first_step + n_steps_per_epoch;
        let mut learning_rate = config.optimizer.learning_rate();
        let mut clock = Instant::now();
        let order = shuffled(train_set.len(), config.seed, epoch);
        let n_done = (position.step - first_step) as usize;
        let visit = train_set.visit(order, epoch);
        for places in batches.ranges().skip(n_done) {
            let n_examples = places.len();
            let step_number = position.step; // counted from 0
            learning_rate = config.learning_rate(step_number, length);
            let measured;
            (learner, measured) = learner.step(&visit, places, step_number, learning_rate)?;
            observer.step(n_examples, &measured.loss);
            let numbers = [measured.loss, measured.gradient];
            losses
                .push(numbers, step_number + 1, learning_rate, &mut position)
                .map_err(|error| error.told_by(observer))?;
            position.step += 1;
            position.spend_on_steps(&mut clock);

            if position.step == last_step {
                break; // what follows an epoch is done behind its evaluation
            }
            if is_time_up(config, &position) {
                end = Some(End::Time);
                break;
            }
            let is_interrupted = interrupt::requested();
            if is_interrupted || observer.is_save_due(&position) {
                losses
                    .read(&mut position)
                    .map_err(|error| error.told_by(observer))?;
                observer.save(&learner.snapshot(&position))?;
            }
            if is_interrupted {
                end = Some(End::Interrupted);
                break 'epochs;
            }
        }
        losses
            .read(&mut position)
            .map_err(|error| error.told_by(observer))?;
        position.spend_on_steps(&mut clock);

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
            let frozen = learner.model().valid();
            let measured = ingredients.measure(&frozen)?;
            let is_best = position.note_dev(epoch, measured.get(SetName::Dev).count);
            if is_best {
                best = Some(Best {
                    model: frozen,
                    measured: Some(measured.clone()),
                });
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
            end = end.or_else(|| self::end(config, &position));
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
            observer.evaluated(&evaluated, &learner.snapshot(&position), end.is_some())?;
        }
        let is_interrupted = end.is_none() && interrupt::requested();
        if is_interrupted || (!is_evaluated && observer.is_save_due(&position)) {
            observer.save(&learner.snapshot(&position))?;
        }
        if is_interrupted {
            end = Some(End::Interrupted);
        }
    }
    let (model, optimizer) = learner.into_parts();
    let state = State {
        model,
        optimizer,
        position,
        best,
    };
    end.map(|end| (state, end))
        .ok_or_else(|| Error::failed("training ended without a reason"))
}

/// One step: forward, loss, backward, new weights. Returns them, the loss, and a number that is finite
/// as long as the gradients are; both numbers, of shape `[1]`, are still on the device.
pub(crate) fn step(
    model: Model,
    optimizer: &mut Stepper,
    loss_function: &Loss,
    (inputs, target): (Tensor<2>, Target),
    dropout: ChaCha8Rng,
    clip_norm: Option<f64>,
    learning_rate: f64,
) -> (Model, Tensor<1>, Tensor<1>) {
    keep_awake();
    let logits = model.forward_dropping(inputs, dropout); // [batch, n_classes]
    let loss = loss_function.forward(logits, target); // [1]
    let gradients = GradientsParams::from_grads(loss.backward(), &model);
    let (model, measure) = optimizer.step(learning_rate, model, gradients, clip_norm);
    let loss = loss.without_autodiff();
    let measure = measure.beside(&loss);
    (model, loss, measure)
}

impl LossError {
    fn told_by(self, observer: &impl Observer) -> Error {
        match self {
            Self::NotFinite(at) => observer.diverged(&at),
            Self::Unreadable(error) => error,
        }
    }
}

impl Ingredients<'_> {
    /// The four error rates, with train measured on its sample.
    fn measure(&self, frozen: &Model) -> Result<PerSet<Evaluation>, Error> {
        self.sets.try_map(|name, set| match name {
            SetName::Train => evaluate(frozen, self.train_sample),
            // What they look like to the chosen weights is asked for in the end.
            SetName::TrainDev | SetName::Dev => evaluate_and_keep(frozen, set),
            SetName::Test => evaluate(frozen, set),
        })
    }
}

impl Best {
    /// All four sets, whole: measured now, or when the weights were chosen.
    pub(crate) fn measure(&self, sets: &PerSet<Feed<'_>>) -> Result<PerSet<Evaluation>, Error> {
        sets.try_map(|name, _| self.measure_one(sets, name))
    }

    /// One of the four sets, whole.
    pub(crate) fn measure_one(
        &self,
        sets: &PerSet<Feed<'_>>,
        name: SetName,
    ) -> Result<Evaluation, Error> {
        let set = sets.get(name);
        let known = self.measured.as_ref().map(|measured| measured.get(name));
        match known {
            // A sample of train is smaller than train, or it is train.
            Some(known) if known.predictions.len() == set.len() => Ok(known.clone()),
            _ => evaluate(&self.model, set),
        }
    }
}

impl State {
    /// What a training was for.
    ///
    /// # Errors
    /// [`Error::Failed`] if it ended before it was measured.
    pub(crate) fn into_best(self) -> Result<Best, Error> {
        self.best
            .ok_or_else(|| Error::failed("no epoch was evaluated"))
    }
}

#[cfg(test)]
mod tests;
