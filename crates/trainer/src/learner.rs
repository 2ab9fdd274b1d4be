//! A model in training.

use std::ops::Range;

use burn::{
    module::{Module, ModuleVisitor, Param},
    nn::Linear,
    tensor::{Device, Tensor},
};
use plumb_data::seed;
use plumb_model::Model;
use plumb_ops::{ChainStep, Fill, fit_a_chain, tensors::is_host};

use crate::{
    Error,
    config::Config,
    feed::Visit,
    loss::Loss,
    mixup::mixup,
    optimizer::{Chained, Stepper},
    pool::keep_awake,
    train::{Position, Snapshot, step},
};

/// A model in training, with its optimizer.
///
/// Its steps go through burn's automatic differentiation, or, for a chain of fully connected layers in host memory, past
/// it: [`plumb_ops::Chain`] does the same to the bit in two thirds to nine tenths of the time.
pub(crate) struct Learner<'a> {
    config: &'a Config,
    loss_function: &'a Loss,
    /// With automatic differentiation.
    model: Model,
    optimizer: Stepper,
    chain: Option<InChain>,
}

/// Layers that are trained past the model.
struct InChain {
    layers: Box<dyn Chained>,
    /// Whether model and optimizer don't know its last steps yet.
    is_ahead: bool,
    /// The model's, without automatic differentiation.
    device: Device,
}

/// What a step has measured, both of shape `[1]` and still on the device.
pub(crate) struct Measured {
    pub(crate) loss: Tensor<1>,
    /// A number that is finite as long as the gradients are.
    pub(crate) gradient: Tensor<1>,
}

impl<'a> Learner<'a> {
    /// With a model on a device with automatic differentiation, and the optimizer of its steps so far.
    pub(crate) fn new(
        config: &'a Config,
        loss_function: &'a Loss,
        model: Model,
        mut optimizer: Stepper,
    ) -> Self {
        let chain = fitting_chain(config, &model).and_then(|layers| {
            Some(InChain {
                device: layers[0].weight.device().without_autodiff(),
                layers: optimizer.chain(&model)?,
                is_ahead: false,
            })
        });
        Self {
            config,
            loss_function,
            model,
            optimizer,
            chain,
        }
    }

    /// One step on the examples at these places: the step with this number, counted from 0.
    ///
    /// # Errors
    /// [`Error::Failed`] if values that lie in a file can't be read any more.
    pub(crate) fn step(
        mut self,
        visit: &Visit<'_>,
        places: Range<usize>,
        number: u64,
        learning_rate: f64,
    ) -> Result<(Self, Measured), Error> {
        if let Some(chain) = &mut self.chain {
            let done = chain.step(visit, places, self.loss_function, learning_rate)?;
            let number = |number: f32| Tensor::from_data([number], &chain.device);
            let measured = Measured {
                loss: number(done.loss),
                gradient: number(done.largest),
            };
            return Ok((self, measured));
        }
        let config = self.config;
        let batch = visit.batch(places)?;
        let (model, loss, gradient) = step(
            self.model,
            &mut self.optimizer,
            self.loss_function,
            mixup(batch, config.train.mixup, config.seed, number),
            seed::stream(config.seed, &format!("dropout {number}")),
            config.train.clip_norm,
            learning_rate,
        );
        Ok((Self { model, ..self }, Measured { loss, gradient }))
    }

    /// The model as it is now, with automatic differentiation.
    pub(crate) fn model(&mut self) -> &Model {
        self.catch_up();
        &self.model
    }

    /// All that is needed to go on later.
    pub(crate) fn snapshot<'s>(&'s mut self, position: &'s Position) -> Snapshot<'s> {
        self.catch_up();
        Snapshot {
            model: &self.model,
            optimizer: &self.optimizer,
            position,
        }
    }

    pub(crate) fn into_parts(mut self) -> (Model, Stepper) {
        self.catch_up();
        (self.model, self.optimizer)
    }

    /// Brings model and optimizer to where the chain stands.
    fn catch_up(&mut self) {
        if let Some(chain) = &mut self.chain
            && std::mem::take(&mut chain.is_ahead)
        {
            let model = self.model.clone();
            self.model = self.optimizer.catch_up(model, &*chain.layers);
        }
    }
}

impl InChain {
    fn step(
        &mut self,
        visit: &Visit<'_>,
        places: Range<usize>,
        loss_function: &Loss,
        learning_rate: f64,
    ) -> Result<ChainStep, Error> {
        keep_awake();
        let chosen = visit.chosen(places);
        let (labels, weights) = (visit.labels(chosen), visit.weights(chosen));
        let target = loss_function.target(&labels, weights.as_deref());
        let write_bytes =
            |range: Range<usize>, out: &mut [u8]| visit.write_bytes(&chosen[range], out);
        let write_numbers =
            |range: Range<usize>, out: &mut [f32]| visit.write_inputs(&chosen[range], out);
        let fill = match visit.byte_scale() {
            Some(scale) => Fill::Bytes(scale, &write_bytes),
            None => Fill::Numbers(&write_numbers),
        };
        let done = self.layers.step(learning_rate, target, fill)?;
        self.is_ahead = true;
        Ok(done)
    }
}

/// The layers of a model, if a chain of them does what the config asks for, and sooner.
fn fitting_chain<'m>(config: &Config, model: &'m Model) -> Option<Vec<&'m Linear>> {
    let is_usual = config.train.mixup == 0.0 && config.train.clip_norm.is_none();
    plain_chain(model).filter(|layers| {
        let shapes: Vec<_> = layers.iter().map(|layer| layer.weight.dims()).collect();
        is_usual && fit_a_chain(&shapes) && is_all_trained(model)
    })
}

/// The layers of a model in host memory, if it is a chain.
pub(crate) fn plain_chain(model: &Model) -> Option<Vec<&Linear>> {
    let layers = model.chain()?;
    is_host(&layers[0].weight.device()).then_some(layers)
}

fn is_all_trained(model: &Model) -> bool {
    struct Frozen(bool);

    impl ModuleVisitor for Frozen {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0 |= !param.val().is_require_grad();
        }
    }

    let mut frozen = Frozen(false);
    model.visit(&mut frozen);
    !frozen.0
}

#[cfg(test)]
mod tests;
