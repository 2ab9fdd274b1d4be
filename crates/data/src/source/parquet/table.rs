//! One Parquet file: its columns, and its rows a batch at a time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use ::parquet::basic::{ConvertedType, LogicalType, Type};
use ::parquet::column::reader::ColumnReader;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;

use super::super::file::FileError;
use super::super::folder::folders_in;
use super::cells::{self, Cells, Flaw};
use crate::SourceError;

/// Columns that an error lists before it only counts the rest.
const MAX_LISTED: usize = 8;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int {
        is_signed: bool,
    },
    Float,
    Text,
    Bytes,
    /// What is not read, in words.
    Other(&'static str),
}

/// A column without columns below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    index: usize,
    /// Its names from the outside in, joined by dots.
    pub(super) name: String,
    /// The outermost name.
    pub(super) root: String,
    pub(super) kind: Kind,
    /// The definition level of a cell that is not null.
    level: i16,
}

/// An open file.
pub(super) struct Table {
    pub(super) path: PathBuf,
    reader: SerializedFileReader<File>,
    pub(super) columns: Vec<Column>,
    pub(super) n_rows: u64,
}

/// The files to read.
pub(super) fn paths(path: &Path) -> Result<Vec<PathBuf>, SourceError> {
    if !fs::metadata(path).is_ok_and(|m| m.is_dir()) {
        return Ok(vec![path.to_owned()]);
    }
    let (_, files) = folders_in(path)?;
    let is_parquet = |name: &String| Path::new(name).extension().is_some_and(|e| e == "parquet");
    let paths: Vec<_> = files
        .iter()
        .filter(|n| is_parquet(n))
        .map(|n| path.join(n))
        .collect();
    if paths.is_empty() {
        let problem =
            "found no file in the folder whose name ends in .parquet; expected one or more";
        return Err(SourceError::content(path, problem));
    }
    Ok(paths)
}

impl Table {
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let file = File::open(path).map_err(|reason| FileError::Read {
            path: path.to_owned(),
            reason,
        })?;
        let opened = cells::guarded(|| SerializedFileReader::new(file));
        let reader = opened.map_err(|reason| SourceError::content(path, unreadable(&reason)))?;
        let metadata = reader.metadata().file_metadata();
        let columns = metadata.schema_descr().columns();
        let columns = columns
            .iter()
            .enumerate()
            .map(|(index, c)| column(index, c))
            .collect();
        // Row groups say how many rows they have; what they say is only a claim.
        let groups = reader.metadata().row_groups().iter();
        let n_rows = groups
            .map(|g| g.num_rows().max(0) as u64)
            .fold(0, u64::saturating_add);
        Ok(Self {
            path: path.to_owned(),
            columns,
            n_rows,
            reader,
        })
    }

    /// The column of that name.
    pub(super) fn column(&self, name: &str) -> Result<&Column, SourceError> {
        self.columns.iter().find(|c| c.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
            self.error(format!(
                "no column is named `{name}`; expected one of {}",
                listed(&names)
            ))
        })
    }

    /// The text that the file keeps under `key`.
    pub(super) fn metadata(&self, key: &str) -> Option<&str> {
        let entries = self
            .reader
            .metadata()
            .file_metadata()
            .key_value_metadata()?;
        entries.iter().find(|e| e.key == key)?.value.as_deref()
    }

    /// Reads all rows of some columns, `batch` rows at a time at most, and passes on the number of
    /// the first row and the cells, column by column.
    pub(super) fn read(
        &self,
        columns: &[&Column],
        batch: usize,
        mut each: impl FnMut(u64, &[Cells]) -> Result<(), SourceError>,
    ) -> Result<(), SourceError> {
        let mut row = 0_u64;
        for group in 0..self.reader.num_row_groups() {
            let mut left = self.reader.metadata().row_group(group).num_rows().max(0) as u64;
            let mut readers = Vec::with_capacity(columns.len());
            for column in columns {
                readers.push(self.column_reader(group, column)?);
            }
            while left > 0 {
                let n = left.min(batch as u64) as usize;
                let mut cells = Vec::with_capacity(columns.len());
                for (column, reader) in columns.iter().zip(&mut readers) {
                    let read = cells::read(reader, n, column.level);
                    cells.push(read.map_err(|flaw| self.flaw(row, column, flaw))?);
                }
                each(row, &cells)?;
                left -= n as u64;
                row += n as u64;
            }
        }
        Ok(())
    }

    fn column_reader(&self, group: usize, column: &Column) -> Result<ColumnReader, SourceError> {
        let reader = cells::guarded(|| {
            let group = self.reader.get_row_group(group)?;
            group.get_column_reader(column.index)
        });
        reader.map_err(|reason| {
            self.error(format!("column `{}`: {}", column.name, unreadable(&reason)))
        })
    }

    fn flaw(&self, first_row: u64, column: &Column, flaw: Flaw) -> SourceError {
        match flaw {
            Flaw::Null(at) => {
                let problem = "the cell is null; expected a value";
                self.cell_error(first_row + at as u64, &column.name, problem)
            }
            Flaw::Short(at) => {
                let problem = "the column ends here; expected a cell for every row";
                self.cell_error(first_row + at as u64, &column.name, problem)
            }
            Flaw::Unreadable(reason) => {
                self.cell_error(first_row, &column.name, &unreadable(&reason))
            }
        }
    }

    pub(super) fn error(&self, problem: impl Into<String>) -> SourceError {
        SourceError::content(&self.path, problem)
    }

    pub(super) fn cell_error(&self, row: u64, column: &str, problem: &str) -> SourceError {
        self.error(format!("{}: {problem}", cell(row, column)))
    }

    /// The name of the file.
    pub(super) fn source_name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

/// The place of a cell, in words.
pub(super) fn cell(row: u64, column: &str) -> String {
    format!("row {row}, column `{column}`")
}

impl Column {
    pub(super) fn is_of(&self, name: &str) -> bool {
        self.name == name || self.root == name
    }

    pub(super) fn in_words(&self) -> &'static str {
        match self.kind {
            Kind::Bool => "booleans",
            Kind::Int { .. } => "whole numbers",
            Kind::Float => "numbers",
            Kind::Text => "text",
            Kind::Bytes => "bytes",
            Kind::Other(words) => words,
        }
    }
}

fn column(index: usize, described: &ColumnDescriptor) -> Column {
    let parts = described.path().parts();
    Column {
        index,
        name: parts.join("."),
        root: parts.first().cloned().unwrap_or_default(),
        kind: kind(described),
        level: described.max_def_level(),
    }
}

fn kind(column: &ColumnDescriptor) -> Kind {
    if column.max_rep_level() > 0 {
        return Kind::Other("lists");
    }
    let logical = column.logical_type_ref();
    let converted = column.converted_type();
    match column.physical_type() {
        Type::BOOLEAN => Kind::Bool,
        Type::INT32 | Type::INT64 => match (logical, converted) {
            (Some(LogicalType::Integer(int)), _) => Kind::Int {
                is_signed: int.is_signed,
            },
            (
                None,
                ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64,
            ) => Kind::Int { is_signed: false },
            (
                None,
                ConvertedType::NONE
                | ConvertedType::INT_8
                | ConvertedType::INT_16
                | ConvertedType::INT_32
                | ConvertedType::INT_64,
            ) => Kind::Int { is_signed: true },
            (Some(LogicalType::Decimal(_)), _) | (None, ConvertedType::DECIMAL) => {
                Kind::Other("decimal numbers")
            }
            _ => Kind::Other("dates or times"),
        },
        Type::FLOAT | Type::DOUBLE => Kind::Float,
        Type::BYTE_ARRAY => match (logical, converted) {
            (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), _)
            | (None, ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON) => Kind::Text,
            (None, ConvertedType::NONE) => Kind::Bytes,
            _ => Kind::Other("bytes of a type that is not read"),
        },
        Type::INT96 => Kind::Other("dates or times"),
        Type::FIXED_LEN_BYTE_ARRAY => Kind::Other("bytes of one length"),
    }
}

/// What the reader says, without the name of the format.
fn unreadable(error: &ParquetError) -> String {
    let text = error.to_string();
    let text = ["Parquet error: ", "EOF: ", "External: ", "NYI: "]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(&text);
    format!("cannot be read as Parquet: {}", text.trim_end_matches('.'))
}

fn listed(names: &[&str]) -> String {
    let first: Vec<String> = names
        .iter()
        .take(MAX_LISTED)
        .map(|n| format!("`{n}`"))
        .collect();
    match names.len().saturating_sub(MAX_LISTED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
