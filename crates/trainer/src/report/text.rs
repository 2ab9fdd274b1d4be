use std::fmt::Write;

use plumb_diagnostics::{Diagnosis, Gap, Human, Verdict};

use super::{
    Findings, Report,
    actions::{actions, wrapped},
    ladder,
};
use crate::{judge::HumanLevel, progress::thousands, ratings, terminal::Screen, train::End};

/// The report that ends a training.
pub(crate) fn text(report: &Report<'_>, screen: Screen) -> String {
    let width = screen.prose();
    let run = report.run.display();
    let title = if report.is_forest {
        format!("{run}, a forest")
    } else {
        let (best, epochs) = (report.best_epoch, report.epochs);
        format!("{run}, weights of epoch {best} of {epochs} (lowest dev error)")
    };
    let mut text = format!("\n{}\n", wrapped(width, "", &title));
    if report.end != End::Epochs {
        let (end, done) = (report.end, report.epochs_done);
        let line = format!("training ended after {done} epochs: {end}");
        writeln!(text, "{}", wrapped(width, "", &line)).ok();
    }
    text.push_str(&findings(&report.findings, screen));
    text.push_str(&go_on(&report.findings.go_on));
    text
}

/// Commands to copy, each in a line of its own, however long.
pub(crate) fn go_on(commands: &[String]) -> String {
    let mut text = String::new();
    if !commands.is_empty() {
        text.push_str("\nTo go on:\n");
    }
    for command in commands {
        writeln!(text, "  {command}").ok();
    }
    text
}

/// The ladder, the verdict, and what else there is to say, to try and to note.
pub(crate) fn findings(report: &Findings<'_>, screen: Screen) -> String {
    let width = screen.prose();
    let mut text = ladder::ladder(report.diagnosis, screen);
    text.push('\n');
    for line in wrapped(width, "", &report.sentence).lines() {
        writeln!(text, "{}", screen.strong(line)).ok();
    }
    text.push('\n');
    let mut details = human_level(report.human);
    if let Some(bayes) = report.bayes {
        details.push_str(&bayes.text());
    }
    text.push_str(&fitted(&details, width));
    text.push_str(&verdicts(report.diagnosis, width));
    let threshold = ladder::threshold(report.diagnosis, report.matters_share);
    text.push_str(&wrapped(width, "", &threshold));
    text.push_str(&actions(report, width));
    if !report.diagnosis.notes.is_empty() {
        text.push('\n');
    }
    for note in &report.diagnosis.notes {
        text.push_str(&wrapped(width, "", &format!("note: {note}")));
    }
    text
}

/// Lines that are too long are broken anew.
fn fitted(text: &str, width: usize) -> String {
    let mut fitted = String::new();
    for line in text.lines() {
        if line.chars().count() <= width {
            writeln!(fitted, "{line}").ok();
        } else {
            let words = line.trim_start();
            let indent = &line[..line.len() - words.len()];
            fitted.push_str(&wrapped(width, indent, words));
        }
    }
    fitted
}

/// The gaps behind the first that matter too, and those that are not settled.
fn verdicts(diagnosis: &Diagnosis, width: usize) -> String {
    let mut text = String::new();
    let ranked = diagnosis.ranked.iter();
    let ranked = ranked.filter_map(|&kind| diagnosis.gap(kind));
    for gap in ranked.skip(1) {
        if gap.verdict == Verdict::Present {
            let line = format!("Then: {} ({})", gap.kind, ladder::points(gap));
            text.push_str(&wrapped(width, "", &line));
        }
    }
    for gap in &diagnosis.gaps {
        if gap.verdict == Verdict::Inconclusive && diagnosis.first != Some(gap.kind) {
            let line = format!(
                "Too few examples to tell: {} ({}){}",
                gap.kind,
                ladder::points(gap),
                needed(gap)
            );
            text.push_str(&wrapped(width, "", &line));
        }
    }
    text
}

/// Which figure counts, where there are several.
fn human_level(human: &HumanLevel) -> String {
    let mut text = String::new();
    let figures = [
        ("", &human.target, &human.target_study),
        (" on the general data", &human.general, &human.general_study),
    ];
    for (of, human, study) in figures {
        if let Some(study) = study {
            text.push_str(&ratings::text(study, of));
        } else if let Some(rater) = human.as_ref().and_then(Human::chosen) {
            writeln!(text, "human level{of}: the best rater counts, {rater}").ok();
        }
    }
    text
}

/// How many more examples would settle a gap.
fn needed(gap: &Gap) -> String {
    gap.needed.as_ref().map_or(String::new(), |more| {
        let sets: Vec<_> = more.sets.iter().map(ToString::to_string).collect();
        let sets = sets.join(" and in ");
        let n = thousands(more.n_each);
        format!("; about {n} more in {sets} would settle it")
    })
}

#[cfg(test)]
mod tests;
