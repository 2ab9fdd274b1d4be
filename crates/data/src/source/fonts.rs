//! Digits and letters drawn from font files.

mod draw;
mod face;
mod options;

use std::fs;
use std::path::PathBuf;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::draw::Jitter;
pub use self::face::{Face, FaceError};
use super::file::{MAX_UNPACKED_BYTES, Opened};
use super::folder::files_below;
use super::{Context, Grid, Loaded, Progress, SourceError};
use crate::seed::stream;
use crate::{Examples, FieldError, FileHash, Tag, ValuesBuilder};

/// Examples that are drawn at a time; then their numbers are collected.
const CHUNK: usize = 4096;

/// No font file is read that is larger: 512 MiB, above the largest collections.
const MAX_FILE_BYTES: u64 = 512 << 20;

/// Faces that a warning names before it only counts the rest.
const MAX_LISTED: usize = 5;

/// Characters drawn from the faces of TrueType and OpenType files.
///
/// Ranges are `[smallest, largest]`; each example draws its own value, uniformly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fonts {
    /// Font files to draw from; of a collection the first face. One that cannot be read is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faces: Option<Vec<PathBuf>>,
    /// A folder: all files in and below it whose names end in `.ttf`, `.otf` or `.ttc`, sorted. One
    /// that cannot be read is left out with a warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// Faces are left out whose file name contains one of these texts. Meant for faces that keep
    /// pictures under the codes of letters, such as the Dingbats `D050000L`: nothing in the file says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Vec<String>>,
    /// The characters to draw; each is a class of its own. The ten digits if absent.
    #[serde(default = "default_characters")]
    pub characters: String,
    /// How many characters to draw. With the same seed a smaller number is the beginning of a larger
    /// one.
    pub examples: usize,
    /// Height of the tallest of the characters in its face, as a share of the grid's height inside
    /// the margin. The others keep their proportions to it.
    #[serde(default = "default_size")]
    pub size: [f32; 2],
    /// Slant to the right, in degrees, in addition to that of the face.
    #[serde(default = "default_slant_degrees")]
    pub slant_degrees: [f32; 2],
    /// Turn to either side, in degrees at most.
    #[serde(default = "default_rotation_degrees")]
    pub rotation_degrees: f32,
    /// Shift from the centre in either direction at most, as a share of the grid's height. A
    /// character that fills the grid has no room to shift.
    #[serde(default = "default_shift")]
    pub shift: f32,
    /// Empty border on each side, as a share of the grid: 1/7 for MNIST.
    #[serde(default)]
    pub margin: f32,
    /// Height and width of a picture in pixels; that of the other chunk if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<[usize; 2]>,
    /// The value of a pixel that is all ink. If absent, that of the other chunk, else 255.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f32>,
}

fn default_characters() -> String {
    "0123456789".to_owned()
}
fn default_size() -> [f32; 2] {
    [0.75, 0.95]
}
fn default_slant_degrees() -> [f32; 2] {
    [-5.0, 10.0]
}
fn default_rotation_degrees() -> f32 {
    8.0
}
fn default_shift() -> f32 {
    0.05
}

/// The faces that have all characters, and their files; warnings name those that have not.
struct Usable {
    faces: Vec<Face>,
    names: Vec<String>,
    files: Vec<FileHash>,
    warnings: Vec<String>,
}

impl Fonts {
    /// Draws the characters.
    ///
    /// Example `i` is of class `i % n`, with `n` characters, and takes the faces in turn, so class
    /// counts differ by one at most. Its jitter comes from a stream of its own. The same character of
    /// the same face is the same original, however it is turned; the source is the face, by the name
    /// of its file, and so is the tag `face`. The shape is `[1, height, width]`, the range `0..=max`.
    /// A pixel is the share of its area that the character covers, times `max`; rounded if `max` is
    /// whole and in 16..=255. Every character lies inside the margin; one that is too wide is drawn
    /// smaller. `files` are those of the faces that are drawn from.
    ///
    /// # Errors
    /// [`SourceError::Field`] if [`Fonts::check`] fails or if no face has all characters,
    /// [`SourceError::NoGrid`] and [`SourceError::Grid`] if there is no grid or if it has no pixels or
    /// no positive maximum, [`SourceError::File`] and [`SourceError::Content`] if a file of `faces`
    /// cannot be read or is no font.
    pub fn load(&self, context: &Context<'_>) -> Result<Loaded, SourceError> {
        self.check()?;
        let grid = self.grid(context)?;
        self.check_examples(grid)?;
        let characters: Vec<char> = self.characters.chars().collect();
        let Usable {
            faces,
            names,
            files,
            warnings,
        } = self.read_faces(&characters)?;
        let (n, total) = (characters.len(), self.examples);
        let face_of = |i: usize| i / n % faces.len();
        let mut values = ValuesBuilder::new(context.memory);
        for start in (0..total).step_by(CHUNK) {
            let end = total.min(start + CHUNK);
            let draw = |i: usize| self.draw(&faces[face_of(i)], i % n, context.seed, i, grid);
            let drawn: Vec<Vec<f32>> = (start..end).into_par_iter().map(draw).collect();
            for pixels in drawn {
                values.push_f32(&pixels)?;
            }
            (context.on_progress)(Progress { done: end, total });
        }
        let source: Vec<u32> = (0..total).map(|i| face_of(i) as u32).collect();
        let tag = Tag {
            name: "face".to_owned(),
            values: names.clone(),
            of: source.clone(),
            is_pool: false,
        };
        let examples = Examples {
            shape: vec![1, grid.height, grid.width],
            values: values.finish()?,
            range: Some((0.0, grid.max)),
            labels: (0..total).map(|i| (i % n) as u32).collect(),
            classes: characters.iter().map(ToString::to_string).collect(),
            source,
            source_names: names,
            original: (0..total)
                .map(|i| (face_of(i) * n + i % n) as u64)
                .collect(),
            tags: vec![tag.pool()],
        };
        Ok(Loaded {
            warnings,
            ..Loaded::read(examples, files)
        })
    }

    /// Draws one example: the covered share of each pixel, times the maximum.
    fn draw(&self, face: &Face, character: usize, seed: u64, i: usize, grid: Grid) -> Vec<f32> {
        let mut rng = stream(seed, "fonts");
        rng.set_stream(i as u64);
        let jitter = Jitter::draw(self, &mut rng);
        let mut pixels = draw::coverage(face, character, &jitter, grid, self.margin);
        let is_whole = (16.0..=255.0).contains(&grid.max) && grid.max.fract() == 0.0;
        for pixel in &mut pixels {
            *pixel *= grid.max;
            if is_whole {
                *pixel = pixel.round();
            }
        }
        pixels
    }

    /// The grid of the options, completed by that of the context.
    fn grid(&self, context: &Context<'_>) -> Result<Grid, SourceError> {
        let mut grid = match self.grid {
            Some([height, width]) => Grid {
                height,
                width,
                max: context.grid.map_or(255.0, |g| g.max),
            },
            None => context.grid()?,
        };
        grid.max = self.max.unwrap_or(grid.max);
        if grid.height == 0 || grid.width == 0 || !(grid.max > 0.0 && grid.max.is_finite()) {
            return Err(SourceError::Grid { grid });
        }
        Ok(grid)
    }

    /// Checks that the pixels of all examples are not more than memory is meant for.
    fn check_examples(&self, grid: Grid) -> Result<(), FieldError> {
        let n_pixels = (grid.height as u64).saturating_mul(grid.width as u64);
        let most = MAX_UNPACKED_BYTES / n_pixels;
        if self.examples as u64 > most {
            let message = format!(
                "is {}; expected at most {most}, which fill {MAX_UNPACKED_BYTES} bytes",
                self.examples
            );
            return Err(FieldError::new("examples", message));
        }
        Ok(())
    }

    /// Reads all faces and leaves out those that cannot be drawn from.
    fn read_faces(&self, characters: &[char]) -> Result<Usable, SourceError> {
        let mut paths: Vec<(PathBuf, bool)> = Vec::new();
        paths.extend(self.faces.iter().flatten().map(|p| (p.clone(), true)));
        if let Some(folder) = &self.path {
            let found = files_below(folder)?.into_iter();
            let fonts = found.filter(|f| f.has_extension(&["ttf", "otf", "ttc"]));
            paths.extend(fonts.map(|f| (f.path, false)));
        }
        paths.retain(|(path, _)| !self.excludes(path));
        let (mut faces, mut lacking, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
        for (path, is_named) in paths {
            match read_face(&path, characters) {
                Ok((face, hash)) => faces.push((path, face, hash)),
                Err(Unusable::Lacks(c)) => lacking.push(format!("{} (`{c}`)", path.display())),
                Err(Unusable::Error(error)) if is_named => return Err(error),
                Err(Unusable::Error(error)) => unreadable.push(error.to_string()),
            }
        }
        let mut warnings = Vec::new();
        if !lacking.is_empty() {
            let n = lacking.len();
            let s = if n == 1 {
                "face lacks a character and was"
            } else {
                "faces lack a character and were"
            };
            warnings.push(format!("{n} {s} left out: {}", listed(&lacking)));
        }
        if !unreadable.is_empty() {
            let n = unreadable.len();
            let s = if n == 1 {
                "file is no font and was"
            } else {
                "files are no fonts and were"
            };
            warnings.push(format!("{n} {s} left out: {}", listed(&unreadable)));
        }
        if faces.is_empty() {
            let field = if self.faces.is_some() {
                "faces"
            } else {
                "path"
            };
            let end: String = warnings.iter().flat_map(|w| ["; ", w]).collect();
            let message = format!("gives no face with all of `{}`{end}", self.characters);
            return Err(FieldError::new(field, message).into());
        }
        let paths: Vec<&PathBuf> = faces.iter().map(|(path, ..)| path).collect();
        let names = face_names(&paths);
        let (faces, files) = faces
            .into_iter()
            .map(|(_, face, hash)| (face, hash))
            .unzip();
        Ok(Usable {
            faces,
            names,
            files,
            warnings,
        })
    }

    fn excludes(&self, path: &std::path::Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.exclude
            .iter()
            .flatten()
            .any(|part| name.contains(part.as_str()))
    }
}

/// Why a file is not drawn from.
enum Unusable {
    Lacks(char),
    Error(SourceError),
}

fn read_face(path: &PathBuf, characters: &[char]) -> Result<(Face, FileHash), Unusable> {
    let n_bytes = fs::metadata(path).map_or(0, |m| m.len());
    if n_bytes > MAX_FILE_BYTES {
        let problem = format!("the file has {n_bytes} bytes; expected at most {MAX_FILE_BYTES}");
        return Err(Unusable::Error(SourceError::content(path, problem)));
    }
    let read = Opened::open(path).and_then(Opened::read_all);
    let (bytes, hash) = read.map_err(|error| Unusable::Error(error.into()))?;
    match Face::parse(&bytes, characters) {
        Ok(face) => Ok((face, hash)),
        Err(FaceError::Lacks(character)) => Err(Unusable::Lacks(character)),
        Err(error) => Err(Unusable::Error(SourceError::content(
            path,
            error.to_string(),
        ))),
    }
}

/// File names without their ends; where two faces share one, the whole paths.
fn face_names(paths: &[&PathBuf]) -> Vec<String> {
    let stem = |path: &PathBuf| {
        path.file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let stems: Vec<String> = paths.iter().map(|p| stem(p)).collect();
    let is_shared = |name: &String| stems.iter().filter(|s| *s == name).count() > 1;
    let named = stems.iter().zip(paths);
    named
        .map(|(s, p)| {
            if is_shared(s) {
                p.display().to_string()
            } else {
                s.clone()
            }
        })
        .collect()
}

fn listed(texts: &[String]) -> String {
    let first = texts[..texts.len().min(MAX_LISTED)].join(", ");
    match texts.len().saturating_sub(MAX_LISTED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

#[cfg(test)]
mod tests;
