//! What a sweep goes through: the values of one key, or its variants.

use serde::{Deserialize, Serialize};
use toml::Value;

use crate::config::{Document, KeyError, alias, number};

/// The name of the axis that the variants make.
pub(crate) const VARIANT: &str = "variant";

/// One axis of the grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Axis {
    /// The dotted key of the config, or `variant`.
    pub(crate) key: String,
    /// The shortest ending of the key that no other axis has: what people call it.
    pub(crate) alias: String,
    /// At least one, no two alike.
    pub(crate) values: Vec<Value>,
}

/// `{ from = 300, to = 10_000, steps = 4, scale = "log" }`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    from: Value,
    to: Value,
    steps: u32,
    #[serde(default)]
    scale: Scale,
}

#[derive(Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Scale {
    #[default]
    Linear,
    Log,
}

/// The most values of an axis.
const MAX_VALUES: u32 = 10_000;

impl Axis {
    /// The axes of a config in the order in which they stand, the variants (if there are any) first.
    ///
    /// # Errors
    /// The key of an axis without values, with one twice, or with a range that makes no sense.
    pub(crate) fn all(document: &Document) -> Result<Vec<Self>, KeyError> {
        let mut axes = Vec::new();
        let variants = document.keys("sweep.variants");
        for (name, value) in document.values("sweep.variants") {
            if !value.is_table() {
                let key = format!("sweep.variants.{name}");
                let predicate = format!("is {value}; expected a table of what it changes");
                let hint = "as in small = { \"train.epochs\" = 5 }";
                return Err(KeyError::value(key, predicate).hint(hint));
            }
        }
        if !variants.is_empty() {
            axes.push(Self {
                key: VARIANT.into(),
                alias: VARIANT.into(),
                values: variants.into_iter().map(Value::String).collect(),
            });
        }
        for (key, value) in document.settings("sweep.axes") {
            let values = values(&key, value)?;
            axes.push(Self {
                alias: key.clone(),
                key,
                values,
            });
        }
        if let Some(error) = overlap(&axes) {
            return Err(error);
        }
        let keys: Vec<String> = axes.iter().map(|axis: &Self| axis.key.clone()).collect();
        for axis in &mut axes {
            axis.alias = alias(&axis.key, &keys);
        }
        Ok(axes)
    }
}

/// Two axes of which one would undo what the other sets.
fn overlap(axes: &[Axis]) -> Option<KeyError> {
    for inner in axes {
        let lies_in = |outer: &&Axis| inner.key.starts_with(&format!("{}.", outer.key));
        if let Some(outer) = axes.iter().find(lies_in) {
            let message = format!(
                "the axis `{}` sets a part of the axis `{}`; expected one of both",
                inner.key, outer.key
            );
            let hint = "variants combine changes: [sweep.variants]";
            return Some(KeyError::new(place(&inner.key), message).hint(hint));
        }
    }
    None
}

/// To 12 digits, so that a tenth of a range is 0.1, not 0.09999999999999999.
fn rounded(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

/// The key of an axis in the config.
fn place(key: &str) -> String {
    format!("sweep.axes.{key}")
}

fn values(key: &str, value: Value) -> Result<Vec<Value>, KeyError> {
    let wrong = |what: &str| {
        let predicate = format!(
            "{what}; expected a list of values, or a range such as {{ from = 300, to = 10_000, steps = 4, scale = \"log\" }}"
        );
        KeyError::new(place(key), format!("the axis `{key}` {predicate}"))
    };
    for own in ["seed", "name", "format", "sweep", "expect", "short"] {
        if key == own || key.starts_with(&format!("{own}.")) {
            let error = KeyError::new(place(key), format!("`{key}` can't be an axis"));
            return Err(match own {
                "seed" => error.hint("sweep.seeds = [1, 2, 3] trains with several seeds"),
                _ => error,
            });
        }
    }
    let values = match value {
        Value::Array(values) if values.is_empty() => return Err(wrong("is empty")),
        Value::Array(values) => values,
        Value::Table(table) => {
            let range: Range = (table.try_into()).map_err(|error: toml::de::Error| {
                wrong(&format!("is no range: {}", error.message()))
            })?;
            range.values().map_err(|what| wrong(&what))?
        }
        other => return Err(wrong(&format!("is {other}"))),
    };
    if let Some(twice) = (1..values.len()).find(|&at| values[..at].contains(&values[at])) {
        let message = format!(
            "the axis `{key}` has {} twice; expected different values",
            values[twice]
        );
        return Err(KeyError::new(place(key), message));
    }
    Ok(values)
}

impl Range {
    /// The values from `from` to `to`, both among them; whole numbers if both are.
    fn values(&self) -> Result<Vec<Value>, String> {
        let end = |value: &Value| {
            let number = number(value).filter(|n| n.is_finite());
            number.ok_or(format!("has {value} as an end"))
        };
        let (from, to) = (end(&self.from)?, end(&self.to)?);
        if from >= to {
            return Err(format!(
                "goes from {} to {}, where a range rises",
                self.from, self.to
            ));
        }
        if !(2..=MAX_VALUES).contains(&self.steps) {
            return Err(format!(
                "has {} steps, where 2 to {MAX_VALUES} are possible",
                self.steps
            ));
        }
        if self.scale == Scale::Log && from <= 0.0 {
            return Err(format!(
                "begins at {} on a log scale, which is above 0",
                self.from
            ));
        }
        let is_whole = self.from.is_integer() && self.to.is_integer();
        let last = f64::from(self.steps - 1);
        let value = |step: u32| {
            let share = f64::from(step) / last;
            let value = match (step, self.scale) {
                (0, _) => from,
                (step, _) if step == self.steps - 1 => to,
                (_, Scale::Linear) => from + (to - from) * share,
                (_, Scale::Log) => from * (to / from).powf(share),
            };
            if is_whole {
                Value::Integer(value.round() as i64)
            } else {
                Value::Float(rounded(value))
            }
        };
        let mut values: Vec<_> = (0..self.steps).map(value).collect();
        // Neighbours that are rounded to the same whole number are one value.
        values.dedup();
        Ok(values)
    }
}

#[cfg(test)]
mod tests;
