//! From the flowchart's remedies to changes of the config at hand.
//!
//! One file per remedy or pair of them, with what the training curve says of it. A remedy that a config already
//! uses up, or that it can't have, is not offered: what makes another config is tried before it is said.

mod ceiling;
mod cost;
mod data;
mod fit;
mod longer;
mod mismatch;
mod network;
mod optimizer;
mod regularization;
mod taken;

use plumb_diagnostics::{Diagnosis, Gap, GapKind, Remedy, Verdict, remedies};
use serde::{Deserialize, Serialize};

use crate::{
    bayes::KnownBayes, config::Config, curve::Curve, data_summary::DataSummary, train::End,
};

use self::ceiling::ceiling;
#[cfg(test)]
pub(crate) use self::cost::Change;
pub(crate) use self::{ceiling::is_worthwhile, cost::Cost, taken::taken};

/// Something to try next, fitted to a config.
///
/// With its gap, its override and its ceiling a later run can be compared with what was promised ([`fn@taken`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Action {
    /// The gap that it addresses.
    pub(crate) gap: GapKind,
    pub(crate) remedy: Remedy,
    /// What to change, from what to what.
    pub(crate) change: String,
    /// What in the run speaks for it, beside the gap.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// The `--set` override that makes the change; none if the change is not one of the config.
    pub(crate) set: Option<String>,
    /// The most that it could take off the dev error (off the test error, against overfitting to dev), as a
    /// fraction.
    pub(crate) ceiling: f64,
    #[serde(default)]
    pub(crate) cost: Cost,
}

/// A run that advice is given for.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) config: &'a Config,
    pub(crate) data: &'a DataSummary,
    /// Why its training ended.
    pub(crate) end: End,
    /// What was measured on the way; empty if that is not known.
    pub(crate) curve: &'a Curve,
}

/// What a remedy is for.
#[derive(Clone, Copy)]
struct Need<'a> {
    gap: &'a Gap,
    /// The size from which on a gap matters, a fraction.
    threshold: f64,
}

/// The actions against the first gap and every other one that is present, the largest gap first, in
/// the flowchart's order, from which the training curve may move one to the front.
///
/// A gap that may be there or not asks for more examples before it asks for work. Against one that nothing can
/// be gained from there is no action.
pub(crate) fn advise(case: Case<'_>, diagnosis: &Diagnosis) -> Vec<Action> {
    let mut actions = Vec::new();
    for (gap, ceiling) in to_work_on(diagnosis, &KnownBayes::of(case.data)) {
        let need = Need {
            gap,
            threshold: diagnosis.threshold,
        };
        let mut offered: Vec<_> = remedies(gap.kind)
            .iter()
            .filter_map(|&remedy| Some((remedy, fit::fit(remedy, case, need)?)))
            .collect();
        offered.sort_by_key(|(_, (fitted, _))| !fitted.comes_first); // stable: else the flowchart's order
        for (remedy, (fitted, cost)) in offered {
            actions.push(Action {
                gap: gap.kind,
                remedy,
                change: fitted.change,
                reason: fitted.reason,
                set: fitted.set,
                ceiling,
                cost,
            });
        }
    }
    actions
}

/// Whether a gap asks for work: it is present, or the first there is.
pub(crate) fn is_addressed(gap: &Gap, diagnosis: &Diagnosis) -> bool {
    gap.verdict == Verdict::Present || diagnosis.first == Some(gap.kind)
}

/// The gaps that ask for work and from which something can be gained, in their order, with the most that can.
fn to_work_on<'a>(
    diagnosis: &'a Diagnosis,
    bayes: &KnownBayes,
) -> impl Iterator<Item = (&'a Gap, f64)> {
    let ranked = diagnosis.ranked.iter();
    let gaps = ranked.filter_map(|&kind| diagnosis.gap(kind));
    let addressed = gaps.filter(|gap| is_addressed(gap, diagnosis));
    let with_ceiling = addressed.map(|gap| (gap, ceiling(gap, diagnosis, bayes)));
    with_ceiling.filter(|&(_, ceiling)| is_worthwhile(ceiling, diagnosis))
}

/// The flowchart's remedies against the same gaps in general words, without a config to fit them to.
pub(crate) fn in_general(diagnosis: &Diagnosis) -> Vec<Action> {
    to_work_on(diagnosis, &KnownBayes::UNKNOWN)
        .flat_map(|(gap, ceiling)| {
            remedies(gap.kind).iter().map(move |&remedy| Action {
                gap: gap.kind,
                remedy,
                change: remedy.text().to_owned(),
                reason: None,
                set: None,
                ceiling,
                cost: Cost::default(),
            })
        })
        .collect()
}

#[cfg(test)]
mod generated;
#[cfg(test)]
mod tests;
