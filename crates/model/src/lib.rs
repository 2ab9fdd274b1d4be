//! Network definitions of plumb.
//!
//! A network is described by a [`Network`] value (what a config says). With a width and a scheme of initial
//! weights it is a [`NetworkPlan`], which is checked against a task, counted ([`NetworkPlan::cost`]), built
//! ([`NetworkPlan::init`]), and then used through [`Model::forward`]. Nothing here reads files or prints.
//!
//! Weights are drawn on the host from a seeded stream, so every backend starts from the same ones.
//!
//! # Another network
//!
//! A description of its own, in one file: the options, and how they come down to blocks of convolutions and
//! fully connected layers; a variant of [`Network`]; a field of the trainer's `config/model.rs`.
//!
//! # Sequences
//!
//! A model of sequences (1-D convolutions, recurrent layers) takes examples of the shape
//! `[features, length]`, which [`Task::input_shape`] can say already, flattened in row-major order like all
//! others. It needs a second kind of block beside [`BlockConfig`], with its own check, cost and `forward`
//! over `[batch, features, length]`, and a list of such blocks in `Architecture` and [`Model`]. They make one
//! row of features per example (the mean over the length, or the last state), and from there on
//! everything (hidden layers, loss, checkpoints, reports) is as it is.

mod activation;
mod architecture;
mod block;
mod cnn;
mod cost;
mod elementary;
mod error;
mod init;
mod lenet5;
mod linear;
mod mlp;
mod model;
mod network;
mod norm;
mod parameters;
mod pass;
mod resnet8;
mod small_cnn;
mod task;

pub use activation::Activation;
pub use block::{Block, BlockConfig};
pub use cnn::{CnnConfig, Head, PoolKind};
pub use cost::Cost;
pub use error::NetworkError;
pub use init::Init;
pub use lenet5::Lenet5Config;
pub use linear::LinearConfig;
pub use mlp::MlpConfig;
pub use model::Model;
pub use network::{Network, NetworkPlan};
pub use norm::{Norm, NormKind};
pub use parameters::{Parameter, ParameterKind};
pub use resnet8::Resnet8Config;
pub use small_cnn::SmallCnnConfig;
pub use task::Task;
