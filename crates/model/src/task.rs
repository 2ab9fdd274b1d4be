/// What a network is built for: one example's shape, and how many classes there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Shape of one example: `[channels, height, width]` or `[features]`.
    pub input_shape: Vec<usize>,
    /// Number of classes.
    pub n_classes: usize,
}

impl Task {
    /// Values per example.
    #[must_use]
    pub fn n_inputs(&self) -> usize {
        self.input_shape.iter().product()
    }

    /// Channels, height and width; none if the examples are no images.
    pub(crate) fn image_shape(&self) -> Option<[usize; 3]> {
        self.input_shape[..].try_into().ok()
    }
}
