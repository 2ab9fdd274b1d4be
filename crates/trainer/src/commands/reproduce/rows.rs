//! The runs that claims are judged by, done where they are missing.

use crate::{
    Error,
    cli::ReproduceArgs,
    commands::sweep::{progress::SweepProgress, room},
    config::{DecomposeConfig, LeastNormConfig},
    device::OpenDevice,
    experiment::{Outcome, decompose, least_norm},
    progress::trainings_bar,
    sweep::{self, Options, Plan, Shard, SharedData, SweepDir, finished_rows},
};

/// What there is to judge by.
pub(super) struct Rows {
    pub(super) outcomes: Vec<Outcome>,
    /// Of every run, failed ones too.
    pub(super) seeds: Vec<u64>,
    /// Runs that were done before.
    pub(super) before: usize,
    pub(super) failed: usize,
}

/// One training per run of the sweep, in its directory.
///
/// # Errors
/// Bad input for data that can't be read, a directory of another sweep, or no room for it; that somebody ended
/// it early, with everything saved. Runs that fail are counted.
pub(super) fn of_sweep(
    plan: &Plan,
    args: &ReproduceArgs,
    opened: &OpenDevice,
) -> Result<Rows, Error> {
    let data = SharedData::new(1);
    let room = room::Room::of(plan, &args.runner.runs_dir.join(&plan.name), &data)?;
    room::check(&room, &args.runner.runs_dir)?;
    let directory = SweepDir::create(&args.runner.runs_dir, plan)?;
    let options = Options {
        opened,
        jobs: room::jobs(args.runner.jobs, &room),
        shard: Shard::ALL,
        fail_fast: false,
        retry_failed: args.runner.retry_failed,
        skip_device_check: false,
        log: None,
    };
    let progress = SweepProgress::new(plan, &directory, args.runner.quiet);
    let ended = sweep::run(plan, &directory, &options, data, &progress);
    progress.finish();
    let summary = ended?;
    let rows = finished_rows(directory.path())?;
    let outcomes = rows.iter().map(Outcome::of);
    Ok(Rows {
        outcomes: outcomes.collect::<Result<_, _>>()?,
        seeds: seeds(plan),
        before: summary.before,
        failed: summary.failed.len(),
    })
}

/// Many trainings per run of the sweep, in memory.
///
/// # Errors
/// Bad input for data that can't be used, and that of the first training that fails.
pub(super) fn of_decompositions(
    plan: &Plan,
    asked: &DecomposeConfig,
    args: &ReproduceArgs,
    opened: &OpenDevice,
) -> Result<Rows, Error> {
    let n_trainings = plan.points.len() as u64 * u64::from(asked.trainings);
    let bar = trainings_bar(n_trainings, args.runner.quiet);
    let outcomes = decompose(plan, asked, opened, &|done| bar.set_position(done as u64));
    bar.finish_and_clear();
    Ok(Rows {
        outcomes: outcomes?,
        seeds: seeds(plan),
        before: 0,
        failed: 0,
    })
}

/// Least-norm regressions on drawn data.
///
/// # Errors
/// Bad input for sizes that are not possible.
pub(super) fn of_regressions(asked: &LeastNormConfig, first_seed: u64) -> Result<Rows, Error> {
    let outcomes = least_norm(asked, first_seed)?;
    Ok(Rows {
        seeds: outcomes.iter().map(|outcome| outcome.seed).collect(),
        outcomes,
        before: 0,
        failed: 0,
    })
}

fn seeds(plan: &Plan) -> Vec<u64> {
    plan.points.iter().map(|point| point.seed).collect()
}
