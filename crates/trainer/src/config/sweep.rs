//! `[sweep]`: which values of which keys a sweep goes through.

use serde::Deserialize;

use super::{Document, KeyError, training::at_least_one};
use crate::Error;

/// What `[sweep]` says. Axes and variants are read from the [`Document`], which knows where each stands.
#[derive(Clone, Debug, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SweepConfig {
    /// Each point of the grid is trained with so many seeds, counted up from the config's; or with these.
    #[schemars(schema_with = "seeds")]
    seeds: Option<toml::Value>,
    /// So many points of the grid, drawn by the config's seed; all of them if absent.
    #[schemars(range(min = 1))]
    pub(crate) sample: Option<u64>,
    /// Values of keys of the config, each a list or a range such as `{ from = 300, to = 10_000, steps = 4 }`.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    axes: toml::Table,
    /// Named sets of changes, which make one more axis.
    #[schemars(
        with = "std::collections::BTreeMap<String, serde_json::Map<String, serde_json::Value>>"
    )]
    variants: toml::Table,
}

/// The schema of seeds: a count, or a list.
fn seeds(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "anyOf": [
        { "type": "integer", "minimum": 1, "maximum": MAX_SEEDS },
        { "type": "array", "minItems": 1, "uniqueItems": true, "items": { "type": "integer", "minimum": 0 } },
    ] })
}

/// A config of which only this section matters.
#[derive(Deserialize)]
struct OfConfig {
    #[serde(default)]
    seed: u64,
    sweep: Option<SweepConfig>,
}

/// The most seeds that one point of a grid may have.
const MAX_SEEDS: u64 = 10_000;

impl SweepConfig {
    /// The section of a config that need not be whole: a sweep may bring its model.
    ///
    /// # Errors
    /// Bad input if there is none, or it holds nothing to sweep over.
    pub(crate) fn of(document: &Document) -> Result<(Self, u64), Error> {
        let OfConfig { seed, sweep } = document.deserialize()?;
        let Some(sweep) = sweep else {
            let hint = "as in [sweep.axes] with \"model.mlp.hidden\" = [[8], [64, 64]]";
            let error = KeyError::new("sweep", "there is no table [sweep]").hint(hint);
            return Err(document.error(&error));
        };
        if sweep.axes.is_empty() && sweep.variants.is_empty() && sweep.seeds.is_none() {
            let error = KeyError::new("sweep", "[sweep] has no axes, no variants and no seeds");
            return Err(document.error(&error.hint("give [sweep.axes], [sweep.variants] or seeds")));
        }
        at_least_one("sweep.sample", sweep.sample.unwrap_or(1))
            .map_err(|error| document.error(&error))?;
        Ok((sweep, seed))
    }

    /// The seeds that each point is trained with; `first` is the config's own.
    ///
    /// # Errors
    /// The key, if it is neither a count nor a list of different seeds.
    pub(crate) fn seeds(&self, first: u64) -> Result<Vec<u64>, KeyError> {
        let key = "sweep.seeds";
        let wrong = |found: String| {
            let predicate = format!("is {found}; expected a count (1 or more) or a list of seeds");
            KeyError::value(key, predicate)
        };
        match &self.seeds {
            None => Ok(vec![first]),
            Some(toml::Value::Integer(count)) => {
                let count = u64::try_from(*count).ok().filter(|&count| count >= 1);
                let count = count.ok_or_else(|| wrong(self.shown()))?;
                if count > MAX_SEEDS || first.checked_add(count).is_none() {
                    let predicate = format!("is {count}; expected at most {MAX_SEEDS}");
                    return Err(KeyError::value(key, predicate));
                }
                Ok((first..first + count).collect())
            }
            Some(toml::Value::Array(list)) if !list.is_empty() => {
                let mut seeds = Vec::new();
                for seed in list {
                    let number = seed.as_integer().and_then(|seed| u64::try_from(seed).ok());
                    let seed = number.ok_or_else(|| wrong(self.shown()))?;
                    if seeds.contains(&seed) {
                        return Err(KeyError::value(
                            key,
                            format!("has {seed} twice; expected different seeds"),
                        ));
                    }
                    seeds.push(seed);
                }
                Ok(seeds)
            }
            Some(_) => Err(wrong(self.shown())),
        }
    }

    fn shown(&self) -> String {
        self.seeds
            .as_ref()
            .map_or(String::new(), ToString::to_string)
    }
}
