//! Parts of train, other resamplings, and weights.

use super::*;

fn of_size(plan: &SplitPlan, train: impl Into<Size>) -> SplitPlan {
    SplitPlan {
        train: Some(train.into()),
        ..plan.clone()
    }
}

proptest! {
    #[test]
    fn a_larger_train_contains_the_smaller(
        (n_general, n_target, plan, seed) in cases(),
        (small, large) in (1..40_usize, 1..40_usize),
    ) {
        let (general, target) = (chunk(&n_general), chunk(&n_target));
        let Ok(whole) = split(&general, &target, &plan, seed) else {
            return Ok(());
        };
        let n_whole = whole.train.len();
        let (small, large) = (small.min(large), small.max(large).min(n_whole));
        let small = split(&general, &target, &of_size(&plan, small), seed);
        let large = split(&general, &target, &of_size(&plan, large), seed);
        let (Ok(small), Ok(large)) = (small, large) else {
            return Ok(());
        };
        let members = |sets: &Sets| sets.membership.train.iter().copied().collect::<BTreeSet<_>>();
        prop_assert!(members(&small).is_subset(&members(&large)));
        prop_assert!(members(&large).is_subset(&members(&whole)));
        let counts_of_whole = whole.train.class_counts();
        for part in [&small, &large] {
            prop_assert_eq!(part.train.len() + part.unused_train, n_whole);
            prop_assert_eq!(&part.membership.train_dev, &whole.membership.train_dev);
            prop_assert_eq!(&part.membership.dev, &whole.membership.dev);
            prop_assert_eq!(&part.membership.test, &whole.membership.test);
            prop_assert_eq!(part.unused_target, whole.unused_target);
            for (n, of_whole) in part.train.class_counts().iter().zip(&counts_of_whole) {
                // |n − of_whole × len / n_whole| < 1, in whole numbers.
                let off = (n * n_whole).abs_diff(of_whole * part.train.len());
                prop_assert!(off < n_whole);
            }
        }
    }

    #[test]
    fn weights_have_the_mean_1((n_general, n_target, plan, seed) in cases(), weight in 0.01..100.0_f64) {
        let weighted = SplitPlan { general_weight: Some(weight), ..plan };
        if n(weighted.target_in_train) == 0 {
            return Ok(());
        }
        let Ok(sets) = split(&chunk(&n_general), &chunk(&n_target), &weighted, seed) else {
            return Ok(());
        };
        let weights = sets.train_weights.unwrap();
        prop_assert_eq!(weights.len(), sets.train.len());
        let mean = weights.iter().map(|&w| f64::from(w)).sum::<f64>() / weights.len() as f64;
        prop_assert!((mean - 1.0).abs() < 1e-6, "{}", mean);
        let of = |general: bool| {
            let both = weights.iter().zip(&sets.membership.train);
            both.filter(move |(_, m)| matches!(m, Member::General(_)) == general).map(|(w, _)| f64::from(*w))
        };
        for (of_general, of_target) in of(true).zip(of(false)) {
            prop_assert!((of_general / of_target / weight - 1.0).abs() < 1e-6);
        }
    }
}

#[test]
fn weights_are_those_by_hand() {
    // 6 + 2 examples at 0.5 and 1 weigh 5 together, 0.625 on average.
    let members = [vec![Member::General(0); 6], vec![Member::Target(0); 2]].concat();
    let expected = [vec![0.8_f32; 6], vec![1.6; 2]].concat();
    assert_eq!(weights(&members, 0.5), expected);
    // Too large for a sum of them all: 8 / 6 and next to nothing.
    let extreme = weights(&members, f64::MAX);
    assert_eq!((extreme[0], extreme[7]), (8.0 / 6.0, 0.0));
    let sets = split(&chunk(&[9, 9]), &chunk(&[9, 9]), &plan(2, 2, 2, 2), 7).unwrap();
    assert_eq!(sets.train_weights, None);
}

#[test]
fn a_share_of_train_is_of_what_is_left() {
    let (general, target) = (chunk(&[60, 40]), chunk(&[10, 10]));
    let sets = split(
        &general,
        &target,
        &of_size(&plan(20, 5, 5, 0), Size::Share(0.25)),
        7,
    )
    .unwrap();
    // A quarter of 80, of which three in five are of class a.
    assert_eq!(sets.train.class_counts(), [12, 8]);
    assert_eq!(sets.unused_train, 60);
}

#[test]
fn a_smaller_train_has_fewer_originals_and_all_of_their_copies() {
    let mut general = chunk(&[100, 100]);
    // Five copies of each of 20 originals per class; classes take turns.
    for (i, original) in general.original.iter_mut().enumerate() {
        *original = i as u64 % 40;
    }
    let sets = split(
        &general,
        &chunk(&[9, 9]),
        &of_size(&plan(20, 5, 5, 0), 50),
        7,
    )
    .unwrap();
    assert_eq!((sets.train.len(), sets.train.n_originals()), (50, 10));
}

#[test]
fn another_repeat_is_another_split_of_the_same_kind() {
    let (general, target) = (chunk(&[60, 40]), chunk(&[30, 20]));
    let mut plan = plan(20, 10, 10, 10);
    let sets: Vec<Sets> = resample(&general, &target, &plan, 7, 0..3)
        .collect::<Result<_, _>>()
        .unwrap();
    for (repeat, sets) in (0..).zip(&sets) {
        plan.repeat = repeat;
        assert_eq!(&split(&general, &target, &plan, 7).unwrap(), sets);
    }
    let sorted = |members: &[Member]| members.iter().copied().collect::<BTreeSet<_>>();
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        let (a, b) = (&sets[a], &sets[b]);
        for of in [
            |s: &Sets| s.membership.train_dev.clone(),
            |s: &Sets| s.membership.dev.clone(),
            |s: &Sets| s.membership.test.clone(),
        ] {
            assert_ne!(sorted(&of(a)), sorted(&of(b)));
        }
        assert_eq!(a.dev.class_counts(), b.dev.class_counts());
    }
}

#[test]
fn another_repeat_draws_other_groups() {
    let mut target = chunk(&[60, 60]);
    for (i, original) in target.original.iter_mut().enumerate() {
        *original = i as u64 / 3;
    }
    let mut plan = plan(10, 30, 30, 30);
    let general = chunk(&[30, 30]);
    let first = split(&general, &target, &plan, 7).unwrap();
    plan.repeat = 1;
    let second = split(&general, &target, &plan, 7).unwrap();
    let sorted = |members: &[Member]| members.iter().copied().collect::<BTreeSet<_>>();
    assert_ne!(
        sorted(&first.membership.test),
        sorted(&second.membership.test)
    );
    assert_eq!((first.test.len(), second.test.len()), (30, 30));
}
