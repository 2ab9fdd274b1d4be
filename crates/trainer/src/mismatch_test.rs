//! Whether train-dev and dev look alike to the network: a classifier two-sample test on its features.

use std::fmt::Write;

use plumb_data::seed;
use plumb_diagnostics::{Confidence, Interval, Likeness, two_sample_test};
use rand::seq::index;
use serde::{Deserialize, Serialize};

use crate::{outputs::Outputs, progress::thousands};

/// Examples of each set that take part; more would hardly change what is found.
const MOST_EXAMPLES: usize = 4_000;

/// Examples of each set that are listed.
const N_LISTED: usize = 20;

/// Of them, how many a terminal gets.
const N_SHOWN: usize = 5;

/// What `mismatch_test.json` says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MismatchTest {
    pub(crate) format: u32,
    /// None if it could not be made.
    pub(crate) found: Option<Found>,
    /// Why not.
    pub(crate) why_not: Option<String>,
}

/// How well a linear classifier tells the two sets apart by the features before the output layer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Found {
    /// Held-out examples told right; 0.5 is chance.
    pub(crate) accuracy: f64,
    pub(crate) interval: Interval,
    /// Of that accuracy or a higher one, if both sets were of one distribution.
    pub(crate) p_value: f64,
    pub(crate) verdict: Likeness,
    /// Held-out examples of each set.
    pub(crate) held_out: usize,
    /// Features of each example.
    pub(crate) width: usize,
    /// The train-dev examples that look least like dev, the most unlike first.
    pub(crate) least_like_dev: Vec<Unlike>,
    /// The dev examples that look least like train-dev, the most unlike first.
    pub(crate) least_like_train_dev: Vec<Unlike>,
}

/// An example that stands out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Unlike {
    /// Its number in its set.
    pub(crate) example: usize,
    /// Probability, as far as the classifier can tell, that it is from dev.
    pub(crate) dev_probability: f64,
}

impl MismatchTest {
    pub(crate) const FILE: &str = "mismatch_test.json";

    /// The version of the file.
    pub(crate) const FORMAT: u32 = 1;

    /// Tests the features of the two sets.
    pub(crate) fn of(
        train_dev: &Outputs,
        dev: &Outputs,
        confidence: Confidence,
        run_seed: u64,
    ) -> Self {
        let (train_dev_places, train_dev_rows) = sampled(train_dev, run_seed, "train-dev");
        let (dev_places, dev_rows) = sampled(dev, run_seed, "dev");
        let test_seed = seed::derive(run_seed, "mismatch test");
        let tested = match two_sample_test(&train_dev_rows, &dev_rows, confidence, test_seed) {
            Ok(tested) => tested,
            Err(error) => {
                let named = error.to_string();
                let named = named.replace("first sample", "train-dev set");
                let named = named.replace("second sample", "dev set");
                return Self {
                    format: Self::FORMAT,
                    found: None,
                    why_not: Some(named),
                };
            }
        };
        let listed = |places: &[usize], scores: &[f64], sign: f64| {
            let mut order: Vec<usize> = (0..places.len()).collect();
            order.sort_by(|&a, &b| (sign * scores[a]).total_cmp(&(sign * scores[b])));
            let unlike = |at: usize| Unlike {
                example: places[at],
                dev_probability: scores[at],
            };
            order.into_iter().take(N_LISTED).map(unlike).collect()
        };
        Self {
            format: Self::FORMAT,
            found: Some(Found {
                accuracy: tested.accuracy,
                interval: tested.interval,
                p_value: tested.p_value,
                verdict: tested.verdict,
                held_out: tested.held_out_per_sample,
                width: dev.width,
                least_like_dev: listed(&train_dev_places, &tested.first_scores, 1.0),
                least_like_train_dev: listed(&dev_places, &tested.second_scores, -1.0),
            }),
            why_not: None,
        }
    }

    /// A paragraph for a terminal.
    pub(crate) fn text(&self) -> String {
        let Some(found) = &self.found else {
            let why = self.why_not.as_deref().unwrap_or("not known why");
            return format!("\nTrain-dev and dev were not held side by side: {why}\n");
        };
        let percent = |share: f64| share * 100.0;
        let mut text = format!(
            "\nTo the network, train-dev and dev {}: a classifier on its {} features tells\n\
             {} held-out examples apart with {:.1} % accuracy ({:.1} to {:.1}; chance: 50; p {})\n",
            match found.verdict {
                Likeness::Different => "look different",
                Likeness::NotShown => "do not look different, as far as this test sees",
            },
            thousands(found.width as u64),
            thousands(2 * found.held_out as u64),
            percent(found.accuracy),
            percent(found.interval.low),
            percent(found.interval.high),
            if found.p_value < 1e-4 {
                "< 0.0001".to_owned()
            } else {
                format!("= {:.4}", found.p_value)
            },
        );
        if found.verdict == Likeness::Different {
            let numbers = |unlike: &[Unlike]| {
                let shown = unlike
                    .iter()
                    .take(N_SHOWN)
                    .map(|one| one.example.to_string());
                shown.collect::<Vec<_>>().join(", ")
            };
            writeln!(
                text,
                "  least alike: dev {}; train-dev {}",
                numbers(&found.least_like_train_dev),
                numbers(&found.least_like_dev)
            )
            .ok();
        }
        text
    }
}

/// A random part of a set's rows, by their places in the set.
fn sampled<'a>(outputs: &'a Outputs, run_seed: u64, set: &str) -> (Vec<usize>, Vec<&'a [f32]>) {
    let width = outputs.width.max(1);
    let n = outputs.features.len() / width;
    let mut stream = seed::stream(run_seed, &format!("mismatch test {set}"));
    let mut places = index::sample(&mut stream, n, n.min(MOST_EXAMPLES)).into_vec();
    places.sort_unstable();
    let row = |&at: &usize| &outputs.features[at * width..(at + 1) * width];
    let rows = places.iter().map(row).collect();
    (places, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One feature that is a set's own number, another that says nothing.
    fn outputs(n: usize, own: impl Fn(usize) -> f32) -> Outputs {
        let features = (0..n).flat_map(|at| [own(at), (at % 7) as f32]);
        Outputs {
            features: features.collect(),
            probabilities: Vec::new(),
            width: 2,
        }
    }

    #[test]
    fn sets_that_differ_are_told_apart_and_the_strangest_are_named() {
        let train_dev = outputs(300, |at| (at % 10) as f32);
        // Number 42 is furthest from what train-dev holds.
        let dev = outputs(300, |at| {
            if at == 42 {
                40.0
            } else {
                15.0 + (at % 10) as f32
            }
        });
        let test = MismatchTest::of(&train_dev, &dev, Confidence::default(), 1);
        let found = test.found.unwrap();
        assert_eq!(found.verdict, Likeness::Different);
        assert!(found.accuracy > 0.99, "{}", found.accuracy);
        assert_eq!(found.least_like_train_dev[0].example, 42);
        assert_eq!(found.least_like_train_dev.len(), N_LISTED);
    }

    #[test]
    fn sets_of_one_kind_are_not_told_apart() {
        let train_dev = outputs(300, |at| (at % 10) as f32);
        let dev = outputs(300, |at| ((at + 5) % 10) as f32);
        let test = MismatchTest::of(&train_dev, &dev, Confidence::default(), 1);
        assert_eq!(test.found.unwrap().verdict, Likeness::NotShown);
    }

    #[test]
    fn what_can_t_be_tested_says_why() {
        let lost = outputs(300, |_| f32::NAN);
        let test = MismatchTest::of(&lost, &lost, Confidence::default(), 1);
        assert!(test.text().contains("is not finite"), "{}", test.text());
    }
}
