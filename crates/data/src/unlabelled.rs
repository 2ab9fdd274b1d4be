//! Inputs for a trained model: read as its data was read, but with labels only where they happen to be.
//!
//! The same readers do it, with the options of the chunk that was read in the same format (the target's
//! first), and what that chunk's [`Convert`] does to values is done here too. So an input comes out as
//! the examples of training did, before normalization.

mod error;
mod fit;
mod format;
mod input;

pub use self::error::UnlabelledError;
use self::fit::Fit;
pub use self::format::Format;
pub use self::input::Input;
pub(crate) use self::input::Origin;
use crate::convert::Convert;
use crate::source::picture::Broken;
use crate::source::{Context, Csv, Idx, ImageFolder, Npz, Source, SourceError, TableSchema};
use crate::{Tag, Values};

/// Examples of the shape that a model takes, not normalized yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Unlabelled {
    /// Row-major, as many numbers per example as the model takes.
    pub values: Values,
    /// What each example is called.
    pub ids: Ids,
    /// What the input says that they are, where it says so: any texts, after the chunk's renaming of
    /// classes.
    pub labels: Option<Tag>,
    /// What its user should know; whole sentences.
    pub warnings: Vec<String>,
}

/// What examples are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ids {
    /// So many rows, counted from 0 as in the `predictions/` of a run.
    Numbers(usize),
    /// Pictures by their paths: in a folder from it on, with `/` between the parts.
    Paths(Vec<String>),
}

/// One of the chunks that a model was trained with, as an example of how its data is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Precedent {
    /// With the options that more data of this format is read with.
    pub source: Source,
    /// Of a table.
    pub table: Option<TableSchema>,
    /// What was done to its values.
    pub convert: Option<Convert>,
}

/// How an input is read, and what the model takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// The chunks of the training: the target's first.
    pub precedents: Vec<Precedent>,
    /// The shape of one example.
    pub shape: Vec<usize>,
    /// The smallest and the largest value that the model was trained for; any if not known.
    pub range: Option<(f32, f32)>,
    /// The format; if absent, it is seen from the first bytes, else from the name.
    pub format: Option<Format>,
    /// Columns of a table that are left out beside those that were so in training.
    pub ignore: Vec<String>,
    /// Whether broken pictures are left out with a warning; else they are an error.
    pub skip_broken: bool,
    /// Whether the values have been converted already, as those that `plumb data export` writes.
    pub is_converted: bool,
}

/// What a reader finds, before it is brought to what the model takes.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Values,
    pub(crate) range: Option<(f32, f32)>,
    pub(crate) ids: Ids,
    pub(crate) labels: Option<Tag>,
    /// Whether it says by itself that its values have been converted.
    pub(crate) is_converted: bool,
    pub(crate) warnings: Vec<String>,
}

impl Ids {
    /// How many examples there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(n) => *n,
            Self::Paths(paths) => paths.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What example `i` is called.
    #[must_use]
    pub fn get(&self, i: usize) -> String {
        match self {
            Self::Paths(paths) => paths.get(i).cloned().unwrap_or_default(),
            Self::Numbers(_) => i.to_string(),
        }
    }
}

impl Unlabelled {
    /// Per example its label as an index into `classes`; `None` if it is none of them.
    ///
    /// Nothing if the input has no labels.
    #[must_use]
    pub fn label_indices(&self, classes: &[String]) -> Option<Vec<Option<u32>>> {
        let labels = self.labels.as_ref()?;
        let class = |text: &String| (0..).zip(classes).find(|(_, class)| *class == text);
        let classes: Vec<Option<u32>> = labels
            .values
            .iter()
            .map(|text| class(text).map(|(index, _)| index))
            .collect();
        let of = labels.of.iter().map(|&text| classes[text as usize]);
        Some(of.collect())
    }
}

impl Expected {
    /// The chunk of that source, and what was done to its values; where no chunk has it, what was done
    /// to the target's.
    fn precedent(&self, source: &str) -> (Option<&Precedent>, Option<&Convert>) {
        let same = self.precedents.iter().find(|p| p.source.name() == source);
        let nearest = same.or(self.precedents.first());
        (same, nearest.and_then(|p| p.convert.as_ref()))
    }

    /// How pictures are read: as those of a chunk, or else in their own size, grey or in colour as the
    /// model takes them.
    fn pictures(&self) -> (ImageFolder, Option<&Convert>) {
        let (same, convert) = self.precedent("image_folder");
        let mut options = match same.map(|p| &p.source) {
            Some(Source::ImageFolder(options)) => options.clone(),
            _ => ImageFolder::new(""),
        };
        if let ([channels @ (1 | 3), _, _], None) = (&self.shape[..], options.channels)
            && convert.is_none_or(|convert| convert.channels.is_none())
        {
            options.channels = Some(*channels);
        }
        if self.skip_broken {
            options.broken = Some(Broken::Skip);
        }
        (options, convert)
    }
}

/// Reads an input for a model: at least one example, each of the shape and the range that it takes.
///
/// Values beyond the memory budget of `context` go to a file, as those of training do.
///
/// # Errors
/// [`UnlabelledError`], which names the input and the place in it.
pub fn read_unlabelled(
    input: Input,
    expected: &Expected,
    context: &Context<'_>,
) -> Result<Unlabelled, UnlabelledError> {
    let name = input.name();
    let fitted = |found, convert| {
        Fit {
            name: &name,
            expected,
            convert,
        }
        .fit(found, context)
    };
    if let Input::Path(path) = &input
        && path.is_dir()
    {
        if let Some(format) = expected.format.filter(|format| *format != Format::Picture) {
            return Err(UnlabelledError::Folder { name, format });
        }
        let (options, convert) = expected.pictures();
        return fitted(options.read_unlabelled_folder(path, context)?, convert);
    }
    let begun = input.begin().map_err(SourceError::from)?;
    if begun.start.is_empty() {
        return Err(UnlabelledError::Empty { name });
    }
    let origin = begun.origin.clone();
    let guessed = || Format::guess(&begun.start, &origin.path);
    let Some(format) = expected.format.or_else(guessed) else {
        return Err(UnlabelledError::NoFormat { name });
    };
    match format {
        Format::Csv => {
            let (same, convert) = expected.precedent("csv");
            let mut options = match same.map(|p| &p.source) {
                Some(Source::Csv(options)) => options.clone(),
                _ => Csv::new("", "label"),
            };
            let ignore = expected.ignore.iter().map(|name| name.as_str().into());
            options.ignore.extend(ignore);
            let table = same.and_then(|p| p.table.as_ref());
            let found = options.read_unlabelled(begun.content(), &origin, table, context.memory)?;
            fitted(found, convert)
        }
        Format::Idx => {
            let (same, convert) = expected.precedent("idx");
            let options = match same.map(|p| &p.source) {
                Some(Source::Idx(options)) => options.clone(),
                _ => Idx::new("", ""),
            };
            let found = options.read_unlabelled(begun.content(), &origin, context)?;
            fitted(found, convert)
        }
        Format::Npz => {
            let (same, convert) = expected.precedent("npz");
            let options = match same.map(|p| &p.source) {
                Some(Source::Npz(options)) => options.clone(),
                _ => Npz::new(""),
            };
            let found = options.read_unlabelled(begun.content(), &origin, context)?;
            fitted(found, convert)
        }
        Format::Picture => {
            let (options, convert) = expected.pictures();
            let found = options.read_unlabelled(begun.content(), &origin, context)?;
            fitted(found, convert)
        }
    }
}

#[cfg(test)]
mod tests;
