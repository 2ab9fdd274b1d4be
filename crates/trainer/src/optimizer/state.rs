use burn::{
    optim::{RecordState, StateSink, StateSource},
    tensor::{Device, Tensor, TensorData},
};
use plumb_ops::tensors::look_at;

use crate::host::values;

/// What an optimizer remembers of one parameter of rank `D`: a number of steps, and `N` running means
/// of the parameter's shape.
///
/// A state that was loaded stays on the host until a step names its parameter's device. burn would
/// put it on `Device::default()`, which is a GPU wherever that is compiled in, even on a machine
/// without one.
#[derive(Clone)]
pub(crate) struct State<const D: usize, const N: usize> {
    /// Steps done.
    pub(super) n_steps: usize,
    means: [Mean<D>; N],
}

#[derive(Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "one per parameter; nearly always the large one"
)]
enum Mean<const D: usize> {
    OnDevice(Tensor<D>),
    Loaded(TensorData),
}

impl<const D: usize, const N: usize> State<D, N> {
    pub(super) fn new(n_steps: usize, means: [Tensor<D>; N]) -> Self {
        let means = means.map(Mean::OnDevice);
        Self { n_steps, means }
    }

    /// The running means' values.
    pub(super) fn values(&self) -> Vec<Vec<f32>> {
        let values = |mean: &Mean<D>| match mean {
            Mean::OnDevice(mean) => look_at(mean, <[f32]>::to_vec),
            Mean::Loaded(data) => values(data).to_vec(),
        };
        self.means.iter().map(values).collect()
    }

    /// The running means, on a device.
    pub(super) fn means(self, device: &Device) -> [Tensor<D>; N] {
        self.means.map(|mean| match mean {
            Mean::OnDevice(mean) => mean.to_device(device),
            Mean::Loaded(data) => Tensor::from_data(data, device),
        })
    }
}

impl<const D: usize, const N: usize> RecordState for State<D, N> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        out.push_scalar(prefix, "n_steps", self.n_steps.into());
        for (i, mean) in self.means.iter().enumerate() {
            let data = match mean {
                Mean::OnDevice(mean) => mean.clone().into_data(),
                Mean::Loaded(data) => data.clone(),
            };
            out.push_tensor(prefix, &name(i), data);
        }
    }

    fn state_unflatten(prefix: &str, source: &mut StateSource, _: &Device) -> Option<Self> {
        let n_steps = source.take_scalar(prefix, "n_steps")?.try_into().ok()?;
        let mut means = Vec::with_capacity(N);
        for i in 0..N {
            means.push(Mean::Loaded(source.take_tensor(prefix, &name(i))?));
        }
        let means = means.try_into().ok()?;
        Some(Self { n_steps, means })
    }
}

fn name(i: usize) -> String {
    format!("mean_{i}")
}
