use std::fmt::Write;

use plumb_diagnostics::{Gap, Verdict};

use super::{Report, ladder};

/// The report that ends a training, for a terminal of 80 columns.
pub(crate) fn text(report: &Report<'_>) -> String {
    let mut text = format!(
        "\n{}, weights of epoch {} of {} (lowest dev error)\n\n",
        report.run.display(),
        report.best_epoch,
        report.epochs
    );
    text.push_str(&ladder::ladder(report.diagnosis, report.confidence));
    text.push('\n');
    if let Some(rater) = report.human.and_then(|human| human.chosen()) {
        writeln!(text, "human level: the best rater counts, {rater}").ok();
    }
    text.push_str(&verdict(report));
    text.push_str(&actions(report));
    if !report.diagnosis.notes.is_empty() {
        text.push('\n');
    }
    for note in &report.diagnosis.notes {
        writeln!(text, "note: {note}").ok();
    }
    text
}

fn verdict(report: &Report<'_>) -> String {
    let diagnosis = report.diagnosis;
    let mut text = String::new();
    match diagnosis.first {
        Some(first) => {
            let gap: Option<&Gap> = diagnosis.gaps.iter().find(|gap| gap.kind == first);
            let sure = match gap.map(|gap| gap.verdict) {
                Some(Verdict::Present) | None => "",
                Some(_) => ", as far as these few examples tell",
            };
            let points = ladder::points(diagnosis, first);
            writeln!(text, "What stands in the way first: {first} ({points}){sure}").ok();
        }
        None => text.push_str("Nothing stands in the way: no gap matters\n"),
    }
    let others: Vec<String> = diagnosis
        .ranked
        .iter()
        .skip(1)
        .map(|&kind| format!("{kind} ({})", ladder::points(diagnosis, kind)))
        .collect();
    if !others.is_empty() {
        writeln!(text, "Then: {}", others.join("; ")).ok();
    }
    writeln!(
        text,
        "A gap matters from {:.2} points on",
        diagnosis.threshold * 100.0
    )
    .ok();
    if let Some(goal) = &diagnosis.goal {
        let reached = match goal.reached {
            Verdict::Present => "is reached",
            Verdict::Absent => "is not reached",
            Verdict::Inconclusive => "may be reached or not: too few dev examples to tell",
        };
        writeln!(text, "The goal, a dev error of {:.2} %, {reached}", goal.error * 100.0).ok();
    }
    text
}

fn actions(report: &Report<'_>) -> String {
    let mut text = String::new();
    let mut gap = None;
    for action in report.actions {
        if gap != Some(action.gap) {
            gap = Some(action.gap);
            writeln!(
                text,
                "\nTo try against {}, which is worth {:.2} points at most:",
                action.gap,
                action.ceiling * 100.0
            )
            .ok();
        }
        writeln!(text, "  - {}", action.change).ok();
        if let Some(set) = &action.set {
            writeln!(text, "      --set '{set}'").ok();
        }
    }
    text
}
