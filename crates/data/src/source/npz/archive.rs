//! The arrays of an archive, by name.

use std::io::{Read, Seek};

use zip::CompressionMethod;
use zip::ZipArchive;
use zip::read::ZipFile;

use super::array::{Array, Problem};
use crate::source::MAX_UNPACKED_BYTES;
use crate::source::checks::listed;

/// What NumPy appends to the names of arrays.
const SUFFIX: &str = ".npy";

pub(super) struct Archive<R> {
    zip: ZipArchive<R>,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the list of entries.
    pub(super) fn open(file: R) -> Result<Self, Problem> {
        let wrong =
            |error| Problem::Content(format!("cannot be read as a zip archive (.npz): {error}"));
        let zip = ZipArchive::new(file).map_err(wrong)?;
        Ok(Self { zip })
    }

    /// Hands the array of that name, which the option `field` gives, to `read`.
    pub(super) fn array<T>(
        &mut self,
        field: &str,
        name: &str,
        read: impl FnOnce(Array<ZipFile<'_, R>>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let index = self
            .zip
            .index_for_name(&format!("{name}{SUFFIX}"))
            .or_else(|| self.zip.index_for_name(name));
        let Some(index) = index else {
            return Err(self.missing(field, name));
        };
        let in_array = |problem| match problem {
            Problem::Read(reason) => {
                Problem::Content(format!("array `{name}` cannot be unpacked: {reason}"))
            }
            Problem::Content(problem) => Problem::Content(format!("array `{name}` {problem}")),
            problem @ Problem::Memory(_) => problem,
        };
        let entry = self.zip.by_index(index);
        let entry = entry
            .map_err(|error| Problem::Content(format!("array `{name}` cannot be read: {error}")))?;
        // A stored entry is as large as it is in the file; a deflated one can claim any size.
        let limit = if entry.compression() == CompressionMethod::Stored {
            u64::MAX
        } else {
            MAX_UNPACKED_BYTES
        };
        Array::read(entry, limit).and_then(read).map_err(in_array)
    }

    /// The names of all arrays, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .zip
            .file_names_raw()
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .map(|name| {
                name.strip_suffix(SUFFIX)
                    .map_or(name.clone(), str::to_owned)
            })
            .collect();
        names.sort();
        names
    }

    fn missing(&self, field: &str, name: &str) -> Problem {
        let names = self.names();
        Problem::Content(if names.is_empty() {
            format!("has no array; expected one named `{name}`")
        } else {
            let names = listed(&names);
            format!("has no array `{name}`; expected `{field}` to name one of {names}")
        })
    }
}
