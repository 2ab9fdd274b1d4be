//! What holds for every error analysis: slices, confusion, label errors, the eyeball split, raters.

use plumb_diagnostics::{
    CandidateKind, Confidence, Confusion, LabelErrors, NO_PREDICTION, Paired, Pairing, RaterLabels,
    Ratings, TagColumn, find_label_errors, newcombe_paired, split_eyeball, study_raters,
    worst_slices,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

const ROUNDING: f64 = 1e-12;

/// A set with one error flag and two tags per example; the second tag has many values.
fn tagged() -> impl Strategy<Value = Vec<(bool, u32, u32)>> {
    vec((any::<bool>(), 0..3_u32, 0..40_u32), 1..300)
}

fn column(name: &str, n_values: u32, values: Vec<u32>) -> TagColumn {
    TagColumn {
        name: name.to_owned(),
        values,
        names: (0..n_values).map(|value| value.to_string()).collect(),
    }
}

fn labelled_pairs() -> impl Strategy<Value = Vec<(u32, u32)>> {
    vec(
        (0..5_u32, prop_oneof![0..6_u32, Just(NO_PREDICTION)]),
        1..200,
    )
}

/// Three classes, all of which occur; probabilities are whole sixteenths, so ties are frequent.
fn with_probabilities() -> impl Strategy<Value = Vec<(u32, [f32; 3])>> {
    let row = (0..=16_u8, 0..=16_u8).prop_map(|(a, b)| {
        let (low, high) = (a.min(b), a.max(b));
        [low, high - low, 16 - high].map(|part| f32::from(part) / 16.0)
    });
    vec((0..3_u32, row), 1..60).prop_map(|mut examples| {
        examples.extend((0..3).map(|class| (class, [0.25, 0.5, 0.25])));
        examples
    })
}

fn look_for(examples: &[(u32, [f32; 3])]) -> LabelErrors {
    let (labels, rows): (Vec<u32>, Vec<[f32; 3]>) = examples.iter().copied().unzip();
    find_label_errors(&labels, &rows).expect("valid probabilities")
}

/// Two to six raters with groups, and true labels that may be missing.
fn ratings() -> impl Strategy<Value = Ratings> {
    let n_examples = 1..40_usize;
    n_examples
        .prop_flat_map(|n| {
            let labels = || vec(option::weighted(0.8, 0..3_u32), n);
            let reference = prop_oneof![Just(Vec::new()), labels()];
            (vec((labels(), any::<bool>()), 1..6), reference)
        })
        .prop_filter_map("no label at all, or one class", |(raters, reference)| {
            let raters = raters
                .into_iter()
                .enumerate()
                .map(|(who, (labels, expert))| RaterLabels {
                    name: format!("rater {who}"),
                    groups: if expert {
                        vec!["experts".to_owned()]
                    } else {
                        Vec::new()
                    },
                    labels,
                });
            Ratings::new(raters.collect(), reference).ok()
        })
}

proptest! {
    // A failing case is printed in full; no file of seeds is kept.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn slices_of_a_tag_add_up_to_the_set(examples in tagged()) {
        let wrong: Vec<bool> = examples.iter().map(|example| example.0).collect();
        let tags = [
            column("few", 3, examples.iter().map(|example| example.1).collect()),
            column("many", 40, examples.iter().map(|example| example.2).collect()),
        ];
        let found = worst_slices(&wrong, &tags, Confidence::default()).unwrap();
        for tag in &tags {
            let judged = found.slices.iter().filter(|slice| slice.tag == tag.name);
            let aside = found.set_aside.iter().filter(|slice| slice.tag == tag.name);
            let counts = judged.map(|slice| slice.count).chain(aside.map(|slice| slice.count));
            let sum = counts.fold((0, 0), |sum, count| (sum.0 + count.errors(), sum.1 + count.n()));
            prop_assert_eq!(sum, (found.whole.errors(), found.whole.n()));
        }
        for slice in &found.slices {
            prop_assert!((0.0..=1.0).contains(&slice.ceiling), "{slice:?}");
            prop_assert!((0.0..=1.0).contains(&slice.share_of_errors), "{slice:?}");
            let rate = slice.ceiling + slice.error_if_fixed;
            prop_assert!((rate - found.whole.rate()).abs() < ROUNDING, "{slice:?}");
            prop_assert!(slice.excess_interval.contains(slice.excess), "{slice:?}");
            prop_assert!(slice.interval.contains(slice.count.rate()), "{slice:?}");
        }
    }

    #[test]
    fn confusions_add_up_to_the_errors(pairs in labelled_pairs()) {
        let (labels, predicted): (Vec<u32>, Vec<u32>) = pairs.into_iter().unzip();
        let confusion = Confusion::new(&labels, &predicted).unwrap();
        let cells: u64 = confusion.cells.iter().map(|cell| cell.n).sum();
        prop_assert_eq!(cells, labels.len() as u64);
        let classes = confusion.classes.iter().map(|class| class.count);
        let sums = classes.fold((0, 0), |sum, count| (sum.0 + count.errors(), sum.1 + count.n()));
        prop_assert_eq!(sums, (confusion.whole.errors(), confusion.whole.n()));
        for pairing in [Pairing::Directed, Pairing::Merged] {
            let pairs = confusion.pairs(pairing, Confidence::default());
            let errors: u64 = pairs.iter().map(|pair| pair.count.errors()).sum();
            prop_assert_eq!(errors, confusion.whole.errors());
            prop_assert!(pairs.is_sorted_by_key(|pair| std::cmp::Reverse(pair.count.errors())));
        }
    }

    #[test]
    fn label_errors_do_not_depend_on_the_order(examples in with_probabilities(), turn in 0..60_usize) {
        let found = look_for(&examples);
        let mut turned = examples.clone();
        turned.rotate_left(turn % examples.len());
        turned.reverse();
        let again = look_for(&turned);
        prop_assert_eq!(&found.confident_joint, &again.confident_joint);
        prop_assert_eq!(&found.joint, &again.joint);
        // Equal examples have different indices, so the suspects are compared by what they hold.
        let held = |found: &LabelErrors, examples: &[(u32, [f32; 3])]| {
            let mut held: Vec<(u32, [u32; 3])> = (found.suspects.iter())
                .map(|suspect| examples[suspect.example])
                .map(|(label, row)| (label, row.map(f32::to_bits)))
                .collect();
            held.sort_unstable();
            held
        };
        prop_assert_eq!(held(&found, &examples), held(&again, &turned));
    }

    #[test]
    fn label_errors_stay_within_the_set(examples in with_probabilities()) {
        let found = look_for(&examples);
        prop_assert!(found.suspects.len() <= examples.len());
        prop_assert!((0.0..=1.0).contains(&found.noise_rate));
        let counted: u64 = found.confident_joint.iter().flatten().sum();
        prop_assert!(counted <= found.n);
        let joint: f64 = found.joint.iter().flatten().sum();
        prop_assert!((joint - 1.0).abs() < ROUNDING);
        for (label, row) in found.joint.iter().enumerate() {
            let members = examples.iter().filter(|example| example.0 as usize == label).count();
            let share = members as f64 / examples.len() as f64;
            prop_assert!((row.iter().sum::<f64>() - share).abs() < ROUNDING);
        }
        for suspect in &found.suspects {
            prop_assert_eq!(examples[suspect.example].0, suspect.given);
            prop_assert!(suspect.margin < 0.0 && suspect.given != suspect.likely);
        }
    }

    #[test]
    fn every_example_is_in_one_part(
        labels in vec(0..4_u32, 2..200), share in 0.0..1.0, seed in any::<u64>()
    ) {
        let n_eyeball = ((labels.len() as f64 * share) as usize).clamp(1, labels.len() - 1);
        let split = split_eyeball(&labels, n_eyeball, seed).unwrap();
        prop_assert_eq!(split.eyeball.len(), n_eyeball);
        for class in 0..4 {
            let of = |part: &[usize]| part.iter().filter(|&&x| labels[x] == class).count() as f64;
            let members = of(&split.eyeball) + of(&split.blackbox);
            let quota = members * n_eyeball as f64 / labels.len() as f64;
            prop_assert!((of(&split.eyeball) - quota).abs() < 1.0);
        }
        let mut all = [split.eyeball, split.blackbox].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..labels.len()).collect::<Vec<_>>());
    }

    #[test]
    fn a_paired_difference_is_inside_its_interval(
        both in 0..500_u64, first_only in 0..500_u64, second_only in 0..500_u64,
        neither in 1..500_u64
    ) {
        let pairs = Paired { both, first_only, second_only, neither };
        let mirrored = Paired { first_only: second_only, second_only: first_only, ..pairs };
        let interval = newcombe_paired(pairs, Confidence::default()).unwrap();
        let difference = pairs.first().unwrap().rate() - pairs.second().unwrap().rate();
        prop_assert!(interval.contains(difference), "{interval:?}");
        let back = newcombe_paired(mirrored, Confidence::default()).unwrap();
        prop_assert!((interval.low + back.high).abs() < ROUNDING, "{interval:?} {back:?}");
        prop_assert!((interval.high + back.low).abs() < ROUNDING, "{interval:?} {back:?}");
    }

    #[test]
    fn studies_of_raters_hold_together(ratings in ratings()) {
        let study = study_raters(&ratings, Confidence::default());
        // The best counts, and a diagnosis chooses the same one.
        let human = study.human();
        prop_assert_eq!(human.is_some(), study.chosen.is_some());
        if let (Some(human), Some(chosen)) = (human, &study.chosen) {
            prop_assert_eq!(human.chosen(), Some(chosen.name.as_str()));
            let rates = study.candidates.iter().filter(|c| c.eligible).map(|c| c.count.rate());
            prop_assert!(rates.fold(1.0, f64::min) >= human.level());
            prop_assert!(chosen.interval.contains(chosen.count.rate()));
        }
        if let Some(bayes) = study.bayes {
            prop_assert!(bayes.interval.contains(bayes.error), "{bayes:?}");
            // At most what m labels of three classes can show.
            prop_assert!(bayes.error <= 2.0 / 3.0 + ROUNDING && bayes.labels_per_example >= 2.0);
        }
        if let Some(agreement) = study.agreement {
            prop_assert!((0.0..=1.0).contains(&agreement.observed), "{agreement:?}");
            prop_assert!(agreement.alpha.is_none_or(|alpha| alpha <= 1.0), "{agreement:?}");
            // Nobody disagrees exactly where all pairs agree.
            let none = study.bayes.is_some_and(|bayes| bayes.error <= 0.0);
            prop_assert_eq!(agreement.agreeing == agreement.pairs, none);
        }
    }

    /// On each example at least the share outside the largest class is wrong, whatever the truth: raters who
    /// miss no label err at least as much on average as their disagreement shows.
    #[test]
    fn raters_err_at_least_as_much_as_they_disagree(
        table in (2..5_usize, 1..30_usize).prop_flat_map(|(n_raters, n)| {
            vec(vec((0..3_u32).prop_map(Some), n), n_raters + 1)
        })
    ) {
        let (reference, labels) = table.split_last().expect("at least three lists");
        let raters = labels.iter().enumerate().map(|(who, labels)| RaterLabels {
            name: who.to_string(),
            groups: Vec::new(),
            labels: labels.clone(),
        });
        let Ok(ratings) = Ratings::new(raters.collect(), reference.clone()) else {
            return Ok(()); // one class
        };
        let study = study_raters(&ratings, Confidence::default());
        let raters = study.candidates.iter().filter(|c| c.kind == CandidateKind::Rater);
        let mean = raters.map(|c| c.count.rate()).sum::<f64>() / labels.len() as f64;
        let shown = study.bayes.expect("two labels each").error;
        prop_assert!(mean >= shown - ROUNDING, "{mean} {shown}");
    }
}
