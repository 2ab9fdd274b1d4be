use super::Point;

/// How much a batch's loss varies from one step to the next, as a standard deviation.
///
/// The median of the steps' absolute differences, which neither a slow fall nor a few outliers move,
/// over √2 (a difference has both values' variance) and over the 0.6745 that a normal variable's
/// absolute value has as its median. 0 for less than two points.
pub(super) fn noise(points: &[Point]) -> f64 {
    const MEDIAN_OF_ABSOLUTE_NORMAL: f64 = 0.674_489_75;
    let mut differences: Vec<f64> = points
        .windows(2)
        .map(|pair| (pair[1].loss - pair[0].loss).abs())
        .collect();
    differences.sort_by(f64::total_cmp);
    let median = differences.get(differences.len() / 2).copied();
    median.unwrap_or(0.0) / std::f64::consts::SQRT_2 / MEDIAN_OF_ABSOLUTE_NORMAL
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_distr::{Distribution, Normal};

    use super::*;

    fn points(losses: impl Iterator<Item = f64>) -> Vec<Point> {
        losses
            .map(|loss| Point {
                learning_rate: 1.0,
                loss,
                smoothed: loss,
            })
            .collect()
    }

    /// Normal numbers of deviation 0.3 on a slope, with one outlier; 2,000 tell it to a few percent.
    #[test]
    fn the_noise_on_a_slope_is_found() {
        let mut stream = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        let normal = Normal::new(0.0, 0.3).unwrap();
        let mut losses: Vec<f64> = (0..2_000)
            .map(|i| 5.0 - f64::from(i) * 1e-3 + normal.sample(&mut stream))
            .collect();
        losses[1_000] = 1e9;
        let found = noise(&points(losses.into_iter()));
        assert!((found / 0.3 - 1.0).abs() < 0.1, "{found}");
    }

    #[test]
    fn a_single_point_has_none() {
        assert!(noise(&points([1.0].into_iter())).abs() < f64::EPSILON);
        assert!(noise(&[]).abs() < f64::EPSILON);
    }
}
