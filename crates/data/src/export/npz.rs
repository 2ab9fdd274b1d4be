//! Examples as NumPy arrays.

use std::io::{self, BufWriter, Write};

use npyz::{DType, WriteOptions, WriterBuilder as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{ExportError, TAG_PREFIX, for_each_row};
use crate::Examples;

/// Entries from this size on need the fields of 64 bits (APPNOTE.TXT 4.4.1.4); with room for a header.
const LARGE_BYTES: u64 = (u32::MAX as u64) - (1 << 20);

/// Writes an archive that `numpy.load` reads, without pickles:
///
/// | array | type | shape |
/// |---|---|---|
/// | `x` | `uint8` where the examples hold bytes, else `float32` | `[n, …]`, the shape of an example |
/// | `y` | `int64` | `[n]`, an index into `classes` |
/// | `classes` | text | `[classes]` |
/// | `source` | text | `[n]`, the name of its source |
/// | `original` | `uint64` | `[n]`, which original it derives from |
/// | `tag_<name>` | text | `[n]`, for each tag |
///
/// The entries are not compressed. Text loses what NUL characters it ends with, as NumPy's does.
///
/// # Errors
/// [`ExportError`] if `out` cannot be written, if the values cannot be read, or if two tags have the
/// same name.
pub fn write_npz(examples: &Examples, out: impl Write) -> Result<(), ExportError> {
    let n = examples.len();
    let mut zip = ZipWriter::new_stream(UntilError::new(BufWriter::new(out)));
    let mut shape = vec![n];
    shape.extend(&examples.shape);
    let is_u8 = examples.values.is_u8();
    let (descr, item_bytes) = if is_u8 { ("|u1", 1) } else { ("<f4", 4) };
    begin(&mut zip, "x", descr, item_bytes, &shape)?;
    for_each_row(examples, |_, values| {
        let bytes: Vec<u8> = if is_u8 {
            values.iter().map(|&v| v as u8).collect()
        } else {
            values.iter().flat_map(|v| v.to_le_bytes()).collect()
        };
        Ok(zip.write_all(&bytes)?)
    })?;
    let labels = examples.labels.iter().map(|&label| label.into());
    integers(&mut zip, "y", "<i8", labels)?;
    integers(
        &mut zip,
        "original",
        "<u8",
        examples.original.iter().copied(),
    )?;
    let classes: Vec<&str> = examples.classes.iter().map(String::as_str).collect();
    texts(&mut zip, "classes", &classes)?;
    let source = |&s: &u32| examples.source_names[s as usize].as_str();
    let sources: Vec<&str> = examples.source.iter().map(source).collect();
    texts(&mut zip, "source", &sources)?;
    for tag in &examples.tags {
        let values: Vec<&str> = (0..n).map(|i| tag.get(i)).collect();
        texts(&mut zip, &format!("{TAG_PREFIX}{}", tag.name), &values)?;
    }
    let mut out = zip.finish().map_err(io::Error::from)?.into_inner();
    out.flush()?;
    Ok(())
}

/// Writes up to the first error, and from then on nothing.
///
/// An archive that is given up writes its end when it is dropped. If that failed, it would print so.
struct UntilError<W> {
    inner: W,
    has_failed: bool,
}

impl<W> UntilError<W> {
    fn new(inner: W) -> Self {
        Self {
            inner,
            has_failed: false,
        }
    }
}

impl<W: Write> Write for UntilError<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.has_failed {
            return Ok(bytes.len());
        }
        let written = self.inner.write(bytes);
        let again = |error: &io::Error| error.kind() == io::ErrorKind::Interrupted;
        self.has_failed = written.as_ref().is_err_and(|error| !again(error));
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.has_failed {
            return Ok(());
        }
        let flushed = self.inner.flush();
        self.has_failed = flushed.is_err();
        flushed
    }
}

/// Begins the entry of an array, up to where its numbers go.
fn begin<W: Write + io::Seek>(
    zip: &mut ZipWriter<W>,
    name: &str,
    descr: &str,
    item_bytes: usize,
    shape: &[usize],
) -> io::Result<()> {
    let n_items = shape
        .iter()
        .fold(1, |n: u64, &d| n.saturating_mul(d as u64));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .large_file(n_items.saturating_mul(item_bytes as u64) >= LARGE_BYTES);
    zip.start_file(format!("{name}.npy"), options)?;
    let descr = descr
        .parse()
        .map_err(|error| io::Error::other(format!("{descr}: {error}")))?;
    let shape: Vec<u64> = shape.iter().map(|&d| d as u64).collect();
    WriteOptions::new_header_only()
        .dtype(DType::Plain(descr))
        .shape(&shape)
        .writer(&mut *zip)
        .write_header_only()?;
    Ok(())
}

/// Writes an array of one dimension, of integers of 64 bits.
fn integers<W: Write + io::Seek>(
    zip: &mut ZipWriter<W>,
    name: &str,
    descr: &str,
    values: impl ExactSizeIterator<Item = u64>,
) -> io::Result<()> {
    begin(zip, name, descr, 8, &[values.len()])?;
    let bytes: Vec<u8> = values.flat_map(u64::to_le_bytes).collect();
    zip.write_all(&bytes)
}

/// Writes an array of one dimension: UTF-32 of the longest one's length, the others filled with NUL.
fn texts<W: Write + io::Seek>(
    zip: &mut ZipWriter<W>,
    name: &str,
    values: &[&str],
) -> io::Result<()> {
    let longest = values.iter().map(|text| text.chars().count()).max();
    // NumPy has no text of no characters.
    let length = longest.unwrap_or_default().max(1);
    begin(
        zip,
        name,
        &format!("<U{length}"),
        4 * length,
        &[values.len()],
    )?;
    for text in values {
        let padded = text.chars().map(u32::from).chain(std::iter::repeat(0));
        let bytes: Vec<u8> = padded.take(length).flat_map(u32::to_le_bytes).collect();
        zip.write_all(&bytes)?;
    }
    Ok(())
}
