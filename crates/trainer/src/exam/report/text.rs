use std::{cmp::Reverse, fmt::Write};

use super::{OfRegime, Report};
use crate::{
    exam::{
        explain::Failure,
        judged::Fault,
        question::Question,
        score::{Confusion, DISTANCES, Tally},
        share::Share,
        target::{Outcome, Target},
    },
    progress::thousands,
};

/// Failures that occur in repeats alone are told in words for so many scenarios at most.
const MAX_TOLD: usize = 10;

/// What is shown beside the targets.
const DETAILS: [Question; 7] = [
    Question::NamedFirstIfClear,
    Question::CloseFalseAlarm,
    Question::Overlooked,
    Question::VarianceCovered,
    Question::MismatchCovered,
    Question::OverfittingCovered,
    Question::SplitCovered,
];

impl Report {
    /// For a terminal; lines that tell of failures may be longer than its 80 columns.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "{} scenarios with {} repeats each, seed {}, in {:.0} s\n\
             Intervals at 95 %; they allow for what a scenario's diagnoses have in common\n",
            self.scenarios.len(),
            self.repeats,
            self.seed,
            self.elapsed_secs
        );
        for target in &self.targets {
            text.push_str(&of_target(target));
        }
        text.push_str("\nBeside the targets, own runs and repeats together\n");
        for question in DETAILS {
            let share = share(self.together.share(question));
            writeln!(text, "  {:<40}{share}", question.text()).ok();
        }
        text.push_str(&by_distance(&self.together));
        text.push_str(
            "\nThe true first gap (rows), and what own runs named first (called present)\n",
        );
        text.push_str(&confusion(&self.own.confusion));
        text.push_str("\nThe same of repeats\n");
        text.push_str(&confusion(&self.repeated.confusion));
        text.push_str(&regimes(&self.regimes));
        text.push_str(&self.failures());
        text
    }

    fn failures(&self) -> String {
        let (own, mut repeated): (Vec<_>, Vec<_>) =
            self.failures.iter().partition(|failure| failure.in_own_run);
        let mut text = format!("\nFailures in own runs: {}\n", own.len());
        for failure in own {
            text.push_str(&of_failure(failure, self.repeats));
        }
        let n: usize = repeated.iter().map(|failure| failure.in_repeats).sum();
        writeln!(text, "\nFailures in repeats of other scenarios: {n}").ok();
        repeated.sort_by_key(|failure| Reverse(failure.in_repeats));
        for failure in repeated.iter().take(MAX_TOLD) {
            text.push_str(&of_failure(failure, self.repeats));
        }
        if repeated.len() > MAX_TOLD {
            let more = repeated.len() - MAX_TOLD;
            writeln!(text, "  and {more} less frequent ones, which --json lists").ok();
        }
        text
    }
}

fn of_target(target: &Target) -> String {
    let [low, high] = target.expected.map(|share| share * 100.0);
    let expected = match target.expected {
        [_, 1.0] => format!("at least {low} %"),
        [0.0, _] => format!("at most {high} %"),
        _ => format!("{low} to {high} %"),
    };
    let outcome = match target.outcome {
        Outcome::Reached => "reached",
        Outcome::Missed => "MISSED",
        Outcome::Undecided => "not reached, but so few scenarios can't tell",
        Outcome::NotTested => "not tested",
    };
    format!(
        "\n{}\n  own runs  {}\n  repeats   {}\n  together  {}; {expected}: {outcome}\n",
        target.question.text(),
        share(target.own),
        share(target.repeats),
        share(target.together)
    )
}

fn share(share: Share) -> String {
    let (Some(rate), Some(interval)) = (share.rate(), share.interval()) else {
        return "none".into();
    };
    format!(
        "{} of {} ({:.1} %, {:.1} to {:.1})",
        thousands(share.held),
        thousands(share.of),
        rate * 100.0,
        interval.low * 100.0,
        interval.high * 100.0
    )
}

/// How sure verdicts are: the farther from the threshold, the surer.
fn by_distance(tally: &Tally) -> String {
    let mut text = format!(
        "\n{:<34}{:>10}{:>10}{:>14}{:>10}\n",
        "Standard errors from the threshold", "gaps", "present", "inconclusive", "absent"
    );
    let mut from = None;
    for (to, verdicts) in DISTANCES.into_iter().zip(tally.by_distance) {
        let range = match from {
            None => format!("up to {to}"),
            Some(from) if to.is_infinite() => format!("more than {from}"),
            Some(from) => format!("{from} to {to}"),
        };
        from = Some(to);
        let percent = |n: u64| match verdicts.gaps {
            0 => "-".into(),
            of => format!("{:.1} %", n as f64 / of as f64 * 100.0),
        };
        writeln!(
            text,
            "  {range:<32}{:>10}{:>10}{:>14}{:>10}",
            thousands(verdicts.gaps),
            percent(verdicts.present),
            percent(verdicts.gaps - verdicts.present - verdicts.absent),
            percent(verdicts.absent)
        )
        .ok();
    }
    text
}

fn confusion(confusion: &Confusion) -> String {
    const NAMES: [&str; 5] = ["bias", "variance", "mismatch", "overfit", "nothing"];
    let mut text = format!("  {:<8}", "");
    for name in NAMES {
        write!(text, "{name:>14}").ok();
    }
    text.push('\n');
    for (name, row) in NAMES.iter().zip(confusion) {
        write!(text, "  {name:<8}").ok();
        for (at, cell) in row.iter().enumerate() {
            let mut shown = thousands(cell.first);
            if at + 1 < row.len() && cell.first > 0 {
                write!(shown, " ({})", thousands(cell.present)).ok();
            }
            write!(text, "{shown:>14}").ok();
        }
        text.push('\n');
    }
    text
}

fn regimes(regimes: &[OfRegime]) -> String {
    let columns = ["scenarios", "found", "false", "gaps", "mismatch,"];
    let below = ["", "if far", "alarms", "covered", "harder"];
    let mut text = String::from("\n");
    let mut line = |name: &str, cells: [&str; 5]| {
        write!(text, "{name:<19}").ok();
        for cell in cells {
            write!(text, "{cell:>12}").ok();
        }
        text.push('\n');
    };
    line("built for", columns);
    line("", below);
    for of in regimes {
        let percent = |question| {
            let rate = of.rate(question);
            rate.map_or("-".into(), |rate| format!("{:.1} %", rate * 100.0))
        };
        let points = |share: f64| format!("{:.1}", share * 100.0);
        line(
            of.regime.name(),
            [
                &of.scenarios.to_string(),
                &percent(Question::NamedFirst),
                &percent(Question::FalseAlarm),
                &percent(Question::GapCovered),
                &format!("{}, {}", points(of.mean_mismatch), points(of.mean_harder)),
            ],
        );
    }
    text
}

fn of_failure(failure: &Failure, n_repeats: usize) -> String {
    let fault = match failure.fault {
        Fault::NotNamedFirst => "not named first".to_string(),
        Fault::NotPresent => "not called present".to_string(),
        Fault::CalledAbsent => "called absent".to_string(),
        Fault::FalseAlarm(kind) => format!("false alarm of {kind}"),
    };
    let mut text = format!(
        "  {} ({}, {}): {fault}; in {} of {n_repeats} repeats\n",
        failure.id.number, failure.id.regime, failure.id.task, failure.in_repeats
    );
    for line in &failure.what {
        writeln!(text, "    {line}").ok();
    }
    for why in &failure.why {
        writeln!(text, "    - {why}").ok();
    }
    for line in &failure.config {
        writeln!(text, "    {line}").ok();
    }
    text
}
