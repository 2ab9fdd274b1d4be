//! A fully connected layer: `activation(x · w + b)`.

mod backward;
mod forward;

use crate::tile::COLUMNS;

pub use backward::{LinearGradients, linear_backward};
pub use forward::linear_forward;

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

/// Puts a tile's row where it belongs, or adds it.
#[inline(always)]
fn put(out: &mut [f32], sums: &[f32; COLUMNS], is_added: bool) {
    // Of a length that the compiler knows, nearly always.
    if let Some(out) = out.as_mut_array::<COLUMNS>() {
        for (out, sum) in out.iter_mut().zip(sums) {
            *out = if is_added { *out + sum } else { *sum };
        }
    } else if is_added {
        for (out, sum) in out.iter_mut().zip(sums) {
            *out += sum;
        }
    } else {
        out.copy_from_slice(&sums[..out.len()]);
    }
}

#[cfg(test)]
mod tests;
