//! All runs of a sweep, known and checked before the first one begins.

use std::{collections::HashMap, path::Path};

use plumb_data::{seed, sha256_hex};
use rand::seq::index;
use serde::{Deserialize, Serialize};
use toml::Value;

use super::axis::{Axis, VARIANT};
use crate::{
    Error,
    config::{self, Config, Document, KeyError, SweepConfig},
};

/// A sweep that can be run: each of its configs is valid.
pub(crate) struct Plan {
    /// Of the sweep's directory.
    pub(crate) name: String,
    pub(crate) axes: Vec<Axis>,
    pub(crate) points: Vec<Point>,
    /// The config with `[sweep]` in it.
    pub(crate) document: Document,
    configs: Vec<Config>,
}

/// One run of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Point {
    /// What its run is called: its number, counted from 1.
    pub(crate) id: String,
    /// Its value on each axis, in the axes' order.
    pub(crate) values: Vec<Value>,
    pub(crate) seed: u64,
    /// What it changes in the config, as `key = value`, with where the user wrote that.
    settings: Vec<(String, String)>,
    /// sha256 of its resolved config without the name, which is its number.
    config_sha256: String,
}

impl Plan {
    /// Reads a config with `[sweep]`; `name` is that of the sweep's directory, instead of the config's.
    ///
    /// # Errors
    /// Bad input: axes that name no key or have no values, a grid of more than `max_runs`, and whatever is
    /// wrong with the config of any of its runs.
    pub(crate) fn read(
        path: &Path,
        overrides: &[String],
        name: Option<&str>,
        max_runs: u64,
    ) -> Result<Self, Error> {
        Self::new(Document::read(path, overrides)?, name, max_runs)
    }

    /// The sweep of a config.
    ///
    /// # Errors
    /// As [`Plan::read`].
    pub(crate) fn new(
        document: Document,
        name: Option<&str>,
        max_runs: u64,
    ) -> Result<Self, Error> {
        let (sweep, first_seed) = SweepConfig::of(&document)?;
        let wrong = |error: KeyError| document.error(&error);
        let axes = Axis::all(&document).map_err(wrong)?;
        set_by_both(&document, &axes).map_err(wrong)?;
        let seeds = sweep.seeds(first_seed).map_err(wrong)?;
        let sizes = axes.iter().map(|axis| axis.values.len() as u64);
        let grid = sizes.fold(1, u64::saturating_mul);
        let n_points = sweep.sample.map_or(grid, |sample| sample.min(grid));
        let n_runs = n_points.saturating_mul(seeds.len() as u64);
        if n_runs > max_runs {
            let message = format!(
                "the sweep has {n_runs} runs (points of its grid: {n_points}, seeds of each: {}); expected at \
                 most {max_runs}",
                seeds.len()
            );
            let hint = "--max-runs allows more; sweep.sample = 50 draws some points of the grid";
            return Err(wrong(KeyError::new("sweep", message).hint(hint)));
        }
        let chosen = chosen(grid, n_points, first_seed);
        let width = n_runs.to_string().len().max(3);
        let mut points = Vec::new();
        let mut configs = Vec::new();
        for at in chosen {
            let values = point(&axes, at);
            for &seed in &seeds {
                let id = format!("{:0width$}", points.len() + 1);
                let mut settings = settings(&document, &axes, &values);
                settings.push(("sweep.seeds".into(), format!("seed = {seed}")));
                settings.push(("sweep".into(), format!("name = \"{id}\"")));
                let config = config::of(&document.with(&settings)?)?;
                let nameless = Config {
                    name: String::new(),
                    ..config.clone()
                };
                let config_sha256 = sha256_hex(nameless.to_toml()?.as_bytes());
                configs.push(config);
                points.push(Point {
                    id,
                    values: values.clone(),
                    seed,
                    settings,
                    config_sha256,
                });
            }
        }
        same_twice(&axes, &points).map_err(wrong)?;
        let name = match name {
            Some(name) => {
                config::check_name(name)?;
                name.to_string()
            }
            None => document.name()?,
        };
        Ok(Self {
            name,
            axes,
            points,
            document,
            configs,
        })
    }

    /// The config of a point, with the document that its errors point into.
    pub(crate) fn config(&self, at: usize) -> Result<(Config, Document), Error> {
        let document = self.document.with(&self.points[at].settings)?;
        Ok((self.configs[at].clone(), document))
    }

    /// The resolved config of each point.
    pub(crate) fn configs(&self) -> &[Config] {
        &self.configs
    }
}

impl Point {
    /// Its place in the grid, the same for all of its seeds.
    pub(crate) fn values_key(&self) -> String {
        format!("{:?}", self.values)
    }

    /// What it changes in the config, each as `key = value`.
    pub(super) fn settings(&self) -> Vec<&str> {
        let texts = self.settings.iter().map(|(_, text)| text.as_str());
        texts.collect()
    }

    /// Its place in words: `examples=300 hidden=[8] seed=3`.
    pub(crate) fn label(&self, axes: &[Axis]) -> String {
        let mut words: Vec<_> = axes
            .iter()
            .zip(&self.values)
            .map(|(axis, value)| named(axis, value))
            .collect();
        words.push(format!("seed={}", self.seed));
        words.join(" ")
    }
}

/// `examples=300`, or the variant's name alone.
fn named(axis: &Axis, value: &Value) -> String {
    match value {
        Value::String(name) if axis.key == VARIANT => name.clone(),
        Value::String(word) => format!("{}={word}", axis.alias),
        value => format!("{}={value}", axis.alias),
    }
}

/// Which points of a grid are trained, in the grid's order.
fn chosen(grid: u64, n: u64, first_seed: u64) -> Vec<u64> {
    if n == grid {
        return (0..grid).collect();
    }
    let mut stream = seed::stream(first_seed, "sweep");
    let drawn = index::sample(&mut stream, grid as usize, n as usize);
    let mut chosen: Vec<u64> = drawn.into_iter().map(|at| at as u64).collect();
    chosen.sort_unstable();
    chosen
}

/// The values of a point of the grid, of which the last axis varies fastest.
fn point(axes: &[Axis], mut at: u64) -> Vec<Value> {
    let mut values: Vec<Value> = axes
        .iter()
        .rev()
        .map(|axis| {
            let n = axis.values.len() as u64;
            let value = axis.values[(at % n) as usize].clone();
            at /= n;
            value
        })
        .collect();
    values.reverse();
    values
}

/// What the values of a point change in the config, variants first.
fn settings(document: &Document, axes: &[Axis], values: &[Value]) -> Vec<(String, String)> {
    let mut settings = Vec::new();
    for (axis, value) in axes.iter().zip(values) {
        match value {
            Value::String(name) if axis.key == VARIANT => {
                let place = format!("sweep.variants.{name}");
                for (key, value) in document.settings(&place) {
                    settings.push((place.clone(), format!("{key} = {value}")));
                }
            }
            value => settings.push(("sweep.axes".into(), format!("{} = {value}", axis.key))),
        }
    }
    settings
}

/// A key that a variant and an axis both set: the variant would have no say.
fn set_by_both(document: &Document, axes: &[Axis]) -> Result<(), KeyError> {
    for axis in axes.iter().filter(|axis| axis.key != VARIANT) {
        for variant in document.keys("sweep.variants") {
            let place = format!("sweep.variants.{variant}");
            let settings = document.settings(&place);
            if settings.iter().any(|(key, _)| *key == axis.key) {
                let message = format!(
                    "`{}` is an axis, and the variant `{variant}` sets it too; expected one of both",
                    axis.key
                );
                return Err(KeyError::new(place, message));
            }
        }
    }
    Ok(())
}

/// Two runs that come down to one config are a mistake: a value that has no effect.
fn same_twice(axes: &[Axis], points: &[Point]) -> Result<(), KeyError> {
    let mut known = HashMap::new();
    for point in points {
        if let Some(first) = known.insert((&point.config_sha256, point.seed), point) {
            let message = format!(
                "two points come down to the same config: {} and {}; expected differences that have an effect",
                first.label(axes),
                point.label(axes)
            );
            return Err(KeyError::new("sweep", message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
