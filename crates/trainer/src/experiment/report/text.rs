use std::{fmt::Write, time::Duration};

use super::{Judged, Report};
use crate::{
    progress::thousands,
    report::{self, wrapped},
    terminal::Screen,
};

/// Where the words of a claim begin: behind the longest standing.
const INDENT: &str = "              ";

impl Report {
    /// For people; expressions and commands, which are there to be copied, may be longer than the screen is wide.
    pub(crate) fn text(&self, screen: Screen) -> String {
        let width = screen.prose();
        let header = &self.header;
        let short = if header.is_short { ", in short" } else { "" };
        let mut text = format!("\n{}{short}\n", header.name);
        for (name, value) in self.facts() {
            text.push_str(&wrapped(width, &format!("  {name:<12}"), &value));
        }
        text.push('\n');
        for claim in &self.claims {
            text.push_str(&of_claim(claim, width));
            text.push('\n');
        }
        writeln!(text, "{}", capital(&self.tally())).ok();
        if let Some(paragraphs) = &self.text {
            for paragraph in paragraphs.split("\n\n") {
                let words: Vec<&str> = paragraph.split_whitespace().collect();
                write!(text, "\n{}", wrapped(width, "", &words.join(" "))).ok();
            }
        }
        writeln!(text, "\nWritten to {}", header.directory.display()).ok();
        text.push_str(&report::go_on(&header.go_on));
        text
    }

    /// What stands above the claims.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let header = &self.header;
        let mut facts = Vec::new();
        if let Some(by) = &header.claimed_by {
            facts.push(("claimed by", by.clone()));
        }
        facts.push(("command", header.command.clone()));
        let failed = match header.failed_runs {
            0 => String::new(),
            failed => format!(", of which {failed} failed"),
        };
        let seeds = match header.seeds {
            1 => "one seed".to_owned(),
            seeds => format!("{seeds} seeds"),
        };
        facts.push((
            "runs",
            format!("{}{failed}; {seeds}", thousands(header.runs as u64)),
        ));
        let stated = header
            .time
            .as_ref()
            .map_or(String::new(), |time| format!(" (the config says {time})"));
        let before = match header.runs_before {
            0 => String::new(),
            runs => format!(
                ", with {} runs that were done before",
                thousands(runs as u64)
            ),
        };
        let took = duration(header.elapsed_secs);
        facts.push(("time", format!("{took}{before}{stated}")));
        facts.push((
            "intervals",
            format!("{} %, over seeds and examples", self.confidence * 100.0),
        ));
        facts
    }
}

fn of_claim(claim: &Judged, prose: usize) -> String {
    let judgement = &claim.judgement;
    let standing = format!("{:<14}", judgement.standing.word());
    let mut text = String::new();
    let check = if let Some(says) = &claim.says {
        text.push_str(&wrapped(prose, &standing, says));
        INDENT
    } else {
        &standing
    };
    // An expression is one line, to be copied.
    writeln!(text, "{check}{}", claim.check).ok();
    let width = judgement
        .measured
        .iter()
        .map(|of| of.expression.chars().count())
        .max();
    let width = width.unwrap_or_default().max("difference".len());
    for of in &judgement.measured {
        writeln!(text, "{INDENT}  {:<width$}  {}", of.expression, of.estimate).ok();
    }
    if let Some(difference) = &judgement.difference {
        writeln!(text, "{INDENT}  {:<width$}  {}", "difference", difference).ok();
    }
    if let Some(why) = &judgement.why {
        text.push_str(&wrapped(prose, &format!("{INDENT}  "), why));
    }
    text
}

/// Whole seconds, or tenths below ten.
fn duration(secs: f64) -> String {
    if secs < 10.0 {
        format!("{secs:.1}s")
    } else {
        humantime::format_duration(Duration::from_secs(secs.round() as u64)).to_string()
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
