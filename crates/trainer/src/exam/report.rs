//! What an exam came to, for people and for programs.

mod text;

use std::time::Duration;

use serde::Serialize;

use super::{
    Plan, Regime,
    examine::Examined,
    explain::{Failure, failures},
    judged::Judged,
    question::Question,
    score::Tally,
    table,
    target::{Outcome, Target},
};
use crate::Error;

/// The version of what `plumb exam --json` prints.
const FORMAT: u32 = 1;

/// What an exam came to.
#[derive(Serialize)]
pub(crate) struct Report {
    format: u32,
    seed: u64,
    /// Per scenario.
    repeats: usize,
    elapsed_secs: f64,
    targets: Vec<Target>,
    own: Tally,
    repeated: Tally,
    together: Tally,
    regimes: Vec<OfRegime>,
    failures: Vec<Failure>,
    scenarios: Vec<Examined>,
}

/// What became of the scenarios of one regime, own runs and repeats together.
#[derive(Serialize)]
struct OfRegime {
    regime: Regime,
    scenarios: usize,
    together: Tally,
    /// The true mismatch of the own runs, a fraction; the mean over the scenarios.
    mean_mismatch: f64,
    /// The part of it that is harder data.
    mean_harder: f64,
}

impl Report {
    pub(super) fn new(plan: Plan, scenarios: Vec<Examined>, elapsed: Duration) -> Self {
        let own = Tally::of(scenarios.iter().map(|examined| [&examined.own]));
        let repeated = Tally::of(scenarios.iter().map(|examined| &examined.repeats));
        let together = Tally::of(scenarios.iter().map(own_and_repeats));
        let regimes = Regime::ALL.into_iter();
        Self {
            format: FORMAT,
            seed: plan.seed,
            repeats: plan.repeats,
            elapsed_secs: elapsed.as_secs_f64(),
            targets: Target::all(scenarios.len(), [&own, &repeated, &together]),
            own,
            repeated,
            together,
            regimes: regimes
                .filter_map(|regime| OfRegime::new(regime, &scenarios))
                .collect(),
            failures: scenarios.iter().flat_map(failures).collect(),
            scenarios,
        }
    }

    #[cfg(test)]
    pub(super) fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Fails if a target is missed, naming each.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub(crate) fn verdict(&self) -> Result<(), Error> {
        let is_missed = |target: &&Target| target.outcome == Outcome::Missed;
        let missed = self.targets.iter().filter(is_missed);
        let missed: Vec<&str> = missed.map(|target| target.question.text()).collect();
        if missed.is_empty() {
            return Ok(());
        }
        let list = missed.join("\n  ");
        Err(Error::failed(format!(
            "the diagnosis misses targets:\n  {list}"
        )))
    }

    /// One line per diagnosis and gap.
    ///
    /// # Errors
    /// None in practice: the table is made in memory.
    pub(crate) fn to_csv(&self) -> Result<Vec<u8>, csv::Error> {
        table::to_csv(&self.scenarios)
    }
}

impl OfRegime {
    fn new(regime: Regime, scenarios: &[Examined]) -> Option<Self> {
        let of = || {
            let scenarios = scenarios.iter();
            scenarios.filter(move |examined| examined.id.regime == regime)
        };
        let n = of().count();
        let mean = |value: fn(&Examined) -> f64| of().map(value).sum::<f64>() / n as f64;
        (n > 0).then(|| Self {
            regime,
            scenarios: n,
            together: Tally::of(of().map(own_and_repeats)),
            mean_mismatch: mean(|examined| examined.own.truth.mismatch()),
            mean_harder: mean(|examined| examined.own.truth.harder()),
        })
    }

    fn rate(&self, question: Question) -> Option<f64> {
        self.together.share(question).rate()
    }
}

fn own_and_repeats(examined: &Examined) -> impl Iterator<Item = &Judged> {
    std::iter::once(&examined.own).chain(&examined.repeats)
}
