//! From a config with `[expect]` to a report, through the sweep that it asks for.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use plumb_diagnostics::Confidence;

use crate::{
    Error,
    cli::ReproduceArgs,
    commands::sweep::{progress::SweepProgress, room},
    config::{Document, Expect, KeyError},
    device::OpenDevice,
    experiment::{Experiment, Grid, Header, Outcome, Report, Runs, svg},
    run_dir::RunDir,
    session::Concluded,
    sweep::{self, Options, Plan, Point, Results, Shard, SweepDir, Watcher},
};

/// More runs than any experiment has.
const MAX_RUNS: u64 = 10_000;

/// An experiment that can be run: its configs are valid, and its claims mean something.
pub(super) struct Ready {
    path: PathBuf,
    plan: Plan,
    expect: Expect,
    experiment: Experiment,
}

impl Ready {
    /// Reads a config, in short if that is asked for, and looks its claims up in its sweep.
    ///
    /// # Errors
    /// Bad input that points at the key.
    pub(super) fn read(path: &Path, args: &ReproduceArgs) -> Result<Self, Error> {
        let mut document = Document::read(path, &[])?;
        if args.short {
            let settings = document.settings("short").into_iter();
            let settings =
                settings.map(|(key, value)| ("short".into(), format!("{key} = {value}")));
            document = document.with(&settings.collect::<Vec<_>>())?;
        }
        let name = document.name()?;
        let name = if args.short {
            format!("{name}-short")
        } else {
            name
        };
        let plan = Plan::new(document, Some(&name), MAX_RUNS)?;
        let config = plan.configs().first();
        let expect = config.and_then(|config| config.expect.clone().zip(Some(config)));
        let Some((expect, config)) = expect else {
            let hint = "as in [[expect.claims]] with check = \"dev(small) > dev(large)\"";
            let error = KeyError::new(
                "expect",
                "there is no table [expect], so nothing is claimed",
            );
            return Err(plan.document.error(&error.hint(hint)));
        };
        let confidence = expect.confidence.unwrap_or(config.diagnosis.confidence);
        let confidence =
            Confidence::new(confidence).map_err(|error| Error::bad_input(error.to_string()))?;
        let grid = Grid::of(&plan, Vec::new());
        let experiment = Experiment::plan(&expect, grid, confidence)
            .map_err(|error| plan.document.error(&error))?;
        Ok(Self {
            path: path.to_owned(),
            plan,
            expect,
            experiment,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Does all runs that are not done yet, judges the claims, and writes the report into the sweep's directory.
    ///
    /// # Errors
    /// Bad input for data that can't be read; that somebody ended it early, with everything saved.
    pub(super) fn run(&self, args: &ReproduceArgs, opened: &OpenDevice) -> Result<Report, Error> {
        let start = Instant::now();
        let plan = &self.plan;
        let room = room::Room::of(plan)?;
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
        let results = Results::open(directory.path())?;
        let outcomes = results.rows.iter().map(Outcome::of);
        let outcomes = outcomes.collect::<Result<Vec<_>, _>>()?;
        let seeds: Vec<u64> = plan.points.iter().map(|point| point.seed).collect();
        let runs = Runs::new(&self.experiment.grid, &outcomes, &seeds);
        let short = if args.short { " --short" } else { "" };
        let header = Header {
            name: plan.name.clone(),
            config: self.path.clone(),
            claimed_by: self.expect.claimed_by.clone(),
            command: format!("plumb reproduce {}{short}", self.path.display()),
            time: self.expect.time.clone().filter(|_| !args.short),
            elapsed_secs: start.elapsed().as_secs_f64(),
            is_short: args.short,
            runs: plan.points.len(),
            runs_before: progress.before.load(Ordering::Relaxed),
            failed_runs: summary.failed.len(),
            seeds: runs.seeds.len(),
            directory: directory.path().to_owned(),
        };
        let report = Report::new(&self.experiment, &runs, header);
        let folder = RunDir::at(directory.path());
        folder.write_json("experiment.json", &report)?;
        folder.write("experiment.md", report.markdown().as_bytes())?;
        if let Some(figure) = &report.figure {
            folder.write("figure.svg", svg(figure)?.as_bytes())?;
        }
        Ok(report)
    }
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
