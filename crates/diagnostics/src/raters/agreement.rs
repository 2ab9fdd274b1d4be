//! How much raters agree, and the Bayes error that their disagreement shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::interval::{Confidence, Interval, wilson_of};

/// How much raters agree, over the examples with at least two labels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Pairs of labels of one example by two raters.
    pub pairs: u64,
    /// Pairs that are equal.
    pub agreeing: u64,
    /// Observed agreement: the agreeing share of the pairs, a fraction.
    pub observed: f64,
    /// Krippendorff's alpha for nominal data: 1 is perfect agreement, 0 what chance alone would give. None
    /// if all those labels are one class, where chance would agree too.
    pub alpha: Option<f64>,
}

impl Agreement {
    /// Counts agreement over the labels of each example.
    ///
    /// Alpha: Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, section C: 1 − observed
    /// over expected disagreement, from coincidences in which an example with m labels weighs m. Missing
    /// labels are allowed for.
    pub(super) fn measure(votes: &[Vec<u32>]) -> Option<Self> {
        let (mut pairs, mut agreeing) = (0, 0);
        let mut observed = 0.0;
        let mut totals: BTreeMap<u32, u64> = BTreeMap::new();
        for labels in votes.iter().filter(|labels| labels.len() >= 2) {
            let m = labels.len() as u64;
            let here = shares(labels);
            let alike: u64 = here.values().map(|n| n * (n - 1) / 2).sum();
            let both = m * (m - 1) / 2;
            pairs += both;
            agreeing += alike;
            observed += 2.0 * (both - alike) as f64 / (m - 1) as f64;
            for (class, n) in here {
                *totals.entry(class).or_default() += n;
            }
        }
        if pairs == 0 {
            return None;
        }
        let n: u64 = totals.values().sum();
        let n_squared = (n as f64).powi(2);
        let expected = n_squared - totals.values().map(|&n| (n as f64).powi(2)).sum::<f64>();
        Some(Self {
            pairs,
            agreeing,
            observed: agreeing as f64 / pairs as f64,
            alpha: (totals.len() > 1).then(|| 1.0 - (n as f64 - 1.0) * observed / expected),
        })
    }
}

/// The Bayes error as far as raters' disagreement shows it; fractions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DisagreementBayes {
    /// Mean over examples of 1 − the largest class share of their labels.
    pub error: f64,
    /// Interval of that mean over examples; it says nothing of the bias.
    pub interval: Interval,
    /// Examples with at least two labels, which are those counted.
    pub n: u64,
    /// Mean number of labels of those examples.
    pub labels_per_example: f64,
}

impl DisagreementBayes {
    /// Averages the disagreement of each example.
    ///
    /// Ishida et al., arXiv 2202.00395, who treat two classes; for more, the same with the largest share.
    /// If raters label as nature does, each drawing from the true class probabilities, the mean tends to
    /// the Bayes error with the number of raters. With few it is biased low, because the largest share of
    /// few draws is larger than the largest probability: two raters show half of it at best. Careless
    /// raters push it up.
    ///
    /// An example's disagreement lies in 0..=most, where most = 1 − 1/(classes, or labels if fewer). Its
    /// variance is then at most that of a coin that shows 0 or most, and the interval is Wilson's for such
    /// coins: wider than need be, and never empty where no disagreement was seen.
    pub(super) fn measure(
        votes: &[Vec<u32>],
        n_classes: usize,
        confidence: Confidence,
    ) -> Option<Self> {
        let (mut sum, mut labels_seen, mut examples, mut longest) = (0.0, 0, 0_u64, 0);
        for labels in votes.iter().filter(|labels| labels.len() >= 2) {
            let largest = shares(labels).into_values().max().unwrap_or(0);
            sum += 1.0 - largest as f64 / labels.len() as f64;
            labels_seen += labels.len();
            examples += 1;
            longest = longest.max(labels.len());
        }
        if examples == 0 {
            return None;
        }
        let n = examples as f64;
        let error = sum / n;
        let most = 1.0 - 1.0 / longest.min(n_classes).max(2) as f64;
        let coins = wilson_of(error / most, n, confidence.z());
        Some(Self {
            error,
            interval: Interval {
                low: (coins.low * most).min(error),
                high: (coins.high * most).max(error),
            },
            n: examples,
            labels_per_example: labels_seen as f64 / n,
        })
    }
}

/// How many labels each class has.
fn shares(labels: &[u32]) -> BTreeMap<u32, u64> {
    let mut shares = BTreeMap::new();
    for &label in labels {
        *shares.entry(label).or_insert(0) += 1;
    }
    shares
}
