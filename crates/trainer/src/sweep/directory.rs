//! The directory of a sweep: what it is made of (`sweep.json`), its ledger, and a run directory per point.

use std::{
    collections::HashMap,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Axis, Plan, Point, Shard, ledger::Ledger};
use crate::{
    Error,
    config::{self, lookup},
    run_dir::{RunDir, cannot_write},
};

/// The version of `sweep.json`.
const FORMAT: u32 = 1;

/// What `sweep.json` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SweepFile {
    format: u32,
    pub(crate) name: String,
    /// The resolved config of the first point.
    config: String,
    pub(crate) axes: Vec<Axis>,
    pub(crate) points: Vec<Point>,
}

/// The directory of a sweep.
pub(crate) struct SweepDir {
    path: PathBuf,
    pub(crate) file: SweepFile,
}

/// What lies in the directory for one point.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    Nothing,
    /// A run that was begun and has no diagnosis.
    Begun(PathBuf),
    Done(PathBuf),
}

/// Holds a part of a sweep for this process; given back when it ends, however it ends.
pub(crate) struct Held {
    _lock: File,
}

impl SweepFile {
    /// The resolved config of the first point, as TOML.
    pub(crate) fn config(&self) -> &str {
        &self.config
    }
}

impl SweepDir {
    pub(crate) const FILE: &str = "sweep.json";

    /// The directory `<runs>/<name>` of a sweep: made, or found with the same sweep in it.
    ///
    /// # Errors
    /// Bad input if something else lies there, or another sweep, with the first thing that differs.
    pub(crate) fn create(runs: &Path, plan: &Plan) -> Result<Self, Error> {
        let path = runs.join(&plan.name);
        let file = SweepFile::of(plan)?;
        let lies_there = visible_names(&path);
        if lies_there.iter().any(|name| name == Self::FILE) {
            let found = Self::open(&path)?;
            return match found.file.difference(&file) {
                None => Ok(found),
                Some(what) => Err(Error::bad_input(format!(
                    "{} was begun as another sweep: {what}",
                    path.display()
                ))
                .hint(
                    "--name puts this one beside it; the old one goes on with the config that it was begun with",
                )),
            };
        }
        let taken = match lies_there.first() {
            _ if path.is_file() => Some(format!(
                "{} is a file; expected a place for the sweep's directory",
                path.display()
            )),
            Some(name) => Some(format!(
                "{} is no sweep: it has no {}, and holds {name}",
                path.display(),
                Self::FILE
            )),
            None => None,
        };
        if let Some(message) = taken {
            return Err(Error::bad_input(message).hint("--name chooses another directory"));
        }
        fs::create_dir_all(&path).map_err(|error| {
            Error::bad_input(format!("can't make {}: {error}", path.display()))
                .hint("choose another place with --runs-dir")
        })?;
        let run = RunDir::at(&path);
        run.write_json(Self::FILE, &file)?;
        Ok(Self { path, file })
    }

    /// Whether a path is the directory of a sweep.
    pub(crate) fn is_one(path: &Path) -> bool {
        path.join(Self::FILE).is_file()
    }

    /// Opens the directory of a sweep that was begun before.
    ///
    /// # Errors
    /// Bad input if it is not one.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        if !Self::is_one(path) {
            let message = format!("{} is no sweep: it has no {}", path.display(), Self::FILE);
            return Err(
                Error::bad_input(message).hint("a sweep is a folder that `plumb sweep` made")
            );
        }
        let file = RunDir::at(path).read_format(Self::FILE, FORMAT);
        let file = file.map_err(|error| error.hint("--name begins a sweep beside it"))?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Its ledger.
    ///
    /// # Errors
    /// Bad input if it can't be read, or speaks of a run that the sweep has not.
    pub(crate) fn ledger(&self) -> Result<Ledger, Error> {
        let ledger = Ledger::read(&self.path)?;
        let is_known = |id: &str| self.file.points.iter().any(|point| point.id == id);
        if let Some(line) = ledger.lines.iter().find(|line| !is_known(&line.point)) {
            return Err(Error::bad_input(format!(
                "the ledger in {} is of another sweep: it speaks of run {}, which {} does not have",
                self.path.display(),
                line.point,
                Self::FILE
            )));
        }
        Ok(ledger)
    }

    /// What lies there for each point of the sweep, in its order: the newest run with a diagnosis, else the
    /// newest one.
    ///
    /// # Errors
    /// That the directory can't be listed.
    pub(crate) fn found(&self) -> Result<Vec<Found>, Error> {
        let cannot = |error: io::Error| {
            Error::bad_input(format!("can't read {}: {error}", self.path.display()))
        };
        let mut runs: HashMap<String, Vec<(u32, PathBuf)>> = HashMap::new();
        for entry in fs::read_dir(&self.path).map_err(cannot)? {
            let name = entry.map_err(cannot)?.file_name();
            let parts = name.to_str().and_then(|name| name.split_once('-'));
            let numbered = parts.and_then(|(id, number)| Some((id, number.parse().ok()?)));
            if let Some((id, number)) = numbered {
                let of_point = runs.entry(id.to_string()).or_default();
                of_point.push((number, self.path.join(&name)));
            }
        }
        let newest = |point: &Point| {
            let mut runs = runs.remove(&point.id).unwrap_or_default();
            runs.sort();
            let is_done = |(_, run): &&(u32, PathBuf)| run.join("diagnosis.json").exists();
            match (runs.iter().rev().find(is_done), runs.last()) {
                (Some((_, run)), _) => Found::Done(run.clone()),
                (None, Some((_, run))) => Found::Begun(run.clone()),
                (None, None) => Found::Nothing,
            }
        };
        Ok(self.file.points.iter().map(newest).collect())
    }

    /// Takes a part of the sweep for this process. On a disk that knows no locks nothing is taken.
    ///
    /// # Errors
    /// Bad input if another process has a part with a run of this one in it.
    pub(crate) fn hold(&self, shard: Shard) -> Result<Held, Error> {
        let name = |shard: Shard| format!(".lock-{}-of-{}", shard.part, shard.of);
        let path = self.path.join(name(shard));
        let taken = |by: Shard| {
            let message = if by == Shard::ALL && shard == Shard::ALL {
                format!("another process is at work on {}", self.path.display())
            } else {
                format!(
                    "part {shard} of {} overlaps with part {by}, which another process is at work on",
                    self.path.display()
                )
            };
            Error::bad_input(message)
                .hint("parts that are counted alike, such as 1/3, 2/3 and 3/3, never overlap")
        };
        let open = |path: &Path| File::options().create(true).append(true).open(path);
        let lock = open(&path).map_err(|error| cannot_write(&path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken(shard)),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(cannot_write(&path, &error)),
        }
        let entries = fs::read_dir(&self.path).map_err(|error| cannot_write(&self.path, &error))?;
        for entry in entries.flatten() {
            let file_name = entry.file_name();
            let other = file_name.to_str().and_then(|name| {
                let (part, of) = name.strip_prefix(".lock-")?.split_once("-of-")?;
                format!("{part}/{of}").parse::<Shard>().ok()
            });
            let Some(other) = other.filter(|&other| other != shard) else {
                continue;
            };
            // To ask is to lock for a moment, in which the other part could not begin: parts that do not
            // overlap are not asked.
            if !shard.overlaps(other, self.file.points.len()) {
                continue;
            }
            let is_held = open(&entry.path())
                .is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
            if is_held {
                return Err(taken(other));
            }
        }
        Ok(Held { _lock: lock })
    }
}

impl SweepFile {
    fn of(plan: &Plan) -> Result<Self, Error> {
        let first = plan.configs().first();
        Ok(Self {
            format: FORMAT,
            name: plan.name.clone(),
            config: first.map_or(Ok(String::new()), config::Config::to_toml)?,
            axes: plan.axes.clone(),
            points: plan.points.clone(),
        })
    }

    /// The first thing that another sweep has otherwise, in words.
    fn difference(&self, new: &Self) -> Option<String> {
        if self == new {
            return None;
        }
        let axes = axes_differ(&self.axes, &new.axes);
        let difference = axes
            .or_else(|| {
                let (old, new) = (seeds(&self.points), seeds(&new.points));
                (old != new).then(|| format!("its seeds were {old:?}, and are now {new:?}"))
            })
            .or_else(|| {
                let (old, new) = (self.points.len(), new.points.len());
                (old != new).then(|| format!("it had {old} runs, and has {new} now"))
            })
            .or_else(|| {
                let mut pairs = self.points.iter().zip(&new.points);
                pairs.find_map(|(old, new)| points_differ(old, new))
            })
            .or_else(|| value_differs(&self.config, &new.config))
            .or_else(|| {
                let mut pairs = self.points.iter().zip(&new.points);
                let (old, _) = pairs.find(|(old, new)| old != new)?;
                Some(format!("the config of its run {} was another", old.id))
            });
        Some(difference.unwrap_or_else(|| "its config was another".into()))
    }
}

/// The names in a folder that are not hidden, in order; none if it can't be listed.
fn visible_names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

fn axes_differ(old: &[Axis], new: &[Axis]) -> Option<String> {
    let of = |axes: &[Axis], key: &str| axes.iter().find(|axis| axis.key == key).cloned();
    for axis in old {
        let Some(other) = of(new, &axis.key) else {
            return Some(format!("it went through `{}`, and does not now", axis.key));
        };
        if other.values != axis.values {
            let shown = |axis: &Axis| {
                let values: Vec<_> = axis.values.iter().map(ToString::to_string).collect();
                format!("[{}]", values.join(", "))
            };
            let (old, new) = (shown(axis), shown(&other));
            return Some(format!(
                "its values of `{}` were {old}, and are now {new}",
                axis.key
            ));
        }
    }
    if let Some(axis) = new.iter().find(|axis| of(old, &axis.key).is_none()) {
        return Some(format!(
            "it did not go through `{}`, and does now",
            axis.key
        ));
    }
    let keys =
        |axes: &[Axis]| -> Vec<String> { axes.iter().map(|axis| axis.key.clone()).collect() };
    let (old, new) = (keys(old), keys(new));
    (old != new).then(|| {
        let (old, new) = (old.join(", "), new.join(", "));
        format!("the order of its axes was {old}, and is now {new}")
    })
}

/// Each once, in the order in which they are trained.
fn seeds(points: &[Point]) -> Vec<u64> {
    let mut seeds = Vec::new();
    for point in points {
        if !seeds.contains(&point.seed) {
            seeds.push(point.seed);
        }
    }
    seeds
}

fn points_differ(old: &Point, new: &Point) -> Option<String> {
    if old.values != new.values {
        return Some(format!(
            "its run {} was at another point of the grid",
            old.id
        ));
    }
    let (old_settings, new_settings) = (old.settings(), new.settings());
    let only = |of: &[&str], other: &[&str]| {
        let only: Vec<_> = of
            .iter()
            .filter(|text| !other.contains(text))
            .copied()
            .collect();
        match only[..] {
            [] => "nothing of that".to_string(),
            _ => format!("`{}`", only.join("`, `")),
        }
    };
    (old_settings != new_settings).then(|| {
        let old_only = only(&old_settings, &new_settings);
        let new_only = only(&new_settings, &old_settings);
        format!(
            "its run {} was made with {old_only}, and would now be with {new_only}",
            old.id
        )
    })
}

/// The first key that two configs set otherwise.
fn value_differs(old: &str, new: &str) -> Option<String> {
    let read =
        |text: &str| config::parse("config.toml", text.to_string()).map(|(config, _)| config);
    let (old_config, new_config) = (read(old).ok()?, read(new).ok()?);
    let key = (old_config.difference(&new_config, &|_| false)).ok()??;
    let value = |text: &str| {
        let table: toml::Table = text.parse().ok()?;
        lookup(&table, &key).map(ToString::to_string)
    };
    let shown = |value: Option<String>| value.unwrap_or_else(|| "absent".into());
    let (old, new) = (shown(value(old)), shown(value(new)));
    Some(format!("`{key}` was {old}, and is now {new}"))
}

#[cfg(test)]
mod tests;
