//! Where relative paths start: those of a run's config where it was trained, those of the command line here.

use std::path::Path;

use crate::{Error, environment::Began, run_dir::RunDir};

/// The keys of a config that name files and folders.
const PATH_KEYS: [&str; 5] = ["path", "images", "labels", "faces", "cache"];

/// Enters the folder where the run was trained, where the relative paths of its config start, and makes
/// those of the overrides absolute.
pub(super) fn enter(run: &RunDir, overrides: &[String]) -> Result<Vec<String>, Error> {
    let here = std::env::current_dir()
        .map_err(|error| Error::bad_input(format!("can't find the current folder: {error}")))?;
    Began::read(run)?.enter_folder()?;
    Ok(overrides
        .iter()
        .map(|setting| absolute_paths(setting, &here))
        .collect())
}

/// A `--set` override whose relative paths start in `here`, with absolute ones.
///
/// Only a key of its own that names a file, or a list of files, is looked at.
fn absolute_paths(setting: &str, here: &Path) -> String {
    let Some((key, value)) = setting.split_once('=') else {
        return setting.to_owned();
    };
    let last = key.rsplit('.').next().unwrap_or_default().trim();
    if !PATH_KEYS.contains(&last) {
        return setting.to_owned();
    }
    let parsed = format!("x={value}").parse::<toml::Table>();
    let parsed = parsed.ok().and_then(|mut table| table.remove("x"));
    // A word without quotes is a text too.
    let mut paths = parsed.unwrap_or_else(|| toml::Value::String(value.trim().to_owned()));
    let absolute = |value: &mut toml::Value| {
        if let toml::Value::String(path) = value
            && !path.is_empty()
        {
            *path = here.join(&path).display().to_string();
        }
    };
    match &mut paths {
        toml::Value::Array(all) => all.iter_mut().for_each(absolute),
        one => absolute(one),
    }
    format!("{key}={paths}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_here_and_nothing_else_changes() {
        let check = |setting: &str, expected: &str| {
            assert_eq!(absolute_paths(setting, Path::new("/here")), expected);
        };
        check(
            "data.target.csv.path=a/b.csv",
            r#"data.target.csv.path="/here/a/b.csv""#,
        );
        check(
            r#"data.target.csv.path = "a b.csv""#,
            r#"data.target.csv.path ="/here/a b.csv""#,
        );
        check(
            "data.target.csv.path=/a.csv",
            r#"data.target.csv.path="/a.csv""#,
        );
        check(
            r#"data.general.fonts.faces=["a.ttf", "/b.ttf"]"#,
            r#"data.general.fonts.faces=["/here/a.ttf", "/b.ttf"]"#,
        );
        check("data.target.csv.label=digit", "data.target.csv.label=digit");
        check("data.split.dev=100", "data.split.dev=100");
        check("nonsense", "nonsense");
    }
}
