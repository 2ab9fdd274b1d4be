use burn::{
    module::{Param, ParamId},
    nn::Linear,
    tensor::{Device, Tensor, TensorData},
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Draws the parameters of one model, one layer after another.
///
/// Numbers come from one host stream, whatever the device, and parameters are numbered from 1 in
/// the order of drawing: equal seeds give equal weights and equal checkpoint files.
pub(crate) struct Initializer<'a> {
    stream: ChaCha8Rng,
    n_params: u64,
    device: &'a Device,
}

impl<'a> Initializer<'a> {
    pub(crate) fn new(stream: ChaCha8Rng, device: &'a Device) -> Self {
        Self {
            stream,
            n_params: 0,
            device,
        }
    }

    /// A fully connected layer with weight `[n_in, n_out]` and bias `[n_out]`, all drawn from
    /// U(-1/√`n_in`, 1/√`n_in`), as `PyTorch`'s `nn.Linear` does.
    pub(crate) fn linear(&mut self, n_in: usize, n_out: usize) -> Linear {
        let bound = 1.0 / (n_in as f32).sqrt();
        Linear {
            weight: self.uniform([n_in, n_out], bound),
            bias: Some(self.uniform([n_out], bound)),
        }
    }

    fn uniform<const D: usize>(&mut self, shape: [usize; D], bound: f32) -> Param<Tensor<D>> {
        let n_values = shape.iter().product();
        let values: Vec<f32> = (0..n_values)
            .map(|_| self.stream.random_range(-bound..bound))
            .collect();
        self.n_params += 1;
        let mut param = Param::from_data(TensorData::new(values, shape), self.device);
        param.id = ParamId::from(self.n_params);
        param
    }
}
