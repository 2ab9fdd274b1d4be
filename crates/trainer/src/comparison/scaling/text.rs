//! Error against training examples, for a terminal.

use std::collections::BTreeSet;

use plumb_diagnostics::Interval;

use super::{Curves, Point, Series};
use crate::{comparison::table::Table, progress::thousands};

impl Curves {
    /// For a terminal with so many columns.
    pub(crate) fn text(&self, width: usize) -> String {
        let mut text = format!("\n{}\n\n", self.title());
        let with_intervals = self.table(true);
        let table = if with_intervals.width() <= width {
            with_intervals
        } else {
            self.table(false)
        };
        text.push_str(&table.text());
        text
    }

    fn title(&self) -> String {
        let what = &self.what;
        let unit = if self.is_error { ", in percent" } else { "" };
        let has_seeds = self.points().any(|point| point.trainings.len() > 1);
        let mean = if has_seeds { "; means over seeds" } else { "" };
        format!("{what} against training examples{unit}{mean}")
    }

    fn points(&self) -> impl Iterator<Item = &Point> {
        self.series.iter().flat_map(|series| &series.points)
    }

    /// A line per number of examples, a column per model size.
    fn table(&self, has_intervals: bool) -> Table {
        let sizes: BTreeSet<u64> = self.points().map(|point| point.examples).collect();
        let mut table = Table::new();
        let examples = sizes.iter().map(|&size| thousands(size));
        table.right("examples", examples.collect());
        for series in &self.series {
            let cells = sizes.iter().map(|&size| {
                let point = series.at(size);
                point.map_or(String::new(), |point| self.cell(point, has_intervals))
            });
            table.left(&series.name, cells.collect());
        }
        table
    }

    fn cell(&self, point: &Point, has_interval: bool) -> String {
        let interval = point.interval.filter(|_| has_interval);
        let interval = interval.map_or(String::new(), |interval| {
            format!(" ({})", self.span(interval))
        });
        format!("{}{interval}", self.value(point.mean))
    }

    /// A value as it is read: percent of an error rate, a loss as it is.
    pub(super) fn value(&self, value: f64) -> String {
        if self.is_error {
            format!("{:.2}", value * 100.0)
        } else {
            format!("{value:.4}")
        }
    }

    pub(super) fn span(&self, Interval { low, high }: Interval) -> String {
        format!("{} to {}", self.value(low), self.value(high))
    }
}

impl Series {
    fn at(&self, examples: u64) -> Option<&Point> {
        self.points.iter().find(|point| point.examples == examples)
    }
}
