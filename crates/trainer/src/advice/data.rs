use super::{Case, Fitted};
use crate::{data_summary::DataSummary, progress::thousands};

/// What is left out so far; else more to draw, or to collect.
pub(super) fn more(Case { config, data, .. }: Case<'_>) -> Fitted {
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
pub(super) fn augment(Case { config, data, .. }: Case<'_>) -> Option<Fitted> {
    let is_image = data.general.shape.len() == 3 && data.general.range.is_some();
    if config.data.augmentation.is_some() || !is_image {
        return None;
    }
    Some(Fitted::key(
        "augment the training set anew in every epoch: shifts of 1 pixel, turns of 10 degrees",
        "data.augmentation={steps=[{shift={pixels=1}},{rotate={degrees=10}}]}",
    ))
}

/// What is left out so far; else more to collect.
pub(super) fn more_dev(data: &DataSummary) -> Fitted {
    let now = data.sets.dev.examples;
    if data.unused_target == 0 {
        return Fitted::work(format!(
            "collect more examples like those of {} for dev, which has {}",
            data.target_name(),
            thousands(now as u64)
        ));
    }
    let then = now + data.unused_target;
    Fitted::key(
        format!("dev examples {now} -> {then} (those in no set so far)"),
        format!("data.split.dev={then}"),
    )
}
