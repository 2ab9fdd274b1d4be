//! The verdict in one sentence: what stands in the way, how sure that is, and what to try next.

use plumb_diagnostics::{Diagnosis, Gap, Interval, Note, RateName, Remedy, Verdict};

use super::{actions::nothing_to_gain, percent_of};
use crate::{
    advice::{Action, is_addressed},
    progress::thousands,
};

/// Says in one sentence what a diagnosis found and what to do next, without a final period.
///
/// `actions` are those that were advised for the diagnosis, in their order ([`crate::advice::advise`], or
/// [`crate::advice::in_general`] without a config). Figures are percent and percentage points.
pub(crate) fn sentence(diagnosis: &Diagnosis, actions: &[Action]) -> String {
    let mut clauses = in_the_way(diagnosis);
    clauses.extend(unknown_bias(diagnosis));
    clauses.extend(goal(diagnosis));
    clauses.extend(next(diagnosis, actions));
    capitalized(&clauses.join("; "))
}

/// The gap to work on first and those behind it; or that there is none.
fn in_the_way(diagnosis: &Diagnosis) -> Vec<String> {
    if diagnosis.gaps.is_empty() {
        return vec![
            "no gap can be measured: that takes two error rates, human level being one".into(),
        ];
    }
    let Some(first) = diagnosis.first.and_then(|kind| diagnosis.gap(kind)) else {
        return no_gap(diagnosis);
    };
    let points = points(first, diagnosis);
    if first.verdict == Verdict::Present {
        let then: Vec<String> = (diagnosis.ranked.iter().skip(1))
            .filter_map(|&kind| diagnosis.gap(kind))
            .filter(|gap| gap.verdict == Verdict::Present)
            .map(|gap| gap.kind.to_string())
            .collect();
        let then = match &then[..] {
            [] => String::new(),
            kinds => format!(", then {}", kinds.join(", then ")),
        };
        return vec![format!(
            "{} stands in the way first: {points}{then}",
            first.kind
        )];
    }
    vec![
        format!(
            "{} may stand in the way: {points}, too few {} to tell",
            first.kind,
            basis(diagnosis)
        ),
        settles(first, diagnosis),
    ]
}

/// Where no gap's size matters, maybe for want of examples.
fn no_gap(diagnosis: &Diagnosis) -> Vec<String> {
    let unsure = diagnosis.gaps.iter();
    let unsure = unsure.filter(|gap| gap.verdict == Verdict::Inconclusive);
    // The one that reaches farthest above what matters.
    let farthest = |gap: &&Gap, other: &&Gap| {
        let high = |gap: &Gap| gap.over_threshold.high;
        high(gap).total_cmp(&high(other))
    };
    if let Some(gap) = unsure.max_by(farthest) {
        let few = basis(diagnosis);
        return vec![
            format!(
                "no gap matters as far as so few {few} tell, {} least surely: {}",
                gap.kind,
                points(gap, diagnosis)
            ),
            settles(gap, diagnosis),
        ];
    }
    vec![if is_bias_known(diagnosis) {
        "nothing stands in the way: no gap matters".into()
    } else {
        "no gap that can be measured matters".into()
    }]
}

/// What an undecided verdict lacks.
fn basis(diagnosis: &Diagnosis) -> String {
    match &diagnosis.seeds {
        None => "examples".into(),
        Some(seeds) => format!("examples or seeds ({})", seeds.n),
    }
}

/// What would settle an undecided gap.
fn settles(gap: &Gap, diagnosis: &Diagnosis) -> String {
    if let Some(more) = &gap.needed {
        let sets: Vec<String> = more.sets.iter().map(ToString::to_string).collect();
        let (n, sets) = (thousands(more.n_each), sets.join(" and in "));
        return format!("about {n} more in {sets} would settle it");
    }
    if diagnosis.seeds.is_some() {
        return "more seeds or examples would settle it".into();
    }
    "it is so close to what matters that no number of examples within reach would settle it".into()
}

fn is_bias_known(diagnosis: &Diagnosis) -> bool {
    let is_unknown = |note: &Note| matches!(note, Note::NoHuman | Note::BetterThanHuman { .. });
    !diagnosis.notes.iter().any(is_unknown)
}

/// Why nobody can say how much bias there is.
fn unknown_bias(diagnosis: &Diagnosis) -> Option<String> {
    diagnosis.notes.iter().find_map(|note| match note {
        Note::NoHuman => Some("without a human figure bias is unknown".into()),
        Note::BetterThanHuman { set } => Some(format!(
            "on {set} the model is better than people, so what bias is left is unknown"
        )),
        _ => None,
    })
}

/// How dev stands against the goal, and whether people reach it.
fn goal(diagnosis: &Diagnosis) -> Option<String> {
    let goal = diagnosis.goal.as_ref()?;
    let reached = match goal.reached {
        Verdict::Present => "is reached",
        Verdict::Absent => "is not reached",
        Verdict::Inconclusive | Verdict::NotMeasurable => {
            "may be reached or not, too few dev examples to tell"
        }
    };
    let human = diagnosis
        .rates
        .iter()
        .find(|rate| rate.name == RateName::Human);
    let beyond = human.filter(|human| human.rate > goal.error && goal.reached != Verdict::Present);
    let beyond = beyond.map_or(String::new(), |human| {
        format!(", and lies below human level, {}", percent(human.rate))
    });
    let error = percent(goal.error);
    Some(format!(
        "the goal, a dev error of {error}, {reached}{beyond}"
    ))
}

/// The first action against the first gap that has one.
fn next(diagnosis: &Diagnosis, actions: &[Action]) -> Option<String> {
    let first = diagnosis.first.and_then(|kind| diagnosis.gap(kind))?;
    let action = (diagnosis.ranked.iter())
        .find_map(|&kind| actions.iter().find(|action| action.gap == kind));
    let nothing = || {
        let is_one_gap = is_addressed(first, diagnosis) && first.kind.missing().is_empty();
        is_one_gap.then(|| {
            let why = nothing_to_gain(first, diagnosis);
            format!("nothing to try against it: {why}")
        })
    };
    let Some(action) = action else {
        return nothing();
    };
    let what = action_words(action);
    if action.gap == first.kind {
        return Some(what);
    }
    let against = format!("against {}, {what}", action.gap);
    Some(nothing().map_or(against.clone(), |nothing| format!("{nothing}; {against}")))
}

/// A measurement takes nothing off an error; all else has a ceiling.
fn action_words(action: &Action) -> String {
    let change = &action.change;
    match action.remedy {
        Remedy::MeasureTrain | Remedy::HoldOutTrainDev | Remedy::HoldOutDev => {
            format!("to tell its parts apart: {change}")
        }
        _ => format!(
            "to try next: {change}, which could gain up to {:.2} points",
            action.ceiling * 100.0
        ),
    }
}

/// As in "4.00 points (95 % interval 2.10 to 5.90)".
fn points(gap: &Gap, diagnosis: &Diagnosis) -> String {
    let size = format!("{} points", in_points(gap.size));
    let Interval { low, high } = gap.interval;
    if low < high {
        let level = percent_of(diagnosis.confidence);
        let (low, high) = (in_points(low), in_points(high));
        format!("{size} ({level} % interval {low} to {high})")
    } else {
        size
    }
}

/// Percentage points, and no minus before zero.
fn in_points(fraction: f64) -> String {
    let text = format!("{:.2}", fraction * 100.0);
    match text.strip_prefix('-') {
        Some(zero) if zero.trim_matches(['0', '.']).is_empty() => zero.to_owned(),
        _ => text,
    }
}

fn percent(rate: f64) -> String {
    format!("{} %", in_points(rate))
}

pub(crate) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests;
