use burn::tensor::Device;
use proptest::prelude::*;

use super::*;
use crate::optimizer::{Adam, AdamW, Sgd, rule::Rule};

fn tensor(values: &[f32]) -> Tensor<1> {
    Tensor::from_data(values, &Device::flex())
}

fn bits<const D: usize>(tensor: Tensor<D>) -> Vec<u32> {
    let values = tensor.try_into_vec_as::<f32>().unwrap();
    values.into_iter().map(f32::to_bits).collect()
}

/// A step in one pass, and the backend's own operations one by one, of a parameter of rank `D`.
fn compare<const D: usize, const N: usize>(
    rule: &impl Rule<N>,
    scale: f32,
    weights: &Tensor<D>,
    gradient: &Tensor<D>,
    means: Option<[Tensor<D>; N]>,
) {
    // as a matrix: of vectors AdamW decays none
    let formula = rule.formula(1e-3, 3, 2);
    let scaled = gradient.clone() * scale;
    let expected = formula.step(weights.clone(), scaled, means.clone());
    let got = step(&formula, scale, weights.clone(), gradient.clone(), means);
    assert_eq!(bits(got.weights), bits(expected.0));
    let kept = expected.1.map(|mean| {
        let is_trace = mean.clone().abs().lower_elem(1e-30);
        mean.mask_fill(is_trace, 0.0)
    });
    assert_eq!(got.means.map(bits), kept.map(bits));
}

/// All optimizers, with and without what they can do beside, at the first step and later.
fn compare_all<const D: usize>(
    scale: f32,
    weights: &Tensor<D>,
    gradient: &Tensor<D>,
    mean: &Tensor<D>,
    square: &Tensor<D>,
) {
    let both = || [mean.clone(), square.clone()];
    for more in ["", ", weight_decay = 0.02"] {
        let adam: Adam = parse(&format!("learning_rate = 1{more}"));
        let adamw: AdamW = parse(&format!("learning_rate = 1{more}"));
        let plain: Sgd = parse(&format!("learning_rate = 1{more}"));
        for means in [None, Some(both())] {
            compare(&adam, scale, weights, gradient, means.clone());
            compare(&adamw, scale, weights, gradient, means);
        }
        for means in [None, Some([])] {
            compare::<D, 0>(&plain, scale, weights, gradient, means);
        }
        for kind in ["", ", dampening = 0.3", ", nesterov = true"] {
            let sgd: Sgd = parse(&format!("learning_rate = 1, momentum = 0.9{kind}{more}"));
            for means in [None, Some([mean.clone()])] {
                compare(&sgd, scale, weights, gradient, means);
            }
        }
    }
}

fn parse<T: serde::de::DeserializeOwned>(keys: &str) -> T {
    let mut tables: std::collections::BTreeMap<String, T> =
        toml::from_str(&format!("optimizer = {{ {keys} }}")).unwrap();
    tables.remove("optimizer").unwrap()
}

proptest! {
    #[test]
    fn one_pass_gives_the_bits_of_one_pass_per_operation(
        rows in prop::collection::vec((-2.0f32..2.0, -1e3f32..1e3, -1.0f32..1.0, 0.0f32..10.0), 1..200),
        scale in prop_oneof![Just(1.0f32), 0.0f32..1.0],
    ) {
        let column = |of: fn(&(f32, f32, f32, f32)) -> f32| tensor(&rows.iter().map(of).collect::<Vec<_>>());
        let [w, g, m, s] = [column(|r| r.0), column(|r| r.1), column(|r| r.2), column(|r| r.3)];
        compare_all(scale, &w, &g, &m, &s);
    }
}

/// `0.9 · 1e-30` is forgotten, `0.9 · 2e-30` is not: see [`plumb_ops::without_trace`].
#[test]
fn traces_of_running_means_are_forgotten() {
    let adam: Adam = parse("learning_rate = 1");
    let [weights, zero] = [tensor(&[1.0, 1.0]), tensor(&[0.0, 0.0])];
    let means = [tensor(&[1e-30, -2e-30]), zero.clone()];
    let got = step(&adam.formula(1e-3, 3, 1), 1.0, weights, zero, Some(means));
    let [mean, _] = got.means;
    assert_eq!(mean.try_into_vec_as::<f32>().unwrap(), [0.0, -2e-30 * 0.9]);
}

/// Zeros of both signs, and numbers whose squares vanish or overflow.
#[test]
fn odd_values_come_out_the_same() {
    let odd = [0.0, -0.0, 1e-42, -1e-42, 1e30, -1e30];
    let n = odd.len();
    let pairs: Vec<_> = (0..n * n).map(|i| (odd[i / n], odd[i % n])).collect();
    let left = tensor(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
    let right = tensor(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
    compare_all(1.0, &left, &right, &left, &right.clone().abs());
    compare_all(1.0, &left, &right, &right, &left.clone().abs());
}

#[test]
fn what_is_not_finite_stays_so() {
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, 1e-42];
    let zeros = || tensor(&[0.0; 6]);
    let adam: Adam = parse("learning_rate = 1");
    let formula = adam.formula(1e-3, 3, 1);
    let means = Some([zeros(), zeros()]);
    let stepped = step(&formula, 1.0, tensor(&[1.0; 6]), tensor(&odd), means);
    let weights = stepped.weights.try_into_vec_as::<f32>().unwrap();
    let is_finite: Vec<_> = weights.iter().map(|weight| weight.is_finite()).collect();
    assert_eq!(is_finite, [false, false, false, true, true, true]);
}

/// By definition: magnitudes, then the infinity, then NaN; wherever they stand, and before the scale.
#[test]
fn the_largest_magnitude_is_found() {
    let check = |first: f32, last: f32, expected: f32| {
        let mut gradient = vec![0.5; 2 * CHUNK + 9];
        let n = gradient.len();
        (gradient[0], gradient[n - 1]) = (first, last);
        let sgd: Sgd = parse("learning_rate = 1");
        let formula = Rule::<0>::formula(&sgd, 1e-3, 1, 1);
        let weights = tensor(&vec![0.0; n]);
        let largest = step(&formula, 0.1, weights, tensor(&gradient), None).largest;
        assert_eq!(largest.is_nan(), expected.is_nan());
        if !expected.is_nan() {
            assert_eq!(largest.to_bits(), expected.to_bits());
        }
    };
    check(0.0, 0.1, 0.5);
    check(-2.0, 1.0, 2.0);
    check(1.0, -3.0, 3.0);
    check(1e38, f32::NEG_INFINITY, f32::INFINITY);
    check(f32::NAN, f32::INFINITY, f32::NAN);
    check(f32::INFINITY, -f32::NAN, f32::NAN);
}

/// Several chunks, with any number of threads, and views that lie in memory in another order.
#[test]
fn chunks_threads_and_views_come_out_the_same() {
    let n = 5 * CHUNK + 7;
    let values: Vec<f32> = (0..n).map(|i| (i as f32 * 0.37).sin()).collect();
    let [values, squares] = [tensor(&values), tensor(&values).square()];
    for n_threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads);
        let compare = || compare_all(1.0, &values, &squares, &values, &squares);
        pool.build().unwrap().install(compare);
    }
    let matrix = values.slice(0..6).reshape([2, 3]).transpose();
    let square = matrix.clone().square();
    compare_all(1.0, &matrix, &square, &matrix, &square);
}

/// The weights that others still hold must not change below them.
#[test]
fn what_is_shared_is_copied() {
    let weights = tensor(&[1.0, 2.0]);
    let held = weights.clone();
    let sgd: Sgd = parse("learning_rate = 1");
    let formula = Rule::<0>::formula(&sgd, 1e-3, 1, 1);
    let stepped = step(&formula, 1.0, weights, tensor(&[1.0; 2]), None);
    assert_eq!(bits(held), [1.0f32, 2.0].map(f32::to_bits));
    assert_ne!(bits(stepped.weights), [1.0f32, 2.0].map(f32::to_bits));
}
