//! Runs what is missing of a sweep, side by side.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::Mutex,
    time::{Duration, Instant},
};

use super::{
    Plan, Point, Shard, SweepDir,
    directory::Found,
    effort::efforts,
    ledger::{Event, Ledger},
    shared::{SharedData, split_key},
};
use crate::{
    Error,
    cli::LogFormat,
    device::OpenDevice,
    earlier::Earlier,
    environment::Began,
    initial::{frozen, initial},
    interrupt,
    run_dir::RunDir,
    session::{self, Concluded, Output, Session},
    workers::{Workers, in_workers},
};

/// How a sweep is run. None of it changes a number that comes out.
pub(crate) struct Options<'a> {
    pub(crate) opened: &'a OpenDevice,
    /// Runs side by side; as many as there are threads if absent, one on a GPU.
    pub(crate) jobs: Option<usize>,
    pub(crate) shard: Shard,
    /// Whether the first failed run ends the sweep.
    pub(crate) fail_fast: bool,
    /// Whether runs that failed before are tried again.
    pub(crate) retry_failed: bool,
    pub(crate) skip_device_check: bool,
    /// The program that is shown what runs measure.
    pub(crate) log: Option<LogFormat>,
}

/// A run that is to be done.
pub(crate) struct Missing<'a> {
    pub(crate) point: &'a Point,
    /// How long it will take beside the others.
    pub(crate) effort: f64,
}

/// Hears of what happens in a sweep; from several threads.
pub(crate) trait Watcher: Sync {
    /// Before the first run: these are to be done, and so many were done before.
    fn begins(&self, _missing: &[Missing<'_>], _n_done_before: usize) {}
    fn started(&self, _point: &Point) {}
    /// After an epoch of a run was measured, counted from 1; of so many.
    fn epoch(&self, _point: &Point, _epoch: u32, _n_epochs: u32) {}
    fn done(&self, _point: &Point, _concluded: &Concluded, _time: Duration) {}
    fn failed(&self, _point: &Point, _error: &Error) {}
}

/// How a sweep, or the part of it that was asked for, stands.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Summary {
    /// Runs of this part that are done, now or before.
    pub(crate) done: usize,
    /// Those of them that were done before.
    pub(crate) before: usize,
    /// Runs that failed, now or before, with their errors.
    pub(crate) failed: Vec<(String, String)>,
}

/// What a sweep's worker is to do with a point.
struct Task<'a> {
    at: usize,
    point: &'a Point,
    /// A run of it that ended early.
    begun: Option<PathBuf>,
}

/// What became of one point.
enum Outcome {
    Done,
    Failed(String),
}

/// Does all runs of the part that are not done yet, and says how it stands. `data` may hold some of theirs.
///
/// # Errors
/// [`Error::Interrupted`] if somebody ended it early, with everything saved; that the ledger can't be written;
/// with `fail_fast`, the first failure.
pub(crate) fn run(
    plan: &Plan,
    directory: &SweepDir,
    options: &Options<'_>,
    data: SharedData,
    watcher: &dyn Watcher,
) -> Result<Summary, Error> {
    // One of another sweep is refused before anything is written; what counts is what it says once all is held.
    directory.ledger()?;
    let _held = directory.hold(options.shard)?;
    let ledger = directory.ledger()?;
    let mut summary = Summary::default();
    let mut tasks = Vec::new();
    let found = directory.found()?;
    for (at, (point, found)) in plan.points.iter().zip(found).enumerate() {
        if !options.shard.has(at) {
            continue;
        }
        if let Found::Done(_) = found {
            summary.before += 1;
            continue;
        }
        if let Some(Event::Failed { error }) = ledger.last(&point.id) {
            if !options.retry_failed {
                summary.failed.push((point.id.clone(), error.clone()));
                continue;
            }
            tasks.push(Task {
                at,
                point,
                begun: None,
            });
            continue;
        }
        let begun = match found {
            Found::Begun(run) => Some(run),
            _ => None,
        };
        tasks.push(Task { at, point, begun });
    }
    let efforts = if tasks.is_empty() {
        Vec::new()
    } else {
        efforts(plan, &data)
    };
    let workers = workers(options.jobs, options.opened, tasks.len());
    put_in_order(plan, &efforts, workers.count, &mut tasks)?;
    let missing = tasks.iter().map(|task| Missing {
        point: task.point,
        effort: efforts[task.at],
    });
    let missing: Vec<_> = missing.collect();
    watcher.begins(&missing, summary.before);
    summary.done = summary.before;
    interrupt::listen()?;
    let work = Work {
        plan,
        directory,
        options,
        watcher,
        ledger: Mutex::new(ledger),
        data: data.for_workers(workers.count),
    };
    let outcomes = in_workers(workers, &tasks, &|_| {}, |task| work.on(task))?;
    for (task, outcome) in tasks.iter().zip(outcomes) {
        match outcome {
            Outcome::Done => summary.done += 1,
            Outcome::Failed(error) => summary.failed.push((task.point.id.clone(), error)),
        }
    }
    summary.failed.sort();
    Ok(summary)
}

/// What takes long begins first, so that in the end no worker is left alone with it; and runs on the same sets come
/// close together. Of as many kinds of sets as there are workers one run each comes in turn, so that no worker waits
/// for another to make them.
fn put_in_order(
    plan: &Plan,
    efforts: &[f64],
    n_workers: usize,
    tasks: &mut [Task<'_>],
) -> Result<(), Error> {
    tasks.sort_by(|a, b| efforts[b.at].total_cmp(&efforts[a.at]));
    let mut kinds: HashMap<String, (usize, usize)> = HashMap::new();
    let mut turns = vec![(0, 0, 0); plan.points.len()];
    for task in &*tasks {
        let new = kinds.len();
        let key = split_key(&plan.configs()[task.at])?;
        let (kind, n_before) = kinds.entry(key).or_insert((new, 0));
        turns[task.at] = (*kind / n_workers, *n_before, *kind);
        *n_before += 1;
    }
    tasks.sort_by_key(|task| turns[task.at]);
    Ok(())
}

/// Small networks gain nothing from a second thread, so runs share the machine by their number.
pub(crate) fn workers(jobs: Option<usize>, opened: &OpenDevice, n_tasks: usize) -> Workers {
    let threads = Workers::one_per_thread().count;
    let most = if opened.is_reference { threads } else { 1 };
    let count = jobs.unwrap_or(most).clamp(1, n_tasks.max(1));
    Workers {
        count,
        threads: (threads / count).max(1),
    }
}

/// What all workers share.
struct Work<'a> {
    plan: &'a Plan,
    directory: &'a SweepDir,
    options: &'a Options<'a>,
    watcher: &'a dyn Watcher,
    ledger: Mutex<Ledger>,
    data: SharedData,
}

impl Work<'_> {
    /// Does one run, and notes what became of it. Only what ends the whole sweep is an error.
    fn on(&self, task: &Task<'_>) -> Result<Outcome, Error> {
        let id = &task.point.id;
        if interrupt::requested() {
            return Err(self.interrupted());
        }
        self.note(id, Event::Started)?;
        self.watcher.started(task.point);
        let start = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| self.train(task, start)));
        let ended = ended.unwrap_or_else(|_| {
            Err(Error::failed(
                "a bug in plumb, or in a library below it, ended the run",
            ))
        });
        match ended {
            Ok(concluded) => {
                let time = start.elapsed();
                let seconds = time.as_secs_f64();
                self.note(id, Event::Done { seconds })?;
                self.watcher.done(task.point, &concluded, time);
                Ok(Outcome::Done)
            }
            Err(Error::Interrupted(_)) => {
                self.note(id, Event::Interrupted)?;
                Err(self.interrupted())
            }
            Err(error) => {
                let text = error.to_string();
                self.note(
                    id,
                    Event::Failed {
                        error: text.clone(),
                    },
                )?;
                self.watcher.failed(task.point, &error);
                if self.options.fail_fast {
                    let message =
                        format!("run {id} failed, and --fail-fast ends the sweep\n{text}");
                    return Err(Error::failed(message));
                }
                Ok(Outcome::Failed(text))
            }
        }
    }

    fn train(&self, task: &Task<'_>, start: Instant) -> Result<Concluded, Error> {
        let (config, document) = self.plan.config(task.at)?;
        let (prepared, residents) = self.data.prepare(&config, &document)?;
        let opened = self.options.opened;
        let earlier = task.begun.as_ref().and_then(|run| {
            let run = RunDir::open(run).ok()?;
            prepared.summary.check_same(&run).ok()?;
            let began = Began::read(&run).ok()?;
            let earlier = Earlier::find(run, &began.plumb).ok()?;
            earlier.last.is_some().then_some(earlier)
        });
        let has_checkpoint = earlier.is_some();
        let session = Session {
            start,
            config: &config,
            prepared: &prepared,
            residents: &residents,
            opened,
            runs_dir: self.directory.path(),
            earlier,
            skip_device_check: self.options.skip_device_check,
            on_epoch: Some(&|epoch, n_epochs| {
                self.watcher.epoch(task.point, epoch, n_epochs);
            }),
            output: Output::Nothing,
            log: self.options.log,
        };
        let start_model = if has_checkpoint { frozen } else { initial };
        session::begin(session, || {
            start_model(&config, &document, &prepared, &opened.device)
        })
    }

    fn note(&self, point: &str, event: Event) -> Result<(), Error> {
        let ledger = self.ledger.lock();
        let ledger = ledger.unwrap_or_else(std::sync::PoisonError::into_inner);
        ledger.add(self.options.shard, point, event)
    }

    fn interrupted(&self) -> Error {
        Error::Interrupted(format!(
            "interrupted, all saved in {}; the same command goes on",
            self.directory.path().display()
        ))
    }
}
