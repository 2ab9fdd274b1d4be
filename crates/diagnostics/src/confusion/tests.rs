use super::*;

/// 0 three times right and twice taken for 1; 1 once taken for 0 and once for 2 and once right; 2 once
/// without a prediction. 9 examples, 5 errors.
const LABELS: [u32; 9] = [0, 0, 0, 0, 0, 1, 1, 1, 2];
const PREDICTED: [u32; 9] = [0, 0, 0, 1, 1, 0, 2, 1, NO_PREDICTION];

fn confusion() -> Confusion {
    Confusion::new(&LABELS, &PREDICTED).unwrap()
}

#[test]
fn cells_and_classes_count_the_examples() {
    let confusion = confusion();
    for (label, predicted, n) in [
        (0, Some(0), 3),
        (0, Some(1), 2),
        (1, Some(0), 1),
        (1, Some(1), 1),
        (1, Some(2), 1),
        (2, None, 1),
        (2, Some(2), 0),
        (7, Some(0), 0),
    ] {
        assert_eq!(
            confusion.count(label, predicted),
            n,
            "{label} as {predicted:?}"
        );
    }
    let count = |errors, n| ErrorCount::new(errors, n).unwrap();
    assert_eq!(confusion.whole, count(5, 9));
    let classes = [0, 1, 2, 3].map(|class| confusion.class(class));
    let expected = [
        Some(count(2, 5)),
        Some(count(2, 3)),
        Some(count(1, 1)),
        None,
    ];
    assert_eq!(classes, expected);
}

#[test]
fn the_most_frequent_pairs_come_first() {
    fn check(pairing: Pairing, expected: &[(u32, Option<u32>, u64, u64)]) {
        let pairs = confusion().pairs(pairing, Confidence::default());
        let got: Vec<_> = (pairs.iter())
            .map(|pair| {
                (
                    pair.label,
                    pair.predicted,
                    pair.count.errors(),
                    pair.count.n(),
                )
            })
            .collect();
        assert_eq!(got, expected);
        for pair in &pairs {
            let share = pair.count.errors() as f64 / 5.0;
            assert!((pair.share_of_errors - share).abs() < 1e-15);
            assert_eq!(pair.interval, wilson(pair.count, Confidence::default()));
        }
    }
    check(
        Pairing::Directed,
        &[
            (0, Some(1), 2, 5),
            (1, Some(0), 1, 3),
            (1, Some(2), 1, 3),
            (2, None, 1, 1),
        ],
    );
    // 0 and 1 together have 8 examples, 1 and 2 have 4.
    check(
        Pairing::Merged,
        &[(0, Some(1), 3, 8), (1, Some(2), 1, 4), (2, None, 1, 1)],
    );
}

#[test]
fn a_class_that_is_only_predicted_is_no_label() {
    let confusion = Confusion::new(&[0, 0], &[5, 0]).unwrap();
    assert_eq!(confusion.class(5), None);
    let pairs = confusion.pairs(Pairing::Merged, Confidence::default());
    assert_eq!((pairs[0].label, pairs[0].predicted), (0, Some(5)));
    assert_eq!(pairs[0].count, ErrorCount::new(1, 2).unwrap());
}

#[test]
fn what_cannot_be_counted_is_said() {
    fn check(labels: &[u32], predicted: &[u32], expected: &str) {
        let error = Confusion::new(labels, predicted).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    check(
        &[],
        &[],
        "no examples; expected at least one label with its prediction",
    );
    check(
        &[0, 1],
        &[0],
        "2 labels and 1 predictions; expected as many of one as of the other",
    );
    check(
        &[0, NO_PREDICTION],
        &[0, 0],
        "example 1 has no label; expected a class index below 4294967295",
    );
}
