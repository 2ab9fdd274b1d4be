use burn::tensor::Tensor;

/// A number of one step that is not finite if any gradient is not.
#[allow(clippy::large_enum_variant, reason = "one per step")]
pub(crate) enum Measure {
    /// In host memory, where nothing waits for it.
    Here(f32),
    /// `[1]`, still on the device, so that a step costs no synchronization.
    OnDevice(Tensor<1>),
}

impl Measure {
    /// As a tensor, `[1]`, where another one is, to be read with it.
    pub(crate) fn beside(self, other: &Tensor<1>) -> Tensor<1> {
        match self {
            Self::Here(number) => Tensor::from_data([number], &other.device()),
            Self::OnDevice(number) => number,
        }
    }
}
