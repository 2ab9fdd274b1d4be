use pulp::Arch;

use super::{ConvShape, Layout};
use crate::{
    buffers,
    pack::{Floats, Matrix, first_of},
    relu::relu,
    tasks::for_each,
    tile::{COLUMNS, ROWS, Windows, depths, multiply_into},
    window::{margin, max_pool},
};

/// What a convolution puts out.
pub struct ConvOutput {
    /// `[batch, c_out, height, width]`, behind pooling.
    pub values: Vec<f32>,
    /// Which value of its window each output is, counted in rows; empty without pooling.
    pub places: Vec<u16>,
}

/// Computes a convolution's output.
///
/// # Shapes
///
/// - input: `[batch, c_in, height, width]`
/// - weight: `[c_out, c_in, kernel, kernel]`
/// - bias: `[c_out]`
///
/// # Panics
/// If a slice is not of its shape, or the kernel or pool does not fit.
#[must_use]
pub fn conv_forward(
    shape: ConvShape,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    has_relu: bool,
) -> ConvOutput {
    assert_eq!(input.len(), shape.batch * shape.input_values());
    assert_eq!(weight.len(), shape.c_out * shape.depth());
    assert!(bias.is_none_or(|bias| bias.len() == shape.c_out));
    let layout = Layout::new(shape);
    let offsets = layout.offsets();
    let weight = Matrix::new(weight, shape.depth());
    let (n_in, n_out, chunk) = (shape.input_values(), shape.output_values(), shape.chunk());
    let mut values = buffers::buffer(shape.batch * n_out);
    let mut places = vec![0; if shape.pool > 1 { values.len() } else { 0 }];
    let inputs = input.chunks(chunk * n_in);
    let mut places_of = places.chunks_mut((chunk * n_out).max(1));
    let tasks: Vec<_> = inputs
        .zip(values.chunks_mut((chunk * n_out).max(1)))
        .map(|(input, values)| (input, values, places_of.next().unwrap_or_default()))
        .collect();
    for_each(tasks, chunk * shape.work(), |_, (input, values, places)| {
        let mut scratch = Floats::take();
        let picture = first_of(&mut scratch.picture.buffer, layout.len(), 0.0);
        picture.fill(0.0);
        let width = layout.columns().next_multiple_of(COLUMNS);
        let n_maps = shape.c_out * width;
        let maps = first_of(&mut scratch.maps.buffer, n_maps + margin(shape.pool), 0.0);
        let mut places = places.chunks_exact_mut(n_out.max(1));
        let examples = input
            .chunks_exact(n_in)
            .zip(values.chunks_exact_mut(n_out.max(1)));
        for (input, values) in examples {
            layout.copy(input, picture);
            convolve(
                weight,
                picture,
                &offsets,
                shape.c_out,
                width,
                &mut maps[..n_maps],
            );
            let places = places.next().unwrap_or_default();
            Arch::new().dispatch(|| finish(&layout, maps, width, bias, has_relu, values, places));
        }
    });
    ConvOutput { values, places }
}

/// All maps of one example, `[n_maps, width]`: of the products of weights `[n_maps, depth]` and the values that they
/// meet.
pub(super) fn convolve(
    weight: Matrix<'_>,
    picture: &[f32],
    offsets: &[usize],
    n_maps: usize,
    width: usize,
    maps: &mut [f32],
) {
    let arch = Arch::new();
    let mut maps: Vec<&mut [f32]> = maps.chunks_exact_mut(width).collect();
    for column in (0..width).step_by(COLUMNS) {
        for (start, depth) in depths(offsets.len()) {
            let windows = Windows {
                values: &picture[column..],
                offsets: &offsets[start..start + depth],
            };
            for (at, maps) in maps.chunks_mut(ROWS).enumerate() {
                let rows = weight.rows((at * ROWS, n_maps), start, depth);
                let columns = (column, COLUMNS);
                multiply_into(arch, (rows, windows), depth, maps, columns, start > 0);
            }
        }
    }
}

/// Pools, adds the bias and applies the activation. Of the maximum, both can be done behind it.
#[inline(always)]
fn finish(
    layout: &Layout,
    maps: &[f32],
    width: usize,
    bias: Option<&[f32]>,
    has_relu: bool,
    values: &mut [f32],
    places: &mut [u16],
) {
    let [out_height, out_width] = layout.shape.output();
    let n_pixels = out_height * out_width;
    let side = layout.shape.pool;
    for (at, out) in values.chunks_exact_mut(n_pixels).enumerate() {
        let map = &maps[at * width..];
        let bias = bias.map_or(0.0, |bias| bias[at]);
        let finished = |value: f32| {
            let value = value + bias;
            if has_relu { relu(value) } else { value }
        };
        if side > 1 {
            let places = &mut places[at * n_pixels..][..n_pixels];
            max_pool(map, (layout.pitch, side), out_width, out, places);
            for value in out {
                *value = finished(*value);
            }
        } else {
            let rows = map.chunks(layout.pitch);
            for (row, out) in rows.zip(out.chunks_exact_mut(out_width)) {
                let values = out.iter_mut().zip(row);
                values.for_each(|(out, value)| *out = finished(*value));
            }
        }
    }
}
