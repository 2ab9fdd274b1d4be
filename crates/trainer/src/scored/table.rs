//! Tables of answers: one line per example, with its set, its label, what was predicted, and its slices.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::Path,
};

use csv::StringRecord;
use plumb_data::Tag;
use plumb_diagnostics::{Distribution, SetName};

use super::Scored;
use crate::{Error, fraction, names::Names, sets::SETS};

/// What the columns of a table are called, where they are no slices.
#[derive(Clone, Copy)]
pub(crate) struct Roles {
    /// Whether a column `set` says which set each line belongs to.
    pub(crate) has_set: bool,
    /// Columns that are neither needed nor slices.
    pub(crate) ignored: &'static [&'static str],
}

impl Roles {
    /// Of a table that somebody brings.
    pub(crate) const FROM_ANYWHERE: Self = Self {
        has_set: true,
        ignored: &[],
    };

    /// Of `predictions/<set>.csv` in a run, whose lines are all of one set.
    pub(crate) const OF_RUN: Self = Self {
        has_set: false,
        ignored: &["original", "index"],
    };
}

/// The lines of one set and one training.
pub(crate) struct Part {
    /// None where the table has no column `set`.
    pub(crate) set: Option<SetName>,
    /// Which training, where several are told apart by a column `seed`.
    pub(crate) seed: Option<String>,
    pub(crate) scored: Scored,
}

/// A whole table, in parts that come in the order of the ladder and of the seeds' names.
pub(crate) struct Table {
    pub(crate) parts: Vec<Part>,
}

/// Where the columns stand.
struct Columns {
    set: Option<usize>,
    label: usize,
    predicted: usize,
    probability: Option<usize>,
    example: Option<usize>,
    seed: Option<usize>,
    chunk: Option<usize>,
    slices: Vec<(usize, String)>,
}

impl Table {
    /// Reads a CSV file.
    ///
    /// # Errors
    /// Bad input with the line: no such file, a column that is missing or there twice, a line that is too
    /// short, an unknown set, an empty label, a probability outside 0..=1, no lines, or one class only.
    pub(crate) fn read(path: &Path, roles: Roles) -> Result<Self, Error> {
        let wrong = |what: String| {
            let error = Error::bad_input(format!("{}: {what}", path.display()));
            match fraction::meant_anywhere(&what) {
                Some(meant) => error.hint(meant),
                None => error,
            }
        };
        let mut reader = csv::Reader::from_path(path)
            .map_err(|error| Error::bad_input(format!("can't read {}: {error}", path.display())))?;
        let header = reader.headers().map_err(|error| wrong(torn(&error)))?;
        let columns = Columns::find(header, roles).map_err(wrong)?;
        let mut classes = Names::default();
        let mut slices: Vec<Names> = columns.slices.iter().map(|_| Names::default()).collect();
        let mut parts: BTreeMap<_, (Part, Taken)> = BTreeMap::new();
        let mut n_labels = 0;
        let mut labels_differ = false;
        let mut first_label = None;
        let mut record = StringRecord::new();
        while reader
            .read_record(&mut record)
            .map_err(|error| wrong(torn(&error)))?
        {
            let line = record.position().map_or(0, csv::Position::line);
            let wrong = |what: String| wrong(format!("line {line}: {what}"));
            let set = columns.set(&record).map_err(wrong)?;
            let seed = columns.seed.map(|at| record[at].trim().to_owned());
            if seed.as_deref() == Some("") {
                return Err(wrong("the seed is empty; expected its name".into()));
            }
            let (part, taken) = parts.entry((set, seed)).or_insert_with_key(|(set, seed)| {
                let part = Part {
                    set: *set,
                    seed: seed.clone(),
                    scored: columns.empty(),
                };
                (part, Taken::default())
            });
            let label = columns.label(&record).map_err(wrong)?;
            let label = classes.number(label);
            labels_differ |= *first_label.get_or_insert(label) != label;
            n_labels += 1;
            let probability = columns.probability(&record).map_err(wrong)?;
            let predicted = match record[columns.predicted].trim() {
                "" => Scored::NO_CLASS,
                class => classes.number(class),
            };
            let scored = &mut part.scored;
            let id = match columns.example {
                Some(at) => {
                    let id = record[at].trim();
                    if !taken.is_new(id, &scored.ids) {
                        return Err(wrong(format!(
                            "example `{id}` stands there twice in one set; expected each once"
                        )));
                    }
                    id.to_owned()
                }
                None => format!("line {line}"),
            };
            scored.ids.push(id);
            scored.labels.push(label);
            scored.predicted.push(predicted);
            if let Some(probabilities) = &mut scored.probabilities {
                probabilities.push(probability.unwrap_or(f64::NAN));
            }
            if let Some(chunks) = &mut scored.chunks {
                chunks.extend(columns.chunk(&record).map_err(wrong)?);
            }
            for (at, names) in slices.iter_mut().enumerate() {
                let value = names.number(record[columns.slices[at].0].trim());
                scored.tags[at].of.push(value);
            }
        }
        if n_labels == 0 {
            return Err(wrong(
                "holds no lines below the header; expected one per example".into(),
            ));
        }
        if !labels_differ && roles.has_set {
            let only = first_label.map_or("", |label| &classes.all()[label as usize]);
            let what = format!(
                "all {n_labels} labels are `{only}`; expected two classes or more, since one class alone \
                 is told without a mistake by saying it always"
            );
            return Err(wrong(what));
        }
        let mut parts: Vec<Part> = parts.into_values().map(|(part, _)| part).collect();
        if let Some(what) = strangers(&parts, classes.all()).filter(|_| roles.has_set) {
            return Err(wrong(what));
        }
        for part in &mut parts {
            part.scored.classes = classes.all().to_vec();
            for (tag, names) in part.scored.tags.iter_mut().zip(&slices) {
                tag.values = names.all().to_vec();
            }
        }
        Ok(Self { parts })
    }
}

/// The names that are taken in a set.
#[derive(Default)]
struct Taken {
    /// None as long as every name is longer than the one before, or behind it in the alphabet, as numbers are: those are
    /// all different.
    names: Option<HashSet<String>>,
}

impl Taken {
    /// Takes a name behind those before it, if it is none of them.
    fn is_new(&mut self, name: &str, before: &[String]) -> bool {
        let last = before.last().map(|last| (last.len(), last.as_str()));
        if self.names.is_none() && last < Some((name.len(), name)) {
            return true;
        }
        let names = self
            .names
            .get_or_insert_with(|| before.iter().cloned().collect());
        names.insert(name.to_owned())
    }
}

/// What is wrong with a line of a table, in a user's words.
fn torn(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => format!(
            "line {}: found {len} cells; expected {expected_len}, as in the header",
            pos.as_ref().map_or(0, csv::Position::line)
        ),
        csv::ErrorKind::Utf8 { pos, .. } => format!(
            "line {}: found bytes that are not UTF-8; expected text",
            pos.as_ref().map_or(0, csv::Position::line)
        ),
        _ => error.to_string(),
    }
}

/// Why no answer can be right: labels and predictions are written differently, as `1` and `1.0`.
fn strangers(parts: &[Part], classes: &[String]) -> Option<String> {
    let scored = || parts.iter().map(|part| &part.scored);
    let labels: BTreeSet<u32> = scored()
        .flat_map(|set| set.labels.iter().copied())
        .collect();
    let predicted: BTreeSet<u32> = scored()
        .flat_map(|set| set.predicted.iter().copied())
        .collect();
    let name = |class: Option<&u32>| {
        let class = class.and_then(|&class| classes.get(class as usize));
        class.map_or("", String::as_str)
    };
    let is_hopeless = labels.is_disjoint(&predicted) && predicted.len() > 1;
    is_hopeless.then(|| {
        format!(
            "no predicted class is a label: labels are such as `{}`, predicted such as `{}`; expected the \
             same names",
            name(labels.first()),
            name(predicted.first())
        )
    })
}

impl Columns {
    fn find(header: &StringRecord, roles: Roles) -> Result<Self, String> {
        let names: Vec<&str> = header.iter().map(str::trim).collect();
        let mut found = BTreeMap::new();
        for (at, &name) in names.iter().enumerate() {
            if found.contains_key(name) {
                // A run's own columns come first; a tag of its data may be called as one of them.
                if roles.has_set {
                    return Err(format!("two columns are called `{name}`; expected one"));
                }
            } else {
                found.insert(name, at);
            }
        }
        if names.iter().all(|name| name.is_empty()) {
            return Err("the file is empty; expected a header and one line per example".into());
        }
        let needed = |name: &str| {
            found.get(name).copied().ok_or_else(|| {
                let columns = if roles.has_set {
                    "set, label and predicted"
                } else {
                    "label and predicted"
                };
                format!(
                    "no column `{name}`; expected the columns {columns}, found {}",
                    names.join(", ")
                )
            })
        };
        let set = roles.has_set.then(|| needed("set")).transpose()?;
        let (label, predicted) = (needed("label")?, needed("predicted")?);
        let optional = |name: &str| found.get(name).copied();
        let (probability, example) = (optional("probability"), optional("example"));
        let seed = if roles.has_set {
            optional("seed")
        } else {
            None
        };
        let chunk = optional("chunk");
        let taken = [
            set,
            Some(label),
            Some(predicted),
            probability,
            example,
            seed,
            chunk,
        ];
        let slices = names
            .iter()
            .enumerate()
            .filter(|(at, name)| !taken.contains(&Some(*at)) && !roles.ignored.contains(name))
            .map(|(at, name)| (at, (*name).to_owned()))
            .collect();
        Ok(Self {
            set,
            label,
            predicted,
            probability,
            example,
            seed,
            chunk,
            slices,
        })
    }

    fn empty(&self) -> Scored {
        let tag = |(_, name): &(usize, String)| Tag {
            name: name.clone(),
            values: Vec::new(),
            of: Vec::new(),
            is_pool: false,
        };
        Scored {
            probabilities: self.probability.map(|_| Vec::new()),
            chunks: self.chunk.map(|_| Vec::new()),
            tags: self.slices.iter().map(tag).collect(),
            ..Scored::default()
        }
    }

    fn set(&self, record: &StringRecord) -> Result<Option<SetName>, String> {
        let Some(at) = self.set else {
            return Ok(None);
        };
        let name = record[at].trim();
        let same = |set: &SetName| set.to_string() == name.replace('_', "-");
        match SETS.into_iter().find(same) {
            Some(set) => Ok(Some(set)),
            None => Err(format!(
                "unknown set `{name}`; expected train, train-dev, dev or test (a validation set is dev)"
            )),
        }
    }

    fn chunk(&self, record: &StringRecord) -> Result<Option<Distribution>, String> {
        let Some(at) = self.chunk else {
            return Ok(None);
        };
        match record[at].trim() {
            "general" => Ok(Some(Distribution::General)),
            "target" => Ok(Some(Distribution::Target)),
            other => Err(format!(
                "the chunk is `{other}`; expected general or target"
            )),
        }
    }

    fn label<'a>(&self, record: &'a StringRecord) -> Result<&'a str, String> {
        match record[self.label].trim() {
            "" => Err("the label is empty; expected a class".into()),
            label => Ok(label),
        }
    }

    fn probability(&self, record: &StringRecord) -> Result<Option<f64>, String> {
        let Some(at) = self.probability else {
            return Ok(None);
        };
        let text = record[at].trim();
        match text.parse::<f64>() {
            Ok(value) if (0.0..=1.0).contains(&value) => Ok(Some(value)),
            // What plumb itself writes for outputs that are no numbers.
            Ok(value) if value.is_nan() && self.set.is_none() => Ok(Some(value)),
            _ => Err(format!(
                "the probability is `{text}`; expected a fraction from 0 to 1"
            )),
        }
    }
}

#[cfg(test)]
mod tests;
