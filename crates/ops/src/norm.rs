//! What both normalizations share.

/// The shape of a batch that is normalized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NormShape {
    /// Examples.
    pub batch: usize,
    /// Channels, or units.
    pub channels: usize,
    /// Values of a channel: pixels; 1 of a unit.
    pub size: usize,
}

/// The gradients of a normalization.
pub struct NormGradients {
    /// `[batch, channels, size]`.
    pub input: Vec<f32>,
    /// `[channels]`.
    pub gamma: Vec<f32>,
    /// `[channels]`.
    pub beta: Vec<f32>,
}

impl NormShape {
    /// Values of an example.
    pub(crate) fn width(self) -> usize {
        self.channels * self.size
    }

    /// # Panics
    /// If a slice has not one value per value of the batch, or not one per channel.
    pub(crate) fn check(self, of_batch: &[&[f32]], of_channels: &[&[f32]]) {
        for values in of_batch {
            assert_eq!(values.len(), self.batch * self.width());
        }
        for figures in of_channels {
            assert_eq!(figures.len(), self.channels);
        }
    }
}
