//! Every example is accounted for, and no group is on two sides.

use super::*;
use crate::Tag;

/// The chunk with one writer and one original per example, `originals` of the latter.
fn with_writers(n_per_class: &[usize], writers: &[u8], originals: &[u64]) -> Examples {
    let mut examples = chunk(n_per_class);
    let n = examples.len();
    let name = |i: usize| format!("w{}", writers[i % writers.len()]);
    examples.tags = vec![Tag::new("writer", &(0..n).map(name).collect::<Vec<_>>())];
    examples.original = (0..n).map(|i| originals[i % originals.len()]).collect();
    examples
}

fn size() -> impl Strategy<Value = Size> {
    prop_oneof![
        (1..12_usize).prop_map(Size::Count),
        (0.05..0.3).prop_map(Size::Share),
    ]
}

/// Chunks in which writers and originals recur, and plans of every kind.
fn grouped_cases() -> impl Strategy<Value = (Examples, Examples, SplitPlan, u64)> {
    let with = || {
        let counts = prop::collection::vec(3..25_usize, 2);
        let writers = prop::collection::vec(0..30_u8, 1..40);
        let originals = prop::collection::vec(0..60_u64, 1..60);
        (counts, writers, originals).prop_map(|(n, w, o)| with_writers(&n, &w, &o))
    };
    let group = prop_oneof![Just(None), Just(Some("writer".to_owned()))];
    let mistake = prop_oneof![
        3 => Just(None),
        1 => Just(Some(Mistake::DevFromGeneral)),
        1 => Just(Some(Mistake::ShuffleEverything)),
    ];
    let train = prop_oneof![Just(None), size().prop_map(Some)];
    let plan = (
        size(),
        size(),
        size(),
        size(),
        train,
        group,
        mistake,
        0..2_u64,
    )
        .prop_map(
            |(train_dev, dev, test, in_train, train, group, mistake, repeat)| SplitPlan {
                target_in_train: match mistake {
                    Some(Mistake::ShuffleEverything) => 0.into(),
                    _ => in_train,
                },
                train,
                group,
                mistake,
                repeat,
                ..SplitPlan::new(train_dev, dev, test)
            },
        );
    (with(), with(), plan, any::<u64>())
}

fn pairs(sets: &Sets) -> [(&Examples, &[Member]); 4] {
    let m = &sets.membership;
    [
        (&sets.train, &m.train),
        (&sets.train_dev, &m.train_dev),
        (&sets.dev, &m.dev),
        (&sets.test, &m.test),
    ]
}

proptest! {
    #[test]
    fn no_example_is_lost_and_no_group_is_on_two_sides(
        (general, target, plan, seed) in grouped_cases(),
    ) {
        let Ok(sets) = split(&general, &target, &plan, seed) else {
            return Ok(());
        };
        prop_assert_eq!(&split(&general, &target, &plan, seed).unwrap(), &sets);

        let mut members = BTreeSet::new();
        // Per writer and per original (over both chunks) the set that it is in.
        let mut side_of = std::collections::BTreeMap::new();
        for (side, (set, of_set)) in pairs(&sets).into_iter().enumerate() {
            prop_assert_eq!(set.len(), of_set.len());
            for (i, member) in of_set.iter().enumerate() {
                prop_assert!(members.insert(*member), "{member:?} is in two sets");
                let (chunk, k, is_target) = match *member {
                    Member::General(k) => (&general, k, false),
                    Member::Target(k) => (&target, k, true),
                };
                prop_assert_eq!(set.example(i), chunk.example(k));
                prop_assert_eq!(set.labels[i], chunk.labels[k]);
                let writer = chunk.tags[0].get(k);
                prop_assert_eq!(set.tag("writer").unwrap().get(i), writer);
                let n_general = if is_target { general.original.iter().max().unwrap() + 1 } else { 0 };
                prop_assert_eq!(set.original[i], chunk.original[k] + n_general);

                let original = (format!("original {}", set.original[i]), side);
                prop_assert_eq!(*side_of.entry(original.0).or_insert(side), side);
                if plan.group.is_some() {
                    prop_assert_eq!(*side_of.entry(writer.to_owned()).or_insert(side), side);
                }
            }
        }
        let n = members.len() + sets.unused_target + sets.unused_train + sets.left_out_general;
        prop_assert_eq!(n, general.len() + target.len());
    }

    #[test]
    fn writers_in_dev_and_test_do_not_depend_on_the_mix(
        (general, target, plan, seed) in grouped_cases(),
    ) {
        // Originals of their own: a general one could make two writers of the target one.
        let mut general = general;
        general.original = (0..general.len() as u64).collect();
        let plan = SplitPlan { mistake: None, ..plan };
        let other = SplitPlan { train_dev: 1.into(), target_in_train: 0.into(), train: None, ..plan.clone() };
        let fewer = general.select(&(0..general.len() - 1).collect::<Vec<_>>());
        let first = split(&general, &target, &plan, seed);
        if let (Ok(first), Ok(second)) = (first, split(&fewer, &target, &other, seed)) {
            prop_assert_eq!(first.membership.dev, second.membership.dev);
            prop_assert_eq!(first.membership.test, second.membership.test);
        }
    }
}

#[test]
fn most_random_cases_work_out() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    // Else the properties above would hold of nothing.
    let mut runner = TestRunner::deterministic();
    let mut works = |_| {
        let (general, target, plan, seed) =
            grouped_cases().new_tree(&mut runner).unwrap().current();
        split(&general, &target, &plan, seed).is_ok()
    };
    let n = (0..200).filter(|i| works(*i)).count();
    assert!(n > 100, "{n} of 200");
}

#[test]
fn general_examples_of_writers_that_decide_are_left_out() {
    // Writers 0 to 9 in both chunks, with 12 general and 4 target examples each.
    let writers: Vec<u8> = (0..10).collect();
    let general = with_writers(&[60, 60], &writers, &(0..120).collect::<Vec<_>>());
    let target = with_writers(&[20, 20], &writers, &(0..40).collect::<Vec<_>>());
    let mut plan = plan(12, 8, 8, 8);
    plan.group = Some("writer".into());
    let sets = split(&general, &target, &plan, 7).unwrap();
    // By hand: two writers each for test, dev, and the target's part; the four that decide take
    // 48 general examples along, and the mix is 72 + 8 examples, of which train-dev gets a writer's.
    assert_eq!((sets.test.len(), sets.dev.len()), (8, 8));
    assert_eq!((sets.left_out_general, sets.unused_target), (48, 16));
    assert_eq!(sets.train.len() + sets.train_dev.len(), 80);
    assert_eq!(sets.train_dev.len(), 12);
}

#[test]
fn copies_of_an_original_stay_together_without_being_asked() {
    // Ten copies of each of 40 originals, as synthesis makes them.
    let mut general = chunk(&[200, 200]);
    for (i, original) in general.original.iter_mut().enumerate() {
        *original = i as u64 % 40;
    }
    let sets = split(&general, &chunk(&[20, 20]), &plan(80, 10, 10, 10), 7).unwrap();
    let originals = |set: &Examples| set.original.iter().copied().collect::<BTreeSet<_>>();
    assert!(originals(&sets.train).is_disjoint(&originals(&sets.train_dev)));
    assert_eq!(sets.train_dev.len(), 80);
    assert_eq!(sets.warnings, [""; 0]);
}

#[test]
fn originals_are_comparable_over_all_sets() {
    let (mut general, target) = (chunk(&[30, 30]), chunk(&[30, 30]));
    general.original = (0..60).map(|i| 3 * i).collect();
    let sets = split(&general, &target, &plan(10, 10, 10, 10), 7).unwrap();
    for (set, members) in pairs(&sets) {
        for (original, member) in set.original.iter().zip(members) {
            // The largest general original is 177.
            let expected = match *member {
                Member::General(k) => 3 * k as u64,
                Member::Target(k) => 178 + k as u64,
            };
            assert_eq!(*original, expected);
        }
    }
}

#[test]
fn ungrouped_sets_come_from_the_streams_that_they_are_said_to() {
    let (general, target) = (chunk(&[30, 40]), chunk(&[20, 30]));
    let sets = split(&general, &target, &plan(14, 10, 20, 5), 7).unwrap();
    let shuffled = |examples: &Examples, chunk: &str, label: u32| {
        let mut indices: Vec<usize> = (0..examples.len())
            .filter(|&i| examples.labels[i] == label)
            .collect();
        let class = &examples.classes[label as usize];
        indices.shuffle(&mut crate::seed::stream(
            7,
            &format!("split/{chunk}/{class}"),
        ));
        indices
    };
    let (a, b) = (
        shuffled(&target, "target", 0),
        shuffled(&target, "target", 1),
    );
    // Two fifths of test and of dev are of class a.
    let in_order = |name: &str, a: &[usize], b: &[usize]| {
        let mut set = [a, b].concat();
        set.shuffle(&mut crate::seed::stream(7, &format!("split/order/{name}")));
        set.into_iter().map(Member::Target).collect::<Vec<_>>()
    };
    assert_eq!(sets.membership.test, in_order("test", &a[..8], &b[..12]));
    assert_eq!(sets.membership.dev, in_order("dev", &a[16..], &b[24..]));
    // The mix is 70 + 5 examples: 13.07 + 0.93 of 14 → 13 + 1; 13 of 30 and 40 → 5.6 + 7.4 → 6 + 7.
    let held_out = [
        &shuffled(&general, "general", 0)[..6],
        &shuffled(&general, "general", 1)[..7],
    ];
    let expected: BTreeSet<Member> = held_out.concat().into_iter().map(Member::General).collect();
    let members = sets.membership.train_dev.iter().copied();
    let of_general: BTreeSet<Member> = members
        .filter(|m| matches!(m, Member::General(_)))
        .collect();
    assert_eq!(of_general, expected);
}
