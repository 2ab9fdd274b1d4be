//! Labels that are wrong on purpose, at a known rate.

use rand::RngExt;

use crate::seed::stream;
use crate::source::BayesError;
use crate::{Examples, FieldError, Tag};

/// The tag that says of each example whether its label was replaced.
pub const LABEL_NOISE_TAG: &str = "label_noise";

/// Checks a rate of label noise for data of so many classes.
///
/// Up to (k − 1)/k the right class is still the most frequent label, so the best rule stays the
/// best; at (k − 1)/k labels say nothing, and beyond they mislead.
///
/// # Errors
/// [`FieldError`] for the key `label_noise`.
pub fn check_label_noise(rate: f64, n_classes: usize) -> Result<(), FieldError> {
    if n_classes < 2 {
        let message = format!("needs at least 2 classes; found {n_classes}");
        return Err(FieldError::new("label_noise", message));
    }
    let most = (n_classes - 1) as f64 / n_classes as f64;
    if (0.0..=most).contains(&rate) {
        return Ok(());
    }
    let message = format!("is {rate}; expected 0 to {most}, where no label says anything");
    Err(FieldError::new("label_noise", message))
}

/// Replaces each label with probability `rate` by one of the other classes, all equally likely.
///
/// Whether and how depends on the seed and the example's position alone, so the labels of the first
/// n examples are the same in a set that goes on. Values stay as they are. The tag
/// [`LABEL_NOISE_TAG`] says `kept` or `flipped`; an earlier tag of that name is replaced. With a rate
/// that [`check_label_noise`] refuses for being no probability, or with one class, labels are kept.
pub fn flip_labels(examples: &mut Examples, rate: f64, seed: u64) {
    let n_classes = examples.classes.len() as u32;
    let base = stream(seed, "label noise");
    let mut of = Vec::with_capacity(examples.len());
    for (i, label) in examples.labels.iter_mut().enumerate() {
        let mut rng = base.clone();
        rng.set_stream(i as u64);
        let flips = n_classes > 1 && rng.random::<f64>() < rate;
        if flips {
            let other = rng.random_range(0..n_classes - 1);
            *label = if other < *label { other } else { other + 1 };
        }
        of.push(u32::from(flips));
    }
    examples.tags.retain(|tag| tag.name != LABEL_NOISE_TAG);
    examples.tags.push(Tag {
        name: LABEL_NOISE_TAG.to_owned(),
        values: vec!["kept".to_owned(), "flipped".to_owned()],
        of,
        is_pool: false,
    });
}

/// What label noise makes of an error rate: η + (1 − ηk/(k − 1))·e.
///
/// A rule whose error is e on the true labels agrees with the noisy label in two cases: it is right
/// and the label was kept, (1 − e)(1 − η), or it is wrong and the label was replaced by just what it
/// says, e·η/(k − 1). One minus their sum is the error on the noisy labels; for k = 2 it is
/// η + (1 − 2η)e. It grows with e as long as η ≤ (k − 1)/k, so the best rule is the same one and its
/// error, the Bayes error, is changed in the same way. The standard error is multiplied by the same
/// factor as e.
///
/// The rate is one that [`check_label_noise`] accepts.
#[must_use]
pub fn bayes_with_noise(bayes: BayesError, rate: f64, n_classes: usize) -> BayesError {
    let k = n_classes as f64;
    let factor = 1.0 - rate * k / (k - 1.0);
    BayesError {
        rate: rate + factor * bayes.rate,
        standard_error: factor * bayes.standard_error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Gaussian;
    use crate::{Context, Values};

    fn examples(n: usize, n_classes: usize) -> Examples {
        Examples {
            shape: vec![1],
            values: Values::F32((0..n).map(|i| i as f32 + 0.5).collect()),
            range: None,
            labels: (0..n).map(|i| (i % n_classes) as u32).collect(),
            classes: (0..n_classes).map(|c| c.to_string()).collect(),
            source: vec![0; n],
            source_names: vec!["x".into()],
            original: (0..n as u64).collect(),
            tags: vec![Tag::new("half", &vec!["a"; n])],
        }
    }

    #[test]
    fn so_many_flip_and_all_other_classes_are_equally_likely() {
        let check = |rate: f64, k: usize| {
            let n = 20_000;
            let before = examples(n, k);
            let mut after = before.clone();
            flip_labels(&mut after, rate, 7);
            // Counts are binomial: five standard deviations to either side.
            let within = |count: usize, p: f64| {
                let (mean, deviation) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
                let off = (count as f64 - mean).abs();
                assert!(
                    off <= 5.0 * deviation,
                    "{count} for {mean} ± {deviation}, k = {k}"
                );
            };
            let mut by_step = vec![0; k];
            for (old, new) in before.labels.iter().zip(&after.labels) {
                by_step[(*new as usize + k - *old as usize) % k] += 1;
            }
            within(by_step[0], 1.0 - rate);
            for &count in &by_step[1..] {
                within(count, rate / (k - 1) as f64);
            }
            let tag = after.tag(LABEL_NOISE_TAG).unwrap();
            for i in 0..n {
                let flipped = before.labels[i] != after.labels[i];
                assert_eq!(tag.get(i), if flipped { "flipped" } else { "kept" });
            }
        };
        check(0.0, 3);
        check(0.1, 2);
        check(0.3, 10);
        check(0.9, 10);
    }

    #[test]
    fn everything_but_labels_and_the_tag_stays() {
        let before = examples(500, 4);
        let mut after = before.clone();
        flip_labels(&mut after, 0.5, 7);
        assert_ne!(after.labels, before.labels);
        assert_eq!(after.tags.len(), 2);
        let mut again = after.clone();
        flip_labels(&mut again, 0.5, 8);
        assert_eq!(again.tags.len(), 2);
        after.labels.clone_from(&before.labels);
        after.tags.pop();
        assert_eq!(after, before);
    }

    #[test]
    fn a_smaller_set_is_the_beginning_of_a_larger_one() {
        let (mut small, mut large, mut other) =
            (examples(57, 3), examples(200, 3), examples(57, 3));
        flip_labels(&mut small, 0.4, 7);
        flip_labels(&mut large, 0.4, 7);
        flip_labels(&mut other, 0.4, 8);
        assert_eq!(large.labels[..57], small.labels);
        assert_ne!(other.labels, small.labels);
    }

    #[test]
    fn what_is_no_probability_or_has_no_other_class_flips_nothing() {
        let check = |rate, k| {
            let mut after = examples(100, k);
            flip_labels(&mut after, rate, 7);
            assert_eq!(after.labels, examples(100, k).labels);
        };
        check(f64::NAN, 3);
        check(-1.0, 3);
        check(1.0, 1);
        let mut none = examples(0, 2);
        flip_labels(&mut none, 0.5, 7);
        assert!(none.tags[1].of.is_empty());
    }

    #[test]
    fn bayes_by_the_formula() {
        let check = |rate: f64, noise, k, expected: f64, factor: f64| {
            let bayes = BayesError {
                rate,
                standard_error: 0.01,
            };
            let found = bayes_with_noise(bayes, noise, k);
            assert!((found.rate - expected).abs() < 1e-15, "{found:?}");
            assert!((found.standard_error - 0.01 * factor).abs() < 1e-15);
        };
        // STATISTICS.md: η + (1 − 2η)e
        check(0.1, 0.2, 2, 0.2 + 0.6 * 0.1, 0.6);
        // A perfect rule is wrong where the label is; a blind one stays blind.
        check(0.0, 0.3, 10, 0.3, 1.0 - 0.3 * 10.0 / 9.0);
        check(0.9, 0.3, 10, 0.9, 1.0 - 0.3 * 10.0 / 9.0);
        // Labels that say nothing: 1 − 1/k whatever the rule.
        check(0.25, 0.75, 4, 0.75, 0.0);
    }

    #[test]
    fn the_best_rule_gets_what_the_formula_says() {
        let source = Gaussian {
            classes: 3,
            ..Gaussian::new(40_000)
        };
        let mut loaded = source.load(&Context::new(7)).unwrap();
        let before = loaded.bayes.unwrap();
        flip_labels(&mut loaded.examples, 0.25, 7);
        let expected = bayes_with_noise(before, 0.25, 3).rate;
        // Best for three classes with the means (∓1, −1/√3) and (0, 2/√3): the nearest mean.
        let means = [[-1.0, -0.577], [1.0, -0.577], [0.0, 1.155]];
        let n_wrong = (0..loaded.examples.len()).filter(|&i| {
            let x = loaded.examples.example(i);
            let far = |m: &[f32; 2]| (x[0] - m[0]).powi(2) + (x[1] - m[1]).powi(2);
            let nearest = (0..3).min_by(|&a, &b| far(&means[a]).total_cmp(&far(&means[b])));
            nearest != Some(loaded.examples.labels[i] as usize)
        });
        let n = loaded.examples.len() as f64;
        let found = n_wrong.count() as f64 / n;
        let standard_error = (expected * (1.0 - expected) / n).sqrt();
        assert!(
            (found - expected).abs() < 4.0 * standard_error,
            "{found} for {expected}"
        );
    }

    #[test]
    fn rates_beyond_the_limit_are_refused() {
        let check = |rate, k, expected: &str| {
            assert_eq!(
                check_label_noise(rate, k).unwrap_err().to_string(),
                expected
            );
        };
        let end = "expected 0 to 0.5, where no label says anything";
        check(0.51, 2, &format!("`label_noise` is 0.51; {end}"));
        check(-0.1, 2, &format!("`label_noise` is -0.1; {end}"));
        check(f64::NAN, 2, &format!("`label_noise` is NaN; {end}"));
        check(0.1, 1, "`label_noise` needs at least 2 classes; found 1");
        for (rate, k) in [(0.0, 2), (0.5, 2), (0.9, 10)] {
            assert_eq!(check_label_noise(rate, k), Ok(()));
        }
    }
}
