//! What is drawn for one example: numbers to change it by, and slices to look at errors by.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Equal bins of a step's configured range, as slices of the examples.
const N_BINS: u8 = 4;

/// Something that a step draws for each example, as [`crate::Tag`]s show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The step's name, or longer where a step draws several.
    pub name: String,
    /// What can be drawn; the first stands for an example that the step left as it was.
    pub values: Vec<String>,
    /// Whether it is drawn from a finite pool of nuisances.
    pub is_pool: bool,
}

impl Parameter {
    /// Whether the step was applied.
    pub(super) fn applied(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            values: vec!["none".to_owned(), "applied".to_owned()],
            is_pool: false,
        }
    }

    /// Which member of a pool was drawn.
    ///
    /// An example without one has the empty value, which is no nuisance and must not count as one.
    pub(super) fn pool(name: &str, members: impl Iterator<Item = String>) -> Self {
        Self {
            name: name.to_owned(),
            values: std::iter::once(String::new()).chain(members).collect(),
            is_pool: true,
        }
    }
}

/// Numbers from one to another, drawn uniformly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Uniform {
    pub(super) low: f32,
    pub(super) high: f32,
}

impl Uniform {
    pub(super) fn within([low, high]: [f32; 2]) -> Self {
        Self { low, high }
    }

    /// As far to one side as to the other.
    pub(super) fn around_zero(most: f32) -> Self {
        Self::within([-most, most])
    }

    /// Draws a number, and notes the bin that it falls into.
    pub(super) fn draw(self, rng: &mut ChaCha8Rng, drawn: &mut Vec<u32>) -> f32 {
        let share = rng.random::<f32>();
        // Below 1, so the last bin is the last.
        let bin = (share * f32::from(self.n_bins())) as u32;
        drawn.push(bin + 1);
        self.low + (self.high - self.low) * share
    }

    fn n_bins(self) -> u8 {
        if self.low < self.high { N_BINS } else { 1 }
    }

    /// How the bins are called: `-15 to -7.5` and so on.
    pub(super) fn parameter(self, name: &str) -> Parameter {
        let n_bins = self.n_bins();
        let width = (f64::from(self.high) - f64::from(self.low)) / f64::from(n_bins);
        let edge = |k: u8| short(f64::from(self.low) + width * f64::from(k), width);
        let mut values = vec!["none".to_owned()];
        if width > 0.0 {
            values.extend((0..n_bins).map(|k| format!("{} to {}", edge(k), edge(k + 1))));
        } else {
            values.push(self.low.to_string());
        }
        Parameter {
            name: name.to_owned(),
            values,
            is_pool: false,
        }
    }
}

/// The number with three digits of `width`, and no zeros at its end.
fn short(number: f64, width: f64) -> String {
    let decimals = (2.0 - width.log10().floor()).clamp(0.0, 9.0) as usize;
    let text = format!("{number:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    if text == "-0" { "0" } else { text }.to_owned()
}

/// Whether something of this probability happens.
pub(super) fn happens(probability: f32, rng: &mut ChaCha8Rng) -> bool {
    probability >= 1.0 || rng.random::<f32>() < probability
}

/// Whether something of this probability happens, noted as `applied`.
pub(super) fn happens_noted(probability: f32, rng: &mut ChaCha8Rng, drawn: &mut Vec<u32>) -> bool {
    let happens = happens(probability, rng);
    drawn.push(u32::from(happens));
    happens
}

/// Something within a range that may not be drawn at all.
pub(super) fn draw_if(
    probability: f32,
    uniform: Uniform,
    rng: &mut ChaCha8Rng,
    drawn: &mut Vec<u32>,
) -> Option<f32> {
    if happens(probability, rng) {
        Some(uniform.draw(rng, drawn))
    } else {
        drawn.push(0);
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::seed::stream;

    use super::*;

    #[test]
    fn bins_are_quarters_of_the_range() {
        let check = |range: [f32; 2], expected: &[&str]| {
            assert_eq!(
                Uniform::within(range).parameter("x").values[1..],
                *expected,
                "{range:?}"
            );
        };
        check(
            [-15.0, 15.0],
            &["-15 to -7.5", "-7.5 to 0", "0 to 7.5", "7.5 to 15"],
        );
        check(
            [0.9, 1.1],
            &["0.9 to 0.95", "0.95 to 1", "1 to 1.05", "1.05 to 1.1"],
        );
        check(
            [0.0, 1000.0],
            &["0 to 250", "250 to 500", "500 to 750", "750 to 1000"],
        );
        check([1.0, 1.0], &["1"]);
    }

    #[test]
    fn the_noted_bin_holds_the_number() {
        let (mut rng, uniform) = (stream(7, "test"), Uniform::within([-1.0, 3.0]));
        let mut seen = [0; 4];
        for _ in 0..200 {
            let mut drawn = Vec::new();
            let number = uniform.draw(&mut rng, &mut drawn);
            // Bins of width 1 from -1.
            assert_eq!(drawn, [(number + 1.0).floor() as u32 + 1]);
            seen[drawn[0] as usize - 1] += 1;
        }
        // 50 expected each; five standard deviations, sqrt(200/4 × 3/4) = 6.1, are 31.
        assert!(seen.iter().all(|n| (19..=81).contains(n)), "{seen:?}");
    }

    #[test]
    fn what_does_not_happen_is_noted_as_the_first_value() {
        let (mut rng, mut drawn) = (stream(7, "test"), Vec::new());
        let uniform = Uniform::around_zero(2.0);
        assert_eq!(draw_if(0.0, uniform, &mut rng, &mut drawn), None);
        assert!(!happens_noted(0.0, &mut rng, &mut drawn));
        assert!(happens_noted(1.0, &mut rng, &mut drawn));
        assert_eq!(drawn, [0, 0, 1]);
    }
}
