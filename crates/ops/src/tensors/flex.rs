//! What all operations on flex's tensors share.

use std::{borrow::Cow, fmt::Debug, marker::PhantomData};

use burn::{
    backend::{
        Autodiff, Flex, TensorMetadata,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::NoCheckpointing},
            grads::Gradients,
            ops::{Backward, NodeGuard, Ops, OpsKind},
        },
        tensor::FloatTensor,
    },
    tensor::{Shape, Tensor, TensorData},
};

use crate::{NormGradients, NormShape};

/// A tensor of flex.
pub(crate) type Primitive = FloatTensor<Flex>;

/// The same, tracked.
pub(crate) type Tracked = FloatTensor<Autodiff<Flex>>;

pub(crate) fn plain<const D: usize>(tensor: Tensor<D>) -> Primitive {
    let primitive = tensor.try_into_primitive::<Flex>();
    primitive.expect("a tensor of flex")
}

pub(crate) fn tracked<const D: usize>(tensor: Tensor<D>) -> Tracked {
    let primitive = tensor.try_into_primitive::<Autodiff<Flex>>();
    primitive.expect("a tracked tensor of flex")
}

pub(crate) fn from_plain<const D: usize>(primitive: Primitive) -> Tensor<D> {
    Tensor::from_primitive::<Flex>(primitive)
}

pub(crate) fn from_tracked<const D: usize>(primitive: Tracked) -> Tensor<D> {
    Tensor::from_primitive::<Autodiff<Flex>>(primitive)
}

/// The values in row-major order, copied only if they lie otherwise.
pub(crate) fn values(tensor: &Primitive) -> Cow<'_, [f32]> {
    if let Some(values) = tensor.as_slice::<f32>() {
        return Cow::Borrowed(values);
    }
    let data = tensor.clone().into_data();
    Cow::Owned(data.try_into_vec().expect("values of 32 bits"))
}

pub(crate) fn new(values: Vec<f32>, shape: impl Into<Shape>) -> Primitive {
    Primitive::from_data(TensorData::new(values, shape))
}

/// The shape of `[batch, channels, ...]`.
pub(crate) fn norm_shape(input: &Primitive) -> NormShape {
    let shape = input.shape();
    NormShape {
        batch: shape[0],
        channels: shape[1],
        size: shape[2..].iter().product(),
    }
}

/// The gradients of a normalization's input, γ and β.
pub(crate) fn norm_gradients(shape: Shape, gradients: NormGradients) -> Vec<Option<Primitive>> {
    let n_channels = gradients.gamma.len();
    vec![
        Some(new(gradients.input, shape)),
        Some(new(gradients.gamma, [n_channels])),
        Some(new(gradients.beta, [n_channels])),
    ]
}

/// Keeps a tensor's buffer for another one ([`crate::buffer`]), unless somebody still has it.
pub(crate) fn recycle(tensor: Primitive) {
    if tensor.is_unique()
        && let Ok(values) = tensor.into_data().try_into_vec()
    {
        crate::recycle(values);
    }
}

/// Without gradients, no more than two layers' outputs are there at the same time; with larger ones kept for another
/// batch, it would be all.
const MOST_KEPT: usize = 1 << 21;

/// Keeps the buffer of a layer's input for the next layer's output, where no gradient will be asked for.
pub(crate) fn recycle_input(tensor: Primitive) {
    if tensor.shape().num_elements() <= MOST_KEPT {
        recycle(tensor);
    }
}

/// An operation that was done, with all that its gradients are made of.
pub(crate) trait Done: Clone + Debug + Send + 'static {
    /// The gradients of its inputs from that of its output; only of those that are asked for.
    fn gradients(self, gradient: &Primitive, is_asked: &[bool]) -> Vec<Option<Primitive>>;
}

/// Tells burn about an operation on `N` tracked tensors.
pub(crate) fn record<D: Done, const N: usize>(
    inputs: [NodeGuard; N],
    done: D,
    output: Primitive,
) -> Tracked {
    let step = Step(PhantomData);
    match step
        .prepare::<NoCheckpointing>(inputs)
        .compute_bound()
        .stateful()
    {
        OpsKind::Tracked(prepared) => prepared.finish(done, output),
        OpsKind::UnTracked(prepared) => prepared.finish(output),
    }
}

#[derive(Debug)]
struct Step<D>(PhantomData<D>);

impl<D: Done, const N: usize> Backward<Flex, N> for Step<D> {
    type State = D;

    fn backward(self, ops: Ops<D, N>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        let is_asked = ops.parents.each_ref().map(Option::is_some);
        let of_inputs = ops.state.gradients(&gradient, &is_asked);
        recycle(gradient);
        for (input, gradient) in ops.parents.into_iter().zip(of_inputs) {
            if let (Some(input), Some(gradient)) = (input, gradient) {
                gradients.register::<Flex>(input.id, gradient);
            }
        }
    }
}
