//! The tables `[data.general.…]` and `[data.target.…]` of a first config.

use std::{
    collections::BTreeSet,
    fmt::Display,
    path::{Path, PathBuf},
};

use super::{
    Place, Wanted, kind_of, pictures,
    table::{Column, Table},
};
use crate::{
    Error,
    cli::{FirstNetwork, Kind},
};

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
    fn new(name: &'static str) -> Self {
        Self {
            name,
            keys: Vec::new(),
        }
    }

    fn key(mut self, name: &'static str, value: impl Display, about: &'static str) -> Self {
        let value = value.to_string();
        self.keys.push(Key { name, value, about });
        self
    }

    /// Adds a key with a list of texts, unless it is empty.
    fn list(self, name: &'static str, texts: &[String], about: &'static str) -> Self {
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

fn path_of(source: Source, name: &'static str, path: &Path) -> Source {
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

/// # Errors
/// Bad input if a table can't be read, or its label is not known.
fn tables(
    wanted: &Wanted,
    general: Option<&Place>,
    target: &Place,
) -> Result<[Option<Source>; 2], Error> {
    let read = |place: &Place| Table::read(&place.path);
    let (of_general, of_target) = (general.map(read).transpose()?, read(target)?);
    let label = match &wanted.label {
        Some(label) => label.clone(),
        None => of_target
            .label()
            .map(|column| column.name.clone())
            .ok_or_else(|| {
                let message = format!(
                    "{}: which column has the label is not clear",
                    target.path.display()
                );
                Error::bad_input(message).hint(format!(
                    "name it with --label, one of {}",
                    names(&of_target)
                ))
            })?,
    };
    for (place, table) in general
        .zip(of_general.as_ref())
        .into_iter()
        .chain([(target, &of_target)])
    {
        if table.find(&label).is_none() {
            let message = format!("{} has no column `{label}`", place.path.display());
            return Err(
                Error::bad_input(message).hint(format!("--label is one of {}", names(table)))
            );
        }
    }
    if let (Some(place), Some(table)) = (general, &of_general)
        && let Some((column, other)) = first_swapped(table, &of_target, &label)
    {
        let message = format!(
            "{} has the column `{column}` where {} has `{other}`",
            place.path.display(),
            target.path.display()
        );
        return Err(
            Error::bad_input(message).hint("expected the columns that both have in one order")
        );
    }
    let others = of_general.as_ref().unwrap_or(&of_target);
    let source = |place: &Place, table: &Table, other: &Table| {
        table_source(wanted, place, table, other, &label, general.is_none())
    };
    Ok([
        general
            .zip(of_general.as_ref())
            .map(|(place, table)| source(place, table, &of_target)),
        Some(source(target, &of_target, others)),
    ])
}

/// The first of the columns that both tables have, in which they differ.
fn first_swapped<'a>(
    one: &'a Table,
    other: &'a Table,
    label: &'a str,
) -> Option<(&'a str, &'a str)> {
    fn both<'a>(
        table: &'a Table,
        other: &'a Table,
        label: &'a str,
    ) -> impl Iterator<Item = &'a str> {
        let names = table.columns.iter().map(|column| column.name.as_str());
        names.filter(move |name| *name != label && other.find(name).is_some())
    }
    both(one, other, label)
        .zip(both(other, one, label))
        .find(|(one, other)| one != other)
}

/// What a table's columns are, beside those of the other table.
fn table_source(
    wanted: &Wanted,
    place: &Place,
    table: &Table,
    other: &Table,
    label: &str,
    is_beside_drawn: bool,
) -> Source {
    let mut source = path_of(Source::new("csv"), "path", &place.path);
    if table.has_header {
        source = source.key("label", quoted(label), "the column with the class");
    } else {
        source = source.key("label", label, "the column with the class, counted from 1");
        source = source.key("header", false, "the first line is an example");
    }
    if table.delimiter != ',' {
        source = source.key("delimiter", quoted(table.delimiter), "");
    }
    let side = table.square(label);
    let wants_picture = is_beside_drawn || wanted.network == Some(FirstNetwork::Cnn);
    let shape = wanted.shape.clone().or_else(|| {
        side.filter(|_| wants_picture)
            .map(|side| vec![1, side, side])
    });
    if let Some(shape) = &shape {
        source = source.key("shape", format!("{shape:?}"), "channels, height, width");
        let largest = |table: &Table| {
            table
                .numbers(label)
                .map(|column| column.largest)
                .fold(0.0, f64::max)
        };
        let largest = largest(table).max(largest(other));
        let usual = [1.0, 16.0, 255.0]
            .into_iter()
            .find(|usual| largest <= *usual);
        let range = format!("[0, {}]", usual.unwrap_or(largest));
        source = source.key(
            "range",
            range,
            "the smallest and the largest value there can be",
        );
    }
    let (mut ignored, mut categorical, mut categories) = (Vec::new(), Vec::new(), Vec::new());
    let mut missing = BTreeSet::new();
    for column in table.columns.iter().filter(|column| column.name != label) {
        let pair = other.find(&column.name).map(|other| [column, other]);
        let Some(pair) = pair else {
            ignored.push(column.name.clone());
            continue;
        };
        if pair.iter().all(|column| column.is_number) {
            missing.extend(column.missing.iter().cloned());
        } else if let Some([texts, others]) = texts_of(pair) {
            categorical.push(column.name.clone());
            if texts != others {
                let all: Vec<_> = texts.union(others).map(quoted).collect();
                categories.push(format!("{} = [{}]", key(&column.name), all.join(", ")));
            }
        } else {
            ignored.push(column.name.clone());
        }
    }
    source = source.list(
        "ignore",
        &ignored,
        "no features: not in both tables, or too many different texts",
    );
    source = source.list(
        "categorical",
        &categorical,
        "texts: one feature per category",
    );
    if !categories.is_empty() {
        let about = "all there are, since each table has some of its own";
        source = source.key(
            "categories",
            format!("{{ {} }}", categories.join(", ")),
            about,
        );
    }
    if !missing.is_empty() {
        if missing.iter().any(|text| !text.is_empty()) {
            let texts: Vec<_> = missing.into_iter().collect();
            source = source.list("missing", &texts, "what stands where a value is missing");
        }
        source = source.key(
            "fill",
            quoted("median"),
            "what takes the place of missing values",
        );
    }
    source
}

/// The categories of a column in both tables, if they are few.
fn texts_of([column, other]: [&Column; 2]) -> Option<[&BTreeSet<String>; 2]> {
    Some([column.categories.as_ref()?, other.categories.as_ref()?])
}

/// A key of a table as TOML writes it.
fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(is_bare) {
        name.into()
    } else {
        quoted(name)
    }
}

/// The columns of a table for a hint, if they fit on a line.
fn names(table: &Table) -> String {
    const MAX_NAMES: usize = 20;
    let mut names: Vec<_> = table
        .columns
        .iter()
        .take(MAX_NAMES)
        .map(|column| column.name.clone())
        .collect();
    if table.columns.len() > MAX_NAMES {
        names.push(format!("and {} more", table.columns.len() - MAX_NAMES));
    }
    names.join(", ")
}
