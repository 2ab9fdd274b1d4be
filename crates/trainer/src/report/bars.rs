//! The ladder as a picture: a bar for each rate, a floating segment for each gap, whiskers for intervals.

use plumb_diagnostics::{Diagnosis, Gap, Interval, Rate};

use crate::terminal::{Screen, Symbols};

/// From which error rate to which column: 0 is the first, `end` the last one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// A fraction in 0..=1, more than 0.
    end: f64,
    columns: usize,
}

impl Scale {
    /// One that holds all rates and intervals of a diagnosis.
    pub(super) fn of(diagnosis: &Diagnosis, columns: usize) -> Self {
        let rates = diagnosis.rates.iter();
        let rates = rates.map(|rate| rate.interval.map_or(rate.rate, |interval| interval.high));
        let gaps = diagnosis.gaps.iter();
        let gaps = gaps.map(|gap| lower(gap, diagnosis) + gap.interval.high);
        let most = rates.chain(gaps).fold(0.0, f64::max);
        Self {
            end: round_above(most.min(1.0)),
            columns,
        }
    }

    fn column(self, rate: f64) -> usize {
        let last = self.columns.saturating_sub(1);
        let column = (rate.max(0.0) / self.end * last as f64).round() as usize;
        column.min(last)
    }

    /// The numbers at its ends, and in the middle where there is room.
    pub(super) fn axis(self) -> String {
        let label = |rate: f64| format!("{} %", (rate * 1e6).round() / 1e4);
        let (first, middle, last) = (label(0.0), label(self.end / 2.0), label(self.end));
        let mut axis = first;
        let at = self.column(self.end / 2.0);
        let end = self.columns.saturating_sub(last.len());
        if at > axis.len() + 1 && at + middle.len() < end {
            axis = format!("{axis:<at$}{middle}");
        }
        format!("{axis:<end$}{last}")
    }
}

/// The smallest round number that is not below.
fn round_above(most: f64) -> f64 {
    const ROUND: [f64; 11] = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    if most <= 0.0 {
        return 0.01; // of nothing but zeros
    }
    let decade = 10_f64.powf(most.log10().floor());
    let round = ROUND.into_iter().map(|round| round * decade);
    let above = round
        .filter(|&round| round >= most * (1.0 - 1e-9))
        .fold(10.0, f64::min);
    above.min(1.0)
}

/// The rate that a gap begins at.
fn lower(gap: &Gap, diagnosis: &Diagnosis) -> f64 {
    let (lower, _) = gap.kind.between();
    let rate = diagnosis.rates.iter().find(|rate| rate.name == lower);
    rate.map_or(0.0, |rate| rate.rate)
}

/// A rate's bar up to the low end of its interval, which goes on beyond the rate.
pub(super) fn rate(rate: &Rate, scale: Scale, screen: Screen) -> String {
    let mut line = Line::new(scale, screen.symbols());
    line.fill(0.0, rate.rate, line.symbols.bar);
    line.whiskers(rate.interval, rate.rate);
    screen.rate(rate.name, &line.text())
}

/// A gap between its two rates, with the interval of its size.
pub(super) fn gap(gap: &Gap, diagnosis: &Diagnosis, scale: Scale, screen: Screen) -> String {
    let mut line = Line::new(scale, screen.symbols());
    let lower = lower(gap, diagnosis);
    let upper = lower + gap.size;
    let symbol = if gap.size < 0.0 {
        line.symbols.negative_gap
    } else {
        line.symbols.gap
    };
    line.fill(lower.min(upper), lower.max(upper), symbol);
    let Interval { low, high } = gap.interval;
    let interval = (low < high).then_some(Interval {
        low: lower + low,
        high: lower + high,
    });
    line.whiskers(interval, upper);
    let text = line.text();
    if diagnosis.first == Some(gap.kind) {
        screen.alarm(&text)
    } else {
        screen.rate(gap.kind.between().1, &text)
    }
}

struct Line {
    scale: Scale,
    symbols: &'static Symbols,
    cells: Vec<char>,
}

impl Line {
    fn new(scale: Scale, symbols: &'static Symbols) -> Self {
        Self {
            scale,
            symbols,
            cells: vec![' '; scale.columns],
        }
    }

    fn put(&mut self, column: usize, symbol: char) {
        if let Some(cell) = self.cells.get_mut(column) {
            *cell = symbol;
        }
    }

    /// From one rate to another; something that is too little for a column is a sliver.
    fn fill(&mut self, from: f64, to: f64, symbol: char) {
        let columns = self.scale.column(from)..self.scale.column(to);
        if columns.is_empty() && from < to {
            self.put(columns.start, self.symbols.sliver);
        }
        for column in columns {
            self.put(column, symbol);
        }
    }

    fn whiskers(&mut self, interval: Option<Interval>, point: f64) {
        let Some(Interval { low, high }) = interval else {
            return;
        };
        let is_cut = low < 0.0; // no rate is below 0
        let [low, high, point] = [low, high, point].map(|rate| self.scale.column(rate));
        for column in low..=high {
            self.put(column, self.symbols.whisker);
        }
        if !is_cut {
            self.put(low, self.symbols.low);
        }
        self.put(high, self.symbols.high);
        self.put(point, self.symbols.point);
    }

    fn text(&self) -> String {
        let text: String = self.cells.iter().collect();
        text.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests;
