use serde::{Deserialize, Serialize};

/// What a network costs, counted without building it. A count that no `usize` holds is the largest one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Trained weights, biases, gains and offsets; running averages are none.
    pub parameters: usize,
    /// Multiplications (each with an addition) of one example's forward pass, in convolutions and fully
    /// connected layers; a backward pass takes about twice as many. What is done once per value
    /// (normalization, nonlinearity, pooling, skip sums) is not counted.
    pub multiply_adds: usize,
    /// Values per example that a forward pass in training makes, and mostly keeps for the backward pass: the
    /// input, and the output of every layer, each once (convolution, fully connected layer, normalization,
    /// skip sum, nonlinearity, pooling, dropout). Weights, gradients and the backend's scratch memory come
    /// on top.
    pub activations: usize,
}

impl Cost {
    /// Bytes of the activations of a batch, in 32 bits each.
    #[must_use]
    pub fn activation_bytes(&self, batch_size: usize) -> usize {
        self.activations
            .saturating_mul(batch_size)
            .saturating_mul(size_of::<f32>())
    }

    /// Adds a layer that only puts out values.
    pub(crate) fn values(&mut self, n: usize) {
        self.activations = self.activations.saturating_add(n);
    }

    /// Adds a fully connected layer.
    pub(crate) fn linear(&mut self, n_in: usize, n_out: usize, has_bias: bool) {
        self.weights(n_in, n_out, 1, has_bias);
        self.values(n_out);
    }

    /// Adds a convolution: the inputs of one unit, and what it puts out.
    pub(crate) fn conv(
        &mut self,
        c_in: usize,
        kernel: usize,
        [c_out, height, width]: [usize; 3],
        has_bias: bool,
    ) {
        let n_in = product(&[c_in, kernel, kernel]);
        let n_places = product(&[height, width]);
        self.weights(n_in, c_out, n_places, has_bias);
        self.values(product(&[c_out, n_places]));
    }

    /// Adds a normalization's gains and offsets, and what it puts out.
    pub(crate) fn norm(&mut self, n: usize, n_values: usize) {
        self.parameters = self.parameters.saturating_add(product(&[2, n]));
        self.values(n_values);
    }

    fn weights(&mut self, n_in: usize, n_out: usize, n_places: usize, has_bias: bool) {
        let n_weights = product(&[n_in, n_out]);
        let n_biases = if has_bias { n_out } else { 0 };
        self.parameters = self
            .parameters
            .saturating_add(n_weights)
            .saturating_add(n_biases);
        self.multiply_adds = self
            .multiply_adds
            .saturating_add(product(&[n_weights, n_places]));
    }
}

/// The product, or the largest `usize` if it is larger still.
pub(crate) fn product(factors: &[usize]) -> usize {
    factors
        .iter()
        .fold(1, |product: usize, &factor| product.saturating_mul(factor))
}

#[cfg(test)]
mod tests;
