mod accounts;
mod errors;
mod mistakes;
mod subsets;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::Values;

/// One value per example, its index; classes in turn as long as they last, named from `a`.
pub(super) fn chunk(n_per_class: &[usize]) -> Examples {
    let mut labels: Vec<u32> = Vec::new();
    for k in 0..n_per_class.iter().max().copied().unwrap_or(0) {
        labels.extend(
            (0..)
                .zip(n_per_class)
                .filter(|(_, n)| k < **n)
                .map(|(c, _)| c),
        );
    }
    let n = labels.len();
    Examples {
        shape: vec![1],
        values: Values::F32((0..n).map(|i| i as f32).collect()),
        range: None,
        labels,
        classes: (b'a'..)
            .take(n_per_class.len())
            .map(|c| char::from(c).to_string())
            .collect(),
        source: vec![0; n],
        source_names: vec!["chunk".into()],
        original: (0..n as u64).collect(),
        tags: Vec::new(),
    }
}

fn plan(train_dev: usize, dev: usize, test: usize, target_in_train: usize) -> SplitPlan {
    SplitPlan {
        target_in_train: target_in_train.into(),
        ..SplitPlan::new(train_dev, dev, test)
    }
}

fn n(size: Size) -> usize {
    size.of(usize::MAX)
}

#[test]
fn counts_are_proportional() {
    let (general, target) = (chunk(&[60, 30]), chunk(&[40, 20]));
    let sets = split(&general, &target, &plan(30, 9, 15, 30), 7).unwrap();
    // By hand. Two of three are of class a: 15 → 10 + 5, 9 → 6 + 3. The mix is 90 general and 30
    // target examples, so train-dev's 30 are a quarter of each: 22.5 → 23 (first of equal
    // remainders) and 7.5 → 7; 23 → 15.3 + 7.7 → 15 + 8, 7 → 4.7 + 2.3 → 5 + 2.
    assert_eq!(sets.test.class_counts(), [10, 5]);
    assert_eq!(sets.dev.class_counts(), [6, 3]);
    assert_eq!(sets.train_dev.class_counts(), [20, 10]);
    assert_eq!(sets.train.class_counts(), [60, 30]);
    assert_eq!(sets.unused_target, 6);
    let n_target = |members: &[Member]| {
        let target = members.iter().filter(|m| matches!(m, Member::Target(_)));
        target.count()
    };
    assert_eq!(n_target(&sets.membership.train_dev), 7);
    assert_eq!(n_target(&sets.membership.train), 23);
}

#[test]
fn classes_are_matched_by_name() {
    let (mut general, target) = (chunk(&[5, 7]), chunk(&[3, 3]));
    general.classes.reverse();
    let sets = split(&general, &target, &plan(2, 2, 2, 0), 7).unwrap();
    assert_eq!(sets.train.classes, ["a", "b"]);
    let counts = [sets.train.class_counts(), sets.train_dev.class_counts()];
    assert_eq!(
        [counts[0][0] + counts[1][0], counts[0][1] + counts[1][1]],
        [7, 5]
    );
}

#[test]
fn sets_are_shuffled_and_members_are_in_their_order() {
    let (general, target) = (chunk(&[50, 50]), chunk(&[50, 50]));
    let sets = split(&general, &target, &plan(20, 20, 20, 20), 7).unwrap();
    let members = &sets.membership;
    for (set, members) in [
        (&sets.train, &members.train),
        (&sets.train_dev, &members.train_dev),
        (&sets.dev, &members.dev),
        (&sets.test, &members.test),
    ] {
        assert!(!set.labels.is_sorted() && !members.is_sorted());
        for (i, member) in members.iter().enumerate() {
            let (Member::General(k) | Member::Target(k)) = *member;
            assert_eq!(set.example(i), [k as f32]);
        }
    }
}

#[test]
fn chunks_that_are_not_alike_are_refused() {
    let check = |change: fn(&mut Examples, &mut Examples), expected: &str| {
        let (mut general, mut target) = (chunk(&[9, 9]), chunk(&[9, 9]));
        change(&mut general, &mut target);
        let error = split(&general, &target, &plan(2, 2, 2, 0), 7).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.keys().is_empty());
    };
    check(
        |general, _| general.shape = vec![1, 1],
        "general examples have the shape [1, 1] and target examples [1]; \
         expected the same ([data.general.convert] can change it)",
    );
    check(
        |general, target| {
            general.range = Some((0.0, 255.0));
            target.range = Some((0.0, 16.0));
        },
        "general values lie in 0..=255 and target values in 0..=16; \
         expected the same range ([data.general.convert] can change it)",
    );
    check(
        |general, _| general.classes[0] = "c".into(),
        "general examples have the classes [\"c\", \"b\"] and target examples [\"a\", \"b\"]; \
         expected the same names ([data.general.convert] can change them)",
    );
}

#[test]
fn plans_that_do_not_work_out_name_their_keys() {
    let check = |n_general: &[usize], plan: SplitPlan, keys: &[&str], expected: &str| {
        let error = split(&chunk(n_general), &chunk(&[9, 9]), &plan, 7).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.keys(), keys);
    };
    let general = &[9, 9];
    check(
        general,
        plan(0, 2, 2, 0),
        &["train_dev"],
        "`train_dev` is 0; expected at least 1",
    );
    check(
        general,
        plan(2, 0, 2, 0),
        &["dev"],
        "`dev` is 0; expected at least 1",
    );
    check(
        general,
        plan(2, 2, 0, 0),
        &["test"],
        "`test` is 0; expected at least 1",
    );
    check(
        general,
        plan(2, 7, 8, 4),
        &["test", "dev", "target_in_train"],
        "test = 8, dev = 7 and target_in_train = 4 ask for 19 target examples; only 18 exist",
    );
    check(
        general,
        plan(22, 2, 2, 4),
        &["train_dev", "target_in_train"],
        "train_dev = 22 leaves none for train: \
         the training mix has 18 general examples and target_in_train = 4",
    );
    check(
        &[9, 0],
        plan(2, 2, 2, 0),
        &["train_dev", "target_in_train"],
        "the class `b` has no example in train; expected at least one",
    );
    let most = plan(1, usize::MAX, usize::MAX, 0);
    assert!(split(&chunk(general), &chunk(general), &most, 7).is_err());
}

/// Chunks of two to five classes, a plan that works out, and a seed.
fn cases() -> impl Strategy<Value = (Vec<usize>, Vec<usize>, SplitPlan, u64)> {
    (2..6_usize)
        .prop_flat_map(|n_classes| {
            let general = prop::collection::vec(4..40_usize, n_classes);
            let target = prop::collection::vec(1..40_usize, n_classes);
            (general, target, any::<u64>())
        })
        .prop_flat_map(|(general, target, seed)| {
            let (n_general, n_target): (usize, usize) = (general.iter().sum(), target.iter().sum());
            let plan = (1..n_target, 1..=n_general / 4).prop_flat_map(move |(test, train_dev)| {
                (1..=n_target - test).prop_flat_map(move |dev| {
                    (0..=n_target - test - dev).prop_map(move |k| plan(train_dev, dev, test, k))
                })
            });
            (Just(general), Just(target), plan, Just(seed))
        })
}

/// Whether each count is less than one away from its share, or its class was used up before.
fn is_proportional(counts: &[usize], shares_of: &[usize], left: &[usize]) -> bool {
    let (total, sum): (usize, usize) = (counts.iter().sum(), shares_of.iter().sum());
    let close = |i: usize| {
        let share = shares_of[i] as f64 * total as f64 / sum as f64;
        (counts[i] as f64 - share).abs() < 1.0
    };
    let used_up = (0..counts.len()).any(|i| counts[i] == left[i]);
    used_up || (0..counts.len()).all(close)
}

proptest! {
    #[test]
    fn sets_are_disjoint_exact_and_stratified((n_general, n_target, plan, seed) in cases()) {
        let (general, target) = (chunk(&n_general), chunk(&n_target));
        let sets = match split(&general, &target, &plan, seed) {
            Err(SplitError::ClassMissing { .. }) => return Ok(()),
            sets => sets.unwrap(),
        };
        prop_assert_eq!(&split(&general, &target, &plan, seed).unwrap(), &sets);
        prop_assert_eq!(sets.test.len(), n(plan.test));
        prop_assert_eq!(sets.dev.len(), n(plan.dev));
        prop_assert_eq!(sets.train_dev.len(), n(plan.train_dev));
        let n_mix = general.len() + n(plan.target_in_train);
        prop_assert_eq!(sets.train.len(), n_mix - n(plan.train_dev));

        let m = &sets.membership;
        let all: Vec<&Member> = [&m.train, &m.train_dev, &m.dev, &m.test].into_iter().flatten().collect();
        let distinct: BTreeSet<&Member> = all.iter().copied().collect();
        prop_assert_eq!(distinct.len(), all.len());
        prop_assert_eq!(all.len() + sets.unused_target, general.len() + target.len());
        let within = |member: &&Member| match **member {
            Member::General(i) => i < general.len(),
            Member::Target(i) => i < target.len(),
        };
        prop_assert!(distinct.iter().all(within));

        let n_test = sets.test.class_counts();
        prop_assert!(is_proportional(&n_test, &n_target, &vec![usize::MAX; n_target.len()]));
        let left: Vec<usize> = n_target.iter().zip(&n_test).map(|(n, test)| n - test).collect();
        prop_assert!(is_proportional(&sets.dev.class_counts(), &n_target, &left));
        let n_held_out = m.train_dev.iter().filter(|m| matches!(m, Member::Target(_))).count();
        let share = n(plan.train_dev) as f64 * n(plan.target_in_train) as f64 / n_mix as f64;
        prop_assert!((n_held_out as f64 - share).abs() < 1.0);
    }

    #[test]
    fn dev_and_test_do_not_depend_on_the_mix((n_general, n_target, plan, seed) in cases()) {
        let target = chunk(&n_target);
        let mut other = plan.clone();
        other.target_in_train = 0.into();
        other.train_dev = 1.into();
        let more_general: Vec<usize> = n_general.iter().map(|n| n + 3).collect();
        let first = split(&chunk(&n_general), &target, &plan, seed);
        if let (Ok(first), Ok(second)) = (first, split(&chunk(&more_general), &target, &other, seed)) {
            prop_assert_eq!(first.membership.dev, second.membership.dev);
            prop_assert_eq!(first.membership.test, second.membership.test);
        }
    }
}
