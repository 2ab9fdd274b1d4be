use serde::Serialize;

use super::{Point, noise::noise, smooth::Smooth};

/// The learning rates that a range test points at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Suggestion {
    /// The one to take: `steepest` or `tenth_of_lowest`, whichever is lower.
    ///
    /// Both are rules of fastai's `lr_find`. The steepest place comes late where steps are few (the
    /// quickstart with 100 steps: 5.9e-3, with 300 1.8e-3, with 1,000 4.5e-4), the lowest one where the
    /// loss has long come down (a linear model there: 5.9e-1). A rate that is too high costs more than
    /// one that is as much too low.
    pub(crate) learning_rate: f64,
    /// Where the smoothed loss falls fastest per factor of the rate.
    pub(crate) steepest: f64,
    /// A tenth of the rate at which the smoothed loss is lowest: there the rise has already begun.
    pub(crate) tenth_of_lowest: f64,
    /// Whether the loss still fell at the highest rate tried: a higher one may be better.
    pub(crate) still_falling: bool,
}

/// What came of a range test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    Fell(Suggestion),
    /// The loss stayed what it was up to the highest rate.
    Flat,
    /// The loss rose without having fallen.
    Rose,
}

/// How many standard errors the smoothed loss must have fallen by. Among some 30 independent averages
/// of a whole test one is 3 errors below the mean by chance once in 25 tests, 5 errors below it once in
/// 100,000.
const FALL_ERRORS: f64 = 5.0;

/// The least share of the first loss that counts as a fall or a rise, however small the noise.
const LEAST_CHANGE: f64 = 0.01;

/// Looks for the rates at which the loss of a range test falls.
///
/// `window` is the number of steps that `smoothed` looks back over ([`super::Sweep::window`]). Only
/// finite losses count.
pub(crate) fn suggest(points: &[Point], window: usize) -> Verdict {
    let finite = points.iter().take_while(|point| point.smoothed.is_finite());
    let points = &points[..finite.count()];
    let Some(lowest) = lowest(points, window) else {
        return Verdict::Rose;
    };
    let start = mean_loss(&points[..window]);
    let least = least_change(points, start, window);
    if start - points[lowest].smoothed <= least {
        let last = points[points.len() - 1].smoothed;
        return if last - start > least {
            Verdict::Rose
        } else {
            Verdict::Flat
        };
    }
    let steepest = points[steepest(points, lowest, window)].learning_rate;
    let tenth_of_lowest = points[lowest].learning_rate / 10.0;
    Verdict::Fell(Suggestion {
        learning_rate: steepest.min(tenth_of_lowest),
        steepest,
        tenth_of_lowest,
        still_falling: lowest + 1 == points.len(),
    })
}

/// The point with the lowest average among those that average a whole window; none if there are none.
fn lowest(points: &[Point], window: usize) -> Option<usize> {
    (window - 1..points.len()).min_by(|&a, &b| points[a].smoothed.total_cmp(&points[b].smoothed))
}

fn mean_loss(points: &[Point]) -> f64 {
    points.iter().map(|point| point.loss).sum::<f64>() / points.len() as f64
}

/// The change of the average that noise alone does not make.
///
/// The start is a mean of `window` losses, the average has its own share of one loss's variance.
fn least_change(points: &[Point], start: f64, window: usize) -> f64 {
    // The first half: where a test diverges the losses vary with it.
    let noise = noise(&points[..points.len().div_ceil(2)]);
    let share = 1.0 / window as f64 + Smooth::variance_share(window);
    (FALL_ERRORS * noise * share.sqrt()).max(LEAST_CHANGE * start.abs())
}

/// The point up to the lowest one at which the average falls fastest against the logarithm of the
/// rate, taken over a window to each side.
fn steepest(points: &[Point], lowest: usize, window: usize) -> usize {
    let slope = |at: usize| {
        let (from, to) = (
            &points[at.saturating_sub(window)],
            &points[(at + window).min(points.len() - 1)],
        );
        (to.smoothed - from.smoothed) / (to.learning_rate / from.learning_rate).ln()
    };
    (0..=lowest)
        .min_by(|&a, &b| slope(a).total_cmp(&slope(b)))
        .unwrap_or(lowest)
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, Normal};

    use super::*;
    use crate::range_test::Sweep;

    /// A test of 8 decades from 1e-7 on whose loss, by the decade, is `curve` and noise.
    fn test(steps: u32, noise: f64, seed: u64, curve: impl Fn(f64) -> f64) -> (Vec<Point>, usize) {
        let sweep = Sweep::new(1e-7, 10.0, steps).unwrap();
        let mut smooth = Smooth::over(sweep.window());
        let mut stream = ChaCha8Rng::seed_from_u64(seed);
        let normal = Normal::new(0.0, noise).unwrap();
        let point = |step| {
            let learning_rate = sweep.learning_rate(step);
            let loss = curve(learning_rate.log10()) + normal.sample(&mut stream);
            let smoothed = smooth.add(loss);
            Point {
                learning_rate,
                loss,
                smoothed,
            }
        };
        ((0..steps).map(point).collect(), sweep.window())
    }

    /// Falls from `high` to near `low` like a logistic function, steepest at the decade `at`, and rises
    /// like a parabola from 1.5 decades behind it on: there the fall has less than 1e-3 of its height
    /// left (e^(-6·1.5)), so the lowest place is there, or within a twentieth of a decade behind.
    fn valley(at: f64, low: f64, high: f64) -> impl Fn(f64) -> f64 {
        move |decade| {
            let fall = 1.0 / (1.0 + (6.0 * (decade - at)).exp());
            low + (high - low) * fall + 3.0 * (decade - at - 1.5).max(0.0).powi(2)
        }
    }

    /// Decades from `expected` to the rate.
    fn behind(rate: f64, expected: f64) -> f64 {
        rate.log10() - expected
    }

    /// A way to be random, another one for each seed.
    fn streams() -> impl Iterator<Item = (u64, ChaCha8Rng)> {
        (0..256).map(|seed| (seed, ChaCha8Rng::seed_from_u64(seed)))
    }

    /// Both places are found. Smoothing delays a curve by up to the quarter of a decade that it looks back
    /// over (plus the rounding of that to steps), never brings it forward; noise of a hundredth of the
    /// fall moves the flat bottom of the parabola by up to a fifth of a decade.
    #[test]
    fn the_steepest_and_the_lowest_place_are_found() {
        for (seed, mut stream) in streams() {
            let (at, low) = (
                stream.random_range(-5.0..-2.0),
                stream.random_range(0.0..1.0),
            );
            let (fall, steps) = (
                stream.random_range(0.5..5.0),
                stream.random_range(200..1_000),
            );
            let curve = valley(at, low, low + fall);
            let (points, window) = test(steps, 0.01 * fall, seed, curve);
            let Verdict::Fell(found) = suggest(&points, window) else {
                panic!("{seed}: no fall");
            };
            let steepest = behind(found.steepest, at);
            assert!((-0.1..=0.4).contains(&steepest), "{seed}: {steepest}");
            let lowest = behind(10.0 * found.tenth_of_lowest, at + 1.5);
            assert!((-0.3..=0.6).contains(&lowest), "{seed}: {lowest}");
            let lower = found.steepest.min(found.tenth_of_lowest);
            assert!((found.learning_rate - lower).abs() < f64::EPSILON);
            assert!(!found.still_falling);
        }
    }

    /// Losses that are noise around one value suggest nothing, neither a fall nor a rise.
    #[test]
    fn noise_alone_suggests_nothing() {
        for (seed, mut stream) in streams() {
            let level: f64 = stream.random_range(0.1..10.0);
            let noise = level * stream.random_range(0.0..0.5);
            let steps = stream.random_range(100..1_000);
            let (points, window) = test(steps, noise, seed, |_| level);
            assert_eq!(suggest(&points, window), Verdict::Flat, "{seed}");
        }
    }

    /// Rates in other units give the same places in those units.
    #[test]
    fn the_scale_of_the_rates_does_not_matter() {
        for factor in [1e-3, 0.7, 40.0] {
            let (points, window) = test(300, 0.02, 1, valley(-3.0, 0.2, 2.3));
            let scale = |point: &Point| Point {
                learning_rate: factor * point.learning_rate,
                ..*point
            };
            let scaled: Vec<Point> = points.iter().map(scale).collect();
            let (Verdict::Fell(one), Verdict::Fell(other)) =
                (suggest(&points, window), suggest(&scaled, window))
            else {
                panic!("no fall");
            };
            assert!((other.learning_rate / one.learning_rate / factor - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_rise_without_a_fall_suggests_nothing() {
        let (mut points, window) = test(300, 0.0, 1, |decade| 2.0 + (decade + 6.0).max(0.0));
        assert_eq!(suggest(&points, window), Verdict::Rose);
        // From the first step on, up to a loss that is not finite.
        points.truncate(3);
        points[2].smoothed = f64::NAN;
        assert_eq!(suggest(&points, window), Verdict::Rose);
    }

    #[test]
    fn what_comes_behind_a_loss_that_is_not_finite_does_not_count() {
        let (mut points, window) = test(300, 0.01, 1, valley(-3.0, 0.2, 2.3));
        let before = suggest(&points, window);
        let last = points.len() - 1;
        points[last].smoothed = f64::INFINITY;
        assert!(matches!(before, Verdict::Fell(_)));
        assert_eq!(suggest(&points, window), before);
    }

    #[test]
    fn a_loss_that_still_falls_at_the_end_is_said_to() {
        let (points, window) = test(300, 0.0, 1, |decade| 2.0 - 0.1 * (decade + 7.0));
        let Verdict::Fell(found) = suggest(&points, window) else {
            panic!("no fall");
        };
        assert!(found.still_falling && (found.tenth_of_lowest - 1.0).abs() < 1e-9);
    }
}
