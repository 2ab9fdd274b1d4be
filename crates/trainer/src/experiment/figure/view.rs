//! Where numbers are on paper, and which of them are written at an axis.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

use super::Figure;

/// An axis of a figure: numbers, or their logarithms.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    is_log: bool,
    /// In places, as [`Scale::place`] gives them.
    pub(super) from: f64,
    pub(super) to: f64,
    /// Places of ticks.
    pub(super) ticks: Vec<f64>,
}

/// Room beside the outermost points, as a share of the axis.
const ROOM: f64 = 0.04;

/// The most ticks of an axis.
const MOST_TICKS: usize = 9;

impl Scale {
    fn new(is_log: bool, low: f64, high: f64, ticks: Option<&[f64]>, room: f64) -> Self {
        let place = |value: f64| if is_log { value.log10() } else { value };
        let (low, high) = (place(low), place(high));
        let width = if high > low {
            high - low
        } else {
            (0.1 * high.abs()).max(0.1)
        };
        let (from, to) = (low - room * width, high + room * width);
        let ticks = match ticks {
            Some(ticks) => thinned(ticks.iter().copied().map(place).collect()),
            None if is_log => log_ticks(from, to),
            None => even_ticks(from, to),
        };
        Self {
            is_log,
            from,
            to,
            ticks,
        }
    }

    /// Where a value is; values beyond the axis are at its end.
    pub(super) fn place(&self, value: f64) -> f64 {
        let place = if !self.is_log {
            value
        } else if value > 0.0 {
            value.log10()
        } else {
            self.from
        };
        place.clamp(self.from, self.to)
    }

    /// The value at a place.
    pub(super) fn value(&self, place: f64) -> f64 {
        if self.is_log {
            10_f64.powf(place)
        } else {
            place
        }
    }

    /// Of the x axis: ticks at the values themselves, if they are few.
    pub(super) fn of_x(figure: &Figure) -> Self {
        if let Some(names) = &figure.names {
            let ticks = (0..names.len()).map(|at| at as f64).collect();
            return Self {
                is_log: false,
                from: -0.6,
                to: names.len() as f64 - 0.4,
                ticks,
            };
        }
        let xs = figure
            .series
            .iter()
            .flat_map(|series| series.points.iter().map(|point| point.0));
        let mut xs: Vec<f64> = xs.collect();
        xs.sort_by(f64::total_cmp);
        xs.dedup();
        let (low, high) = (
            xs.first().copied().unwrap_or(1.0),
            xs.last().copied().unwrap_or(1.0),
        );
        // Even steps speak better for many numbers that lie close on a linear axis.
        let ticks = (figure.log_x || xs.len() <= MOST_TICKS).then_some(&xs[..]);
        Self::new(figure.log_x, low, high, ticks, ROOM)
    }

    /// Of the y axis, in percent for shares. Two seeds may have an interval that dwarfs all curves: it is cut
    /// where it is farther from the means than these from each other, and than twice the other way.
    pub(super) fn of_y(figure: &Figure) -> Self {
        let factor = figure.unit().factor();
        let points = || figure.series.iter().flat_map(|series| &series.points);
        let is_drawn = |value: &f64| !figure.log_y || *value > 0.0;
        let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::NEG_INFINITY, f64::max);
        let means = || points().map(|(_, of)| of.mean).filter(is_drawn);
        let (mut low, mut high) = (least(&mut means()), most(&mut means()));
        if !low.is_finite() {
            (low, high) = (0.1, 1.0);
        }
        let span = (high - low).max(0.2 * high.abs()).max(1e-9);
        let lowest = least(&mut points().map(|(_, of)| of.interval.low).filter(is_drawn));
        let highest = most(&mut points().map(|(_, of)| of.interval.high).filter(is_drawn));
        if figure.log_y {
            low = low.min(lowest.max(low / 3.0));
            high = high.max(highest.min(high * 3.0));
        } else {
            low = low.min(lowest.max(low - 2.0 * span));
            high = high.max(highest.min(high + 2.0 * span));
            // Bars stand on 0.
            if figure.names.is_some() {
                low = low.min(0.0);
                high = high.max(0.0);
            }
        }
        Self::new(figure.log_y, low * factor, high * factor, None, ROOM)
    }
}

impl Ranged for Scale {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, place: &f64, pixels: (i32, i32)) -> i32 {
        let share = (place - self.from) / (self.to - self.from);
        pixels.0 + (share * f64::from(pixels.1 - pixels.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() {
            Vec::new()
        } else {
            self.ticks.clone()
        }
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

/// 1, 2 and 5 of every decade, or less where there are many decades.
fn log_ticks(from: f64, to: f64) -> Vec<f64> {
    for parts in [
        &[1.0, 2.0, 3.0, 5.0, 7.0][..],
        &[1.0, 2.0, 5.0],
        &[1.0, 3.0],
        &[1.0],
    ] {
        let decades = from.floor() as i32..=to.ceil() as i32;
        let all = decades.flat_map(|decade| {
            parts
                .iter()
                .map(move |part: &f64| part.log10() + f64::from(decade))
        });
        let ticks: Vec<f64> = all.filter(|place| (from..=to).contains(place)).collect();
        if ticks.len() <= MOST_TICKS {
            return if ticks.len() > 1 {
                ticks
            } else {
                vec![from, to]
            };
        }
    }
    thinned(
        (from.ceil() as i32..=to.floor() as i32)
            .map(f64::from)
            .collect(),
    )
}

/// Steps of 1, 2 or 5 times a power of ten.
fn even_ticks(from: f64, to: f64) -> Vec<f64> {
    let rough = (to - from) / 6.0;
    let power = 10_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let step = steps
        .into_iter()
        .find(|&step| step >= rough)
        .unwrap_or(10.0 * power);
    let (first, last) = ((from / step).ceil() as i64, (to / step).floor() as i64);
    (first..=last).map(|number| number as f64 * step).collect()
}

/// Every second or third of them, and so on, if there are too many.
fn thinned(places: Vec<f64>) -> Vec<f64> {
    let every = places.len().div_ceil(MOST_TICKS).max(1);
    places.into_iter().step_by(every).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers() {
        let check = |got: Vec<f64>, expected: &[f64]| {
            assert_eq!(got.len(), expected.len(), "{got:?}");
            let pairs = got.iter().zip(expected);
            assert!(
                pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-9),
                "{got:?}"
            );
        };
        check(even_ticks(-0.3, 12.4), &[0.0, 5.0, 10.0]);
        check(even_ticks(0.011, 0.069), &[0.02, 0.03, 0.04, 0.05, 0.06]);
        check(
            log_ticks(0.9_f64.log10(), 12_f64.log10()),
            &[
                0.0,
                2_f64.log10(),
                3_f64.log10(),
                5_f64.log10(),
                7_f64.log10(),
                1.0,
            ],
        );
        check(
            log_ticks(-0.1, 4.1),
            &[
                0.0,
                0.0 + 3_f64.log10(),
                1.0,
                1.0 + 3_f64.log10(),
                2.0,
                2.0 + 3_f64.log10(),
                3.0,
                3.0 + 3_f64.log10(),
                4.0,
            ],
        );
        check(
            thinned((0..20).map(f64::from).collect()),
            &[0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 18.0],
        );
    }
}
