use super::{Facts, Judged, Seen};

/// A training loss below this share of the constant answer's has learned to tell train's classes.
const LEARNED: f64 = 0.9;

/// A class is frequent from this factor above the mean on: 60 % of two classes.
const FREQUENT: f64 = 1.2;

/// Warns if everything in dev is taken for one class, where dev has several.
pub(super) fn warn(facts: &Facts<'_>, seen: &Seen<'_>, judged: &Judged) -> Option<String> {
    let class = seen.dev.first()?.class;
    let is_one = seen.dev.iter().all(|prediction| prediction.class == class);
    let mut labels = seen.dev_labels.to_vec();
    labels.sort_unstable();
    labels.dedup();
    // A row that is not finite names no class.
    let name = facts.classes.get(class as usize)?;
    if !is_one || labels.len() < 2 {
        return None;
    }
    let advice = if judged.mean < LEARNED * facts.chance_loss() {
        "train is told apart, so dev's inputs look different to the model: compare the two with `plumb \
         data preview`, and see that [data.target.convert] brings them to one form"
    } else if is_unbalanced(&facts.class_mass) {
        "rare classes can be made to count as much as frequent ones: --set \
         loss.class_weights=balanced"
    } else {
        "the training loss is near that of a constant answer too: `plumb find-lr` shows at which \
         learning rates it falls"
    };
    Some(format!(
        "after {} steps all {} predictions on dev are `{name}`, where dev has {} classes\n  {advice}",
        judged.steps,
        seen.dev.len(),
        labels.len(),
    ))
}

/// Whether the class that counts most in training counts more than [`FREQUENT`] times as much as the mean.
fn is_unbalanced(mass: &[f64]) -> bool {
    let mean = mass.iter().sum::<f64>() / mass.len() as f64;
    mass.iter().any(|&mass| mass > FREQUENT * mean)
}
