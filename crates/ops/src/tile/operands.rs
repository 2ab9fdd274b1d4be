//! What tiles are products of.

use pulp::Simd;

use super::{COLUMNS, ROWS, STEPS};

/// A left operand: `R` rows.
pub(crate) trait Left<const R: usize>: Copy {
    /// The factors at [`STEPS`] depths.
    type Block: Copy;

    /// Those from `at` on.
    fn block(self, at: usize) -> Self::Block;

    /// The same block, such that the compiler does not know that it is; if that pays, with one place to read from.
    #[inline(always)]
    fn hidden(block: Self::Block) -> Self::Block {
        block
    }

    /// The factor of row `i` at a depth of a block.
    fn of(block: Self::Block, step: usize, i: usize) -> f32;

    /// The factor of row `i` at the depth `at`.
    fn factor(self, at: usize, i: usize) -> f32;
}

/// Rows as they lie in memory.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a>(pub(crate) [&'a [f32]; ROWS]);

impl<'a> Left<ROWS> for Rows<'a> {
    type Block = [&'a [f32; STEPS]; ROWS];

    #[inline(always)]
    fn block(self, at: usize) -> Self::Block {
        let mut block = [&[0.0; STEPS]; ROWS];
        for i in 0..ROWS {
            block[i] = self.0[i][at..at + STEPS].as_array().expect("so many");
        }
        block
    }

    #[inline(always)]
    fn of(block: Self::Block, step: usize, i: usize) -> f32 {
        block[i][step]
    }

    #[inline(always)]
    fn factor(self, at: usize, i: usize) -> f32 {
        self.0[i][at]
    }
}

/// Rows side by side: `[depth, R]`.
impl<'a, const R: usize> Left<R> for &'a [[f32; R]] {
    type Block = &'a [[f32; R]; STEPS];

    #[inline(always)]
    fn block(self, at: usize) -> Self::Block {
        self[at..at + STEPS].as_array().expect("so many")
    }

    #[inline(always)]
    fn hidden(block: Self::Block) -> Self::Block {
        std::hint::black_box(block)
    }

    #[inline(always)]
    fn of(block: Self::Block, step: usize, i: usize) -> f32 {
        block[step][i]
    }

    #[inline(always)]
    fn factor(self, at: usize, i: usize) -> f32 {
        self[at][i]
    }
}

/// A right operand: [`COLUMNS`] columns.
pub(crate) trait Right {
    /// Whether all depths lie one behind the other, with nothing to look up or to write. Long code is worth it only
    /// then: elsewhere it made the compiler keep factors of many depths, for which there are too few registers.
    const IS_PLAIN: bool = false;

    /// A part of it.
    type Part<'b>: Right
    where
        Self: 'b;

    /// [`STEPS`] depths from `at` on: a number that the compiler knows, so that it checks bounds once.
    fn part(&mut self, at: usize) -> Self::Part<'_>;

    /// All factors at a depth.
    fn at(&self, depth: usize) -> &[f32; COLUMNS];

    /// Sees the vectors that were read at a depth, from the vector `from` on.
    #[inline(always)]
    fn was_read<S: Simd>(&mut self, _depth: usize, _from: usize, _vectors: &[S::f32s]) {}

    /// `N` vectors of the factors at a depth, from the vector `from` on.
    #[inline(always)]
    fn vectors<S: Simd, const N: usize>(&mut self, depth: usize, from: usize) -> [S::f32s; N] {
        let (row, _) = S::as_simd_f32s(self.at(depth));
        let vectors = *row[from..from + N].as_array().expect("so many");
        self.was_read::<S>(depth, from, &vectors);
        vectors
    }
}

/// The columns that begin at a place.
#[inline(always)]
fn columns(values: &[f32], start: usize) -> &[f32; COLUMNS] {
    values[start..].first_chunk().expect("so many")
}

/// A packed panel: `[depth, COLUMNS]`.
impl<'a> Right for &'a [[f32; COLUMNS]] {
    const IS_PLAIN: bool = true;

    type Part<'b>
        = &'a [[f32; COLUMNS]]
    where
        Self: 'b;

    #[inline(always)]
    fn part(&mut self, at: usize) -> Self::Part<'_> {
        &self[at..at + STEPS]
    }

    #[inline(always)]
    fn at(&self, depth: usize) -> &[f32; COLUMNS] {
        &self[depth]
    }
}

/// Columns of a matrix, packed into a panel while the first tile reads them: the copying hides behind its arithmetic.
pub(crate) struct Packing<'a> {
    /// Begins with the first factor.
    pub(crate) values: &'a [f32],
    /// Values from one depth to the next.
    pub(crate) stride: usize,
    pub(crate) panel: &'a mut [[f32; COLUMNS]],
}

impl Right for Packing<'_> {
    type Part<'b>
        = Packing<'b>
    where
        Self: 'b;

    #[inline(always)]
    fn part(&mut self, at: usize) -> Self::Part<'_> {
        Packing {
            values: &self.values[at * self.stride..],
            stride: self.stride,
            panel: &mut self.panel[at..at + STEPS],
        }
    }

    #[inline(always)]
    fn at(&self, depth: usize) -> &[f32; COLUMNS] {
        columns(self.values, depth * self.stride)
    }

    #[inline(always)]
    fn was_read<S: Simd>(&mut self, depth: usize, from: usize, vectors: &[S::f32s]) {
        let (panel, _) = S::as_mut_simd_f32s(&mut self.panel[depth]);
        panel[from..from + vectors.len()].copy_from_slice(vectors);
    }
}

/// Columns that lie contiguous at one place per depth, which may overlap: windows of a picture.
#[derive(Clone, Copy)]
pub(crate) struct Windows<'a> {
    pub(crate) values: &'a [f32],
    /// Where each depth begins.
    pub(crate) offsets: &'a [usize],
}

impl<'a> Right for Windows<'a> {
    type Part<'b>
        = Windows<'a>
    where
        Self: 'b;

    #[inline(always)]
    fn part(&mut self, at: usize) -> Self::Part<'_> {
        Windows {
            values: self.values,
            offsets: &self.offsets[at..at + STEPS],
        }
    }

    #[inline(always)]
    fn at(&self, depth: usize) -> &[f32; COLUMNS] {
        columns(self.values, self.offsets[depth])
    }
}

/// Some of the depths of a panel.
#[derive(Clone, Copy)]
pub(crate) struct Picked<'a> {
    pub(crate) panel: &'a [[f32; COLUMNS]],
    pub(crate) depths: &'a [u32],
}

impl<'a> Right for Picked<'a> {
    type Part<'b>
        = Picked<'a>
    where
        Self: 'b;

    #[inline(always)]
    fn part(&mut self, at: usize) -> Self::Part<'_> {
        Picked {
            panel: self.panel,
            depths: &self.depths[at..at + STEPS],
        }
    }

    #[inline(always)]
    fn at(&self, depth: usize) -> &[f32; COLUMNS] {
        &self.panel[self.depths[depth] as usize]
    }
}
