//! An exam of the diagnosis: trainings whose truth is known, each diagnosed and held against it.
//!
//! A scenario is a config, drawn by a rule, that goes through the real pipeline. The truth of its weights
//! is measured on pools of fresh examples; the best achievable error is known by construction. What is
//! diagnosed are the run itself, and repeats: the same weights with train-dev, dev and test drawn anew from
//! the pools, and the choice on dev made anew.

mod dice;
mod examine;
mod explain;
mod judged;
mod pools;
mod question;
mod recipe;
mod redraw;
mod regime;
mod report;
mod scenario;
mod score;
mod share;
mod table;
mod target;
mod tasks;
#[cfg(test)]
mod tests;
mod train;
mod truth;

use std::time::Instant;

pub(crate) use self::{regime::Regime, report::Report};

use self::{examine::examine, scenario::scenarios};
use crate::{Error, device::OpenDevice, workers::side_by_side};

/// What an exam consists of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) scenarios: usize,
    /// Per scenario.
    pub(crate) repeats: usize,
    pub(crate) seed: u64,
    pub(crate) only: Option<Regime>,
}

/// Runs an exam; `on_progress` is told how many scenarios are done, from several threads.
///
/// # Errors
/// That of the first scenario that can't be trained or measured.
pub(crate) fn run(
    plan: Plan,
    opened: &OpenDevice,
    on_progress: &(dyn Fn(usize) + Sync),
) -> Result<Report, Error> {
    let start = Instant::now();
    let scenarios = scenarios(plan.scenarios, plan.only, plan.seed);
    let examined = side_by_side(&scenarios, on_progress, |scenario| {
        examine(scenario, plan.repeats, opened).map_err(|error| {
            let number = scenario.id.number;
            Error::failed(format!("scenario {number}: {error}"))
        })
    })?;
    Ok(Report::new(plan, examined, start.elapsed()))
}
