use serde::Serialize;

/// The values of a tensor on the host.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    /// The path of a layer or parameter inside the network.
    pub(crate) name: String,
    pub(crate) values: Vec<f32>,
}

/// How far a tensor is from what it should be.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Difference {
    pub(crate) name: String,
    /// ‖actual − reference‖ / ‖reference‖; infinite, in JSON `null`, if a value is not finite.
    pub(crate) relative: f64,
}

/// A tensor is measured by its own norm, but by at least this share of what is usual among its like.
///
/// Without it, a gradient that is zero in exact arithmetic (of a bias in front of a batch norm, say)
/// would be pure rounding on both sides, and entirely different. With it, rounding counts for a
/// millionth and a gradient that is wrong altogether is still found if it is a ten-thousandth of what
/// is usual: 0.1 times a tolerance of 1e-3.
const FLOOR_SHARE: f64 = 0.1;

/// The relative difference of each tensor, in the reference's order.
///
/// It is the norm of the difference over the norm of the reference. Single values are not compared:
/// the ones near zero are sums of large terms that cancel, in another order on each device.
///
/// A tensor that only one side has, or that has another size there, differs infinitely.
pub(crate) fn differences(reference: &[Values], actual: &[Values]) -> Vec<Difference> {
    let usual = usual_value(reference);
    let mut differences: Vec<_> = reference
        .iter()
        .map(|expected| Difference {
            name: expected.name.clone(),
            relative: actual
                .iter()
                .find(|actual| actual.name == expected.name)
                .map_or(f64::INFINITY, |actual| {
                    relative(&expected.values, &actual.values, usual)
                }),
        })
        .collect();
    differences.extend(
        actual
            .iter()
            .filter(|actual| reference.iter().all(|tensor| tensor.name != actual.name))
            .map(|surplus| Difference {
                name: surplus.name.clone(),
                relative: f64::INFINITY,
            }),
    );
    differences
}

/// The root mean square of all values of all tensors.
fn usual_value(tensors: &[Values]) -> f64 {
    let n_values: usize = tensors.iter().map(|tensor| tensor.values.len()).sum();
    let squares: f64 = tensors.iter().map(|tensor| squares(&tensor.values)).sum();
    (squares / n_values.max(1) as f64).sqrt()
}

fn relative(reference: &[f32], actual: &[f32], usual: f64) -> f64 {
    if reference.len() != actual.len() {
        return f64::INFINITY;
    }
    let difference = reference
        .iter()
        .zip(actual)
        .map(|(&expected, &value)| (f64::from(value) - f64::from(expected)).powi(2))
        .sum::<f64>()
        .sqrt();
    if difference == 0.0 {
        return 0.0;
    }
    let floor = FLOOR_SHARE * usual * (reference.len() as f64).sqrt();
    let relative = difference / squares(reference).sqrt().max(floor);
    if relative.is_nan() {
        f64::INFINITY
    } else {
        relative
    }
}

fn squares(values: &[f32]) -> f64 {
    values.iter().map(|&value| f64::from(value).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(name: &str, values: &[f32]) -> Values {
        Values {
            name: name.into(),
            values: values.to_vec(),
        }
    }

    fn check(reference: &[Values], actual: &[Values], expected: &[(&str, f64)]) {
        let found = differences(reference, actual);
        let names: Vec<_> = found.iter().map(|one| one.name.as_str()).collect();
        let expected_names: Vec<_> = expected.iter().map(|&(name, _)| name).collect();
        assert_eq!(names, expected_names);
        for (found, &(name, relative)) in found.iter().zip(expected) {
            let both_infinite = found.relative.is_infinite() && relative.is_infinite();
            let close = (found.relative - relative).abs() <= 1e-6 * relative;
            assert!(close || both_infinite, "{name}: {found:?}");
        }
    }

    /// ‖(3, 4)‖ = 5. (3, 4) against (3, 4.5) is 0.5 apart: 0.1.
    #[test]
    fn norm_of_the_difference_over_norm_of_the_reference() {
        let reference = [tensor("weight", &[3.0, 4.0])];
        check(&reference, &reference, &[("weight", 0.0)]);
        let actual = [tensor("weight", &[3.0, 4.5])];
        check(&reference, &actual, &[("weight", 0.1)]);
    }

    /// The root mean square of (10, 10, 10, 0) is √75 = 8.660254, a tenth of it 0.8660254: a bias of
    /// true gradient 0 that is 1e-6 off counts 1e-6/0.8660254 = 1.154701e-6; one that is 1 off counts.
    #[test]
    fn rounding_around_zero_is_small_beside_the_others() {
        let reference = [tensor("weight", &[10.0; 3]), tensor("bias", &[0.0])];
        let off = |bias: f32| [tensor("weight", &[10.0; 3]), tensor("bias", &[bias])];
        check(
            &reference,
            &off(1e-6),
            &[("weight", 0.0), ("bias", 1.154_700_5e-6)],
        );
        check(
            &reference,
            &off(1.0),
            &[("weight", 0.0), ("bias", 1.154_700_5)],
        );
    }

    #[test]
    fn what_is_missing_or_not_a_number_differs_infinitely() {
        let reference = [tensor("a", &[1.0, 2.0]), tensor("b", &[1.0])];
        let infinite = |actual: &[Values], expected: &[(&str, f64)]| {
            check(&reference, actual, expected);
        };
        infinite(
            &[tensor("a", &[1.0, f32::NAN])],
            &[("a", f64::INFINITY), ("b", f64::INFINITY)],
        );
        infinite(
            &[
                tensor("b", &[1.0]),
                tensor("a", &[1.0]),
                tensor("c", &[1.0]),
            ],
            &[("a", f64::INFINITY), ("b", 0.0), ("c", f64::INFINITY)],
        );
    }

    /// All zero on both sides, as behind rectifiers that are all off.
    #[test]
    fn zeros_are_equal() {
        let zeros = [tensor("a", &[0.0, 0.0])];
        check(&zeros, &zeros, &[("a", 0.0)]);
        check(
            &zeros,
            &[tensor("a", &[0.0, 1e-9])],
            &[("a", f64::INFINITY)],
        );
    }
}
