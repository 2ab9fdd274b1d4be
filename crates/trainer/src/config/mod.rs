//! The config file: what it may say, and what it must not.

mod check;
mod chunk;
mod difference;
mod document;
mod expect;
mod explain;
mod forest;
mod human;
mod loss;
mod model;
mod procedure;
mod schema;
mod sweep;
mod synonyms;
mod training;
mod value;

use std::path::PathBuf;

use burn::tensor::Device;
use plumb_data::{
    memory::ByteSize, normalize::Normalization, seed, split::SplitPlan, transform::Augmentation,
};
use plumb_model::{Model, Task};
use serde::{Deserialize, Serialize};

pub(crate) use chunk::Chunk;
pub(crate) use difference::differences;
pub(crate) use document::{Document, KeyError};
pub(crate) use expect::{Expect, Figure};
pub(crate) use explain::{similar, suggest as similar_name};
pub(crate) use forest::ForestConfig;
pub(crate) use human::HumanConfig;
pub(crate) use loss::{ClassWeights, LossConfig};
pub(crate) use model::ModelConfig;
pub(crate) use procedure::{DecomposeConfig, LeastNormConfig, Procedure};
pub(crate) use schema::schema;
pub(crate) use sweep::SweepConfig;
pub(crate) use training::{Checkpointing, Evaluations, Train};
pub(crate) use value::{alias, lookup, number};

use crate::{
    optimizer::Optimizer,
    schedule::{Length, Schedule},
};

/// The version of the config format.
pub(crate) const FORMAT: u32 = 1;

/// A whole training run.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Version of this format.
    #[schemars(range(min = 1, max = 1))]
    #[serde(default = "current_format")]
    pub(crate) format: u32,
    /// The run directory's name, before its number.
    // As `check_name`, with what ASCII has of letters and digits spelled out: editors differ in all others.
    #[schemars(regex(pattern = r"^[^\x00-,./:-@\[-^`{-\x7f][^\x00-,/:-@\[-^`{-\x7f]*$"))]
    pub(crate) name: String,
    /// Decides everything that is random.
    #[serde(default)]
    pub(crate) seed: u64,
    /// Where examples come from, and which sets are made of them.
    pub(crate) data: Data,
    /// What people reach on the same data; without it there is no avoidable bias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) human: Option<HumanConfig>,
    /// What learns.
    pub(crate) model: ModelConfig,
    /// The rule that turns gradients into new weights.
    pub(crate) optimizer: Optimizer,
    /// How the learning rate moves.
    #[serde(default)]
    pub(crate) schedule: Schedule,
    /// What training minimizes.
    #[serde(default)]
    pub(crate) loss: LossConfig,
    /// How long, and in which steps.
    pub(crate) train: Train,
    /// When the sets are measured during training.
    #[serde(default)]
    pub(crate) evaluation: Evaluations,
    /// When the state is saved.
    #[serde(default)]
    pub(crate) checkpoint: Checkpointing,
    /// How the error rates are judged.
    #[serde(default)]
    pub(crate) diagnosis: Diagnosis,
    /// What `plumb sweep` goes through. No part of a run.
    #[serde(default, skip_serializing)]
    #[allow(dead_code, reason = "read from the document, and allowed here")]
    pub(crate) sweep: Option<SweepConfig>,
    /// What must come out, of an experiment; no run's own.
    #[serde(default, skip_serializing)]
    pub(crate) expect: Option<Expect>,
    /// What an experiment's short form has otherwise; no run's own.
    #[serde(default, skip_serializing)]
    #[allow(dead_code, reason = "read from the document, and allowed here")]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub(crate) short: toml::Table,
}

/// The two chunks, and the sets made from them.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    /// How values are brought to a common scale, fitted on train.
    #[serde(default)]
    pub(crate) normalization: Normalization,
    /// Values that take more are kept in a file and streamed.
    #[serde(default = "default_memory_budget")]
    pub(crate) memory_budget: ByteSize,
    /// The folder of such files.
    #[serde(default = "default_cache")]
    pub(crate) cache: PathBuf,
    /// What is done to the training set, anew in every epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) augmentation: Option<Augmentation>,
    /// The large chunk: bought, collected anywhere, or synthesized.
    pub(crate) general: Chunk,
    /// The small chunk: what users will really bring.
    pub(crate) target: Chunk,
    /// How the four sets are made of the chunks.
    pub(crate) split: SplitPlan,
}

/// How the error rates are judged.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Diagnosis {
    /// The dev error that is good enough, as a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub(crate) goal_error: Option<f64>,
    /// Two-sided confidence of every interval.
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    pub(crate) confidence: f64,
    /// The share of the dev error from which on a gap matters.
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    pub(crate) matters_share: f64,
}

impl Config {
    /// The network with fresh weights, the same ones on every device.
    ///
    /// # Errors
    /// As [`ModelConfig::plan`].
    pub(crate) fn init_model(&self, task: &Task, device: &Device) -> Result<Model, crate::Error> {
        let stream = seed::stream(self.seed, "init");
        Ok(self.model.plan()?.init(task, stream, device))
    }

    /// The learning rate of a step, counted from 0.
    pub(crate) fn learning_rate(&self, step: u64, length: Length) -> f64 {
        let peak = self.optimizer.learning_rate();
        self.schedule.learning_rate(peak, step, length)
    }

    /// The dotted key of the first value that another config has otherwise, of those that differ deepest;
    /// what `is_free` names may differ.
    ///
    /// # Errors
    /// [`crate::Error::Failed`] if one of them can't be written as TOML.
    pub(crate) fn difference(
        &self,
        other: &Self,
        is_free: &dyn Fn(&str) -> bool,
    ) -> Result<Option<String>, crate::Error> {
        Ok(self.differences(other, is_free)?.into_iter().next())
    }

    /// As [`Self::difference`], all of them.
    ///
    /// # Errors
    /// As [`Self::difference`].
    pub(crate) fn differences(
        &self,
        other: &Self,
        is_free: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<String>, crate::Error> {
        let (old, new) = (self.table()?, other.table()?);
        Ok(difference::differences(&old, &new, "", is_free))
    }

    /// The whole config, defaults included, as a table.
    ///
    /// # Errors
    /// [`crate::Error::Failed`] if it can't be written as TOML.
    pub(crate) fn table(&self) -> Result<toml::Table, crate::Error> {
        self.to_toml()?.parse().map_err(|error| {
            crate::Error::failed(format!("can't compare the config with another: {error}"))
        })
    }

    /// The whole config, defaults included, as a file that gives the same run again.
    pub(crate) fn to_toml(&self) -> Result<String, crate::Error> {
        toml::to_string(self)
            .map_err(|error| crate::Error::failed(format!("can't write the config: {error}")))
    }
}

impl Default for Diagnosis {
    fn default() -> Self {
        Self {
            goal_error: None,
            confidence: 0.95,
            matters_share: plumb_diagnostics::Options::MATTERS_SHARE,
        }
    }
}

/// Half the memory of a small machine: no data set of 8-bit images below 500 MB is streamed.
fn default_memory_budget() -> ByteSize {
    ByteSize(2_000_000_000)
}

fn default_cache() -> PathBuf {
    ".plumb-cache".into()
}

fn current_format() -> u32 {
    FORMAT
}

/// A table that holds exactly one of several others.
pub(crate) struct Choice {
    pub(crate) table: &'static str,
    pub(crate) of: &'static [&'static str],
    /// Whether it may be left out.
    pub(crate) has_default: bool,
}

/// The tables that hold exactly one of several others.
pub(crate) const CHOICES: [Choice; 5] = [
    Choice::required("data.general", Chunk::SOURCES),
    Choice::required("data.target", Chunk::SOURCES),
    Choice::required("model", ModelConfig::NETWORKS),
    Choice::required("optimizer", &Optimizer::NAMES),
    Choice {
        table: "schedule",
        of: &Schedule::NAMES,
        has_default: true,
    },
];

impl Choice {
    const fn required(table: &'static str, of: &'static [&'static str]) -> Self {
        Self {
            table,
            of,
            has_default: false,
        }
    }
}

/// Checks the name that `--name` gives.
///
/// # Errors
/// Bad input if it can't be part of a path.
pub(crate) fn check_name(name: &str) -> Result<(), crate::Error> {
    check::check_name("--name", name).map_err(|error| crate::Error::bad_input(error.to_string()))
}

/// Reads a config file, with `--set` overrides applied to it, and checks every value.
///
/// The [`Document`] is returned beside it, so that later errors (a file that is missing, more
/// examples asked for than exist) can point at the key that caused them.
///
/// # Errors
/// The rendered error, with file, line, column and a caret.
pub(crate) fn read(
    path: &std::path::Path,
    overrides: &[String],
) -> Result<(Config, Document), crate::Error> {
    let document = Document::read(path, overrides)?;
    let config = checked(&document)?;
    Ok((config, document))
}

/// Reads a config that is no file, and checks every value as [`read`] does; errors call it `name`.
///
/// # Errors
/// As [`read`].
pub(crate) fn parse(name: &str, text: String) -> Result<(Config, Document), crate::Error> {
    let document = Document::parse(std::path::Path::new(name), text, &[])?;
    let config = checked(&document)?;
    Ok((config, document))
}

/// A config with one more override, checked as [`read`] does it.
///
/// # Errors
/// What the override breaks.
pub(crate) fn changed(config: &Config, setting: &str) -> Result<Config, crate::Error> {
    let path = std::path::Path::new("config.toml");
    let document = Document::parse(path, config.to_toml()?, &[setting.to_string()])?;
    checked(&document)
}

/// The config that a document holds, checked as [`read`] does it.
///
/// # Errors
/// As [`read`].
pub(crate) fn of(document: &Document) -> Result<Config, crate::Error> {
    checked(document)
}

fn checked(document: &Document) -> Result<Config, crate::Error> {
    for choice in &CHOICES {
        document.check_choice(choice)?;
    }
    let config: Config = document.deserialize()?;
    check::check(&config).map_err(|error| document.error(&error))?;
    Ok(config)
}
