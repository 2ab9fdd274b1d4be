//! Operands, copied to where tiles read them.

use std::{cell::Cell, thread::LocalKey};

use crate::{
    sparse::WIDTH,
    tile::{COLUMNS, Packing, ROWS, Rows},
};

/// A matrix in row-major order, of which a part may be meant.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a> {
    pub(crate) values: &'a [f32],
    /// Values from one row to the next.
    pub(crate) stride: usize,
}

impl<'a> Matrix<'a> {
    pub(crate) fn new(values: &'a [f32], stride: usize) -> Self {
        Self { values, stride }
    }

    /// `n` values of a row from the column `from` on.
    #[inline(always)]
    pub(crate) fn part(&self, row: usize, from: usize, n: usize) -> &'a [f32] {
        &self.values[row * self.stride + from..][..n]
    }

    /// The same of up to `N` values, and zeros behind them.
    #[inline(always)]
    pub(crate) fn chunk<const N: usize>(&self, row: usize, from: usize, n: usize) -> [f32; N] {
        let values = self.part(row, from, n);
        values.as_array().copied().unwrap_or_else(|| {
            let mut chunk = [0.0; N];
            chunk[..n].copy_from_slice(values);
            chunk
        })
    }

    /// Rows from `first` on, of which `depth` values from `from` on. Beyond the last of `n_rows` rows stands the last
    /// one again: nothing is made of it.
    #[inline(always)]
    pub(crate) fn rows(
        &self,
        (first, n_rows): (usize, usize),
        from: usize,
        depth: usize,
    ) -> Rows<'a> {
        Rows(self.some_rows((first, n_rows), from, depth))
    }

    /// The same, `N` of them.
    #[inline(always)]
    pub(crate) fn some_rows<const N: usize>(
        &self,
        (first, n_rows): (usize, usize),
        from: usize,
        depth: usize,
    ) -> [&'a [f32]; N] {
        std::array::from_fn(|i| self.part((first + i).min(n_rows - 1), from, depth))
    }

    /// [`COLUMNS`] columns from `from` on, with the rows from `first` on, which a tile packs.
    pub(crate) fn packing(
        &self,
        from: usize,
        first: usize,
        panel: &'a mut [[f32; COLUMNS]],
    ) -> Packing<'a> {
        Packing {
            values: &self.values[first * self.stride + from..],
            stride: self.stride,
            panel,
        }
    }

    /// `N` columns from `from` on, with the rows from `first` on. Beyond the column `end` stands anything: nothing is made
    /// of it.
    #[inline(always)]
    pub(crate) fn columns<const N: usize>(
        &self,
        (from, end): (usize, usize),
        first: usize,
        out: &mut [[f32; N]],
    ) {
        let start = first * self.stride + from;
        let (whole, rest) = out.split_at_mut(self.n_whole::<N>(start, out.len()));
        for (at, out) in whole.iter_mut().enumerate() {
            *out = *self.values[start + at * self.stride..]
                .first_chunk()
                .expect("so many");
        }
        let n = N.min(end - from);
        for (at, out) in rest.iter_mut().enumerate() {
            let start = start + (whole.len() + at) * self.stride;
            out[..n].copy_from_slice(&self.values[start..][..n]);
        }
    }

    /// Up to `N` columns of one row: brought to `copy` if they are fewer, with anything behind them.
    #[inline(always)]
    pub(crate) fn row<'b, const N: usize>(
        self,
        row: usize,
        (from, end): (usize, usize),
        copy: &'b mut [f32; N],
    ) -> &'b [f32; N]
    where
        'a: 'b,
    {
        let values = self.part(row, from, end - from);
        values.as_array().unwrap_or_else(|| {
            copy[..values.len()].copy_from_slice(values);
            copy
        })
    }

    /// Of how many rows, at most `n_rows`, `N` values can be read from `start` on, though the last of them may belong to
    /// the next row. Each of those takes a few instructions, a row of another length the call of a function.
    fn n_whole<const N: usize>(&self, start: usize, n_rows: usize) -> usize {
        let left = self.values.len().checked_sub(start + N);
        left.map_or(0, |left| n_rows.min(left / self.stride + 1))
    }
}

thread_local! {
    static PANELS: Cell<Vec<[f32; COLUMNS]>> = const { Cell::new(Vec::new()) };
    static PICTURE: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
    static MAPS: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
    static SHARED_PANELS: Cell<Vec<[f32; COLUMNS]>> = const { Cell::new(Vec::new()) };
    static WIDE_PANELS: Cell<Vec<[f32; WIDTH]>> = const { Cell::new(Vec::new()) };
    static TRANSPOSED: Cell<Vec<[f32; COLUMNS]>> = const { Cell::new(Vec::new()) };
    static INTERLEAVED: Cell<Vec<[f32; ROWS]>> = const { Cell::new(Vec::new()) };
}

/// What a thread keeps to copy operands to. It holds what an earlier use left.
pub(crate) struct Scratch {
    pub(crate) panels: Lent<[f32; COLUMNS]>,
    pub(crate) interleaved: Lent<[f32; ROWS]>,
}

impl Scratch {
    pub(crate) fn take() -> Self {
        Self {
            panels: Lent::new(&PANELS),
            interleaved: Lent::new(&INTERLEAVED),
        }
    }
}

/// What the thread keeps that divides work, to copy to what all others read.
pub(crate) struct Shared {
    pub(crate) panels: Lent<[f32; COLUMNS]>,
    pub(crate) wide_panels: Lent<[f32; WIDTH]>,
    pub(crate) transposed: Lent<[f32; COLUMNS]>,
}

impl Shared {
    pub(crate) fn take() -> Self {
        Self {
            panels: Lent::new(&SHARED_PANELS),
            wide_panels: Lent::new(&WIDE_PANELS),
            transposed: Lent::new(&TRANSPOSED),
        }
    }
}

/// What a thread keeps for convolutions.
pub(crate) struct Floats {
    pub(crate) picture: Lent<f32>,
    pub(crate) maps: Lent<f32>,
    pub(crate) panels: Lent<[f32; COLUMNS]>,
}

impl Floats {
    pub(crate) fn take() -> Self {
        Self {
            picture: Lent::new(&PICTURE),
            maps: Lent::new(&MAPS),
            panels: Lent::new(&PANELS),
        }
    }
}

/// A buffer that goes back to its thread.
pub(crate) struct Lent<T: 'static> {
    pub(crate) buffer: Vec<T>,
    home: &'static LocalKey<Cell<Vec<T>>>,
}

impl<T> Lent<T> {
    pub(crate) fn new(home: &'static LocalKey<Cell<Vec<T>>>) -> Self {
        Self {
            buffer: home.take(),
            home,
        }
    }
}

impl<T> Drop for Lent<T> {
    fn drop(&mut self) {
        self.home.set(std::mem::take(&mut self.buffer));
    }
}

/// The first `n` of a buffer, which grows if it must. What they hold is left from an earlier use.
pub(crate) fn first_of<T: Copy>(buffer: &mut Vec<T>, n: usize, zero: T) -> &mut [T] {
    if buffer.len() < n {
        buffer.resize(n, zero);
    }
    &mut buffer[..n]
}
