//! What lies in a folder of runs, a line each.

use std::{
    collections::HashMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use plumb_diagnostics::{Diagnosis, RateName};
use serde::Deserialize;

use super::{
    encoded,
    version::{Version, stamp},
};
use crate::{
    curve::{METRICS, Metric},
    experiment::Report,
    page::History,
    sweep::{Event, Found, SweepDir},
};

/// A run, a sweep or an experiment.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) kind: &'static str,
    /// As in "done" or "epoch 3 of 20".
    pub(super) state: String,
    pub(super) is_open: bool,
    /// In percent.
    pub(super) dev: Option<f64>,
    pub(super) test: Option<f64>,
    /// What stands in the way first.
    pub(super) first: String,
    /// Dev error from the first epoch to the last, from 0 to 1 of its largest.
    pub(super) curve: Vec<f64>,
    /// Seconds since 1970, of the last change.
    pub(super) changed: u64,
}

/// Entries that were read before, with what they were read from.
#[derive(Default)]
pub(super) struct Index {
    known: HashMap<PathBuf, (Version, Entry)>,
}

/// What is read of `diagnosis.json`.
#[derive(Deserialize)]
struct Done {
    epochs_done: Option<u32>,
    diagnosis: Diagnosis,
}

/// What is read of `config.toml`.
#[derive(Deserialize)]
struct Planned {
    train: Option<Epochs>,
}

#[derive(Deserialize)]
struct Epochs {
    epochs: Option<u32>,
}

impl Index {
    /// What lies in a folder, the last changed first.
    pub(super) fn entries(&mut self, root: &Path, folder: &Path) -> Vec<Entry> {
        let mut entries = Vec::new();
        let found = fs::read_dir(folder).into_iter().flatten();
        for path in found.filter_map(|entry| Some(entry.ok()?.path())) {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if name.starts_with('.') || !path.is_dir() {
                continue;
            }
            let version = Version::of(&path);
            let known = self.known.get(&path).filter(|(known, _)| *known == version);
            let entry = match known {
                Some((_, entry)) => Some(entry.clone()),
                None => read(&path, name, root),
            };
            if let Some(entry) = entry {
                self.known.insert(path, (version, entry.clone()));
                entries.push(entry);
            }
        }
        entries.sort_by(|a, b| b.changed.cmp(&a.changed).then_with(|| a.name.cmp(&b.name)));
        entries
    }
}

/// None for a folder that is nothing of ours.
fn read(path: &Path, name: String, root: &Path) -> Option<Entry> {
    let relative = path.strip_prefix(root).ok()?.to_string_lossy().into_owned();
    let mut entry = Entry {
        name,
        address: format!("/at/{}", encoded(&relative)),
        kind: "run",
        state: String::new(),
        is_open: false,
        dev: None,
        test: None,
        first: String::new(),
        curve: Vec::new(),
        changed: 0,
    };
    if SweepDir::is_one(path) {
        entry.of_sweep(path);
    } else if path.join("config.toml").is_file() {
        entry.of_run(path);
    } else if path.join(Report::FILE).is_file() {
        entry.kind = "experiment";
        entry.state = "done".into();
        entry.changed = changed(&path.join(Report::FILE));
    } else {
        return None;
    }
    Some(entry)
}

impl Entry {
    fn of_run(&mut self, path: &Path) {
        let history = History::read(path);
        let errors: Vec<f64> = history
            .sets
            .dev
            .iter()
            .map(|metric| metric.error_rate)
            .collect();
        let largest = errors.iter().copied().fold(0.0, f64::max);
        self.curve = errors
            .iter()
            .map(|error| if largest > 0.0 { error / largest } else { 0.0 })
            .collect();
        self.changed = ["diagnosis.json", METRICS, "config.toml"]
            .map(|file| changed(&path.join(file)))
            .into_iter()
            .max()
            .unwrap_or_default();
        let done = fs::read(path.join("diagnosis.json")).ok();
        let done = done.and_then(|json| serde_json::from_slice::<Done>(&json).ok());
        if let Some(done) = done {
            self.of_diagnosis(&done);
        } else {
            self.is_open = true;
            let config = fs::read_to_string(path.join("config.toml")).unwrap_or_default();
            let planned = toml::from_str::<Planned>(&config).ok();
            let epochs = planned.and_then(|planned| planned.train?.epochs);
            let of = epochs.map_or(String::new(), |epochs| format!(" of {epochs}"));
            self.state = format!("epoch {}{of}", history.epochs());
            let last =
                |metrics: &Vec<Metric>| metrics.last().map(|metric| metric.error_rate * 100.0);
            (self.dev, self.test) = (last(&history.sets.dev), last(&history.sets.test));
        }
    }

    fn of_diagnosis(&mut self, done: &Done) {
        let epochs = done.epochs_done;
        self.state = epochs.map_or("done".into(), |epochs| format!("done, {epochs} epochs"));
        let rate = |name: RateName| {
            let mut rates = done.diagnosis.rates.iter();
            rates
                .find(|rate| rate.name == name)
                .map(|rate| rate.rate * 100.0)
        };
        (self.dev, self.test) = (rate(RateName::Dev), rate(RateName::Test));
        let first = done.diagnosis.first.map(|kind| kind.to_string());
        self.first = first.unwrap_or_else(|| "no gap matters".into());
    }

    fn of_sweep(&mut self, path: &Path) {
        self.kind = if path.join(Report::FILE).is_file() {
            "experiment"
        } else {
            "sweep"
        };
        let Ok(sweep) = SweepDir::open(path) else {
            self.state = "damaged".into();
            return;
        };
        let found = sweep.found().unwrap_or_default();
        let done = found
            .iter()
            .filter(|found| matches!(found, Found::Done(_)))
            .count();
        let ledger = sweep.ledger().ok();
        let last = |point: &str| ledger.as_ref().and_then(|ledger| ledger.last(point));
        let points = sweep.file.points.iter();
        let failed = points
            .filter(|point| matches!(last(&point.id), Some(Event::Failed { .. })))
            .count();
        self.state = format!("{done} of {} runs", found.len());
        if failed > 0 {
            write!(self.state, ", {failed} failed").ok();
        }
        self.is_open = done + failed < found.len();
        let files = fs::read_dir(path).into_iter().flatten();
        let ledgers = files.filter_map(|entry| Some(entry.ok()?.path()));
        let ledgers = ledgers.filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        });
        self.changed = ledgers
            .map(|ledger| changed(&ledger))
            .max()
            .unwrap_or_default();
        if self.changed == 0 {
            self.changed = changed(&path.join(SweepDir::FILE));
        }
    }

    /// A line for the eye: dev error over the epochs, as points of an SVG 80 units wide and 20 high.
    pub(super) fn line(&self) -> String {
        let n = self.curve.len();
        if n < 2 {
            return String::new();
        }
        let place = |(at, value): (usize, &f64)| {
            let x = 79.0 * at as f64 / (n - 1) as f64;
            format!("{x:.1},{:.1}", 19.0 - 18.0 * value)
        };
        let every = n.div_ceil(80).max(1);
        let points = self
            .curve
            .iter()
            .enumerate()
            .filter(|(at, _)| at % every == 0 || at + 1 == n);
        points.map(place).collect::<Vec<_>>().join(" ")
    }

    /// When it was changed, for people; the page's script makes it their own time.
    pub(super) fn when(&self) -> String {
        let time = UNIX_EPOCH + std::time::Duration::from_secs(self.changed);
        humantime::format_rfc3339_seconds(time).to_string()
    }

    pub(super) fn dev_text(&self) -> String {
        self.dev.map_or(String::new(), |rate| format!("{rate:.2}"))
    }

    pub(super) fn test_text(&self) -> String {
        self.test.map_or(String::new(), |rate| format!("{rate:.2}"))
    }
}

/// Seconds since 1970.
fn changed(file: &Path) -> u64 {
    stamp(file).map_or(0, |(nanos, _)| (nanos / 1_000_000_000) as u64)
}
