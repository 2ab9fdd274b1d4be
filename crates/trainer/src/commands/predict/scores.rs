use crate::outputs::softmax;

/// What a model makes of one example.
pub(super) struct Scores {
    /// The softmax of the logits, one per class.
    pub(super) probabilities: Vec<f64>,
    /// The indices of all classes, the most probable first; of equal logits the first.
    pub(super) ranked: Vec<usize>,
}

impl Scores {
    /// From logits, one per class; none if one of them is no number.
    pub(super) fn new(logits: &[f32]) -> Option<Self> {
        let probabilities = softmax(logits)?;
        let mut ranked: Vec<usize> = (0..logits.len()).collect();
        // By logits, since different ones may have equal probabilities; none of them is NaN.
        ranked.sort_by(|&a, &b| {
            let order = logits[b].partial_cmp(&logits[a]);
            order.unwrap_or(std::cmp::Ordering::Equal)
        });
        Some(Self {
            probabilities,
            ranked,
        })
    }

    /// The most probable class.
    pub(super) fn best(&self) -> usize {
        self.ranked.first().copied().unwrap_or_default()
    }

    /// The probability of a class, as `predictions/` of a run has it.
    pub(super) fn probability(&self, class: usize) -> f32 {
        self.probabilities[class] as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Softmax of (0, ln 3) is (1/4, 3/4); it stays the same if all logits grow by as much.
    #[test]
    fn softmax_by_hand() {
        let ln_3 = 3f32.ln();
        for logits in [[0.0, ln_3], [80.0, 80.0 + ln_3]] {
            let scores = Scores::new(&logits).unwrap();
            // 80 + ln 3 is rounded to 2⁻¹⁸.
            assert!((scores.probabilities[0] - 0.25).abs() < 1e-5);
            assert!((scores.probabilities[1] - 0.75).abs() < 1e-5);
            assert_eq!(scores.ranked, [1, 0]);
        }
    }

    #[test]
    fn of_equal_logits_the_first_comes_first_and_nan_is_none() {
        assert_eq!(Scores::new(&[1.0, 2.0, 2.0]).unwrap().ranked, [1, 2, 0]);
        assert_eq!(Scores::new(&[-0.0, 0.0]).unwrap().best(), 0);
        // Their probabilities are equal in 64 bits: 1e-30 is lost beside 1.
        assert_eq!(Scores::new(&[0.0, 1e-30]).unwrap().best(), 1);
        for logits in [[f32::NAN, 1.0], [1.0, f32::NAN], [f32::INFINITY, 1.0]] {
            assert!(Scores::new(&logits).is_none());
        }
    }
}
