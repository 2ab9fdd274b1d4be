use plumb_diagnostics::{GapKind, Verdict};
use serde::Serialize;

use super::{
    examine::Examined,
    judged::{Fault, Judged},
    scenario::Id,
    truth::GAPS,
};

/// A deviation by so many standard errors explains a wrong verdict: one in 20 is as large by chance.
const LARGE_DEVIATION: f64 = 1.96;

/// A scenario in which something went wrong, and why.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Failure {
    #[serde(flatten)]
    pub(super) id: Id,
    pub(super) fault: Fault,
    /// Whether it was the run itself.
    pub(super) in_own_run: bool,
    /// In how many of the repeats.
    pub(super) in_repeats: usize,
    /// What happened, in the run itself or else in the first such repeat.
    pub(super) what: Vec<String>,
    /// Per set and gap what may have caused it; computed from that same diagnosis.
    pub(super) why: Vec<String>,
    /// The scenario's config, in short.
    pub(super) config: Vec<String>,
}

/// All failures of one scenario, one per kind of fault.
pub(super) fn failures(examined: &Examined) -> Vec<Failure> {
    let own = examined.own.faults();
    let mut kinds = own.clone();
    kinds.extend(examined.repeats.iter().flat_map(Judged::faults));
    kinds.sort_unstable();
    kinds.dedup();
    let failure = |fault: Fault| {
        let has = |judged: &&Judged| judged.faults().contains(&fault);
        let mut all = std::iter::once(&examined.own).chain(&examined.repeats);
        let example = all.find(has)?;
        Some(Failure {
            id: examined.id,
            fault,
            in_own_run: own.contains(&fault),
            in_repeats: examined.repeats.iter().filter(has).count(),
            what: what(example, fault),
            why: why(examined, example, fault),
            config: examined.recipe.in_short(),
        })
    };
    kinds.into_iter().filter_map(failure).collect()
}

/// What was said, and what is true.
fn what(judged: &Judged, fault: Fault) -> Vec<String> {
    let largest = judged.truth.largest();
    let named = position(judged.named);
    let gaps = match fault {
        Fault::NotNamedFirst => [Some(largest), named],
        Fault::NotPresent | Fault::CalledAbsent => [Some(largest), None],
        Fault::FalseAlarm(kind) => [position(Some(kind)), None],
    };
    let points = |share: f64| format!("{:.2}", share * 100.0);
    let of = |at: usize| {
        let gap = judged.gaps[at];
        format!(
            "{}{}: true {}, measured {}, {}; {:+.1} s.e. from the threshold {}",
            if named == Some(at) {
                "named first, "
            } else {
                ""
            },
            GAPS[at],
            points(judged.truth.gaps[at]),
            points(gap.measured),
            gap.verdict,
            judged.truth.standard_errors_above[at],
            points(judged.truth.threshold),
        )
    };
    gaps.into_iter().flatten().map(of).collect()
}

fn position(kind: Option<GapKind>) -> Option<usize> {
    GAPS.iter().position(|&gap| kind == Some(gap))
}

fn why(examined: &Examined, judged: &Judged, fault: Fault) -> Vec<String> {
    let mut why = Vec::new();
    let named = position(judged.named);
    if let (Fault::NotNamedFirst, Some(named)) = (fault, named) {
        let largest = judged.truth.largest();
        let apart = judged.truth.standard_errors_apart(largest, named);
        let difference = judged.truth.gaps[largest] - judged.truth.gaps[named];
        why.push(format!(
            "the true gaps are {:.2} points apart, {apart:.1} standard errors of the difference",
            difference * 100.0,
        ));
        let verdicts = [largest, named].map(|at| judged.gaps[at].verdict);
        if verdicts == [Verdict::Present, Verdict::Inconclusive] {
            why.push("what was named first is inconclusive, and the largest gap present".into());
        }
    }
    for (set, rate) in ["train-dev", "dev", "test"].into_iter().zip(&judged.rates) {
        if rate.too_high.abs() >= LARGE_DEVIATION {
            let way = if rate.too_high > 0.0 { "high" } else { "low" };
            why.push(format!(
                "{set} came out {:.1} standard errors too {way}",
                rate.too_high.abs()
            ));
        }
    }
    if examined.optimism > judged.truth.threshold / 2.0 {
        why.push(format!(
            "the choice among {} evaluations takes {:.2} points off dev",
            examined.candidates,
            examined.optimism * 100.0
        ));
    }
    let uncovered = |at: &usize| judged.gaps[*at].covered == Some(false);
    for at in (0..GAPS.len()).filter(uncovered) {
        why.push(format!("the interval of {} misses the truth", GAPS[at]));
    }
    if why.is_empty() {
        why.push(match fault {
            Fault::NotPresent if judged.gaps[judged.truth.largest()].verdict == Verdict::Inconclusive => {
                "no set deviates by two standard errors: the interval is too wide for so few examples"
                    .into()
            }
            _ => "no set deviates by two standard errors, and no interval misses the truth".into(),
        });
    }
    why
}
