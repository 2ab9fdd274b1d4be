//! Files below a folder, found in a fixed order.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{FileError, SourceError};

/// Folders inside each other; deeper ones are refused.
const MAX_DEPTH: usize = 32;

/// A file that was found below a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// The path from the folder on, with `/` between the parts.
    pub(super) relative: String,
}

impl Found {
    /// Whether the name ends in a dot and one of `extensions`, in upper or lower case.
    pub(super) fn has_extension(&self, extensions: &[&str]) -> bool {
        let extension = self.path.extension().and_then(|e| e.to_str());
        extension.is_some_and(|e| extensions.iter().any(|known| e.eq_ignore_ascii_case(known)))
    }
}

/// All files below `folder`, sorted by the bytes of their relative paths.
///
/// Names that begin with a dot are left out. Links are followed.
///
/// # Errors
/// [`SourceError::File`] if a folder cannot be read, [`SourceError::Content`] if one lies inside
/// itself through a link, or if they nest too deep.
pub(super) fn files_below(folder: &Path) -> Result<Vec<Found>, SourceError> {
    let mut found = Vec::new();
    walk(folder, "", &mut Vec::new(), &mut found)?;
    found.sort_by(|a, b| a.relative.cmp(&b.relative));
    Ok(found)
}

/// The names of the folders directly in `folder`, and how many files lie beside them, with the name
/// of the first; hidden ones are left out.
pub(super) fn folders_in(folder: &Path) -> Result<(Vec<String>, Vec<String>), SourceError> {
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for entry in entries(folder)? {
        if !entry.is_folder {
            files.push(entry.name);
        } else if entry.path.file_name().is_some_and(|n| n.to_str().is_none()) {
            let problem = "the name of the folder is not UTF-8; expected the name of a class";
            return Err(SourceError::content(entry.path, problem));
        } else {
            folders.push(entry.name);
        }
    }
    folders.sort();
    files.sort();
    Ok((folders, files))
}

struct Entry {
    path: PathBuf,
    name: String,
    is_folder: bool,
}

fn walk(
    folder: &Path,
    relative: &str,
    ancestors: &mut Vec<PathBuf>,
    found: &mut Vec<Found>,
) -> Result<(), SourceError> {
    let real = fs::canonicalize(folder).map_err(|reason| refused(folder, reason))?;
    if ancestors.contains(&real) {
        let problem = "the folder lies inside itself through a link; expected folders that end";
        return Err(SourceError::content(folder, problem));
    }
    if ancestors.len() == MAX_DEPTH {
        let problem = format!("the folder lies {MAX_DEPTH} folders deep; expected fewer");
        return Err(SourceError::content(folder, problem));
    }
    ancestors.push(real);
    for Entry {
        path,
        name,
        is_folder,
    } in entries(folder)?
    {
        let relative = match relative {
            "" => name,
            above => format!("{above}/{name}"),
        };
        if is_folder {
            walk(&path, &relative, ancestors, found)?;
        } else {
            found.push(Found { path, relative });
        }
    }
    ancestors.pop();
    Ok(())
}

/// What lies directly in a folder, in no order; without hidden things, and without what is neither
/// a file nor a folder, since reading a pipe may never end.
fn entries(folder: &Path) -> Result<Vec<Entry>, SourceError> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(|reason| refused(folder, reason))? {
        let entry = entry.map_err(|reason| refused(folder, reason))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        let is_folder = match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => true,
            Ok(metadata) if !metadata.is_file() => continue,
            // A link to nowhere counts as a file: reading it says what is wrong.
            _ => false,
        };
        entries.push(Entry {
            path,
            name,
            is_folder,
        });
    }
    Ok(entries)
}

fn refused(folder: &Path, reason: std::io::Error) -> FileError {
    let path = folder.to_owned();
    if reason.kind() == ErrorKind::NotFound {
        FileError::Missing { path, hint: None }
    } else {
        FileError::Read { path, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relative(folder: &Path) -> Vec<String> {
        let found = files_below(folder).unwrap();
        found.into_iter().map(|f| f.relative).collect()
    }

    #[test]
    fn files_come_sorted_and_hidden_ones_do_not_come() {
        let folder = tempfile::tempdir().unwrap();
        for inner in ["a", "b/c", ".git"] {
            fs::create_dir_all(folder.path().join(inner)).unwrap();
        }
        for file in [
            "b/c/2.png",
            "b/c/10.png",
            "a.png",
            "a/z",
            ".hidden",
            ".git/x",
        ] {
            fs::write(folder.path().join(file), "").unwrap();
        }
        // As LC_ALL=C sort orders them: '.' comes before '/'.
        assert_eq!(
            relative(folder.path()),
            ["a.png", "a/z", "b/c/10.png", "b/c/2.png"]
        );
        assert_eq!(
            folders_in(folder.path()).unwrap(),
            (vec!["a".into(), "b".into()], vec!["a.png".into()])
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_inside_itself_is_an_error_and_another_link_is_followed() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("x"), "").unwrap();
        symlink(elsewhere.path(), folder.path().join("link")).unwrap();
        symlink("nowhere", folder.path().join("nowhere")).unwrap();
        assert_eq!(relative(folder.path()), ["link/x", "nowhere"]);
        symlink(folder.path(), folder.path().join("loop")).unwrap();
        assert_eq!(
            files_below(folder.path()).unwrap_err().to_string(),
            format!(
                "{}: the folder lies inside itself through a link; expected folders that end",
                folder.path().join("loop").display()
            )
        );
    }

    #[test]
    fn too_deep_missing_or_no_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join(["d"; MAX_DEPTH].join("/"));
        fs::create_dir_all(&deep).unwrap();
        assert_eq!(
            files_below(folder.path()).unwrap_err().to_string(),
            format!(
                "{}: the folder lies 32 folders deep; expected fewer",
                deep.display()
            )
        );
        let none = folder.path().join("none");
        assert_eq!(
            files_below(&none).unwrap_err().to_string(),
            format!("{} does not exist", none.display())
        );
        fs::write(&none, "").unwrap();
        assert_eq!(
            files_below(&none).unwrap_err().to_string(),
            format!(
                "cannot read {}: Not a directory (os error 20)",
                none.display()
            )
        );
    }
}
