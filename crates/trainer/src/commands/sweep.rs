//! `plumb sweep`.

mod dry_run;
pub(super) mod progress;
pub(super) mod room;
mod slurm;

use std::{fmt::Write, time::Instant};

use serde::Serialize;

use self::{progress::SweepProgress, room::Room};
use crate::{
    Error,
    cli::SweepArgs,
    device, page,
    progress::thousands,
    report,
    sweep::{self, Options, Plan, Shard, SharedData, Summary, SweepDir},
    terminal,
};

/// The version of what `--json` prints.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    name: &'a str,
    directory: String,
    runs: usize,
    done: usize,
    failed: Vec<Failed<'a>>,
    seconds: f64,
    /// Commands to go on with.
    go_on: Vec<String>,
}

#[derive(Serialize)]
struct Failed<'a> {
    run: &'a str,
    error: &'a str,
}

pub(crate) fn run(args: &SweepArgs) -> Result<(), Error> {
    let start = Instant::now();
    let config = &args.config;
    let plan = Plan::read(
        &config.path,
        &config.overrides,
        args.name.as_deref(),
        args.max_runs,
    )?;
    let shard = args.shard.unwrap_or(Shard::ALL);
    match (args.dry_run, args.slurm.slurm) {
        (true, true) => return slurm::show(args, &plan),
        (true, false) => return dry_run::run(args, &plan, shard),
        (false, _) => {}
    }
    let opened = device::open(args.runner.device)?.skipping_warm_up(args.skip_warm_up);
    let data = SharedData::new(1);
    let room = Room::of(&plan, &args.runner.runs_dir.join(&plan.name), &data)?;
    room::check(&room, &args.runner.runs_dir)?;
    let directory = SweepDir::create(&args.runner.runs_dir, &plan)?;
    if args.slurm.slurm {
        return slurm::run(args, &plan, &directory);
    }
    let options = Options {
        opened: &opened,
        jobs: room::jobs(args.runner.jobs, &room),
        shard,
        fail_fast: args.fail_fast,
        retry_failed: args.runner.retry_failed,
        skip_device_check: args.skip_device_check,
        log: args.log,
    };
    let progress = SweepProgress::new(&plan, &directory, args.runner.quiet);
    let ended = sweep::run(&plan, &directory, &options, data, &progress);
    progress.finish();
    let summary = ended?;
    page::write_or_say(directory.path());
    let seconds = start.elapsed().as_secs_f64();
    if args.runner.json {
        terminal::json(&Report {
            format: FORMAT,
            name: &plan.name,
            directory: directory.path().display().to_string(),
            runs: plan.points.len(),
            done: summary.done,
            failed: summary
                .failed
                .iter()
                .map(|(run, error)| Failed { run, error })
                .collect(),
            seconds,
            go_on: report::behind_sweep(directory.path()),
        })?;
    } else {
        terminal::report(&text(&plan, &directory, shard, &summary, seconds))?;
    }
    let n = summary.done + summary.failed.len();
    match &summary.failed[..] {
        [] => Ok(()),
        failed => Err(
            Error::failed(format!("{} of {n} runs failed", failed.len())).hint(
                "their errors are in the sweep's ledger too; --retry-failed tries them again, and the same command \
                 does what else is missing",
            ),
        ),
    }
}

fn text(
    plan: &Plan,
    directory: &SweepDir,
    shard: Shard,
    summary: &Summary,
    seconds: f64,
) -> String {
    let n = summary.done + summary.failed.len();
    let part = match shard {
        Shard::ALL => String::new(),
        shard => format!(" of part {shard}, of {} in all", plan.points.len()),
    };
    let mut text = format!(
        "{} of {} runs done{part}, in {seconds:.1} s, in {}\n",
        thousands(summary.done as u64),
        thousands(n as u64),
        directory.path().display()
    );
    for (run, error) in &summary.failed {
        let error = error.strip_prefix("error: ").unwrap_or(error);
        let first = error.lines().next().unwrap_or_default();
        writeln!(text, "run {run} failed: {first}").ok();
    }
    text.push_str(&report::go_on(&report::behind_sweep(directory.path())));
    text
}
