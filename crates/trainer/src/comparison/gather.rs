//! From paths to runs: given one by one, by sweeps, or both.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use plumb_diagnostics::Confidence;
use rayon::prelude::*;
use serde::Serialize;

use super::Run;
use crate::Error;

/// All runs that could be read, and what became of the others.
pub(crate) struct Gathered {
    pub(crate) runs: Vec<Run>,
    pub(crate) left_out: Vec<LeftOut>,
}

/// A run that is not compared.
#[derive(Debug, Serialize)]
pub(crate) struct LeftOut {
    pub(crate) run: PathBuf,
    pub(crate) why: Why,
    /// In words.
    pub(crate) what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Why {
    /// It has no diagnosis: it goes on, or it ended early.
    Unfinished,
    /// Its files can't be used.
    Unreadable,
    /// It is a run that is compared already, or equal to one.
    Twice,
}

/// Reads runs, and the runs in directories of runs.
///
/// # Errors
/// Bad input if a path does not exist, is neither a run nor a directory of runs, or if no run is finished.
pub(crate) fn gather(
    inputs: &[PathBuf],
    confidence: Option<Confidence>,
) -> Result<Gathered, Error> {
    let mut paths = Vec::new();
    for input in inputs {
        paths.extend(runs_of(input)?);
    }
    let mut left_out = Vec::new();
    let mut seen = BTreeSet::new();
    paths.retain(|path| {
        let is_new = seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone()));
        if !is_new {
            left_out.push(LeftOut::twice(path, path));
        }
        is_new
    });
    let (finished, unfinished): (Vec<_>, Vec<_>) =
        (paths.into_iter()).partition(|path| path.join("diagnosis.json").is_file());
    left_out.extend(unfinished.into_iter().map(|run| LeftOut {
        what: format!("{} is not finished", run.display()),
        why: Why::Unfinished,
        run,
    }));
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
    Ok(Gathered { runs, left_out })
}

/// Equal seeds of one recipe on the same data give equal runs.
fn is_twin(run: &Run, other: &Run) -> bool {
    let hash = |run: &Run| run.sets.train.sha256.clone();
    run.seed == other.seed && run.config == other.config && hash(run) == hash(other)
}

/// The run itself, or those in the directory.
fn runs_of(input: &Path) -> Result<Vec<PathBuf>, Error> {
    let wrong = |what: &str| {
        Error::bad_input(format!("{} {what}", input.display()))
            .hint("an input is a run's folder, or a folder of runs such as a sweep's")
    };
    if !input.exists() {
        return Err(wrong("does not exist"));
    }
    if !input.is_dir() {
        return Err(wrong("is a file; expected a folder"));
    }
    if is_run(input) {
        return Ok(vec![input.to_owned()]);
    }
    let entries = fs::read_dir(input)
        .map_err(|error| Error::bad_input(format!("can't read {}: {error}", input.display())))?;
    let mut runs: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_run(path) && !is_hidden(path))
        .collect();
    runs.sort();
    if runs.is_empty() {
        return Err(wrong("holds no runs"));
    }
    Ok(runs)
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
    Error::bad_input(format!("no run to compare: {what}{more}"))
}

impl LeftOut {
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
