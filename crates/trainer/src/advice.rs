//! From the flowchart's remedies to changes of the config at hand.

use plumb_data::{Source, source::Strokes};
use plumb_diagnostics::{Diagnosis, GapKind, Remedy, Verdict, remedies};
use plumb_model::{MlpConfig, Network};
use serde::Serialize;

use crate::{
    config::Config, data_summary::DataSummary, optimizer::Optimizer, progress::thousands,
    schedule::Curve,
};

/// Something to try next, fitted to a config.
#[derive(Debug, Serialize)]
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

/// The actions against the first gap and every other one that is present, the largest gap first, in
/// the flowchart's order.
///
/// A gap that may be there or not asks for more examples before it asks for work. A remedy that this config already uses up, or that plumb has no key for, is not offered.
pub(crate) fn advise(config: &Config, data: &DataSummary, diagnosis: &Diagnosis) -> Vec<Action> {
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
            if let Some(Fitted { change, set }) = fit(remedy, config, data) {
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

struct Fitted {
    change: String,
    set: Option<String>,
}

impl Fitted {
    /// A change of the config, with the override that makes it.
    fn key(change: String, set: String) -> Self {
        Self {
            change,
            set: Some(set),
        }
    }

    /// A change that no key makes.
    fn work(change: String) -> Self {
        Self { change, set: None }
    }
}

fn fit(remedy: Remedy, config: &Config, data: &DataSummary) -> Option<Fitted> {
    let Network::Mlp(mlp) = &config.model;
    match remedy {
        Remedy::BiggerModel => Some(bigger(mlp)),
        Remedy::TrainLonger => {
            let (now, then) = (config.train.epochs, config.train.epochs.saturating_mul(2));
            Some(Fitted::key(
                format!("epochs {now} -> {then}"),
                format!("train.epochs={then}"),
            ))
        }
        Remedy::BetterOptimizer => Some(better_optimizer(config)),
        Remedy::LessRegularization => less_regularization(config, mlp),
        Remedy::MoreRegularization => Some(more_regularization(config, mlp)),
        Remedy::MoreData => Some(more_data(config, data)),
        Remedy::AugmentData => augment(config, data),
        Remedy::CollectTargetLikeData => Some(Fitted::work(format!(
            "collect training examples like those of {}",
            target_name(data)
        ))),
        Remedy::MixInTarget => mix_in_target(data),
        Remedy::WeightTargetLikeData => weight(config, data),
        Remedy::SynthesizeLikeTarget => synthesize(config),
        Remedy::MoreDevData => Some(more_dev_data(data)),
        // No config key does these yet.
        Remedy::NewArchitecture | Remedy::HoldOutTrainDev | Remedy::DomainAdaptation => None,
    }
}

fn bigger(mlp: &MlpConfig) -> Fitted {
    /// A usual first hidden layer for a model that has none.
    const FIRST_HIDDEN: usize = 64;
    let wider = if mlp.hidden.is_empty() {
        vec![FIRST_HIDDEN]
    } else {
        mlp.hidden.iter().map(|width| 2 * width).collect()
    };
    Fitted::key(
        format!("hidden layers {:?} -> {wider:?}", mlp.hidden),
        format!("model.mlp.hidden={}", compact(&wider)),
    )
}

fn better_optimizer(config: &Config) -> Fitted {
    match (&config.optimizer, config.schedule.curve()) {
        (Optimizer::Sgd(sgd), _) => Fitted::key(
            format!(
                "optimizer SGD at learning rate {} -> Adam at 0.001",
                sgd.learning_rate
            ),
            "optimizer={adam={learning_rate=0.001}}".into(),
        ),
        (_, Curve::Constant) => Fitted::key(
            "a constant learning rate -> one that falls to 0 along a cosine".into(),
            "schedule={cosine={}}".into(),
        ),
        (optimizer, _) => {
            let now = optimizer.learning_rate();
            let then = now / 3.0;
            let key = format!("optimizer.{}.learning_rate", optimizer.name());
            Fitted::key(
                format!("learning rate {now} -> {then:.2e}"),
                format!("{key}={then:.2e}"),
            )
        }
    }
}

fn less_regularization(config: &Config, mlp: &MlpConfig) -> Option<Fitted> {
    let decay = config.optimizer.weight_decay();
    if mlp.dropout > 0.0 {
        let then = if mlp.dropout > 0.1 {
            mlp.dropout / 2.0
        } else {
            0.0
        };
        Some(Fitted::key(
            format!("dropout {} -> {then}", mlp.dropout),
            format!("model.mlp.dropout={then}"),
        ))
    } else if decay > 0.0 {
        let key = format!("optimizer.{}.weight_decay", config.optimizer.name());
        Some(Fitted::key(
            format!("weight decay {decay} -> 0"),
            format!("{key}=0"),
        ))
    } else {
        None
    }
}

fn more_regularization(config: &Config, mlp: &MlpConfig) -> Fitted {
    /// Usual first values, and the largest that is still usual (Srivastava et al., 2014).
    const FIRST_DROPOUT: f64 = 0.2;
    const LAST_DROPOUT: f64 = 0.5;
    const FIRST_DECAY: f64 = 1e-4;
    let decay = config.optimizer.weight_decay();
    if mlp.dropout < LAST_DROPOUT && !mlp.hidden.is_empty() {
        let then = if mlp.dropout > 0.0 {
            LAST_DROPOUT
        } else {
            FIRST_DROPOUT
        };
        Fitted::key(
            format!("dropout {} -> {then}", mlp.dropout),
            format!("model.mlp.dropout={then}"),
        )
    } else {
        let then = if decay > 0.0 {
            3.0 * decay
        } else {
            FIRST_DECAY
        };
        let key = format!("optimizer.{}.weight_decay", config.optimizer.name());
        Fitted::key(
            format!("weight decay {decay} -> {then:.1e}"),
            format!("{key}={then:.1e}"),
        )
    }
}

fn more_data(config: &Config, data: &DataSummary) -> Fitted {
    let general = &config.data.general;
    if let (Some(_), unused @ 1..) = (config.data.split.train, data.unused_train) {
        let then = data.sets.train.examples + unused;
        return Fitted::key(
            format!(
                "training examples {} -> {} (those left out so far)",
                thousands(data.sets.train.examples as u64),
                thousands(then as u64)
            ),
            format!("data.split.train={then}"),
        );
    }
    match general
        .source()
        .and_then(|source| Some((source.name(), source.n_drawn()?)))
    {
        Some((source, now)) => {
            let then = now.saturating_mul(2);
            Fitted::key(
                format!(
                    "drawn examples {} -> {}",
                    thousands(now as u64),
                    thousands(then as u64)
                ),
                format!("data.general.{source}.examples={then}"),
            )
        }
        None => Fitted::work(format!(
            "collect more examples of the general kind than the {} there are",
            thousands(data.general.examples as u64)
        )),
    }
}

/// Small changes that leave an image's class alone, for a config without any.
fn augment(config: &Config, data: &DataSummary) -> Option<Fitted> {
    let is_image = data.general.shape.len() == 3 && data.general.range.is_some();
    if config.data.augmentation.is_some() || !is_image {
        return None;
    }
    Some(Fitted::key(
        "augment the training set anew in every epoch: shifts of 1 pixel, turns of 10 degrees"
            .into(),
        "data.augmentation={steps=[{shift={pixels=1}},{rotate={degrees=10}}]}".into(),
    ))
}

fn mix_in_target(data: &DataSummary) -> Option<Fitted> {
    if data.unused_target == 0 {
        return None;
    }
    let sets = &data.sets;
    let now = sets.train.from_target + sets.train_dev.from_target;
    let then = now + data.unused_target;
    Some(Fitted::key(
        format!("target examples in the training mix {now} -> {then} (those in no set so far)"),
        format!("data.split.target_in_train={then}"),
    ))
}

/// Less weight for general examples, where train has both kinds.
fn weight(config: &Config, data: &DataSummary) -> Option<Fitted> {
    let train = &data.sets.train;
    let (target, general) = (train.from_target, train.examples - train.from_target);
    if target == 0 || target >= general {
        return None;
    }
    // Both kinds count alike in sum.
    let then = target as f64 / general as f64;
    let now = config.data.split.general_weight.unwrap_or(1.0);
    (then < now).then(|| {
        Fitted::key(
            format!("weight of a general example {now} -> {then:.2e}, a target example's being 1"),
            format!("data.split.general_weight={then:.2e}"),
        )
    })
}

fn synthesize(config: &Config) -> Option<Fitted> {
    let Some(Source::Strokes(strokes)) = config.data.general.source() else {
        return None;
    };
    let (now, then) = (strokes.warp, (2.0 * strokes.warp).min(Strokes::MAX_WARP));
    if now >= then {
        return None;
    }
    Some(Fitted::key(
        format!("draw with more variety: warp {now} -> {then}"),
        format!("data.general.strokes.warp={then}"),
    ))
}

fn more_dev_data(data: &DataSummary) -> Fitted {
    let now = data.sets.dev.examples;
    if data.unused_target == 0 {
        return Fitted::work(format!(
            "collect more examples like those of {} for dev, which has {}",
            target_name(data),
            thousands(now as u64)
        ));
    }
    let then = now + data.unused_target;
    Fitted::key(
        format!("dev examples {now} -> {then} (those in no set so far)"),
        format!("data.split.dev={then}"),
    )
}

fn target_name(data: &DataSummary) -> String {
    match &data.target.files[..] {
        [file, ..] => file.path.clone(),
        [] => "the target chunk".into(),
    }
}

/// A list without blanks, which a shell takes as one word.
fn compact(widths: &[usize]) -> String {
    format!("{widths:?}").replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(edit: &str) -> Config {
        let text = format!(
            r#"
            name = "x"
            {edit}
            [data.general.strokes]
            examples = 2000
            [data.target.csv]
            path = "target.csv"
            label = "digit"
            [data.split]
            train_dev = 100
            dev = 50
            test = 50
            [train]
            epochs = 5
            batch_size = 10
            "#
        );
        toml::from_str(&text).unwrap()
    }

    /// `edit` is a config's own part; `unused` the number of target examples in no set.
    fn check(edit: &str, unused: usize, remedy: Remedy, expected: Option<&str>) {
        let data = DataSummary::for_test(2000, unused);
        let fitted = fit(remedy, &config(edit), &data);
        let set = fitted.as_ref().and_then(|fitted| fitted.set.as_deref());
        assert_eq!(set, expected, "{remedy:?} for {edit}");
    }

    #[test]
    fn each_remedy_becomes_a_change_of_this_config() {
        let plain = "model.mlp.hidden = [64, 8]\noptimizer.adam.learning_rate = 1e-3";
        let linear = "model.mlp.hidden = []\noptimizer.sgd.learning_rate = 0.1";
        let regular = "model.mlp = { hidden = [9], dropout = 0.5 }
            optimizer.sgd = { learning_rate = 0.1, weight_decay = 1e-4 }";
        for (edit, unused, remedy, expected) in [
            (
                plain,
                0,
                Remedy::BiggerModel,
                Some("model.mlp.hidden=[128,16]"),
            ),
            (
                linear,
                0,
                Remedy::BiggerModel,
                Some("model.mlp.hidden=[64]"),
            ),
            (plain, 0, Remedy::TrainLonger, Some("train.epochs=10")),
            (
                plain,
                0,
                Remedy::BetterOptimizer,
                Some("schedule={cosine={}}"),
            ),
            (
                linear,
                0,
                Remedy::BetterOptimizer,
                Some("optimizer={adam={learning_rate=0.001}}"),
            ),
            (plain, 0, Remedy::LessRegularization, None),
            (
                regular,
                0,
                Remedy::LessRegularization,
                Some("model.mlp.dropout=0.25"),
            ),
            (
                plain,
                0,
                Remedy::MoreRegularization,
                Some("model.mlp.dropout=0.2"),
            ),
            (
                linear,
                0,
                Remedy::MoreRegularization,
                Some("optimizer.sgd.weight_decay=1.0e-4"),
            ),
            (
                regular,
                0,
                Remedy::MoreRegularization,
                Some("optimizer.sgd.weight_decay=3.0e-4"),
            ),
            (
                plain,
                0,
                Remedy::MoreData,
                Some("data.general.strokes.examples=4000"),
            ),
            (
                plain,
                30,
                Remedy::MixInTarget,
                Some("data.split.target_in_train=30"),
            ),
            (plain, 0, Remedy::MixInTarget, None),
            (plain, 30, Remedy::MoreDevData, Some("data.split.dev=80")),
        ] {
            check(edit, unused, remedy, expected);
        }
    }
}
