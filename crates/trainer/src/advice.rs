//! From the flowchart's remedies to changes of the config at hand.
//!
//! One file per group of remedies. A remedy that a config already uses up, or that it can't have, is not
//! offered: what makes another model is tried on the config before it is said.

mod bias;
mod data;
mod mismatch;
mod network;
mod regularization;

use plumb_diagnostics::{Diagnosis, GapKind, Remedy, Verdict, remedies};
use serde::{Deserialize, Serialize};

use crate::{
    config::{self, Config},
    data_summary::DataSummary,
    prepare::check_model,
    train::End,
};

/// Something to try next, fitted to a config.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Action {
    /// The gap that it addresses.
    pub(crate) gap: GapKind,
    pub(crate) remedy: Remedy,
    /// What to change, from what to what.
    pub(crate) change: String,
    /// The `--set` override that makes the change; none if the change is not one of the config.
    pub(crate) set: Option<String>,
    /// The most that it could take off the dev or test error, as a fraction: the whole gap.
    pub(crate) ceiling: f64,
}

/// A run that advice is given for.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) config: &'a Config,
    pub(crate) data: &'a DataSummary,
    /// Why its training ended.
    pub(crate) end: End,
}

/// The actions against the first gap and every other one that is present, the largest gap first, in
/// the flowchart's order.
///
/// A gap that may be there or not asks for more examples before it asks for work.
pub(crate) fn advise(case: Case<'_>, diagnosis: &Diagnosis) -> Vec<Action> {
    actions(diagnosis, |remedy| fit(remedy, case))
}

/// The same without a config: the flowchart's remedies, in general words.
pub(crate) fn in_general(diagnosis: &Diagnosis) -> Vec<Action> {
    actions(diagnosis, |remedy| Some(Fitted::work(remedy.text())))
}

fn actions(diagnosis: &Diagnosis, fit: impl Fn(Remedy) -> Option<Fitted>) -> Vec<Action> {
    let mut actions = Vec::new();
    for gap in diagnosis
        .ranked
        .iter()
        .filter_map(|&kind| diagnosis.gap(kind))
    {
        if gap.verdict != Verdict::Present && diagnosis.first != Some(gap.kind) {
            continue;
        }
        for &remedy in remedies(gap.kind) {
            if let Some(Fitted { change, set }) = fit(remedy) {
                actions.push(Action {
                    gap: gap.kind,
                    remedy,
                    change,
                    set,
                    ceiling: gap.size,
                });
            }
        }
    }
    actions
}

/// A remedy in terms of a config.
struct Fitted {
    change: String,
    set: Option<String>,
}

impl Fitted {
    /// A change of the config, with the override that makes it.
    fn key(change: impl Into<String>, set: impl Into<String>) -> Self {
        Self {
            change: change.into(),
            set: Some(set.into()),
        }
    }

    /// A change that no key makes.
    fn work(change: impl Into<String>) -> Self {
        Self {
            change: change.into(),
            set: None,
        }
    }
}

fn fit(remedy: Remedy, case: Case<'_>) -> Option<Fitted> {
    let fitted = match remedy {
        Remedy::BiggerModel => network::bigger(case),
        Remedy::NewArchitecture => network::new_architecture(case),
        Remedy::TrainLonger => bias::train_longer(case),
        Remedy::BetterOptimizer => Some(bias::better_optimizer(case.config)),
        Remedy::LessRegularization => regularization::less(case.config),
        Remedy::MoreRegularization => regularization::more(case.config),
        Remedy::MoreData => Some(data::more(case)),
        Remedy::AugmentData => data::augment(case),
        Remedy::MoreDevData => Some(data::more_dev(case.data)),
        Remedy::CollectTargetLikeData => Some(mismatch::collect(case.data)),
        Remedy::MixInTarget => mismatch::mix_in(case.data),
        Remedy::WeightTargetLikeData => mismatch::weight(case),
        Remedy::SynthesizeLikeTarget => mismatch::synthesize(case.config),
        // No config key does these yet.
        Remedy::HoldOutTrainDev | Remedy::DomainAdaptation => None,
    };
    fitted.filter(|fitted| fitted.set.as_ref().is_none_or(|set| is_possible(set, case)))
}

/// Whether the config with this change is one, and its network fits the data.
fn is_possible(set: &str, case: Case<'_>) -> bool {
    config::changed(case.config, set)
        .is_ok_and(|changed| check_model(&changed, &case.data.task()).is_ok())
}

#[cfg(test)]
mod tests;
