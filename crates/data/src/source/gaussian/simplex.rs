//! Class means at equal distances.

/// The means of `n_classes` classes, each pair `distance` apart and centred at 0, turned by
/// `turn_radians` in the plane of the first two axes.
///
/// A mean has as many coordinates as it needs: `n_classes` − 1, and 2 where it is turned; all others
/// are 0. Two classes lie at ∓`distance`/2 on the first axis before they are turned. The coordinates
/// are those of the unit vectors in Helmert's orthonormal basis of what is orthogonal to (1, …, 1).
pub(super) fn means(n_classes: usize, distance: f64, turn_radians: f64) -> Vec<Vec<f64>> {
    let scale = distance * std::f64::consts::FRAC_1_SQRT_2;
    let coordinate = |class: usize, axis: usize| {
        let length = ((axis + 1) as f64 * (axis + 2) as f64).sqrt();
        match class {
            _ if class <= axis => -scale / length,
            _ if class == axis + 1 => scale * class as f64 / length,
            _ => 0.0,
        }
    };
    let (sin, cos) = turn_radians.sin_cos();
    let turned = |class: usize| {
        let mut mean: Vec<f64> = (0..n_classes - 1).map(|a| coordinate(class, a)).collect();
        if turn_radians != 0.0 {
            mean.resize(mean.len().max(2), 0.0);
            let (x, y) = (mean[0], mean[1]);
            (mean[0], mean[1]) = (x * cos - y * sin, x * sin + y * cos);
        }
        mean
    };
    (0..n_classes).map(turned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_pairs_are_equally_far_and_the_centre_is_zero() {
        for (n_classes, turn) in [(2, 0.0), (2, 1.0), (3, 2.0), (7, 0.5), (40, 0.0)] {
            let means = means(n_classes, 3.0, turn);
            for (i, a) in means.iter().enumerate() {
                for b in &means[..i] {
                    let squares: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
                    assert!((squares.sqrt() - 3.0).abs() < 1e-12);
                }
            }
            for axis in 0..means[0].len() {
                let sum: f64 = means.iter().map(|mean| mean[axis]).sum();
                assert!(sum.abs() < 1e-12);
            }
        }
    }

    #[test]
    fn two_and_three_classes_by_hand() {
        let check = |n_classes, turn, expected: &[&[f64]]| {
            let found = means(n_classes, 2.0, turn);
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().flatten().zip(expected.concat()) {
                assert!(
                    (found - expected).abs() < 1e-15,
                    "{found} for {expected} of {n_classes}"
                );
            }
        };
        check(2, 0.0, &[&[-1.0], &[1.0]]);
        let quarter = std::f64::consts::FRAC_PI_2;
        check(2, quarter, &[&[0.0, -1.0], &[0.0, 1.0]]);
        // An equilateral triangle of side 2 has its centre at a third of its height, √3.
        let third = 1.0 / 3.0_f64.sqrt();
        check(
            3,
            0.0,
            &[&[-1.0, -third], &[1.0, -third], &[0.0, 2.0 * third]],
        );
    }
}
