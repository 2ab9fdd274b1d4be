use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{Device, Tensor, TensorData},
};
use plumb_data::seed;
use plumb_model::Model;
use rand_chacha::ChaCha8Rng;

use super::difference::Values;
use crate::{
    Error,
    loss::{Labels, Loss, Target},
    optimizer::Optimizer,
    train::step,
};

/// A batch on the host.
pub(crate) struct HostBatch {
    /// Row-major `[batch, n_inputs]`, normalized.
    pub(crate) inputs: Vec<f32>,
    /// `[batch]`, indices of classes.
    pub(crate) labels: Vec<u32>,
}

/// What one forward and backward pass of a batch computes, on the host.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    /// In nats.
    pub(crate) loss: f32,
    /// Of each layer, from input to output, in training; at last the logits of an evaluation.
    pub(crate) outputs: Vec<Values>,
    /// Of each parameter, in the order of the network.
    pub(crate) gradients: Vec<Values>,
}

/// Whoever computes passes: a device, or in tests one that computes wrongly.
pub(crate) trait Compute {
    /// # Errors
    /// [`Error::Failed`] if the numbers can't be read back.
    fn pass(&self, batch: &HostBatch) -> Result<Pass, Error>;
}

/// A network and the loss that it is trained with, on a device.
pub(crate) struct OnDevice {
    model: Model,
    loss: Loss,
    /// With automatic differentiation.
    device: Device,
}

/// How the network and its loss come to be on a device.
pub(crate) struct Recipe<'a> {
    /// The network with the weights that training starts from.
    pub(crate) model: &'a dyn Fn(&Device) -> Model,
    pub(crate) loss: &'a dyn Fn(&Device) -> Loss,
}

impl OnDevice {
    pub(crate) fn new(recipe: &Recipe<'_>, device: &Device) -> Self {
        let device = device.clone().autodiff();
        Self {
            model: (recipe.model)(&device),
            loss: (recipe.loss)(&device),
            device,
        }
    }

    /// The weights after some steps of training on one batch, in the order of the network.
    ///
    /// # Errors
    /// [`Error::Failed`] if the numbers can't be read back.
    pub(crate) fn trained(
        &self,
        batch: &HostBatch,
        optimizer: &Optimizer,
        n_steps: usize,
    ) -> Result<Vec<Values>, Error> {
        let mut state = optimizer.init();
        let mut model = self.model.clone();
        for _ in 0..n_steps {
            let (inputs, labels) = self.tensors(batch);
            let target = Target::Labels(labels);
            let rate = optimizer.learning_rate();
            (model, _, _) = step(
                model,
                &mut state,
                &self.loss,
                (inputs, target),
                masks(),
                None,
                rate,
            );
        }
        collect(&model.valid(), None)
    }

    fn tensors(&self, batch: &HostBatch) -> (Tensor<2>, Labels) {
        let n = batch.labels.len();
        let shape = [n, batch.inputs.len() / n.max(1)];
        let inputs = TensorData::new(batch.inputs.clone(), shape);
        let classes: Vec<i32> = batch.labels.iter().map(|i| i.cast_signed()).collect();
        let labels = Labels {
            classes: Tensor::from_data(TensorData::new(classes, [n]), &self.device),
            weights: None,
        };
        (Tensor::from_data(inputs, &self.device), labels)
    }
}

/// Both sides drop the same values.
fn masks() -> ChaCha8Rng {
    seed::stream(0, "device check")
}

impl Compute for OnDevice {
    fn pass(&self, batch: &HostBatch) -> Result<Pass, Error> {
        let (inputs, labels) = self.tensors(batch);
        let traced = self.model.trace_dropping(inputs.clone(), masks());
        let Some((_, logits)) = traced.last() else {
            return Err(Error::failed("device check: the network has no layers"));
        };
        let loss = self.loss.forward(logits.clone(), Target::Labels(labels));
        let gradients = GradientsParams::from_grads(loss.backward(), &self.model);
        let loss = values("loss", loss.inner())?;

        let mut outputs = Vec::with_capacity(traced.len() + 1);
        for (name, output) in traced {
            outputs.push(values(&name, output.inner())?);
        }
        let evaluated = self.model.valid().forward(inputs.inner());
        outputs.push(values("the network in evaluation", evaluated)?);

        Ok(Pass {
            loss: loss.values.first().copied().unwrap_or(f32::NAN),
            outputs,
            gradients: collect(&self.model, Some(&gradients))?,
        })
    }
}

/// Reads back each parameter, or the gradient of each that has one, under the parameter's path.
fn collect(model: &Model, gradients: Option<&GradientsParams>) -> Result<Vec<Values>, Error> {
    let mut collect = Collect {
        path: Vec::new(),
        gradients,
        collected: Ok(Vec::new()),
    };
    model.visit(&mut collect);
    collect.collected
}

struct Collect<'a> {
    path: Vec<String>,
    gradients: Option<&'a GradientsParams>,
    collected: Result<Vec<Values>, Error>,
}

impl ModuleVisitor for Collect<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = match self.gradients {
            Some(gradients) => gradients.get::<D>(param.id),
            None => Some(param.val()),
        };
        let (Some(tensor), Ok(collected)) = (tensor, &mut self.collected) else {
            return;
        };
        match values(&self.path.join("."), tensor) {
            Ok(values) => collected.push(values),
            Err(error) => self.collected = Err(error),
        }
    }
}

fn values<const D: usize>(name: &str, tensor: Tensor<D>) -> Result<Values, Error> {
    let values = tensor
        .try_into_vec_as()
        .map_err(|error| Error::failed(format!("device check: can't read back {name}: {error}")))?;
    Ok(Values {
        name: name.to_string(),
        values,
    })
}
