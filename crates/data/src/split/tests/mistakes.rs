//! The two mistakes draw from where they say, and are otherwise like the right way.

use super::*;

fn n_target(members: &[Member]) -> usize {
    members
        .iter()
        .filter(|m| matches!(m, Member::Target(_)))
        .count()
}

fn mistaken(plan: SplitPlan, mistake: Mistake) -> SplitPlan {
    SplitPlan {
        mistake: Some(mistake),
        ..plan
    }
}

#[test]
fn dev_from_general_has_no_target_in_dev_and_the_same_test() {
    let (general, target) = (chunk(&[60, 40]), chunk(&[30, 20]));
    let right = plan(20, 15, 10, 20);
    let wrong = mistaken(right.clone(), Mistake::DevFromGeneral);
    let sets = split(&general, &target, &wrong, 7).unwrap();
    let members = &sets.membership;
    assert_eq!(n_target(&members.dev), 0);
    // By hand: three of five are of class a. The mix is 85 + 20 examples; of train-dev's 20 are
    // 16.2 general and 3.8 of the target.
    assert_eq!(sets.dev.class_counts(), [9, 6]);
    assert_eq!(sets.test.class_counts(), [6, 4]);
    assert_eq!(n_target(&members.test), 10);
    assert_eq!(
        (sets.train_dev.len(), n_target(&members.train_dev)),
        (20, 4)
    );
    assert_eq!((sets.train.len(), n_target(&members.train)), (85, 16));
    assert_eq!((sets.unused_target, sets.left_out_general), (20, 0));
    let of_right = split(&general, &target, &right, 7).unwrap().membership;
    assert_eq!(members.test, of_right.test);
}

#[test]
fn its_share_of_dev_is_of_the_general_chunk() {
    let mut plan = mistaken(plan(20, 1, 10, 0), Mistake::DevFromGeneral);
    plan.dev = Size::Share(0.25);
    let sets = split(&chunk(&[60, 40]), &chunk(&[30, 20]), &plan, 7).unwrap();
    assert_eq!(sets.dev.len(), 25);
}

#[test]
fn a_writer_of_the_target_s_part_cannot_decide_either() {
    let writers = |n: usize| (0..n).map(|i| format!("w{}", i % 5)).collect::<Vec<_>>();
    let (mut general, mut target) = (chunk(&[50, 50]), chunk(&[10, 10]));
    general.tags = vec![crate::Tag::new("writer", &writers(100))];
    target.tags = vec![crate::Tag::new("writer", &writers(20))];
    let mut plan = mistaken(plan(20, 20, 4, 8), Mistake::DevFromGeneral);
    plan.group = Some("writer".into());
    let sets = split(&general, &target, &plan, 7).unwrap();
    // By hand: one writer in test, whose 20 general examples are left out; two in the target's part;
    // of the other two one is in dev; three are in the mix with 60 + 8 examples.
    let of = |set: &Examples| -> BTreeSet<String> {
        let tag = set.tag("writer").unwrap();
        (0..set.len()).map(|i| tag.get(i).to_owned()).collect()
    };
    let target_part = sets
        .membership
        .train
        .iter()
        .chain(&sets.membership.train_dev);
    assert_eq!(n_target(&target_part.copied().collect::<Vec<_>>()), 8);
    assert_eq!((sets.dev.len(), sets.left_out_general), (20, 20));
    assert_eq!(sets.train.len() + sets.train_dev.len(), 68);
    let mix = of(&sets.train)
        .union(&of(&sets.train_dev))
        .cloned()
        .collect();
    assert!(of(&sets.dev).is_disjoint(&mix));
}

#[test]
fn shuffle_everything_draws_all_sets_by_the_same_shares() {
    let (general, target) = (chunk(&[60, 40]), chunk(&[30, 20]));
    let plan = mistaken(plan(30, 30, 30, 0), Mistake::ShuffleEverything);
    let sets = split(&general, &target, &plan, 7).unwrap();
    let members = &sets.membership;
    // A third of the pool is of the target, three of five are of class a.
    for (set, members, n) in [
        (&sets.test, &members.test, 30),
        (&sets.dev, &members.dev, 30),
        (&sets.train_dev, &members.train_dev, 30),
        (&sets.train, &members.train, 60),
    ] {
        assert_eq!(n_target(members), n / 3);
        assert_eq!(set.class_counts(), [3 * n / 5, 2 * n / 5]);
    }
    assert_eq!(sets.unused_target, 0);
}

#[test]
fn its_shares_are_of_the_pool() {
    let share = Size::Share(0.2);
    let plan = mistaken(
        SplitPlan::new(share, share, share),
        Mistake::ShuffleEverything,
    );
    let sets = split(&chunk(&[60, 40]), &chunk(&[30, 20]), &plan, 7).unwrap();
    let lengths = [&sets.train, &sets.train_dev, &sets.dev, &sets.test].map(Examples::len);
    assert_eq!(lengths, [60, 30, 30, 30]);
}

#[test]
fn too_large_a_plan_is_an_error_that_names_its_keys() {
    let check = |plan: SplitPlan, keys: &[&str], expected: &str| {
        let error = split(&chunk(&[9, 9]), &chunk(&[9, 9]), &plan, 7).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.keys(), keys);
    };
    let dev_from_general = |plan| mistaken(plan, Mistake::DevFromGeneral);
    check(
        dev_from_general(plan(2, 2, 16, 4)),
        &["test", "target_in_train"],
        "test = 16 and target_in_train = 4 ask for 20 target examples; only 18 exist",
    );
    check(
        dev_from_general(plan(2, 19, 2, 4)),
        &["dev"],
        "dev = 19 asks for 19 general examples; only 18 can be drawn",
    );
    check(
        dev_from_general(plan(2, 18, 2, 2)),
        &["train_dev", "target_in_train"],
        "train_dev = 2 leaves none for train: \
         the training mix has 0 general examples and target_in_train = 2",
    );
    check(
        mistaken(plan(6, 10, 20, 0), Mistake::ShuffleEverything),
        &["test", "dev", "train_dev"],
        "test = 20, dev = 10 and train_dev = 6 leave none for train: \
         both chunks together have 36 examples",
    );
}
