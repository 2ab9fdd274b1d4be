//! A first config for somebody's data: asked for, looked at, written with comments, and checked.

mod ask;
mod columns;
mod pictures;
mod plan;
mod sizes;
mod source;
mod table;
mod text;

use std::path::PathBuf;

pub(crate) use ask::ask;
pub(crate) use plan::write;

use crate::cli::{FirstNetwork, InitArgs, Kind};

/// All that is known of the config to be.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) kind: Kind,
    /// None if it is drawn.
    pub(crate) general: Option<Place>,
    /// None if it is drawn.
    pub(crate) target: Option<Place>,
    pub(crate) label: Option<String>,
    pub(crate) shape: Option<Vec<usize>>,
    pub(crate) size: Option<[usize; 2]>,
    pub(crate) human: Option<f64>,
    pub(crate) goal: Option<f64>,
    pub(crate) network: Option<FirstNetwork>,
    pub(crate) name: String,
}

/// Where a chunk lies.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    /// The file with its labels, if they have one of their own.
    pub(crate) labels: Option<PathBuf>,
}

/// What a path most likely holds; none if it tells nothing.
pub(crate) fn kind_of(path: &std::path::Path) -> Option<Kind> {
    if path.is_dir() {
        return Some(Kind::Images);
    }
    let name = path.file_name()?.to_str()?.to_lowercase();
    let name = name.trim_end_matches(".gz");
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&[".csv", ".tsv", ".txt"]) {
        Some(Kind::Csv)
    } else if ends(&[".npz", ".npy"]) {
        Some(Kind::Npz)
    } else if name.contains("ubyte") || name.contains("idx") {
        Some(Kind::Idx)
    } else {
        None
    }
}

/// The flags that are needed and missing.
pub(crate) fn missing(args: &InitArgs) -> Vec<&'static str> {
    let mut missing = Vec::new();
    let is_drawn = args.data == Some(Kind::Digits);
    if args.general.is_none() && !is_drawn {
        missing.push("--general");
    }
    if args.target.is_none() && !is_drawn {
        missing.push("--target");
    }
    if let (None, Some(target)) = (args.data, &args.target)
        && kind_of(target).is_none()
    {
        missing.push("--data");
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_what_it_holds() {
        let check = |path: &str, expected: Option<Kind>| {
            assert_eq!(kind_of(std::path::Path::new(path)), expected, "{path}");
        };
        check("a.csv", Some(Kind::Csv));
        check("b/A.CSV.gz", Some(Kind::Csv));
        check("train-images-idx3-ubyte.gz", Some(Kind::Idx));
        check("x.npz", Some(Kind::Npz));
        check("x.parquet", None);
        check("src", Some(Kind::Images));
    }
}
