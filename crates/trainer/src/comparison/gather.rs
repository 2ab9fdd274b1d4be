//! From paths to runs: given one by one, by sweeps, or both.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use plumb_diagnostics::Confidence;
use rayon::prelude::*;
use serde::Serialize;

use super::Run;
use crate::{
    Error,
    near::near,
    sweep::{Event, Found, SweepDir},
};

/// All runs that could be read, and what became of the others.
pub(crate) struct Gathered {
    pub(crate) runs: Vec<Run>,
    pub(crate) left_out: Vec<LeftOut>,
}

/// A run that is not compared.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LeftOut {
    pub(crate) run: PathBuf,
    pub(crate) why: Why,
    /// In words.
    pub(crate) what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Why {
    /// A run of a sweep that ended with an error.
    Failed,
    /// It has no diagnosis: it goes on, or it ended early.
    Unfinished,
    /// A run of a sweep that was not begun.
    NotBegun,
    /// Its files can't be used.
    Unreadable,
    /// It is a run that is compared already, or equal to one.
    Twice,
}

/// Reads runs, and the runs in directories of runs. Parts of one sweep may lie in several directories.
///
/// # Errors
/// Bad input if a path does not exist, is neither a run nor a directory of runs, or if no run is finished.
pub(crate) fn gather(
    inputs: &[PathBuf],
    confidence: Option<Confidence>,
) -> Result<Gathered, Error> {
    let mut places = Places::default();
    for input in inputs {
        places.add(input)?;
    }
    let Places {
        finished,
        mut left_out,
        lacking,
        ..
    } = places;
    left_out.extend(lacking.into_values());
    let read: Vec<_> = (finished.par_iter())
        .map(|path| Run::open(path, confidence))
        .collect();
    let mut runs: Vec<Run> = Vec::new();
    for (path, run) in finished.into_iter().zip(read) {
        match run {
            Ok(run) => match runs.iter().find(|other| is_twin(&run, other)) {
                Some(twin) => left_out.push(LeftOut::twice(&path, &twin.path)),
                None => runs.push(run),
            },
            Err(error) => left_out.push(LeftOut {
                run: path,
                why: Why::Unreadable,
                what: error.message().to_owned(),
            }),
        }
    }
    if runs.is_empty() {
        return Err(none_finished(&left_out));
    }
    left_out.sort_by_key(|run| run.why);
    Ok(Gathered { runs, left_out })
}

/// The run of a sweep: the sweep's name, and the run's.
type PointName = (String, String);

/// Where runs lie.
#[derive(Default)]
struct Places {
    finished: Vec<PathBuf>,
    left_out: Vec<LeftOut>,
    /// Runs of sweeps that no part has finished so far.
    lacking: BTreeMap<PointName, LeftOut>,
    /// Those that one has.
    done: BTreeSet<PointName>,
    seen: BTreeSet<PathBuf>,
}

impl Places {
    /// Adds a run, a sweep, or a folder of runs.
    fn add(&mut self, input: &Path) -> Result<(), Error> {
        let usual = "an input is a run's folder, or a folder of runs such as a sweep's";
        let wrong =
            |what: &str| Error::bad_input(format!("{} {what}", input.display())).hint(usual);
        if !input.exists() {
            return Err(wrong("does not exist").hint(format!("{usual}; {}", near(input))));
        }
        if !input.is_dir() {
            return Err(wrong("is a file; expected a folder"));
        }
        if is_run(input) {
            self.add_run(input);
            return Ok(());
        }
        if SweepDir::is_one(input) {
            return self.add_sweep(&SweepDir::open(input)?);
        }
        let entries = fs::read_dir(input).map_err(|error| {
            Error::bad_input(format!("can't read {}: {error}", input.display()))
        })?;
        let mut runs: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| is_run(path) && !is_hidden(path))
            .collect();
        runs.sort();
        if runs.is_empty() {
            return Err(wrong("holds no runs"));
        }
        for run in runs {
            self.add_run(&run);
        }
        Ok(())
    }

    fn add_run(&mut self, run: &Path) {
        let is_new = self.seen.insert(canonical(run));
        if !is_new {
            self.left_out.push(LeftOut::twice(run, run));
        } else if run.join("diagnosis.json").is_file() {
            self.finished.push(run.to_owned());
        } else {
            self.left_out.push(LeftOut::unfinished(run));
        }
    }

    /// The newest finished run of every point; what a point lacks here, another part of the sweep may have.
    fn add_sweep(&mut self, sweep: &SweepDir) -> Result<(), Error> {
        let ledger = sweep.ledger().ok();
        for (point, found) in sweep.file.points.iter().zip(sweep.found()?) {
            let name = (sweep.file.name.clone(), point.id.clone());
            if let Found::Done(run) = &found {
                self.add_run(run);
                self.lacking.remove(&name);
                self.done.insert(name);
                continue;
            }
            if self.done.contains(&name) {
                continue;
            }
            let lacking = match (
                ledger.as_ref().and_then(|ledger| ledger.last(&point.id)),
                found,
            ) {
                (Some(Event::Failed { error }), _) => LeftOut {
                    run: sweep.path().join(&point.id),
                    why: Why::Failed,
                    what: format!("{} failed: {error}", sweep.path().join(&point.id).display()),
                },
                (_, Found::Begun(run)) => LeftOut::unfinished(&run),
                (_, _) => LeftOut {
                    run: sweep.path().join(&point.id),
                    why: Why::NotBegun,
                    what: format!("{} was not begun", sweep.path().join(&point.id).display()),
                },
            };
            // What went wrong says more than that nothing is there.
            let known = self.lacking.entry(name).or_insert_with(|| lacking.clone());
            if lacking.why < known.why {
                *known = lacking;
            }
        }
        Ok(())
    }
}

fn canonical(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Equal seeds of one recipe on the same data give equal runs.
fn is_twin(run: &Run, other: &Run) -> bool {
    let hash = |run: &Run| run.sets.train.sha256.clone();
    run.seed == other.seed && run.config == other.config && hash(run) == hash(other)
}

fn is_run(path: &Path) -> bool {
    path.join("config.toml").is_file()
}

/// As `.writing-…`, which a kill leaves.
fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with('.')
}

fn none_finished(left_out: &[LeftOut]) -> Error {
    let first = left_out.iter().find(|run| run.why != Why::Twice);
    let what = first.map_or("", |run| &run.what);
    let more = match left_out.len() {
        0 | 1 => String::new(),
        n => format!(", nor can {} others be used", n - 1),
    };
    let error = Error::bad_input(format!("no run to compare: {what}{more}"));
    match first.map(|run| run.why) {
        Some(Why::Unfinished) => error.hint("`plumb resume RUN` trains a run to its end"),
        _ => error,
    }
}

impl LeftOut {
    fn unfinished(run: &Path) -> Self {
        Self {
            run: run.to_owned(),
            why: Why::Unfinished,
            what: format!("{} is not finished", run.display()),
        }
    }

    fn twice(run: &Path, twin: &Path) -> Self {
        let what = if run == twin {
            format!("{} is named twice", run.display())
        } else {
            format!(
                "{} has the config, the seed and the data of {}",
                run.display(),
                twin.display()
            )
        };
        Self {
            run: run.to_owned(),
            why: Why::Twice,
            what,
        }
    }
}
