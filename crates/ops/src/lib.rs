//! The operations of small networks on the CPU, each fused with what stands behind it, and with its gradients.
//!
//! A stock step of a small network spends most of its time between the products: in passes over memory, in fresh
//! buffers, and in waking threads. Here an operation is done in one go:
//!
//! | operation | in one go |
//! |---|---|
//! | [`tensors::linear`] | product, bias, `ReLU`; both gradients, over one packed copy of the mask; many zeros left out |
//! | [`tensors::conv`] | product without patches, bias, `ReLU`, maximum pooling; gradients of what pooling left alone |
//! | [`tensors::batch_norm_train`], [`tensors::batch_norm_known`] | normalization, `ReLU`; a channel by one thread |
//! | [`tensors::layer_norm`] | normalization, `ReLU`; an example by one thread |
//! | [`tensors::activation`] | an activation that no other operation does on the way, its exponentials on vectors |
//! | [`tensors::pool`] | maxima or means of windows, where pooling stands by itself |
//! | [`tensors::cross_entropy`] | softmax, loss and gradient |
//! | [`Chain`] | all of a step of fully connected layers, the optimizer's included |
//!
//! [`tensors`] has them on burn's tensors, with automatic differentiation: fused on the CPU backend, of burn's own
//! operations elsewhere. Below it they work on plain slices ([`linear_forward`], [`conv_forward`], …), and below those
//! is one loop, `tile.rs`: eight rows times 32 columns of a product, kept in registers, on the vectors that the
//! processor has (`pulp` looks when the program runs; no unsafe code). It comes within a few percent of what the
//! processor can do at all, a large product of the crate `gemm` included, and unlike that it reads convolutions'
//! windows where they lie.
//!
//! What comes out depends on values and shapes alone, never on the number of threads: sums run in the order of the
//! depth, and where partial sums are added, in the order of the examples.
//!
//! Each operation is tested against plain loops in 64 bits, and against burn's own operations (`tensors/tests.rs`).

#![allow(
    clippy::inline_always,
    reason = "what a loop calls is compiled for the same vectors only if it is inlined there"
)]

mod activation;
mod batch_norm;
mod buffers;
mod chain;
mod chunks;
mod conv;
mod cross_entropy;
mod layer_norm;
mod linear;
mod norm;
mod pack;
mod pool;
mod relu;
mod sparse;
mod tasks;
pub mod tensors;
#[cfg(test)]
mod testing;
mod tile;
mod traces;
mod window;

pub use activation::{Activation, activation_backward, activation_forward};
pub use batch_norm::{
    BatchNormDone, BatchNormOutput, batch_norm_backward, batch_norm_forward, batch_norm_known,
};
pub use buffers::{buffer, recycle};
pub use chain::{Chain, ChainStep, Fill, LayerValues, PackedChain, Update, fit_a_chain};
pub use conv::{ConvGradients, ConvOutput, ConvShape, conv_backward, conv_forward};
pub use cross_entropy::{CrossEntropyTarget, cross_entropy};
pub use layer_norm::{LayerNormDone, LayerNormOutput, layer_norm_backward, layer_norm_forward};
pub use linear::{LinearGradients, LinearShape, linear_backward, linear_forward};
pub use norm::{NormGradients, NormShape};
pub use pool::{
    PoolShape, average_pool_backward, average_pool_forward, max_pool_backward, max_pool_forward,
};
pub use sparse::are_sparse;
pub use tasks::for_each;
pub use traces::without_trace;
