//! The way back through maximum pooling, behind which most of the maps' gradient is zero: of each window one value is
//! left, and none where `ReLU` did not pass it.
//!
//! Each of those that are left is taken alone, with all weights of its map. Where channels lie side by side, what a row
//! of the kernel meets is contiguous, and the weights of a map stay in registers while all its gradients pass.

use pulp::{Arch, Simd, WithSimd};

use super::{ConvShape, Example, sum};
use crate::{
    pack::{Floats, first_of},
    relu::passed,
};

/// Values of the widest vectors.
const WIDEST: usize = 16;

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

/// How the padded picture of an example lies in memory: `[height, width, c_in]`.
#[derive(Clone, Copy)]
struct Pixels {
    shape: ConvShape,
    /// Values from one row to the next.
    pitch: usize,
    /// Values that a row of the kernel meets, with as many behind them as whole vectors need.
    reach: usize,
}

impl Pixels {
    fn new(shape: ConvShape) -> Self {
        Self {
            shape,
            pitch: (shape.width + 2 * shape.padding) * shape.c_in,
            reach: (shape.kernel * shape.c_in).next_multiple_of(WIDEST),
        }
    }

    /// Values of a picture, with a margin behind it that vectors may reach into.
    fn len(&self) -> usize {
        (self.shape.height + 2 * self.shape.padding) * self.pitch + WIDEST
    }

    /// Values that the weights of a map take.
    fn n_weights(&self) -> usize {
        self.shape.kernel * self.reach
    }

    /// Where the first value lies that a place of the maps is made of.
    fn of_map(&self, row: usize, column: usize) -> usize {
        (row * self.pitch + column * self.shape.c_in) * self.shape.stride
    }

    /// Calls with the place of each weight of a map as pixels lie, and in the order of weights, `[c_in, kernel, kernel]`.
    fn each_weight(&self, mut call: impl FnMut(usize, usize)) {
        let ConvShape { c_in, kernel, .. } = self.shape;
        for row in 0..kernel {
            for column in 0..kernel {
                for channel in 0..c_in {
                    let by_pixel = row * self.reach + column * c_in + channel;
                    call(by_pixel, (channel * kernel + row) * kernel + column);
                }
            }
        }
    }

    /// Copies an example's picture, `[c_in, height, width]`, to where there are zeros, or another one.
    #[inline(always)]
    fn copy(&self, picture: &[f32], out: &mut [f32]) {
        let ConvShape {
            c_in,
            height,
            width,
            padding,
            ..
        } = self.shape;
        let rows = out.chunks_exact_mut(self.pitch).skip(padding).take(height);
        for (row, out) in rows.enumerate() {
            // All channels of a row, so that what is written stays in the first cache.
            for (channel, map) in picture.chunks_exact(height * width).enumerate() {
                let pixels = out[padding * c_in..].chunks_exact_mut(c_in);
                let values = &map[row * width..][..width];
                pixels
                    .zip(values)
                    .for_each(|(out, value)| out[channel] = *value);
            }
        }
    }

    /// The way back.
    #[inline(always)]
    fn copy_back(&self, picture: &[f32], out: &mut [f32]) {
        let ConvShape {
            c_in,
            height,
            width,
            padding,
            ..
        } = self.shape;
        let rows = picture.chunks_exact(self.pitch).skip(padding).take(height);
        for (row, picture) in rows.enumerate() {
            for (channel, map) in out.chunks_exact_mut(height * width).enumerate() {
                let pixels = picture[padding * c_in..].chunks_exact(c_in);
                let values = &mut map[row * width..][..width];
                values
                    .iter_mut()
                    .zip(pixels)
                    .for_each(|(out, pixel)| *out = pixel[channel]);
            }
        }
    }
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
        let outputs = &mut self.outputs;
        outputs.clear();
        match example.output_of_relu {
            None => outputs.extend_from_slice(example.gradient),
            Some(output) => {
                let pairs = example.gradient.iter().zip(output);
                outputs.extend(pairs.map(|(value, output)| passed(*value, *output)));
            }
        }
        self.gradients.resize(outputs.len(), Gradient::default());
        self.ends.clear();
        let gradients = &mut self.gradients[..];
        let mut n = 0;
        let n_pixels = height * width;
        let maps = outputs
            .chunks_exact(n_pixels)
            .zip(example.places.chunks_exact(n_pixels));
        for ((values, places), of_bias) in maps.zip(of_bias) {
            *of_bias += sum(values);
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

/// Goes through what is left of every map, with a block of its weights at a time: `[rows, vectors]` of them, so many as
/// there are registers for.
struct InBlocks<'a, W> {
    pixels: Pixels,
    left: &'a Left,
    work: W,
}

/// What is to be done with one block.
trait Block {
    /// `start` is where the block begins among all weights, `offset` where it meets the picture.
    fn work<S: Simd, const ROWS: usize, const N: usize>(
        &mut self,
        simd: S,
        pixels: &Pixels,
        gradients: &[Gradient],
        start: usize,
        offset: usize,
    );
}

impl<W: Block> WithSimd for InBlocks<'_, W> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let kernel = self.pixels.shape.kernel;
        let mut first = 0;
        for (map, end) in self.left.ends.iter().enumerate() {
            let gradients = &self.left.gradients[first..*end];
            first = *end;
            let mut row = 0;
            while row < kernel {
                let at = (map, row);
                row += match kernel - row {
                    1 => self.rows::<S, 1>(simd, at, gradients),
                    2 => self.rows::<S, 2>(simd, at, gradients),
                    _ => self.rows::<S, 3>(simd, at, gradients),
                };
            }
        }
    }
}

impl<W: Block> InBlocks<'_, W> {
    /// So many rows of a map's weights.
    #[inline(always)]
    fn rows<S: Simd, const ROWS: usize>(
        &mut self,
        simd: S,
        (map, row): (usize, usize),
        gradients: &[Gradient],
    ) -> usize {
        let pixels = self.pixels;
        let n_vectors = pixels.reach / S::F32_LANES;
        let mut vector = 0;
        while vector < n_vectors {
            let from = vector * S::F32_LANES;
            let start = map * pixels.n_weights() + row * pixels.reach + from;
            let offset = row * pixels.pitch + from;
            let (work, pixels) = (&mut self.work, &pixels);
            vector += match n_vectors - vector {
                6.. if S::REGISTER_COUNT >= 32 => {
                    work.work::<S, ROWS, 6>(simd, pixels, gradients, start, offset);
                    6
                }
                3.. => {
                    work.work::<S, ROWS, 3>(simd, pixels, gradients, start, offset);
                    3
                }
                2 => {
                    work.work::<S, ROWS, 2>(simd, pixels, gradients, start, offset);
                    2
                }
                _ => {
                    work.work::<S, ROWS, 1>(simd, pixels, gradients, start, offset);
                    1
                }
            };
        }
        ROWS
    }
}

/// `N` vectors from a place on.
#[inline(always)]
fn vectors<S: Simd, const N: usize>(values: &[f32], start: usize) -> &[S::f32s; N] {
    let (vectors, _) = S::as_simd_f32s(&values[start..start + N * S::F32_LANES]);
    vectors.as_array().expect("so many")
}

/// The same, to be written.
#[inline(always)]
fn vectors_mut<S: Simd, const N: usize>(values: &mut [f32], start: usize) -> &mut [S::f32s; N] {
    let (vectors, _) = S::as_mut_simd_f32s(&mut values[start..start + N * S::F32_LANES]);
    vectors.as_mut_array().expect("so many")
}

/// Adds to the gradient of weights: the values that they met, times the gradients of what they made of them.
struct Weights<'a> {
    picture: &'a [f32],
    sums: &'a mut [f32],
}

impl Block for Weights<'_> {
    #[inline(always)]
    fn work<S: Simd, const ROWS: usize, const N: usize>(
        &mut self,
        simd: S,
        pixels: &Pixels,
        gradients: &[Gradient],
        start: usize,
        offset: usize,
    ) {
        let mut sums: [[S::f32s; N]; ROWS] =
            std::array::from_fn(|i| *vectors::<S, N>(self.sums, start + i * pixels.reach));
        for gradient in gradients {
            let value = simd.splat_f32s(gradient.value);
            let at = gradient.at as usize + offset;
            for (i, sums) in sums.iter_mut().enumerate() {
                let met = vectors::<S, N>(self.picture, at + i * pixels.pitch);
                for (sum, met) in sums.iter_mut().zip(met) {
                    *sum = simd.mul_add_e_f32s(value, *met, *sum);
                }
            }
        }
        for (i, sums) in sums.iter().enumerate() {
            *vectors_mut::<S, N>(self.sums, start + i * pixels.reach) = *sums;
        }
    }
}

/// Adds to the gradient of a picture: the weights that met it, times the gradients of what they made of it.
struct Inputs<'a> {
    weight: &'a [f32],
    of_picture: &'a mut [f32],
}

impl Block for Inputs<'_> {
    #[inline(always)]
    fn work<S: Simd, const ROWS: usize, const N: usize>(
        &mut self,
        simd: S,
        pixels: &Pixels,
        gradients: &[Gradient],
        start: usize,
        offset: usize,
    ) {
        let weights: [[S::f32s; N]; ROWS] =
            std::array::from_fn(|i| *vectors::<S, N>(self.weight, start + i * pixels.reach));
        for gradient in gradients {
            let value = simd.splat_f32s(gradient.value);
            let at = gradient.at as usize + offset;
            for (i, weights) in weights.iter().enumerate() {
                let sums = vectors_mut::<S, N>(self.of_picture, at + i * pixels.pitch);
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum = simd.mul_add_e_f32s(value, *weight, *sum);
                }
            }
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
