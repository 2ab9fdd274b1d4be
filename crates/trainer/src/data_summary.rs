//! What is said of the data of a run.

use plumb_data::{Examples, FileHash, Loaded, Normalizer, Sets, split::Member};
use serde::Serialize;

use crate::sets::PerSet;

/// What `data.json` says.
#[derive(Serialize)]
pub(crate) struct DataSummary {
    format: u32,
    pub(crate) general: ChunkSummary,
    pub(crate) target: ChunkSummary,
    pub(crate) sets: PerSet<SetSummary>,
    /// Target examples that are in no set.
    pub(crate) unused_target: usize,
    /// Fitted on train alone.
    normalizer: Normalizer,
}

/// One of the two chunks.
#[derive(Serialize)]
pub(crate) struct ChunkSummary {
    pub(crate) examples: usize,
    pub(crate) distinct_sources: usize,
    pub(crate) distinct_originals: usize,
    sources: Vec<String>,
    files: Vec<FileSummary>,
}

#[derive(Serialize)]
struct FileSummary {
    path: String,
    sha256: String,
}

/// One of the four sets.
#[derive(Serialize)]
pub(crate) struct SetSummary {
    pub(crate) examples: usize,
    /// How many of them come from the target chunk.
    pub(crate) from_target: usize,
    pub(crate) distinct_sources: usize,
    pub(crate) distinct_originals: usize,
    classes: Vec<ClassCount>,
    /// Of shape, values and labels.
    sha256: String,
}

#[derive(Serialize)]
struct ClassCount {
    class: String,
    examples: usize,
}

impl DataSummary {
    pub(crate) fn new(
        general: &Loaded,
        target: &Loaded,
        split: &Sets,
        normalizer: &Normalizer,
    ) -> Self {
        let members = &split.membership;
        let from_target = |members: &[Member]| {
            members
                .iter()
                .filter(|member| matches!(member, Member::Target(_)))
                .count()
        };
        Self {
            format: 1,
            general: ChunkSummary::new(general),
            target: ChunkSummary::new(target),
            sets: PerSet {
                train: SetSummary::new(&split.train, from_target(&members.train)),
                train_dev: SetSummary::new(&split.train_dev, from_target(&members.train_dev)),
                dev: SetSummary::new(&split.dev, from_target(&members.dev)),
                test: SetSummary::new(&split.test, from_target(&members.test)),
            },
            unused_target: split.unused_target,
            normalizer: normalizer.clone(),
        }
    }
}

impl ChunkSummary {
    fn new(chunk: &Loaded) -> Self {
        let file = |file: &FileHash| FileSummary {
            path: file.path.display().to_string(),
            sha256: file.sha256.clone(),
        };
        Self {
            examples: chunk.examples.len(),
            distinct_sources: chunk.examples.n_sources(),
            distinct_originals: chunk.examples.n_originals(),
            sources: chunk.examples.source_names.clone(),
            files: chunk.files.iter().map(file).collect(),
        }
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
impl DataSummary {
    /// A summary with these counts and nothing else of note.
    pub(crate) fn for_test(general: usize, unused_target: usize) -> Self {
        let chunk = |examples| ChunkSummary {
            examples,
            distinct_sources: 1,
            distinct_originals: examples,
            sources: Vec::new(),
            files: Vec::new(),
        };
        let set = || SetSummary {
            examples: 1,
            from_target: 0,
            distinct_sources: 1,
            distinct_originals: 1,
            classes: Vec::new(),
            sha256: String::new(),
        };
        let one = plumb_data::source::Strokes::new(20)
            .load(
                1,
                plumb_data::source::Grid {
                    height: 8,
                    width: 8,
                    max: 16.0,
                },
            )
            .unwrap();
        Self {
            format: 1,
            general: chunk(general),
            target: chunk(1),
            sets: PerSet {
                train: set(),
                train_dev: set(),
                dev: set(),
                test: set(),
            },
            unused_target,
            normalizer: Normalizer::fit(plumb_data::Normalization::None, &one.examples).unwrap(),
        }
    }
}
