use super::*;

/// From -100 to 100, closest around zero: 400,001 numbers.
fn numbers() -> Vec<f32> {
    let cube = |i: i32| 100.0 * (i as f32 / 200_000.0).powi(3);
    (-200_000..=200_000).map(cube).collect()
}

/// How far a function is off, beside the size of what is right and `least`.
fn largest_error(actual: &[f32], right: impl Fn(f64) -> f64, least: f64) -> f64 {
    let off = numbers().into_iter().zip(actual).map(|(x, &actual)| {
        let right = right(f64::from(x));
        (f64::from(actual) - right).abs() / right.abs().max(least)
    });
    off.fold(0.0, f64::max)
}

/// Against the standard library's functions in 64 bits.
#[test]
fn functions_are_right_to_the_last_digits() {
    let x = numbers();
    let all = |function: fn(f32) -> f32| x.iter().map(|&x| function(x)).collect::<Vec<f32>>();
    let error = largest_error(&all(exp), |x| x.clamp(-87.0, 87.0).exp(), 0.0);
    assert!(error < 3.0 * f64::from(f32::EPSILON), "exp: {error}");
    let error = largest_error(&all(tanh), f64::tanh, 0.0);
    assert!(error < 5e-7, "tanh: {error}");
    // Below -87 it stays at x · e⁻⁸⁷, which is above -1.7e-36.
    let error = largest_error(&all(|x| x * sigmoid(x)), |x| x / (1.0 + (-x).exp()), 1e-29);
    assert!(error < 5e-7, "silu: {error}");
}

/// `Φ(x)` and `φ(x)` of tables.
#[test]
fn the_normal_distribution() {
    for (x, below, density) in [
        (0.0, 0.5, 0.398_942_3),
        (1.0, 0.841_344_8, 0.241_970_72),
        (2.0, 0.977_249_87, 0.053_990_97),
        (9.0, 1.0, 0.0),
    ] {
        for (x, below) in [(x, below), (-x, 1.0 - below)] {
            let (actual, actual_density) = normal(x);
            assert!((actual - below).abs() < 2e-7, "{x}: {actual}");
            assert!((actual_density - density).abs() < 1e-7, "{x}");
        }
    }
}

/// Central differences.
#[test]
fn slopes_are_those_of_the_functions() {
    for activation in [Activation::Gelu, Activation::Tanh, Activation::Silu] {
        for i in -60..=60 {
            let x = i as f32 / 10.0;
            let step = 1.0 / 64.0;
            let values = activation_forward(activation, &[x - step, x, x + step]);
            let slope = f64::from(values[2] - values[0]) / f64::from(2.0 * step);
            let known = if activation.needs_output() {
                values[1]
            } else {
                x
            };
            let actual = activation_backward(activation, &[known], &[2.0])[0];
            // The third derivatives are below 2: a difference is off by 2/6 of the square of the step.
            assert!(
                (f64::from(actual) / 2.0 - slope).abs() < 1e-4,
                "{activation:?} at {x}"
            );
        }
    }
}

#[test]
fn what_is_no_number_stays_none_and_nothing_overflows() {
    for activation in [
        Activation::Relu,
        Activation::Gelu,
        Activation::Tanh,
        Activation::Silu,
    ] {
        let large = [f32::NAN, f32::MAX, f32::MIN];
        let output = activation_forward(activation, &large);
        assert!(output[0].is_nan(), "{activation:?}");
        let largest = if activation == Activation::Tanh {
            1.0
        } else {
            f32::MAX
        };
        assert!(output[1] <= largest && output[1] >= 0.999_999 * largest);
        let known = if activation.needs_output() {
            &output
        } else {
            &large[..]
        };
        let gradient = activation_backward(activation, known, &[1.0; 3]);
        assert!(
            gradient[1..].iter().all(|slope| slope.is_finite()),
            "{activation:?} {gradient:?}"
        );
    }
}

/// Every kind of vectors gives the same bits, and so does every length.
#[test]
fn vectors_change_no_bit() {
    let x: Vec<f32> = numbers().into_iter().step_by(397).collect();
    for function in [tanh, gelu, gelu_slope, sigmoid] {
        let alone: Vec<u32> = x.iter().map(|&x| function(x).to_bits()).collect();
        for arch in crate::testing::kinds() {
            let mut out = vec![0.0; x.len()];
            arch.dispatch(|| each(&mut out, &x, function));
            let bits: Vec<u32> = out.into_iter().map(f32::to_bits).collect();
            assert!(bits == alone, "{arch:?}");
        }
    }
}
