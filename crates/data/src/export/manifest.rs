//! Which examples of which chunk make up the exported sets.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::Examples;
use crate::split::Member;

/// The number of this way to write a manifest; another way gets another number.
pub const FORMAT_VERSION: u32 = 1;

/// What was split or exported, so that another program has exactly the same sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The seed of the run, which decides the split.
    pub seed: u64,
    /// The names of the classes, in the order of their indices.
    pub classes: Vec<String>,
    /// The shape of one example.
    pub shape: Vec<usize>,
    /// The sets: train, train-dev, dev, test.
    pub sets: Vec<SetManifest>,
}

/// One set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetManifest {
    /// Its name.
    pub name: String,
    /// How many examples it has.
    pub examples: usize,
    /// [`Examples::sha256`] of it.
    pub sha256: String,
    /// The files that hold it; none if it was only split.
    pub files: Vec<ManifestFile>,
    /// Where its examples come from, in their order.
    pub members: Vec<ManifestMember>,
}

/// A file beside the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestFile {
    /// Its name, without a folder.
    pub name: String,
    /// The sha256 of its bytes.
    pub sha256: String,
}

/// An example, by its place in the data as it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestMember {
    /// The chunk.
    pub chunk: Chunk,
    /// Its index in the chunk, counted from 0.
    pub index: usize,
}

/// One of the two chunks of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chunk {
    /// The large one, from anywhere.
    General,
    /// The one that counts.
    Target,
}

impl From<Member> for ManifestMember {
    fn from(member: Member) -> Self {
        let (chunk, index) = match member {
            Member::General(index) => (Chunk::General, index),
            Member::Target(index) => (Chunk::Target, index),
        };
        Self { chunk, index }
    }
}

impl SetManifest {
    /// Describes a set that was written to `files`.
    #[must_use]
    pub fn new(
        name: &str,
        examples: &Examples,
        members: &[Member],
        files: Vec<ManifestFile>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            examples: examples.len(),
            sha256: examples.sha256(),
            files,
            members: members.iter().copied().map(Into::into).collect(),
        }
    }
}

impl Manifest {
    /// Writes it as JSON on one line.
    ///
    /// # Errors
    /// The system's, if `out` cannot be written.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut out, self)?;
        out.write_all(b"\n")?;
        out.flush()
    }
}
