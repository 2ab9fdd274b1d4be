//! The mistakes that a model is surest of: the ones that teach most, or whose label is wrong.

use serde::{Deserialize, Serialize};

use crate::scored::Scored;

/// One wrong answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mistake {
    /// What the example is called.
    pub(crate) example: String,
    pub(crate) label: String,
    pub(crate) predicted: String,
    /// The probability of the predicted class; none if it was not written down.
    pub(crate) probability: Option<f64>,
    /// The example's tags, as `name=value`.
    pub(crate) tags: Vec<String>,
}

/// The most confident mistakes among the examples at these places, the most confident first; without
/// probabilities, the first ones.
pub(super) fn most_confident(set: &Scored, places: &[usize], most: usize) -> Vec<Mistake> {
    let errors = set.errors();
    let mut wrong: Vec<usize> = places.iter().copied().filter(|&at| errors[at]).collect();
    let probability = |at: usize| set.probabilities.as_ref().map(|all| all[at]);
    if set.probabilities.is_some() {
        // Not a number is least sure; equal ones keep their order.
        let sure = |at: usize| probability(at).filter(|p| !p.is_nan()).unwrap_or(-1.0);
        wrong.sort_by(|&a, &b| sure(b).total_cmp(&sure(a)));
    }
    wrong.truncate(most);
    wrong
        .into_iter()
        .map(|at| Mistake {
            example: set.ids[at].clone(),
            label: set.class(set.labels[at]).to_owned(),
            predicted: set.class(set.predicted[at]).to_owned(),
            probability: probability(at),
            tags: (set.tags.iter())
                .map(|tag| format!("{}={}", tag.name, tag.get(at)))
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surest_mistakes_come_first() {
        let check = |probabilities: Option<Vec<f64>>, places: &[usize], expected: &[&str]| {
            let set = Scored {
                ids: ["a", "b", "c", "d"].map(String::from).to_vec(),
                classes: vec!["no".into(), "yes".into()],
                labels: vec![0, 0, 0, 0],
                predicted: vec![1, 0, 1, Scored::NO_CLASS],
                probabilities,
                ..Scored::default()
            };
            let found = most_confident(&set, places, 2);
            let found: Vec<&str> = found.iter().map(|m| m.example.as_str()).collect();
            assert_eq!(found, expected);
        };
        check(
            Some(vec![0.6, 0.9, 0.8, f64::NAN]),
            &[0, 1, 2, 3],
            &["c", "a"],
        );
        check(Some(vec![0.6, 0.9, 0.8, f64::NAN]), &[0, 3], &["a", "d"]);
        check(None, &[0, 1, 2, 3], &["a", "c"]);
        check(None, &[1], &[]);
    }
}
