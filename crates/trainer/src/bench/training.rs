use burn::module::Module;
use plumb_data::seed;
use plumb_model::Model;

use super::Ingredients;
use crate::{
    Error,
    feed::Visit,
    loss::Loss,
    losses::{LossError, Losses},
    mixup::mixup,
    optimizer::Stepper,
    schedule::Length,
    train::{Batches, Position, shuffled, step},
};

/// A training that stands before its next step. It does what `plumb train` does between two evaluations.
pub(super) struct Training<'a> {
    ingredients: &'a Ingredients<'a>,
    batches: Batches,
    length: Length,
    loss_function: Loss,
    /// With automatic differentiation.
    model: Model,
    optimizer: Stepper,
    losses: Losses,
    position: Position,
    /// Of the epoch in progress.
    visit: Option<Visit<'a>>,
}

impl<'a> Training<'a> {
    /// With fresh weights, all of them trained.
    ///
    /// # Errors
    /// Bad input if the config's model is no network.
    pub(super) fn new(ingredients: &'a Ingredients<'a>) -> Result<Self, Error> {
        let Ingredients {
            config,
            prepared,
            opened,
            ..
        } = *ingredients;
        let device = opened.device.clone().autodiff();
        let batches = Batches::new(config, prepared);
        Ok(Self {
            ingredients,
            batches,
            length: Length::new(batches.count() as u64, config.train.epochs),
            loss_function: Loss::of_run(config, prepared, &device),
            model: config.init_model(&prepared.task, &device)?,
            optimizer: config.optimizer.init(),
            losses: Losses::default(),
            position: Position::default(),
            visit: None,
        })
    }

    /// Trains so many steps more, beyond the end of the config's last epoch too, where the schedule begins again.
    /// Returns the number of examples that they saw.
    ///
    /// # Errors
    /// [`Error::Failed`] at a loss or gradient that is not finite, or if examples can't be read any more.
    pub(super) fn advance(mut self, n_steps: u32) -> Result<(Self, usize), Error> {
        let Ingredients { config, train, .. } = *self.ingredients;
        let per_epoch = self.batches.count() as u64;
        let mut n_examples = 0;
        for _ in 0..n_steps {
            let step_number = self.position.step; // counted from 0
            let in_epoch = step_number % per_epoch;
            let epoch = (step_number / per_epoch) as u32 + 1;
            if in_epoch == 0 {
                let order = shuffled(train.len(), config.seed, epoch);
                self.visit = Some(train.visit(order, epoch));
            }
            let places = self.batches.ranges().nth(in_epoch as usize);
            let (Some(visit), Some(places)) = (&self.visit, places) else {
                return Err(Error::failed("an epoch ended too early"));
            };
            n_examples += places.len();
            let learning_rate = config.learning_rate(
                step_number % (per_epoch * u64::from(config.train.epochs)),
                self.length,
            );
            let batch = visit.batch(places)?;
            let (loss, gradient);
            (self.model, loss, gradient) = step(
                self.model,
                &mut self.optimizer,
                &self.loss_function,
                mixup(batch, config.train.mixup, config.seed, step_number),
                seed::stream(config.seed, &format!("dropout {step_number}")),
                config.train.clip_norm,
                learning_rate,
            );
            self.losses
                .push(
                    [loss, gradient],
                    step_number + 1,
                    learning_rate,
                    &mut self.position,
                )
                .map_err(failed)?;
            self.position.step += 1;
        }
        Ok((self, n_examples))
    }

    /// The weights as they are evaluated.
    pub(super) fn frozen(&self) -> Model {
        self.model.valid()
    }
}

fn failed(error: LossError) -> Error {
    match error {
        LossError::NotFinite(at) => Error::failed(format!(
            "the {} of step {} is {}",
            at.quantity, at.step, at.value
        ))
        .hint("a lower learning rate, as `plumb find-lr` suggests one, keeps it finite"),
        LossError::Unreadable(error) => error,
    }
}
