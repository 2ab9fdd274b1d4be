//! Pictures without class folders: one, or all in a folder.

use std::io::Read;
use std::path::Path;

use rayon::prelude::*;

use super::listing::EXTENSIONS;
use super::{CHUNK, ImageFolder, MAX_FILE_BYTES, decode};
use crate::Tag;
use crate::source::folder::{Found as File, files_below};
use crate::source::picture::{self, Gather, Place};
use crate::source::{Context, Progress, SourceError};
use crate::unlabelled::{Found, Ids, Origin};

impl ImageFolder {
    /// Reads one picture as those of this source were read.
    pub(crate) fn read_unlabelled(
        &self,
        stream: impl Read,
        origin: &Origin,
        context: &Context<'_>,
    ) -> Result<Found, SourceError> {
        let rule = self.rule()?;
        let bytes = origin.read_all(stream, MAX_FILE_BYTES)?;
        let picture = picture::read(&bytes, &rule);
        // Where it is the only one, none is left.
        let mut gather = Gather::new(&rule, picture::Broken::Error, context.memory);
        gather.add(Place::file(&origin.path), picture)?;
        found(gather, vec![origin.path.display().to_string()])
    }

    /// Reads all pictures in a folder and those below it as those of this source were read, in the order
    /// of their paths. What names a picture's class, if anything does, is the folder next to `path`.
    pub(crate) fn read_unlabelled_folder(
        &self,
        path: &Path,
        context: &Context<'_>,
    ) -> Result<Found, SourceError> {
        let rule = self.rule()?;
        let (pictures, other): (Vec<File>, Vec<File>) = files_below(path)?
            .into_iter()
            .partition(|file| file.has_extension(&EXTENSIONS));
        if pictures.is_empty() {
            let ends = EXTENSIONS.map(|e| format!(".{e}")).join(", ");
            let problem = format!("the folder has no picture; expected files in {ends}");
            return Err(SourceError::content(path, problem));
        }
        let broken = self.broken.unwrap_or_default();
        let mut gather = Gather::new(&rule, broken, context.memory);
        let (mut kept, total) = (Vec::new(), pictures.len());
        for chunk in pictures.chunks(CHUNK) {
            let decoded: Vec<_> = chunk.par_iter().map(|p| decode(&p.path, &rule)).collect();
            for (picture, decoded) in chunk.iter().zip(decoded) {
                let (decoded, _) = decoded?;
                if gather.add(Place::file(&picture.path), decoded)? {
                    kept.push(picture.relative.clone());
                }
            }
            let done = kept.len();
            (context.on_progress)(Progress { done, total });
        }
        if kept.is_empty() {
            let problem = "every picture is broken; expected one at least";
            return Err(SourceError::content(path, problem));
        }
        let folders: Option<Vec<&str>> = kept
            .iter()
            .map(|relative| Some(relative.split_once('/')?.0))
            .collect();
        let labels = folders.map(|folders| Tag::new("folder", &folders));
        let mut found = found(gather, kept)?;
        found.labels = labels;
        if let Some(first) = other.first() {
            found.warnings.push(format!(
                "{} of the files in {} are not pictures by their names and were left out, such as {}",
                other.len(),
                path.display(),
                first.relative
            ));
        }
        Ok(found)
    }
}

fn found(gather: Gather<'_>, paths: Vec<String>) -> Result<Found, SourceError> {
    let gathered = gather.finish()?;
    Ok(Found {
        shape: gathered.shape,
        values: gathered.values,
        range: Some((0.0, 255.0)),
        ids: Ids::Paths(paths),
        labels: None,
        is_converted: false,
        warnings: gathered.warnings,
    })
}
