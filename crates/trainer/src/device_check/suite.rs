use burn::tensor::Device;
use plumb_data::seed;
use plumb_model::Task;
use rand::RngExt;
use serde::Serialize;

use super::{Comparison, HostBatch, compare, pass::OnDevice};
use crate::{
    Error,
    config::ModelConfig,
    device::{OpenDevice, quietly},
};

/// A network with a small task for it.
pub(crate) struct Case {
    /// What it is there to check.
    pub(crate) name: &'static str,
    /// As in a config: `[model]`.
    network: &'static str,
    input_shape: &'static [usize],
}

/// Every layer that plumb has, in small networks that share their shapes as far as can be: each new
/// shape costs a GPU the choice of a kernel.
pub(crate) const CASES: &[Case] = &[
    Case::vector("linear", "linear = {}"),
    Case::vector("mlp, relu", "mlp = { hidden = [32, 32] }"),
    Case::vector(
        "mlp, gelu",
        "mlp = { hidden = [32, 32], activation = 'gelu' }",
    ),
    Case::vector(
        "mlp, tanh",
        "mlp = { hidden = [32, 32], activation = 'tanh' }",
    ),
    Case::vector(
        "mlp, silu",
        "mlp = { hidden = [32, 32], activation = 'silu' }",
    ),
    Case::vector(
        "mlp, batch norm",
        "mlp = { hidden = [32, 32], norm = 'batch' }",
    ),
    Case::vector(
        "mlp, layer norm, residual",
        "mlp = { hidden = [32, 32], norm = 'layer', residual = true }",
    ),
    Case::image(
        "cnn 1x1, layer norm, flatten",
        "cnn = { blocks = [{ channels = 4, kernel = 1, norm = 'layer' }], head = 'flatten' }",
    ),
    Case::image(
        "cnn 3x3, max pool, average",
        "cnn = { blocks = [{ channels = 4, pool = 2 }] }",
    ),
    Case::image(
        "cnn 5x5, average pool",
        "cnn = { blocks = [{ channels = 4, kernel = 5, pool = 2 }], pool_kind = 'avg' }",
    ),
    Case::image(
        "cnn 3x3, stride 2, no padding",
        "cnn = { blocks = [{ channels = 4, stride = 2, padding = 0 }] }",
    ),
    Case::image(
        "cnn, batch norm, residual",
        "cnn = { blocks = [{ channels = 4, convolutions = 2, norm = 'batch', residual = true }] }",
    ),
];

/// Examples per batch, and classes of the task.
const BATCH_SIZE: usize = 16;
const N_CLASSES: usize = 10;

/// What came of one case.
#[derive(Serialize)]
pub(crate) struct Checked {
    pub(crate) network: &'static str,
    pub(crate) input_shape: &'static [usize],
    pub(crate) passed: bool,
    /// The largest relative difference of an output, the loss or a gradient; infinite, in JSON `null`, if
    /// a number is not finite.
    pub(crate) largest: f64,
    /// What goes wrong first; none if nothing does.
    pub(crate) fault: Option<String>,
    pub(crate) elapsed_secs: f64,
}

impl Case {
    const fn vector(name: &'static str, network: &'static str) -> Self {
        Self {
            name,
            network,
            input_shape: &[64],
        }
    }

    const fn image(name: &'static str, network: &'static str) -> Self {
        Self {
            name,
            network,
            input_shape: &[1, 8, 8],
        }
    }

    /// Compares the device with the CPU. A panic of the libraries below is a fault of the device.
    ///
    /// # Errors
    /// [`Error::Failed`] if a side's numbers can't be read back.
    pub(crate) fn check(
        &'static self,
        cpu: &Device,
        opened: &OpenDevice,
    ) -> Result<Checked, Error> {
        let task = Task {
            input_shape: self.input_shape.to_vec(),
            n_classes: N_CLASSES,
        };
        let network: ModelConfig =
            toml::from_str(self.network).map_err(|error| Error::failed(error.to_string()))?;
        let build = |device: &Device| network.init(&task, seed::stream(1, "init"), device);
        let reference = OnDevice::new(build, cpu);
        let batch = |number| Ok(random_batch(&task, number));
        let compared = quietly(|| {
            let device = OnDevice::new(build, &opened.device);
            compare(&reference, &device, batch)
        });
        Ok(match compared {
            Ok(comparison) => self.checked(&comparison?),
            Err(panic) => Checked {
                network: self.name,
                input_shape: self.input_shape,
                passed: false,
                largest: f64::INFINITY,
                fault: Some(panic),
                elapsed_secs: 0.0,
            },
        })
    }

    fn checked(&'static self, comparison: &Comparison) -> Checked {
        Checked {
            network: self.name,
            input_shape: self.input_shape,
            passed: comparison.passed,
            largest: comparison.largest(),
            fault: comparison.fault(),
            elapsed_secs: comparison.elapsed_secs,
        }
    }
}

/// Numbers from U(-√3, √3), which have mean 0 and variance 1 as normalized data does.
fn random_batch(task: &Task, number: usize) -> HostBatch {
    let bound = 3f32.sqrt();
    let mut stream = seed::stream(1, &format!("device check {number}"));
    HostBatch {
        inputs: (0..BATCH_SIZE * task.n_inputs())
            .map(|_| stream.random_range(-bound..bound))
            .collect(),
        labels: (0..BATCH_SIZE).map(|i| (i % N_CLASSES) as u32).collect(),
    }
}
