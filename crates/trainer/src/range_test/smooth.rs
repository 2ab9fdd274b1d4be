/// An exponential average without the bias towards its start: it is divided by the weight that the
/// values so far have in it (Kingma and Ba, 2015, section 3; fastai's `AvgSmoothLoss`).
#[derive(Clone, Debug)]
pub(crate) struct Smooth {
    decay: f64,
    /// The sum of the values, each times `1 − decay` and `decay` for every later one.
    sum: f64,
    /// The same sum for values that are all 1.
    weight: f64,
}

impl Smooth {
    /// An average that looks back over about `window` values, 1 or more: its weights add up to those
    /// of so many equal ones, `1 / (1 − decay)`.
    pub(crate) fn over(window: usize) -> Self {
        Self {
            decay: 1.0 - 1.0 / window as f64,
            sum: 0.0,
            weight: 0.0,
        }
    }

    /// Adds a value and returns the average.
    pub(crate) fn add(&mut self, value: f64) -> f64 {
        self.sum = self.decay * self.sum + (1.0 - self.decay) * value;
        self.weight = self.decay * self.weight + (1.0 - self.decay);
        self.sum / self.weight
    }

    /// The variance of the average of many independent values, as a share of one value's variance.
    pub(crate) fn variance_share(window: usize) -> f64 {
        let decay = Self::over(window).decay;
        (1.0 - decay) / (1.0 + decay)
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// By hand, decay 1/2: 4; (4/2 + 1)/2 over (1/2 + 1)/2, 1.5/0.75 = 2; (1.5 + 2)/2 over (0.75 + 1)/2.
    #[test]
    fn an_average_by_hand() {
        let mut smooth = Smooth::over(2);
        for (value, expected) in [(4.0, 4.0), (1.0, 2.0), (2.0, 2.0)] {
            assert!((smooth.add(value) - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn a_constant_is_its_own_average_from_the_first_value_on() {
        for window in 1..100 {
            let mut smooth = Smooth::over(window);
            for _ in 0..300 {
                assert!((smooth.add(-7.5) + 7.5).abs() < 1e-9, "{window}");
            }
        }
    }

    #[test]
    fn an_average_lies_between_the_least_and_the_greatest() {
        for seed in 0..200 {
            let mut stream = ChaCha8Rng::seed_from_u64(seed);
            let mut smooth = Smooth::over(stream.random_range(1..100));
            let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
            for _ in 0..100 {
                let value: f64 = stream.random_range(-1e3..1e3);
                (least, greatest) = (value.min(least), value.max(greatest));
                let average = smooth.add(value);
                assert!(average >= least - 1e-9 && average <= greatest + 1e-9);
            }
        }
    }

    /// Of independent numbers ±1, of variance 1, the average's mean square is its variance. Squares
    /// correlate over about `window` values: a relative standard error of √(2·window/n) at most.
    #[test]
    fn the_variance_is_as_stated() {
        const N: usize = 100_000;
        for window in 1..20 {
            let mut stream = ChaCha8Rng::seed_from_u64(window as u64);
            let mut smooth = Smooth::over(window);
            let sum: f64 = (0..N)
                .map(|_| {
                    let value = if stream.random::<bool>() { 1.0 } else { -1.0 };
                    smooth.add(value).powi(2)
                })
                .sum();
            let relative = sum / N as f64 / Smooth::variance_share(window) - 1.0;
            let error = (2.0 * window as f64 / N as f64).sqrt();
            assert!(relative.abs() <= 5.0 * error, "{window}: {relative}");
        }
    }
}
