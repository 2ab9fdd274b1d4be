use proptest::prelude::*;

use super::Normalization::{Range, Standardize};
use super::*;
use crate::Values;

fn examples(shape: &[usize], values: &[f32]) -> Examples {
    let n = values.len() / shape.iter().product::<usize>();
    Examples {
        shape: shape.to_vec(),
        values: Values::F32(values.to_vec()),
        range: Some((-1.0, 3.0)),
        labels: vec![0; n],
        classes: vec!["a".into()],
        source: vec![0; n],
        source_names: vec!["x".into()],
        original: (0..n as u64).collect(),
        tags: Vec::new(),
    }
}

fn check(kind: Normalization, shape: &[usize], values: &[f32], expected: &[f32]) {
    let train = examples(shape, values);
    let normalizer = Normalizer::fit(kind, &train).unwrap();
    assert_eq!(normalizer.apply(&train), expected, "{kind:?}");
    let stored = Stored {
        kind,
        shape: normalizer.shape.clone(),
        offset: normalizer.offset.clone(),
        divisor: normalizer.divisor.clone(),
    };
    assert_eq!(Normalizer::try_from(stored).unwrap(), normalizer);
}

#[test]
fn values_by_hand() {
    // Per feature: 1 and 3 have the mean 2 and deviation 1; 0.1 is constant.
    check(
        Standardize,
        &[2],
        &[1.0, 0.1, 3.0, 0.1],
        &[-1.0, 0.0, 1.0, 0.0],
    );
    // Per channel of 1 × 2: channel 0 holds 0 2 0 2, channel 1 holds 10 10 30 30.
    check(
        Standardize,
        &[2, 1, 2],
        &[0.0, 2.0, 10.0, 10.0, 0.0, 2.0, 30.0, 30.0],
        &[-1.0, 1.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0],
    );
    // -1..=3 onto 0..=1.
    check(Range, &[2], &[-1.0, 0.0, 1.0, 3.0], &[0.0, 0.25, 0.5, 1.0]);
    check(
        Normalization::None,
        &[2],
        &[-1.0, 0.0, 1.0, 3.0],
        &[-1.0, 0.0, 1.0, 3.0],
    );
}

#[test]
fn another_set_is_normalized_by_the_figures_of_train() {
    let train = examples(&[1], &[1.0, 3.0]);
    let normalizer = Normalizer::fit(Standardize, &train).unwrap();
    assert_eq!(normalizer.apply(&examples(&[1], &[7.0])), [5.0]);
}

#[test]
fn a_constant_stays_one_in_spite_of_rounding() {
    let train = examples(&[1], &[0.1; 1000]);
    let normalizer = Normalizer::fit(Standardize, &train).unwrap();
    assert_eq!(normalizer.apply(&train), [0.0; 1000]);
}

#[test]
fn what_cannot_be_fitted_is_named() {
    let check = |kind, change: fn(&mut Examples), expected: NormalizeError| {
        let mut train = examples(&[2], &[1.0, 2.0]);
        change(&mut train);
        assert_eq!(Normalizer::fit(kind, &train), Err(expected));
    };
    check(Standardize, |e| *e = e.select(&[]), NormalizeError::Empty);
    check(Range, |e| e.range = None, NormalizeError::RangeUnknown);
    check(
        Range,
        |e| e.range = Some((2.0, 2.0)),
        NormalizeError::RangeEmpty {
            low: 2.0,
            high: 2.0,
        },
    );
}

#[test]
fn a_stored_one_is_checked() {
    let check = |shape: &[usize], offset: &[f64], divisor: &[f64]| {
        let stored = Stored {
            kind: Standardize,
            shape: shape.to_vec(),
            offset: offset.to_vec(),
            divisor: divisor.to_vec(),
        };
        assert!(Normalizer::try_from(stored.clone()).is_err(), "{stored:?}");
    };
    check(&[2], &[0.0], &[1.0]);
    check(&[2], &[0.0, 0.0], &[1.0]);
    check(&[1], &[0.0], &[0.0]);
    check(&[1], &[f64::NAN], &[1.0]);
    check(&[0], &[], &[]);
    check(&[usize::MAX, 2], &[0.0], &[1.0]);
}

/// The formula, one value after the other: two passes of sums in f64.
fn by_definition(train: &Examples, n_groups: usize) -> (Vec<f64>, Vec<f64>) {
    let n_values = train.n_values();
    let per_group = n_values / n_groups;
    let n = (train.len() * per_group) as f64;
    let values = || {
        (0..train.values.len()).map(|i| (i % n_values / per_group, f64::from(train.values.get(i))))
    };
    let (mut mean, mut variance) = (vec![0.0; n_groups], vec![0.0; n_groups]);
    for (group, value) in values() {
        mean[group] += value / n;
    }
    for (group, value) in values() {
        variance[group] += (value - mean[group]).powi(2) / n;
    }
    (mean, variance.into_iter().map(f64::sqrt).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Tables, blocks and threads change no bit of it.
    #[test]
    fn every_way_gives_the_numbers_of_the_formula(
        (shape, n_groups) in prop_oneof![
            Just((vec![3_usize], 3)),
            Just((vec![MAX_TABLES + 1], MAX_TABLES + 1)),
            Just((vec![2, 1, 3], 2)),
            Just((vec![3, 9, 8], 3)),
            Just((vec![MAX_TABLES + 1, 1, 64], MAX_TABLES + 1)),
        ],
        n in 5..60_usize,
        seed in any::<u64>(),
        bytes in any::<bool>(),
    ) {
        let n_numbers = n * shape.iter().product::<usize>();
        let mut random = crate::seed::stream(seed, "test");
        let mut train = examples(&shape, &vec![0.0; n_numbers]);
        train.values = if bytes {
            Values::U8((0..n_numbers).map(|_| random.next_u32() as u8).collect())
        } else {
            Values::F32((0..n_numbers).map(|_| random.next_u32() as f32 / 1e7 - 99.0).collect())
        };
        let fitted = Normalizer::fit(Standardize, &train).unwrap();
        let (mean, deviation) = by_definition(&train, n_groups);
        prop_assert_eq!(&fitted.offset, &mean);
        prop_assert_eq!(&fitted.divisor, &deviation);

        let n_values = train.n_values();
        let expected: Vec<f32> = (0..n_numbers).map(|i| {
            let group = i % n_values / (n_values / n_groups);
            ((f64::from(train.values.get(i)) - mean[group]) / deviation[group]) as f32
        }).collect();
        prop_assert_eq!(&fitted.apply(&train), &expected);

        let chosen: Vec<u32> = (0..n as u32).chain((0..n as u32).rev()).map(|i| i / 2 * 2 % n as u32).collect();
        let mut gathered = vec![7.0; 3];
        fitted.gather(&train.values, &chosen, &mut gathered).unwrap();
        let mut alone = vec![7.0; gathered.len()];
        fitted.over(&train.values).gather_alone(&chosen, &mut alone).unwrap();
        prop_assert_eq!(&alone, &gathered);
        let rows = || expected.chunks(n_values);
        let chosen: Vec<f32> = chosen.iter().flat_map(|&i| rows().nth(i as usize).unwrap().to_vec()).collect();
        prop_assert_eq!(gathered, chosen);

        let (start, length) = (n / 3, n / 2);
        let mut slice = vec![7.0; 3];
        fitted.over(&train.values).slice(start, length, &mut slice).unwrap();
        prop_assert_eq!(&slice, &expected[start * n_values..(start + length) * n_values]);
        let shared = train.values.clone().shared();
        let backwards: Vec<usize> = (0..n).rev().collect();
        let scattered = train.values.select(n_values, &backwards).shared().select(n_values, &backwards);
        prop_assert!(n < 2 || scattered.in_place(&(0..n_numbers)).is_none());
        for values in [&train.values, &shared, &scattered] {
            let mut alone = vec![7.0; slice.len()];
            fitted.over(values).slice_alone(start, length, &mut alone).unwrap();
            prop_assert_eq!(&alone, &slice);
        }

        for (i, row) in rows().enumerate() {
            let mut values = train.example(i);
            fitted.apply_row(&mut values);
            prop_assert_eq!(&values, row);
        }
    }
}
