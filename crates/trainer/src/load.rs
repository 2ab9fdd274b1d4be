//! Reads or draws the two chunks that a config names.

use plumb_data::{
    Context, Examples, FieldError, Loaded, Memory, Source, SourceError, Values,
    cache::load_cached,
    label_noise, seed,
    source::{FileError, Grid, Progress, csv::CsvProblem},
    transform::synthesize,
};
use plumb_model::Task;

use crate::{
    config::{Chunk, Data, KeyError, similar},
    fraction,
    near::near,
};

/// From so many bytes on, the rows of a set are not copied from their chunk: where one lies takes 8 bytes to know, and
/// time to look up.
const MIN_SHARED_ROW_BYTES: u64 = 64;

/// Both chunks, ready to be split.
pub(crate) struct Chunks {
    pub(crate) general: Loaded,
    pub(crate) target: Loaded,
}

impl Chunks {
    /// What a network is built for.
    pub(crate) fn task(&self) -> Task {
        let general = &self.general.examples;
        Task {
            input_shape: general.shape.clone(),
            n_classes: general.classes.len(),
        }
    }
}

/// Loads both chunks; one that is drawn and has no grid of its own takes the other's.
///
/// # Errors
/// The key of the config that it comes from.
pub(crate) fn load(
    data: &Data,
    run_seed: u64,
    on_progress: &(dyn Fn(&str, Progress) + Sync),
) -> Result<Chunks, KeyError> {
    let memory = Memory {
        budget_bytes: data.memory_budget.0,
        folder: data.cache.clone(),
    };
    let load = |name, chunk, grid| {
        let context = Context {
            // The general chunk has the run's own seed, as it had before a target could be drawn.
            seed: match name {
                "general" => run_seed,
                _ => seed::derive(run_seed, name),
            },
            grid,
            memory: &memory,
            on_progress: &|progress| on_progress(name, progress),
        };
        load_chunk(name, chunk, &context)
    };
    let target = load("target", &data.target, None)?;
    let Some(target) = target else {
        let Some(general) = load("general", &data.general, None)? else {
            return Err(no_grid("target", &data.target, None));
        };
        let grid = grid_of(&general.examples);
        let target = load("target", &data.target, grid)?;
        let target = target.ok_or_else(|| no_grid("target", &data.target, Some(&general)))?;
        return Ok(Chunks { general, target });
    };
    let grid = grid_of(&target.examples);
    let general = load("general", &data.general, grid)?;
    let general = general.ok_or_else(|| no_grid("general", &data.general, Some(&target)))?;
    Ok(Chunks { general, target })
}

/// Loads a chunk and does to it what its config says; none if it needs a grid and has none.
fn load_chunk(
    name: &str,
    chunk: &Chunk,
    context: &Context<'_>,
) -> Result<Option<Loaded>, KeyError> {
    let table = format!("data.{name}");
    let Some(source) = chunk.source() else {
        return Err(KeyError::new(table, "names no source"));
    };
    let mut loaded = match load_cached(&source, context) {
        Ok(loaded) => loaded,
        Err(SourceError::NoGrid) => return Ok(None),
        Err(error) => return Err(source_error(&table, &source, &error)),
    };
    if let Some(convert) = &chunk.convert {
        loaded.examples = convert
            .apply(loaded.examples, context)
            .map_err(|error| KeyError::new(format!("{table}.convert"), error.to_string()))?;
        // Pixels lost, or classes merged, make another task.
        loaded.bayes = None;
    }
    if let Some(rate) = chunk.label_noise {
        let key = format!("{table}.label_noise");
        let n_classes = loaded.examples.classes.len();
        label_noise::check_label_noise(rate, n_classes).map_err(|error| {
            let meant = fraction::meant_in(&error.message);
            KeyError::value(key, error.message).maybe_hint(meant)
        })?;
        label_noise::flip_labels(&mut loaded.examples, rate, context.seed);
        loaded.bayes = loaded
            .bayes
            .map(|bayes| label_noise::bayes_with_noise(bayes, rate, n_classes));
    }
    if let Some(synthesis) = &chunk.synthesis {
        let made = synthesize(&loaded.examples, synthesis, context)
            .map_err(|error| KeyError::new(format!("{table}.synthesis"), error.to_string()))?;
        loaded.examples = made.examples;
        loaded.files.extend(made.files);
        loaded.bayes = None;
    }
    let examples = &mut loaded.examples;
    let row_bytes = examples.values.size_bytes() / examples.len().max(1) as u64;
    if row_bytes >= MIN_SHARED_ROW_BYTES {
        // The sets, and all runs of a sweep, then show rows of this one buffer.
        let own = std::mem::replace(&mut examples.values, Values::U8(Vec::new()));
        examples.values = own.shared();
    }
    Ok(Some(loaded))
}

/// The grid that another chunk can be drawn to: of grey images whose values begin at 0.
fn grid_of(examples: &Examples) -> Option<Grid> {
    match (&examples.shape[..], examples.range) {
        (&[1, height, width], Some((0.0, max))) => Some(Grid { height, width, max }),
        _ => None,
    }
}

/// A drawn chunk without a grid, and why the other chunk gives none.
fn no_grid(name: &str, chunk: &Chunk, other: Option<&Loaded>) -> KeyError {
    let source = chunk.source();
    let source = source.as_ref().map_or("", Source::name);
    let key = format!("data.{name}.{source}");
    let other_name = if name == "general" {
        "target"
    } else {
        "general"
    };
    let hint = "give it a `grid`, as in [28, 28], and a `max`, as in 255";
    let Some(other) = other else {
        let message = format!(
            "`{key}` has no `grid` and `max` of its own, and neither has `data.{other_name}`"
        );
        return KeyError::new(key, message).hint(hint);
    };
    let (what, found, expected) = match (&other.examples.shape[..], other.examples.range) {
        (&[1, _, _], None) => ("range", "none".to_string(), "one from 0"),
        (&[1, _, _], Some((low, high))) => ("range", format!("{low} to {high}"), "one from 0"),
        (shape, _) => (
            "grid",
            format!("examples of shape {shape:?}"),
            "[1, height, width]",
        ),
    };
    let message = format!(
        "drawn examples take their {what} from the {other_name}, which has {found}; \
         expected {expected}"
    );
    KeyError::new(key, message).hint(match what {
        "range" => format!("give the {other_name}'s `range`, as in [0, 16], or a `max` here"),
        _ => hint.to_string(),
    })
}

/// The key of a table's options that a problem is about, where that is not the file, and what to do.
fn in_table(problem: &CsvProblem) -> (Option<&'static str>, Option<String>) {
    match problem {
        CsvProblem::NoLabel { label, columns } => {
            let known: Vec<&str> = columns.iter().map(String::as_str).collect();
            let hint = match (similar(label, &known), &known[..]) {
                (Some(name), _) => format!("did you mean `{name}`?"),
                (None, [only]) if only.contains([';', '\t']) => {
                    "its header has no commas: `delimiter = \";\"` or `delimiter = \"\\t\"` says what separates \
                     its columns"
                        .into()
                }
                _ => "the label is the column with the right answers: its name, or its number counted from 1"
                    .into(),
            };
            (Some("label"), Some(hint))
        }
        CsvProblem::NumbersAsLabels { .. } | CsvProblem::OneClass { .. } => (Some("label"), None),
        CsvProblem::Shape { .. } => (Some("shape"), None),
        CsvProblem::OutOfRange { .. } => (
            Some("range"),
            Some("`range` is the smallest and the largest value that a feature can have, as in [0, 255]".into()),
        ),
        CsvProblem::EmptyCell { .. } | CsvProblem::Missing { .. } => (
            None,
            Some("`fill = \"mean\"`, \"median\" or \"zero\" puts numbers where values are missing".into()),
        ),
        _ => (None, None),
    }
}

/// Points at the key of a source that an error is about: the option that is wrong, or the one that
/// names the file at fault.
fn source_error(table: &str, source: &Source, error: &SourceError) -> KeyError {
    let table = format!("{table}.{}", source.name());
    let path = match error {
        SourceError::Field(FieldError { field, message }) => {
            return KeyError::value(format!("{table}.{field}"), message);
        }
        SourceError::File(
            FileError::Missing { path, .. }
            | FileError::Read { path, .. }
            | FileError::Unpack { path, .. }
            | FileError::TooLarge { path },
        )
        | SourceError::Content { path, .. }
        | SourceError::Broken { path, .. } => Some(path),
        SourceError::Idx(error) => Some(&error.path),
        SourceError::Csv(error) => Some(&error.path),
        SourceError::NoGrid | SourceError::Grid { .. } | SourceError::Memory(_) => None,
    };
    let (key, hint) = match error {
        SourceError::Csv(error) => in_table(&error.problem),
        _ => (None, None),
    };
    let key = key.map(String::from);
    let key = key.or_else(|| path.and_then(|path| source.key_of(path)));
    let key = match key {
        Some(key) => format!("{table}.{key}"),
        None => table,
    };
    let key_error = KeyError::new(key, error.to_string()).maybe_hint(hint);
    let SourceError::File(FileError::Missing { path, hint }) = error else {
        return key_error;
    };
    if path.to_string_lossy().contains("mnist") {
        return key_error.hint("scripts/fetch_mnist.sh brings MNIST");
    }
    key_error.hint(hint.clone().unwrap_or_else(|| near(path)))
}
