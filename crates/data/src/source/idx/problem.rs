//! What can be wrong in an IDX file.

use std::io;
use std::path::{Path, PathBuf};

use crate::source::array::ValueProblem;

/// A problem in an IDX file.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct IdxError {
    /// The file.
    pub path: PathBuf,
    /// What was found and what was expected.
    pub problem: IdxProblem,
}

impl IdxError {
    pub(super) fn new(path: &Path, problem: IdxProblem) -> Self {
        Self {
            path: path.to_owned(),
            problem,
        }
    }
}

/// What is wrong in an IDX file.
#[derive(Debug, thiserror::Error)]
pub enum IdxProblem {
    /// The first four bytes are not those of such an array.
    #[error("begins with {found:02x?}; expected [00, 00, {expected}")]
    Magic {
        /// The bytes found.
        found: [u8; 4],
        /// The third and the fourth byte expected, and what they mean.
        expected: &'static str,
    },
    /// The file ends within its header.
    #[error("ends within its header; expected {expected} bytes of header")]
    NoHeader {
        /// Bytes that the header has.
        expected: usize,
    },
    /// No examples, or images of no size.
    #[error("has the shape {shape:?}; expected at least one of each")]
    Empty {
        /// The shape in the header.
        shape: Vec<u64>,
    },
    /// The header claims more than is ever read.
    #[error("has the shape {shape:?}; expected at most {limit} bytes")]
    TooLarge {
        /// The shape in the header.
        shape: Vec<u64>,
        /// The most bytes of such a file.
        limit: u64,
    },
    /// Fewer bytes than the header says.
    #[error("ends after {found} bytes of data; expected {expected}, as its header says")]
    Truncated {
        /// Bytes after the header.
        found: u64,
        /// The size of the array in the header.
        expected: u64,
    },
    /// More bytes than the header says.
    #[error("goes on after {expected} bytes of data, which is all that its header says")]
    Trailing {
        /// The size of the array in the header.
        expected: u64,
    },
    /// Images and labels do not pair up.
    #[error("has {n_labels} labels; expected {n_images}, one per image")]
    Counts {
        /// Labels in the labels' file.
        n_labels: u64,
        /// Images in the images' file.
        n_images: u64,
    },
    /// A label that is no class.
    #[error("the label at [{index}] is {found}; expected 0 to {largest}{}", if *named { ", as `classes` names" } else { "" })]
    Label {
        /// Its index, counted from 0.
        index: usize,
        /// The label.
        found: i64,
        /// The largest label possible.
        largest: usize,
        /// Whether the options name the classes.
        named: bool,
    },
    /// Nothing to tell apart.
    #[error("every label is {label}; expected two classes or more")]
    OneClass {
        /// The one label.
        label: u32,
    },
    /// A value that cannot be used.
    #[error(transparent)]
    Value(#[from] ValueProblem),
    /// The content cannot be unpacked.
    #[error("cannot be unpacked: {0}")]
    Read(io::Error),
}
