//! Claims about what the diagnosis says of a recipe, over all its seeds.

use plumb_diagnostics::{Confidence, Diagnosis, Figures, Gap, GapKind, Human, Verdict, diagnose};

use super::{
    expression::{Claim, Expression, Name, Order, Selector, gap_name},
    judge::{Judgement, Standing, judge},
    runs::{Missing, Runs},
};
use crate::{
    answers::{Answers, diagnosis},
    sets::PerSet,
};

/// Whether a gap is what is claimed of it.
pub(super) fn gap(
    kind: GapKind,
    selector: &Selector,
    is_present: bool,
    runs: &Runs<'_>,
) -> Result<Judgement, Missing> {
    let diagnosis = diagnosed(selector, runs)?;
    let gap = of_kind(&diagnosis, kind)?;
    let standing = match (gap.verdict, is_present) {
        (Verdict::Present, true) | (Verdict::Absent, false) => Standing::Held,
        (Verdict::Present, false) | (Verdict::Absent, true) => Standing::Failed,
        (Verdict::Inconclusive | Verdict::NotMeasurable, _) => Standing::Undetermined,
    };
    let threshold = format!("{:.2}", diagnosis.threshold * 100.0);
    let why = format!("{}; it matters from {threshold} points on", worded(gap));
    Ok(Judgement::new(standing, why))
}

/// Whether a gap stands in the way first; none for nothing.
pub(super) fn first(
    selector: &Selector,
    expected: Option<GapKind>,
    runs: &Runs<'_>,
    confidence: Confidence,
) -> Result<Judgement, Missing> {
    let diagnosis = diagnosed(selector, runs)?;
    let first = diagnosis.first.and_then(|kind| diagnosis.gap(kind));
    let found = match first {
        Some(gap) => format!("{} stands first: {}", gap.kind, sized(gap)),
        None => "nothing matters".to_owned(),
    };
    let first = first.map(|gap| (gap.kind, gap.verdict));
    let unsure = |gap: &&Gap| matches!(gap.verdict, Verdict::Inconclusive | Verdict::NotMeasurable);
    let Some(expected) = expected else {
        let standing = match first {
            Some((_, Verdict::Present)) => Standing::Failed,
            None if !diagnosis.gaps.iter().any(|gap| unsure(&gap)) => Standing::Held,
            _ => Standing::Undetermined,
        };
        let unsure = diagnosis.gaps.iter().find(unsure);
        let why = match (standing, unsure) {
            (Standing::Undetermined, Some(gap)) => format!("{found}; {}", worded(gap)),
            _ => found,
        };
        return Ok(Judgement::new(standing, why));
    };
    let claimed = of_kind(&diagnosis, expected)?;
    // Which of two that are present is larger is a claim of its own.
    let is_larger = |larger: GapKind, smaller: GapKind| {
        let size = |kind| {
            let text = gap_name(kind).to_owned();
            Expression::Measure(Name { text, at: 0..0 }, selector.clone())
        };
        let claim = Claim::Compare {
            left: size(larger),
            order: Order::More,
            right: size(smaller),
        };
        judge(&claim, runs, confidence).standing
    };
    let standing = match first {
        Some((kind, Verdict::Present)) if kind == expected => {
            let others = diagnosis
                .gaps
                .iter()
                .filter(|gap| gap.verdict == Verdict::Present && gap.kind != expected);
            let mut standings = others.map(|other| is_larger(expected, other.kind));
            if standings.all(|standing| standing == Standing::Held) {
                Standing::Held
            } else {
                Standing::Undetermined
            }
        }
        Some((kind, Verdict::Present)) => match claimed.verdict {
            Verdict::Absent => Standing::Failed,
            Verdict::Present if is_larger(kind, expected) == Standing::Held => Standing::Failed,
            _ => Standing::Undetermined,
        },
        None if claimed.verdict == Verdict::Absent => Standing::Failed,
        _ => Standing::Undetermined,
    };
    let why = match first {
        Some((kind, _)) if kind == expected => found,
        _ => format!("{found}; {}", worded(claimed)),
    };
    Ok(Judgement::new(standing, why))
}

fn of_kind(diagnosis: &Diagnosis, kind: GapKind) -> Result<&Gap, Missing> {
    let missing = || Missing::Because(format!("{kind} can't be measured here"));
    diagnosis.gap(kind).ok_or_else(missing)
}

fn worded(gap: &Gap) -> String {
    format!("{} is {}", gap.kind, sized(gap))
}

/// The verdict and the size.
fn sized(gap: &Gap) -> String {
    let [size, low, high] =
        [gap.size, gap.interval.low, gap.interval.high].map(|points| points * 100.0);
    let verdict = gap.verdict;
    format!("{verdict}, {size:.2} points ({low:.2} to {high:.2})")
}

/// The diagnosis of the runs that a selector means, one per seed.
pub(crate) fn diagnosed(selector: &Selector, runs: &Runs<'_>) -> Result<Diagnosis, Missing> {
    let because = |error: &dyn std::fmt::Display| Missing::Because(error.to_string());
    let filter = runs
        .grid
        .filter(selector)
        .map_err(|mistake| because(&mistake.message))?;
    let outcomes = runs.of_seeds(&filter)?;
    let first = *outcomes
        .first()
        .ok_or_else(|| because(&"there are no runs"))?;
    let (human, human_general) = match filter.human {
        Some(number) => (
            Some(Human::figure(number.value()).map_err(|error| because(&error))?),
            None,
        ),
        None => (first.human.clone(), first.human_general.clone()),
    };
    let sets: Option<Vec<&PerSet<Answers>>> = outcomes
        .iter()
        .map(|outcome| outcome.sets.as_ref())
        .collect();
    let diagnosis = if let Some(sets) = sets {
        diagnosis(&sets, (human, human_general), &first.options)
    } else {
        let figures = Figures {
            human,
            human_general,
            ..Figures::of_sets(|_| None)
        };
        diagnose(&figures, &first.options).map_err(|error| error.to_string())
    };
    diagnosis.map_err(Missing::Because)
}
