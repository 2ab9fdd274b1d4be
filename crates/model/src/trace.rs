use burn::tensor::Tensor;

/// Takes down the output of each layer by name, if anyone asked for it.
pub(crate) struct Trace {
    outputs: Option<Vec<(String, Tensor<2>)>>,
}

impl Trace {
    /// Takes down nothing.
    pub(crate) fn off() -> Self {
        Self { outputs: None }
    }

    pub(crate) fn on() -> Self {
        Self {
            outputs: Some(Vec::new()),
        }
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

    pub(crate) fn into_outputs(self) -> Vec<(String, Tensor<2>)> {
        self.outputs.unwrap_or_default()
    }
}
