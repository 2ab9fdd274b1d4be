//! Fused operations.
#![allow(missing_docs, clippy::inline_always)]
mod buffers;
mod conv;
mod cross_entropy;
mod linear;
mod pack;
mod tasks;
pub mod tensors;
pub mod tile;
pub use buffers::recycle;
pub use conv::*;
pub use cross_entropy::*;
pub use linear::*;
