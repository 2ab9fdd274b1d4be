//! What is said of the data of a run.

use std::fmt;

use plumb_data::{
    Examples, FileHash, Loaded, Normalizer, Tag,
    leak::Leaks,
    source::{BayesError, TableSchema},
    split::Member,
};
use plumb_diagnostics::SetName;
use plumb_model::Task;
use serde::{Deserialize, Serialize};

use crate::{Error, prepare::Divided, progress::thousands, run_dir::RunDir, sets::PerSet};

/// From so many examples per distinct original or nuisance on, few stand behind many: what looks
/// varied may cover little (MISSION: an hour of noise under a thousand hours of speech).
const FEW: usize = 100;

/// What `data.json` says.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct DataSummary {
    format: u32,
    pub(crate) general: ChunkSummary,
    pub(crate) target: ChunkSummary,
    pub(crate) sets: PerSet<SetSummary>,
    /// Target examples that are in no set.
    pub(crate) unused_target: usize,
    /// General examples that are in no set because their group is in dev or test.
    pub(crate) left_out_general: usize,
    /// Examples of the training mix that `data.split.train` leaves out.
    pub(crate) unused_train: usize,
    /// Examples that stand in two sets, or nearly.
    pub(crate) leaks: Leaks,
    /// Fitted on train alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    normalizer: Option<Normalizer>,
    /// What a user should know; whole sentences.
    pub(crate) warnings: Vec<String>,
}

/// One of the two chunks.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ChunkSummary {
    pub(crate) examples: usize,
    pub(crate) shape: Vec<usize>,
    pub(crate) range: Option<(f32, f32)>,
    pub(crate) distinct_sources: usize,
    pub(crate) distinct_originals: usize,
    /// What synthesis drew from finite pools.
    pub(crate) nuisances: Vec<Nuisance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bayes: Option<BayesError>,
    sources: Vec<String>,
    pub(crate) files: Vec<FileSummary>,
    /// Its columns, with which `plumb predict` reads other tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<TableSchema>,
}

/// How many distinct ones of a pool stand behind the examples.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Nuisance {
    pub(crate) name: String,
    pub(crate) distinct: usize,
    /// Examples that have one.
    pub(crate) examples: usize,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct FileSummary {
    pub(crate) path: String,
    pub(crate) sha256: String,
}

/// One of the four sets.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SetSummary {
    pub(crate) examples: usize,
    /// How many of them come from the target chunk.
    pub(crate) from_target: usize,
    pub(crate) distinct_sources: usize,
    pub(crate) distinct_originals: usize,
    pub(crate) classes: Vec<ClassCount>,
    /// Of shape, values and labels.
    pub(crate) sha256: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ClassCount {
    pub(crate) class: String,
    pub(crate) examples: usize,
}

impl DataSummary {
    /// The version of `data.json`.
    pub(crate) const FORMAT: u32 = 2;

    pub(crate) fn new(divided: &Divided, normalizer: Option<&Normalizer>) -> Self {
        let sets = &divided.sets;
        let members = &sets.membership;
        let from_target = |members: &[Member]| {
            let is_target = |member: &&Member| matches!(member, Member::Target(_));
            members.iter().filter(is_target).count()
        };
        let chunks = [
            ("general", &divided.chunks.general),
            ("target", &divided.chunks.target),
        ];
        let [general, target] = chunks.map(|(_, chunk)| ChunkSummary::new(chunk));
        let mut warnings = Vec::new();
        for ((name, chunk), summary) in chunks.iter().zip([&general, &target]) {
            let own = chunk.warnings.iter();
            warnings.extend(own.map(|warning| format!("{name}: {warning}")));
            warnings.extend(summary.few(name));
        }
        warnings.extend(sets.warnings.iter().cloned());
        Self {
            format: Self::FORMAT,
            general,
            target,
            sets: PerSet {
                train: SetSummary::new(&sets.train, from_target(&members.train)),
                train_dev: SetSummary::new(&sets.train_dev, from_target(&members.train_dev)),
                dev: SetSummary::new(&sets.dev, from_target(&members.dev)),
                test: SetSummary::new(&sets.test, from_target(&members.test)),
            },
            unused_target: sets.unused_target,
            left_out_general: sets.left_out_general,
            unused_train: sets.unused_train,
            leaks: divided.leaks.clone(),
            normalizer: normalizer.cloned(),
            warnings,
        }
    }
}

impl DataSummary {
    /// Makes sure that the sets are those that a run was begun with.
    ///
    /// # Errors
    /// Bad input that names the first set that has changed.
    pub(crate) fn check_same(&self, run: &RunDir) -> Result<(), Error> {
        let before = SetHashes::read(run)?;
        for (set, before) in before.sets.iter() {
            if self.sets.get(set).sha256 != before.sha256 {
                let what = match set {
                    SetName::Train => "the data that the run was trained on",
                    _ => "the data that the run was measured on",
                };
                return Err(Error::bad_input(format!(
                    "{set} has changed: its sha256 is not the one in {}; expected {what}",
                    run.path().join("data.json").display()
                ))
                .hint("to train on other data from these weights, start a run with --init-from"));
            }
        }
        Ok(())
    }

    /// What a network is built for.
    pub(crate) fn task(&self) -> Task {
        Task {
            input_shape: self.general.shape.clone(),
            n_classes: self.sets.train.classes.len(),
        }
    }

    /// The target chunk in words: its first file, if it has one.
    pub(crate) fn target_name(&self) -> &str {
        match &self.target.files[..] {
            [file, ..] => &file.path,
            [] => "the target chunk",
        }
    }
}

/// What a run's `data.json` says of its sets, for those who compare.
#[derive(Deserialize)]
pub(crate) struct SetHashes {
    pub(crate) sets: PerSet<SetHash>,
}

#[derive(Deserialize)]
pub(crate) struct SetHash {
    pub(crate) sha256: String,
}

impl SetHashes {
    /// # Errors
    /// Bad input if the file is missing or damaged.
    pub(crate) fn read(run: &RunDir) -> Result<Self, Error> {
        run.read_json("data.json")
    }
}

impl ChunkSummary {
    pub(crate) fn new(chunk: &Loaded) -> Self {
        let file = |file: &FileHash| FileSummary {
            path: file.path.display().to_string(),
            sha256: file.sha256.clone(),
        };
        let examples = &chunk.examples;
        Self {
            examples: examples.len(),
            shape: examples.shape.clone(),
            range: examples.range,
            distinct_sources: examples.n_sources(),
            distinct_originals: examples.n_originals(),
            nuisances: examples.tags.iter().filter_map(Nuisance::of).collect(),
            bayes: chunk.bayes,
            sources: examples.source_names.clone(),
            files: chunk.files.iter().map(file).collect(),
            table: chunk.table.clone(),
        }
    }

    /// Warnings of originals or nuisances that are few for so many examples.
    fn few(&self, name: &str) -> Vec<String> {
        let mut warnings = Vec::new();
        let mut warn = |examples: usize, distinct: usize, what: &str| {
            if distinct > 0 && examples / distinct >= FEW {
                warnings.push(format!(
                    "{name}: {} examples rest on {} distinct {what}, {} each: what looks varied \
                     may cover little of what users bring",
                    thousands(examples as u64),
                    thousands(distinct as u64),
                    thousands((examples / distinct) as u64),
                ));
            }
        };
        warn(self.examples, self.distinct_originals, "originals");
        for nuisance in &self.nuisances {
            let what = format!("values of `{}`", nuisance.name);
            warn(nuisance.examples, nuisance.distinct, &what);
        }
        warnings
    }
}

impl Nuisance {
    /// Counts a pool; examples that have none of it carry the empty value.
    fn of(tag: &Tag) -> Option<Self> {
        if !tag.is_pool {
            return None;
        }
        let has_one = |index: &&u32| !tag.values[**index as usize].is_empty();
        let used: Vec<u32> = tag.of.iter().filter(has_one).copied().collect();
        let distinct: std::collections::BTreeSet<u32> = used.iter().copied().collect();
        Some(Self {
            name: tag.name.clone(),
            distinct: distinct.len(),
            examples: used.len(),
        })
    }
}

/// As in "20,000 examples, 28 distinct style".
impl fmt::Display for ChunkSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |n: usize| thousands(n as u64);
        write!(f, "{} examples", count(self.examples))?;
        if self.distinct_originals < self.examples {
            write!(f, " of {} originals", count(self.distinct_originals))?;
        }
        let sources = count(self.distinct_sources);
        let plural = if self.distinct_sources == 1 { "" } else { "s" };
        write!(f, ", {sources} distinct source{plural}")?;
        for nuisance in &self.nuisances {
            write!(f, ", {} × `{}`", count(nuisance.distinct), nuisance.name)?;
        }
        Ok(())
    }
}

impl SetSummary {
    fn new(set: &Examples, from_target: usize) -> Self {
        let counts = set.class_counts();
        let class_count = |(class, examples): (&String, usize)| ClassCount {
            class: class.clone(),
            examples,
        };
        Self {
            examples: set.len(),
            from_target,
            distinct_sources: set.n_sources(),
            distinct_originals: set.n_originals(),
            classes: set.classes.iter().zip(counts).map(class_count).collect(),
            sha256: set.sha256(),
        }
    }
}

#[cfg(test)]
mod tests;
