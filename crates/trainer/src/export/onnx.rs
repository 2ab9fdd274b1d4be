use burn::tensor::{Device, Tensor};
use burn_onnx::export::{AxisSpec, ExportError, InputSpec, OnnxExporter, OnnxModel};
use onnx_ir::{GraphProto, Message, ModelProto, NodeProto, ValueInfoProto};
use plumb_model::{Model, Task};

use super::{failing_layer::failing_layer, metadata::metadata};
use crate::{Error, trained::Trained};

/// The network as an ONNX model (operator set 18) with its weights.
///
/// | value | shape |
/// |---|---|
/// | `input` | `[batch, …]`, the shape of one example, normalized |
/// | `logits` | `[batch, n_classes]` |
/// | `probabilities` | `[batch, n_classes]`, their softmax |
///
/// `batch` is free. `device` is the model's. The model's `metadata_props` say what [`metadata`] lists.
///
/// # Errors
/// Bad input if a layer has no counterpart in ONNX that burn's export knows, naming the layer.
pub(crate) fn onnx(trained: &Trained, device: &Device) -> Result<Vec<u8>, Error> {
    let exported = export(&trained.model.clone().elementary(), &trained.task, device)?;
    let failed = |error: &dyn std::fmt::Display| {
        Error::failed(format!("can't write the network as ONNX: {error}"))
    };
    let mut model =
        ModelProto::parse_from_bytes(exported.as_bytes()).map_err(|error| failed(&error))?;
    model.producer_name = "plumb".into();
    model.producer_version = env!("CARGO_PKG_VERSION").into();
    let graph = model.graph.mut_or_insert_default();
    name_values(graph);
    add_probabilities(graph);
    let about = metadata(trained)?;
    model
        .metadata_props
        .resize_with(about.len(), Default::default);
    for (entry, (key, value)) in model.metadata_props.iter_mut().zip(about) {
        entry.key = key.into();
        entry.value = value;
    }
    model.write_to_bytes().map_err(|error| failed(&error))
}

fn export(model: &Model, task: &Task, device: &Device) -> Result<OnnxModel, Error> {
    let shape = &task.input_shape;
    let exported = match shape.len() {
        1 => capture::<2>(model, shape, device),
        2 => capture::<3>(model, shape, device),
        3 => capture::<4>(model, shape, device),
        n => {
            return Err(Error::bad_input(format!(
                "examples have {n} dimensions; ONNX export knows 1 to 3"
            )));
        }
    };
    exported.map_err(|error| {
        let layer = failing_layer(model, task.n_inputs(), device);
        cannot_express(&error, layer.as_deref())
    })
}

/// Runs the network twice on a device that records, with batches of 2 and of 3 zeros: what differs is
/// the batch axis. `D` is one more than an example has dimensions.
fn capture<const D: usize>(
    model: &Model,
    shape: &[usize],
    device: &Device,
) -> Result<OnnxModel, ExportError> {
    let input = |batch: usize| {
        let mut dims = [batch; D];
        dims[1..].copy_from_slice(shape);
        Tensor::<D>::zeros(dims, device)
    };
    let mut axes = vec![AxisSpec::Static; D];
    axes[0] = AxisSpec::dynamic("batch");
    OnnxExporter::new().export_dynamic(
        model,
        input(2),
        input(3),
        &[InputSpec::new(axes)],
        |model: &Model, input: Tensor<D>| model.forward_shaped(input),
    )
}

/// What burn's export can't do, in a user's words.
fn cannot_express(error: &ExportError, layer: Option<&str>) -> Error {
    let message = match (error, layer) {
        (ExportError::UnsupportedOperation { kind, .. }, Some(layer)) => format!(
            "can't express the layer `{layer}` in ONNX: there is no counterpart of {}",
            operation(kind)
        ),
        _ => format!("can't express this network in ONNX: {error}"),
    };
    Error::bad_input(message).hint("`--format safetensors` writes any network's weights")
}

/// The name of an operation in the exporter's description of it: `Gelu` of
/// `Activation(Gelu(UnaryOpIr { … }))`. Other descriptions are sentences.
fn operation(kind: &str) -> &str {
    let names = kind.split_once(" {").map_or("", |(names, _)| names);
    match names.split(['(', ' ']).rev().nth(1) {
        Some(name) => name,
        None => kind,
    }
}

/// Gives inputs and outputs names that stay the same from one export to the next, where the
/// exporter numbers them.
fn name_values(graph: &mut GraphProto) {
    let mut renamed: Vec<(String, String)> = Vec::new();
    for (value, name) in [
        (graph.input.first(), "input"),
        (graph.output.first(), "logits"),
    ] {
        renamed.extend(value.map(|value| (value.name.clone(), name.to_string())));
    }
    let rename = |name: &mut String| {
        if let Some((_, new)) = renamed.iter().find(|(old, _)| old == name) {
            name.clone_from(new);
        }
    };
    let values = graph.input.iter_mut().chain(&mut graph.output);
    values.for_each(|value| rename(&mut value.name));
    for node in &mut graph.node {
        node.input
            .iter_mut()
            .chain(&mut node.output)
            .for_each(rename);
    }
}

/// Appends the softmax over the classes as a second output.
fn add_probabilities(graph: &mut GraphProto) {
    let mut softmax = NodeProto::new();
    softmax.name = "softmax".into();
    softmax.op_type = "Softmax".into(); // over the last axis, since operator set 13
    softmax.input = vec!["logits".into()];
    softmax.output = vec!["probabilities".into()];
    graph.node.push(softmax);
    let probabilities = graph.output.first().map(|logits| {
        let mut value: ValueInfoProto = logits.clone();
        value.name = "probabilities".into();
        value
    });
    graph.output.extend(probabilities);
}

#[cfg(test)]
mod tests {
    use plumb_data::seed;
    use plumb_model::{Activation, BlockConfig, CnnConfig, Network, NetworkPlan};

    use super::*;

    /// GELU as burn computes it is one operation, which the exporter doesn't know; what `onnx` exports is
    /// put together from others.
    #[test]
    fn a_layer_without_a_counterpart_is_named() {
        let blocks = vec![BlockConfig {
            residual: true,
            ..BlockConfig::new(2)
        }];
        let network = Network::Cnn(CnnConfig {
            blocks,
            activation: Activation::Gelu,
            ..toml::from_str("blocks = []").unwrap()
        });
        let task = Task {
            input_shape: vec![1, 4, 4],
            n_classes: 3,
        };
        let device = Device::flex();
        let model = NetworkPlan::new(network).init(&task, seed::stream(1, "init"), &device);
        let error = export(&model, &task, &device).unwrap_err();
        assert_eq!(
            error.to_string(),
            "error: can't express the layer `blocks.0.activations.0` in ONNX: there is no counterpart of \
             Erf\n\nhint: `--format safetensors` writes any network's weights"
        );
        export(&model.elementary(), &task, &device).unwrap();
    }

    #[test]
    fn operations_are_named_by_one_word() {
        for (kind, name) in [
            ("Activation(Gelu(UnaryOpIr { input: 1 }))", "Gelu"),
            (
                "NumericFloat(F32, MeanDim(ReduceDimOpIr { axis: 2 }))",
                "MeanDim",
            ),
            (
                "Conv2d with mixed tensor dtypes",
                "Conv2d with mixed tensor dtypes",
            ),
        ] {
            assert_eq!(operation(kind), name);
        }
    }
}
