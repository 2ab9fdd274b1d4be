use std::fmt;

use plumb_diagnostics::{Interval, OverSeeds};
use serde::{Deserialize, Serialize};

use super::{
    expression::{Expression, Operator},
    grid::FigureName,
    measure::{Measure, Unit},
};
use crate::progress::thousands;

/// A number over seeds, with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Estimate {
    pub(crate) mean: f64,
    pub(crate) interval: Interval,
    pub(crate) seeds: usize,
    #[serde(default)]
    pub(crate) unit: Unit,
}

impl Estimate {
    pub(crate) fn new(of: OverSeeds, unit: Unit) -> Self {
        Self {
            mean: of.mean,
            interval: of.interval,
            seeds: of.seeds,
            unit,
        }
    }

    /// The same of a figure whose logarithm was measured.
    pub(crate) fn of_logarithm(of: OverSeeds, unit: Unit) -> Self {
        Self {
            mean: of.mean.exp(),
            interval: Interval {
                low: of.interval.low.exp(),
                high: of.interval.high.exp(),
            },
            ..Self::new(of, unit)
        }
    }

    /// Cut to what a rate can be.
    pub(crate) fn as_rate(mut self) -> Self {
        self.interval.low = self.interval.low.max(0.0);
        self.interval.high = self.interval.high.min(1.0);
        self
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Share => " %",
            Unit::Points => " points",
            Unit::Number => "",
            Unit::Seconds => " s",
        };
        let Interval { low, high } = self.interval;
        let [mean, low, high] = [self.mean, low, high].map(|value| value * self.unit.factor());
        if self.interval.width() == 0.0 {
            return write!(f, "{}{unit}", rounded(mean, mean));
        }
        // All three to the digits that the interval leaves sense.
        let sense = (high - low).abs().max(1e-3 * mean.abs());
        write!(
            f,
            "{}{unit} ({} to {})",
            rounded(mean, sense),
            rounded(low, sense),
            rounded(high, sense)
        )
    }
}

/// A number to two digits of the size of `sense`, with commas between thousands.
fn rounded(value: f64, sense: f64) -> String {
    /// As many as a rate of a million examples has in percent.
    const MOST: i32 = 6;
    if value.abs() >= 1e15 || !value.is_finite() {
        return format!("{value:.3e}");
    }
    let digits = if sense == 0.0 {
        0
    } else {
        1 - sense.abs().log10().floor() as i32
    };
    if digits <= 0 {
        let whole = value.round();
        let sign = if whole < 0.0 { "-" } else { "" };
        return format!("{sign}{}", thousands(whole.abs() as u64));
    }
    let text = format!("{value:.*}", digits.clamp(1, MOST) as usize);
    match text.strip_prefix('-') {
        Some(zero) if zero.trim_matches(['0', '.']).is_empty() => zero.to_owned(),
        _ => text,
    }
}

/// What the number of an expression is.
pub(crate) fn unit_of(expression: &Expression, figures: &[FigureName]) -> Unit {
    match expression {
        Expression::Number(number) if number.is_percent => Unit::Share,
        Expression::Number(_) | Expression::Crossing(..) | Expression::Peak(..) => Unit::Number,
        Expression::Negative(of) => unit_of(of, figures),
        Expression::Measure(name, _) => {
            Measure::named(&name.text, figures).map_or(Unit::Number, |measure| measure.unit())
        }
        Expression::Operation(left, operator, right) => {
            let (left, right) = (unit_of(left, figures), unit_of(right, figures));
            let both_of_hundred = left.is_of_hundred() && right.is_of_hundred();
            match operator {
                // A ratio of shares is a number, and a share of a share too.
                Operator::Over if left == right || both_of_hundred => Unit::Number,
                Operator::Over => left,
                Operator::Minus if left == right => left.of_difference(),
                // A share and points more or less are a share.
                _ if both_of_hundred && left != right => Unit::Share,
                _ if left == Unit::Number => right,
                _ => left,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::parse, *};

    #[test]
    fn numbers_are_shown_to_the_digits_that_make_sense() {
        let check = |mean: f64, low: f64, high: f64, unit: Unit, expected: &str| {
            let estimate = Estimate {
                mean,
                interval: Interval { low, high },
                seeds: 3,
                unit,
            };
            assert_eq!(estimate.to_string(), expected);
        };
        check(0.0231, 0.019, 0.0283, Unit::Share, "2.31 % (1.90 to 2.83)");
        check(0.231, 0.12, 0.343, Unit::Share, "23 % (12 to 34)");
        check(0.5, 0.5, 0.5, Unit::Share, "50 %");
        check(0.5, 0.5, 0.5, Unit::Points, "50 points");
        check(
            1_234.5,
            903.0,
            1_688.0,
            Unit::Number,
            "1,235 (903 to 1,688)",
        );
        check(25_450.0, 25_450.0, 25_450.0, Unit::Number, "25,450");
        check(-0.5, -1.25, 0.25, Unit::Number, "-0.5 (-1.2 to 0.2)");
        check(2.0, 1.5, 2.5, Unit::Seconds, "2.0 s (1.5 to 2.5)");
        check(0.0, 0.0, 0.0, Unit::Number, "0");
        let rounding = "0.000000 (0.000000 to 0.000000)";
        check(0.0, -1e-17, 1e-17, Unit::Number, rounding);
    }

    #[test]
    fn an_expression_has_the_unit_of_its_parts() {
        let check = |text: &str, expected: Unit| {
            let unit = unit_of(
                &parse::expression(text).unwrap(),
                &[FigureName::new("risk", Unit::Number)],
            );
            assert_eq!(unit, expected, "{text}");
        };
        check("dev(a) - 0.01", Unit::Share);
        check("2 * (dev(a) - dev(b))", Unit::Points);
        check("dev(a) + dev(b)", Unit::Share);
        check("dev(a) - variance(a)", Unit::Share);
        check("variance(a) - variance(b)", Unit::Points);
        check("variance(a) / dev(a)", Unit::Number);
        check("dev(a) / dev(b)", Unit::Number);
        check("dev(a) / 2", Unit::Share);
        check("5%", Unit::Share);
        check("parameters(a) / 5", Unit::Number);
        check("-seconds(a)", Unit::Seconds);
        check("risk(a) * 2", Unit::Number);
        check("peak(dev(), along=x)", Unit::Number);
    }
}
