use plumb_data::split::Size;
use plumb_diagnostics::SetName;

use super::{Case, Need, fit::Fitted, regularization};
use crate::{config::Chunk, progress::thousands};

/// What is left out so far; else more to draw, or to collect.
///
/// A config that regularizes already has nothing else left that is sure to help.
pub(super) fn more(case: Case<'_>) -> Fitted {
    let fitted = more_examples(case);
    match regularization::in_use(case.config) {
        None => fitted,
        Some(means) => fitted.because(format!("regularized already: {means}")),
    }
}

fn more_examples(Case { config, data, .. }: Case<'_>) -> Fitted {
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
    match drawn(general) {
        Some((table, _)) if matches!(config.data.split.train, Some(Size::Count(_))) => {
            Fitted::work(format!(
                "draw more (data.general.{table}.examples) and train on more (data.split.train, now {})",
                thousands(data.sets.train.examples as u64)
            ))
        }
        Some((table, now)) => {
            let then = now.saturating_mul(2);
            Fitted::key(
                format!(
                    "drawn examples {} -> {}",
                    thousands(now as u64),
                    thousands(then as u64)
                ),
                format!("data.general.{table}.examples={then}"),
            )
        }
        None => Fitted::work(format!(
            "collect more examples of the general kind than the {} there are",
            thousands(data.general.examples as u64)
        )),
    }
}

/// The table of a chunk that is drawn, and how many examples it draws.
pub(super) fn drawn(chunk: &Chunk) -> Option<(&'static str, usize)> {
    let source = chunk.source()?;
    Some((source.name(), source.n_drawn()?))
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

/// What is left out so far; else more to draw, or to collect: as many as would settle the gap, where that is
/// known.
pub(super) fn more_dev(Case { config, data, .. }: Case<'_>, need: Need<'_>) -> Fitted {
    let now = data.sets.dev.examples;
    if config.data.split.mistake.is_some() {
        return Fitted::work(
            "draw dev and test from the target alone: leave out data.split.mistake",
        );
    }
    // Shares are rounded one after the other: with dev as a count, the next may get one example more.
    let is_share = matches!(config.data.split.target_in_train, Size::Share(_));
    let unused = data.unused_target.saturating_sub(usize::from(is_share));
    if unused > 0 {
        let then = now + unused;
        return Fitted::key(
            format!("dev examples {now} -> {then} (those in no set so far)"),
            format!("data.split.dev={then}"),
        );
    }
    let change = match drawn(&config.data.target) {
        Some((table, _)) => format!(
            "draw more (data.target.{table}.examples) for dev (data.split.dev), which has {}",
            thousands(now as u64)
        ),
        None => format!(
            "collect more examples like those of {} for dev, which has {}",
            data.target_name(),
            thousands(now as u64)
        ),
    };
    let needed = need.gap.needed.as_ref();
    let in_dev = needed.filter(|more| more.sets.contains(&SetName::Dev));
    Fitted {
        examples: in_dev.and_then(|more| i64::try_from(more.n_each).ok()),
        ..Fitted::work(change)
    }
}
