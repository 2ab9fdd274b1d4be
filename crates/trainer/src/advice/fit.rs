use plumb_diagnostics::Remedy;

use super::{Case, Cost, Need, data, longer, mismatch, network, optimizer, regularization};
use crate::{
    config::{self, Config},
    prepare::check_model,
};

/// A remedy in terms of a config.
#[derive(Debug)]
pub(super) struct Fitted {
    pub(super) change: String,
    pub(super) set: Option<String>,
    pub(super) reason: Option<String>,
    /// Further examples that work asks for, where their number is known.
    pub(super) examples: Option<i64>,
    /// Whether it comes before the others, whatever the flowchart's order.
    pub(super) comes_first: bool,
}

impl Fitted {
    /// A change of the config, with the override that makes it.
    pub(super) fn key(change: impl Into<String>, set: impl Into<String>) -> Self {
        Self {
            set: Some(set.into()),
            ..Self::work(change)
        }
    }

    /// A change that no single key makes.
    pub(super) fn work(change: impl Into<String>) -> Self {
        Self {
            change: change.into(),
            set: None,
            reason: None,
            examples: None,
            comes_first: false,
        }
    }

    /// With what in the run speaks for it.
    pub(super) fn because(self, reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..self
        }
    }

    /// Before the others.
    pub(super) fn first(self) -> Self {
        Self {
            comes_first: true,
            ..self
        }
    }
}

/// The remedy for a run, with its cost; none if the run can't have it, or has it already.
pub(super) fn fit(remedy: Remedy, case: Case<'_>, need: Need<'_>) -> Option<(Fitted, Cost)> {
    if case.config.model.forest().is_some() && !suits_forests(remedy) {
        return None;
    }
    let fitted = match remedy {
        Remedy::BiggerModel => network::bigger(case),
        Remedy::NewArchitecture => network::new_architecture(case),
        Remedy::TrainLonger => longer::train_longer(case, need),
        Remedy::BetterOptimizer => Some(optimizer::better(case.config)),
        Remedy::LessRegularization => regularization::less(case),
        Remedy::MoreRegularization => regularization::more(case),
        Remedy::MoreData => Some(data::more(case)),
        Remedy::AugmentData => data::augment(case),
        Remedy::MoreDevData => Some(data::more_dev(case, need)),
        Remedy::CollectTargetLikeData => Some(mismatch::collect(case)),
        Remedy::MixInTarget => mismatch::mix_in(case),
        Remedy::WeightTargetLikeData => mismatch::weight(case),
        Remedy::SynthesizeLikeTarget => mismatch::synthesize(case.config),
        // A run always has a train-dev set, and no key adapts domains.
        Remedy::HoldOutTrainDev
        | Remedy::HoldOutDev
        | Remedy::MeasureTrain
        | Remedy::DomainAdaptation => None,
    }?;
    let Some(set) = &fitted.set else {
        let cost = Cost::of_work(fitted.examples);
        return Some((fitted, cost));
    };
    let changed = possible(set, case)?;
    let cost = Cost::of(case, &changed);
    if loses_its_weights(case, &changed) {
        let change = format!(
            "{}, without `train.init_from`: those weights don't fit",
            fitted.change
        );
        let set = None;
        return Some((
            Fitted {
                change,
                set,
                ..fitted
            },
            cost,
        ));
    }
    Some((fitted, cost))
}

/// Whether a remedy is one for a learner that isn't trained step by step, and takes examples as they are.
fn suits_forests(remedy: Remedy) -> bool {
    matches!(
        remedy,
        Remedy::BiggerModel
            | Remedy::MoreData
            | Remedy::MoreDevData
            | Remedy::CollectTargetLikeData
            | Remedy::MixInTarget
            | Remedy::SynthesizeLikeTarget
    )
}

/// The config with a change, if that is one: it is valid, its network fits the data, its frozen layers exist, and
/// it is not the config that there is already.
fn possible(set: &str, case: Case<'_>) -> Option<Config> {
    let changed = config::changed(case.config, set).ok()?;
    check_model(&changed, &case.data.task()).ok()?;
    let is_other = case.config.difference(&changed, &|_| false).ok()?.is_some();
    // Layers are frozen by name, and each kind of network has its own.
    let names = |config: &Config| config.model.name();
    let keeps_names = changed.train.freeze.is_empty() || names(case.config) == names(&changed);
    (is_other && keeps_names).then_some(changed)
}

/// Whether the weights of `train.init_from` fit the config's network and not the changed one.
fn loses_its_weights(case: Case<'_>, changed: &Config) -> bool {
    let n_parameters = |config: &Config| config.model.cost(&case.data.task()).parameters;
    changed.train.init_from.is_some() && n_parameters(case.config) != n_parameters(changed)
}
