//! A run's directory, written so that a kill at any moment leaves the old or the new file.

use std::{
    fmt::Display,
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use tempfile::{NamedTempFile, TempDir};

use crate::{Error, near::near};

/// The directory `<runs>/<name>-<number>` of one run.
pub(crate) struct RunDir {
    path: PathBuf,
}

impl RunDir {
    /// Makes the directory with the next free number, which appears with its first files in it or
    /// not at all.
    ///
    /// # Errors
    /// Bad input if `runs` can't be made or written to, and whatever writing the first files fails with.
    pub(crate) fn create(
        runs: &Path,
        name: &str,
        write_first_files: impl FnOnce(&Self) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let wrong = |error: io::Error| {
            Error::bad_input(format!(
                "can't make a run directory in {}: {error}",
                runs.display()
            ))
            .hint("choose another place with --runs-dir")
        };
        fs::create_dir_all(runs).map_err(wrong)?;
        let writing = TempDir::with_prefix_in(".writing-", runs).map_err(wrong)?;
        let staged = Self {
            path: writing.path().to_owned(),
        };
        write_first_files(&staged)?;
        make_readable(&staged.path).map_err(wrong)?;
        let mut number = last_number(runs, name).map_err(wrong)?;
        loop {
            number += 1;
            let path = runs.join(format!("{name}-{number:04}"));
            match fs::rename(&staged.path, &path) {
                // Taken meanwhile by another process: the next one.
                Err(_) if path.exists() => {}
                Err(error) => return Err(wrong(error)),
                Ok(()) => {
                    // It has its final name, so there is nothing temporary left to remove.
                    drop(writing.keep());
                    return Ok(Self { path });
                }
            }
        }
    }

    /// Opens the directory of a run that was begun before.
    ///
    /// # Errors
    /// Bad input if it is not one.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let wrong = |what: &str, hint: String| {
            Err(Error::bad_input(format!("{} {what}", path.display())).hint(hint))
        };
        let usual = "a run is a folder such as runs/quickstart-0001";
        if !path.exists() {
            return wrong("does not exist", format!("{usual}; {}", near(path)));
        }
        if !path.join("config.toml").is_file() {
            return wrong("is no run: it holds no config.toml", usual.into());
        }
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// A directory that is known to be there.
    pub(crate) fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
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

    /// Reads a JSON file of the run.
    ///
    /// # Errors
    /// Bad input, naming the file, if it is missing or does not hold what it should.
    pub(crate) fn read_json<T: DeserializeOwned>(&self, file: &str) -> Result<T, Error> {
        self.parse(file, &self.bytes(file)?)
    }

    fn bytes(&self, file: &str) -> Result<Vec<u8>, Error> {
        fs::read(self.path.join(file)).map_err(|error| self.cannot_read(file, &error))
    }

    fn parse<T: DeserializeOwned>(&self, file: &str, json: &[u8]) -> Result<T, Error> {
        serde_json::from_slice(json).map_err(|error| {
            let path = self.path.join(file);
            Error::bad_input(format!("{} is damaged: {error}", path.display())).hint(format!(
                "plumb train {} trains it again",
                self.path.join("config.toml").display()
            ))
        })
    }

    fn cannot_read(&self, file: &str, error: &dyn Display) -> Error {
        let path = self.path.join(file);
        Error::bad_input(format!("can't read {}: {error}", path.display()))
    }

    /// Reads a JSON file of the run that says its format.
    ///
    /// # Errors
    /// As [`RunDir::read_json`], and bad input if the format is another one.
    pub(crate) fn read_format<T: DeserializeOwned>(
        &self,
        file: &str,
        expected: u32,
    ) -> Result<T, Error> {
        #[derive(serde::Deserialize)]
        struct Version {
            format: u32,
        }
        let json = self.bytes(file)?;
        let Version { format } = self.parse(file, &json)?;
        if format != expected {
            return Err(Error::bad_input(format!(
                "{} has format {format}; this plumb reads format {expected}",
                self.path.join(file).display()
            ))
            .hint("train it again with this plumb, from its config.toml"));
        }
        self.parse(file, &json)
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
pub(crate) fn cannot_write(path: &Path, error: &dyn Display) -> Error {
    Error::failed(format!("can't write {}: {error}", path.display()))
}

/// Writes to a temporary file beside `path`, brings it to the disk, and renames it.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::with_prefix_in(".writing-", folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    make_readable(file.path())?;
    file.persist(path)?;
    Ok(())
}

/// Makes a temporary file or folder, which is private, as readable as any other of a run.
pub(crate) fn make_readable(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
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
                RunDir::create(runs.path(), "a", |_| Ok(()))
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
    fn a_run_appears_with_its_first_files_or_not_at_all() {
        let runs = tempfile::tempdir().unwrap();
        let failed = RunDir::create(runs.path(), "a", |run| {
            run.write("config.toml", b"")?;
            Err(Error::failed("no more space"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(runs.path()).unwrap().count(), 0);
        let run = RunDir::create(runs.path(), "a", |run| run.write("config.toml", b"x")).unwrap();
        assert_eq!(fs::read(run.path().join("config.toml")).unwrap(), b"x");
        assert_eq!(fs::read_dir(runs.path()).unwrap().count(), 1);
        RunDir::open(run.path()).unwrap();
        assert!(RunDir::open(runs.path()).is_err());
    }

    #[test]
    fn a_write_replaces_the_whole_file_and_leaves_nothing_else() {
        let runs = tempfile::tempdir().unwrap();
        let run = RunDir::create(runs.path(), "a", |_| Ok(())).unwrap();
        run.write("x.txt", b"a long first text").unwrap();
        run.write("x.txt", b"short").unwrap();
        assert_eq!(fs::read(run.path().join("x.txt")).unwrap(), b"short");
        assert_eq!(fs::read_dir(run.path()).unwrap().count(), 1);
    }
}
