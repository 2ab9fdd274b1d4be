use burn::{
    backend::{
        capture::{CaptureBackend, TensorId},
        ir::OperationIr,
    },
    module::Module,
    tensor::{Device, Tensor},
};
use burn_onnx::export::{ExportError, OnnxExporter};
use plumb_model::Model;

/// Names the layer whose operation burn's exporter has no counterpart for; none if it fails otherwise.
///
/// The exporter numbers operations as they are recorded. So the network is exported once more with the
/// output of every layer taken down, and recorded in the same way: the layer is the first whose output
/// that operation makes, or a later one.
pub(super) fn failing_layer(model: &Model, n_inputs: usize, device: &Device) -> Option<String> {
    let input = || Tensor::<2>::zeros([2, n_inputs], device);
    let traced = |model: &Model, input: Tensor<2>| {
        let outputs = model.trace(input).into_iter();
        outputs
            .map(|(_, output)| output)
            .last()
            .into_iter()
            .collect::<Vec<_>>()
    };
    let failed = OnnxExporter::new().export(model, input(), traced).err()?;
    let ExportError::UnsupportedOperation { operation, .. } = failed else {
        return None;
    };

    let capture = Device::capture();
    let mut layers: Vec<(String, TensorId)> = Vec::new();
    let graph = capture
        .capture_scope(|scope| {
            let model = model.clone().to_device(&capture);
            let input = input().to_device(&capture);
            let boundary = id(&input);
            for (name, output) in model.trace(input) {
                layers.extend(id(&output).map(|id| (name, id)));
            }
            scope.complete(boundary, layers.last().map(|(_, id)| *id))
        })
        .ok()?
        .graph;
    // What only brings a value there is not numbered.
    let is_numbered = |operation: &&OperationIr| match operation {
        OperationIr::Init(value) => {
            graph.inputs.contains(&value.out.id) || graph.outputs.contains(&value.out.id)
        }
        _ => true,
    };
    let operations: Vec<_> = graph.operations.iter().filter(is_numbered).collect();
    let made_at = |id: TensorId| {
        let makes = |operation: &&OperationIr| operation.outputs().any(|output| output.id == id);
        operations.iter().position(makes)
    };
    let at_or_behind = |id| made_at(id).is_some_and(|at| at >= operation);
    layers
        .into_iter()
        .find(|(_, id)| at_or_behind(*id))
        .map(|(name, _)| name)
}

fn id(tensor: &Tensor<2>) -> Option<TensorId> {
    let recorded = tensor.clone().try_into_primitive::<CaptureBackend>();
    recorded.ok().map(|tensor| tensor.id())
}
