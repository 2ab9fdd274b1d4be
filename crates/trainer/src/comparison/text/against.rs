//! Which row is better, for a terminal.

use std::fmt::Write;

use plumb_diagnostics::{Interval, Standing};

use super::counted;
use crate::{
    comparison::{
        AgainstBest, BestRun, Comparison,
        against::{Against, McNemar},
        table::Table,
    },
    progress::thousands,
    report::wrapped,
};

impl Comparison {
    /// The best run by dev, corrected for its having been picked; none where nothing was chosen from.
    pub(crate) fn best_paragraph(&self) -> Option<String> {
        self.best.as_ref().map(|best| self.best_text(best))
    }

    pub(super) fn best_text(&self, best: &BestRun) -> String {
        let figures = &best.figures;
        let run = self.runs[best.run].path.display();
        let naive = figures.naive.rate() * 100.0;
        let mut text = format!("\nThe best of {} runs by dev: {run}\n", figures.runs);
        if figures.optimism > 0.0 {
            writeln!(text, "  its dev error, {naive:.2} %, is too good: it was picked by it. Corrected for that:")
        } else {
            writeln!(text, "  its dev error, {naive:.2} %, gained nothing by its being picked. Corrected for that:")
        }
        .ok();
        writeln!(
            text,
            "  {:.2} % ({:.2} to {:.2}; Tsamardinos et al. 2018)",
            figures.corrected * 100.0,
            figures.interval.low * 100.0,
            figures.interval.high * 100.0
        )
        .ok();
        if best.runs_elsewhere > 0 {
            let n = counted(best.runs_elsewhere, "run");
            writeln!(text, "  {n} on other dev examples can't be counted in").ok();
        }
        text
    }
}

impl AgainstBest {
    /// How sure the statements about all pairs are, and what can't be told.
    pub(crate) fn words(&self) -> (String, Vec<String>) {
        (how_sure(self), notes(self))
    }
}

impl Against {
    /// Whether the best row is better than this one.
    pub(crate) fn verdict_words(&self) -> String {
        verdict(self)
    }
}

pub(super) fn against_text(against: &AgainstBest, width: usize) -> String {
    let best = against.best + 1;
    let others = if against.others.len() == 1 {
        "the other"
    } else {
        "each other one"
    };
    let end = if against.n_pairs > 1 { '\n' } else { ' ' };
    let mut text = format!(
        "\nRow {best}, with the lowest dev error, against {others};{end}{}\n\n",
        how_sure(against)
    );
    text.push_str(&against_table(against).text());
    for note in notes(against) {
        text.push('\n');
        text.push_str(&wrapped(80.min(width), "", &note));
    }
    text
}

/// How the confidence is shared.
fn how_sure(against: &AgainstBest) -> String {
    let percent = |level: f64| (level * 1e6).round() / 1e4;
    if against.n_pairs > 1 {
        format!(
            "{} % sure of all {} pairs of rows together, so {} % of each (Bonferroni)",
            percent(against.confidence),
            against.n_pairs,
            percent(against.each_confidence)
        )
    } else {
        format!("{} % intervals", percent(against.confidence))
    }
}

/// What the figures can't tell, and why.
fn notes(against: &AgainstBest) -> Vec<String> {
    let mut notes = Vec::new();
    let best = against.best + 1;
    let seeds = against
        .others
        .iter()
        .filter_map(|other| other.over_seeds.as_ref());
    let most_seeds = seeds.map(|over| over.seeds).max();
    let fewest = against.fewest_seeds();
    if let Some(most) = most_seeds.filter(|&most| most < fewest) {
        notes.push(format!(
            "With {} no difference can be settled, however large: that takes {fewest} at least",
            counted(most, "seed")
        ));
    }
    let elsewhere: Vec<String> = (against.others.iter())
        .filter(|other| !other.is_same_dev)
        .map(|other| (other.row + 1).to_string())
        .collect();
    if !elsewhere.is_empty() {
        let rows = if elsewhere.len() == 1 { "row" } else { "rows" };
        notes.push(format!(
            "{rows} {}: not measured on the dev examples of row {best}, so that chance in the examples counts twice",
            elsewhere.join(", ")
        ));
    }
    notes
}

fn against_table(against: &AgainstBest) -> Table {
    let mut table = Table::new();
    let best = against.best + 1;
    let others = &against.others;
    let cells =
        |cell: &dyn Fn(&Against) -> String| -> Vec<String> { others.iter().map(cell).collect() };
    table.right("#", cells(&|other| (other.row + 1).to_string()));
    let differences = cells(&|other| format!("{:+.2}", other.difference * 100.0));
    table.right("dev, points more", differences);
    table.left(
        "interval",
        cells(&|other| other.interval.map_or("-".into(), signed)),
    );
    if others.iter().any(|other| other.mcnemar.is_some()) {
        let mcnemar = |cell: fn(&McNemar) -> String| {
            cells(&|other| other.mcnemar.as_ref().map_or("-".into(), cell))
        };
        table.right(
            format!("only #{best} wrong"),
            mcnemar(|test| test.only_best_wrong.to_string()),
        );
        table.right("only it", mcnemar(|test| test.only_other_wrong.to_string()));
        let header = if against.n_pairs > 1 {
            "McNemar p, corrected"
        } else {
            "exact McNemar p"
        };
        table.left(header, mcnemar(|test| p_value(test.p_corrected)));
    }
    if others.iter().any(|other| other.over_seeds.is_some()) {
        let probability = cells(&|other| {
            other.over_seeds.as_ref().map_or("-".into(), |over| {
                let Interval { low, high } = over.interval;
                format!("{:.2} ({low:.2} to {high:.2})", over.p_better)
            })
        });
        table.left(format!("P(#{best} better)"), probability);
    }
    table.left(format!("#{best} is"), cells(&verdict));
    table
}

fn verdict(other: &Against) -> String {
    let verdict = match other.verdict {
        Standing::Better => "better",
        Standing::Worse => "worse",
        Standing::Undetermined => "undetermined",
    };
    let needed = other.over_seeds.as_ref().and_then(|over| over.seeds_needed);
    needed.map_or(verdict.to_owned(), |needed| {
        format!("{verdict}: {} seeds needed", thousands(needed))
    })
}

fn signed(Interval { low, high }: Interval) -> String {
    format!("{:+.2} to {:+.2}", low * 100.0, high * 100.0)
}

fn p_value(p: f64) -> String {
    if p < 1e-4 {
        "< 0.0001".to_owned()
    } else {
        format!("{p:.4}")
    }
}
