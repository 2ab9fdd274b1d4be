//! A run's directory, written so that a kill at any moment leaves the old or the new file.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::Error;

/// The directory `<runs>/<name>-<number>` of one run.
pub(crate) struct RunDir {
    path: PathBuf,
}

impl RunDir {
    /// Makes the directory with the next free number.
    ///
    /// # Errors
    /// Bad input if `runs` can't be made or written to.
    pub(crate) fn create(runs: &Path, name: &str) -> Result<Self, Error> {
        let wrong = |error: io::Error| {
            Error::bad_input(format!(
                "can't make a run directory in {}: {error}",
                runs.display()
            ))
            .hint("choose another place with --runs-dir")
        };
        fs::create_dir_all(runs).map_err(wrong)?;
        let mut number = last_number(runs, name).map_err(wrong)?;
        loop {
            number += 1;
            let path = runs.join(format!("{name}-{number:04}"));
            // Taken meanwhile by another process: the next one.
            match fs::create_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(wrong(error)),
                Ok(()) => return Ok(Self { path }),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file below the directory, whole or not at all.
    pub(crate) fn write(&self, file: &str, content: &[u8]) -> Result<(), Error> {
        let path = self.path.join(file);
        write_whole(&path, content).map_err(|error| cannot_write(&path, &error))
    }

    /// Writes a value as indented JSON.
    pub(crate) fn write_json(
        &self,
        file: &str,
        value: &impl serde::Serialize,
    ) -> Result<(), Error> {
        let mut json = serde_json::to_vec_pretty(value)
            .map_err(|error| Error::failed(format!("can't write {file} as JSON: {error}")))?;
        json.push(b'\n');
        self.write(file, &json)
    }
}

/// A write that failed in the middle of a run.
pub(crate) fn cannot_write(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::failed(format!("can't write {}: {error}", path.display()))
}

/// Writes to a temporary file beside `path`, brings it to the disk, and renames it.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::with_prefix_in(".writing-", folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    #[cfg(unix)]
    {
        // Temporary files are private; a run's files are as readable as any other.
        use std::os::unix::fs::PermissionsExt;
        file.as_file()
            .set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path)?;
    Ok(())
}

fn last_number(runs: &Path, name: &str) -> io::Result<u32> {
    let mut last = 0;
    for entry in fs::read_dir(runs)? {
        let file_name = entry?.file_name();
        let number = file_name
            .to_str()
            .and_then(|file| file.strip_prefix(name)?.strip_prefix('-')?.parse().ok());
        last = last.max(number.unwrap_or(0));
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_behind_the_last_and_never_overwrite() {
        let runs = tempfile::tempdir().unwrap();
        fs::create_dir(runs.path().join("a-0007")).unwrap();
        fs::create_dir(runs.path().join("a-b-0009")).unwrap();
        let names: Vec<_> = (0..2)
            .map(|_| {
                RunDir::create(runs.path(), "a")
                    .unwrap()
                    .path()
                    .to_path_buf()
            })
            .collect();
        assert_eq!(
            names,
            [runs.path().join("a-0008"), runs.path().join("a-0009")]
        );
    }

    #[test]
    fn a_write_replaces_the_whole_file_and_leaves_nothing_else() {
        let runs = tempfile::tempdir().unwrap();
        let run = RunDir::create(runs.path(), "a").unwrap();
        run.write("x.txt", b"a long first text").unwrap();
        run.write("x.txt", b"short").unwrap();
        assert_eq!(fs::read(run.path().join("x.txt")).unwrap(), b"short");
        assert_eq!(fs::read_dir(run.path()).unwrap().count(), 1);
    }
}
