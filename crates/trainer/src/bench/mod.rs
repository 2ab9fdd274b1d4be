//! What a config's training costs on this machine, measured by the program's own training step and evaluation.

mod blocks;
mod measure;
mod memory;
mod product;
mod spread;
mod text;
mod training;
mod work;

use serde::Serialize;

use crate::device::traffic::Traffic;

pub(crate) use self::{
    measure::{Ingredients, Plan, measure},
    spread::Spread,
    text::text,
};

/// What was measured. Times and rates are over blocks of steps, or passes in evaluation mode.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    /// Timed steps.
    pub(crate) steps: u32,
    /// Steps per timed block: a GPU is waited for once per block.
    pub(crate) steps_per_block: u32,
    /// Seconds of all timed steps together, with what the beginning of each epoch costs.
    pub(crate) steps_secs: f64,
    /// Milliseconds per step: gather a batch, forward, backward, clip, optimizer.
    pub(crate) step_ms: Spread,
    /// Training examples per second.
    pub(crate) train_examples_per_sec: Spread,
    /// Passes in evaluation mode, each a timed block.
    pub(crate) evaluations: u32,
    /// Of each pass: the training examples that a training measures, too.
    pub(crate) evaluated_examples: usize,
    pub(crate) evaluate_examples_per_sec: Spread,
    pub(crate) multiply_adds: MultiplyAdds,
    /// In all timed steps together: a few at the beginning of an epoch, and one that reads the losses of many steps.
    /// None on the CPU, where nothing moves.
    pub(crate) transfers: Option<Traffic>,
    /// Largest resident memory of the process up to the end of the evaluations; none where the system does not tell.
    pub(crate) peak_memory_bytes: Option<u64>,
}

/// How much of what the machine can do a training step gets. A multiply-add is two floating-point operations.
#[derive(Debug, Serialize)]
pub(crate) struct MultiplyAdds {
    /// Of one example's forward pass.
    pub(crate) per_forward: usize,
    /// Of one example's share in a training step.
    pub(crate) per_training_example: f64,
    /// Reached by the median training step.
    pub(crate) per_sec: f64,
    /// The most that a product of two square matrices reaches alone, on the same device and threads.
    pub(crate) largest_per_sec: f64,
    /// `per_sec / largest_per_sec`
    pub(crate) share: f64,
}
