use burn::tensor::Device;

use super::{Point, Sweep, smooth::Smooth};
use crate::{
    Error,
    config::Config,
    device::traffic::from_device,
    feed::Feed,
    learner::Learner,
    loss::Loss,
    prepare::Prepared,
    train::{Batches, shuffled},
};

/// What a range test is made of. It gets batches from train alone.
pub(crate) struct Ingredients<'a> {
    pub(crate) config: &'a Config,
    pub(crate) prepared: &'a Prepared,
    pub(crate) train: &'a Feed<'a>,
    /// Without automatic differentiation.
    pub(crate) device: &'a Device,
}

/// The test ends when the average is so many times the lowest so far (as fastai's `lr_find`).
const STOP_AT: f64 = 4.0;

/// A loss near 0 is four times as large by chance: the lowest counts as this share of the first loss
/// at least.
const LEAST_LOWEST: f64 = 0.1;

/// Trains with the config's model, optimizer and batches at the rates of a sweep, up to its end or until
/// the loss has risen for good or is not finite; such a loss is the last point.
///
/// # Errors
/// [`Error::Failed`] if examples or losses can't be read any more.
pub(crate) fn run(ingredients: &Ingredients<'_>, sweep: &Sweep) -> Result<Vec<Point>, Error> {
    let Ingredients {
        config,
        prepared,
        train,
        device,
    } = *ingredients;
    let device = device.clone().autodiff();
    let model = config.init_model(&prepared.task, &device)?;
    let loss_function = Loss::of_run(config, prepared, &device);
    let mut learner = Learner::new(config, &loss_function, model, config.optimizer.init());
    let mut smooth = Smooth::over(sweep.window());
    let mut points: Vec<Point> = Vec::with_capacity(sweep.steps() as usize);
    let mut lowest = f64::INFINITY;

    let batches = Batches::new(config, prepared);
    'epochs: for epoch in 1.. {
        let order = shuffled(train.len(), config.seed, epoch);
        let visit = train.visit(order, epoch);
        for places in batches.ranges() {
            let step = points.len() as u32;
            if step == sweep.steps() {
                break 'epochs;
            }
            let learning_rate = sweep.learning_rate(step);
            let measured;
            (learner, measured) = learner.step(&visit, places, step.into(), learning_rate)?;
            let loss = measured.loss;
            let loss: f32 = from_device(|| loss.try_into_scalar())
                .map_err(|error| Error::failed(format!("can't read the loss back: {error}")))?;
            let loss = f64::from(loss);
            let point = Point {
                learning_rate,
                loss,
                smoothed: smooth.add(loss),
            };
            points.push(point);
            lowest = lowest.min(point.smoothed);
            let bar = STOP_AT * lowest.max(LEAST_LOWEST * points[0].loss);
            if !point.smoothed.is_finite() || point.smoothed > bar {
                break 'epochs;
            }
        }
    }
    Ok(points)
}
