//! The records of a file: the label or labels of an image, then its pixels.

use std::io::{self, Read};

use super::{Cifar, CifarKind};
use crate::{Memory, MemoryError, ValuesBuilder};

/// Three colours of 32 × 32 pixels.
const IMAGE_BYTES: usize = 3 * 32 * 32;

/// Records that are read at a time.
const CHUNK_RECORDS: u64 = 256;

/// The images read so far.
pub(super) struct Records<'a> {
    options: &'a Cifar,
    pub(super) values: ValuesBuilder,
    pub(super) labels: Vec<u32>,
    /// The label that is not the class; none for CIFAR-10.
    pub(super) other_labels: Vec<u32>,
    /// Per image its file, counted from 0.
    pub(super) source: Vec<u32>,
    n_files: u32,
}

/// Why a file is not read.
pub(super) enum ReadProblem {
    Read(io::Error),
    /// More bytes than the limit.
    TooLarge,
    /// What was found and what was expected.
    Content(String),
    Memory(MemoryError),
}

impl<'a> Records<'a> {
    pub(super) fn new(options: &'a Cifar, memory: &Memory) -> Self {
        Self {
            options,
            values: ValuesBuilder::new(memory),
            labels: Vec::new(),
            other_labels: Vec::new(),
            source: Vec::new(),
            n_files: 0,
        }
    }

    pub(super) fn n_files(&self) -> usize {
        self.n_files as usize
    }

    /// Adds the records of one more file, whose size is given where it is known.
    pub(super) fn read(
        &mut self,
        mut content: impl Read,
        size: Option<u64>,
        limit: u64,
    ) -> Result<(), ReadProblem> {
        let record_bytes = record_bytes(self.options.kind);
        // Seen first, since with the wrong size of records pixels are taken for labels.
        if let Some(size) = size
            && !size.is_multiple_of(record_bytes as u64)
        {
            return Err(ReadProblem::Content(self.wrong_size(size)));
        }
        let (mut n_bytes, mut n_records) = (0, 0);
        let (mut chunk, mut pixels) = (Vec::new(), Vec::new());
        loop {
            chunk.clear();
            let most = CHUNK_RECORDS * record_bytes as u64;
            let read = content.by_ref().take(most).read_to_end(&mut chunk);
            n_bytes += read.map_err(ReadProblem::Read)? as u64;
            if chunk.is_empty() {
                break;
            }
            if n_bytes > limit {
                return Err(ReadProblem::TooLarge);
            }
            pixels.clear();
            for record in chunk.chunks_exact(record_bytes) {
                let (labels, image) = record.split_at(record_bytes - IMAGE_BYTES);
                self.label(labels, n_records)?;
                pixels.extend_from_slice(image);
                self.source.push(self.n_files);
                n_records += 1;
            }
            let pushed = self.values.push_u8(&pixels);
            pushed.map_err(ReadProblem::Memory)?;
        }
        if n_records == 0 || !n_bytes.is_multiple_of(record_bytes as u64) {
            return Err(ReadProblem::Content(self.wrong_size(n_bytes)));
        }
        self.n_files += 1;
        Ok(())
    }

    /// Takes the labels of one record.
    fn label(&mut self, labels: &[u8], record: u64) -> Result<(), ReadProblem> {
        let out_of_range = |kind: &str, found: u8, largest: usize| {
            ReadProblem::Content(format!(
                "record {record} (counted from 0) has the {kind} {found}; expected 0 to {largest}"
            ))
        };
        match *labels {
            [label] if label < 10 => self.labels.push(label.into()),
            [label] => return Err(out_of_range("label", label, 9)),
            // CIFAR-100 has the coarse label first.
            [coarse, fine] => {
                if coarse >= 20 {
                    return Err(out_of_range("coarse label", coarse, 19));
                }
                if fine >= 100 {
                    return Err(out_of_range("fine label", fine, 99));
                }
                let (class, other) = if self.options.is_coarse() {
                    (coarse, fine)
                } else {
                    (fine, coarse)
                };
                self.labels.push(class.into());
                self.other_labels.push(other.into());
            }
            _ => {}
        }
        Ok(())
    }

    fn wrong_size(&self, n_bytes: u64) -> String {
        let of_kind = |kind| record_bytes(kind) as u64;
        let (kind, other) = match self.options.kind {
            CifarKind::Cifar10 => (CifarKind::Cifar10, CifarKind::Cifar100),
            CifarKind::Cifar100 => (CifarKind::Cifar100, CifarKind::Cifar10),
        };
        let expected = of_kind(kind);
        let message =
            format!("has {n_bytes} bytes; expected one or more records of {expected} bytes");
        if n_bytes > 0 && n_bytes.is_multiple_of(of_kind(other)) {
            let name = match other {
                CifarKind::Cifar10 => "cifar10",
                CifarKind::Cifar100 => "cifar100",
            };
            format!("{message}; its size fits `kind` \"{name}\"")
        } else {
            message
        }
    }
}

/// Bytes of one record.
fn record_bytes(kind: CifarKind) -> usize {
    match kind {
        CifarKind::Cifar10 => 1 + IMAGE_BYTES,
        CifarKind::Cifar100 => 2 + IMAGE_BYTES,
    }
}
