use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::Tensor,
};

use crate::Model;

/// A tensor of a model's checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its path through the model's fields, such as `hidden.0.weight`.
    pub name: String,
    /// A fully connected layer's weight is `[n_in, n_out]`, a convolution's
    /// `[c_out, c_in, height, width]`; all others have one dimension.
    pub shape: Vec<usize>,
    /// What it does.
    pub kind: ParameterKind,
}

/// What a parameter does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// Multiplies inputs and sums them up.
    Weight,
    /// Is added to such a sum.
    Bias,
    /// Gain or offset of a normalization.
    Norm,
    /// A running average of batch normalization: saved, but not trained.
    RunningAverage,
}

impl Model {
    /// Every tensor of the model's checkpoint, in the checkpoint's order.
    #[must_use]
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut list = List::default();
        self.visit(&mut list);
        list.found
    }
}

#[derive(Default)]
struct List {
    path: Vec<String>,
    found: Vec<Parameter>,
}

impl ModuleVisitor for List {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let kind = match self.path.last().map_or("", String::as_str) {
            "weight" => ParameterKind::Weight,
            "bias" => ParameterKind::Bias,
            "running_mean" | "running_var" => ParameterKind::RunningAverage,
            _ => ParameterKind::Norm,
        };
        self.found.push(Parameter {
            name: self.path.join("."),
            shape: param.lazy_shape().to_vec(),
            kind,
        });
    }
}
