//! The way back through maximum pooling, behind which most of the maps' gradient is zero: of each window one value is
//! left, and none where `ReLU` did not pass it.
//!
//! Each of those that are left is taken alone, with all weights of its map. Where channels lie side by side, what a row
//! of the kernel meets is contiguous, and the weights of a map stay in registers while all its gradients pass.

mod blocks;
mod pixels;

use pulp::Arch;

use super::{ConvShape, Example};
use crate::pack::{Floats, first_of};

use self::{
    blocks::{InBlocks, Inputs, Weights},
    pixels::Pixels,
};

/// The convolution of all examples of a batch.
pub(super) struct Pooled {
    pixels: Pixels,
    /// How far behind the first value of a window each of its values lies.
    in_window: Vec<u32>,
    /// `[c_out, kernel, reach]`, as pixels lie; empty if the input's gradient is not asked for.
    weight: Vec<f32>,
}

impl Pooled {
    pub(super) fn new(shape: ConvShape, weight: &[f32], is_input_asked: bool) -> Self {
        let pixels = Pixels::new(shape);
        let in_window = (0..shape.pool * shape.pool)
            .map(|at| pixels.of_map(at / shape.pool, at % shape.pool) as u32);
        let weight = if is_input_asked { weight } else { &[] };
        let maps = weight.chunks_exact(shape.depth());
        let mut by_pixel = vec![0.0; maps.len() * pixels.n_weights()];
        for (out, map) in by_pixel.chunks_exact_mut(pixels.n_weights()).zip(maps) {
            pixels.each_weight(|by_pixel, at| out[by_pixel] = map[at]);
        }
        Self {
            pixels,
            in_window: in_window.collect(),
            weight: by_pixel,
        }
    }

    /// Values that the gradient of the weights takes: `[c_out, kernel, reach]`, as pixels lie.
    pub(super) fn n_weights(&self) -> usize {
        self.pixels.shape.c_out * self.pixels.n_weights()
    }

    /// The same in the order of weights, `[c_out, c_in, kernel, kernel]`.
    pub(super) fn by_weight(&self, by_pixel: &[f32]) -> Vec<f32> {
        let (n, depth) = (self.pixels.n_weights(), self.pixels.shape.depth());
        let mut of_weight = vec![0.0; by_pixel.len() / n * depth];
        for (out, map) in of_weight
            .chunks_exact_mut(depth)
            .zip(by_pixel.chunks_exact(n))
        {
            self.pixels
                .each_weight(|by_pixel, at| out[at] = map[by_pixel]);
        }
        of_weight
    }

    /// Adds the gradients of examples to those of weights, and of the bias.
    pub(super) fn add<'a>(
        &self,
        arch: Arch,
        examples: impl Iterator<Item = Example<'a>>,
        of_weight: &mut [f32],
        of_bias: &mut [f32],
    ) {
        let pixels = self.pixels;
        let mut scratch = Floats::take();
        let picture = aligned(&mut scratch.picture.buffer, pixels.len());
        picture.fill(0.0);
        let of_picture = aligned(&mut scratch.maps.buffer, pixels.len());
        let mut left = Left::default();
        for example in examples {
            arch.dispatch(|| {
                left.find(self, &example, of_bias);
                pixels.copy(example.input, picture);
            });
            arch.dispatch(InBlocks {
                pixels,
                left: &left,
                work: Weights {
                    picture,
                    sums: of_weight,
                },
            });
            if let Some(of_input) = example.of_input {
                of_picture.fill(0.0);
                arch.dispatch(InBlocks {
                    pixels,
                    left: &left,
                    work: Inputs {
                        weight: &self.weight,
                        of_picture,
                    },
                });
                arch.dispatch(|| pixels.copy_back(of_picture, of_input));
            }
        }
    }
}

/// The first `n` of a buffer from the first whole line of the cache on: what crosses a line takes twice as long.
fn aligned(buffer: &mut Vec<f32>, n: usize) -> &mut [f32] {
    const LINE: usize = 64;
    let buffer = first_of(buffer, n + LINE / size_of::<f32>(), 0.0);
    let start = buffer.as_ptr().align_offset(LINE).min(buffer.len() - n);
    &mut buffer[start..start + n]
}

/// What is left of the gradient of an example's maps.
#[derive(Default)]
struct Left {
    gradients: Vec<Gradient>,
    /// Where each map's end.
    ends: Vec<usize>,
    /// The gradient of all outputs, where they passed the activation.
    outputs: Vec<f32>,
}

/// The gradient of one place of a map, which is not zero.
#[derive(Clone, Copy, Default)]
struct Gradient {
    /// Where the first value lies that the place was made of.
    at: u32,
    value: f32,
}

impl Left {
    /// Looks for it, and adds it to the bias's.
    #[inline(always)]
    fn find(&mut self, pooled: &Pooled, example: &Example<'_>, of_bias: &mut [f32]) {
        let Pooled {
            pixels, in_window, ..
        } = pooled;
        let ConvShape { pool, .. } = pixels.shape;
        let in_window = &in_window[..];
        let [height, width] = pixels.shape.output();
        let (row_step, column_step) = (pixels.of_map(pool, 0), pixels.of_map(0, pool) as u32);
        let n_pixels = height * width;
        example.pass(n_pixels, &mut self.outputs, of_bias);
        let outputs = &self.outputs[..];
        self.gradients.resize(outputs.len(), Gradient::default());
        self.ends.clear();
        let gradients = &mut self.gradients[..];
        let mut n = 0;
        let maps = outputs
            .chunks_exact(n_pixels)
            .zip(example.places.chunks_exact(n_pixels));
        for (values, places) in maps {
            let rows = values.chunks_exact(width).zip(places.chunks_exact(width));
            for (row, (values, places)) in rows.enumerate() {
                let mut window = (row * row_step) as u32;
                for (value, place) in values.iter().zip(places) {
                    // Without a branch, since none could be foretold.
                    gradients[n] = Gradient {
                        at: window + in_window[usize::from(*place)],
                        value: *value,
                    };
                    n += usize::from(*value != 0.0);
                    window += column_step;
                }
            }
            self.ends.push(n);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        conv::{ConvOutput, conv_forward},
        testing::{assert_close, kinds, values},
    };

    #[test]
    fn every_kind_of_vectors_adds_up_the_same() {
        for (c_in, kernel) in [(1, 3), (3, 5), (16, 3), (33, 2), (64, 1)] {
            let shape = ConvShape {
                batch: 1,
                c_in,
                height: 9,
                width: 8,
                c_out: 5,
                kernel,
                stride: 1,
                padding: 1,
                pool: 2,
            };
            let input = values(shape.input_values(), 1);
            let weight = values(shape.c_out * shape.depth(), 2);
            let output = conv_forward(shape, &input, &weight, None, true);
            let ConvOutput { values: y, places } = &output;
            let gradient = values(y.len(), 3);
            let pooled = Pooled::new(shape, &weight, true);
            let all = kinds().into_iter().map(|arch| {
                let (mut of_input, mut of_weight) =
                    (vec![0.0; input.len()], vec![0.0; pooled.n_weights()]);
                let mut of_bias = vec![0.0; shape.c_out];
                let example = Example {
                    input: &input,
                    gradient: &gradient,
                    output_of_relu: Some(y),
                    places,
                    of_input: Some(&mut of_input),
                };
                pooled.add(arch, [example].into_iter(), &mut of_weight, &mut of_bias);
                [of_input, pooled.by_weight(&of_weight), of_bias]
            });
            let all: Vec<_> = all.collect();
            for (at, what) in ["input", "weight", "bias"].into_iter().enumerate() {
                assert!(all[0][at].iter().any(|gradient| *gradient != 0.0));
                for kind in &all {
                    assert_close(&kind[at], &all[0][at], what);
                }
            }
        }
    }
}
