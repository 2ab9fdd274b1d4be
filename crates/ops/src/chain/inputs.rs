//! What the first layer sees.

use std::{fmt, ops::Range};

use crate::{
    linear::LeftRows,
    pack::{Matrix, first_of},
    sparse::{self, Bytes, StripScratch, Strips, Values},
    tile::COLUMNS,
};

/// Writes the inputs of some examples of a batch, `[examples, n_in]`. It is asked for each example once, by several
/// threads at the same time.
pub enum Fill<'a, E> {
    /// As numbers.
    Numbers(&'a Write<'a, f32, E>),
    /// As bytes, and what one stands for: every byte stands for the number of 32 bits next to as many times that. For
    /// examples that [`are_sparse`](crate::are_sparse).
    Bytes(f64, &'a Write<'a, u8, E>),
}

/// Writes some examples.
type Write<'a, T, E> = dyn Fn(Range<usize>, &mut [T]) -> Result<(), E> + Sync + 'a;

impl<E> Clone for Fill<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Fill<'_, E> {}

impl<E> fmt::Debug for Fill<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Numbers(_) => "Numbers",
            Self::Bytes(..) => "Bytes",
        })
    }
}

/// Room for the inputs of a batch.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    numbers: Vec<f32>,
    bytes: Vec<u8>,
}

/// Room for the inputs of some examples, with what writes them.
pub(super) enum Place<'a, E> {
    Numbers(&'a mut [f32], &'a Write<'a, f32, E>),
    Bytes(&'a mut [u8], f64, &'a Write<'a, u8, E>),
}

impl Inputs {
    /// Room for so many values, in pieces.
    pub(super) fn places<'a, E>(
        &'a mut self,
        fill: Fill<'a, E>,
        n: usize,
        piece: usize,
    ) -> Vec<Place<'a, E>> {
        match fill {
            Fill::Numbers(write) => {
                let pieces = first_of(&mut self.numbers, n, 0.0).chunks_mut(piece);
                pieces.map(|out| Place::Numbers(out, write)).collect()
            }
            Fill::Bytes(scale, write) => {
                let pieces = first_of(&mut self.bytes, n, 0).chunks_mut(piece);
                pieces.map(|out| Place::Bytes(out, scale, write)).collect()
            }
        }
    }

    /// What was written there.
    pub(super) fn written<'a, E>(&'a self, fill: Fill<'a, E>, n: usize) -> Input<'a> {
        match fill {
            Fill::Numbers(_) => Input::Numbers(&self.numbers[..n]),
            Fill::Bytes(scale, _) => Input::Bytes(Bytes {
                values: &self.bytes[..n],
                scale,
            }),
        }
    }
}

impl<'a, E> Place<'a, E> {
    /// Writes the inputs of these examples.
    pub(super) fn fill(self, range: Range<usize>) -> Result<Input<'a>, E> {
        match self {
            Self::Numbers(out, write) => {
                write(range, out)?;
                Ok(Input::Numbers(out))
            }
            Self::Bytes(out, scale, write) => {
                write(range, out)?;
                let values = out;
                Ok(Input::Bytes(Bytes { values, scale }))
            }
        }
    }
}

/// What a layer sees, `[rows, n_in]`.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    Numbers(&'a [f32]),
    Bytes(Bytes<'a>),
}

impl<'a> Input<'a> {
    /// Which share is not zero, if it would pay to list it for the weights of so many inputs and units.
    pub(super) fn few(self, (n_in, n_out): (usize, usize), n_rows: usize) -> Option<f64> {
        match self {
            Self::Numbers(values) => {
                let values = Values::new(Matrix::new(values, n_in));
                values.few((n_rows, n_in), n_out, sparse::MOST)
            }
            Self::Bytes(_) => None,
        }
    }

    /// As the left operand of a product with the weights of so many inputs and units; `listed` as in [`Strips::of_rows`].
    pub(super) fn left(
        self,
        (n_in, n_out): (usize, usize),
        n_rows: usize,
        listed: Option<f64>,
        scratch: &'a mut StripScratch,
    ) -> LeftRows<'a> {
        let (matrix, strips) = match self {
            Self::Numbers(values) => {
                let matrix = Matrix::new(values, n_in);
                // With few units, to look for zeros takes longer than to multiply by them.
                let strips = (n_out >= COLUMNS)
                    .then(|| Strips::of_rows(matrix, (n_rows, n_in), listed, true, scratch))
                    .flatten();
                (matrix, strips)
            }
            Self::Bytes(bytes) => {
                let strips = Strips::of_byte_rows(bytes, (n_rows, n_in), scratch);
                (Matrix::new(&[], n_in), Some(strips))
            }
        };
        LeftRows {
            matrix,
            n_rows,
            n_depths: n_in,
            strips,
        }
    }
}
