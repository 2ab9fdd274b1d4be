use std::fmt::Write;

use plumb_diagnostics::{Diagnosis, Gap, GapKind, RateName};

use super::Findings;
use crate::{
    advice::{Action, Cost, is_addressed, is_worthwhile},
    progress::thousands,
};

/// What to try against each gap: the change, what speaks for it, the override, and the cost.
pub(super) fn actions(report: &Findings<'_>, width: usize) -> String {
    let mut text = String::new();
    let diagnosis = report.diagnosis;
    for gap in (diagnosis.ranked.iter()).filter_map(|&kind| diagnosis.gap(kind)) {
        let actions: Vec<&Action> = report
            .actions
            .iter()
            .filter(|action| action.gap == gap.kind)
            .collect();
        if let Some(first) = actions.first() {
            let line = format!(
                "To try against {}, which is worth {:.2} points at most:",
                gap.kind,
                first.ceiling * 100.0
            );
            write!(text, "\n{}", wrapped(width, "", &line)).ok();
        } else if is_addressed(gap, diagnosis) && gap.kind.missing().is_empty() {
            // Else it is not known which gap it is, and a note says so.
            let why = nothing_to_gain(gap, diagnosis);
            let line = format!("Nothing to try against {}: {why}", gap.kind);
            write!(text, "\n{}", wrapped(width, "", &line)).ok();
        }
        for action in actions {
            text.push_str(&action_lines(action, width));
        }
    }
    text
}

/// Why there is no action against a gap that matters.
pub(super) fn nothing_to_gain(gap: &Gap, diagnosis: &Diagnosis) -> &'static str {
    let rate = |name| {
        let found = diagnosis.rates.iter().find(|rate| rate.name == name);
        found.map(|rate| rate.rate)
    };
    let human = rate(RateName::Human).unwrap_or(0.0);
    let room = rate(RateName::Dev).map(|dev| dev - human);
    if room.is_some_and(|room| room >= 0.0 && !is_worthwhile(room, diagnosis)) {
        return "dev error is at human level";
    }
    match gap.kind {
        GapKind::DataMismatch | GapKind::VarianceOrMismatch => {
            "all of it that matters is harder data, which no training takes away"
        }
        _ => "dev error is near the Bayes error of the target",
    }
}

fn action_lines(action: &Action, width: usize) -> String {
    let mut text = wrapped(width, "  - ", &action.change);
    if let Some(reason) = &action.reason {
        text.push_str(&wrapped(width, "      ", reason));
    }
    if let Some(set) = &action.set {
        writeln!(text, "      --set '{set}'").ok();
    }
    if let Some(cost) = cost(&action.cost) {
        text.push_str(&wrapped(width, "      ", &format!("cost: {cost}")));
    }
    text
}

/// As in "118,282 -> 269,322 parameters, about 4 s -> 11 s of training"; none if nothing is known.
pub(crate) fn cost(cost: &Cost) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(examples) = cost.examples {
        let more = if examples < 0 { "fewer" } else { "more" };
        parts.push(format!(
            "{} {more} examples",
            thousands(examples.unsigned_abs())
        ));
    }
    if let Some(parameters) = cost.parameters.filter(|change| change.now != change.then) {
        let [now, then] = [parameters.now, parameters.then].map(|n| thousands(n as u64));
        parts.push(format!("{now} -> {then} parameters"));
    }
    if let Some(secs) = cost.train_secs {
        let [now, then] = [secs.now, secs.then].map(duration);
        parts.push(if now == then {
            format!("about {now} of training")
        } else {
            format!("about {now} -> {then} of training")
        });
    } else if let Some(work) = cost.multiply_adds.filter(|work| work.now != work.then) {
        let times = work.then as f64 / work.now.max(1) as f64;
        parts.push(format!("{times:.1} times as many multiplications"));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A time with one or two digits: it is an estimate.
pub(crate) fn duration(secs: f64) -> String {
    const MINUTE: f64 = 60.0;
    const HOUR: f64 = 3_600.0;
    if secs < 0.95 {
        format!("{:.1} s", secs.max(0.1))
    } else if secs < 100.0 {
        format!("{secs:.0} s")
    } else if secs < 100.0 * MINUTE {
        format!("{:.0} min", secs / MINUTE)
    } else if secs < 100.0 * HOUR {
        format!("{:.0} h", secs / HOUR)
    } else {
        format!("{:.0} days", secs / (24.0 * HOUR))
    }
}

/// Words in lines of at most so many columns; the later lines stand below the first one's text. A word that is
/// longer stays whole.
pub(crate) fn wrapped(width: usize, start: &str, words: &str) -> String {
    let indent = " ".repeat(start.len());
    let mut text = String::new();
    let mut line = start.to_string();
    for word in words.split(' ') {
        let is_empty = line.len() == start.len();
        if !is_empty && line.chars().count() + 1 + word.chars().count() > width {
            writeln!(text, "{line}").ok();
            line.clone_from(&indent);
            line.push_str(word);
        } else {
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    writeln!(text, "{line}").ok();
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::Change;

    #[test]
    fn a_cost_names_what_changes_and_what_it_takes() {
        let check = |parameters: Option<[usize; 2]>, secs: Option<[f64; 2]>, examples, expected| {
            let given = Cost {
                parameters: parameters.map(|[now, then]| Change { now, then }),
                multiply_adds: parameters.map(|[now, then]| Change { now, then }),
                train_secs: secs.map(|[now, then]| Change { now, then }),
                examples,
            };
            assert_eq!(cost(&given).as_deref(), expected);
        };
        check(None, None, None, None);
        check(Some([5, 5]), None, None, None);
        let unknown = "20 -> 50 parameters, 2.5 times as many multiplications";
        check(Some([20, 50]), None, None, Some(unknown));
        let both = "118,282 -> 269,322 parameters, about 4 s -> 11 s of training";
        check(
            Some([118_282, 269_322]),
            Some([4.1, 10.9]),
            None,
            Some(both),
        );
        check(
            Some([5, 5]),
            Some([4.1, 4.2]),
            None,
            Some("about 4 s of training"),
        );
        check(None, None, Some(1_200), Some("1,200 more examples"));
        check(None, None, Some(-30), Some("30 fewer examples"));
    }

    #[test]
    fn times_are_as_coarse_as_their_estimate() {
        for (secs, expected) in [
            (0.0, "0.1 s"),
            (0.34, "0.3 s"),
            (0.96, "1 s"),
            (99.4, "99 s"),
            (100.0, "2 min"),
            (5_400.0, "90 min"),
            (7_200.0, "2 h"),
            (864_000.0, "10 days"),
        ] {
            assert_eq!(duration(secs), expected);
        }
    }

    #[test]
    fn long_lines_are_broken_at_words() {
        let words = "a".repeat(70) + " bb ccccc dd";
        let expected = format!("  - {} bb\n    ccccc dd\n", "a".repeat(70));
        assert_eq!(wrapped(80, "  - ", &words), expected); // 4 + 70 + 3 = 77, and 6 more are too many
        assert_eq!(wrapped(80, "  - ", &"a".repeat(100)).lines().count(), 1);
        assert_eq!(wrapped(80, "  - ", "a"), "  - a\n");
    }
}
