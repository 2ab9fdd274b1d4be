use super::{Facts, Judged, Seen};
use crate::learning_rates::{lower, set, short};

/// The share of what was learned (the fall of the loss from the constant answer's) that a rise gives
/// back before it is called diverging. Quickstarts that came to a good end gave back up to 11 %
/// (Adam at 0.1), one that never settles 47 % (SGD at 1.8).
const GIVEN_BACK: f64 = 0.25;

/// What must have been learned, as a share of the constant answer's loss, to be given back.
const LEARNED: f64 = 0.1;

/// From so many times ln(classes) on the loss is higher than that of weights that are not trained:
/// logits of variance 1, more than usual schemes of initial weights give, add about a half (the variance
/// over 2) to ln(classes), of which 2 classes have 0.69.
const ABOVE_UNTRAINED: f64 = 2.0;

/// Warns of a training loss that has risen well above its lowest, or that is above that of untrained
/// weights and does not fall.
pub(super) fn warn(facts: &Facts<'_>, seen: &Seen<'_>, judged: &Judged) -> Option<String> {
    let (mean, lowest, chance) = (judged.mean, judged.before.lowest, facts.chance_loss());
    let learned = chance - lowest;
    let gave_back = learned >= LEARNED * chance && mean - lowest >= GIVEN_BACK * learned;
    let untrained = (facts.classes.len() as f64).ln();
    let is_above = mean >= ABOVE_UNTRAINED * untrained && mean >= judged.before.last;
    let what = if gave_back {
        format!("has risen from {lowest:.3} to {mean:.3}")
    } else if is_above {
        format!("is {mean:.3} and does not fall, where untrained weights have about {untrained:.3}")
    } else {
        return None;
    };
    let optimizer = &facts.config.optimizer;
    Some(format!(
        "the training loss {what}: at a learning rate of {} training diverges\n  a lower one usually \
         helps: {}; `plumb find-lr` measures one",
        short(seen.learning_rate),
        set(optimizer, lower(optimizer)),
    ))
}
