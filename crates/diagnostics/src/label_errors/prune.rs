//! Which examples to suspect, once it is known about how many labels are wrong.

use super::Suspect;

/// The examples of one label that prune by class and prune by noise rate both choose.
pub(super) fn both_pruned(
    given: usize,
    members: &[usize],
    estimated: &[f64],
    p: impl Fn(usize, usize) -> f64,
) -> Vec<usize> {
    let wrong: f64 = (estimated.iter().enumerate())
        .filter(|&(likely, _)| likely != given)
        .map(|(_, count)| count)
        .sum();
    let by_class = lowest(members, wrong, |x| p(x, given));
    let mut by_noise_rate = vec![false; members.len()];
    for (likely, &count) in estimated.iter().enumerate() {
        if likely != given {
            let chosen = lowest(members, count, |x| p(x, given) - p(x, likely));
            for (any, chosen) in by_noise_rate.iter_mut().zip(chosen) {
                *any |= chosen;
            }
        }
    }
    let both = by_class
        .into_iter()
        .zip(by_noise_rate)
        .map(|(class, noise)| class && noise);
    members
        .iter()
        .zip(both)
        .filter(|&(_, both)| both)
        .map(|(&x, _)| x)
        .collect()
}

/// Marks the members with the lowest scores: `count` of them, rounded, and those equal to the last.
fn lowest(members: &[usize], count: f64, score: impl Fn(usize) -> f64) -> Vec<bool> {
    let Some(last) = (count.round() as usize).min(members.len()).checked_sub(1) else {
        return vec![false; members.len()];
    };
    let scores: Vec<f64> = members.iter().map(|&x| score(x)).collect();
    let mut sorted = scores.clone();
    let (_, &mut cut, _) = sorted.select_nth_unstable_by(last, f64::total_cmp);
    scores.into_iter().map(|score| score <= cut).collect()
}

/// The suspect that an example is; none if its label is the most probable class.
pub(super) fn suspect(
    x: usize,
    given: usize,
    n_classes: usize,
    p: impl Fn(usize, usize) -> f64,
) -> Option<Suspect> {
    let others = (0..n_classes).filter(|&class| class != given);
    let likely = others.max_by(|&a, &b| p(x, a).total_cmp(&p(x, b)).then(b.cmp(&a)))?;
    let margin = p(x, given) - p(x, likely);
    (margin < 0.0).then_some(Suspect {
        example: x,
        given: given as u32,
        likely: likely as u32,
        self_confidence: p(x, given),
        margin,
    })
}
