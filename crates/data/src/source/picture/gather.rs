//! Many pictures: one shape for all, and what becomes of broken ones.

use std::mem;
use std::path::{Path, PathBuf};

use super::{Broken, Picture, PictureError, Rule};
use crate::{Memory, MemoryError, SourceError, Values, ValuesBuilder};

/// Names of broken pictures in a warning before the rest is only counted.
const MAX_LISTED: usize = 5;

/// Where a picture was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct Place {
    pub(in crate::source) path: PathBuf,
    /// In a table, its row and column.
    pub(in crate::source) cell: Option<String>,
}

impl Place {
    pub(in crate::source) fn file(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            cell: None,
        }
    }

    pub(in crate::source) fn error(self, problem: &str) -> SourceError {
        let problem = self.problem(problem);
        SourceError::content(self.path, problem)
    }

    fn broken(self, error: &PictureError) -> SourceError {
        SourceError::Broken {
            problem: self.problem(&error.to_string()),
            path: self.path,
        }
    }

    fn problem(&self, problem: &str) -> String {
        match &self.cell {
            Some(cell) => format!("{cell}: {problem}"),
            None => problem.to_owned(),
        }
    }

    fn text(&self) -> String {
        let path = self.path.display();
        match &self.cell {
            Some(cell) => format!("{path}, {cell}"),
            None => path.to_string(),
        }
    }
}

/// Collects decoded pictures in their order.
///
/// Where the rule leaves the number of channels open, it is 1 until the first picture in colour
/// comes, and those before it are then repeated.
pub(in crate::source) struct Gather<'a> {
    broken: Broken,
    memory: &'a Memory,
    values: ValuesBuilder,
    n_values: usize,
    channels: usize,
    may_grow: bool,
    /// The first picture and its height and width.
    first: Option<(Place, [usize; 2])>,
    n_seen: usize,
    left_out: Vec<String>,
    n_left_out: usize,
    first_reason: String,
}

impl<'a> Gather<'a> {
    pub(in crate::source) fn new(rule: &Rule, broken: Broken, memory: &'a Memory) -> Self {
        Self {
            broken,
            memory,
            values: ValuesBuilder::new(memory),
            n_values: 0,
            channels: rule.channels.unwrap_or(1),
            may_grow: rule.channels.is_none(),
            first: None,
            n_seen: 0,
            left_out: Vec::new(),
            n_left_out: 0,
            first_reason: String::new(),
        }
    }

    /// Adds the next picture; `false` if it is broken and left out.
    ///
    /// # Errors
    /// [`SourceError::Broken`] if it is broken and that is an error, [`SourceError::Content`] if its size
    /// differs from that of the first one; [`SourceError::Memory`].
    pub(in crate::source) fn add(
        &mut self,
        place: Place,
        picture: Result<Picture, PictureError>,
    ) -> Result<bool, SourceError> {
        self.n_seen += 1;
        let picture = match (picture, self.broken) {
            (Ok(picture), _) => picture,
            (Err(error), Broken::Error) => return Err(place.broken(&error)),
            (Err(error), Broken::Skip) => {
                self.leave_out(&place, &error);
                return Ok(false);
            }
        };
        let [channels, height, width] = picture.shape;
        match &self.first {
            None => self.first = Some((place, [height, width])),
            Some((first, size)) if *size != [height, width] => {
                let problem = format!(
                    "the picture has {height} × {width} pixels, and that in {} has {} × {}; \
                     expected one size, or the key `size`",
                    first.text(),
                    size[0],
                    size[1]
                );
                return Err(place.error(&problem));
            }
            Some(_) => {}
        }
        if self.may_grow && self.channels < channels {
            self.grow(channels, height * width)?;
        }
        for _ in 0..self.channels / channels {
            self.values.push_u8(&picture.values)?;
        }
        self.n_values += self.channels * height * width;
        Ok(true)
    }

    /// Everything that was added, its shape, and a warning if pictures were left out.
    ///
    /// # Errors
    /// [`SourceError::Memory`].
    pub(in crate::source) fn finish(self) -> Result<Gathered, MemoryError> {
        let [height, width] = self.first.map_or([0, 0], |(_, size)| size);
        let mut warnings = Vec::new();
        if self.n_left_out > 0 {
            let names = self.left_out.join(", ");
            let more = match self.n_left_out - self.left_out.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let (n, of, reason) = (self.n_left_out, self.n_seen, self.first_reason);
            warnings.push(format!(
                "{n} of {of} pictures are broken and were left out: {names}{more}; \
                 the first: {reason}"
            ));
        }
        Ok(Gathered {
            values: self.values.finish()?,
            shape: vec![self.channels, height, width],
            warnings,
        })
    }

    fn leave_out(&mut self, place: &Place, error: &PictureError) {
        if self.n_left_out == 0 {
            self.first_reason = error.to_string();
        }
        if self.left_out.len() < MAX_LISTED {
            self.left_out.push(place.text());
        }
        self.n_left_out += 1;
    }

    /// Repeats every grey picture so far.
    fn grow(&mut self, channels: usize, n_pixels: usize) -> Result<(), MemoryError> {
        let empty = ValuesBuilder::new(self.memory);
        let grey = mem::replace(&mut self.values, empty).finish()?;
        let mut plane = Vec::with_capacity(n_pixels);
        for start in (0..self.n_values).step_by(n_pixels) {
            plane.clear();
            plane.extend((start..start + n_pixels).map(|i| grey.get(i) as u8));
            for _ in 0..channels {
                self.values.push_u8(&plane)?;
            }
        }
        self.n_values *= channels;
        self.channels = channels;
        Ok(())
    }
}

/// What was gathered.
pub(in crate::source) struct Gathered {
    pub(in crate::source) values: Values,
    pub(in crate::source) shape: Vec<usize>,
    pub(in crate::source) warnings: Vec<String>,
}
