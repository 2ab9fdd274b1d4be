use pulp::{Simd, WithSimd};

use super::{Gradient, Left, Pixels};

/// Goes through what is left of every map, with a block of its weights at a time: `[rows, vectors]` of them, so many as
/// there are registers for.
pub(super) struct InBlocks<'a, W> {
    pub(super) pixels: Pixels,
    pub(super) left: &'a Left,
    pub(super) work: W,
}

/// What is to be done with one block.
pub(super) trait Block {
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
pub(super) struct Weights<'a> {
    pub(super) picture: &'a [f32],
    pub(super) sums: &'a mut [f32],
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
pub(super) struct Inputs<'a> {
    pub(super) weight: &'a [f32],
    pub(super) of_picture: &'a mut [f32],
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
