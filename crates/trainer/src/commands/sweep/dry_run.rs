//! `plumb sweep --dry-run`: what would be trained, and for how long.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::room::{self, Room};
use crate::{
    Error,
    cli::SweepArgs,
    config::{Config, Document, ForestConfig},
    device::{self, OpenDevice},
    feed::feeds,
    forest::Forest,
    initial::initial,
    prepare::Prepared,
    progress::thousands,
    session::train_on,
    sweep::{Plan, Point, Shard, SharedData, workers},
    terminal,
    train::{Evaluated, Observer, Position, Snapshot, State},
    train_sample::Evaluations,
    workers::{Workers, in_workers},
};

/// The version of what `--json` prints.
const FORMAT: u32 = 1;

/// Each kind of run is trained for so long to learn its speed.
const TRIAL: Duration = Duration::from_millis(250);

/// All trials together take little more than this: each is shorter in a large grid.
const TRIALS: Duration = Duration::from_secs(10);

#[derive(Serialize)]
struct Report {
    format: u32,
    name: String,
    runs: Vec<Line>,
    /// Of all runs together, side by side.
    seconds: f64,
    disk_bytes: u64,
}

/// One run.
#[derive(Clone, Serialize)]
struct Line {
    run: String,
    label: String,
    parameters: usize,
    train_examples: usize,
    /// Estimated, on one thread.
    seconds: f64,
}

/// Lists the runs of a sweep; nothing is written.
///
/// # Errors
/// Bad input in the data of any of its runs.
pub(crate) fn run(args: &SweepArgs, plan: &Plan, shard: Shard) -> Result<(), Error> {
    let opened = device::open(args.runner.device)?;
    let data = SharedData::new(1);
    let room = Room::of(plan, &args.runner.runs_dir.join(&plan.name), &data)?;
    let mut speeds = HashMap::new();
    let n_kinds: HashSet<_> = plan.points.iter().map(Point::values_key).collect();
    let trial = TRIAL.min(TRIALS / u32::try_from(n_kinds.len().max(1)).unwrap_or(u32::MAX));
    let mut runs = Vec::new();
    for (at, point) in plan.points.iter().enumerate() {
        if !shard.has(at) {
            continue;
        }
        let (config, document) = plan.config(at)?;
        let (prepared, _) = data.prepare(&config, &document)?;
        let speed = if let Some(&known) = speeds.get(&point.values_key()) {
            known
        } else {
            on_one_thread(|| Speed::of(trial, &config, &document, &prepared, &opened))?
        };
        speeds.insert(point.values_key(), speed);
        runs.push(Line {
            run: point.id.clone(),
            label: point.label(&plan.axes),
            parameters: config.model.cost(&prepared.task).parameters,
            train_examples: prepared.sets.train.len(),
            seconds: speed.seconds_of(&config, &prepared),
        });
    }
    let jobs = room::jobs(args.runner.jobs, &room);
    let workers = workers(jobs, &opened, runs.len());
    let sum: f64 = runs.iter().map(|run| run.seconds).sum();
    let longest = runs.iter().map(|run| run.seconds).fold(0.0, f64::max);
    let report = Report {
        format: FORMAT,
        name: plan.name.clone(),
        seconds: longest.max(sum / workers.count as f64),
        disk_bytes: room.disk,
        runs,
    };
    if args.runner.json {
        return terminal::json(&report);
    }
    terminal::report(&text(&report))
}

fn on_one_thread<T: Send>(work: impl Fn() -> Result<T, Error> + Sync) -> Result<T, Error> {
    let one = Workers {
        count: 1,
        threads: 1,
    };
    let mut results = in_workers(one, &[()], &|_| {}, |()| work())?;
    results
        .pop()
        .ok_or_else(|| Error::failed("a trial was not done"))
}

/// What a trial took.
#[derive(Clone, Copy)]
struct Speed {
    per_step: f64,
    per_evaluation: f64,
    /// For what is not trained in steps: a forest.
    at_once: f64,
}

/// Trees that are grown to learn the speed of a forest.
const TRIAL_TREES: u32 = 3;

/// Adds up the times of a trial.
#[derive(Default)]
struct Clock {
    train: Duration,
    evaluate: Duration,
    n_evaluations: u32,
}

impl Observer for Clock {
    fn evaluated(
        &mut self,
        evaluated: &Evaluated<'_>,
        _snapshot: &Snapshot<'_>,
        _is_end: bool,
    ) -> Result<(), Error> {
        self.train += evaluated.train_time;
        self.evaluate += evaluated.evaluate_time;
        self.n_evaluations += 1;
        Ok(())
    }
}

impl Speed {
    /// Trains for a moment, in memory.
    fn of(
        time: Duration,
        config: &Config,
        document: &Document,
        prepared: &Prepared,
        opened: &OpenDevice,
    ) -> Result<Self, Error> {
        if let Some(forest) = config.model.forest() {
            let start = Instant::now();
            let trees = forest.trees.min(TRIAL_TREES);
            let few = ForestConfig {
                trees,
                ..forest.clone()
            };
            Forest::grow(&few, prepared, config.seed)?;
            let per_tree = start.elapsed().as_secs_f64() / f64::from(trees);
            return Ok(Self {
                per_step: 0.0,
                per_evaluation: 0.0,
                at_once: per_tree * f64::from(forest.trees),
            });
        }
        let mut trial = config.clone();
        trial.train.max_time = Some(time);
        let sets = feeds(&trial, prepared, opened);
        let state = State {
            model: initial(&trial, document, prepared, &opened.device)?.model,
            optimizer: trial.optimizer.init(),
            position: Position::default(),
            best: None,
        };
        let mut clock = Clock::default();
        let (state, _) = train_on(&trial, prepared, opened, &sets, state, &mut clock)?;
        Ok(Self {
            per_step: clock.train.as_secs_f64() / state.position.step.max(1) as f64,
            per_evaluation: clock.evaluate.as_secs_f64() / f64::from(clock.n_evaluations.max(1)),
            at_once: 0.0,
        })
    }

    fn seconds_of(self, config: &Config, prepared: &Prepared) -> f64 {
        let epochs = config.train.epochs;
        let steps = prepared.sets.train.len().div_ceil(config.train.batch_size) as f64;
        let every = Evaluations::plan(config, &prepared.sets).every_epochs;
        // All four sets once more at the end.
        let n_evaluations = f64::from(epochs.div_ceil(every.max(1)) + 1);
        let in_steps = steps * f64::from(epochs) * self.per_step;
        in_steps + n_evaluations * self.per_evaluation + self.at_once
    }
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    let width = report
        .runs
        .iter()
        .map(|run| run.label.chars().count())
        .max();
    let width = width.unwrap_or(0).clamp(4, 60);
    let id = report
        .runs
        .iter()
        .map(|run| run.run.len())
        .max()
        .unwrap_or(3);
    writeln!(
        text,
        "{:id$}  {:width$}  {:>11}  {:>9}  {:>8}",
        "run", "what", "parameters", "examples", "seconds"
    )
    .ok();
    for run in &report.runs {
        writeln!(
            text,
            "{:id$}  {:width$}  {:>11}  {:>9}  {:>8.1}",
            run.run,
            run.label,
            thousands(run.parameters as u64),
            thousands(run.train_examples as u64),
            run.seconds
        )
        .ok();
    }
    writeln!(
        text,
        "\n{} runs, about {} side by side and {:.1} MB on the disk; nothing was trained",
        thousands(report.runs.len() as u64),
        humantime::format_duration(Duration::from_secs(report.seconds.ceil().max(1.0) as u64)),
        report.disk_bytes as f64 / 1e6
    )
    .ok();
    text
}
