use std::fmt::Write;

use plumb_diagnostics::{Slice, Verdict};

use super::{ErrorAnalysis, Mistake};

/// Lines of each kind that a terminal gets; the JSON document holds all.
const N_LINES: usize = 5;
const N_MISTAKE_LINES: usize = 10;

/// The error analysis of dev, for a terminal of 80 columns.
pub(crate) fn text(analysis: &ErrorAnalysis) -> String {
    let whole = analysis.slices.whole;
    let mut text = format!(
        "\nError analysis of dev: {} errors among {}\n",
        whole.errors(),
        whole.n()
    );
    if whole.errors() == 0 {
        return text;
    }
    slices(&mut text, analysis);
    confused(&mut text, analysis);
    eyeball(&mut text, analysis);
    mistakes(&mut text, &analysis.mistakes);
    // Names come from anywhere.
    text.lines().map(|line| printable(line) + "\n").collect()
}

fn slices(text: &mut String, analysis: &ErrorAnalysis) {
    let slices = &analysis.slices;
    let with_errors = || {
        slices
            .slices
            .iter()
            .filter(|slice| slice.count.errors() > 0)
    };
    if with_errors().next().is_none() {
        return;
    }
    writeln!(
        text,
        "\n  Worst slices, of {} tried (intervals hold for all of them at once):",
        slices.slices.len()
    )
    .ok();
    writeln!(
        text,
        "    {:<26}{:>9}  {:<17}{:<14}ceiling",
        "", "error", "interval", "than the rest"
    )
    .ok();
    for slice in with_errors().take(N_LINES) {
        writeln!(
            text,
            "    {:<26}{:>7.2} %  {:<17}{:<14}{:.2}",
            shortened(&format!("{} = {}", slice.tag, slice.value), 26),
            slice.count.rate() * 100.0,
            format!(
                "{:.2} to {:.2}",
                slice.interval.low * 100.0,
                slice.interval.high * 100.0
            ),
            worse(slice),
            slice.ceiling * 100.0
        )
        .ok();
    }
    text.push_str(
        "    the ceiling is the most that dev can gain, in points, if the slice is fixed\n",
    );
}

fn worse(slice: &Slice) -> &'static str {
    match slice.worse {
        Verdict::Present => "worse",
        Verdict::Absent => "not worse",
        Verdict::Inconclusive | Verdict::NotMeasurable => "can't tell",
    }
}

fn confused(text: &mut String, analysis: &ErrorAnalysis) {
    text.push_str("\n  Most often taken for another class:\n");
    for pair in analysis.confused.iter().take(N_LINES) {
        writeln!(
            text,
            "    {} for {}: {} of {} ({:.0} % of all errors)",
            pair.label,
            pair.predicted,
            pair.count.errors(),
            pair.count.n(),
            pair.share_of_errors * 100.0
        )
        .ok();
    }
}

fn eyeball(text: &mut String, analysis: &ErrorAnalysis) {
    let Some(eyeball) = &analysis.eyeball else {
        text.push_str("\n  dev is too small to be split into an eyeball and a blackbox part\n");
        return;
    };
    writeln!(
        text,
        "\n  For the eye: {} examples of dev, {} errors ({:.2} %); nobody looks at the other {}\n  \
         ({} errors, {:.2} %), so that they go on telling the truth",
        eyeball.seen.n(),
        eyeball.seen.errors(),
        eyeball.seen.rate() * 100.0,
        eyeball.unseen.n(),
        eyeball.unseen.errors(),
        eyeball.unseen.rate() * 100.0,
    )
    .ok();
}

fn mistakes(text: &mut String, mistakes: &[Mistake]) {
    if mistakes.is_empty() {
        return;
    }
    let shown = mistakes.len().min(N_MISTAKE_LINES);
    writeln!(
        text,
        "\n  Most confident mistakes there, {shown} of {} (all with --json):",
        mistakes.len()
    )
    .ok();
    for mistake in mistakes.iter().take(N_MISTAKE_LINES) {
        let sure = mistake
            .probability
            .map_or(String::new(), |probability| format!(" ({probability:.3})"));
        writeln!(
            text,
            "    {:<14}{} taken for {}{sure}",
            mistake.example, mistake.label, mistake.predicted
        )
        .ok();
    }
}

/// Without what would move the cursor or change colours.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

/// A text that fits a column, with dots for what is cut off.
fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() < width {
        return text.to_owned();
    }
    let start: String = text.chars().take(width.saturating_sub(4)).collect();
    format!("{start}...")
}
