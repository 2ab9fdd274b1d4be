//! The tables `[data.general.…]` and `[data.target.…]` of a first config.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
};

use super::{Place, Wanted, columns::tables, kind_of, pictures};
use crate::{Error, cli::Kind};

/// A source as a config says it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// That of its table.
    pub(super) name: &'static str,
    /// In the order in which they are written.
    pub(super) keys: Vec<Key>,
}

/// A key with its value in TOML, and what a reader should know of it.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) about: &'static str,
}

impl Source {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            keys: Vec::new(),
        }
    }

    pub(super) fn key(
        mut self,
        name: &'static str,
        value: impl Display,
        about: &'static str,
    ) -> Self {
        let value = value.to_string();
        self.keys.push(Key { name, value, about });
        self
    }

    /// Adds a key with a list of texts, unless it is empty.
    pub(super) fn list(self, name: &'static str, texts: &[String], about: &'static str) -> Self {
        if texts.is_empty() {
            return self;
        }
        let texts: Vec<_> = texts.iter().map(quoted).collect();
        self.key(name, format!("[{}]", texts.join(", ")), about)
    }

    /// Makes pictures of a folder colour, as those of the other one are.
    pub(super) fn in_colour(self) -> Self {
        if self.name == "image_folder" {
            self.key("channels", 3, "colour, since some of the pictures are")
        } else {
            self
        }
    }
}

/// A text as TOML writes it.
pub(super) fn quoted(text: impl Into<String>) -> String {
    toml::Value::String(text.into()).to_string()
}

/// Those of general and target.
///
/// # Errors
/// Bad input if a place holds something else than it should, or a flag is needed to know more.
pub(super) fn sources(wanted: &Wanted) -> Result<[Source; 2], Error> {
    let general = wanted.general.as_ref();
    let Some(target) = &wanted.target else {
        return Ok([strokes(), other_strokes()]);
    };
    let kind = match wanted.kind {
        Kind::Digits => kind_of(&target.path).ok_or_else(|| {
            let message = format!("what {} holds is not known", target.path.display());
            Error::bad_input(message)
                .hint("expected a folder of pictures, a table, or IDX or NumPy files")
        })?,
        kind => kind,
    };
    for place in general.into_iter().chain([target]) {
        check_place(kind, &place.path)?;
    }
    if let Some(general) = general
        && is_same(&general.path, &target.path)
    {
        let message = format!(
            "general and target are both {}; expected two places",
            target.path.display()
        );
        return Err(Error::bad_input(message).hint(
            "general is what you train on, target what users bring; of one set of data, keep the part that is most \
             like what users bring as target, in a file or folder of its own",
        ));
    }
    let [first, second] = match kind {
        Kind::Csv => tables(wanted, general, target)?,
        Kind::Images => folders(wanted, general, target),
        Kind::Idx => [
            general.map(|place| idx(place, "general")).transpose()?,
            Some(idx(target, "target")?),
        ],
        Kind::Npz | Kind::Digits => [general, Some(target)].map(|place| place.map(npz)),
    };
    Ok([
        first.unwrap_or_else(strokes),
        second.unwrap_or_else(other_strokes),
    ])
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// # Errors
/// Bad input if there is nothing, or something of another kind.
fn check_place(kind: Kind, path: &Path) -> Result<(), Error> {
    // A packed file may be named without its ending.
    let packed = PathBuf::from(format!("{}.gz", path.display()));
    if !path.exists() && !packed.exists() {
        let message = format!("{} does not exist", path.display());
        let hint = "paths start in the current folder, as those of every config";
        return Err(Error::bad_input(message).hint(hint));
    }
    match (kind, path.is_dir()) {
        (Kind::Images, false) => {
            let message = format!(
                "{} is a file; expected a folder with one folder per class",
                path.display()
            );
            Err(Error::bad_input(message))
        }
        (Kind::Csv | Kind::Idx | Kind::Npz, true) => {
            let message = format!("{} is a folder; expected a file", path.display());
            Err(Error::bad_input(message).hint("folders of pictures are --data images"))
        }
        _ => Ok(()),
    }
}

fn strokes() -> Source {
    Source::new("strokes").key(
        "examples",
        "20_000",
        "drawn by rule; `plumb data list strokes` has more keys",
    )
}

fn other_strokes() -> Source {
    Source::new("strokes")
        .key("examples", "2_000", "")
        .key("grid", "[8, 8]", "rows and columns of pixels, for both")
        .key("max", 16, "all ink")
        .key(
            "rotation_degrees",
            25,
            "turned further than the general ones,",
        )
        .key("thickness", "[0.04, 0.1]", "and with a thinner pen")
}

pub(super) fn path_of(source: Source, name: &'static str, path: &Path) -> Source {
    source.key(name, quoted(path.display().to_string()), "")
}

fn folders(wanted: &Wanted, general: Option<&Place>, target: &Place) -> [Option<Source>; 2] {
    let sizes = |place: &Place| pictures::sizes(&place.path);
    let size = wanted
        .size
        .or_else(|| pictures::proposed(&general.map(sizes).unwrap_or_default(), &sizes(target)));
    let folder = |place: &Place| {
        let mut source = path_of(Source::new("image_folder"), "path", &place.path);
        if let Some([height, width]) = size {
            let about = "height and width that every picture is brought to";
            source = source.key("size", format!("[{height}, {width}]"), about);
        }
        if general.is_none() {
            source = source.key("channels", 1, "grey, as the drawn digits are");
        }
        source
    };
    [general.map(folder), Some(folder(target))]
}

/// # Errors
/// Bad input if the file with the labels is not known.
fn idx(place: &Place, name: &str) -> Result<Source, Error> {
    let labels = place
        .labels
        .clone()
        .or_else(|| beside(&place.path))
        .ok_or_else(|| {
            let message = format!(
                "the file with the labels of {} is not known",
                place.path.display()
            );
            Error::bad_input(message).hint(format!("name it with --{name}-labels"))
        })?;
    let source = path_of(Source::new("idx"), "images", &place.path);
    Ok(path_of(source, "labels", &labels))
}

/// The file of labels that belongs to one of images by MNIST's names, if there is one.
fn beside(images: &Path) -> Option<PathBuf> {
    let name = images.file_name()?.to_str()?;
    let labels = images.with_file_name(name.replace("images", "labels").replace("idx3", "idx1"));
    let packed = PathBuf::from(format!("{}.gz", labels.display()));
    (labels != images && (labels.exists() || packed.exists())).then_some(labels)
}

fn npz(place: &Place) -> Source {
    let source = path_of(Source::new("npz"), "path", &place.path);
    match &place.labels {
        Some(labels) => path_of(source, "labels", labels),
        None => source,
    }
}
