//! A fully connected layer: `activation(x · w + b)`.

mod backward;
mod forward;
mod left;

pub use backward::{LinearGradients, linear_backward};
pub(crate) use forward::finish;
pub use forward::linear_forward;
pub(crate) use left::{LeftColumns, LeftRows};

/// The shape of a layer and its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinearShape {
    /// Examples.
    pub batch: usize,
    /// Inputs of a unit.
    pub n_in: usize,
    /// Units.
    pub n_out: usize,
}

#[cfg(test)]
mod tests;
