//! Pooling by itself, where something stands between a convolution and it: maxima or means of windows side by side.

use pulp::Arch;

use crate::{
    buffers,
    tasks::{COPY, for_each},
    window::{margin, max_pool},
};

/// Maps that a task takes.
const MAPS: usize = 16;

/// The shape of what is pooled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolShape {
    /// Maps, of all channels and examples.
    pub maps: usize,
    /// Of a map, in pixels.
    pub height: usize,
    /// Of a map, in pixels.
    pub width: usize,
    /// Side of a window, and its step, in pixels. What is left at the right and at the bottom belongs to none.
    pub side: usize,
}

impl PoolShape {
    /// Height and width behind pooling.
    #[must_use]
    pub fn output(&self) -> [usize; 2] {
        [self.height, self.width].map(|side| side / self.side)
    }

    fn map_len(&self) -> usize {
        self.height * self.width
    }

    fn output_len(&self) -> usize {
        self.output().iter().product()
    }

    fn work(&self) -> usize {
        MAPS * self.map_len() * COPY
    }

    fn check(&self, input: usize) {
        assert!(self.side > 0 && self.output_len() > 0, "windows that fit");
        assert_eq!(input, self.maps * self.map_len());
    }
}

/// The largest value of each window, and which one it is, counted in rows. Of equal ones the first counts, and a NaN is
/// larger than all numbers.
///
/// # Shapes
///
/// - input: `[maps, height, width]`
/// - outputs: `[maps, height / side, width / side]`
///
/// # Panics
/// If the slice is not of its shape, or no window fits.
#[must_use]
pub fn max_pool_forward(shape: PoolShape, input: &[f32]) -> (Vec<f32>, Vec<u16>) {
    shape.check(input.len());
    let (len, [_, width]) = (shape.output_len(), shape.output());
    let mut output = buffers::buffer(shape.maps * len);
    let mut places = vec![0; output.len()];
    let chunks = output
        .chunks_mut(MAPS * len)
        .zip(places.chunks_mut(MAPS * len));
    for_each(chunks.collect(), shape.work(), |at, (output, places)| {
        let arch = Arch::new();
        let mut copy = Vec::new();
        let maps = output
            .chunks_exact_mut(len)
            .zip(places.chunks_exact_mut(len));
        for (i, (best, place)) in maps.enumerate() {
            let start = (at * MAPS + i) * shape.map_len();
            let end = start + shape.map_len();
            let needed = margin(shape.side);
            // Behind a map lies the next one, behind the last ones nothing.
            let map = if let Some(map) = input.get(start..end + needed) {
                map
            } else {
                copy.clear();
                copy.extend_from_slice(&input[start..end]);
                copy.resize(shape.map_len() + needed, 0.0);
                &copy
            };
            arch.dispatch(|| max_pool(map, (shape.width, shape.side), width, best, place));
        }
    });
    (output, places)
}

/// The gradient of [`max_pool_forward`]'s input, `[maps, height, width]`, from that of its output and the places.
///
/// # Panics
/// If a slice is not of its shape.
#[must_use]
pub fn max_pool_backward(shape: PoolShape, places: &[u16], gradient: &[f32]) -> Vec<f32> {
    assert_eq!(places.len(), gradient.len());
    spread(shape, gradient, |map, at, gradient, [y, x]| {
        let place = usize::from(places[at]);
        let (row, column) = (place / shape.side, place % shape.side);
        map[(y * shape.side + row) * shape.width + x * shape.side + column] = gradient;
    })
}

/// The mean of each window.
///
/// # Shapes
///
/// - input: `[maps, height, width]`
/// - output: `[maps, height / side, width / side]`
///
/// # Panics
/// If the slice is not of its shape, or no window fits.
#[must_use]
pub fn average_pool_forward(shape: PoolShape, input: &[f32]) -> Vec<f32> {
    shape.check(input.len());
    let (len, [_, width]) = (shape.output_len(), shape.output());
    let part = 1.0 / (shape.side * shape.side) as f32;
    let mut output = buffers::buffer(shape.maps * len);
    let chunks = output.chunks_mut(MAPS * len).collect();
    for_each(chunks, shape.work(), |at, output| {
        for (i, output) in output.chunks_exact_mut(len).enumerate() {
            let map = &input[(at * MAPS + i) * shape.map_len()..][..shape.map_len()];
            let rows = map.chunks_exact(shape.side * shape.width);
            for (rows, output) in rows.zip(output.chunks_exact_mut(width)) {
                output.fill(0.0);
                for row in rows.chunks_exact(shape.width) {
                    for (sum, values) in output.iter_mut().zip(row.chunks_exact(shape.side)) {
                        *sum += values.iter().sum::<f32>();
                    }
                }
                for sum in output {
                    *sum *= part;
                }
            }
        }
    });
    output
}

/// The gradient of [`average_pool_forward`]'s input, `[maps, height, width]`, from that of its output.
///
/// # Panics
/// If the slice is not of its shape.
#[must_use]
pub fn average_pool_backward(shape: PoolShape, gradient: &[f32]) -> Vec<f32> {
    let part = 1.0 / (shape.side * shape.side) as f32;
    spread(shape, gradient, |map, _, gradient, [y, x]| {
        for row in 0..shape.side {
            let start = (y * shape.side + row) * shape.width + x * shape.side;
            map[start..start + shape.side].fill(gradient * part);
        }
    })
}

/// Brings the gradient of each window, with its place among all and in its map, back to a map that is zero elsewhere.
fn spread(
    shape: PoolShape,
    gradient: &[f32],
    write: impl Fn(&mut [f32], usize, f32, [usize; 2]) + Sync,
) -> Vec<f32> {
    let (len, [_, width]) = (shape.output_len(), shape.output());
    assert_eq!(gradient.len(), shape.maps * len);
    let mut of_input = buffers::buffer(shape.maps * shape.map_len());
    let chunks = of_input.chunks_mut(MAPS * shape.map_len()).collect();
    for_each(chunks, shape.work(), |at, chunk| {
        for (i, map) in chunk.chunks_exact_mut(shape.map_len()).enumerate() {
            let first = (at * MAPS + i) * len;
            map.fill(0.0);
            for (j, gradient) in gradient[first..first + len].iter().enumerate() {
                write(map, first + j, *gradient, [j / width, j % width]);
            }
        }
    });
    of_input
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{assert_close, positive, values};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Plain loops over the windows.
        #[test]
        fn any_shape_agrees_with_plain_loops(
            maps in 1usize..40, (height, width) in (1usize..20, 1usize..40), side in 1usize..6,
        ) {
            prop_assume!(side <= height.min(width));
            let shape = PoolShape { maps, height, width, side };
            let input = positive(maps * height * width, 1);
            let [out_height, out_width] = shape.output();
            let gradient = values(maps * out_height * out_width, 2);
            let (output, places) = max_pool_forward(shape, &input);
            let of_max = max_pool_backward(shape, &places, &gradient);
            let means = average_pool_forward(shape, &input);
            let of_mean = average_pool_backward(shape, &gradient);
            let (mut expected_max, mut expected_mean) = (vec![0.0; input.len()], vec![0.0; input.len()]);
            let mut expected_means = vec![0.0; means.len()];
            for (at, &g) in gradient.iter().enumerate() {
                let (map, y, x) = (
                    at / (out_height * out_width),
                    at / out_width % out_height,
                    at % out_width,
                );
                let window: Vec<usize> = (0..side * side)
                    .map(|i| (map * height + y * side + i / side) * width + x * side + i % side)
                    .collect();
                let mut best = window[0];
                for &place in &window {
                    best = if input[place] > input[best] { place } else { best };
                    expected_mean[place] = f64::from(g) / (side * side) as f64;
                    expected_means[at] += f64::from(input[place]) / (side * side) as f64;
                }
                prop_assert_eq!(output[at].to_bits(), input[best].to_bits());
                expected_max[best] = g;
            }
            prop_assert_eq!(of_max, expected_max);
            assert_close(&means, &expected_means, "means");
            assert_close(&of_mean, &expected_mean, "gradient of means");
        }
    }
}
