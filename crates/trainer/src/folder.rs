//! A new folder that appears whole or not at all.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{
    Error,
    run_dir::{cannot_write, make_readable},
};

/// A folder that does not exist yet, or is empty.
pub(crate) struct NewFolder {
    path: PathBuf,
}

/// Its content while it is written, beside the place where it will be.
pub(crate) struct WritingFolder {
    path: PathBuf,
    writing: TempDir,
}

impl NewFolder {
    /// Makes sure that nothing would be overwritten.
    ///
    /// # Errors
    /// Bad input if there is a file, or a folder with something in it.
    pub(crate) fn check(path: &Path) -> Result<Self, Error> {
        let taken = match fs::read_dir(path) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        };
        if taken {
            let message = format!("{} exists already; expected a new folder", path.display());
            return Err(Error::bad_input(message).hint("choose another one with --out"));
        }
        Ok(Self {
            path: path.to_owned(),
        })
    }

    pub(crate) fn create(self) -> Result<WritingFolder, Error> {
        let wrong = |error: io::Error| {
            Error::bad_input(format!("can't write {}: {error}", self.path.display()))
        };
        let parent = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(wrong)?;
        let writing = TempDir::with_prefix_in(".writing-", parent).map_err(wrong)?;
        Ok(WritingFolder {
            path: self.path,
            writing,
        })
    }
}

impl WritingFolder {
    /// Where a file is, for now.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.writing.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<(), Error> {
        fs::write(self.file(name), content).map_err(|error| cannot_write(&self.path, &error))
    }

    pub(crate) fn write_json(
        &self,
        name: &str,
        value: &impl serde::Serialize,
    ) -> Result<(), Error> {
        let mut json = serde_json::to_vec_pretty(value)
            .map_err(|error| Error::failed(format!("can't write {name} as JSON: {error}")))?;
        json.push(b'\n');
        self.write(name, &json)
    }

    /// Gives the folder its name.
    pub(crate) fn finish(self) -> Result<PathBuf, Error> {
        let failed = |error: io::Error| cannot_write(&self.path, &error);
        make_readable(self.writing.path()).map_err(failed)?;
        let written = self.writing.keep();
        // Over an empty folder this succeeds, over one that was filled meanwhile it does not.
        if let Err(error) = fs::rename(&written, &self.path) {
            fs::remove_dir_all(&written).ok();
            return Err(failed(error));
        }
        Ok(self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_appears_whole_and_never_over_another() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("sub/new");
        let folder = NewFolder::check(&path).unwrap().create().unwrap();
        folder.write("a", b"content").unwrap();
        assert!(!path.exists());
        folder.finish().unwrap();
        assert_eq!(fs::read(path.join("a")).unwrap(), b"content");
        assert_eq!(fs::read_dir(place.path().join("sub")).unwrap().count(), 1);
        let error = NewFolder::check(&path).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("exists already"), "{error}");
        let error = NewFolder::check(&path.join("a")).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("exists already"), "{error}");
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("new");
        let folder = NewFolder::check(&path).unwrap().create().unwrap();
        folder.write("a", b"content").unwrap();
        drop(folder);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }
}
