//! The cells of one column, a batch of rows at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType};
use ::parquet::errors::ParquetError;

/// Cells, none of them null.
pub(super) enum Cells {
    Bool(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
}

/// Why cells cannot be had.
pub(super) enum Flaw {
    /// The cell at this place in the batch is null.
    Null(usize),
    /// There is no cell at this place in the batch.
    Short(usize),
    Unreadable(ParquetError),
}

/// Reads `n` cells; `level` is the definition level of those that are not null.
pub(super) fn read(reader: &mut ColumnReader, n: usize, level: i16) -> Result<Cells, Flaw> {
    Ok(match reader {
        ColumnReader::BoolColumnReader(reader) => Cells::Bool(typed(reader, n, level)?),
        ColumnReader::Int32ColumnReader(reader) => Cells::Int32(typed(reader, n, level)?),
        ColumnReader::Int64ColumnReader(reader) => Cells::Int64(typed(reader, n, level)?),
        ColumnReader::FloatColumnReader(reader) => Cells::Float(typed(reader, n, level)?),
        ColumnReader::DoubleColumnReader(reader) => Cells::Double(typed(reader, n, level)?),
        ColumnReader::ByteArrayColumnReader(reader) => Cells::Bytes(typed(reader, n, level)?),
        // Not asked for: their columns are of a kind that is not read.
        ColumnReader::Int96ColumnReader(_) | ColumnReader::FixedLenByteArrayColumnReader(_) => {
            let reason = ParquetError::General("the type of the column is not read".into());
            return Err(Flaw::Unreadable(reason));
        }
    })
}

fn typed<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    n: usize,
    level: i16,
) -> Result<Vec<T::T>, Flaw> {
    let (mut values, mut levels) = (Vec::with_capacity(n), Vec::new());
    let read = guarded(|| reader.read_records(n, Some(&mut levels), None, &mut values));
    let (n_read, _, _) = read.map_err(Flaw::Unreadable)?;
    if let Some(at) = levels.iter().position(|&l| l < level) {
        return Err(Flaw::Null(at));
    }
    if n_read < n || values.len() < n {
        return Err(Flaw::Short(n_read.min(values.len())));
    }
    Ok(values)
}

/// A panic of the reader as an error.
///
/// Version 60.1.0 was seen to panic on damaged files: on a column chunk with a negative offset
/// (`ColumnChunkMetaData::byte_range`), on values that are missing from a page (`util/bit_util.rs`),
/// and on a page that refers to a dictionary that is not there.
pub(super) fn guarded<T>(
    read: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, ParquetError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let reason = "the reader gave up on damaged content";
        Err(ParquetError::General(reason.into()))
    })
}

impl Cells {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bool(cells) => cells.len(),
            Self::Int32(cells) => cells.len(),
            Self::Int64(cells) => cells.len(),
            Self::Float(cells) => cells.len(),
            Self::Double(cells) => cells.len(),
            Self::Bytes(cells) => cells.len(),
        }
    }
}
