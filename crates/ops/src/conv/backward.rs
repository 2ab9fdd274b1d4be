use pulp::Arch;

use super::{ConvShape, Layout, forward::convolve};
use crate::{
    pack::{Floats, Matrix, first_of},
    tasks::{COPY, for_each},
    tile::{COLUMNS, ROWS, Rows, Tile, depths, multiply},
};

/// The gradients of a convolution.
pub struct ConvGradients {
    /// `[batch, c_in, height, width]`, if asked for.
    pub input: Option<Vec<f32>>,
    /// `[c_out, c_in, kernel, kernel]`.
    pub weight: Vec<f32>,
    /// `[c_out]`.
    pub bias: Vec<f32>,
}

/// Computes a convolution's gradients.
///
/// # Shapes
///
/// - input: `[batch, c_in, height, width]`
/// - weight: `[c_out, c_in, kernel, kernel]`
/// - output: `[batch, c_out, height, width]` behind pooling, which `ReLU` was passed with, if it was
/// - places: those of [`super::ConvOutput`]
/// - gradient: as the output
///
/// # Panics
/// If a slice is not of its shape.
#[must_use]
pub fn conv_backward(
    shape: ConvShape,
    input: &[f32],
    weight: &[f32],
    output_of_relu: Option<&[f32]>,
    places: &[u16],
    gradient: &[f32],
    is_input_asked: bool,
) -> ConvGradients {
    let (n_in, n_out, chunk) = (shape.input_values(), shape.output_values(), shape.chunk());
    assert_eq!(input.len(), shape.batch * n_in);
    assert_eq!(weight.len(), shape.c_out * shape.depth());
    assert_eq!(gradient.len(), shape.batch * n_out);
    let layout = Layout::new(shape);
    let offsets = layout.offsets();
    let behind = is_input_asked.then(|| Behind::new(layout, weight));
    let mut of_input = vec![0.0; if is_input_asked { input.len() } else { 0 }];
    // One sum per task: [task, weights and biases].
    let n_weights = shape.c_out * shape.depth();
    let n_sums = n_weights + shape.c_out;
    let mut sums = vec![0.0; shape.batch.div_ceil(chunk) * n_sums];
    let mut inputs_of = of_input.chunks_mut((chunk * n_in).max(1));
    let tasks: Vec<_> = sums
        .chunks_exact_mut(n_sums)
        .map(|sums| (sums, inputs_of.next().unwrap_or_default()))
        .collect();
    let work = chunk * shape.work() * if is_input_asked { 2 } else { 1 };
    for_each(tasks, work, |task, (sums, of_input)| {
        let (of_weight, of_bias) = sums.split_at_mut(n_weights);
        let first = task * chunk;
        let mut examples = Examples::new(&layout, is_input_asked);
        let mut of_input = of_input.chunks_exact_mut(n_in);
        for example in first..shape.batch.min(first + chunk) {
            let outputs = example * n_out..(example + 1) * n_out;
            let of_map = Gradient {
                values: &gradient[outputs.clone()],
                output_of_relu: output_of_relu.map(|output| &output[outputs.clone()]),
                places: if shape.pool > 1 {
                    &places[outputs]
                } else {
                    &[]
                },
            };
            Arch::new().dispatch(|| examples.spread(&layout, of_map, of_bias));
            examples.add_weight(&layout, &input[example * n_in..][..n_in], &offsets);
            if let (Some(behind), Some(of_input)) = (&behind, of_input.next()) {
                behind.add(&examples, of_input);
            }
        }
        examples.write_weight(&shape, of_weight);
    });
    let (weight, bias) = total(&sums, n_sums, n_weights);
    ConvGradients {
        input: is_input_asked.then_some(of_input),
        weight,
        bias,
    }
}

/// Adds what the tasks summed up, in their order.
fn total(sums: &[f32], n_sums: usize, n_weights: usize) -> (Vec<f32>, Vec<f32>) {
    let mut total = vec![0.0; n_sums];
    let parts: Vec<_> = total.chunks_mut(1024).collect();
    let n_tasks = sums.len() / n_sums.max(1);
    for_each(parts, 1024 * n_tasks * COPY / 4, |at, part| {
        for sums in sums.chunks_exact(n_sums) {
            for (total, sum) in part.iter_mut().zip(&sums[at * 1024..]) {
                *total += sum;
            }
        }
    });
    let bias = total.split_off(n_weights);
    (total, bias)
}

/// What is known of one example's gradient.
#[derive(Clone, Copy)]
struct Gradient<'a> {
    values: &'a [f32],
    output_of_relu: Option<&'a [f32]>,
    places: &'a [u16],
}

/// A task's examples, one after another, and its sum.
struct Examples {
    scratch: Floats,
    /// The gradient of the maps before pooling, `[c_out, front + columns + margin]`; what is no output is zero.
    map_len: usize,
    front: usize,
    /// `[depth / ROWS, c_out / COLUMNS]` tiles of the weights' gradient.
    sums: Vec<Tile>,
    n_panels: usize,
    is_input_asked: bool,
    /// The gradient of all outputs, where they passed the activation.
    passed: Vec<f32>,
    /// How far behind the first value of a window each of its values lies.
    in_window: Vec<usize>,
}

impl Examples {
    fn new(layout: &Layout, is_input_asked: bool) -> Self {
        let ConvShape {
            c_out,
            kernel,
            stride,
            ..
        } = layout.shape;
        let mut scratch = Floats::take();
        first_of(&mut scratch.picture.buffer, layout.len(), 0.0).fill(0.0);
        // Reads reach a kernel's height before the first row, and as far behind the last one.
        let reach = (kernel - 1) / stride * (layout.pitch + 1);
        let map_len = reach + (layout.rows + 1) * layout.pitch + reach + COLUMNS;
        first_of(&mut scratch.maps.buffer, c_out * map_len, 0.0).fill(0.0);
        let pool = layout.shape.pool;
        let in_window = (0..pool * pool).map(|at| at / pool * layout.pitch + at % pool);
        let n_panels = c_out.div_ceil(COLUMNS);
        first_of(
            &mut scratch.panels.buffer,
            n_panels * layout.columns(),
            [0.0; COLUMNS],
        )
        .fill([0.0; COLUMNS]);
        let n_tiles = layout.shape.depth().div_ceil(ROWS) * n_panels;
        Self {
            scratch,
            map_len,
            front: reach,
            sums: vec![[[0.0; COLUMNS]; ROWS]; n_tiles],
            n_panels,
            is_input_asked,
            passed: vec![0.0; layout.shape.output_values()],
            in_window: in_window.collect(),
        }
    }

    /// Brings the gradient from behind pooling and activation to the maps, and adds it to that of the bias.
    #[inline(always)]
    fn spread(&mut self, layout: &Layout, gradient: Gradient<'_>, of_bias: &mut [f32]) {
        let shape = layout.shape;
        let [height, width] = shape.output();
        let n_pixels = height * width;
        let columns = layout.columns();
        let maps = &mut self.scratch.maps.buffer[..shape.c_out * self.map_len];
        let panels = &mut self.scratch.panels.buffer[..self.n_panels * columns];
        if shape.pool > 1 {
            // There is the last example's, at other places.
            for map in maps
                .chunks_exact_mut(self.map_len)
                .filter(|_| self.is_input_asked)
            {
                map[self.front..self.front + columns].fill(0.0);
            }
            panels.fill([0.0; COLUMNS]);
        }
        let passed = &mut self.passed[..];
        passed.copy_from_slice(gradient.values);
        if let Some(output) = gradient.output_of_relu {
            for (passed, output) in passed.iter_mut().zip(output) {
                *passed = if *output > 0.0 { *passed } else { 0.0 };
            }
        }
        for (of_bias, passed) in of_bias.iter_mut().zip(passed.chunks_exact(n_pixels)) {
            *of_bias += passed.iter().sum::<f32>();
        }
        let in_window = &self.in_window[..];
        let place_of = |at: usize| {
            gradient
                .places
                .get(at)
                .map_or(0, |place| in_window[usize::from(*place)])
        };
        // Pixel by pixel, so that what is written lies together.
        for (group, panel) in panels.chunks_exact_mut(columns).enumerate() {
            let channels = group * COLUMNS..shape.c_out.min((group + 1) * COLUMNS);
            for y in 0..height {
                for x in 0..width {
                    let start = (y * layout.pitch + x) * shape.pool;
                    let pixel = y * width + x;
                    for (lane, channel) in channels.clone().enumerate() {
                        let at = channel * n_pixels + pixel;
                        panel[start + place_of(at)][lane] = passed[at];
                    }
                }
            }
        }
        if !self.is_input_asked {
            return;
        }
        for (channel, map) in maps.chunks_exact_mut(self.map_len).enumerate() {
            let map = &mut map[self.front..self.front + columns];
            let outputs = passed[channel * n_pixels..][..n_pixels].chunks_exact(width);
            for (y, values) in outputs.enumerate() {
                let start = y * shape.pool * layout.pitch;
                if shape.pool == 1 {
                    map[start..start + width].copy_from_slice(values);
                    continue;
                }
                let at = channel * n_pixels + y * width;
                for (x, value) in values.iter().enumerate() {
                    map[start + x * shape.pool + place_of(at + x)] = *value;
                }
            }
        }
    }

    /// Adds an example to the weights' gradient: the products of the values that each weight meets and the gradients
    /// of what it made of them.
    fn add_weight(&mut self, layout: &Layout, input: &[f32], offsets: &[usize]) {
        let arch = Arch::new();
        let columns = layout.columns();
        let picture = &mut self.scratch.picture.buffer[..layout.len()];
        layout.copy(input, picture);
        let panels = &self.scratch.panels.buffer[..self.n_panels * columns];
        let mut tile: Tile = [[0.0; COLUMNS]; ROWS];
        for (start, depth) in depths(columns) {
            for (offsets, sums) in offsets
                .chunks(ROWS)
                .zip(self.sums.chunks_exact_mut(self.n_panels))
            {
                // Beyond the last weight stands the last one again.
                let rows = Rows(std::array::from_fn(|i| {
                    let offset = offsets[i.min(offsets.len() - 1)] + start;
                    &picture[offset..offset + depth]
                }));
                for (at, sums) in sums.iter_mut().enumerate() {
                    let n_columns = COLUMNS.min(layout.shape.c_out - at * COLUMNS);
                    let panel = &panels[at * columns + start..][..depth];
                    multiply(arch, (rows, panel), depth, n_columns, &mut tile);
                    for (sums, new) in sums.iter_mut().zip(&tile) {
                        for (sum, new) in sums.iter_mut().zip(new) {
                            *sum += new;
                        }
                    }
                }
            }
        }
    }

    /// `[c_out, depth]`.
    fn write_weight(&self, shape: &ConvShape, of_weight: &mut [f32]) {
        let depth = shape.depth();
        for (channel, of_weight) in of_weight.chunks_exact_mut(depth).enumerate() {
            for (at, out) in of_weight.iter_mut().enumerate() {
                let tile = &self.sums[at / ROWS * self.n_panels + channel / COLUMNS];
                *out = tile[at % ROWS][channel % COLUMNS];
            }
        }
    }
}

/// The way back to the input: a convolution of the maps' gradient with the kernel turned around, one per phase.
struct Behind {
    layout: Layout,
    phases: Vec<Phase>,
}

/// The pixels of one phase, and the weights that meet them.
struct Phase {
    /// First row and column of the padded picture.
    from: [usize; 2],
    /// Rows of the phase in which there are pixels: the first, and how many.
    rows: [usize; 2],
    /// `[c_in, c_out · weights]`.
    weight: Vec<f32>,
    /// How far before the pixel's own place, for each weight.
    back: Vec<usize>,
}

impl Behind {
    fn new(layout: Layout, weight: &[f32]) -> Self {
        let stride = layout.shape.stride;
        let corners = (0..stride).flat_map(|row| (0..stride).map(move |column| [row, column]));
        Self {
            layout,
            phases: corners
                .filter_map(|from| Phase::new(&layout, weight, from))
                .collect(),
        }
    }

    /// Writes an example's input gradient, `[c_in, height, width]`.
    fn add(&self, examples: &Examples, of_input: &mut [f32]) {
        let ConvShape {
            c_in,
            c_out,
            height,
            width,
            stride,
            padding,
            ..
        } = self.layout.shape;
        let pitch = self.layout.pitch;
        let gradients = &examples.scratch.maps.buffer[..c_out * examples.map_len];
        let mut scratch = Floats::take();
        for phase in &self.phases {
            let [first, n_rows] = phase.rows;
            let n_columns = (n_rows * pitch).next_multiple_of(COLUMNS);
            let maps = first_of(&mut scratch.maps.buffer, c_in * n_columns, 0.0);
            let n_places = phase.back.len();
            let start = examples.front + first * pitch;
            let offsets: Vec<usize> = (0..c_out)
                .flat_map(|channel| {
                    phase
                        .back
                        .iter()
                        .map(move |back| channel * examples.map_len + start - back)
                })
                .collect();
            let weight = Matrix::new(&phase.weight, c_out * n_places);
            convolve(weight, gradients, &offsets, c_in, n_columns, maps);
            for (map, out) in maps
                .chunks_exact(n_columns)
                .zip(of_input.chunks_exact_mut(height * width))
            {
                for (row, values) in (first..first + n_rows).zip(map.chunks(pitch)) {
                    let y = row * stride + phase.from[0] - padding;
                    let out = &mut out[y * width..][..width];
                    // The first column of the phase that is not on the border.
                    let skipped = (padding.saturating_sub(phase.from[1])).div_ceil(stride);
                    let x = skipped * stride + phase.from[1] - padding;
                    for (out, value) in out[x.min(width)..]
                        .iter_mut()
                        .step_by(stride)
                        .zip(&values[skipped..])
                    {
                        *out = *value;
                    }
                }
            }
        }
    }
}

impl Phase {
    /// None if no pixel lies there, or no weight meets it.
    fn new(layout: &Layout, weight: &[f32], from: [usize; 2]) -> Option<Self> {
        let ConvShape {
            c_in,
            c_out,
            kernel,
            stride,
            padding,
            height,
            ..
        } = layout.shape;
        let first = padding.saturating_sub(from[0]).div_ceil(stride);
        let last = (padding + height - 1).checked_sub(from[0])? / stride;
        let n_rows = (last + 1).checked_sub(first).filter(|n| *n > 0)?;
        let places: Vec<[usize; 2]> = (from[0]..kernel)
            .step_by(stride)
            .flat_map(|row| {
                (from[1]..kernel)
                    .step_by(stride)
                    .map(move |column| [row, column])
            })
            .collect();
        if places.is_empty() {
            return None;
        }
        let mut turned = Vec::with_capacity(c_in * c_out * places.len());
        for channel in 0..c_in {
            for map in 0..c_out {
                let kernel_of = &weight[(map * c_in + channel) * kernel * kernel..];
                turned.extend(
                    places
                        .iter()
                        .map(|[row, column]| kernel_of[row * kernel + column]),
                );
            }
        }
        let back = places
            .iter()
            .map(|[row, column]| row / stride * layout.pitch + column / stride);
        Some(Self {
            from,
            rows: [first, n_rows],
            weight: turned,
            back: back.collect(),
        })
    }
}
