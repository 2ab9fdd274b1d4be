//! The learning-rate range test: training with a rate that rises until the loss does.

mod chart;
mod noise;
mod picture;
mod run;
mod smooth;
mod suggest;
mod sweep;
mod view;

use serde::Serialize;

pub(crate) use chart::{Chart, Style};
pub(crate) use picture::svg;
pub(crate) use run::{Ingredients, run};
pub(crate) use suggest::{Suggestion, Verdict, suggest};
pub(crate) use sweep::Sweep;

/// One step of the test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Point {
    pub(crate) learning_rate: f64,
    /// Of this step's batch, before the step, in nats.
    pub(crate) loss: f64,
    /// The exponential average of the losses up to this one.
    pub(crate) smoothed: f64,
}
