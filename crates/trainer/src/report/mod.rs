//! What a run found, for people and for programs.

mod actions;
mod bars;
mod go_on;
mod ladder;
mod ng_table;
mod sentence;
mod text;

use std::path::Path;

use plumb_diagnostics::{Confidence, Diagnosis};
use serde::Serialize;

use crate::{advice::Action, bayes::KnownBayes, judge::HumanLevel, train::End};

pub(crate) use actions::{cost, duration, wrapped};
pub(crate) use go_on::{behind_run, behind_sweep, with_change};
pub(crate) use ng_table::{harder, ng_rows, ng_table, ng_table_of};
pub(crate) use sentence::{capitalized, sentence};
pub(crate) use text::{findings, go_on, text};

/// The version of `diagnosis.json`.
pub(crate) const FORMAT: u32 = 2;

/// What `diagnosis.json` says, and `plumb train --json` prints.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    pub(crate) format: u32,
    pub(crate) name: &'a str,
    pub(crate) run: &'a Path,
    /// Whether the model is a forest, which has no epochs.
    #[serde(skip)]
    pub(crate) is_forest: bool,
    /// The epoch with the lowest dev error, whose weights these figures belong to.
    pub(crate) best_epoch: u32,
    /// That the config asks for.
    pub(crate) epochs: u32,
    /// That were trained, and why no more.
    pub(crate) epochs_done: u32,
    pub(crate) end: End,
    #[serde(flatten)]
    pub(crate) findings: Findings<'a>,
}

/// What the figures of a model say.
#[derive(Serialize)]
pub(crate) struct Findings<'a> {
    pub(crate) matters_share: f64,
    /// On the target data, and on the general data where that is another.
    pub(crate) human: &'a HumanLevel,
    /// Where the human figure is the Bayes error, known because the data was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bayes: Option<&'a KnownBayes>,
    pub(crate) diagnosis: &'a Diagnosis,
    pub(crate) actions: &'a [Action],
    /// The verdict in one sentence ([`fn@sentence`]).
    pub(crate) sentence: String,
    /// Commands to go on with; none where the figures are of no run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) go_on: Vec<String>,
}

/// A confidence in percent; a product such as 0.55 × 100 carries rounding errors.
fn percent_of(confidence: Confidence) -> f64 {
    (confidence.level() * 1e8).round() / 1e6
}
