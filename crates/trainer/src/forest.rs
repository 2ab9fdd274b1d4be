//! A random forest: grown at once, and asked about every example of the four sets.

use plumb_data::{Examples, Normalizer, seed};
use rayon::prelude::*;
use smartcore::{
    ensemble::random_forest_classifier::{
        RandomForestClassifier, RandomForestClassifierParameters,
    },
    linalg::basic::matrix::DenseMatrix,
};

use crate::{
    Error, config::ForestConfig, evaluate::Evaluation, interrupt, outputs::Outputs,
    prepare::Prepared,
};

/// Trees, each with a vote.
///
/// smartcore grows one tree after the other from one stream; here each is a forest of one, with a seed of its own,
/// so that they grow side by side and are the same with any number of threads.
pub(crate) struct Forest {
    trees: Vec<Tree>,
    n_classes: usize,
}

type Tree = RandomForestClassifier<f32, u32, DenseMatrix<f32>, Vec<u32>>;

impl Forest {
    /// Whether there is anything to tell apart.
    ///
    /// # Errors
    /// Bad input for a training set of one class.
    pub(crate) fn check(train: &Examples) -> Result<(), Error> {
        let first = train.labels.first();
        if train.labels.iter().any(|label| Some(label) != first) {
            return Ok(());
        }
        Err(Error::bad_input(
            "all training examples are of one class; [model.forest] needs two or more to grow",
        ))
    }

    /// Grows a forest on a run's training set, normalized as a network gets it.
    ///
    /// # Errors
    /// [`Error::Failed`] if examples can't be read any more, [`Error::Interrupted`] if somebody asked for it.
    pub(crate) fn grow(
        config: &ForestConfig,
        prepared: &Prepared,
        run_seed: u64,
    ) -> Result<Self, Error> {
        let train = &prepared.sets.train;
        let inputs = inputs(train, &prepared.normalizer)?;
        let grow = |number: u32| {
            if interrupt::requested() {
                let message = "interrupted; a forest is grown at once: `plumb train` begins anew";
                return Err(Error::Interrupted(message.into()));
            }
            let parameters = RandomForestClassifierParameters {
                n_trees: 1,
                max_depth: config.max_depth,
                min_samples_leaf: config.min_samples_leaf,
                seed: seed::derive(run_seed, &format!("tree {number}")),
                ..RandomForestClassifierParameters::default()
            };
            Tree::fit(&inputs, &train.labels, parameters)
                .map_err(|error| Error::failed(format!("can't grow tree {number}: {error}")))
        };
        let trees = (0..config.trees).into_par_iter().map(grow);
        Ok(Self {
            trees: trees.collect::<Result<_, _>>()?,
            n_classes: train.classes.len(),
        })
    }

    /// Asks every tree about every example of a set.
    ///
    /// # Errors
    /// [`Error::Failed`] if examples can't be read any more.
    pub(crate) fn ask(
        &self,
        examples: &Examples,
        normalizer: &Normalizer,
    ) -> Result<Outputs, Error> {
        let inputs = inputs(examples, normalizer)?;
        let answers = self.trees.par_iter().map(|tree| {
            tree.predict(&inputs)
                .map_err(|error| Error::failed(format!("can't ask a tree: {error}")))
        });
        let answers: Vec<Vec<u32>> = answers.collect::<Result<_, _>>()?;
        let probabilities: Vec<f32> = (0..examples.len())
            .flat_map(|at| shares(answers.iter().map(|tree| tree[at]), self.n_classes))
            .collect();
        Ok(Outputs {
            features: probabilities.clone(),
            probabilities,
            width: self.n_classes,
        })
    }
}

impl Outputs {
    /// Judges probabilities by a set's labels.
    ///
    /// # Errors
    /// As [`Evaluation::of`].
    pub(crate) fn judge(&self, n_classes: usize, labels: &[u32]) -> Result<Evaluation, Error> {
        let logits: Vec<f32> = self.probabilities.iter().map(|p| p.ln()).collect();
        Evaluation::of(&logits, n_classes, labels)
    }
}

/// The share of the votes that each class has, among them one vote that is shared by all classes evenly: no class
/// is impossible because no tree of a few names it (additive smoothing; Perks, Journal of the Institute of
/// Actuaries 73:285, 1947).
fn shares(votes: impl Iterator<Item = u32>, n_classes: usize) -> Vec<f32> {
    let mut counts = vec![1.0 / n_classes as f64; n_classes];
    let mut all = 1.0;
    for class in votes {
        counts[class as usize] += 1.0;
        all += 1.0;
    }
    counts
        .into_iter()
        .map(|count| (count / all) as f32)
        .collect()
}

/// Normalized values, `[n, features]`.
fn inputs(examples: &Examples, normalizer: &Normalizer) -> Result<DenseMatrix<f32>, Error> {
    let rows: Vec<u32> = (0..examples.len() as u32).collect();
    let mut values = Vec::new();
    normalizer
        .gather(&examples.values, &rows, &mut values)
        .map_err(|error| Error::failed(error.to_string()))?;
    DenseMatrix::new(examples.len(), examples.n_values(), values, false)
        .map_err(|error| Error::failed(format!("can't make a table of the examples: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 2 votes for class 0, 1 for class 2, and a third of a vote for each of 3 classes, among 4.
    #[test]
    fn votes_are_shares_of_all_and_one_more() {
        let shares = shares([0, 2, 0].into_iter(), 3);
        for (found, expected) in shares.iter().zip([7.0 / 12.0, 1.0 / 12.0, 4.0 / 12.0]) {
            assert!((found - expected).abs() < 1e-6, "{shares:?}");
        }
    }

    /// ln softmax⁻¹: the probabilities themselves come back, and the cross-entropy is −ln p of the label.
    #[test]
    fn probabilities_are_judged_as_they_are() {
        let outputs = Outputs {
            features: Vec::new(),
            probabilities: vec![0.25, 0.75, 0.5, 0.5],
            width: 2,
        };
        let judged = outputs.judge(2, &[1, 1]).unwrap();
        assert_eq!((judged.count.errors(), judged.count.n()), (1, 2)); // of equal ones the first wins
        assert!((judged.predictions[0].probability - 0.75).abs() < 1e-6);
        let expected = -(0.75_f64.ln() + 0.5_f64.ln()) / 2.0;
        assert!((judged.loss - expected).abs() < 1e-6);
    }
}
