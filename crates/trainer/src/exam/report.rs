use std::{fmt::Write, time::Duration};

use serde::Serialize;

use super::{
    Plan, Regime,
    examine::Examined,
    explain::{Failure, failures},
    judged::{Fault, Judged},
    score::{Confusion, Share, Tally},
    target::{Outcome, Target},
    truth::GAPS,
};
use crate::{Error, progress::thousands};

/// The version of what `plumb exam --json` prints.
const FORMAT: u32 = 1;

/// Failures that occur in repeats alone are told in words for so many scenarios at most.
const MAX_TOLD: usize = 20;

/// What an exam came to.
#[derive(Serialize)]
pub(crate) struct Report {
    format: u32,
    seed: u64,
    repeats: usize,
    elapsed_secs: f64,
    targets: Vec<Target>,
    own: Tally,
    repeated: Tally,
    /// Own runs and repeats together.
    regimes: Vec<OfRegime>,
    failures: Vec<Failure>,
    scenarios: Vec<Examined>,
}

/// What became of the scenarios of one regime.
#[derive(Serialize)]
struct OfRegime {
    regime: Regime,
    scenarios: usize,
    together: Tally,
    /// Means over the scenarios, fractions: the mismatch gap, and the part of it that is harder data.
    mean_mismatch: f64,
    mean_harder: f64,
}

impl Report {
    pub(super) fn new(plan: Plan, scenarios: Vec<Examined>, elapsed: Duration) -> Self {
        let own = Tally::of(scenarios.iter().map(|examined| &examined.own));
        let repeated = Tally::of(scenarios.iter().flat_map(|examined| &examined.repeats));
        let regimes = Regime::ALL.into_iter();
        Self {
            format: FORMAT,
            seed: plan.seed,
            repeats: plan.repeats,
            elapsed_secs: elapsed.as_secs_f64(),
            targets: Target::all(&own, &repeated),
            own,
            repeated,
            regimes: regimes
                .filter_map(|regime| OfRegime::new(regime, &scenarios))
                .collect(),
            failures: scenarios.iter().flat_map(failures).collect(),
            scenarios,
        }
    }

    /// Fails if a target is missed, naming each.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub(crate) fn verdict(&self) -> Result<(), Error> {
        let missed = self
            .targets
            .iter()
            .filter(|target| target.outcome == Outcome::Missed);
        let missed: Vec<&str> = missed.map(|target| target.name).collect();
        if missed.is_empty() {
            return Ok(());
        }
        Err(Error::failed(format!(
            "the diagnosis misses a target: {}",
            missed.join("; ")
        )))
    }

    /// For a terminal of 80 columns.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "{} scenarios with {} repeats each, seed {}, in {:.0} s\n",
            self.scenarios.len(),
            self.repeats,
            self.seed,
            self.elapsed_secs
        );
        for target in &self.targets {
            text.push_str(&target_text(target));
        }
        text.push_str(&self.details());
        text.push_str("\nTrue first gap (rows) and what was named first, own runs\n");
        text.push_str(&confusion(&self.own.confusion));
        text.push_str("\nThe same, repeats\n");
        text.push_str(&confusion(&self.repeated.confusion));
        text.push_str(&self.regimes_text());
        text.push_str(&self.failures_text());
        text
    }

    fn details(&self) -> String {
        let together = self.own.plus(&self.repeated);
        let mut text = "\nBeside the targets, own runs and repeats together\n".to_string();
        let mut line = |name: &str, share: Share| {
            writeln!(text, "  {name:<44}{}", share_text(share)).ok();
        };
        line(
            "false alarms less than 4 s.e. below",
            together.close_false_alarms,
        );
        line("gaps that matter, called absent", together.missed);
        for (kind, share) in GAPS.iter().zip(together.covered_per_gap) {
            if share.of > 0 {
                line(&format!("intervals of {kind}"), share);
            }
        }
        text
    }

    fn regimes_text(&self) -> String {
        let mut text = format!(
            "\n{:<19}{:>9}{:>12}{:>12}{:>12}{:>14}\n",
            "built for", "scenarios", "named first", "false alarm", "coverage", "of mismatch,"
        );
        writeln!(
            text,
            "{:<19}{:>9}{:>12}{:>12}{:>12}{:>14}",
            "", "", "if far", "", "of gaps", "harder"
        )
        .ok();
        let percent = |share: Share| {
            let rate = share.rate();
            rate.map_or("-".into(), |rate| format!("{:.1} %", rate * 100.0))
        };
        for of in &self.regimes {
            writeln!(
                text,
                "{:<19}{:>9}{:>12}{:>12}{:>12}{:>14}",
                of.regime,
                of.scenarios,
                percent(of.together.named_first),
                percent(of.together.false_alarms),
                percent(of.together.gaps_covered),
                format!(
                    "{:.1} / {:.1}",
                    of.mean_harder * 100.0,
                    of.mean_mismatch * 100.0
                ),
            )
            .ok();
        }
        text
    }

    fn failures_text(&self) -> String {
        let (own, repeated): (Vec<_>, Vec<_>) =
            self.failures.iter().partition(|failure| failure.in_own_run);
        let mut text = format!("\nFailures in own runs: {}\n", own.len());
        for failure in own {
            text.push_str(&failure_text(failure, self.repeats));
        }
        writeln!(
            text,
            "\nFailures in repeats alone: {} kinds in all scenarios together; the most frequent",
            repeated.len()
        )
        .ok();
        let mut repeated = repeated;
        repeated.sort_by_key(|failure| std::cmp::Reverse(failure.in_repeats));
        for failure in repeated.iter().take(MAX_TOLD) {
            text.push_str(&failure_text(failure, self.repeats));
        }
        text
    }

    /// One line per gap of each scenario's own run.
    ///
    /// # Errors
    /// None in practice: the table is made in memory.
    pub(crate) fn to_csv(&self) -> Result<Vec<u8>, csv::Error> {
        super::table::to_csv(&self.scenarios)
    }
}

impl OfRegime {
    fn new(regime: Regime, scenarios: &[Examined]) -> Option<Self> {
        let own: Vec<&Examined> = scenarios
            .iter()
            .filter(|examined| examined.id.regime == regime)
            .collect();
        let n = own.len();
        let mean = |value: fn(&Examined) -> f64| {
            own.iter().map(|&examined| value(examined)).sum::<f64>() / n as f64
        };
        (n > 0).then(|| Self {
            regime,
            scenarios: n,
            together: Tally::of(own.iter().flat_map(|examined| judged(examined))),
            mean_mismatch: mean(|examined| examined.own.truth.gaps[2]),
            mean_harder: mean(|examined| examined.harder),
        })
    }
}

/// The own run, then the repeats.
fn judged(examined: &Examined) -> impl Iterator<Item = &Judged> {
    std::iter::once(&examined.own).chain(&examined.repeats)
}

fn target_text(target: &Target) -> String {
    let [low, high] = target.expected.map(|share| share * 100.0);
    let expected = match target.expected {
        [_, 1.0] => format!("at least {low} %"),
        [0.0, _] => format!("at most {high} %"),
        _ => format!("{low} to {high} %"),
    };
    let outcome = match target.outcome {
        Outcome::Reached => "reached",
        Outcome::Missed => "MISSED",
        Outcome::NotTested => "not tested",
    };
    format!(
        "\n{}\n  own runs  {}\n  repeats   {}\n  together  {}; {expected}: {outcome}\n",
        target.name,
        share_text(target.own),
        share_text(target.repeats),
        share_text(target.together())
    )
}

fn share_text(share: Share) -> String {
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

fn confusion(confusion: &Confusion) -> String {
    const NAMES: [&str; 5] = ["bias", "variance", "mismatch", "overfitting", "none"];
    let mut text = format!("  {:<12}", "");
    for name in NAMES {
        write!(text, "{name:>12}").ok();
    }
    text.push('\n');
    for (name, row) in NAMES.iter().zip(confusion) {
        write!(text, "  {name:<12}").ok();
        for &count in row {
            write!(text, "{:>12}", thousands(count)).ok();
        }
        text.push('\n');
    }
    text
}

fn failure_text(failure: &Failure, n_repeats: usize) -> String {
    let fault = match failure.fault {
        Fault::NotNamedFirst => "not named first".to_string(),
        Fault::NotPresent => "not called present".to_string(),
        Fault::CalledAbsent => "called absent".to_string(),
        Fault::FalseAlarm(kind) => format!("false alarm of {kind}"),
    };
    let mut text = format!(
        "  scenario {} ({}, {:?}): {fault}; in {} of {n_repeats} repeats\n    {}\n",
        failure.id.number, failure.id.regime, failure.id.task, failure.in_repeats, failure.what
    );
    for why in &failure.why {
        writeln!(text, "    - {why}").ok();
    }
    text
}
