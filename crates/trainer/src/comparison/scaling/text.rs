//! Error against training examples, for a terminal.

use std::{collections::BTreeSet, fmt::Write};

use plumb_diagnostics::{
    Interval,
    scaling::{Needed, Reach},
};

use super::{Curves, Fit, Point, Series, fit::Target};
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
        text.push('\n');
        for (at, fit) in self.fits.iter().enumerate() {
            text.push_str(&self.fit_text(at, fit));
        }
        if let Some(error) = self.mean_log_error {
            writeln!(
                text,
                "\nPoints that were held out: mean |log error| {:.1} %",
                error * 100.0
            )
            .ok();
        }
        text
    }

    /// What each curve's law says, or why there is none; a paragraph each.
    pub(crate) fn fit_texts(&self) -> Vec<String> {
        let texts = self.fits.iter().enumerate();
        let texts = texts.map(|(at, fit)| self.fit_text(at, fit));
        texts
            .map(|text| {
                let lines: Vec<&str> = text.lines().map(str::trim).collect();
                lines.join("; ").replace(",; ", ", ").replace(":; ", ": ")
            })
            .collect()
    }

    fn fit_text(&self, at: usize, fit: &Fit) -> String {
        let name = &self.series[at].name;
        let law = match fit {
            Fit::None(why) => return format!("{name}: not extrapolated:\n  {why}\n"),
            Fit::Law(law) => law,
        };
        let (unit, times) = if self.is_error {
            (" %", 100.0)
        } else {
            ("", 1.0)
        };
        let mut text = format!(
            "{name}: {} = {}{unit} + {}{unit} · n^−{:.3}\n  exponent {:.2} to {:.2}, floor {}{unit}\n",
            self.what,
            self.value(law.law.floor),
            significant(law.law.scale * times),
            law.law.exponent,
            law.exponent.low,
            law.exponent.high,
            self.span(law.floor)
        );
        for target in &law.targets {
            text.push_str(&self.target_text(at, target));
        }
        for held_out in &law.held_out {
            writeln!(
                text,
                "  at {} examples: predicted {} ({}), measured {}{}",
                thousands(held_out.examples),
                self.value(held_out.predicted),
                self.span(held_out.interval),
                self.value(held_out.measured),
                if held_out.interval.contains(held_out.measured) {
                    ""
                } else {
                    ", outside"
                }
            )
            .ok();
        }
        text
    }

    /// As in "to reach 2 %: about 41,000 examples (28,000 to 75,000), or the next size".
    pub(super) fn target_text(&self, at: usize, target: &Target) -> String {
        let unit = if self.is_error { " %" } else { "" };
        let value = target.value;
        let mut text = format!("  to reach {}{unit}: ", self.value(value));
        if let Some(point) = self.series[at].reaches(value) {
            write!(text, "{} examples do", thousands(point.examples)).ok();
        } else {
            text.push_str(&self.needed(target.needed));
            if let Some(larger) = self.larger(at, value) {
                write!(text, ",\n  or {larger}").ok();
            }
        }
        text.push('\n');
        text
    }

    fn needed(&self, needed: Needed) -> String {
        match needed {
            Needed::Examples {
                n,
                low,
                high,
                reach,
                ..
            } => {
                let high = high.map_or("no upper bound".to_owned(), rounded);
                let far = if reach == Reach::Far {
                    ", too far from what was measured to count on"
                } else {
                    ""
                };
                format!(
                    "about {} examples ({} to {high}){far}",
                    rounded(n),
                    rounded(low)
                )
            }
            Needed::Never { floor, low, .. } => {
                let low = low.map_or(String::new(), |low| {
                    format!(" (if any, {} or more)", rounded(low))
                });
                format!(
                    "no number of examples{low}: the floor is {}",
                    self.value(floor)
                )
            }
        }
    }

    /// The next larger model that reaches a value with fewer examples than this one takes: as measured, else as
    /// its curve tells.
    fn larger(&self, at: usize, value: f64) -> Option<String> {
        let parameters = self.series[at].parameters?;
        let larger = || {
            let all = self.series.iter().zip(&self.fits);
            all.filter(|(series, _)| series.parameters > Some(parameters))
        };
        let measured = larger().find_map(|(series, _)| Some((series, series.reaches(value)?)));
        if let Some((series, point)) = measured {
            let (mean, examples) = (self.value(point.mean), thousands(point.examples));
            return Some(format!("{}, which has {mean} at {examples}", series.name));
        }
        let estimate = |fit: &Fit| {
            let targets = fit.law()?.targets.iter();
            let needed = targets
                .into_iter()
                .find(|target| target.value.total_cmp(&value).is_eq());
            match needed?.needed {
                Needed::Examples { n, reach, .. } if reach != Reach::Far => Some(n),
                _ => None,
            }
        };
        let own = estimate(&self.fits[at]).unwrap_or(u64::MAX);
        let fewer = larger().find_map(|(series, fit)| {
            let n = estimate(fit).filter(|n| *n < own)?;
            Some((series, n))
        });
        fewer.map(|(series, n)| format!("{} with about {}", series.name, rounded(n)))
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
    /// The point with the fewest examples whose mean is as low as a value.
    fn reaches(&self, value: f64) -> Option<&Point> {
        self.points.iter().find(|point| point.mean <= value)
    }

    fn at(&self, examples: u64) -> Option<&Point> {
        self.points.iter().find(|point| point.examples == examples)
    }
}

/// A number with three digits that count.
fn significant(number: f64) -> String {
    if number >= 1000.0 {
        let whole = number.log10().floor() as i32;
        let unit = 10_f64.powi(whole - 2);
        return thousands(((number / unit).round() * unit) as u64);
    }
    let digits = 2 - number.log10().floor().clamp(-9.0, 2.0) as i32;
    format!("{number:.*}", digits.max(0) as usize)
}

/// A number with two digits that count, and commas.
fn rounded(n: u64) -> String {
    let digits = n.checked_ilog10().unwrap_or(0);
    let unit = 10_u64.pow(digits.saturating_sub(1));
    thousands(n.saturating_add(unit / 2) / unit * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_count() {
        let check = |n: u64, expected: &str| assert_eq!(rounded(n), expected);
        check(7, "7");
        check(95, "95");
        check(994, "990");
        check(995, "1,000");
        check(41_499, "41,000");
        check(0, "0");
    }

    #[test]
    fn three_digits_count() {
        let check = |number: f64, expected: &str| assert_eq!(significant(number), expected);
        check(747.169, "747");
        check(5337.6, "5,340");
        check(96.596, "96.6");
        check(4.0, "4.00");
        check(0.012_345, "0.0123");
    }
}
