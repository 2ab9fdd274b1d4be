//! Means and standard deviations of features.

use crate::Examples;

/// What the features of a table are like.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statistics {
    /// One per feature.
    pub(super) means: Vec<f32>,
    /// One per feature, of the population (divided by n).
    pub(super) deviations: Vec<f32>,
}

impl Statistics {
    /// Those of all `examples`, in f64, in two passes; `None` if there are none.
    pub(super) fn of(examples: &Examples) -> Option<Self> {
        if examples.is_empty() {
            return None;
        }
        let (n, n_values) = (examples.len() as f64, examples.n_values());
        let per_feature = |add: &dyn Fn(usize, f64) -> f64| {
            let mut sums = vec![0.0; n_values];
            for i in 0..examples.len() {
                for (j, sum) in sums.iter_mut().enumerate() {
                    *sum += add(j, examples.values.get(i * n_values + j).into());
                }
            }
            for sum in &mut sums {
                *sum /= n;
            }
            sums
        };
        let means = per_feature(&|_, value| value);
        let variances = per_feature(&|j, value| (value - means[j]).powi(2));
        Some(Self {
            means: means.iter().map(|&m| m as f32).collect(),
            deviations: variances.iter().map(|v| v.sqrt() as f32).collect(),
        })
    }
}
