use plumb_data::{Source, source::Strokes};

use super::{Case, data::drawn, fit::Fitted};
use crate::config::Config;

/// Work that no single key does.
pub(super) fn collect(Case { config, data, .. }: Case<'_>) -> Fitted {
    Fitted::work(match drawn(&config.data.target) {
        Some((table, _)) => format!(
            "draw more of the target (data.target.{table}.examples) into the training mix \
             (data.split.target_in_train)"
        ),
        None => format!(
            "collect training examples like those of {}",
            data.target_name()
        ),
    })
}

/// Target examples that are in no set so far.
pub(super) fn mix_in(Case { data, .. }: Case<'_>) -> Option<Fitted> {
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
pub(super) fn weight(Case { config, data, .. }: Case<'_>) -> Option<Fitted> {
    let train = &data.sets.train;
    let (target, general) = (train.from_target, train.examples - train.from_target);
    if target == 0 || target >= general {
        return None;
    }
    // Both kinds count alike in sum.
    let then: f64 = format!("{:.2e}", target as f64 / general as f64)
        .parse()
        .ok()?; // three digits
    let now = config.data.split.general_weight.unwrap_or(1.0);
    (then < now).then(|| {
        Fitted::key(
            format!(
                "weight of a general example {now} -> {then}, that of a target example being 1"
            ),
            format!("data.split.general_weight={then}"),
        )
    })
}

/// More variety for digits that are drawn by rule.
pub(super) fn synthesize(config: &Config) -> Option<Fitted> {
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
