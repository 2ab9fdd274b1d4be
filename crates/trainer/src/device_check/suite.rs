use std::time::Instant;

use burn::tensor::Device;
use plumb_data::seed;
use plumb_model::Task;
use rand::RngExt;
use serde::{Serialize, de::DeserializeOwned};

use super::{HostBatch, Recipe, compare, differences, is_wrong, pass::OnDevice};
use crate::{
    Error,
    config::ModelConfig,
    device::{OpenDevice, quietly},
    loss::Loss,
    optimizer::Optimizer,
};

/// A network with a small task for it.
pub(crate) struct Case {
    /// What it is there to check.
    name: &'static str,
    /// As in a config: `[model]`.
    network: &'static str,
    /// As in a config: `[optimizer]`. Some steps are compared if there is one, else a pass.
    optimizer: Option<&'static str>,
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
    Case::vector("mlp, dropout", "mlp = { hidden = [32, 32], dropout = 0.5 }"),
    Case::steps("adam", "adam = { learning_rate = 0.01 }"),
    Case::steps(
        "adamw",
        "adamw = { learning_rate = 0.01, weight_decay = 0.1 }",
    ),
    Case::steps(
        "sgd, nesterov",
        "sgd = { learning_rate = 0.1, momentum = 0.9, nesterov = true, weight_decay = 1e-4 }",
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

/// Enough for a velocity to matter.
const N_STEPS: usize = 3;

/// What came of one case.
#[derive(Serialize)]
pub(crate) struct Checked {
    pub(crate) network: &'static str,
    pub(crate) input_shape: &'static [usize],
    pub(crate) passed: bool,
    /// The largest relative difference of an output, the loss, a gradient or a weight; infinite, in JSON `null`, if
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
            optimizer: None,
            input_shape: &[64],
        }
    }

    const fn steps(name: &'static str, optimizer: &'static str) -> Self {
        Self {
            name,
            network: "mlp = { hidden = [32, 32], activation = 'tanh' }",
            optimizer: Some(optimizer),
            input_shape: &[64],
        }
    }

    const fn image(name: &'static str, network: &'static str) -> Self {
        Self {
            name,
            network,
            optimizer: None,
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
        let network: ModelConfig = parse(self.network)?;
        let plan = network.plan()?;
        let optimizer: Option<Optimizer> = self.optimizer.map(parse).transpose()?;
        let recipe = Recipe {
            model: &|device| plan.init(&task, seed::stream(1, "init"), device),
            loss: &|device| Loss::new(0.0, None, device),
        };
        let start = Instant::now();
        let reference = OnDevice::new(&recipe, cpu);
        let found = quietly(|| {
            let device = OnDevice::new(&recipe, &opened.device);
            match &optimizer {
                None => compare(&reference, &device, |number| {
                    Ok(random_batch(&task, number))
                })
                .map(|comparison| (comparison.largest(), comparison.fault())),
                Some(optimizer) => compare_steps(&reference, &device, &task, optimizer),
            }
        });
        let (largest, fault) = match found {
            Ok(found) => found?,
            Err(panic) => (f64::INFINITY, Some(panic)),
        };
        Ok(Checked {
            network: self.name,
            input_shape: self.input_shape,
            passed: fault.is_none(),
            largest,
            fault,
            elapsed_secs: start.elapsed().as_secs_f64(),
        })
    }
}

/// The largest relative difference of the weights after some steps, and the parameter that is wrong, if any.
fn compare_steps(
    reference: &OnDevice,
    device: &OnDevice,
    task: &Task,
    optimizer: &Optimizer,
) -> Result<(f64, Option<String>), Error> {
    let batch = random_batch(task, 0);
    let weights = reference.trained(&batch, optimizer, N_STEPS)?;
    let found = differences(&weights, &device.trained(&batch, optimizer, N_STEPS)?);
    let largest = found.iter().map(|one| one.relative).fold(0.0, f64::max);
    let wrong = found.iter().find(|one| is_wrong(one));
    let fault = wrong.map(|one| format!("{} differs after {N_STEPS} steps", one.name));
    Ok((largest, fault))
}

fn parse<T: DeserializeOwned>(table: &str) -> Result<T, Error> {
    toml::from_str(table).map_err(|error| Error::failed(error.to_string()))
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
