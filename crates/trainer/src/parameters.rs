//! The tensors of a model, by name.
//!
//! Names are `PyTorch`'s, as in `hidden.0.weight` or `blocks.1.norm.running_mean`: a config that
//! freezes a layer, a message about one, and an exported file all say the same.

use burn::{
    module::{Flag, Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    tensor::{Tensor, TensorData},
};
use plumb_model::Model;

/// One tensor of a model: a weight, a bias, or a running statistic of a batch norm.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    /// Where it is in the model, components joined by dots.
    pub(crate) path: String,
    pub(crate) id: ParamId,
    /// As burn lays it out.
    pub(crate) shape: Vec<usize>,
    /// Whether gradients change it.
    pub(crate) is_trained: bool,
    /// Whether it is a running average of batch normalization, which no gradient ever changes.
    pub(crate) is_running: bool,
    /// Whether it is the weight of a fully connected layer, `[n_in, n_out]` in burn and
    /// `[n_out, n_in]` in `PyTorch`. All other tensors have the same layout in both.
    pub(crate) is_transposed: bool,
}

impl Parameter {
    /// The shape in `PyTorch`'s layout.
    pub(crate) fn torch_shape(&self) -> Vec<usize> {
        let mut shape = self.shape.clone();
        if self.is_transposed {
            shape.reverse();
        }
        shape
    }

    /// Number of values.
    pub(crate) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it is `prefix`, or lies below it: `hidden.1` holds `hidden.1.bias`, not `hidden.10`.
    pub(crate) fn is_within(&self, prefix: &str) -> bool {
        is_within(&self.path, prefix)
    }
}

/// Whether a path is `prefix` or begins with its components.
pub(crate) fn is_within(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// All tensors of a model, in the order of its layers.
pub(crate) fn parameters(model: &Model) -> Vec<Parameter> {
    let mut lister = Lister::default();
    model.visit(&mut lister);
    lister.parameters
}

/// All tensors of a model with their values, in burn's layout.
pub(crate) fn tensors(model: &Model) -> Vec<(Parameter, TensorData)> {
    let mut lister = Lister {
        with_values: true,
        ..Lister::default()
    };
    model.visit(&mut lister);
    lister.parameters.into_iter().zip(lister.values).collect()
}

/// The names of a model's layers, in order: what holds the tensors.
pub(crate) fn layers(parameters: &[Parameter]) -> Vec<&str> {
    let mut layers: Vec<&str> = parameters
        .iter()
        .map(|parameter| {
            let path = parameter.path.as_str();
            path.rsplit_once('.').map_or(path, |(layer, _)| layer)
        })
        .collect();
    layers.dedup();
    layers
}

/// The switches between training and evaluation that a model's layers hold, by path.
pub(crate) fn flags(model: &Model) -> Vec<(String, ParamId)> {
    let mut lister = Lister::default();
    model.visit(&mut lister);
    lister.flags
}

/// Sets the tensors for which there is a value.
///
/// `value` is asked with each tensor's path, and must answer with data of its shape.
pub(crate) fn fill(model: Model, value: impl FnMut(&str) -> Option<TensorData>) -> Model {
    model.map(&mut Filler {
        place: Place::default(),
        value,
    })
}

/// Where a walk through a model is: each component with burn's name of what it is part of.
#[derive(Default)]
struct Place(Vec<(String, String)>);

impl Place {
    fn enter(&mut self, name: &str, holder: &str) {
        self.0.push((name.to_string(), holder.to_string()));
    }

    fn exit(&mut self) {
        self.0.pop();
    }

    /// What the tensor at this place is part of, as in `Struct:Linear`.
    fn holder(&self) -> &str {
        self.0.last().map_or("", |(_, holder)| holder)
    }

    /// With `PyTorch`'s names for a normalization's gain and offset.
    fn path(&self) -> String {
        let components: Vec<&str> = self
            .0
            .iter()
            .map(|(name, holder)| match (holder.as_str(), name.as_str()) {
                ("Struct:Norm", "gamma") => "weight",
                ("Struct:Norm", "beta") => "bias",
                (_, name) => name,
            })
            .collect();
        components.join(".")
    }
}

#[derive(Default)]
struct Lister {
    place: Place,
    parameters: Vec<Parameter>,
    with_values: bool,
    values: Vec<TensorData>,
    flags: Vec<(String, ParamId)>,
}

impl ModuleVisitor for Lister {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.place.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.place.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.place.path();
        self.parameters.push(Parameter {
            is_running: path.ends_with(".running_mean") || path.ends_with(".running_var"),
            path,
            id: param.id,
            shape: param.lazy_shape().to_vec(),
            is_trained: param.is_require_grad(),
            is_transposed: D == 2 && self.place.holder() == "Struct:Linear",
        });
        if self.with_values {
            self.values.push(param.val().into_data());
        }
    }

    fn visit_flag(&mut self, flag: &Param<Flag>) {
        self.flags.push((self.place.path(), flag.id));
    }
}

struct Filler<F> {
    place: Place,
    value: F,
}

impl<F: FnMut(&str) -> Option<TensorData>> ModuleMapper for Filler<F> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.place.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.place.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(data) = (self.value)(&self.place.path()) else {
            return param;
        };
        let (id, device) = (param.id, param.lazy_device());
        param.transform_for_load(Tensor::from_data(data, &device), id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_at_a_dot() {
        assert!(is_within("hidden.1.bias", "hidden.1"));
        assert!(is_within("hidden.1.bias", "hidden"));
        assert!(is_within("hidden.1.bias", "hidden.1.bias"));
        assert!(!is_within("hidden.10.bias", "hidden.1"));
        assert!(!is_within("hidden.1", "hidden.1.bias"));
    }
}
