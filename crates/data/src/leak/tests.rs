use proptest::prelude::*;

use super::*;
use crate::Values;

/// Examples of two values each; labels are the given ones, originals count from `first_original`.
fn pairs_of(values: Values, labels: &[u32], first_original: u64) -> Examples {
    let n = labels.len();
    Examples {
        shape: vec![2],
        values,
        range: None,
        labels: labels.to_vec(),
        classes: vec!["a".into(), "b".into()],
        source: vec![0; n],
        source_names: vec!["x".into()],
        original: (first_original..).take(n).collect(),
        tags: Vec::new(),
    }
}

fn bytes(values: &[u8], labels: &[u32], first_original: u64) -> Examples {
    pairs_of(Values::U8(values.to_vec()), labels, first_original)
}

fn leak(a: &str, b: &str, n: usize, n_relabelled: usize, pairs: &[(usize, usize)]) -> Leak {
    Leak {
        a: a.to_owned(),
        b: b.to_owned(),
        n,
        n_relabelled,
        pairs: pairs.iter().map(|&(a, b)| Pair { a, b }).collect(),
    }
}

#[test]
fn planted_leaks_are_found() {
    // train: 1 2, 3 4, 1 2 again with another label. dev: 9 9, 3 4, 1 2. test: 1 2, 0 5, 9 9.
    let train = bytes(&[1, 2, 3, 4, 1, 2], &[0, 0, 1], 0);
    let dev = bytes(&[9, 9, 3, 4, 1, 2], &[0, 1, 0], 10);
    let mut test = pairs_of(
        Values::F32(vec![1.0, 2.0, -0.0, 5.5, 9.0, 9.0]),
        &[0, 0, 0],
        20,
    );
    // 0 5.5 of test was made from 3 4 of train, as 3 4 of dev was not.
    test.original[1] = 1;
    let leaks = find(&[("train", &train), ("dev", &dev), ("test", &test)]).unwrap();
    let expected = [
        leak("train", "dev", 2, 2, &[(1, 1), (0, 2)]),
        leak("train", "test", 1, 1, &[(0, 0)]),
        leak("dev", "test", 2, 0, &[(2, 0), (0, 2)]),
    ];
    assert_eq!(leaks.identical, expected);
    assert_eq!(leaks.derived, [leak("train", "test", 1, 0, &[(1, 1)])]);
    let in_train = Duplicates {
        set: "train".to_owned(),
        n: 1,
    };
    assert_eq!(leaks.duplicates, [in_train]);
}

#[test]
fn numbers_are_equal_whatever_holds_them() {
    let check = |a: Values, b: Values, equal: bool| {
        let (a, b) = (pairs_of(a, &[0], 0), pairs_of(b, &[0], 1));
        let leaks = find(&[("a", &a), ("b", &b)]).unwrap();
        assert_eq!(leaks.identical.len(), usize::from(equal), "{a:?} {b:?}");
        assert!(leaks.derived.is_empty());
    };
    let f32s = |x, y| Values::F32(vec![x, y]);
    check(Values::U8(vec![5, 0]), f32s(5.0, 0.0), true);
    check(Values::U8(vec![5, 0]), f32s(5.0, -0.0), true);
    check(f32s(0.0, 0.5), f32s(-0.0, 0.5), true);
    check(Values::U8(vec![5, 0]), Values::U8(vec![0, 5]), false);
    check(f32s(1.0, 2.0), f32s(1.0, 2.000_000_2), false);
    check(f32s(0.0, 1.0), f32s(f32::MIN_POSITIVE, 1.0), false);
}

#[test]
fn an_identical_example_of_the_same_original_is_not_derived_too() {
    let (a, mut b) = (bytes(&[1, 2], &[0], 0), bytes(&[1, 2, 1, 3], &[1, 1], 0));
    b.original = vec![0, 0];
    let leaks = find(&[("a", &a), ("b", &b)]).unwrap();
    assert_eq!(leaks.identical, [leak("a", "b", 1, 1, &[(0, 0)])]);
    assert_eq!(leaks.derived, [leak("a", "b", 1, 1, &[(0, 1)])]);
}

#[test]
fn many_are_counted_and_the_first_kept() {
    let all = bytes(&[7; 600], &[0; 300], 0);
    let leaks = find(&[("train", &all), ("test", &all)]).unwrap();
    assert_eq!(leaks.identical[0].n, 300);
    assert_eq!(leaks.identical[0].pairs.len(), MAX_PAIRS);
    assert_eq!(leaks.identical[0].pairs[99], Pair { a: 0, b: 99 });
    let n: Vec<usize> = leaks.duplicates.iter().map(|d| d.n).collect();
    assert_eq!(n, [299, 299]);
    // Each derives from the original of an identical one, and of no other.
    assert_eq!(leaks.derived, []);
}

#[test]
fn what_is_shared_is_told_and_may_be_allowed() {
    let train = bytes(&[1, 1, 2, 2, 3, 3, 4, 4], &[0, 1, 0, 1], 0);
    let dev = bytes(&[4, 4, 3, 3, 2, 2, 1, 1], &[0, 0, 0, 0], 10);
    let mut test = bytes(&[8, 8, 2, 2, 9, 9], &[0, 0, 0], 20);
    test.original[2] = 3;
    let leaks = find(&[("train", &train), ("dev", &dev), ("test", &test)]).unwrap();
    let check = |identical, derived, message: &str, hint: &str| {
        let error = leaks.check(identical, derived).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(error.hint(), hint);
    };
    let identical = "4 examples of dev are identical to examples of train \
        (dev 0 = train 3, dev 1 = train 2, dev 2 = train 1, …), 2 of them with another label; \
        1 example of test is identical to one of train (test 1 = train 1), with another label; \
        1 example of test is identical to one of dev (test 1 = dev 2); ";
    let derived = "1 example of test derives from the original of one of train (test 2 and train 3), \
        with another label; ";
    check(
        false,
        false,
        &format!("{identical}{derived}expected none"),
        "allow them with `data.split.allow = [\"identical\", \"derived\"]`",
    );
    check(
        false,
        true,
        &format!("{identical}expected none"),
        "allow them with `data.split.allow = [\"identical\"]`",
    );
    check(
        true,
        false,
        &format!("{derived}expected none"),
        "allow them with `data.split.allow = [\"derived\"]`",
    );
    assert_eq!(leaks.check(true, true), Ok(()));
    let near = leak("train", "dev", 2, 0, &[(5, 1), (3, 2)]);
    assert_eq!(
        near.describe(Relation::Near),
        "2 examples of dev are near examples of train (dev 1 and train 5, dev 2 and train 3)"
    );
    let two = leak("train", "dev", 2, 0, &[(5, 1), (3, 2)]);
    assert_eq!(
        two.describe(Relation::Derived),
        "2 examples of dev derive from the originals of examples of train \
         (dev 1 and train 5, dev 2 and train 3)"
    );
    let one = leak("train", "dev", 1, 0, &[(5, 1)]);
    assert_eq!(
        one.describe(Relation::Near),
        "1 example of dev is near one of train (dev 1 and train 5)"
    );
}

#[test]
fn leaks_are_written_as_json() {
    let leaks = find(&[
        ("train", &bytes(&[1, 1], &[0], 0)),
        ("dev", &bytes(&[1, 1], &[1], 1)),
    ])
    .unwrap();
    let json = serde_json::to_value(&leaks).unwrap();
    let expected = serde_json::json!({
        "identical": [{"a": "train", "b": "dev", "n": 1, "n_relabelled": 1, "pairs": [{"a": 0, "b": 0}]}],
        "derived": [],
        "near": {
            "checked": false,
            "why_not": "examples have 2 values; with fewer than 8, chance alone brings many close together",
            "standardized": false,
            "typical_distance": 0.0,
            "near_distance": 0.0,
            "n_checked": 0,
            "n_unchecked": 0,
            "n_left_out": 0,
            "found": [],
        },
        "duplicates": [],
    });
    assert_eq!(json, expected);
}

#[test]
fn sets_that_are_odd_do_no_harm() {
    let none = bytes(&[], &[], 0);
    assert_eq!(find(&[]).unwrap().identical, []);
    assert_eq!(
        find(&[("train", &none), ("dev", &none)]).unwrap().identical,
        []
    );
    // Of no value at all, as a shape with a 0 has it: each equals every other.
    let mut empty_shape = bytes(&[], &[0, 0], 0);
    empty_shape.shape = vec![0];
    assert_eq!(
        find(&[("a", &empty_shape), ("b", &none)])
            .unwrap()
            .duplicates[0]
            .n,
        1
    );
    // Rows of different lengths are different, also where one begins with the other.
    let mut longer = bytes(&[1, 2, 0], &[0], 5);
    longer.shape = vec![3];
    let leaks = find(&[("a", &bytes(&[1, 2], &[0], 0)), ("b", &longer)]).unwrap();
    assert_eq!(leaks.identical, []);
    let why_not = leaks.near.why_not.unwrap();
    assert_eq!(why_not, "the sets have examples of different shapes");
    // Not a number is no value that examples may have; it equals itself here.
    let nan = pairs_of(Values::F32(vec![f32::NAN; 2]), &[0], 0);
    assert_eq!(find(&[("a", &nan), ("b", &nan)]).unwrap().identical[0].n, 1);
}

/// What [`find`] says of two sets, found by comparing every pair.
fn by_brute_force(a: &Examples, b: &Examples) -> (Vec<Leak>, Vec<Leak>, usize) {
    let mut found = [Vec::new(), Vec::new()];
    let mut n_relabelled = [0, 0];
    for i in 0..b.len() {
        let identical: Vec<usize> = (0..a.len())
            .filter(|&j| a.example(j) == b.example(i))
            .collect();
        let derived: Vec<usize> = (0..a.len())
            .filter(|&j| a.original[j] == b.original[i] && a.example(j) != b.example(i))
            .collect();
        let relabelled = |j: &usize| a.labels[*j] != b.labels[i];
        n_relabelled[0] += usize::from(identical.iter().any(relabelled));
        n_relabelled[1] += usize::from(derived.first().is_some_and(relabelled));
        for (found, counterparts) in found.iter_mut().zip([identical, derived]) {
            found.extend(counterparts.first().map(|&j| (j, i)));
        }
    }
    let duplicate = |i: &usize| (0..*i).any(|j| b.example(j) == b.example(*i));
    let leaks = |kind: usize| match found[kind].len() {
        0 => Vec::new(),
        n => vec![leak("a", "b", n, n_relabelled[kind], &found[kind])],
    };
    (leaks(0), leaks(1), (0..b.len()).filter(duplicate).count())
}

fn some_examples() -> impl Strategy<Value = Examples> {
    // Few distinct values, so that many examples are identical or derived.
    let example = (0_u8..3, 0_u8..3, 0_u32..2, 0_u64..12);
    (prop::collection::vec(example, 0..20), any::<bool>()).prop_map(|(rows, as_f32)| {
        let values: Vec<u8> = rows.iter().flat_map(|r| [r.0, r.1]).collect();
        let values = if as_f32 {
            Values::F32(values.iter().map(|&v| f32::from(v)).collect())
        } else {
            Values::U8(values)
        };
        let labels: Vec<u32> = rows.iter().map(|r| r.2).collect();
        Examples {
            original: rows.iter().map(|r| r.3).collect(),
            ..pairs_of(values, &labels, 0)
        }
    })
}

proptest! {
    #[test]
    fn finds_what_comparing_every_pair_finds(a in some_examples(), b in some_examples()) {
        let leaks = find(&[("a", &a), ("b", &b)]).unwrap();
        let (identical, derived, n_duplicates) = by_brute_force(&a, &b);
        prop_assert_eq!(leaks.identical, identical);
        prop_assert_eq!(leaks.derived, derived);
        let in_b = leaks.duplicates.iter().find(|d| d.set == "b").map_or(0, |d| d.n);
        prop_assert_eq!(in_b, n_duplicates);
    }
}
