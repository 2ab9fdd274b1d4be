use super::{
    Measured, MultiplyAdds, Spread,
    blocks::{Block, steps_per_block, timed, wait},
    memory, product,
    training::Training,
    work,
};
use crate::{
    Error,
    config::Config,
    device::{OpenDevice, traffic},
    evaluate::evaluate,
    feed::Feed,
    loss::Loss,
    prepare::Prepared,
};

/// Timed passes in evaluation mode, after one that is not timed.
const EVALUATIONS: u32 = 5;

/// What is measured. It gets batches from train alone.
pub(crate) struct Ingredients<'a> {
    pub(crate) config: &'a Config,
    pub(crate) prepared: &'a Prepared,
    pub(crate) train: &'a Feed<'a>,
    /// What of train is measured during training.
    pub(crate) evaluated: &'a Feed<'a>,
    pub(crate) opened: &'a OpenDevice,
}

/// How much is measured.
pub(crate) struct Plan {
    /// Timed training steps, 1 or more.
    pub(crate) steps: u32,
    /// Training steps before them.
    pub(crate) warm_up: u32,
}

/// Trains, evaluates and multiplies matrices, one after another.
///
/// # Errors
/// [`Error::Failed`] at a loss or gradient that is not finite, or if the device fails.
pub(crate) fn measure(ingredients: &Ingredients<'_>, plan: &Plan) -> Result<Measured, Error> {
    let Ingredients {
        config,
        prepared,
        evaluated,
        opened,
        ..
    } = *ingredients;
    let device = &opened.device;
    let per_block = steps_per_block(opened).min(plan.steps);

    let loss_function = Loss::of_run(config, prepared, &device.clone().autodiff());
    let training = Training::new(ingredients, &loss_function)?;
    let (mut training, _) = training.advance(plan.warm_up)?;
    wait(device)?;
    let mut blocks = Vec::new();
    let (training, transfers) = traffic::of(|| {
        let mut left = plan.steps;
        while left > 0 {
            let n_steps = per_block.min(left);
            let ((next, n_examples), time) = timed(device, || training.advance(n_steps))?;
            training = next;
            blocks.push(Block {
                n_steps,
                n_examples,
                time,
            });
            left -= n_steps;
        }
        Ok::<_, Error>(training)
    });
    let frozen = training?.frozen();
    evaluate(&frozen, evaluated)?; // warm-up
    let mut evaluations = Vec::new();
    for _ in 0..EVALUATIONS {
        let (_, time) = timed(device, || evaluate(&frozen, evaluated))?;
        evaluations.push(evaluated.len() as f64 / time.as_secs_f64());
    }
    let peak_memory_bytes = memory::peak_bytes();

    let train_examples_per_sec = Spread::of(blocks.iter().map(Block::examples_per_sec));
    let network = config.model.plan()?;
    let per_training_example = work::per_training_example(network, &prepared.task);
    let per_sec = per_training_example * train_examples_per_sec.median;
    let largest_per_sec = product::largest_per_sec(device, per_block)?;
    Ok(Measured {
        steps: plan.steps,
        steps_per_block: per_block,
        steps_secs: blocks.iter().map(|block| block.time.as_secs_f64()).sum(),
        step_ms: Spread::of(blocks.iter().map(Block::step_ms)),
        train_examples_per_sec,
        evaluations: EVALUATIONS,
        evaluated_examples: evaluated.len(),
        evaluate_examples_per_sec: Spread::of(evaluations),
        multiply_adds: MultiplyAdds {
            per_forward: network.cost(&prepared.task).multiply_adds,
            per_training_example,
            per_sec,
            largest_per_sec,
            share: per_sec / largest_per_sec,
        },
        transfers: (!opened.is_host).then_some(transfers),
        peak_memory_bytes,
    })
}
