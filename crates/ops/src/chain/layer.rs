use pulp::Arch;

use super::LayerValues;
use crate::{
    chunks::{CHUNK, Chunks, Work, dispatch},
    tasks::{COPY, for_each},
    tile::COLUMNS,
};

/// A layer's weights as products read them, and running means that lie in the same way.
#[derive(Debug)]
pub(super) struct Layer<const N: usize> {
    pub(super) n_in: usize,
    pub(super) n_out: usize,
    /// `[panel, n_in, COLUMNS]`: panels of units. Beyond the last one there are zeros.
    pub(super) weight: Vec<[f32; COLUMNS]>,
    pub(super) weight_means: [Vec<[f32; COLUMNS]>; N],
    /// `[n_out]`.
    pub(super) bias: Vec<f32>,
    pub(super) bias_means: [Vec<f32>; N],
    /// The weights as `[panel, n_out, COLUMNS]`: panels of inputs. Empty where nobody asks for the inputs' gradient.
    pub(super) transposed: Vec<[f32; COLUMNS]>,
}

impl<const N: usize> Layer<N> {
    pub(super) fn new(weight: &[f32], bias: &[f32], is_input_asked: bool) -> Self {
        let n_out = bias.len();
        assert!(!weight.is_empty() && !bias.is_empty());
        let n_in = weight.len() / n_out;
        assert_eq!(weight.len(), n_in * n_out);
        let weight = panels(weight, n_in, n_out);
        let arch = Arch::new();
        let mut transposed = Vec::new();
        if is_input_asked {
            transposed.resize(n_in.div_ceil(COLUMNS) * n_out, [0.0; COLUMNS]);
            for (at, transposed) in transposed.chunks_exact_mut(n_out).enumerate() {
                let from = at * COLUMNS;
                let rows = from..n_in.min(from + COLUMNS);
                let panels = weight.chunks_exact(n_in);
                panels
                    .zip(transposed.chunks_mut(COLUMNS))
                    .for_each(|(panel, out)| transpose(arch, &panel[rows.clone()], out));
            }
        }
        Self {
            n_in,
            n_out,
            weight_means: std::array::from_fn(|_| vec![[0.0; COLUMNS]; weight.len()]),
            weight,
            bias: bias.to_vec(),
            bias_means: std::array::from_fn(|_| vec![0.0; n_out]),
            transposed,
        }
    }

    pub(super) fn n_panels(&self) -> usize {
        self.n_out.div_ceil(COLUMNS)
    }

    pub(super) fn weights(&self) -> LayerValues {
        LayerValues {
            weight: rows(&self.weight, self.n_in, self.n_out),
            bias: self.bias.clone(),
        }
    }

    pub(super) fn means(&self) -> [LayerValues; N] {
        std::array::from_fn(|k| LayerValues {
            weight: rows(&self.weight_means[k], self.n_in, self.n_out),
            bias: self.bias_means[k].clone(),
        })
    }

    pub(super) fn set_means(&mut self, means: &[LayerValues; N]) {
        for (k, LayerValues { weight, bias }) in means.iter().enumerate() {
            assert_eq!(
                (weight.len(), bias.len()),
                (self.n_in * self.n_out, self.n_out)
            );
            self.weight_means[k] = panels(weight, self.n_in, self.n_out);
            self.bias_means[k].clone_from(bias);
        }
    }
}

/// From `[n_in, n_out]` to `[panel, n_in, COLUMNS]`.
fn panels(values: &[f32], n_in: usize, n_out: usize) -> Vec<[f32; COLUMNS]> {
    let mut panels = vec![[0.0; COLUMNS]; n_out.div_ceil(COLUMNS) * n_in];
    let each = panels.chunks_exact_mut(n_in).collect();
    for_each(each, n_in * COLUMNS * COPY, |at, panel: &mut [_]| {
        for (row, out) in values.chunks_exact(n_out).zip(panel) {
            let row = &row[at * COLUMNS..n_out.min((at + 1) * COLUMNS)];
            match row.as_array() {
                Some(row) => *out = *row,
                None => out[..row.len()].copy_from_slice(row),
            }
        }
    });
    panels
}

/// The way back.
fn rows(panels: &[[f32; COLUMNS]], n_in: usize, n_out: usize) -> Vec<f32> {
    let mut values = vec![0.0; n_in * n_out];
    for (at, panel) in panels.chunks_exact(n_in).enumerate() {
        for (row, values) in values.chunks_exact_mut(n_out).zip(panel) {
            let row = &mut row[at * COLUMNS..n_out.min((at + 1) * COLUMNS)];
            row.copy_from_slice(&values[..row.len()]);
        }
    }
    values
}

/// Writes up to [`COLUMNS`] rows as columns, as many as `out` has, with zeros behind them.
pub(super) fn transpose(arch: Arch, rows: &[[f32; COLUMNS]], out: &mut [[f32; COLUMNS]]) {
    dispatch(arch, Transpose { rows, out });
}

struct Transpose<'a> {
    rows: &'a [[f32; COLUMNS]],
    out: &'a mut [[f32; COLUMNS]],
}

impl Work for Transpose<'_> {
    #[inline(always)]
    fn run(self, chunks: impl Chunks) {
        for from in (0..COLUMNS).step_by(CHUNK) {
            let mut rows = [[0.0; CHUNK]; CHUNK];
            for (at, out) in self.out.chunks_mut(CHUNK).enumerate() {
                for (chunk, row) in rows.iter_mut().zip(self.rows.iter().skip(from)) {
                    *chunk = row.as_chunks().0[at];
                }
                for (out, column) in out.iter_mut().zip(chunks.transpose(&rows)) {
                    out.as_chunks_mut().0[from / CHUNK] = column;
                }
            }
        }
    }
}
