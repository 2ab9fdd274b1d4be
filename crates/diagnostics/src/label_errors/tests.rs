use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::function::erf::erf_inv;

use super::*;

/// Two classes, from the probability of class 1 alone; fractions of 8, so sums are exact.
fn two_classes(examples: &[(u32, f32)]) -> LabelErrors {
    let labels: Vec<u32> = examples.iter().map(|example| example.0).collect();
    let rows: Vec<[f32; 2]> = examples.iter().map(|&(_, p)| [1.0 - p, p]).collect();
    find_label_errors(&labels, &rows).unwrap()
}

/// By hand. Label 0 has p₀ = 7/8, 7/8, 6/8, 4/8, 1/8: t₀ = 25/40 = 0.625. Label 1 has p₁ = 1, 7/8, 7/8,
/// 2/8: t₁ = 24/32 = 0.75.
///
/// Label 0: the first three reach t₀ alone; the fourth reaches neither (4/8 < 0.625, 4/8 < 0.75); the
/// fifth reaches t₁ alone (7/8): row (3, 1), scaled to 5 examples (3.75, 1.25). Label 1: three reach t₁
/// alone, the last t₀ alone (6/8): row (1, 3), which are its 4 examples.
///
/// n·Q off the diagonal: 1.25 + 1 of 9, a noise rate of 0.25. One example is pruned in each class: the
/// fifth (margin 1/8 − 7/8) and the last (2/8 − 6/8).
#[test]
fn a_tiny_set_by_hand() {
    let found = two_classes(&[
        (0, 0.125),
        (0, 0.125),
        (0, 0.25),
        (0, 0.5),
        (0, 0.875),
        (1, 1.0),
        (1, 0.875),
        (1, 0.875),
        (1, 0.25),
    ]);
    assert_eq!(found.thresholds, [0.625, 0.75]);
    assert_eq!(found.confident_joint, [[3, 1], [1, 3]]);
    for (got, expected) in found.joint.iter().flatten().zip([3.75, 1.25, 1.0, 3.0]) {
        assert!((got - expected / 9.0).abs() < 1e-15);
    }
    assert!((found.noise_rate - 0.25).abs() < 1e-15);
    let pairs: Vec<_> = (found.pairs.iter())
        .map(|pair| (pair.given, pair.likely, pair.confident, pair.estimated))
        .collect();
    assert_eq!(pairs, [(0, 1, 1, 1.25), (1, 0, 1, 1.0)]);
    let suspects: Vec<_> = (found.suspects.iter())
        .map(|s| (s.example, s.given, s.likely, s.self_confidence, s.margin))
        .collect();
    assert_eq!(suspects, [(4, 0, 1, 0.125, -0.75), (8, 1, 0, 0.25, -0.5)]);
}

/// t₀ = (1 + 0.5)/2 = 0.75 and t₁ = (0.5 + 0.25)/2 = 0.375. The second example of label 0 reaches t₁ alone
/// and counts as a label error, but class 1 is no more probable than its label, so it is no suspect. The
/// second of label 1 reaches t₀ alone (0.75) and is one.
#[test]
fn a_label_that_is_most_probable_is_no_suspect() {
    let found = two_classes(&[(0, 0.0), (0, 0.5), (1, 0.5), (1, 0.25)]);
    assert_eq!(found.confident_joint, [[1, 1], [1, 1]]);
    assert!((found.noise_rate - 0.5).abs() < 1e-15);
    let suspects: Vec<_> = found
        .suspects
        .iter()
        .map(|suspect| suspect.example)
        .collect();
    assert_eq!(suspects, [3]);
}

/// The two rules disagree. Label 0 has p₀ = 1, 1, 4/16, 2/16, so t₀ = 38/64; t₁ = t₂ = 12/16. The third
/// reaches t₁, the fourth nothing: row (2, 1, 0), scaled to 4 examples (2.67, 1.33, 0). One example is
/// pruned by class, the fourth (lowest p₀), and one by noise rate, the third (p₁ − p₀ = 8/16, not 5/16).
#[test]
fn a_suspect_is_chosen_by_both_rules() {
    let rows: [[f32; 3]; 7] = [
        [16.0, 0.0, 0.0],
        [16.0, 0.0, 0.0],
        [4.0, 12.0, 0.0],
        [2.0, 7.0, 7.0],
        [4.0, 12.0, 0.0],
        [4.0, 12.0, 0.0],
        [4.0, 0.0, 12.0],
    ];
    let rows = rows.map(|row| row.map(|sixteenths| sixteenths / 16.0));
    let found = find_label_errors(&[0, 0, 0, 0, 1, 1, 2], &rows).unwrap();
    assert_eq!(found.confident_joint, [[2, 1, 0], [0, 2, 0], [0, 0, 1]]);
    assert!((found.noise_rate - 4.0 / 3.0 / 7.0).abs() < 1e-15);
    assert_eq!(found.suspects, []);
}

/// Probabilities of 0 and 1 leave nothing to rank by: all contradictions are suspects.
#[test]
fn equal_suspects_are_all_named() {
    let found = two_classes(&[(0, 0.0), (0, 0.0), (0, 0.0), (0, 1.0), (0, 1.0), (1, 1.0)]);
    let suspects: Vec<_> = found
        .suspects
        .iter()
        .map(|suspect| suspect.example)
        .collect();
    assert_eq!(suspects, [3, 4]);
}

/// Three Gaussian classes in the plane, unit covariance, means at the corners of a triangle with sides 6;
/// a tenth of the labels is replaced by one of the two others. The probabilities are the true ones of the
/// noisy label, 0.9 p + 0.05 (1 − p), as a perfect classifier learns them.
///
/// Bounds. Thresholds are about 0.9·0.9 + 0.1·0.05 = 0.815, reached where p ≥ 0.9. Between two classes,
/// ln(p/p') = 6z with z ~ N(3, 1) the distance from the middle, so p < 0.9 needs 6z < ln 9 for one of two
/// others (or twice that share for both together): at most 2·Φ(0.37 − 3) = 0.9 % of the examples are
/// unclear; of 3,000 at most 27 + 4·√27 = 48, and of the 300 flips 2.7 + 4·√2.7 = 9. All clear flips count in
/// C, and rounding n·Q loses at most 0.5 in each of 6 pairs: recall is at least 1 − (9 + 3)/300 = 0.96.
/// Beside flips, C holds the examples that lie deep in another class, 2·Φ(−3.37) · 3,000 = 2.3, at most 9;
/// scaling adds 48/3,000 and rounding 3: of 300 + 9 + 5 + 3 = 317 suspects at least 288 are flips: precision
/// at least 0.90. The noise rate is 0.1 ± 4·√(0.09/3,000) = 0.022, plus 9/3,000 and 0.1·48/3,000: 0.027.
#[test]
fn known_flips_are_found() {
    const N: usize = 3_000;
    let means = [(0.0, 0.0), (6.0, 0.0), (3.0, 27.0_f64.sqrt())];
    for seed in 0..5 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let normal = |rng: &mut ChaCha8Rng| {
            2.0_f64.sqrt() * erf_inv(2.0 * rng.random_range(1e-12..1.0 - 1e-12) - 1.0)
        };
        let (mut labels, mut rows, mut flipped) = (Vec::new(), Vec::new(), Vec::new());
        for example in 0..N {
            let truth = example % 3;
            let (x, y) = (
                means[truth].0 + normal(&mut rng),
                means[truth].1 + normal(&mut rng),
            );
            let density = means.map(|(a, b)| (-((x - a).powi(2) + (y - b).powi(2)) / 2.0).exp());
            let sum: f64 = density.iter().sum();
            rows.push(density.map(|d| (0.05 + 0.85 * d / sum) as f32));
            let flip = rng.random_bool(0.1);
            let by = if flip { rng.random_range(1..3) } else { 0 };
            labels.push(((truth + by) % 3) as u32);
            flipped.push(flip);
        }
        let found = find_label_errors(&labels, &rows).unwrap();
        let n_flipped = flipped.iter().filter(|&&flip| flip).count() as f64;
        let hits = found
            .suspects
            .iter()
            .filter(|suspect| flipped[suspect.example])
            .count() as f64;
        let (recall, precision) = (hits / n_flipped, hits / found.suspects.len() as f64);
        println!(
            "recall {recall:.3}, precision {precision:.3}, noise {:.3}",
            found.noise_rate
        );
        assert!(recall >= 0.95, "{recall}");
        assert!(precision >= 0.9, "{precision}");
        assert!(
            (found.noise_rate - 0.1).abs() < 0.027,
            "{}",
            found.noise_rate
        );
    }
}

#[test]
fn what_cannot_be_judged_is_refused() {
    fn check(labels: &[u32], rows: &[&[f32]], expected: &str) {
        let error = find_label_errors(labels, rows).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let sure: [&[f32]; 2] = [&[1.0, 0.0], &[0.0, 1.0]];
    check(
        &[],
        &[],
        "no examples; expected labels and class probabilities",
    );
    check(
        &[0],
        &sure,
        "1 labels and 2 rows of probabilities; expected one row for each label",
    );
    check(
        &[0, 1],
        &[&[1.0, 0.0], &[1.0]],
        "example 1 has 1 probabilities; expected 2, one for each class",
    );
    check(
        &[0, 2],
        &sure,
        "example 1 has label 2; expected a class index below 2",
    );
    check(
        &[0, 1],
        &[&[1.0, 0.0], &[0.5, f32::NAN]],
        "example 1 has probability NaN for class 1; expected a fraction from 0 to 1",
    );
    check(
        &[0, 1],
        &[&[1.0, 0.0], &[0.5, 0.25]],
        "the probabilities of example 1 add up to 0.75; expected 1",
    );
    check(
        &[0, 0],
        &sure,
        "class 1 has no examples; expected at least one with this label",
    );
    check(
        &[0],
        &[&[]],
        "the probabilities of example 0 add up to 0; expected 1",
    );
}
