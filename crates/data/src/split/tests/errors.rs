//! Groups that do not fit, and what is only worth a warning.

use super::*;

fn check(general: &Examples, target: &Examples, plan: &SplitPlan, keys: &[&str], expected: &str) {
    let error = split(general, target, plan, 7).unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.keys(), keys);
}

/// The chunk with originals of `n` examples each.
fn in_groups(n_per_class: &[usize], n: u64) -> Examples {
    let mut examples = chunk(n_per_class);
    for original in &mut examples.original {
        *original /= n;
    }
    examples
}

#[test]
fn a_set_without_a_group_says_how_many_there_are() {
    let (general, target) = (chunk(&[30, 30]), in_groups(&[10, 10], 10));
    let case = |test: usize, dev: usize, in_train: usize, set: &'static str, n: usize| {
        let expected = format!(
            "{set} would be empty: groups by `original` stay whole, and there is a choice of {n}, \
             the smallest of {} examples",
            if n == 0 { 0 } else { 10 }
        );
        let plan = plan(5, dev, test, in_train);
        check(&general, &target, &plan, &[set, "group"], &expected);
    };
    case(2, 8, 0, "test", 2);
    case(9, 4, 0, "dev", 1);
    case(9, 9, 2, "target_in_train", 0);
    let mut plan = plan(25, 2, 2, 0);
    plan.group = Some("source".into());
    check(
        &in_groups(&[30, 30], 10),
        &chunk(&[10, 10]),
        &plan,
        &["test", "group"],
        "test would be empty: groups by `source` stay whole, and there is a choice of 1, \
         the smallest of 20 examples",
    );
    let one = in_groups(&[30, 30], 60);
    let plan = super::plan(40, 2, 2, 0);
    check(
        &one,
        &chunk(&[10, 10]),
        &plan,
        &["train_dev", "group"],
        "train would be empty: groups by `original` stay whole, and there is a choice of 1, \
         the smallest of 60 examples",
    );
    let plan = SplitPlan {
        mistake: Some(Mistake::ShuffleEverything),
        ..super::plan(2, 2, 14, 0)
    };
    check(
        &in_groups(&[8, 8], 16),
        &in_groups(&[2, 2], 2),
        &plan,
        &["train_dev", "group"],
        "train would be empty: groups by `original` stay whole, and there is a choice of 1, \
         the smallest of 2 examples",
    );
}

#[test]
fn a_part_of_train_must_exist_and_have_all_classes() {
    let (general, target) = (chunk(&[90, 10]), chunk(&[9, 9]));
    let with = |train: Size| SplitPlan {
        train: Some(train),
        ..plan(10, 2, 2, 0)
    };
    check(
        &general,
        &target,
        &with(91.into()),
        &["train"],
        "train = 91 asks for 91 examples; only 90 are left for train",
    );
    check(
        &general,
        &target,
        &with(Size::Share(0.02)),
        &["train"],
        "the class `b` has no example among the 2 that train = 0.02 keeps; \
         expected at least one, so a larger train",
    );
    check(
        &general,
        &target,
        &with(Size::Share(0.001)),
        &["train"],
        "`train` is 0.001, which is none of 90 examples; expected a larger share, or a count",
    );
}

#[test]
fn numbers_of_originals_must_leave_room() {
    let (mut general, mut target) = (chunk(&[9, 9]), chunk(&[9, 9]));
    let expected = "originals have numbers up to 2^64 - 1; expected numbers counted from 0";
    general.original[3] = u64::MAX;
    check(&general, &target, &plan(2, 2, 2, 0), &[], expected);
    general.original[3] = 3;
    target.original[3] = u64::MAX - 17;
    check(&general, &target, &plan(2, 2, 2, 0), &[], expected);
    target.original[3] -= 1;
    assert!(split(&general, &target, &plan(2, 2, 2, 0), 7).is_ok());
}

#[test]
fn missing_classes_and_sizes_far_off_are_warned_of() {
    let warnings = |general: &Examples, target: &Examples, plan: &SplitPlan| {
        split(general, target, plan, 7).unwrap().warnings
    };
    let general = chunk(&[30, 30]);
    assert_eq!(
        warnings(&general, &chunk(&[40, 1]), &plan(10, 9, 9, 0)),
        [
            "dev has no example of the classes [\"b\"]",
            "test has no example of the classes [\"b\"]"
        ]
    );
    let target = in_groups(&[20, 20], 10);
    assert_eq!(
        warnings(&general, &target, &plan(10, 9, 8, 0)),
        [
            "test asks for 8 examples and gets 10: groups by `original` stay whole",
            "dev asks for 9 examples and gets 10: groups by `original` stay whole"
        ]
    );
    // 10 are less than a tenth off 11.
    assert_eq!(warnings(&general, &target, &plan(10, 11, 11, 0)), [""; 0]);
}

#[test]
fn chunks_without_examples_are_errors_and_no_more() {
    let (some, none) = (chunk(&[9, 9]), chunk(&[0, 0]));
    check(
        &some,
        &none,
        &plan(2, 2, 2, 0),
        &["test", "dev", "target_in_train"],
        "test = 2, dev = 2 and target_in_train = 0 ask for 4 target examples; only 0 exist",
    );
    check(
        &none,
        &some,
        &plan(2, 2, 2, 0),
        &["train_dev", "target_in_train"],
        "train_dev = 2 leaves none for train: \
         the training mix has 0 general examples and target_in_train = 0",
    );
    let no_classes = chunk(&[]);
    assert!(split(&no_classes, &no_classes, &plan(1, 1, 1, 0), 7).is_err());
    // Nothing but target examples can be split too.
    let sets = split(&none, &some, &plan(2, 2, 2, 10), 7).unwrap();
    assert_eq!((sets.train.len(), sets.train_dev.len()), (8, 2));
}
