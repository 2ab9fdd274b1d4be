//! What every bootstrap here shares: its number of resamples, its random draws, its percentiles.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Binomial, Distribution, StandardNormal};

use crate::interval::{Confidence, Interval};

/// Resamples of a percentile bootstrap.
///
/// Efron and Tibshirani ("An Introduction to the Bootstrap", 1993) ask for 1,000 or more where percentiles
/// are read. With 2,000 a bound of a 95 % interval sits at its 50th resample from the
/// end, and its own tail probability of 2.5 % has a standard error of 0.35 points.
pub const RESAMPLES: usize = 2_000;

/// The random stream that a seed stands for.
pub(crate) fn stream(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Draws how many of `n` happen, each with probability `p`.
pub(crate) fn binomial(n: u64, p: f64, rng: &mut ChaCha8Rng) -> u64 {
    /// Above it the sampler counts in floats that no longer hold every whole number, and the normal
    /// distribution is as good.
    const MANY: u64 = 1 << 40;
    let p = p.clamp(0.0, 1.0);
    if n > MANY {
        let mean = n as f64 * p;
        let normal: f64 = StandardNormal.sample(rng);
        return ((mean + normal * (mean * (1.0 - p)).sqrt()).round() as u64).min(n);
    }
    Binomial::new(n, p).map_or(0, |binomial| binomial.sample(rng))
}

/// Draws as many as `counts` hold together, each of a kind with the share that `counts` give it: the
/// examples of a bootstrap sample, counted by kind.
pub(crate) fn resample_counts(counts: &[u64], rng: &mut ChaCha8Rng) -> Vec<u64> {
    let mut left: u64 = counts.iter().sum();
    let mut share_left = left;
    counts
        .iter()
        .map(|&count| {
            if count == 0 || left == 0 {
                return 0;
            }
            let drawn = if count == share_left {
                left
            } else {
                binomial(left, count as f64 / share_left as f64, rng)
            };
            left -= drawn;
            share_left -= count;
            drawn
        })
        .collect()
}

/// Reads the percentile interval from resampled values, which it sorts; `estimate` is inside always.
///
/// Between two values it interpolates linearly (type 7 of Hyndman and Fan, The American Statistician
/// 50:361, 1996). Without values the interval is the estimate.
pub(crate) fn percentile(values: &mut [f64], estimate: f64, confidence: Confidence) -> Interval {
    values.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - confidence.level()) / 2.0;
    Interval {
        low: quantile(values, tail).unwrap_or(estimate).min(estimate),
        high: quantile(values, 1.0 - tail)
            .unwrap_or(estimate)
            .max(estimate),
    }
}

fn quantile(sorted: &[f64], at: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = at * last as f64;
    let below = *sorted.get(position as usize)?;
    let above = *sorted.get((position as usize + 1).min(last))?;
    Some(below + (above - below) * position.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_interpolate() {
        // 0, 1, …, 100: the quantile at q is 100 q.
        let mut values: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        let interval = percentile(&mut values, 50.0, Confidence::new(0.95).unwrap());
        assert!((interval.low - 2.5).abs() < 1e-9, "{interval:?}");
        assert!((interval.high - 97.5).abs() < 1e-9, "{interval:?}");
        // The estimate is inside, whatever was drawn.
        let interval = percentile(&mut [1.0, 2.0], 3.0, Confidence::default());
        assert!(interval.high >= 3.0);
        assert_eq!(
            percentile(&mut [], 3.0, Confidence::default()),
            Interval::exact(3.0)
        );
    }

    #[test]
    fn resampled_counts_have_their_multinomial_moments() {
        let (counts, repeats) = ([50_u64, 0, 30, 20], 20_000);
        let mut rng = stream(1);
        let mut sums = [0.0; 4];
        let mut squares = [0.0; 4];
        for _ in 0..repeats {
            let drawn = resample_counts(&counts, &mut rng);
            assert_eq!(drawn.iter().sum::<u64>(), 100);
            for (k, &count) in drawn.iter().enumerate() {
                sums[k] += count as f64;
                squares[k] += (count as f64).powi(2);
            }
        }
        for (k, &count) in counts.iter().enumerate() {
            let mean = sums[k] / f64::from(repeats);
            let variance = squares[k] / f64::from(repeats) - mean * mean;
            // Mean n p and variance n p (1 − p), within 5 standard errors (of a variance: √(2/repeats)
            // of it).
            let expected = count as f64 * (1.0 - count as f64 / 100.0);
            let error = 5.0 / f64::from(repeats).sqrt();
            assert!((mean - count as f64).abs() <= error * expected.sqrt());
            assert!((variance - expected).abs() <= error * 2_f64.sqrt() * expected);
        }
    }

    #[test]
    fn huge_numbers_are_drawn_at_once() {
        let n = u64::MAX;
        let drawn = binomial(n, 0.5, &mut stream(3)) as f64 / n as f64;
        assert!((drawn - 0.5).abs() < 1e-8); // its standard deviation is 1.2e-10
        assert_eq!(binomial(n, 1.0, &mut stream(3)), n);
        assert_eq!(binomial(n, 0.0, &mut stream(3)), 0);
    }
}
