use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// How the learning rate moves over the steps of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Schedule {
    Constant(Constant),
    Cosine(Cosine),
}

/// The learning rate stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Constant {}

/// Falls along half a cosine from the learning rate to a final one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cosine {
    #[serde(default)]
    pub(crate) final_learning_rate: f64,
}

impl Default for Schedule {
    fn default() -> Self {
        Self::Constant(Constant {})
    }
}

impl Schedule {
    /// The learning rate of a step, counted from 0, in a run of `n_steps`.
    pub(crate) fn learning_rate(&self, initial: f64, step: u64, n_steps: u64) -> f64 {
        match self {
            Self::Constant(_) => initial,
            Self::Cosine(cosine) => {
                let progress = step as f64 / n_steps as f64;
                let share = f64::midpoint(1.0, (PI * progress).cos());
                cosine.final_learning_rate + (initial - cosine.final_learning_rate) * share
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: at the start cos 0 = 1, half way cos π/2 = 0, at a third cos π/3 = 1/2.
    #[test]
    fn cosine_by_hand() {
        let schedule = Schedule::Cosine(Cosine {
            final_learning_rate: 0.1,
        });
        for (step, expected) in [(0, 0.5), (2, 0.1 + 0.4 * 0.75), (3, 0.3), (6, 0.1)] {
            let actual = schedule.learning_rate(0.5, step, 6);
            assert!((actual - expected).abs() < 1e-12, "step {step}: {actual}");
        }
        let constant = Schedule::default();
        assert!((constant.learning_rate(0.5, 4, 6) - 0.5).abs() < f64::EPSILON);
    }
}
