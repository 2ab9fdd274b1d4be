//! Examples whose label is probably wrong, and how many there are: confident learning.
//!
//! Northcutt, Jiang, Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70, 2021
//! (arXiv 1911.00068).

mod prune;

use serde::{Deserialize, Serialize};

use prune::{both_pruned, suspect};

/// How far the probabilities of one example may be from adding up to 1: room for f32 and for files that
/// hold four digits, and far below what unnormalized scores would show.
pub const SUM_TOLERANCE: f64 = 1e-3;

/// Room for rounding where a probability is compared with a mean of probabilities: far above the rounding
/// of a sum of millions of them, far below what f32 tells apart.
const ROUNDING: f64 = 1e-9;

/// Why label errors cannot be looked for.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LabelErrorsError {
    /// There is nothing to look at.
    #[error("no examples; expected labels and class probabilities")]
    NoExamples,
    /// Labels and rows of probabilities are of different number.
    #[error("{labels} labels and {rows} rows of probabilities; expected one row for each label")]
    UnequalLengths {
        /// Number of labels.
        labels: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A row has not one probability per class.
    #[error("example {example} has {got} probabilities; expected {expected}, one for each class")]
    RowWidth {
        /// Which one, counted from 0.
        example: usize,
        /// Probabilities it has.
        got: usize,
        /// Number of classes.
        expected: usize,
    },
    /// A label is no class.
    #[error("example {example} has label {label}; expected a class index below {n_classes}")]
    Label {
        /// Which one, counted from 0.
        example: usize,
        /// Its label.
        label: u32,
        /// Number of classes.
        n_classes: usize,
    },
    /// A number is no probability.
    #[error(
        "example {example} has probability {got} for class {class}; expected a fraction from 0 to 1"
    )]
    Probability {
        /// Which example, counted from 0.
        example: usize,
        /// Which class.
        class: usize,
        /// What was given.
        got: f32,
    },
    /// The probabilities of an example are not those of all classes.
    #[error("the probabilities of example {example} add up to {sum}; expected 1")]
    Sum {
        /// Which one, counted from 0.
        example: usize,
        /// Their sum.
        sum: f64,
    },
    /// A class has no threshold, because no example carries its label.
    #[error("class {class} has no examples; expected at least one with this label")]
    EmptyClass {
        /// Which class.
        class: usize,
    },
}

/// An example whose label is probably wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suspect {
    /// Which one, counted from 0 in the order given.
    pub example: usize,
    /// Class index of its label.
    pub given: u32,
    /// Class index that the model holds most likely.
    pub likely: u32,
    /// Self-confidence: the probability that the model gives the label.
    pub self_confidence: f64,
    /// Normalized margin: self-confidence minus the probability of the likely class, in −1..0.
    pub margin: f64,
}

/// Estimated number of examples of one class that carry the label of another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MislabelledPair {
    /// Class index of the labels.
    pub given: u32,
    /// Class index of what they show.
    pub likely: u32,
    /// Examples confidently counted: an entry of the confident joint.
    pub confident: u64,
    /// Estimated examples in the set, n · Q; need not be whole.
    pub estimated: f64,
}

/// What confident learning says of a set's labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelErrors {
    /// Examples in the set.
    pub n: u64,
    /// Per class, the mean probability of the class among the examples with its label.
    pub thresholds: Vec<f64>,
    /// Confident joint: per label, per class, the examples counted with confidence.
    pub confident_joint: Vec<Vec<u64>>,
    /// Calibrated joint Q: per label, per class, the estimated share of the set; all add up to 1.
    pub joint: Vec<Vec<f64>>,
    /// Estimated share of wrong labels: what lies off the diagonal of Q.
    pub noise_rate: f64,
    /// Off-diagonal entries that are not 0, the largest first, then by class indices.
    pub pairs: Vec<MislabelledPair>,
    /// Suspected examples, the smallest margin first.
    pub suspects: Vec<Suspect>,
}

/// Looks for wrong labels.
///
/// `labels`: n class indices. `probabilities`: n rows of k class probabilities.
/// **They must be out of sample**: from a model that was not trained on these examples (dev or train-dev, or
/// cross-validation). A model knows the wrong labels that it was trained on, and would call them right.
///
/// Per class, the threshold is the mean probability of the class among the examples labelled so. An example
/// labelled i counts in the confident joint C\[i\]\[j\] for the most probable class j among those whose
/// threshold it reaches (of equals its label, then the lowest index), and nowhere if it reaches none. Each
/// row of C is scaled to the number of examples with that label, and all to 1: Q.
///
/// Suspects are what the paper calls C + NR, chosen by *both* of two rules, where numbers are rounded and
/// ties at the cut are included. Prune by class: of label i, as many examples as n·Q has off the diagonal in
/// row i, those with the lowest self-confidence. Prune by noise rate: for each pair, n·Q\[i\]\[j\] examples of
/// label i, those in which the probability of j exceeds that of i most. Examples whose label is the most
/// probable class anyway are left out: there is nothing to propose.
///
/// # Errors
/// [`LabelErrorsError`] for no examples, different lengths, rows of another width than the first, NaN or
/// anything else that is no probability, rows that do not add up to 1 within [`SUM_TOLERANCE`], labels
/// that are no class, and classes without examples.
pub fn find_label_errors<R: AsRef<[f32]>>(
    labels: &[u32],
    probabilities: &[R],
) -> Result<LabelErrors, LabelErrorsError> {
    let by_label = validated(labels, probabilities)?;
    let n_classes = by_label.len();
    let p = |example: usize, class: usize| f64::from(probabilities[example].as_ref()[class]);

    let thresholds: Vec<f64> = (by_label.iter().enumerate())
        .map(|(class, members)| {
            members.iter().map(|&x| p(x, class)).sum::<f64>() / members.len() as f64
        })
        .collect();

    let mut confident_joint = vec![vec![0_u64; n_classes]; n_classes];
    for (given, members) in by_label.iter().enumerate() {
        for &x in members {
            let reached = (0..n_classes).filter(|&j| p(x, j) >= thresholds[j] - ROUNDING);
            let best = reached.max_by(|&a, &b| {
                let by_probability = p(x, a).total_cmp(&p(x, b));
                by_probability
                    .then((a == given).cmp(&(b == given)))
                    .then(b.cmp(&a))
            });
            if let Some(likely) = best {
                confident_joint[given][likely] += 1;
            }
        }
    }
    let estimated = calibrated(&confident_joint, &by_label);

    let mut suspects = Vec::new();
    for (given, members) in by_label.iter().enumerate() {
        let suspected = both_pruned(given, members, &estimated[given], p);
        suspects.extend(
            suspected
                .into_iter()
                .filter_map(|x| suspect(x, given, n_classes, p)),
        );
    }
    suspects.sort_by(|a, b| {
        a.margin
            .total_cmp(&b.margin)
            .then(a.example.cmp(&b.example))
    });

    let n = labels.len() as f64;
    let pairs = pairs(&confident_joint, &estimated);
    Ok(LabelErrors {
        n: labels.len() as u64,
        thresholds,
        joint: (estimated.iter())
            .map(|row| row.iter().map(|count| count / n).collect())
            .collect(),
        confident_joint,
        // A sum of shares, which rounding must not push above 1.
        noise_rate: (pairs.iter().map(|pair| pair.estimated).sum::<f64>() / n).clamp(0.0, 1.0),
        pairs,
        suspects,
    })
}

/// Checks everything, and returns the examples of each label.
fn validated<R: AsRef<[f32]>>(
    labels: &[u32],
    probabilities: &[R],
) -> Result<Vec<Vec<usize>>, LabelErrorsError> {
    if labels.len() != probabilities.len() {
        return Err(LabelErrorsError::UnequalLengths {
            labels: labels.len(),
            rows: probabilities.len(),
        });
    }
    let first = probabilities.first().ok_or(LabelErrorsError::NoExamples)?;
    let n_classes = first.as_ref().len();
    let mut by_label = vec![Vec::new(); n_classes];
    for (example, (&label, row)) in labels.iter().zip(probabilities).enumerate() {
        let row = row.as_ref();
        if row.len() != n_classes {
            return Err(LabelErrorsError::RowWidth {
                example,
                got: row.len(),
                expected: n_classes,
            });
        }
        if let Some(class) = row.iter().position(|p| !(0.0..=1.0).contains(p)) {
            return Err(LabelErrorsError::Probability {
                example,
                class,
                got: row[class],
            });
        }
        let sum = row.iter().fold(0.0, |sum, &p| sum + f64::from(p));
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(LabelErrorsError::Sum { example, sum });
        }
        let Some(members) = by_label.get_mut(label as usize) else {
            return Err(LabelErrorsError::Label {
                example,
                label,
                n_classes,
            });
        };
        members.push(example);
    }
    match by_label.iter().position(Vec::is_empty) {
        Some(class) => Err(LabelErrorsError::EmptyClass { class }),
        None => Ok(by_label),
    }
}

/// n · Q: the confident joint with each row scaled to the number of examples with its label.
fn calibrated(confident_joint: &[Vec<u64>], by_label: &[Vec<usize>]) -> Vec<Vec<f64>> {
    let rows = confident_joint.iter().zip(by_label).enumerate();
    rows.map(|(given, (row, members))| {
        let counted: u64 = row.iter().sum();
        let n = members.len() as f64;
        if counted == 0 {
            // Nothing speaks against the labels of this class.
            let mut trusted = vec![0.0; row.len()];
            trusted[given] = n;
            return trusted;
        }
        row.iter()
            .map(|&count| count as f64 / counted as f64 * n)
            .collect()
    })
    .collect()
}

fn pairs(confident_joint: &[Vec<u64>], estimated: &[Vec<f64>]) -> Vec<MislabelledPair> {
    let mut pairs = Vec::new();
    for (given, (counts, row)) in confident_joint.iter().zip(estimated).enumerate() {
        for (likely, (&confident, &estimated)) in counts.iter().zip(row).enumerate() {
            if likely != given && confident > 0 {
                pairs.push(MislabelledPair {
                    given: given as u32,
                    likely: likely as u32,
                    confident,
                    estimated,
                });
            }
        }
    }
    // Stable, so equal estimates stay in the order of their classes.
    pairs.sort_by(|a, b| b.estimated.total_cmp(&a.estimated));
    pairs
}

#[cfg(test)]
mod tests;
