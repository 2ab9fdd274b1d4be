use std::{
    fs,
    path::{Path, PathBuf},
};

use plumb_data::seed;
use plumb_diagnostics::{Confidence, Options};
use serde::Serialize;

use crate::{
    Error, answers::Answers, curve::Timing, finished::Finished, judge::HumanLevel, sets::PerSet,
    trained::ModelFile,
};

/// Keys without a say in what a run finds: those that tell repeats apart, and where values lie.
const FREE: [&str; 5] = [
    "seed",
    "name",
    "data.split.repeat",
    "data.memory_budget",
    "data.cache",
];

/// What a comparison keeps of a finished run.
pub(crate) struct Run {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) seed: Seed,
    /// The resolved config, without what tells repeats apart.
    pub(crate) config: toml::Table,
    pub(crate) human: HumanLevel,
    pub(crate) options: Options,
    pub(crate) sets: PerSet<Answers>,
    /// Examples of the training set.
    pub(crate) train_examples: usize,
    pub(crate) parameters: usize,
    /// Of the training's steps, without measuring; none if no time was written down.
    pub(crate) train_secs: Option<f64>,
}

/// What tells the repeats of one recipe apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Seed {
    pub(crate) seed: u64,
    pub(crate) repeat: u64,
}

impl Seed {
    /// One number for both, the same for the same.
    pub(crate) fn number(self) -> u64 {
        seed::derive(self.seed, &format!("repeat {}", self.repeat))
    }
}

impl Run {
    /// Reads a run's directory.
    ///
    /// # Errors
    /// As [`Finished::open`].
    pub(crate) fn open(path: &Path, confidence: Option<Confidence>) -> Result<Self, Error> {
        let finished = Finished::open(path)?;
        let about: ModelFile = finished.run.read_json(ModelFile::NAME)?;
        let sets = Answers::of(&finished)?;
        let mut options = finished.config.diagnosis.options()?;
        options.confidence = confidence.unwrap_or(options.confidence);
        Ok(Self {
            path: path.to_owned(),
            name: finished.config.name.clone(),
            seed: Seed {
                seed: finished.config.seed,
                repeat: finished.config.data.split.repeat,
            },
            config: without(&finished.config.table()?, &FREE),
            human: finished.verdict.human.clone(),
            options,
            sets,
            train_examples: finished.data.sets.train.examples,
            parameters: about.cost.parameters,
            train_secs: train_secs(path),
        })
    }
}

/// A table without the values at these dotted keys.
fn without(table: &toml::Table, keys: &[&str]) -> toml::Table {
    let mut table = table.clone();
    for key in keys {
        remove(&mut table, key);
    }
    table
}

fn remove(table: &mut toml::Table, key: &str) {
    match key.split_once('.') {
        None => {
            table.remove(key);
        }
        Some((first, rest)) => {
            if let Some(toml::Value::Table(inner)) = table.get_mut(first) {
                remove(inner, rest);
            }
        }
    }
}

/// Of all epochs together.
fn train_secs(run: &Path) -> Option<f64> {
    let text = fs::read_to_string(run.join("timings.jsonl")).ok()?;
    let mut secs = 0.0;
    for line in text.lines() {
        let timing: Timing = serde_json::from_str(line).ok()?;
        secs += timing.train_secs;
    }
    Some(secs)
}
