use burn::module::Module;
use plumb_model::Model;

use super::Ingredients;
use crate::{
    Error,
    feed::Visit,
    learner::Learner,
    loss::Loss,
    losses::{LossError, Losses},
    schedule::Length,
    train::{Batches, Position, shuffled},
};

/// A training that stands before its next step. It does what `plumb train` does between two evaluations.
pub(super) struct Training<'a> {
    ingredients: &'a Ingredients<'a>,
    batches: Batches,
    length: Length,
    learner: Learner<'a>,
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
    pub(super) fn new(
        ingredients: &'a Ingredients<'a>,
        loss_function: &'a Loss,
    ) -> Result<Self, Error> {
        let Ingredients {
            config,
            prepared,
            opened,
            ..
        } = *ingredients;
        let device = opened.device.clone().autodiff();
        let model = config.init_model(&prepared.task, &device)?;
        let batches = Batches::new(config, prepared);
        Ok(Self {
            ingredients,
            batches,
            length: Length::new(batches.count() as u64, config.train.epochs),
            learner: Learner::new(config, loss_function, model, config.optimizer.init()),
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
            let measured;
            (self.learner, measured) =
                self.learner
                    .step(visit, places, step_number, learning_rate)?;
            let numbers = [measured.loss, measured.gradient];
            self.losses
                .push(numbers, step_number + 1, learning_rate, &mut self.position)
                .map_err(failed)?;
            self.position.step += 1;
        }
        Ok((self, n_examples))
    }

    /// The weights as they are evaluated.
    pub(super) fn frozen(&mut self) -> Model {
        self.learner.model().valid()
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
