use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

/// Labels from a string: a digit is a class, a dash is missing.
fn labels(text: &str) -> Vec<Option<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

fn rater(name: &str, groups: &[&str], text: &str) -> RaterLabels {
    RaterLabels {
        name: name.to_owned(),
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        labels: labels(text),
    }
}

fn count(errors: u64, n: u64) -> ErrorCount {
    ErrorCount::new(errors, n).unwrap()
}

fn three() -> Vec<RaterLabels> {
    vec![
        rater("ann", &["specialists"], "001100"),
        rater("bob", &["specialists"], "011101"),
        rater("cy", &[], "0010-1"),
    ]
}

fn study(raters: Vec<RaterLabels>, reference: &str) -> RaterStudy {
    let ratings = Ratings::new(raters, labels(reference)).unwrap();
    study_raters(&ratings, Confidence::default())
}

fn counts(study: &RaterStudy) -> Vec<(&str, u64, u64)> {
    let candidates = study.candidates.iter();
    candidates
        .map(|c| (c.name.as_str(), c.count.errors(), c.count.n()))
        .collect()
}

/// By hand: each errs once; the two specialists are tied on examples 1 and 5, which counts as errors; the
/// vote of all three is right throughout.
#[test]
fn errors_are_counted_against_true_labels() {
    let study = study(three(), "001101");
    assert_eq!(study.against, Against::Reference);
    let expected = [
        ("ann", 1, 6),
        ("bob", 1, 6),
        ("cy", 1, 5),
        ("specialists", 2, 6),
        (ALL_RATERS, 0, 6),
    ];
    assert_eq!(counts(&study), expected);
    let chosen = study.chosen.clone().unwrap();
    assert_eq!((chosen.name.as_str(), chosen.n_candidates), (ALL_RATERS, 5));
    // 1 − 0.05/5
    let corrected = wilson(count(0, 6), Confidence::new(0.99).unwrap());
    assert!((chosen.interval.high - corrected.high).abs() < 1e-12);
    assert_eq!(study.human().unwrap().chosen(), Some(ALL_RATERS));
}

/// By hand: of each example the others' majority, where they are not tied. Against bob and cy, ann has
/// examples 0, 2, 4, 5 and errs at 5; bob has 0, 1, 2, 4 and errs at 1; cy has 0, 2, 3 and errs at 3. The
/// specialists against cy: 0 and 2 right, 1 and 5 tied, 3 wrong, 4 without cy.
#[test]
fn without_true_labels_each_is_held_against_the_others() {
    let study = study(three(), "");
    assert_eq!(study.against, Against::OthersMajority);
    let expected = [
        ("ann", 1, 4),
        ("bob", 1, 4),
        ("cy", 1, 3),
        ("specialists", 3, 5),
    ];
    assert_eq!(counts(&study), expected);
    assert_eq!(study.chosen.as_ref().unwrap().name, "ann"); // first of two equals
    assert!(study.notes.contains(&RaterNote::NoReference));
}

/// By hand: 16 pairs, of which examples 0 to 5 agree in 3, 1, 3, 1, 1, 1; one of three disagrees on
/// examples 1, 3 and 5, so the mean of 1 − share is (3 · 1/3)/6.
#[test]
fn agreement_and_bayes_error_by_hand() {
    let study = study(three(), "");
    let agreement = study.agreement.unwrap();
    assert_eq!((agreement.pairs, agreement.agreeing), (16, 10));
    let bayes = study.bayes.unwrap();
    assert!((bayes.error - 1.0 / 6.0).abs() < 1e-15);
    assert!((bayes.labels_per_example - 17.0 / 6.0).abs() < 1e-15);
    assert_eq!(bayes.n, 6);
    // Two classes: at most 1/2, so 2 of 6 coins that show 1/2. The bounds are half of Wilson's.
    let coins = wilson(count(2, 6), Confidence::default());
    assert!((bayes.interval.low - coins.low / 2.0).abs() < 1e-12);
    assert!((bayes.interval.high - coins.high / 2.0).abs() < 1e-12);
}

/// Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, section C: 4 observers, 12 units,
/// missing values, nominal alpha 0.743.
#[test]
fn alpha_of_krippendorff_s_example() {
    let study = study(
        vec![
            rater("a", &[], "123321412---"),
            rater("b", &[], "1233224125--"),
            rater("c", &[], "-33323422513"),
            rater("d", &[], "12332441251-"),
        ],
        "",
    );
    let agreement = study.agreement.unwrap();
    assert!(
        (agreement.alpha.unwrap() - 0.743).abs() < 5e-4,
        "{agreement:?}"
    );
    // By hand from the same table: 8 examples of 4 labels, 2 of 3, 1 of 2.
    assert_eq!(agreement.pairs, 8 * 6 + 2 * 3 + 1);
}

#[test]
fn few_examples_make_nobody_the_best() {
    let study = study(
        vec![
            rater("all", &[], "0101010111"),
            rater("few", &[], "01--------"),
        ],
        "0101010101",
    );
    assert_eq!(study.chosen.as_ref().unwrap().name, "all");
    let few = &study.candidates[1];
    assert_eq!((few.count, few.eligible), (count(0, 2), false));
    assert!(!study.figures().contains_key("few"));
}

/// The lowest of 20 rates that are all 0.2 in truth, on 50 examples. Wilson's 95 % interval lies below the
/// truth where a rater has at most 4 errors: Pr = 0.0185, among 20 raters 0.31, of 300 studies 93 ± 8. The
/// corrected one misses at most 5 %, 15 + 4·√(15·0.95) = 30.
#[test]
fn the_corrected_interval_covers_the_chosen_one() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let (mut plain, mut corrected) = (0, 0);
    for _ in 0..300 {
        let candidates: Vec<Candidate> = (0..20)
            .map(|who| {
                let errors = (0..50).filter(|_| rng.random_bool(0.2)).count() as u64;
                Candidate {
                    name: who.to_string(),
                    kind: CandidateKind::Rater,
                    count: count(errors, 50),
                    interval: Interval::exact(0.0),
                    eligible: true,
                }
            })
            .collect();
        let chosen = chosen(&candidates, Confidence::default()).unwrap();
        let uncorrected = wilson(chosen.count, Confidence::default());
        plain += u32::from(!uncorrected.contains(0.2));
        corrected += u32::from(!chosen.interval.contains(0.2));
    }
    println!("missed of 300: {plain} plain, {corrected} corrected");
    assert!(plain > 60, "{plain}");
    assert!(corrected <= 30, "{corrected}");
}

/// Two raters who draw from (1 − p, p) disagree with 2p(1 − p), and half of that shows as Bayes error:
/// p(1 − p) where p is true. With many raters it comes close. Bounds: 4 standard errors, at most
/// 4·√(0.25/20,000)/2.
#[test]
fn few_raters_bias_the_bayes_error_low() {
    fn check(n_raters: usize, expected: f64, room: f64) {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let raters = (0..n_raters).map(|who| RaterLabels {
            name: who.to_string(),
            groups: Vec::new(),
            labels: (0..20_000)
                .map(|_| Some(u32::from(rng.random_bool(0.2))))
                .collect(),
        });
        let ratings = Ratings::new(raters.collect(), Vec::new()).unwrap();
        let bayes = DisagreementBayes::measure(&ratings.votes(), 2, Confidence::default()).unwrap();
        assert!(
            (bayes.error - expected).abs() < room,
            "{n_raters}: {bayes:?}"
        );
    }
    check(2, 0.16, 0.0075); // 0.2 · 0.8
    check(31, 0.2, 0.0075); // the majority is wrong with Pr = 1e-4 or so
}

#[test]
fn notes_say_what_could_not_be_told() {
    fn check(raters: Vec<RaterLabels>, reference: &str, expected: &[&str]) {
        let study = study(raters, reference);
        let notes: Vec<String> = study.notes.iter().map(ToString::to_string).collect();
        assert_eq!(notes, expected);
    }
    // b is right on the only example that it has; Wilson's upper bound of 0 errors in 1 is z²/(1 + z²),
    // with z = 2.39398 at 1 − 0.05/3.
    check(
        vec![rater("a", &[], "00"), rater("b", &[], "0-")],
        "01",
        &[
            "the lowest of 3 error rates is optimistic: the interval, corrected for the choice, \
             reaches from 0.00 % to 85.14 %",
            "all labels of the raters are class 0: no disagreement can be measured",
            "the Bayes error from disagreement is biased low with few raters: 2.0 labels per example",
        ],
    );
    // One rater is one candidate: nothing was chosen.
    check(
        vec![rater("a", &[], "01")],
        "01",
        &[
            "no example was labelled by two raters: neither agreement nor the Bayes error can be told",
        ],
    );
    check(
        vec![rater("a", &[], "0-"), rater("b", &[], "-1")],
        "",
        &[
            "no example has both a rater's label and something to hold it against: no human level",
            "no true labels: each rater is held against the majority of the others, \
             which is disagreement and not error",
            "no example was labelled by two raters: neither agreement nor the Bayes error can be told",
        ],
    );
}

#[test]
fn a_table_that_says_nothing_is_refused() {
    fn check(raters: Vec<RaterLabels>, reference: &str, expected: &str) {
        let error = Ratings::new(raters, labels(reference)).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let two = |second| vec![rater("a", &[], "01"), second];
    check(
        vec![],
        "",
        "no raters; expected at least one, with a label for each example or none",
    );
    check(
        vec![rater("a", &[], "")],
        "",
        "no examples; expected at least one that was labelled",
    );
    check(
        two(rater("b", &[], "011")),
        "",
        "rater \"b\" has 3 labels; expected 2, as many as \"a\" has",
    );
    check(
        two(rater("b", &[], "01")),
        "0",
        "the reference has 1 labels; expected 2, as many as \"a\" has",
    );
    check(
        two(rater("b", &[], "--")),
        "",
        "rater \"b\" has no labels; expected at least one",
    );
    let name = "is the name of two raters, of a rater and a group, or of the vote of all; \
                expected different names";
    check(two(rater("a", &[], "01")), "", &format!("\"a\" {name}"));
    check(two(rater("b", &["a"], "01")), "", &format!("\"a\" {name}"));
    check(
        two(rater(ALL_RATERS, &[], "01")),
        "",
        &format!("{ALL_RATERS:?} {name}"),
    );
    check(
        vec![rater("a", &[], "22"), rater("b", &[], "2-")],
        "",
        "every label is class 2; expected at least two classes, or nobody could be wrong",
    );
}
