use super::*;

/// A column from runs: each value with so many wrong and so many right examples.
fn set(tag: &str, parts: &[(&str, usize, usize)]) -> (Vec<bool>, TagColumn) {
    let mut wrong = Vec::new();
    let mut values = Vec::new();
    for (value, &(_, errors, right)) in parts.iter().enumerate() {
        wrong.extend((0..errors + right).map(|example| example < errors));
        values.extend(vec![value as u32; errors + right]);
    }
    let column = TagColumn {
        name: tag.to_owned(),
        values,
        names: parts.iter().map(|part| part.0.to_owned()).collect(),
    };
    (wrong, column)
}

fn slices(parts: &[(&str, usize, usize)]) -> Slices {
    let (wrong, column) = set("kind", parts);
    worst_slices(&wrong, &[column], Confidence::default()).unwrap()
}

/// MISSION.md: "5 % of a 10 % error: 9.5 % at best". 1,000 examples, 100 errors, 5 of them in the slice.
#[test]
fn the_share_of_a_slice_is_the_ceiling_on_its_gain() {
    let found = slices(&[("dogs", 5, 45), ("others", 95, 855)]);
    let dogs = found
        .slices
        .iter()
        .find(|slice| slice.value == "dogs")
        .unwrap();
    for (got, expected) in [
        (found.whole.rate(), 0.1),
        (dogs.share_of_errors, 0.05),
        (dogs.ceiling, 0.005),
        (dogs.error_if_fixed, 0.095),
        (dogs.excess, 0.0), // 5/50 − 95/950
    ] {
        assert!((got - expected).abs() < 1e-12, "{got}, expected {expected}");
    }
    assert_eq!(dogs.worse, Verdict::Inconclusive);
}

#[test]
fn intervals_carry_the_number_of_slices() {
    let found = slices(&[("a", 30, 70), ("b", 10, 190), ("c", 0, 5), ("d", 0, 0)]);
    // a and b are judged, so each at 1 − 0.05/2; c has too few examples and d none.
    assert!((found.confidence_each.level() - 0.975).abs() < 1e-15);
    let count = |errors, n| ErrorCount::new(errors, n).unwrap();
    let a = &found.slices[0];
    assert_eq!((a.value.as_str(), a.worse), ("a", Verdict::Present));
    assert_eq!(a.interval, wilson(count(30, 100), found.confidence_each));
    let expected = newcombe(count(30, 100), count(10, 205), found.confidence_each);
    assert_eq!(a.excess_interval, expected);
    assert_eq!(found.slices[1].worse, Verdict::Absent);
    assert_eq!(found.set_aside.len(), 1);
    assert_eq!(found.set_aside[0].count, count(0, 5));
    assert_eq!(found.set_aside[0].why, NotJudged::TooFewExamples);
}

/// Which slice comes first, by hand: "small" has the higher rate, "large" has more sure excess errors.
#[test]
fn the_worst_slice_has_the_most_sure_excess_errors() {
    fn check(parts: &[(&str, usize, usize)], expected: &[&str]) {
        let found = slices(parts);
        let order: Vec<_> = found
            .slices
            .iter()
            .map(|slice| slice.value.as_str())
            .collect();
        assert_eq!(order, expected);
    }
    // small: 8/12 against 230/2,200, at least about 0.2 × 12 = 2 errors; large: 200/1,000 against 38/1,212, at
    // least about 0.13 × 1,000.
    let rest = ("rest", 30, 1170);
    check(
        &[("small", 8, 4), rest, ("large", 200, 800)],
        &["large", "small", "rest"],
    );
    // Nothing is sure: observed excess errors decide. Rates 0.3, 0.25, 0.2 of 20 each; against the other
    // 40 they are + 1.5, 0 and − 1.5 errors.
    check(
        &[("c", 4, 16), ("b", 5, 15), ("a", 6, 14)],
        &["a", "b", "c"],
    );
}

#[test]
fn a_slice_that_is_the_whole_set_is_set_aside() {
    let found = slices(&[("all", 3, 17)]);
    assert!(found.slices.is_empty());
    assert_eq!(found.set_aside[0].why, NotJudged::WholeSet);
}

/// Slices of equal truth: with the correction, at most 5 % of the studies call any slice worse. The bound
/// is on 400 studies: 20 + 4·√(400·0.05·0.95) = 37.
#[test]
fn equal_slices_are_rarely_called_worse() {
    use rand::{RngExt, SeedableRng};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(5);
    let studies = (0..400).filter(|_| {
        let wrong: Vec<bool> = (0..2_000).map(|_| rng.random_bool(0.1)).collect();
        let values = (0..2_000).map(|_| rng.random_range(0..20)).collect();
        let names = (0..20).map(|value| value.to_string()).collect();
        let name = "noise".to_owned();
        let column = TagColumn {
            name,
            values,
            names,
        };
        let found = worst_slices(&wrong, &[column], Confidence::default()).unwrap();
        found
            .slices
            .iter()
            .any(|slice| slice.worse == Verdict::Present)
    });
    let n_false = studies.count();
    println!("{n_false} of 400 studies call an equal slice worse");
    assert!(n_false <= 37, "{n_false} of 400");
}

#[test]
fn what_cannot_be_sliced_is_said() {
    fn check(wrong: &[bool], values: &[u32], expected: &str) {
        let column = TagColumn {
            name: "kind".to_owned(),
            values: values.to_vec(),
            names: vec!["a".to_owned(), "b".to_owned()],
        };
        let error = worst_slices(wrong, &[column], Confidence::default()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    check(&[], &[], "no examples; expected at least one to slice");
    check(
        &[true, false],
        &[0],
        "tag \"kind\" has 1 values; expected one for each of 2 examples",
    );
    check(
        &[true, false],
        &[0, 2],
        "tag \"kind\" has value 2 at example 1; expected an index below 2",
    );
}
