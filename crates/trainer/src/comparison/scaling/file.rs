//! Learning curves from anywhere: a CSV file.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use csv::StringRecord;
use plumb_diagnostics::Confidence;

use super::points::{ByExamples, Series, Training};
use crate::{Error, fraction, names::Names};

/// What a column may be called.
const EXAMPLES: [&str; 3] = ["examples", "seen_examples", "n"];
const VALUE: [&str; 3] = ["error", "loss", "value"];
const CURVE: [&str; 2] = ["curve", "size"];
const SEED: [&str; 1] = ["seed"];
const TRAINING: [&str; 1] = ["training"];

/// The curve of a file without a column that names it.
const NAMELESS: &str = "the curve";

/// Curves, and what was measured.
#[derive(Debug)]
pub(crate) struct CurveFile {
    /// In the order in which they are met.
    pub(crate) series: Vec<Series>,
    /// What the column of values is called; those of `error` are fractions in 0..=1.
    pub(crate) value_name: &'static str,
}

/// Where the columns stand.
struct Columns {
    examples: (usize, &'static str),
    value: (usize, &'static str),
    curve: Option<(usize, &'static str)>,
    seed: Option<(usize, &'static str)>,
    training: Option<(usize, &'static str)>,
}

/// One line.
struct Line {
    curve: String,
    examples: u64,
    value: f64,
    /// Empty where there is no such column.
    seed: String,
    is_held_out: bool,
}

impl CurveFile {
    /// Reads a CSV file with the columns examples (or `seen_examples`, n) and error (or loss, value), maybe
    /// curve (or size), seed, and training, where 0 holds a point out. Other columns don't matter.
    ///
    /// # Errors
    /// Bad input with the line and the column: no such file, a column that is missing or there twice, a
    /// number that is none, or a point that is there twice.
    pub(crate) fn read(path: &Path, confidence: Confidence) -> Result<Self, Error> {
        let wrong = |what: String| {
            let error = Error::bad_input(format!("{}: {what}", path.display()));
            match fraction::meant_anywhere(&what) {
                Some(meant) => error.hint(meant),
                None => error,
            }
        };
        let mut reader = csv::Reader::from_path(path)
            .map_err(|error| Error::bad_input(format!("can't read {}: {error}", path.display())))?;
        let header = reader.headers().map_err(|error| wrong(error.to_string()))?;
        let columns = Columns::find(header).map_err(wrong)?;
        let mut order: Vec<String> = Vec::new();
        let mut curves: BTreeMap<String, [ByExamples; 2]> = BTreeMap::new();
        let mut seeds = Names::default();
        let mut known = BTreeSet::new();
        for record in reader.records() {
            let record = record.map_err(|error| wrong(error.to_string()))?;
            let line = record.position().map_or(0, csv::Position::line);
            let wrong = |what: String| wrong(format!("line {line}: {what}"));
            let read = columns.line(&record).map_err(wrong)?;
            let key = (read.curve.clone(), read.examples, read.seed.clone());
            if !known.insert(key) {
                return Err(wrong(columns.twice(&read)));
            }
            if !order.contains(&read.curve) {
                order.push(read.curve.clone());
            }
            let [training, held_out] = curves.entry(read.curve).or_default();
            let part = if read.is_held_out { held_out } else { training };
            let seed = columns.seed.map(|_| u64::from(seeds.number(&read.seed)));
            let training = Training {
                value: read.value,
                seed,
                count: None,
            };
            part.add(read.examples, training);
        }
        if order.is_empty() {
            let what = "holds no lines below the header; expected one per point";
            return Err(wrong(what.to_owned()));
        }
        let series = order.into_iter().map(|name| {
            let [training, held_out] = curves.remove(&name).unwrap_or_default();
            Series {
                name,
                parameters: None,
                points: training.points(confidence),
                held_out: held_out.points(confidence),
            }
        });
        Ok(Self {
            series: series.collect(),
            value_name: columns.value.1,
        })
    }
}

impl Columns {
    fn find(header: &StringRecord) -> Result<Self, String> {
        let names: Vec<&str> = header.iter().map(str::trim).collect();
        if names.iter().all(|name| name.is_empty()) {
            return Err("the file is empty; expected a header and one line per point".to_owned());
        }
        let find = |known: &[&'static str]| -> Result<Option<(usize, &'static str)>, String> {
            let found = names.iter().enumerate().filter_map(|(at, name)| {
                let known = known.iter().find(|known| *known == name)?;
                Some((at, *known))
            });
            match found.collect::<Vec<_>>()[..] {
                [] => Ok(None),
                [only] => Ok(Some(only)),
                [(_, first), (_, second), ..] => Err(format!(
                    "has the columns `{first}` and `{second}`; expected one of them"
                )),
            }
        };
        let needed = |known: &[&'static str], what: &str| {
            find(known)?.ok_or_else(|| {
                format!(
                    "has no column {}, {what}; its columns are {}",
                    any_of(known),
                    names.join(", ")
                )
            })
        };
        Ok(Self {
            examples: needed(&EXAMPLES, "the number of training examples")?,
            value: needed(&VALUE, "what was measured")?,
            curve: find(&CURVE)?,
            seed: find(&SEED)?,
            training: find(&TRAINING)?,
        })
    }

    fn line(&self, record: &StringRecord) -> Result<Line, String> {
        let text = |column: Option<(usize, &'static str)>| {
            column.map(|(at, name)| (record[at].trim(), name))
        };
        let curve = match text(self.curve) {
            Some(("", name)) => return Err(format!("`{name}` is empty; expected its name")),
            Some((curve, _)) => curve,
            None => NAMELESS,
        };
        let seed = match text(self.seed) {
            Some(("", name)) => return Err(format!("`{name}` is empty; expected its name")),
            Some((seed, _)) => seed,
            None => "",
        };
        let is_held_out = match text(self.training) {
            None | Some(("1" | "true", _)) => false,
            Some(("0" | "false", _)) => true,
            Some((other, name)) => {
                return Err(format!(
                    "`{name}` is `{other}`; expected 1, or 0 for a point that is held out"
                ));
            }
        };
        let examples = number(record, self.examples, "a whole number of 1 or more", |n| {
            n >= 1.0 && n.fract() <= 0.0
        })?;
        let value = if self.value.1 == "error" {
            let is_fraction = |value| (0.0..=1.0).contains(&value);
            number(record, self.value, "a fraction from 0 to 1", is_fraction)?
        } else {
            number(record, self.value, "a number above 0", |value| value > 0.0)?
        };
        Ok(Line {
            curve: curve.to_owned(),
            examples: examples as u64,
            value,
            seed: seed.to_owned(),
            is_held_out,
        })
    }

    fn twice(&self, line: &Line) -> String {
        let Line {
            curve,
            examples,
            seed,
            ..
        } = line;
        let of = match self.curve {
            Some(_) => format!(" of `{curve}`"),
            None => String::new(),
        };
        if self.seed.is_some() {
            format!("a second point{of} at {examples} examples with seed `{seed}`; expected one")
        } else {
            format!(
                "a second point{of} at {examples} examples; expected one, or a column `seed` that tells \
                 them apart"
            )
        }
    }
}

/// As in `a`, `b` or `c`.
fn any_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

fn number(
    record: &StringRecord,
    (at, name): (usize, &str),
    expected: &str,
    is_fine: impl Fn(f64) -> bool,
) -> Result<f64, String> {
    let text = record[at].trim();
    let number = text.parse::<f64>().ok();
    let number = number.filter(|number| number.is_finite() && is_fine(*number));
    number.ok_or_else(|| format!("`{name}` is `{text}`; expected {expected}"))
}

#[cfg(test)]
mod tests;
