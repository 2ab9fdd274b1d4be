use std::time::Instant;

use rand_distr::{Distribution, StandardNormal};

use super::*;

/// Gaussian rows with unit variances, the first feature's mean shifted.
fn gaussian(rows: usize, width: usize, shift: f64, rng: &mut ChaCha8Rng) -> Vec<Vec<f64>> {
    let mut row = || {
        let mut row: Vec<f64> = (0..width).map(|_| StandardNormal.sample(rng)).collect();
        row[0] += shift;
        row
    };
    (0..rows).map(|_| row()).collect()
}

fn test(first: &[Vec<f64>], second: &[Vec<f64>], seed: u64) -> TwoSample {
    two_sample_test(first, second, Confidence::default(), seed).unwrap()
}

/// Every number of 32 bits is one of 64.
#[test]
fn rows_of_32_bits_are_tested_as_those_of_64() {
    let mut rng = bootstrap::stream(5);
    let [first, second] = [0.0, 0.3].map(|shift| {
        let rows = gaussian(60, 3, shift, &mut rng);
        let narrow = rows
            .iter()
            .map(|row| row.iter().map(|&x| x as f32).collect());
        narrow.collect::<Vec<Vec<f32>>>()
    });
    let wide = |rows: &[Vec<f32>]| {
        let rows = rows
            .iter()
            .map(|row| row.iter().map(|&x| f64::from(x)).collect());
        rows.collect::<Vec<Vec<f64>>>()
    };
    let narrow = two_sample_test(&first, &second, Confidence::default(), 6).unwrap();
    assert_eq!(narrow, test(&wide(&first), &wide(&second), 6));
}

#[test]
fn like_samples_are_rarely_called_different() {
    let repeats = 200;
    let (mut alarms, mut sum) = (0_u32, 0.0);
    for seed in 0..repeats {
        let mut rng = bootstrap::stream(1_000 + seed);
        let first = gaussian(100, 3, 0.0, &mut rng);
        let got = test(&first, &gaussian(100, 3, 0.0, &mut rng), seed);
        alarms += u32::from(got.verdict == Likeness::Different);
        sum += got.p_value;
    }
    // Of 100 held-out rows 59 or more are right with probability 0.0443 and 58 with 0.0666 (SciPy's
    // binom.sf): so 8.9 alarms of 200 are expected, with a standard deviation of 2.9; four of them allowed.
    assert!((1..=20).contains(&alarms), "{alarms}");
    // The mean of such p-values is (1 + Σ P(k)²)/2 = 0.528, since Σ P(k)² = C(200, 100)/4¹⁰⁰ = 0.0563;
    // they vary as a uniform one does, by 0.289, and their mean by 0.289/√200 = 0.020.
    let mean = sum / repeats as f64;
    assert!((mean - 0.528).abs() < 4.0 * 0.020, "{mean}");
}

#[test]
fn a_shift_is_found_with_the_accuracy_that_it_allows() {
    fn check(shift: f64, best: f64) {
        let mut rng = bootstrap::stream(3);
        let first = gaussian(2_000, 2, 0.0, &mut rng);
        let second = gaussian(2_000, 2, shift, &mut rng);
        let sure = Confidence::new(0.999).unwrap();
        let got = two_sample_test(&first, &second, sure, 4).unwrap();
        assert!(got.interval.contains(best), "{} for {best}", got.accuracy);
        assert_eq!(got.verdict, Likeness::Different);
        assert_eq!(
            (got.trained_per_sample, got.held_out_per_sample),
            (1_000, 1_000)
        );
        assert!((got.accuracy + got.mistaken.rate() - 1.0).abs() < 1e-12);
    }
    // Φ(δ/2), as tables print it.
    check(0.5, 0.5987);
    check(1.0, 0.6915);
    check(3.0, 0.9332);
}

#[test]
fn rows_that_look_like_the_other_sample_have_the_scores() {
    let mut rng = bootstrap::stream(5);
    let first = gaussian(120, 2, 0.0, &mut rng);
    let mut second = gaussian(300, 2, 5.0, &mut rng);
    second[7] = vec![0.0, 0.0]; // in the middle of the first sample
    let got = test(&first, &second, 6);
    assert_eq!(
        (got.first_scores.len(), got.second_scores.len()),
        (120, 300)
    );
    let least = (0..300).min_by(|&a, &b| got.second_scores[a].total_cmp(&got.second_scores[b]));
    assert_eq!(least, Some(7));
    assert!(got.second_scores[7] < 0.2, "{}", got.second_scores[7]);
    assert_eq!(got, test(&first, &second, 6));
}

#[test]
fn odd_features_do_no_harm() {
    // Constant features alone: nothing to tell.
    let flat = vec![vec![3.0, 0.1]; 40];
    let got = test(&flat, &flat, 1);
    assert_eq!((got.accuracy, got.verdict), (0.5, Likeness::NotShown));
    // Perfectly separable, beside a constant feature: 20 rows of each held out, 40 of 40 right.
    let other = vec![vec![4.0, 0.1]; 40];
    let got = test(&flat, &other, 1);
    assert!((got.accuracy - 1.0).abs() < 1e-12);
    assert!(
        (got.p_value / 2_f64.powi(-40) - 1.0).abs() < 1e-9,
        "{}",
        got.p_value
    );
    // The largest numbers there are.
    let huge = [vec![f64::MAX, 1.0], vec![-f64::MAX, 2.0]];
    let got = test(&huge, &huge, 1);
    let scores = got.first_scores.iter().chain(&got.second_scores);
    assert!(
        scores.into_iter().all(|score| (0.0..=1.0).contains(score)),
        "{got:?}"
    );
}

#[test]
fn wide_rows_take_about_a_second() {
    let mut rng = bootstrap::stream(8);
    let first = gaussian(3_000, 512, 0.0, &mut rng);
    let second = gaussian(3_000, 512, 1.0, &mut rng);
    let start = Instant::now();
    let got = test(&first, &second, 9);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "3,000 + 3,000 rows of 512 features: {seconds:.2} s, accuracy {}",
        got.accuracy
    );
    assert_eq!(got.verdict, Likeness::Different);
    // Far above what it takes, for slow and busy machines.
    assert!(seconds < 20.0, "{seconds}");
}

#[test]
fn what_cannot_be_tested_is_refused() {
    fn check(first: &[Vec<f64>], second: &[Vec<f64>], expected: &str) {
        let error = two_sample_test(first, second, Confidence::default(), 1).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let fine = [vec![1.0, 2.0], vec![2.0, 1.0]];
    check(
        &fine,
        &[],
        "the second sample has 0 rows; expected at least 2",
    );
    check(
        &fine[..1],
        &fine,
        "the first sample has 1 rows; expected at least 2",
    );
    check(
        &fine,
        &[vec![1.0, 2.0], vec![1.0]],
        "row 1 of the second sample has 1 features; expected 2 (1 to 4096)",
    );
    check(
        &[vec![], vec![]],
        &fine,
        "row 0 of the first sample has 0 features; expected 0 (1 to 4096)",
    );
    check(
        &fine,
        &[vec![1.0, 2.0], vec![1.0, f64::NAN]],
        "feature 1 of row 1 of the second sample is not finite; expected a number",
    );
}
