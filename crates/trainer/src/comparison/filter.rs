//! Which rows are shown, and in which order.

use std::cmp::Ordering;

use plumb_diagnostics::RateName;

use super::{Column, Row, Run, columns::Setting};
use crate::{
    Error,
    config::{lookup, number},
};

/// What a row or a run can be asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Key {
    Rate(RateName),
    First,
    TrainExamples,
    Parameters,
    Time,
    Name,
    Seed,
    /// A dotted key of the config.
    Config(String),
}

/// As in `model.mlp.hidden=[64,64]` and `dev<5%`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Filter {
    key: Key,
    relation: Relation,
    /// What was written, and the number or list that it is.
    text: String,
    value: toml::Value,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Relation {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
}

/// Longer ones before those that they begin with.
const RELATIONS: [(&str, Relation); 7] = [
    ("!=", Relation::Unequal),
    ("<=", Relation::LessOrEqual),
    (">=", Relation::MoreOrEqual),
    ("==", Relation::Equal),
    ("=", Relation::Equal),
    ("<", Relation::Less),
    (">", Relation::More),
];

/// Names of what was measured, as they are written on the command line.
const MEASURED: [(&str, Key); 12] = [
    ("human", Key::Rate(RateName::Human)),
    ("train", Key::Rate(RateName::Train)),
    ("train-dev", Key::Rate(RateName::TrainDev)),
    ("train_dev", Key::Rate(RateName::TrainDev)),
    ("dev", Key::Rate(RateName::Dev)),
    ("test", Key::Rate(RateName::Test)),
    ("first", Key::First),
    ("train-examples", Key::TrainExamples),
    ("parameters", Key::Parameters),
    ("time", Key::Time),
    ("name", Key::Name),
    ("seed", Key::Seed),
];

impl Key {
    /// Takes what was measured, the alias of a column, or a key of the config or its ending.
    ///
    /// # Errors
    /// What is wrong with it, and what can be asked for.
    pub(crate) fn parse(text: &str, columns: &[Column], runs: &[Run]) -> Result<Self, String> {
        if let Some((_, key)) = MEASURED.iter().find(|(name, _)| *name == text) {
            return Ok(key.clone());
        }
        if let Some(column) = columns.iter().find(|column| column.alias == text) {
            return Ok(Self::Config(column.key.clone()));
        }
        if runs.iter().any(|run| lookup(&run.config, text).is_some()) {
            return Ok(Self::Config(text.to_owned()));
        }
        let mut keys = Vec::new();
        for run in runs {
            endings(&run.config, "", text, &mut keys);
        }
        keys.sort();
        keys.dedup();
        match &keys[..] {
            [only] => Ok(Self::Config(only.clone())),
            [] => {
                let measured = MEASURED.iter().map(|(name, _)| *name);
                let aliases = columns.iter().map(|column| column.alias.as_str());
                let known: Vec<&str> = measured
                    .filter(|name| *name != "train_dev")
                    .chain(aliases)
                    .collect();
                Err(format!(
                    "`{text}` is nothing that these runs have; expected a key of their config, or one of {}",
                    known.join(", ")
                ))
            }
            several => Err(format!(
                "`{text}` may be {}; expected one of them",
                several.join(" or ")
            )),
        }
    }

    /// Whether it is known of a run before anything is measured.
    fn is_of_run(&self) -> bool {
        matches!(self, Self::Name | Self::Seed | Self::Config(_))
    }

    /// A run's value of what is known before anything is measured.
    fn of_run(&self, run: &Run) -> Option<toml::Value> {
        match self {
            Self::Name => Some(run.name.clone().into()),
            Self::Seed => i64::try_from(run.seed.seed).ok().map(Into::into),
            Self::Config(key) => lookup(&run.config, key).cloned(),
            _ => None,
        }
    }

    /// A row's value of what is measured.
    fn of_row(&self, row: &Row) -> Option<toml::Value> {
        let first = row.diagnosis.first;
        match self {
            Self::Rate(name) => row.rate(*name).map(|rate| rate.rate.into()),
            Self::First => Some(first.map_or("none".into(), |gap| gap.to_string()).into()),
            Self::TrainExamples => Some(row.train_examples.into()),
            Self::Parameters => Some((row.parameters as f64).into()),
            Self::Time => row.train_secs.map(Into::into),
            _ => None,
        }
    }

    /// The order of two rows; what is not there comes last.
    pub(crate) fn order(&self, a: &Row, b: &Row, runs: &[Run]) -> Ordering {
        let value = |row: &Row| {
            if self.is_of_run() {
                self.of_run(&runs[row.runs[0]])
            } else {
                self.of_row(row)
            }
        };
        match (value(a), value(b)) {
            (Some(a), Some(b)) => Setting::from(a).order(&Setting::from(b)),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }
}

/// The dotted keys that are, or end with, a text.
fn endings(table: &toml::Table, above: &str, ending: &str, keys: &mut Vec<String>) {
    for (key, value) in table {
        let key = match above {
            "" => key.clone(),
            above => format!("{above}.{key}"),
        };
        if key == ending || key.ends_with(&format!(".{ending}")) {
            keys.push(key.clone());
        }
        if let toml::Value::Table(inner) = value {
            endings(inner, &key, ending, keys);
        }
    }
}

impl Filter {
    /// # Errors
    /// Bad input if it is no comparison, or asks for what is not there.
    pub(crate) fn parse(text: &str, columns: &[Column], runs: &[Run]) -> Result<Self, Error> {
        let wrong = |what: &str| {
            Error::bad_input(format!("--filter {text}: {what}"))
                .hint("as in --filter 'hidden=[64,64]' or --filter 'dev<5%'")
        };
        let (key, relation, value) = split(text)
            .ok_or_else(|| wrong("this is no comparison; expected one of = != < <= > >="))?;
        let key = Key::parse(key, columns, runs).map_err(|what| wrong(&what))?;
        let value_read = read(value);
        let is_order = !matches!(relation, Relation::Equal | Relation::Unequal);
        if is_order && number(&value_read).is_none() {
            return Err(wrong(&format!("`{value}` is no number; expected one")));
        }
        Ok(Self {
            key,
            relation,
            text: value.to_owned(),
            value: value_read,
        })
    }

    /// Whether it is decided before anything is measured.
    pub(crate) fn is_of_run(&self) -> bool {
        self.key.is_of_run()
    }

    pub(crate) fn keeps_run(&self, run: &Run) -> bool {
        self.holds(self.key.of_run(run).as_ref())
    }

    pub(crate) fn keeps_row(&self, row: &Row) -> bool {
        self.holds(self.key.of_row(row).as_ref())
    }

    fn holds(&self, value: Option<&toml::Value>) -> bool {
        let order = value.and_then(number).zip(number(&self.value));
        let order = order.and_then(|(value, asked)| value.partial_cmp(&asked));
        match self.relation {
            Relation::Equal => self.is_equal(value),
            Relation::Unequal => !self.is_equal(value),
            Relation::Less => order == Some(Ordering::Less),
            Relation::More => order == Some(Ordering::Greater),
            Relation::LessOrEqual => order.is_some_and(Ordering::is_le),
            Relation::MoreOrEqual => order.is_some_and(Ordering::is_ge),
        }
    }

    fn is_equal(&self, value: Option<&toml::Value>) -> bool {
        match value {
            Some(toml::Value::String(value)) => *value == self.text,
            // One of several tables, as in `model=linear`.
            Some(toml::Value::Table(table)) => table.contains_key(&self.text),
            Some(value) => match (number(value), number(&self.value)) {
                (Some(a), Some(b)) => a.total_cmp(&b).is_eq(),
                _ => *value == self.value,
            },
            None => false,
        }
    }
}

/// The parts of a comparison: what is asked for, how, and what it is held against.
fn split(text: &str) -> Option<(&str, Relation, &str)> {
    let relations = RELATIONS.iter();
    let found =
        relations.filter_map(|(sign, relation)| text.find(sign).map(|at| (at, *sign, *relation)));
    let first = found.min_by_key(|(at, sign, _)| (*at, std::cmp::Reverse(sign.len())));
    let (at, sign, relation) = first?;
    Some((text[..at].trim(), relation, text[at + sign.len()..].trim()))
}

/// What a filter asks for, as it is written; none if it is no comparison.
pub(crate) fn asked_for(filter: &str) -> Option<&str> {
    split(filter).map(|(key, _, _)| key)
}

/// A TOML value, a percentage, or else a text.
fn read(text: &str) -> toml::Value {
    let percent = text.strip_suffix('%').map(str::trim);
    if let Some(percent) = percent.and_then(|percent| percent.parse::<f64>().ok()) {
        return toml::Value::Float(percent / 100.0);
    }
    let parsed = format!("value = {text}").parse::<toml::Table>().ok();
    let value = parsed.and_then(|mut table| table.remove("value"));
    value.unwrap_or_else(|| toml::Value::String(text.to_owned()))
}
