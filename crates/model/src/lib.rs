//! Network definitions of plumb.
//!
//! A network is described by a [`Network`] value (what a config says), built for a task by
//! [`Network::init`], and used through [`Model::forward`]. Nothing here reads files or prints.
//!
//! Weights are drawn on the host from a seeded stream, so every backend starts from the same ones.

mod activation;
mod init;
mod mlp;
mod model;

pub use activation::Activation;
pub use mlp::{Mlp, MlpConfig};
pub use model::{Model, Network, Task};
