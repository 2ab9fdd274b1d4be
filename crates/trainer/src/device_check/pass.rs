use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{Device, Int, Tensor, TensorData},
};
use plumb_model::Model;

use super::{difference::Values, without_dropout::without_dropout};
use crate::{Error, cross_entropy::CrossEntropy};

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

/// A network on a device.
pub(crate) struct OnDevice {
    model: Model,
    /// With automatic differentiation.
    device: Device,
}

impl OnDevice {
    pub(crate) fn new(build: impl FnOnce(&Device) -> Model, device: &Device) -> Self {
        let device = device.clone().autodiff();
        Self {
            model: without_dropout(build(&device)),
            device,
        }
    }
}

impl Compute for OnDevice {
    fn pass(&self, batch: &HostBatch) -> Result<Pass, Error> {
        let n = batch.labels.len();
        let shape = [n, batch.inputs.len() / n.max(1)];
        let inputs =
            Tensor::<2>::from_data(TensorData::new(batch.inputs.clone(), shape), &self.device);
        let labels: Vec<i32> = batch.labels.iter().map(|i| i.cast_signed()).collect();
        let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [n]), &self.device);

        let traced = self.model.trace(inputs.clone());
        let Some((_, logits)) = traced.last() else {
            return Err(Error::failed("device check: the network has no layers"));
        };
        let loss = CrossEntropy::new(&self.device).forward(logits.clone(), labels, None);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.model);
        let loss = values("loss", loss.inner())?;

        let mut outputs = Vec::with_capacity(traced.len() + 1);
        for (name, output) in traced {
            outputs.push(values(&name, output.inner())?);
        }
        let evaluated = self.model.valid().forward(inputs.inner());
        outputs.push(values("the network in evaluation", evaluated)?);

        let mut collect = Collect {
            path: Vec::new(),
            gradients: &gradients,
            collected: Ok(Vec::new()),
        };
        self.model.visit(&mut collect);
        Ok(Pass {
            loss: loss.values.first().copied().unwrap_or(f32::NAN),
            outputs,
            gradients: collect.collected?,
        })
    }
}

/// Reads back the gradient of each parameter that has one, under the parameter's path.
struct Collect<'a> {
    path: Vec<String>,
    gradients: &'a GradientsParams,
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
        let (Some(gradient), Ok(collected)) =
            (self.gradients.get::<D>(param.id), &mut self.collected)
        else {
            return;
        };
        match values(&self.path.join("."), gradient) {
            Ok(gradient) => collected.push(gradient),
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
