//! The training loop, from top to bottom.

use std::time::{Duration, Instant};

use burn::{
    module::Module,
    optim::{GradientsParams, ModuleOptimizer},
    tensor::{Device, Tensor},
};
use plumb_data::seed;
use plumb_diagnostics::{ErrorCount, SetName};
use plumb_model::{Model, Task};
use rand::{Rng, seq::SliceRandom};

use crate::{
    Error,
    clip::clip,
    config::Config,
    evaluate::{Evaluation, evaluate},
    feed::Feed,
    loss::Loss,
    mixup::mixup,
    schedule::Length,
    sets::PerSet,
};

/// What a training is made of, beside its config.
pub(crate) struct Ingredients<'a> {
    pub(crate) config: &'a Config,
    pub(crate) task: &'a Task,
    pub(crate) sets: &'a PerSet<Feed<'a>>,
    /// Of the loss; none where all classes weigh the same.
    pub(crate) class_weights: Option<&'a [f32]>,
    /// Without automatic differentiation.
    pub(crate) device: &'a Device,
}

/// The end of one epoch.
pub(crate) struct Epoch<'a> {
    /// Counted from 1.
    pub(crate) number: u32,
    /// Steps since the start of the run.
    pub(crate) steps: u64,
    /// Learning rate of the last step.
    pub(crate) learning_rate: f64,
    /// Mean over the epoch of the loss that was minimized, on moving weights, in nats.
    pub(crate) running_loss: f64,
    pub(crate) measured: &'a PerSet<Evaluation>,
    /// Whether its dev error is the lowest so far.
    pub(crate) is_best: bool,
    pub(crate) train_time: Duration,
    pub(crate) evaluate_time: Duration,
    pub(crate) model: &'a Model,
    pub(crate) optimizer: &'a ModuleOptimizer,
}

/// Follows a training: shows it, writes it down.
pub(crate) trait Observer {
    /// After every step, with the number of examples it trained on and its loss, still on the
    /// device: reading it costs a synchronization.
    fn step(&mut self, n_examples: usize, loss: &Tensor<1>);

    /// After every epoch's evaluation.
    fn epoch(&mut self, epoch: &Epoch<'_>) -> Result<(), Error>;
}

/// The epoch whose weights were chosen, and what they measure.
pub(crate) struct Best {
    /// Counted from 1.
    pub(crate) epoch: u32,
    pub(crate) measured: PerSet<Evaluation>,
}

/// Trains for the configured number of epochs and returns the epoch with the lowest dev error.
///
/// # Errors
/// [`Error::Failed`] at the first loss that is not finite, naming the step, and whatever the
/// observer fails with.
pub(crate) fn train(
    ingredients: &Ingredients<'_>,
    observer: &mut impl Observer,
) -> Result<Best, Error> {
    let Ingredients {
        config,
        task,
        sets,
        class_weights,
        device,
    } = *ingredients;
    let train_set = sets.get(SetName::Train);
    let device = device.clone().autodiff();
    let batch_size = config.train.batch_size;
    let steps_per_epoch = train_set.len().div_ceil(batch_size) as u64;
    let length = Length {
        n_steps: steps_per_epoch * u64::from(config.train.epochs),
        steps_per_epoch,
    };

    let mut model = config
        .model
        .init(task, seed::stream(config.seed, "init"), &device);
    let mut optimizer = config.optimizer.init();
    let loss_function = Loss::new(config.loss.label_smoothing, class_weights, &device);
    let mut best: Option<Best> = None;
    let mut step = 0;

    for epoch in 1..=config.train.epochs {
        let start = Instant::now();
        let mut learning_rate = config.optimizer.learning_rate();
        let mut losses = Vec::with_capacity(steps_per_epoch as usize);
        let mut sizes = Vec::with_capacity(steps_per_epoch as usize);
        for chosen in shuffled(train_set.len(), config.seed, epoch).chunks(batch_size) {
            if config.model.is_random() {
                // The backend's generator can't be saved, so each step starts it anew.
                device.seed(seed::stream(config.seed, &format!("dropout {step}")).next_u64());
            }
            learning_rate =
                config
                    .schedule
                    .learning_rate(config.optimizer.learning_rate(), step, length);
            let batch = train_set.gather(chosen, epoch)?;
            let (inputs, target) = mixup(batch, config.train.mixup, config.seed, step);
            let logits = model.forward(inputs); // [batch, n_classes]
            let loss = loss_function.forward(logits, target);
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            let (gradients, size) = clip(gradients, &model, config.train.clip_norm);
            sizes.push(size);
            model = optimizer.step(learning_rate, model, gradients);
            let loss = loss.without_autodiff();
            observer.step(chosen.len(), &loss);
            losses.push(loss);
            step += 1;
        }
        let running_loss = mean_loss(losses, sizes, step - steps_per_epoch, learning_rate)?;
        let trained = Instant::now();

        let frozen = model.valid();
        let measured = sets.try_map(|_, set| evaluate(&frozen, set))?;

        let dev = measured.get(SetName::Dev).count;
        let is_best = best
            .as_ref()
            .is_none_or(|best| is_better(dev, best.measured.get(SetName::Dev).count));
        observer.epoch(&Epoch {
            number: epoch,
            steps: step,
            learning_rate,
            running_loss,
            measured: &measured,
            is_best,
            train_time: trained - start,
            evaluate_time: trained.elapsed(),
            model: &model,
            optimizer: &optimizer,
        })?;
        if is_best {
            best = Some(Best { epoch, measured });
        }
    }
    best.ok_or_else(|| Error::failed("no epoch was trained"))
}

/// Whether a dev error is lower than the lowest so far. Of equal ones the earlier stays.
///
/// The choice of weights sees nothing but these two counts on the same dev set.
fn is_better(dev: ErrorCount, best_dev: ErrorCount) -> bool {
    dev.errors() < best_dev.errors()
}

/// The order in which an epoch visits the training set, a function of run seed and epoch alone.
pub(crate) fn shuffled(n: usize, run_seed: u64, epoch: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.shuffle(&mut seed::stream(run_seed, &format!("order {epoch}")));
    order
}

/// The mean of an epoch's losses, read from the device with the sizes of the gradients in one transfer.
fn mean_loss(
    losses: Vec<Tensor<1>>,
    sizes: Vec<Tensor<1>>,
    first_step: u64,
    learning_rate: f64,
) -> Result<f64, Error> {
    let n = losses.len();
    let both: Vec<f32> = Tensor::cat([losses, sizes].concat(), 0)
        .try_into_vec_as()
        .map_err(|error| Error::failed(format!("can't read the losses back: {error}")))?;
    let (losses, sizes) = both.split_at(n);
    for (at, (loss, size)) in losses.iter().zip(sizes).enumerate() {
        if loss.is_finite() && size.is_finite() {
            continue;
        }
        let what = if loss.is_finite() {
            "a gradient is not finite".to_string()
        } else {
            format!("the loss is {loss}")
        };
        return Err(Error::failed(format!(
            "{what} at step {}: training has diverged (a lower learning rate than {learning_rate} \
             usually helps)",
            first_step + at as u64 + 1,
        )));
    }
    Ok(losses.iter().map(|&loss| f64::from(loss)).sum::<f64>() / n as f64)
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

    #[test]
    fn what_is_not_finite_names_its_step() {
        let device = Device::flex();
        let check = |losses: [f32; 2], sizes: [f32; 2], expected: &str| {
            let [losses, sizes] = [losses, sizes].map(|values| {
                values
                    .map(|value| Tensor::from_data([value], &device))
                    .to_vec()
            });
            let error = mean_loss(losses, sizes, 10, 0.1).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        let finite = [1.0, 1.0];
        check([1.0, f32::NAN], finite, "the loss is NaN at step 12");
        check(
            finite,
            [f32::INFINITY, 1.0],
            "a gradient is not finite at step 11",
        );
    }

    #[test]
    fn only_fewer_dev_errors_are_better() {
        let count = |errors| ErrorCount::new(errors, 500).unwrap();
        assert!(is_better(count(3), count(4)));
        assert!(!is_better(count(4), count(4)));
    }
}
