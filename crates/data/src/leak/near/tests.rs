use std::path::Path;
use std::time::Instant;

use rand_distr::{Distribution, StandardNormal};

use super::super::{Pair, find};
use super::*;
use crate::seed::stream;
use crate::source::{Context, Csv, Idx};
use crate::{Examples, Values};

/// `n` examples of `width` independent standard normal values, on one scale.
fn normal(n: usize, width: usize, seed: u64) -> Examples {
    let mut rng = stream(seed, "test/normal");
    let values = (0..n * width).map(|_| StandardNormal.sample(&mut rng));
    Examples {
        shape: vec![width],
        values: Values::F32(values.collect()),
        range: Some((-3.0, 3.0)),
        labels: vec![0; n],
        classes: vec!["a".into(), "b".into()],
        source: vec![0; n],
        source_names: vec!["x".into()],
        original: (0..n as u64).map(|i| i + (seed << 32)).collect(),
        tags: Vec::new(),
    }
}

/// The same with normal noise of `share` of the range, clipped to it as a camera would.
fn noised(examples: &Examples, share: f32) -> Examples {
    let (low, high) = examples.range.unwrap();
    let noise = normal(examples.len(), examples.n_values(), 99).values;
    let value = |i| (examples.values.get(i) + noise.get(i) * share * (high - low)).clamp(low, high);
    Examples {
        values: Values::F32((0..noise.len()).map(value).collect()),
        ..examples.clone()
    }
}

fn near(a: &Examples, b: &Examples) -> Near {
    find(&[("a", a), ("b", b)]).unwrap().near
}

fn n_found(near: &Near) -> usize {
    near.found.iter().map(|leak| leak.n).sum()
}

fn every(step: usize, examples: &Examples) -> Examples {
    let indices: Vec<usize> = (0..examples.len()).step_by(step).collect();
    examples.select(&indices)
}

#[test]
fn planted_twins_are_found_and_nothing_else() {
    let a = normal(3_000, 64, 1);
    // Noise of 2 % of the range of 6 is 0.12 per value; two examples differ by √2.
    let mut b = noised(&every(3, &a), 0.02);
    b.labels = vec![1; b.len()];
    let near = near(&a, &b);
    assert!(near.checked && !near.standardized);
    assert_eq!((near.n_checked, near.n_unchecked), (4_000, 0));
    // √(2 · 64) = 11.3, less what clipping takes from the values of `b`.
    assert!((11.0..11.4).contains(&near.typical_distance), "{near:?}");
    let leak = &near.found[0];
    assert!((950..=1_000).contains(&leak.n), "{}", leak.n);
    assert_eq!(leak.n_relabelled, leak.n);
    assert!(leak.pairs.iter().all(|pair| pair.a == 3 * pair.b));
    assert_eq!(near.found.len(), 1);
}

#[test]
fn far_and_identical_examples_are_not_near() {
    let (a, b) = (normal(2_000, 64, 1), normal(2_000, 64, 2));
    let far = near(&a, &b);
    assert!(far.checked);
    assert_eq!(far.found, []);
    let same = near(&a, &a);
    assert_eq!((same.n_checked, same.found), (2_000, Vec::new()));
}

#[test]
fn as_many_are_near_by_chance_as_the_formula_says() {
    // Half the squared distance has the χ² distribution with 8 degrees of freedom. It is at most
    // 0.01 · 8 with probability 1 − e^-0.04 (1 + 0.04 + 0.04²/2 + 0.04³/6) = 1.033e-7, and
    // 15,000² pairs give 23.2 ± 4.8.
    let found = near(&normal(15_000, 8, 1), &normal(15_000, 8, 2));
    assert!((12..=38).contains(&n_found(&found)), "{}", n_found(&found));
}

#[test]
fn values_on_different_scales_are_standardized() {
    let scaled = |mut examples: Examples| {
        let values = (0..examples.values.len()).map(|i| {
            let value = examples.values.get(i);
            if i % 16 == 0 {
                1e9 + 1e6 * value
            } else {
                value
            }
        });
        examples.values = Values::F32(values.collect());
        examples.range = None;
        examples
    };
    let a = normal(2_000, 16, 1);
    let b = scaled(noised(&every(2, &a), 0.01));
    let found = near(&scaled(a), &b);
    assert!(found.standardized);
    // √(2 · 16); a sample of 1,000 has it to some percent.
    assert!((found.typical_distance - 5.66).abs() < 0.2, "{found:?}");
    assert!(n_found(&found) >= 950, "{}", n_found(&found));
}

#[test]
fn says_why_nothing_was_looked_for() {
    let check = |a: &Examples, b: &Examples, expected: &str| {
        let near = near(a, b);
        assert!(!near.checked && near.found.is_empty());
        assert_eq!(near.why_not.as_deref(), Some(expected));
    };
    check(
        &normal(20, 7, 1),
        &normal(20, 7, 2),
        "examples have 7 values; with fewer than 8, chance alone brings many close together",
    );
    check(
        &normal(20, 8, 1),
        &normal(20, 9, 2),
        "the sets have examples of different shapes",
    );
    let one = normal(1, 8, 1);
    check(&one, &one, "the examples hardly differ");
    let none = one.select(&[]);
    check(&none, &none, "the examples hardly differ");
    let mut infinite = normal(20, 8, 1);
    infinite.values = Values::F32(vec![f32::INFINITY; 160]);
    check(&infinite, &one, "the examples hardly differ");
}

#[test]
fn examples_that_fill_few_directions_are_left_alone() {
    // Eight values that all follow two: P(χ² ≤ 0.02) = 0.00995 with two degrees of freedom, and
    // 20,000 examples have 199 near others each.
    let plane = |seed| {
        let two = normal(10_000, 2, seed);
        let value = |i: usize| {
            let angle = (i % 8) as f32 / 8.0 * std::f32::consts::TAU;
            let at = i / 8 * 2;
            two.values.get(at) * angle.cos() + two.values.get(at + 1) * angle.sin()
        };
        Examples {
            shape: vec![8],
            values: Values::F32((0..80_000).map(value).collect()),
            ..two.clone()
        }
    };
    let why_not = near(&plane(1), &plane(2)).why_not.unwrap();
    let number = why_not.strip_prefix("each example has about ").unwrap();
    let (number, rest) = number.split_once(' ').unwrap();
    assert_eq!(rest, "near others; above 20 they say nothing");
    let number: f64 = number.parse().unwrap();
    assert!((170.0..230.0).contains(&number), "{number}");
}

#[test]
fn a_crowd_costs_little_and_is_told() {
    // 2,000 examples at 1.8 times the near distance of each other, in the midst of others.
    let crowd = |seed| {
        let (wide, mut examples) = (normal(4_000, 64, seed), normal(4_000, 64, seed));
        let value = |i| wide.values.get(i) * if i < 64_000 { 0.16 } else { 1.0 };
        examples.values = Values::F32((0..wide.values.len()).map(value).collect());
        examples
    };
    let near = near(&crowd(1), &crowd(2));
    assert!(near.checked && near.n_left_out > 0, "{near:?}");
}

#[test]
fn a_large_set_is_thinned_evenly() {
    let (a, b) = (normal(10, 8, 1), normal(4, 8, 2));
    let sets = [("a", &a), ("b", &b)];
    let rows = Rows::new(&sets);
    // Places 0 and 1 hold the content of place 2 of neither.
    let mut first_equal: Vec<usize> = (0..14).collect();
    first_equal[1] = 0;
    let places = vec![0, 3, 5, 7, 10, 11, 12, 13];
    assert_eq!(thinned(&rows, &first_equal, 4), (places, 5));
}

#[test]
fn values_that_break_arithmetic_do_no_harm() {
    let mut wild = normal(50, 8, 1);
    let odd = [f32::MAX, f32::MIN, f32::NAN, f32::INFINITY, 1e-45, 0.0];
    wild.values = Values::F32((0..400).map(|i| odd[i % odd.len()]).collect());
    let tame = normal(50, 8, 2);
    assert_eq!(n_found(&near(&wild, &tame)), 0);
    let mut huge = tame.clone();
    huge.values = Values::F32((0..400).map(|i| tame.values.get(i) * 1e38).collect());
    assert!(near(&huge, &huge.select(&[0, 1])).checked);
}

fn read_mnist(part: &str) -> Examples {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/mnist");
    let idx = Idx::new(
        folder.join(format!("{part}-images-idx3-ubyte")),
        folder.join(format!("{part}-labels-idx1-ubyte")),
    );
    idx.load(&Context::new(0)).unwrap().examples
}

/// The measurement that [`NEAR_SHARE`] names.
#[test]
#[ignore = "needs data/mnist of scripts/fetch_mnist.sh"]
fn measured() {
    let recall = |name: &str, all: &Examples, step: usize, share: f32| {
        let copies = noised(&every(step, all), share);
        let found = near(all, &copies);
        let n_near = (0..copies.len()).filter(|&i| {
            let (x, y) = (all.example(step * i), copies.example(i));
            let differences = x.iter().zip(&y).map(|(x, y)| f64::from(x - y).powi(2));
            differences.sum::<f64>().sqrt() <= found.near_distance
        });
        let (n_near, n) = (n_near.count(), copies.len());
        let n_found = n_found(&found);
        println!("{name}, noise {share}: of {n} copies {n_near} are near, {n_found} found");
        assert!(n_found as f64 >= 0.98 * n_near as f64);
    };
    let (train, test) = (read_mnist("train"), read_mnist("t10k"));
    let digits = Csv::load(
        &toml::from_str(
            "path = \"../../data/optdigits/optdigits.csv\"\nlabel = \"digit\"\nrange = [0, 16]",
        )
        .unwrap(),
        &Context::new(0),
    );
    let digits = digits.unwrap().examples;
    for share in [0.01, 0.02, 0.03, 0.05] {
        recall("MNIST", &train, 6, share);
        recall("optdigits", &digits, 1, share);
    }

    let small = normal(20_000, 64, 1);
    let (even, odd) = (
        every(2, &small),
        every(2, &small.select(&(1..20_000).collect::<Vec<_>>())),
    );
    let start = Instant::now();
    find(&[("a", &even), ("b", &odd)]).unwrap();
    println!("20,000 of 64 values: {:?}", start.elapsed());

    let part = |from, to| train.select(&(from..to).collect::<Vec<_>>());
    let (dev, train_dev, train) = (part(45_000, 55_000), part(55_000, 60_000), part(0, 45_000));
    let sets = [
        ("train", &train),
        ("train-dev", &train_dev),
        ("dev", &dev),
        ("test", &test),
    ];
    let start = Instant::now();
    let leaks = find(&sets).unwrap();
    println!(
        "MNIST in four sets, {:?}: {:?}",
        start.elapsed(),
        leaks.near
    );
    // NumPy, all distances: 1 of train-dev near train, 3 of dev near train, 4 of test near train and
    // 2 near train-dev.
    let counts: Vec<_> = leaks
        .near
        .found
        .iter()
        .map(|l| (&*l.a, &*l.b, l.n))
        .collect();
    let expected = [
        ("train", "train-dev", 1),
        ("train", "dev", 3),
        ("train", "test", 4),
        ("train-dev", "test", 2),
    ];
    assert_eq!(counts, expected);
    assert_eq!(
        leaks.near.found[0].pairs[0],
        Pair {
            a: 33_298,
            b: 2_454
        }
    );
}
