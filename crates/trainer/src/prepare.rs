//! From a config to the four sets.

use plumb_data::{
    Examples, FileHash, Loaded, Normalizer, Sets, SourceError, SplitError,
    source::{FileError, Grid, strokes::Strokes},
    split::Member,
};
use plumb_model::Task;
use serde::Serialize;

use crate::{
    Error,
    config::{Config, Document, General, KeyError, Target},
    sets::PerSet,
};

/// The data of a run, on the host.
pub(crate) struct Prepared {
    pub(crate) sets: PerSet<Examples>,
    pub(crate) normalizer: Normalizer,
    pub(crate) task: Task,
    pub(crate) summary: DataSummary,
}

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

/// Loads both chunks, splits them, and fits the normalization on train.
///
/// # Errors
/// Bad input, pointing at the key of the config that it comes from.
pub(crate) fn prepare(config: &Config, document: &Document) -> Result<Prepared, Error> {
    let target = load_target(&config.data.target).map_err(|error| document.error(&error))?;
    let general = load_general(&config.data.general, &target.examples, config.seed)
        .map_err(|error| document.error(&error))?;
    let split = plumb_data::split(
        &general.examples,
        &target.examples,
        &config.data.split,
        config.seed,
    )
    .map_err(|error| document.error(&split_error(&error)))?;
    let normalizer = Normalizer::fit(config.data.normalization, &split.train).map_err(|error| {
        document.error(&KeyError::new("data.normalization", error.to_string()))
    })?;
    let task = Task {
        input_shape: split.train.shape.clone(),
        n_classes: split.train.classes.len(),
    };
    Ok(Prepared {
        summary: summarize(&general, &target, &split, &normalizer),
        sets: PerSet {
            train: split.train,
            train_dev: split.train_dev,
            dev: split.dev,
            test: split.test,
        },
        normalizer,
        task,
    })
}

fn load_target(target: &Target) -> Result<Loaded, KeyError> {
    match target {
        Target::Csv(csv) => csv.load().map_err(|error| source_error("data.target.csv", &error)),
        Target::Idx(idx) => idx.load().map_err(|error| source_error("data.target.idx", &error)),
    }
}

fn load_general(general: &General, target: &Examples, seed: u64) -> Result<Loaded, KeyError> {
    match general {
        General::Strokes(strokes) => load_strokes(strokes, target, seed),
        General::Csv(csv) => csv.load().map_err(|error| source_error("data.general.csv", &error)),
        General::Idx(idx) => idx.load().map_err(|error| source_error("data.general.idx", &error)),
    }
}

/// Draws digits to the target's grid and range.
fn load_strokes(strokes: &Strokes, target: &Examples, seed: u64) -> Result<Loaded, KeyError> {
    let key = "data.general.strokes";
    let [1, height, width] = target.shape[..] else {
        let message = format!(
            "drawn digits take their grid from the target, which has examples of shape {:?}; \
             expected [1, height, width]",
            target.shape
        );
        return Err(KeyError::new(key, message));
    };
    let Some((0.0, max)) = target.range else {
        let message = format!(
            "drawn digits take their range from the target, which has {}; expected one from 0",
            target.range.map_or("none".into(), |(low, high)| format!("{low} to {high}"))
        );
        return Err(KeyError::new(key, message).hint("give the target's `range`, as in [0, 16]"));
    };
    strokes
        .load(seed, Grid { height, width, max })
        .map_err(|error| source_error(key, &error))
}

fn source_error(table: &str, error: &SourceError) -> KeyError {
    let key = match error {
        SourceError::Field(field) => {
            return KeyError::value(format!("{table}.{}", field.field), &field.message);
        }
        SourceError::Csv(_) => format!("{table}.path"),
        SourceError::Idx(_) | SourceError::File(_) | SourceError::Grid { .. } => table.to_string(),
    };
    let key = if matches!(error, SourceError::File(_)) && table.ends_with(".csv") {
        format!("{table}.path")
    } else {
        key
    };
    let key_error = KeyError::new(key, error.to_string());
    match error {
        SourceError::File(FileError::Missing { path, hint }) => {
            let mnist = path.to_string_lossy().contains("mnist");
            match hint {
                _ if mnist => key_error.hint("scripts/fetch_mnist.sh brings MNIST"),
                Some(hint) => key_error.hint(hint),
                None => key_error,
            }
        }
        _ => key_error,
    }
}

fn split_error(error: &SplitError) -> KeyError {
    let key = match error {
        SplitError::Field(field) => {
            return KeyError::value(format!("data.split.{}", field.field), &field.message);
        }
        SplitError::TooFewTarget { plan, .. } => {
            let asked = [
                (plan.test, "data.split.test"),
                (plan.dev, "data.split.dev"),
                (plan.target_in_train, "data.split.target_in_train"),
            ];
            asked.into_iter().max().map_or("data.split", |(_, key)| key)
        }
        SplitError::TooFewInMix { .. } => "data.split.train_dev",
        SplitError::Classes { .. } | SplitError::Shape { .. } | SplitError::Range { .. } => {
            "data.general"
        }
        _ => "data.split",
    };
    KeyError::new(key, error.to_string())
}

fn summarize(general: &Loaded, target: &Loaded, split: &Sets, normalizer: &Normalizer) -> DataSummary {
    let members = &split.membership;
    let from_target = |members: &[Member]| {
        members.iter().filter(|member| matches!(member, Member::Target(_))).count()
    };
    DataSummary {
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
        let one = Strokes::new(20).load(1, Grid { height: 8, width: 8, max: 16.0 }).unwrap();
        Self {
            format: 1,
            general: chunk(general),
            target: chunk(1),
            sets: PerSet { train: set(), train_dev: set(), dev: set(), test: set() },
            unused_target,
            normalizer: Normalizer::fit(plumb_data::Normalization::None, &one.examples).unwrap(),
        }
    }
}
