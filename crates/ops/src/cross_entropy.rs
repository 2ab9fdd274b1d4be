//! Softmax and cross-entropy in one.

use crate::traces::without_trace;

/// What the outputs of a batch should be.
#[derive(Clone, Copy, Debug)]
pub struct CrossEntropyTarget<'a> {
    /// `[batch]`, indices of classes.
    pub labels: &'a [usize],
    /// Share of the target probability that is spread evenly over all classes.
    pub smoothing: f32,
    /// `[n_classes]`; none where all count the same.
    pub class_weights: Option<&'a [f32]>,
    /// `[batch]`; none where all count the same.
    pub example_weights: Option<&'a [f32]>,
}

/// The loss `mean(wᵢ·ℓᵢ)` of logits, in nats, and its gradient by the logits.
///
/// `ℓᵢ = −Σ_c t_c·v_c·ln p_c` with the softmax `p`, class weights `v`, and the target `t`: `1 − ε + ε/k` for the label
/// and `ε/k` for each other of `k` classes. By the logit `z_j` its derivative is `p_j·Σ_c t_c·v_c − t_j·v_j`.
///
/// # Shapes
///
/// - logits: `[batch, n_classes]`
/// - gradient: the same
///
/// # Panics
/// If a label is not below `n_classes`.
#[must_use]
pub fn cross_entropy(
    logits: &[f32],
    n_classes: usize,
    target: CrossEntropyTarget<'_>,
) -> (f32, Vec<f32>) {
    let mut gradient = vec![0.0; logits.len()];
    let mut losses = vec![0.0; target.labels.len()];
    cross_entropy_rows(logits, target, (0, n_classes), &mut losses, &mut gradient);
    (mean(&losses), gradient)
}

/// Of some rows of a batch, from `first` on: their logits, the losses `wᵢ·ℓᵢ`, and the gradient of the batch's loss.
pub(crate) fn cross_entropy_rows(
    logits: &[f32],
    target: CrossEntropyTarget<'_>,
    (first, n_classes): (usize, usize),
    losses: &mut [f32],
    gradient: &mut [f32],
) {
    let batch = target.labels.len();
    let even = target.smoothing / n_classes as f32;
    let mut shares = vec![0.0; n_classes];
    let rows = logits
        .chunks_exact(n_classes)
        .zip(gradient.chunks_exact_mut(n_classes));
    for (at, ((row, exponentials), loss)) in (first..).zip(rows.zip(losses)) {
        shares.fill(even);
        shares[target.labels[at]] += 1.0 - target.smoothing;
        if let Some(weights) = target.class_weights {
            for (share, weight) in shares.iter_mut().zip(weights) {
                *share *= weight;
            }
        }
        let weight = target.example_weights.map_or(1.0, |weights| weights[at]);
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for (out, logit) in exponentials.iter_mut().zip(row) {
            *out = (logit - largest).exp();
        }
        let sum: f32 = exponentials.iter().sum();
        let log_sum = sum.ln();
        let all_shares: f32 = shares.iter().sum();
        let scale = weight / batch as f32;
        let mut of_example = 0.0;
        for ((out, share), logit) in exponentials.iter_mut().zip(&shares).zip(row) {
            if *share != 0.0 {
                of_example += share * (largest + log_sum - logit);
            }
            *out = without_trace((*out / sum * all_shares - share) * scale);
        }
        *loss = of_example * weight;
    }
}

/// Of a batch's losses, summed up in 64 bits.
pub(crate) fn mean(losses: &[f32]) -> f32 {
    let sum: f64 = losses.iter().copied().map(f64::from).sum();
    (sum / losses.len() as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Softmax of (0, ln 3) is (1/4, 3/4): the loss of label 0 is ln 4, of label 1 ln 4 − ln 3; the gradient is p − t,
    /// halved by the mean.
    #[test]
    fn by_hand() {
        let ln_3 = 3f32.ln();
        let target = CrossEntropyTarget {
            labels: &[0, 1],
            smoothing: 0.0,
            class_weights: None,
            example_weights: None,
        };
        let (loss, gradient) = cross_entropy(&[0.0, ln_3, 0.0, ln_3], 2, target);
        assert!((loss - (4f32.ln() - ln_3 / 2.0)).abs() < 1e-6);
        for (actual, expected) in gradient.iter().zip([-0.375, 0.375, 0.125, -0.125]) {
            assert!((actual - expected).abs() < 1e-6, "{gradient:?}");
        }
    }

    /// Neither overflow nor a hidden NaN: of logits 1e30 apart the loss is their distance.
    #[test]
    fn extremes() {
        let target = CrossEntropyTarget {
            labels: &[0],
            smoothing: 0.0,
            class_weights: None,
            example_weights: None,
        };
        let (loss, gradient) = cross_entropy(&[0.0, 1e30], 2, target);
        assert_eq!((loss, &gradient[..]), (1e30, &[-1.0, 1.0][..]));
        let (loss, _) = cross_entropy(&[f32::NAN, 1.0], 2, target);
        assert!(loss.is_nan());
        let (loss, _) = cross_entropy(&[1.0, f32::INFINITY], 2, target);
        assert!(!loss.is_finite());
    }

    /// Of logits 60 apart the gradient is e⁻⁶⁰ = 8.8e-27, of 75 apart e⁻⁷⁵ = 2.7e-33, and that is none.
    #[test]
    fn traces_are_forgotten() {
        for (distance, expected) in [(60.0, 8.75651e-27), (75.0, 0.0), (95.0, 0.0)] {
            let target = CrossEntropyTarget {
                labels: &[0],
                smoothing: 0.0,
                class_weights: None,
                example_weights: None,
            };
            let (_, gradient) = cross_entropy(&[0.0, -distance], 2, target);
            assert!((gradient[1] - expected).abs() <= 1e-5 * expected);
        }
    }
}
