//! The runs that claims are judged by, done where they are missing.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    Error,
    cli::ReproduceArgs,
    commands::sweep::{progress::SweepProgress, room},
    config::{DecomposeConfig, LeastNormConfig},
    device::OpenDevice,
    experiment::{Outcome, decompose, least_norm},
    session::Concluded,
    sweep::{self, Options, Plan, Point, Shard, SweepDir, Watcher, finished_rows},
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
    let room = room::Room::of(plan, &args.runs_dir.join(&plan.name))?;
    room::check(&room, &args.runs_dir)?;
    let directory = SweepDir::create(&args.runs_dir, plan)?;
    let options = Options {
        opened,
        jobs: args
            .jobs
            .map(usize::from)
            .or_else(|| room::most_jobs(&room)),
        shard: Shard::ALL,
        fail_fast: false,
        retry_failed: args.retry_failed,
        skip_device_check: false,
    };
    let progress = Counting {
        shown: SweepProgress::new(plan, &directory, args.quiet),
        before: AtomicUsize::new(0),
    };
    let ended = sweep::run(plan, &directory, &options, &progress);
    progress.shown.finish();
    let summary = ended?;
    let rows = finished_rows(directory.path())?;
    let outcomes = rows.iter().map(Outcome::of);
    Ok(Rows {
        outcomes: outcomes.collect::<Result<_, _>>()?,
        seeds: seeds(plan),
        before: progress.before.load(Ordering::Relaxed),
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
    let bar = if args.quiet {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(plan.points.len() as u64 * u64::from(asked.trainings))
    };
    if let Ok(style) = ProgressStyle::with_template("{pos}/{len} trainings  {bar:24}  {eta} left") {
        bar.set_style(style);
    }
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

/// Shows the progress, and remembers how many runs were done before.
struct Counting<'a> {
    shown: SweepProgress<'a>,
    before: AtomicUsize,
}

impl Watcher for Counting<'_> {
    fn begins(&self, missing: &[&Point], n_done_before: usize) {
        self.before.store(n_done_before, Ordering::Relaxed);
        self.shown.begins(missing, n_done_before);
    }

    fn started(&self, point: &Point) {
        self.shown.started(point);
    }

    fn done(&self, point: &Point, concluded: &Concluded, time: Duration) {
        self.shown.done(point, concluded, time);
    }

    fn failed(&self, point: &Point, error: &Error) {
        self.shown.failed(point, error);
    }
}
