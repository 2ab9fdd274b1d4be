//! One chunk on disk.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::inputs::{Found, Input};
use super::{rows, write_error};
use crate::hash::hex;
use crate::source::{BayesError, Context, Loaded, Progress, SourceError, TableSchema};
use crate::values::{Numbers, Part, View, to_le_bytes};
use crate::{Examples, Tag, Values};

const VALUES: &str = "values.bin";
const ROWS: &str = "rows.bin";
const META: &str = "meta.json";

/// Bytes that are read and hashed at a time.
const BLOCK_BYTES: usize = 1 << 20;

/// Why a chunk is not used.
#[derive(Debug)]
pub(super) enum Miss {
    Absent,
    /// The files that it was read from have changed.
    Outdated,
    Damaged(String),
}

/// Everything but the arrays.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Meta {
    n_examples: usize,
    shape: Vec<usize>,
    range: Option<(f32, f32)>,
    classes: Vec<String>,
    source_names: Vec<String>,
    tags: Vec<TagMeta>,
    bayes: Option<BayesError>,
    warnings: Vec<String>,
    table: Option<TableSchema>,
    inputs: Vec<Input>,
    /// Whether values are bytes; else f32.
    is_u8: bool,
    values_sha256: String,
    rows_sha256: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TagMeta {
    name: String,
    values: Vec<String>,
    is_pool: bool,
}

/// What `meta.json` holds: the hash is of the JSON of `meta` without spaces.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    sha256: String,
    meta: Meta,
}

impl Sealed {
    fn new(meta: Meta) -> serde_json::Result<Self> {
        let sha256 = hex(Sha256::digest(serde_json::to_vec(&meta)?).as_slice());
        Ok(Self { sha256, meta })
    }
}

/// Writes a chunk into `folder`, which will be renamed to `place`; the values as they lie there.
pub(super) fn write(
    loaded: &Loaded,
    started: SystemTime,
    folder: &Path,
    place: &Path,
) -> Result<Values, SourceError> {
    let failed = |reason: io::Error| write_error(folder, reason);
    let Examples { values, .. } = &loaded.examples;
    let values_sha256 = write_values(values, folder)?;
    let rows = rows::to_bytes(&loaded.examples);
    fs::write(folder.join(ROWS), &rows).map_err(failed)?;
    let rows_sha256 = hex(Sha256::digest(rows).as_slice());
    let meta = meta(loaded, started, values_sha256, rows_sha256).map_err(failed)?;
    let sealed = Sealed::new(meta).and_then(|sealed| serde_json::to_vec_pretty(&sealed));
    let text = sealed.map_err(|error| failed(error.into()))?;
    fs::write(folder.join(META), text).map_err(failed)?;
    Ok(Values::View(View::new(Part::File {
        file: File::open(folder.join(VALUES)).map_err(failed)?,
        path: place.join(VALUES),
        is_u8: values.is_u8(),
        len: values.len(),
    })))
}

/// Writes all values; their sha256.
fn write_values(values: &Values, folder: &Path) -> Result<String, SourceError> {
    let failed = |reason: io::Error| write_error(folder, reason);
    let mut file = File::create(folder.join(VALUES)).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut le_bytes = Vec::new();
    values.for_each_block(1, |block| {
        let bytes = match block {
            Numbers::U8(bytes) => bytes,
            Numbers::F32(numbers) => {
                to_le_bytes(numbers, &mut le_bytes);
                &le_bytes
            }
        };
        let (written, ()) = rayon::join(|| file.write_all(bytes), || hash.update(bytes));
        written.map_err(failed)
    })?;
    Ok(hex(hash.finalize().as_slice()))
}

fn meta(
    loaded: &Loaded,
    started: SystemTime,
    values_sha256: String,
    rows_sha256: String,
) -> io::Result<Meta> {
    let Loaded {
        examples,
        files,
        bayes,
        warnings,
        table,
    } = loaded;
    let tags = examples.tags.iter().map(|tag| TagMeta {
        name: tag.name.clone(),
        values: tag.values.clone(),
        is_pool: tag.is_pool,
    });
    let inputs = files.iter().map(|file| Input::new(file, started));
    Ok(Meta {
        n_examples: examples.len(),
        shape: examples.shape.clone(),
        range: examples.range,
        classes: examples.classes.clone(),
        source_names: examples.source_names.clone(),
        tags: tags.collect(),
        bayes: *bayes,
        warnings: warnings.clone(),
        table: table.clone(),
        inputs: inputs.collect::<io::Result<_>>()?,
        is_u8: examples.values.is_u8(),
        values_sha256,
        rows_sha256,
    })
}

/// Reads a chunk, if it is whole and its inputs are as they were.
pub(super) fn open(place: &Path, context: &Context<'_>) -> Result<Loaded, Miss> {
    if !place.exists() {
        return Err(Miss::Absent);
    }
    let text = fs::read(place.join(META)).map_err(|error| damaged(META, error))?;
    let sealed: Sealed = serde_json::from_slice(&text).map_err(|error| damaged(META, error))?;
    let seal = sealed.sha256;
    let mut sealed = Sealed::new(sealed.meta).map_err(|error| damaged(META, error))?;
    if sealed.sha256 != seal {
        return Err(damaged(META, "has another sha256 than it says"));
    }
    if look_at_inputs(&mut sealed.meta.inputs)? {
        reseal(place, &mut sealed);
    }
    let meta = sealed.meta;
    let mut examples = Examples {
        values: read_values(place, &meta, context)?,
        shape: meta.shape,
        range: meta.range,
        labels: Vec::new(),
        classes: meta.classes,
        source: Vec::new(),
        source_names: meta.source_names,
        original: Vec::new(),
        tags: meta
            .tags
            .into_iter()
            .map(|tag| Tag {
                name: tag.name,
                values: tag.values,
                of: Vec::new(),
                is_pool: tag.is_pool,
            })
            .collect(),
    };
    let bytes = fs::read(place.join(ROWS)).map_err(|error| damaged(ROWS, error))?;
    if hex(Sha256::digest(&bytes).as_slice()) != meta.rows_sha256 {
        return Err(damaged(ROWS, "has another sha256"));
    }
    if !rows::fill(&mut examples, meta.n_examples, &bytes) {
        return Err(damaged(ROWS, "does not fit the examples"));
    }
    Ok(Loaded {
        examples,
        files: meta.inputs.iter().map(Input::file_hash).collect(),
        bayes: meta.bayes,
        warnings: meta.warnings,
        table: meta.table,
    })
}

fn damaged(file: &str, problem: impl std::fmt::Display) -> Miss {
    Miss::Damaged(format!("{file}: {problem}"))
}

/// Whether any of the inputs, which are as they were, now looks different.
fn look_at_inputs(inputs: &mut [Input]) -> Result<bool, Miss> {
    let mut any_touched = false;
    for input in inputs {
        match input.look() {
            Found::Same => {}
            Found::Touched(now) => {
                any_touched |= *input != now;
                *input = now;
            }
            Found::Changed => return Err(Miss::Outdated),
        }
    }
    Ok(any_touched)
}

/// Keeps what inputs look like now, so that they are not hashed next time. If it cannot be kept, they
/// are.
fn reseal(place: &Path, sealed: &mut Sealed) {
    let text = serde_json::to_vec(&sealed.meta);
    let Ok(text) = text else { return };
    sealed.sha256 = hex(Sha256::digest(text).as_slice());
    let write = || -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(place)?;
        file.write_all(&serde_json::to_vec_pretty(&*sealed)?)?;
        file.persist(place.join(META))?;
        Ok(())
    };
    write().ok();
}

/// Hashes the values; they come into memory if the budget allows it.
fn read_values(place: &Path, meta: &Meta, context: &Context<'_>) -> Result<Values, Miss> {
    let damaged_by = |error: io::Error| damaged(VALUES, error);
    let path = place.join(VALUES);
    let mut file = File::open(&path).map_err(damaged_by)?;
    let size_bytes = file.metadata().map_err(damaged_by)?.len();
    let n_values = meta
        .shape
        .iter()
        .try_fold(1_usize, |p, &n| p.checked_mul(n));
    let len = n_values.and_then(|n| n.checked_mul(meta.n_examples));
    let width_bytes: usize = if meta.is_u8 { 1 } else { 4 };
    let expected = len.and_then(|len| len.checked_mul(width_bytes));
    let Some(len) = len.filter(|_| expected.map(|n| n as u64) == Some(size_bytes)) else {
        return Err(damaged(VALUES, format!("has {size_bytes} bytes")));
    };
    let mut hash = Sha256::new();
    let mut block = vec![0; BLOCK_BYTES];
    let mut done_bytes = 0;
    loop {
        let n = file.read(&mut block).map_err(damaged_by)?;
        if n == 0 {
            break;
        }
        hash.update(&block[..n]);
        done_bytes += n as u64;
        let share = done_bytes as f64 / size_bytes as f64;
        (context.on_progress)(Progress {
            done: ((meta.n_examples as f64 * share) as usize).min(meta.n_examples),
            total: meta.n_examples,
        });
    }
    if hex(hash.finalize().as_slice()) != meta.values_sha256 {
        return Err(damaged(VALUES, "has another sha256"));
    }
    let values = Values::View(View::new(Part::File {
        file,
        path,
        is_u8: meta.is_u8,
        len,
    }));
    if size_bytes > context.memory.budget_bytes {
        return Ok(values);
    }
    values.into_memory().map_err(|error| damaged(VALUES, error))
}
