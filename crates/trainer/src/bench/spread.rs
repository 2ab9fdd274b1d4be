use serde::Serialize;

/// How measurements of the same thing differ.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// Of one measurement or more; the median of an even number is the mean of the two in the middle.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let n = values.len();
        let median = match n {
            0 => f64::NAN,
            _ => f64::midpoint(values[(n - 1) / 2], values[n / 2]),
        };
        Self {
            median,
            min: values.first().copied().unwrap_or(f64::NAN),
            max: values.last().copied().unwrap_or(f64::NAN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand.
    #[test]
    fn medians_by_hand() {
        let check = |values: &[f64], [median, min, max]: [f64; 3]| {
            let expected = Spread { median, min, max };
            assert_eq!(Spread::of(values.iter().copied()), expected);
        };
        check(&[3.0], [3.0, 3.0, 3.0]);
        check(&[4.0, 1.0], [2.5, 1.0, 4.0]);
        check(&[9.0, 1.0, 2.0], [2.0, 1.0, 9.0]);
        check(&[10.0, 2.0, 1.0, 4.0], [3.0, 1.0, 10.0]);
    }
}
