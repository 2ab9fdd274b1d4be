use burn::{
    nn::Dropout,
    tensor::{Tensor, TensorData},
};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// What a forward pass takes along from layer to layer, beside the numbers.
pub(crate) struct Pass {
    /// Where the masks of dropout come from; none if nothing is dropped.
    masks: Option<ChaCha8Rng>,
    /// The output of each layer by name, if anyone asked for it.
    outputs: Option<Vec<(String, Tensor<2>)>>,
}

impl Pass {
    /// Drops nothing, takes down nothing.
    pub(crate) fn plain() -> Self {
        Self {
            masks: None,
            outputs: None,
        }
    }

    /// Drops by masks from this stream.
    pub(crate) fn dropping(masks: ChaCha8Rng) -> Self {
        Self {
            masks: Some(masks),
            outputs: None,
        }
    }

    /// Takes down each layer's output.
    pub(crate) fn traced(self) -> Self {
        Self {
            outputs: Some(Vec::new()),
            ..self
        }
    }

    /// Whether each layer's output is taken down.
    pub(crate) fn is_traced(&self) -> bool {
        self.outputs.is_some()
    }

    /// Takes down a layer's output, `[batch, ...]`, flattened to `[batch, values]`.
    pub(crate) fn note<const D: usize>(
        &mut self,
        name: impl FnOnce() -> String,
        output: &Tensor<D>,
    ) {
        if let Some(outputs) = &mut self.outputs {
            outputs.push((name(), output.clone().flatten(1, D - 1)));
        }
    }

    /// Applies dropout (Srivastava et al., 2014), unless the layer is frozen.
    ///
    /// # Shapes
    ///
    /// - input: any
    /// - output: the same
    pub(crate) fn drop<const D: usize>(
        &mut self,
        dropout: &Dropout,
        mut x: Tensor<D>,
        name: impl FnOnce() -> String,
    ) -> Tensor<D> {
        if dropout.prob == 0.0 {
            return x;
        }
        if let Some(masks) = &mut self.masks
            && dropout.training.is_enabled()
        {
            let mask = mask(dropout.prob, x.shape().num_elements(), masks);
            let mask = TensorData::new(mask, x.shape());
            let mask = Tensor::from_data(mask, &x.device());
            x = x * mask;
        }
        self.note(name, &x);
        x
    }

    pub(crate) fn into_outputs(self) -> Vec<(String, Tensor<2>)> {
        self.outputs.unwrap_or_default()
    }
}

/// `n` factors: 0 with probability `share`, else `1 / (1 - share)`, so that the mean is 1.
///
/// They are drawn on the host, 16 bits each: every backend drops the same values.
fn mask(share: f64, n: usize, stream: &mut ChaCha8Rng) -> Vec<f32> {
    const ALL: u32 = 1 << 16;
    let n_dropped = ((share * f64::from(ALL)).round() as u32).min(ALL - 1);
    let kept = (f64::from(ALL) / f64::from(ALL - n_dropped)) as f32;
    let mut bytes = vec![0; 2 * n];
    stream.fill_bytes(&mut bytes);
    let (bits, _) = bytes.as_chunks();
    bits.iter()
        .map(|&bits| {
            let is_dropped = u32::from(u16::from_le_bytes(bits)) < n_dropped;
            if is_dropped { 0.0 } else { kept }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    /// The share that is dropped lies within four standard deviations, √(p (1 − p) / n), of p.
    #[test]
    fn a_mask_drops_its_share_and_keeps_the_mean() {
        let n = 100_000;
        for share in [0.1, 0.25, 0.5, 0.9] {
            let mask = mask(share, n, &mut ChaCha8Rng::seed_from_u64(3));
            let n_dropped = mask.iter().filter(|&&factor| factor == 0.0).count();
            let deviation = (share * (1.0 - share) / n as f64).sqrt();
            let measured = n_dropped as f64 / n as f64;
            assert!((measured - share).abs() < 4.0 * deviation, "{measured}");
            let kept = (1.0 / (1.0 - share)) as f32;
            // 16 bits: the share is off by 2⁻¹⁷ at most
            assert!(
                mask.iter()
                    .all(|&x| x == 0.0 || (x / kept - 1.0).abs() < 1e-4)
            );
        }
    }

    #[test]
    fn whatever_the_share_something_may_be_kept_and_no_factor_is_infinite() {
        for share in [1e-9, 1.0 - 1e-9] {
            let mask = mask(share, 1000, &mut ChaCha8Rng::seed_from_u64(3));
            assert!(mask.iter().all(|factor| factor.is_finite()));
        }
    }

    #[test]
    fn equal_streams_give_equal_masks() {
        let draw = |seed| mask(0.5, 100, &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
