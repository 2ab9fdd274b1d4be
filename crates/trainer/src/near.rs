//! Where a path was looked for that does not exist, and what has a similar name there.

use std::path::{Path, PathBuf};

use crate::config::similar;

/// Says where a missing path was looked for, and the path that was probably meant, if one has a similar name.
pub(crate) fn near(path: &Path) -> String {
    let Ok(whole) = std::path::absolute(path) else {
        return "paths are relative to the folder that plumb is started in".into();
    };
    let mut missing = whole.as_path();
    while let Some(parent) = missing.parent() {
        if parent.is_dir() {
            break;
        }
        missing = parent;
    }
    let folder = missing.parent().unwrap_or(missing);
    let looked = format!("looked in the folder {}", folder.display());
    let name = missing.file_name().unwrap_or_default().to_string_lossy();
    let names = names_in(folder);
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    if let Some(found) = similar(&name, &known) {
        let meant = as_written(path, missing, &whole, &folder.join(found));
        return format!("did you mean {}? ({looked})", meant.display());
    }
    match known[..] {
        [] => format!("{looked}, which is empty"),
        [..] if known.len() <= 5 => format!("{looked}, which holds {}", known.join(", ")),
        _ if path.is_relative() => {
            format!("{looked}; a relative path starts where plumb is started")
        }
        _ => format!("{looked}; nothing there has a similar name"),
    }
}

/// What lies in a folder, hidden files aside, in the order of names.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

/// The path as its user wrote it, with the missing part replaced by what is there.
fn as_written(path: &Path, missing: &Path, whole: &Path, found: &Path) -> PathBuf {
    let below = whole.strip_prefix(missing).unwrap_or(Path::new(""));
    let n_kept = path.components().count() - below.components().count();
    let kept: PathBuf = path.components().take(n_kept).collect();
    let replaced = kept.with_file_name(found.file_name().unwrap_or_default());
    if below.as_os_str().is_empty() {
        replaced
    } else {
        replaced.join(below)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_similar_name_is_proposed_as_it_would_be_written() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        fs::create_dir(root.join("digits")).unwrap();
        for file in ["digits/real.csv", "digits/drawn.csv"] {
            fs::write(root.join(file), "").unwrap();
        }
        let check = |path: &str, expected: &str| {
            let said = near(&root.join(path));
            let expected = expected.replace("ROOT", &root.display().to_string());
            assert_eq!(said, expected, "{path}");
        };
        check(
            "digits/reel.csv",
            "did you mean ROOT/digits/real.csv? (looked in the folder ROOT/digits)",
        );
        check(
            "digit/real.csv",
            "did you mean ROOT/digits/real.csv? (looked in the folder ROOT)",
        );
        check(
            "digits/x.toml",
            "looked in the folder ROOT/digits, which holds drawn.csv, real.csv",
        );
        fs::create_dir(root.join("none")).unwrap();
        check("none/a", "looked in the folder ROOT/none, which is empty");
    }
}
