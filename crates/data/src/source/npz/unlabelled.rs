//! Arrays of features, with labels only where an archive has them.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};

use super::archive::Archive;
use super::array::{Array, Problem};
use super::entries::Entries;
use super::features::Features;
use super::{FEATURES, LABEL, Npz, ZIP_MAGIC};
use crate::source::{Context, FileError, MAX_UNPACKED_BYTES, SourceError};
use crate::unlabelled::{Found, Ids, Origin};

/// Arrays that `plumb data export` writes beside the features.
const EXPORTED: [&str; 4] = ["y", "classes", "original", "source"];

/// The array with the names of classes.
const CLASSES: &str = "classes";

impl Npz {
    /// Reads an archive or an `.npy` file as this one was read, with or without labels.
    ///
    /// Where the archive has an array of features alone, it may have any name. An archive that `plumb data
    /// export` wrote is known by its arrays, and its values are taken as they are.
    pub(crate) fn read_unlabelled(
        &self,
        mut stream: impl Read + Send,
        origin: &Origin,
        context: &Context<'_>,
    ) -> Result<Found, SourceError> {
        let mut start = Vec::new();
        let read = stream.by_ref().take(ZIP_MAGIC.len() as u64);
        { read }
            .read_to_end(&mut start)
            .map_err(|reason| origin.error(reason))?;
        let is_archive = start == ZIP_MAGIC;
        let stream = Cursor::new(start).chain(stream);
        let read = if !is_archive {
            Array::read(stream, origin.limit())
                .and_then(|array| Features::read(self, array, None, context))
                .map(found)
        } else if origin.is_packed {
            let problem = "is an archive packed with gzip; expected the archive itself";
            return Err(SourceError::content(&origin.path, problem));
        } else if origin.is_stream {
            // The list of entries is at the end.
            let bytes = origin.read_all(stream, MAX_UNPACKED_BYTES)?;
            self.read_unlabelled_archive(Cursor::new(bytes), context)
        } else {
            let refused = |reason| FileError::Read {
                path: origin.path.clone(),
                reason,
            };
            let file = BufReader::new(File::open(&origin.path).map_err(refused)?);
            self.read_unlabelled_archive(file, context)
        };
        read.map_err(|problem| match problem {
            Problem::Read(reason) => origin.error(reason).into(),
            problem => problem.of(&origin.path),
        })
    }

    fn read_unlabelled_archive(
        &self,
        file: impl Read + Seek + Send,
        context: &Context<'_>,
    ) -> Result<Found, Problem> {
        let mut archive = Archive::open(file)?;
        let names = archive.names();
        let has = |name: &str| names.iter().any(|known| known == name);
        if EXPORTED.iter().all(|name| has(name)) && has(FEATURES) {
            let plain = Self::new("");
            let found = plain.read_arrays(&mut archive, FEATURES, &names, context)?;
            return Ok(Found {
                is_converted: true,
                ..found
            });
        }
        let features = match (&self.features, &names[..]) {
            (None, [only]) => only.as_str(),
            (features, _) => features.as_deref().unwrap_or(FEATURES),
        };
        self.read_arrays(&mut archive, features, &names, context)
    }

    fn read_arrays(
        &self,
        archive: &mut Archive<impl Read + Seek + Send>,
        features: &str,
        names: &[String],
        context: &Context<'_>,
    ) -> Result<Found, Problem> {
        let has = |name: &str| names.iter().any(|known| known == name);
        let mut found = archive.array("features", features, |array| {
            Features::read(self, array, None, context).map(found)
        })?;
        let label = self.label.as_deref().unwrap_or(LABEL);
        if !has(label) || label == features {
            return Ok(found);
        }
        let mut classes = self.classes.clone();
        if classes.is_none() && has(CLASSES) {
            let texts = archive.array("classes", CLASSES, |array| {
                Ok(Entries::read(array)?.into_texts(None))
            })?;
            classes = Some(texts);
        }
        let n = found.ids.len();
        let labels = archive.array("label", label, |array| {
            let texts = Entries::read(array)?.into_texts(classes.as_deref());
            Entries::Texts(texts).tag(label, n)
        })?;
        found.labels = Some(labels);
        Ok(found)
    }
}

fn found(features: Features) -> Found {
    let width: usize = features.shape.iter().product();
    Found {
        ids: Ids::Numbers(features.values.len() / width.max(1)),
        shape: features.shape,
        values: features.values,
        range: features.range,
        labels: None,
        is_converted: false,
        warnings: Vec::new(),
    }
}
