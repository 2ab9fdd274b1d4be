//! From values to places along an axis, and where its ticks are.

/// An axis, linear or logarithmic, from one place to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    is_log: bool,
}

impl Scale {
    /// A linear one over values from `low` to `high`, drawn between the places `from` and `to`.
    pub(super) fn linear((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        // One value alone, or none, has no extent of its own.
        let (low, high) = if low.is_finite() && high.is_finite() && low < high {
            (low, high)
        } else if low.is_finite() {
            let around = if low == 0.0 { 1.0 } else { low.abs() / 2.0 };
            (low - around, low + around)
        } else {
            (0.0, 1.0)
        };
        Self {
            low,
            high,
            from,
            to,
            is_log: false,
        }
    }

    /// A logarithmic one. Values that are not above 0 lie at its low end.
    pub(super) fn log((low, high): (f64, f64), places: (f64, f64)) -> Self {
        let is_usable = low > 0.0 && low.is_finite() && high.is_finite();
        let (low, high) = match (is_usable, low < high) {
            (true, true) => (low, high),
            (true, false) => (low / 2.0, low * 2.0),
            (false, _) => (1.0, 10.0),
        };
        Self {
            is_log: true,
            ..Self::linear((low.ln(), high.ln()), places)
        }
    }

    /// Where a value lies; values outside lie outside.
    pub(super) fn place(&self, value: f64) -> f64 {
        let value = match self.is_log {
            true if value > 0.0 => value.ln(),
            true => self.low,
            false => value,
        };
        let share = (value - self.low) / (self.high - self.low);
        self.from + share * (self.to - self.from)
    }

    /// Whether a value lies on the axis, up to rounding.
    pub(super) fn holds(&self, value: f64) -> bool {
        let value = if self.is_log { value.ln() } else { value };
        let slack = 1e-9 * (self.high - self.low);
        (self.low - slack..=self.high + slack).contains(&value)
    }

    /// Round values for about `most` ticks: steps of 1, 2 or 5 times a power of ten; on a logarithmic axis
    /// powers of ten, with 2 and 5 times them where those are few.
    pub(super) fn ticks(&self, most: usize) -> Vec<f64> {
        if self.is_log {
            self.log_ticks(most)
        } else {
            self.linear_ticks(most)
        }
    }

    fn linear_ticks(&self, most: usize) -> Vec<f64> {
        let step = round_step((self.high - self.low) / most.max(1) as f64);
        let (first, last) = ((self.low / step).ceil(), (self.high / step).floor());
        let first = if self.holds((first - 1.0) * step) {
            first - 1.0
        } else {
            first
        };
        let last = if self.holds((last + 1.0) * step) {
            last + 1.0
        } else {
            last
        };
        let n = (last - first).clamp(0.0, 100.0) as usize;
        (0..=n).map(|at| (first + at as f64) * step).collect()
    }

    fn log_ticks(&self, most: usize) -> Vec<f64> {
        let decades = |digits: &[f64], every: i32| -> Vec<f64> {
            let first = (self.low / std::f64::consts::LN_10).floor() as i32;
            let last = (self.high / std::f64::consts::LN_10).ceil() as i32;
            (first..=last)
                .filter(|power| power % every == 0)
                .flat_map(|power| digits.iter().map(move |digit| digit * 10_f64.powi(power)))
                .filter(|&value| self.holds(value))
                .collect()
        };
        let choices = [
            decades(&[1.0, 2.0, 3.0, 5.0, 7.0], 1),
            decades(&[1.0, 2.0, 5.0], 1),
            decades(&[1.0, 3.0], 1),
            decades(&[1.0], 1),
            decades(&[1.0], 2),
        ];
        let fitting = choices.iter().find(|ticks| ticks.len() <= most);
        let ticks = fitting.unwrap_or(&choices[choices.len() - 1]).clone();
        if ticks.len() >= 2 {
            return ticks;
        }
        // Within one decade and without two round values: the ends speak for themselves.
        vec![self.low.exp(), self.high.exp()]
    }
}

/// 1, 2 or 5 times a power of ten, not below `step`.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let digit = step / power;
    // Rounding may have made a 2 a little more than that.
    let digit = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|&round| digit <= round * (1.0 + 1e-9));
    digit.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_where_they_should() {
        let linear = Scale::linear((0.0, 10.0), (100.0, 200.0));
        for (value, expected) in [(0.0, 100.0), (5.0, 150.0), (10.0, 200.0)] {
            assert!((linear.place(value) - expected).abs() < 1e-9);
        }
        let log = Scale::log((1.0, 100.0), (0.0, 50.0));
        assert!((log.place(10.0) - 25.0).abs() < 1e-9);
        assert!(log.place(0.0).abs() < 1e-9); // below all
        let upside_down = Scale::linear((0.0, 1.0), (90.0, 10.0));
        assert!((upside_down.place(0.25) - 70.0).abs() < 1e-9);
    }

    #[test]
    fn one_value_alone_lies_in_the_middle() {
        let place = |scale: Scale, value: f64| (scale.place(value) - 5.0).abs() < 1e-9;
        assert!(place(Scale::linear((3.0, 3.0), (0.0, 10.0)), 3.0));
        assert!(place(Scale::linear((0.0, 0.0), (0.0, 10.0)), 0.0));
        assert!(place(Scale::log((40.0, 40.0), (0.0, 10.0)), 40.0));
    }

    #[test]
    fn ticks_are_round_and_few() {
        let check = |scale: Scale, most, expected: &[f64]| {
            let ticks = scale.ticks(most);
            assert_eq!(ticks.len(), expected.len(), "{ticks:?}");
            for (tick, expected) in ticks.iter().zip(expected) {
                assert!(
                    (tick - expected).abs() < 1e-9 * expected.abs().max(1.0),
                    "{ticks:?}"
                );
            }
        };
        let places = (0.0, 1.0);
        check(
            Scale::linear((0.0, 1.0), places),
            5,
            &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0],
        );
        check(
            Scale::linear((0.0, 21.8), places),
            5,
            &[0.0, 5.0, 10.0, 15.0, 20.0],
        );
        check(Scale::linear((-0.3, 0.3), places), 3, &[-0.2, 0.0, 0.2]);
        check(Scale::linear((0.0, 0.3), places), 3, &[0.0, 0.1, 0.2, 0.3]);
        check(
            Scale::log((10.0, 10_000.0), places),
            5,
            &[10.0, 100.0, 1_000.0, 10_000.0],
        );
        check(Scale::log((1.0, 10.0), places), 5, &[1.0, 2.0, 5.0, 10.0]);
        check(Scale::log((4.1, 4.4), places), 5, &[4.1, 4.4]);
    }
}
