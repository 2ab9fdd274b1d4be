use proptest::prelude::*;

use super::*;
use crate::Examples;
use crate::seed::stream;
use crate::split::tests::chunk;

/// Target examples in groups, each given by its number of examples per class.
fn groups(groups: &[&[usize]]) -> Examples {
    let n_classes = groups.iter().map(|counts| counts.len()).max().unwrap_or(0);
    let mut target = chunk(&vec![0; n_classes]);
    for (original, counts) in (0..).zip(groups) {
        for (label, &n) in (0..).zip(*counts) {
            target.labels.extend(std::iter::repeat_n(label, n));
            target.original.extend(std::iter::repeat_n(original, n));
        }
    }
    target
}

/// Draws, and returns the originals drawn and how many examples they have.
fn drawn(target: &Examples, n: usize, seed: u64) -> (Vec<u64>, usize) {
    let general = chunk(&vec![0; target.classes.len()]);
    let pool = Pool::new(&general, target, None).unwrap();
    let indices = pool.target_indices();
    let (drawn, rest) = draw(&pool, &indices, n, &mut stream(seed, "draw"));
    assert_eq!(drawn.len() + rest.len(), indices.len());
    let originals = |set: &[usize]| {
        let mut originals: Vec<u64> = set.iter().map(|&i| target.original[i]).collect();
        originals.dedup();
        originals
    };
    let (inside, outside) = (originals(&drawn), originals(&rest));
    assert!(
        inside.iter().all(|o| !outside.contains(o)),
        "a group is torn"
    );
    (inside, drawn.len())
}

#[test]
fn sizes_are_met_where_groups_allow() {
    let check = |sizes: &[usize], n: usize, expected: usize| {
        let counts: Vec<[usize; 1]> = sizes.iter().map(|&n| [n]).collect();
        let target = groups(&counts.iter().map(|c| &c[..]).collect::<Vec<_>>());
        for seed in 0..20 {
            assert_eq!(
                drawn(&target, n, seed).1,
                expected,
                "{sizes:?}, seed {seed}"
            );
        }
    };
    // By hand: 10 + 7 + 7; 7 alone is nearer to 8 than any other sum; nothing else is possible.
    check(&[10, 10, 7, 7], 24, 24);
    check(&[10, 10, 7, 7], 8, 7);
    check(&[10, 10, 7, 7], 34, 34);
    check(&[10, 10, 7, 7], 99, 34);
    check(&[10, 10, 7, 7], 0, 0);
    // The large one can't be part of it, and all others together are the nearest.
    check(&[1000, 3, 3, 3], 20, 9);
    // As near as the other way, and neither side is empty.
    check(&[10, 10], 5, 10);
    check(&[4, 4], 6, 4);
    check(&[10], 4, 0);
    check(&[10], 6, 10);
}

#[test]
fn classes_are_even_though_each_group_has_one() {
    let groups_of_two: Vec<[usize; 2]> = (0..60)
        .map(|i| if i % 3 == 0 { [0, 2] } else { [2, 0] })
        .collect();
    let target = groups(&groups_of_two.iter().map(|c| &c[..]).collect::<Vec<_>>());
    for seed in 0..20 {
        let (originals, n) = drawn(&target, 30, seed);
        // A quarter of all: 10 of the 40 groups of class a, and 5 of the 20 of class b.
        let n_of_b = originals.iter().filter(|&o| o % 3 == 0).count();
        assert_eq!((originals.len(), n), (15, 30));
        assert!((4..=6).contains(&n_of_b), "{n_of_b} of class b");
    }
}

#[test]
fn groups_of_several_classes_are_balanced_too() {
    // Twenty writers; each wrote six examples of one class in five, and of the next.
    let writers: Vec<[usize; 5]> = (0..20)
        .map(|w| std::array::from_fn(|c| if c == w % 5 || c == (w + 1) % 5 { 6 } else { 0 }))
        .collect();
    let target = groups(&writers.iter().map(|c| &c[..]).collect::<Vec<_>>());
    for seed in 0..50 {
        let (originals, n) = drawn(&target, 60, seed);
        assert_eq!(n, 60);
        // 12 of each class would be even. By chance alone a class has none in a quarter of all draws:
        // in 5 C(12, 5) / C(20, 5) = 0.26, less those in which two have none.
        for class in 0..5 {
            let wrote_it = |w: &&u64| **w % 5 == class || (**w + 1) % 5 == class;
            let n_of_class = 6 * originals.iter().filter(wrote_it).count();
            assert!((6..=18).contains(&n_of_class), "seed {seed}: {originals:?}");
        }
    }
}

#[test]
fn small_and_large_groups_are_drawn_alike_and_by_chance() {
    let sizes: Vec<[usize; 1]> = (0..200).map(|i| [if i < 100 { 32 } else { 1 }]).collect();
    let target = groups(&sizes.iter().map(|c| &c[..]).collect::<Vec<_>>());
    let n = target.len() / 4;
    let (first, n_first) = drawn(&target, n, 1);
    let n_large = first.iter().filter(|&&o| o < 100).count();
    assert_eq!((n_first, n_large, first.len() - n_large), (n, 25, 25));
    assert_eq!(drawn(&target, n, 1), (first.clone(), n));
    assert_ne!(drawn(&target, n, 2).0, first);
}

proptest! {
    #[test]
    fn sizes_are_off_by_half_of_the_largest_group_at_most(
        counts in prop::collection::vec(prop::collection::vec(0..12_usize, 3), 1..30),
        share in 0.0..1.0_f64,
        seed: u64,
    ) {
        let counts: Vec<&[usize]> = counts.iter().map(|c| &c[..]).collect();
        let target = groups(&counts);
        let n = (share * target.len() as f64) as usize;
        let largest = counts.iter().map(|c| c.iter().sum::<usize>()).max().unwrap_or(0);
        let (_, n_drawn) = drawn(&target, n, seed);
        prop_assert!(2 * n_drawn.abs_diff(n) <= largest, "{n_drawn} instead of {n}");
    }
}
