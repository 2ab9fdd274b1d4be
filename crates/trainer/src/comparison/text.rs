//! Runs side by side, for a terminal.

mod against;

use std::fmt::Write;

use plumb_diagnostics::{Interval, RateName};

use super::{Comparison, Row, Why, table::Table};
use crate::progress::thousands;

/// How much of a row there is room for; each leaves out what the one before has, and more.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Detail {
    All,
    /// Intervals of dev and test alone.
    TwoIntervals,
    OneInterval,
    NoTime,
    NoParameters,
    /// Settings are cut off.
    Short,
}

const DETAILS: [Detail; 6] = [
    Detail::All,
    Detail::TwoIntervals,
    Detail::OneInterval,
    Detail::NoTime,
    Detail::NoParameters,
    Detail::Short,
];

/// Characters of a setting that is cut off.
const SHORT: usize = 14;

impl Comparison {
    /// The whole report, for a terminal with so many columns.
    pub(crate) fn text(&self, width: usize) -> String {
        let mut text = self.heading();
        text.push_str(&self.table(width));
        if let Some(best) = &self.best {
            text.push_str(&self.best_text(best));
        }
        if let Some(against) = &self.against_best {
            text.push_str(&against::against_text(against, width));
        }
        if let Some(curves) = &self.curves {
            text.push_str(&curves.text(width));
        }
        text
    }

    fn heading(&self) -> String {
        let n_runs: usize = self.rows.iter().map(|row| row.runs.len()).sum();
        let mut text = format!("\n{}", counted(n_runs, "run"));
        if n_runs > self.rows.len() {
            let recipes = counted(self.rows.len(), "recipe");
            write!(text, " of {recipes}; rates are means over seeds").ok();
        }
        if self.n_hidden > 0 {
            write!(text, "; the filters hide {}", counted(self.n_hidden, "row")).ok();
        }
        text.push('\n');
        for (why, what) in [
            (Why::Failed, "failed"),
            (Why::Unfinished, "unfinished"),
            (Why::NotBegun, "not begun"),
            (Why::Unreadable, "unreadable"),
            (Why::Twice, "counted once"),
        ] {
            let such: Vec<_> = self.left_out.iter().filter(|run| run.why == why).collect();
            if let Some(first) = such.first() {
                let more = match such.len() {
                    1 => String::new(),
                    n => format!(", and {} more", n - 1),
                };
                writeln!(text, "left out, {what}: {}{more}", first.what).ok();
            }
        }
        if let Some(human) = self.common_human() {
            writeln!(text, "human {:.2} %", human * 100.0).ok();
        }
        text.push_str("error rates in percent\n\n");
        text
    }

    /// The human level that all rows have.
    fn common_human(&self) -> Option<f64> {
        let human = |row: &Row| row.rate(RateName::Human).map(|rate| rate.rate);
        let first = human(&self.rows[0])?;
        let is_first = |row: &Row| human(row).is_some_and(|level| level.total_cmp(&first).is_eq());
        self.rows.iter().all(is_first).then_some(first)
    }

    fn table(&self, width: usize) -> String {
        let tables = DETAILS.map(|detail| (detail, self.table_of(detail)));
        let fitting = tables.iter().find(|(_, table)| table.width() <= width);
        let (detail, table) = fitting.unwrap_or(&tables[DETAILS.len() - 1]);
        let mut text = table.text();
        if *detail != Detail::All {
            text.push_str("\nMore columns and intervals: in a wider terminal, or with --csv\n");
        }
        text
    }

    fn table_of(&self, detail: Detail) -> Table {
        let mut table = Table::new();
        let cells = |cell: &dyn Fn(&Row) -> String| self.rows.iter().map(cell).collect();
        table.right(
            "#",
            (1..=self.rows.len()).map(|at| at.to_string()).collect(),
        );
        for (at, column) in self.columns.iter().enumerate() {
            let cells: Vec<String> = cells(&|row| {
                let shown = &row.settings[at].shown;
                if detail >= Detail::Short {
                    cut(shown)
                } else {
                    shown.clone()
                }
            });
            let is_numbers = (self.rows.iter()).all(|row| row.settings[at].is_number());
            if is_numbers {
                table.right(&column.alias, cells);
            } else {
                table.left(&column.alias, cells);
            }
        }
        if self.rows.iter().all(|row| row.runs.len() == 1) {
            let name = |row: &Row| {
                let path = &self.runs[row.runs[0]].path;
                let name = path.file_name().unwrap_or(path.as_os_str());
                name.to_string_lossy().into_owned()
            };
            table.left("run", cells(&name));
        } else {
            table.right("seeds", cells(&|row| row.runs.len().to_string()));
        }
        if self.common_human().is_none() {
            table.right("human", cells(&|row| rate(row, RateName::Human, false)));
        }
        for (name, interval_until) in [
            (RateName::Train, Detail::All),
            (RateName::TrainDev, Detail::All),
            (RateName::Dev, Detail::Short),
            (RateName::Test, Detail::TwoIntervals),
        ] {
            let has_interval = detail <= interval_until;
            let cells = cells(&|row| rate(row, name, has_interval));
            table.left(name.to_string(), aligned(cells));
        }
        table.left("first", cells(&first));
        if detail < Detail::NoParameters {
            table.right("parameters", cells(&|row| thousands(row.parameters as u64)));
        }
        if detail < Detail::NoTime {
            table.right(
                "time",
                cells(&|row| row.train_secs.map_or("-".into(), secs)),
            );
        }
        table
    }
}

impl Row {
    /// The gap that stands in its way first.
    pub(crate) fn first_words(&self) -> String {
        first(self)
    }
}

/// A gap's name, with a question mark where it may be chance.
fn first(row: &Row) -> String {
    let diagnosis = &row.diagnosis;
    let Some(kind) = diagnosis.first else {
        return "nothing".to_owned();
    };
    let is_present = |kind| {
        let gap = diagnosis.gap(kind);
        gap.is_some_and(|gap| gap.verdict == plumb_diagnostics::Verdict::Present)
    };
    let doubt = if is_present(kind) { "" } else { "?" };
    format!("{kind}{doubt}")
}

fn rate(row: &Row, name: RateName, has_interval: bool) -> String {
    let Some(rate) = row.rate(name) else {
        return "-".to_owned();
    };
    let interval = (rate.interval).filter(|interval| has_interval && interval.low < interval.high);
    let interval = interval.map_or(String::new(), |Interval { low, high }| {
        format!(" ({:.2} to {:.2})", low * 100.0, high * 100.0)
    });
    format!("{:.2}{interval}", rate.rate * 100.0)
}

/// Puts decimal points below each other.
fn aligned(cells: Vec<String>) -> Vec<String> {
    let before = |cell: &String| cell.find('.').unwrap_or(cell.len());
    let most = cells.iter().map(before).max().unwrap_or(0);
    (cells.into_iter())
        .map(|cell| " ".repeat(most - before(&cell)) + &cell)
        .collect()
}

/// As in `3.2 s` and `5 min 20 s`.
fn secs(secs: f64) -> String {
    if secs < 60.0 {
        format!("{secs:.1} s")
    } else {
        let whole = secs.round() as u64;
        humantime::format_duration(std::time::Duration::from_secs(whole)).to_string()
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= SHORT {
        return text.to_owned();
    }
    let kept: String = text.chars().take(SHORT - 1).collect();
    format!("{kept}…")
}

fn counted(n: usize, what: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {what}{plural}", thousands(n as u64))
}
