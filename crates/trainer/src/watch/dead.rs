use super::{Facts, Judged, Seen};
use crate::learning_rates::{set, short, usual};

/// A loss within this share of the constant answer's has not moved: what one epoch's mean varies by, and
/// less than any task that is worth training gives.
const STILL: f64 = 0.01;

/// The schedule has the rate far below its peak while it warms up: what stands still there may move yet.
const WARMED_UP: f64 = 0.5;

/// From this factor on a learning rate is far from the usual one: rates that work for one task work
/// within a factor of ten for most.
const FAR: f64 = 10.0;

/// Warns of a training loss that is no lower than the best constant answer's, and no lower than in the
/// window before by more than noise.
pub(super) fn warn(facts: &Facts<'_>, seen: &Seen<'_>, judged: &Judged) -> Option<String> {
    let chance = facts.chance_loss();
    let was_lower = judged.before.lowest < chance * (1.0 - STILL);
    let is_lower = judged.mean < chance * (1.0 - STILL);
    let falls = judged.mean < judged.before.last - STILL * chance;
    let peak = facts.config.optimizer.learning_rate();
    let warms_up = seen.learning_rate < WARMED_UP * peak;
    if was_lower || is_lower || falls || warms_up {
        return None;
    }
    Some(format!(
        "the training loss is {:.3} after {} steps, where always giving the same answer brings \
         {chance:.3}: nothing has been learned so far\n  {}",
        judged.mean,
        judged.steps,
        advice(facts)
    ))
}

fn advice(facts: &Facts<'_>) -> String {
    let optimizer = &facts.config.optimizer;
    let (now, usual) = (optimizer.learning_rate(), usual(optimizer));
    let far = if now * FAR <= usual {
        "below"
    } else if now >= usual * FAR {
        "above"
    } else {
        return "`plumb find-lr` shows at which learning rates it falls; if at none, look at the \
                labels and inputs with `plumb data preview` (inputs that say nothing of the classes \
                can't be learned)"
            .into();
    };
    format!(
        "a learning rate of {} is far {far} the usual {}: {}; `plumb find-lr` measures one",
        short(now),
        short(usual),
        set(optimizer, usual),
    )
}
