//! The array of features, in C or Fortran order.

use std::io::Read;

use super::array::{Array, Problem};
use super::header::Dtype;
use super::{Layout, Npz};
use crate::Values;
use crate::source::Context;
use crate::source::array::{Sink, example_shape};

/// Rows of an array in Fortran order that are gathered at a time, at least: entries of one column lie
/// together there, and fewer would use each cache line for little.
const MIN_BLOCK_ROWS: usize = 64;

/// Bytes that are gathered at a time, if rows are not larger.
const BLOCK_BYTES: usize = 256 << 10;

/// What examples need of the array.
pub(super) struct Features {
    pub(super) shape: Vec<usize>,
    pub(super) range: Option<(f32, f32)>,
    pub(super) values: Values,
}

impl Features {
    /// Reads an array with one row per label, if there are labels.
    pub(super) fn read(
        options: &Npz,
        mut array: Array<impl Read + Send>,
        n_labels: Option<usize>,
        context: &Context<'_>,
    ) -> Result<Self, Problem> {
        let Dtype::Number(number, endian) = array.header.dtype else {
            return Err(Problem::Content("holds texts; expected numbers".into()));
        };
        let array_shape = array.header.shape.clone();
        if let Some(n_labels) = n_labels
            && array_shape.first() != Some(&(n_labels as u64))
        {
            return Err(Problem::Content(format!(
                "has the shape {array_shape:?}; expected {n_labels} rows, one per label"
            )));
        }
        let is_hwc = options.layout == Some(Layout::Hwc);
        let shape = shape(options, &array_shape, is_hwc)?;
        let kind = (number, endian);
        let mut sink = Sink::new(context, kind, &array_shape, options.range, is_hwc);
        // Of one dimension that is not 1, both orders are the same.
        let is_fortran =
            array.header.is_fortran && array_shape.iter().filter(|n| **n > 1).count() > 1;
        if is_fortran {
            let (header, bytes) = array.bytes()?;
            let block = |block: &[u8]| sink.push(block).map_err(Problem::from);
            match number.n_bytes() {
                1 => in_c_order::<1>(&bytes, &header.shape, block)?,
                2 => in_c_order::<2>(&bytes, &header.shape, block)?,
                4 => in_c_order::<4>(&bytes, &header.shape, block)?,
                _ => in_c_order::<8>(&bytes, &header.shape, block)?,
            }
        } else {
            let found = sink.fill(&mut array.content, array.size_bytes)?;
            array.expect_end(found)?;
        }
        let range = match options.range {
            Some([low, high]) => Some((low, high)),
            None => number.range(),
        };
        Ok(Self {
            shape,
            range,
            values: sink.finish()?,
        })
    }
}

/// The shape of one example.
fn shape(options: &Npz, array_shape: &[u64], is_hwc: bool) -> Result<Vec<usize>, Problem> {
    let n_values: u64 = array_shape.iter().skip(1).product();
    if let Some(shape) = &options.shape {
        let expected: usize = shape.iter().product();
        if expected as u64 != n_values {
            return Err(Problem::Content(format!(
                "has the shape {array_shape:?}, {n_values} values per row; \
                 expected {expected}, the product of `shape` {shape:?}"
            )));
        }
        return Ok(shape.clone());
    }
    if array_shape.len() > 4 {
        return Err(Problem::Content(format!(
            "has the shape {array_shape:?}; expected 1 to 4 dimensions, or `shape`"
        )));
    }
    Ok(match example_shape(array_shape)[..] {
        [height, width, channels] if is_hwc && array_shape.len() == 4 => {
            vec![channels, height, width]
        }
        ref shape => shape.to_vec(),
    })
}

/// Hands on the numbers of `N` bytes each of an array in Fortran order, in C order, in blocks of
/// whole rows.
fn in_c_order<const N: usize>(
    bytes: &[u8],
    shape: &[u64],
    mut each: impl FnMut(&[u8]) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let (numbers, _) = bytes.as_chunks::<N>();
    let Some((&n_rows, row_shape)) = shape.split_first() else {
        return Ok(());
    };
    let n_rows = n_rows as usize;
    let places = fortran_places(row_shape);
    let row_bytes = N * places.len();
    let block_rows = (BLOCK_BYTES / row_bytes.max(1)).max(MIN_BLOCK_ROWS);
    let mut block: Vec<[u8; N]> = Vec::new();
    for start in (0..n_rows).step_by(block_rows) {
        let rows = block_rows.min(n_rows - start);
        block.clear();
        block.resize(rows * places.len(), [0; N]);
        for (j, &place) in places.iter().enumerate() {
            let column = &numbers[place * n_rows + start..][..rows];
            for (row, number) in column.iter().enumerate() {
                block[row * places.len() + j] = *number;
            }
        }
        each(block.as_flattened())?;
    }
    Ok(())
}

/// Per place of a row in C order its place in Fortran order.
fn fortran_places(row_shape: &[u64]) -> Vec<usize> {
    let mut places = vec![0];
    let mut stride = 1;
    for &n in row_shape {
        let along = |place: usize| (0..n as usize).map(move |i| place + i * stride);
        places = places.into_iter().flat_map(along).collect();
        stride *= n as usize;
    }
    places
}
