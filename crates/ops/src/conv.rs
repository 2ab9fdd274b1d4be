//! A convolution with a square kernel: `pool(activation(x ∗ w + b))`.
//!
//! No patches are made. A picture is copied once, with its border of zeros, and then the values that a place of the
//! kernel meets lie contiguous for whole rows of the output, and from row to row too, if outputs are counted in rows
//! of the padded picture: what falls on the border is computed and left out. With a stride of `s` a picture is
//! copied as `s²` pictures of every `s`-th row and column, in which the same holds.
//!
//! The way back is the same where there is no pooling. Behind maximum pooling it goes value by value: most are zero.

mod backward;
mod forward;
mod layout;

use self::layout::Layout;

pub use backward::{ConvGradients, conv_backward};
pub use forward::{ConvOutput, conv_forward};

/// The shape of a convolution and its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShape {
    /// Examples.
    pub batch: usize,
    /// Maps of the input.
    pub c_in: usize,
    /// Of the input, in pixels.
    pub height: usize,
    /// Of the input, in pixels.
    pub width: usize,
    /// Maps of the output.
    pub c_out: usize,
    /// Side of the kernel, in pixels.
    pub kernel: usize,
    /// Step of the kernel, in pixels.
    pub stride: usize,
    /// Border of zeros around the input, in pixels.
    pub padding: usize,
    /// Side of the windows of maximum pooling, and their step, in pixels; 1 for none.
    pub pool: usize,
}

impl ConvShape {
    /// Height and width of the convolution's maps.
    ///
    /// # Panics
    /// If the kernel is larger than the padded picture.
    #[must_use]
    pub fn map(&self) -> [usize; 2] {
        [self.height, self.width]
            .map(|side| (side + 2 * self.padding - self.kernel) / self.stride + 1)
    }

    /// Height and width behind pooling.
    #[must_use]
    pub fn output(&self) -> [usize; 2] {
        self.map().map(|side| side / self.pool)
    }

    fn input_values(&self) -> usize {
        self.c_in * self.height * self.width
    }

    fn output_values(&self) -> usize {
        self.c_out * self.output().iter().product::<usize>()
    }

    /// Weights of an output map.
    fn depth(&self) -> usize {
        self.c_in * self.kernel * self.kernel
    }

    /// Multiply-adds of an example.
    fn work(&self) -> usize {
        self.c_out * self.depth() * self.map().iter().product::<usize>()
    }

    /// How many examples a task takes: 16 tasks at most, each of which sums up its own gradients.
    fn chunk(&self) -> usize {
        self.batch.div_ceil(16).max(1)
    }
}

#[cfg(test)]
mod tests;
