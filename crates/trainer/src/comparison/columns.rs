//! What differs between the configs of several runs: the columns of their table.

use std::{cmp::Ordering, fmt::Write};

use serde::{Serialize, Serializer};

use crate::config::{CHOICES, Choice, alias, differences, lookup, number};

/// A key of the config that has not the same value in all runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Column {
    /// Dotted, as in `model.mlp.hidden`.
    pub(crate) key: String,
    /// The shortest ending of the key that no other column has, as in `hidden`.
    pub(crate) alias: String,
    /// Where the key holds one of several tables, what differs between those of one kind.
    #[serde(skip)]
    inner: Vec<(String, Vec<Column>)>,
}

/// A run's value of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    /// None where its config has no such key.
    pub(crate) value: Option<toml::Value>,
    /// In short, as in `mlp hidden=[8]`.
    pub(crate) shown: String,
}

impl Column {
    /// The keys that differ between any two of the configs, in the order of the alphabet.
    pub(crate) fn of(configs: &[&toml::Table]) -> Vec<Self> {
        let Some((first, others)) = configs.split_first() else {
            return Vec::new();
        };
        let mut keys: Vec<String> = Vec::new();
        for other in others {
            for key in differences(first, other, "", &|_| false) {
                let choice = choice_of(&key, configs).map(|choice| choice.table.to_owned());
                let key = choice.unwrap_or(key);
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        keys.sort();
        let all = keys.clone();
        // Where some runs lack a whole table, its inner keys are no columns of their own.
        keys.retain(|key| !all.iter().any(|above| is_below(key, above)));
        let column = |key: &String| Self {
            key: key.clone(),
            alias: alias(key, &keys),
            inner: inner(key, configs),
        };
        keys.iter().map(column).collect()
    }

    /// The value of a config.
    pub(crate) fn get(&self, config: &toml::Table) -> Setting {
        let value = lookup(config, &self.key);
        let kind = self.inner.iter().find(|(kind, _)| {
            let table = value.and_then(toml::Value::as_table);
            table.is_some_and(|table| table.contains_key(kind))
        });
        let shown = match (kind, value) {
            (Some((kind, columns)), _) => {
                let mut shown = kind.clone();
                for column in columns {
                    write!(shown, " {}={}", column.alias, column.get(config).shown).unwrap_or(());
                }
                shown
            }
            (None, Some(value)) => short(value),
            (None, None) => "-".to_owned(),
        };
        Setting {
            value: value.cloned(),
            shown,
        }
    }

    /// Whether a larger or smaller value only makes the training set larger or smaller.
    pub(crate) fn is_train_size(&self) -> bool {
        let last = self.key.rsplit('.').next().unwrap_or_default();
        self.key == "data.split.train"
            || (self.key.starts_with("data.general") && ["examples", "limit"].contains(&last))
    }
}

/// The table above a key that holds different ones of several tables in different runs.
fn choice_of(key: &str, configs: &[&toml::Table]) -> Option<&'static Choice> {
    let is_of = |choice: &&Choice| {
        let rest = key.strip_prefix(choice.table);
        let rest = rest.and_then(|rest| rest.strip_prefix('.'));
        let kind = rest.and_then(|rest| rest.split('.').next());
        kind.is_some_and(|kind| choice.of.contains(&kind))
    };
    let choice = CHOICES.iter().find(is_of)?;
    let first = kind(choice, configs.first()?);
    let differ = configs.iter().any(|config| kind(choice, config) != first);
    differ.then_some(choice)
}

/// Which one of several tables a config has.
fn kind(choice: &Choice, config: &toml::Table) -> Option<&'static str> {
    let table = lookup(config, choice.table)?.as_table()?;
    let kinds = choice.of.iter().copied();
    kinds.into_iter().find(|kind| table.contains_key(*kind))
}

/// Per kind of table at a key, what differs between the configs of that kind.
fn inner(key: &str, configs: &[&toml::Table]) -> Vec<(String, Vec<Column>)> {
    let Some(choice) = CHOICES.iter().find(|choice| choice.table == key) else {
        return Vec::new();
    };
    let mut kinds = Vec::new();
    for name in choice.of {
        let is_such = |config: &&toml::Table| kind(choice, config) == Some(*name);
        let such: Vec<&toml::Table> = configs.iter().copied().filter(is_such).collect();
        if !such.is_empty() {
            let mut columns = Column::of(&such);
            columns.retain(|column| is_below(&column.key, key));
            kinds.push(((*name).to_owned(), columns));
        }
    }
    kinds
}

fn is_below(key: &str, above: &str) -> bool {
    key.strip_prefix(above)
        .is_some_and(|rest| rest.starts_with('.'))
}

fn short(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Float(number) if number.abs() < 1e-3 && *number != 0.0 => {
            format!("{number:e}")
        }
        toml::Value::Array(values) => {
            let values: Vec<String> = values.iter().map(short).collect();
            format!("[{}]", values.join(","))
        }
        value => value.to_string(),
    }
}

impl Serialize for Setting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl From<toml::Value> for Setting {
    fn from(value: toml::Value) -> Self {
        Self {
            shown: short(&value),
            value: Some(value),
        }
    }
}

impl Setting {
    pub(crate) fn is_number(&self) -> bool {
        self.number().is_some()
    }

    pub(crate) fn number(&self) -> Option<f64> {
        self.value.as_ref().and_then(number)
    }

    /// Numbers by their size, lists entry by entry, all others by what they look like; what is not there
    /// comes first.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        match (&self.value, &other.value) {
            (Some(toml::Value::Table(_)), _) | (_, Some(toml::Value::Table(_))) => {
                self.shown.cmp(&other.shown)
            }
            (Some(a), Some(b)) => order(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        }
    }
}

fn order(a: &toml::Value, b: &toml::Value) -> Ordering {
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return a.total_cmp(&b);
    }
    if let (toml::Value::Array(a), toml::Value::Array(b)) = (a, b) {
        let differing = a.iter().zip(b).map(|(a, b)| order(a, b));
        let first = differing.into_iter().find(|order| order.is_ne());
        return first.unwrap_or(a.len().cmp(&b.len()));
    }
    short(a).cmp(&short(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> toml::Table {
        text.parse().unwrap()
    }

    fn check(configs: &[&str], expected: &[(&str, &str)]) -> Vec<Column> {
        let configs: Vec<toml::Table> = configs.iter().map(|text| table(text)).collect();
        let columns = Column::of(&configs.iter().collect::<Vec<_>>());
        let found: Vec<(&str, &str)> = (columns.iter())
            .map(|column| (column.key.as_str(), column.alias.as_str()))
            .collect();
        assert_eq!(found, expected);
        columns
    }

    #[test]
    fn columns_are_the_keys_that_differ_anywhere() {
        check(&["a = 1"], &[]);
        check(&["a = 1\nb = 1", "a = 1\nb = 1"], &[]);
        check(&["a.b = 1", "a.b = 1", "a.b = 2"], &[("a.b", "b")]);
        check(
            &["a.n = 1\nb.n = 1", "a.n = 2\nb.n = 1", "a.n = 1\nb.n = 2"],
            &[("a.n", "a.n"), ("b.n", "b.n")],
        );
        // A key that is the ending of another keeps its own name, and the other its full one.
        check(
            &["n = 1\nb.n = 1", "n = 2\nb.n = 2"],
            &[("b.n", "b.n"), ("n", "n")],
        );
        // A table that one lacks hides what differs inside it.
        check(
            &["a.b.c = 1", "a.b.c = 2", "a.d = 1"],
            &[("a.b", "b"), ("a.d", "d")],
        );
    }

    #[test]
    fn different_networks_are_one_column() {
        let columns = check(
            &[
                "[model.linear]",
                "[model.mlp]\nhidden = [8]",
                "[model.mlp]\nhidden = [64, 64]\nbatch_norm = true",
                "[model.mlp]\nhidden = [64, 64]",
            ],
            &[("model", "model")],
        );
        let shown = |text: &str| columns[0].get(&table(text)).shown;
        assert_eq!(shown("[model.linear]"), "linear");
        assert_eq!(
            shown("[model.mlp]\nhidden = [64, 64]\nactivation = \"relu\""),
            "mlp batch_norm=- hidden=[64,64]"
        );
        assert_eq!(shown("other = 1"), "-");
        check(
            &["model.mlp.hidden = [8]", "model.mlp.hidden = [9]"],
            &[("model.mlp.hidden", "hidden")],
        );
    }

    #[test]
    fn settings_are_short_and_in_order() {
        let column = Column {
            key: "a".into(),
            alias: "a".into(),
            inner: Vec::new(),
        };
        let setting = |text: &str| column.get(&table(&format!("a = {text}")));
        let check = |text: &str, expected: &str| assert_eq!(setting(text).shown, expected);
        check("1e-5", "1e-5");
        check("0.001", "0.001");
        check("\"x y\"", "x y");
        check("[1, 2]", "[1,2]");
        check("true", "true");
        let less = |a: &str, b: &str| assert_eq!(setting(a).order(&setting(b)), Ordering::Less);
        less("9", "10");
        less("9", "9.5");
        less("[8]", "[64]");
        less("[8]", "[8, 8]");
        less("\"a\"", "\"b\"");
        let none = column.get(&table("b = 1"));
        assert_eq!(none.order(&setting("1")), Ordering::Less);
    }

    #[test]
    fn what_sets_the_size_of_train_is_known() {
        let check = |key: &str, expected: bool| {
            let column = Column {
                key: key.into(),
                alias: key.into(),
                inner: Vec::new(),
            };
            assert_eq!(column.is_train_size(), expected, "{key}");
        };
        check("data.split.train", true);
        check("data.general.strokes.examples", true);
        check("data.split.train_dev", false);
        check("data.target.strokes.examples", false);
        check("train.epochs", false);
    }
}
