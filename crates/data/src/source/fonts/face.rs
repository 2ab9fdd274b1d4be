//! One face: the outlines of the characters that are drawn.

use ab_glyph::{Font, FontRef, GlyphId, OutlineCurve, Point, point};

/// Lines that a curve is drawn as. A quadratic Bézier curve departs from `n` chords by
/// `|p0 − 2 p1 + p2| / (8 n²)`: with a quarter of the height in the numerator, by 1/2048 of it.
const N_LINES_QUAD: usize = 8;

/// A cubic one is about as bent as two quadratic ones.
const N_LINES_CUBIC: usize = 16;

/// Curves that all characters of a face may have together. A glyph made of glyphs can claim any
/// number; the faces of Debian have at most a few hundred per character.
const MAX_CURVES: usize = 1 << 20;

/// The outlines of some characters in one face, in the face's own units, with y upwards.
#[derive(Debug, Clone)]
pub struct Face {
    /// Per character the lines of its outline, each with its two ends.
    pub(super) outlines: Vec<Vec<[Point; 2]>>,
    /// The height of the tallest character.
    pub(super) height: f32,
}

/// Why a face cannot be drawn from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaceError {
    /// The bytes are no font.
    #[error("found no font; expected TrueType or OpenType")]
    NoFont,
    /// The face has no outline for the character.
    #[error("the face has no outline for `{0}`")]
    Lacks(char),
    /// The outlines cannot be used.
    #[error("the outlines have too many curves, or numbers that are not finite")]
    Outlines,
}

impl Face {
    /// Reads the outlines of `characters`; of a collection, those of its first face.
    ///
    /// # Errors
    /// [`FaceError`] if the bytes are no font, or if it lacks one of them.
    pub fn parse(bytes: &[u8], characters: &[char]) -> Result<Self, FaceError> {
        let font = FontRef::try_from_slice(bytes).map_err(|_| FaceError::NoFont)?;
        let mut outlines = Vec::with_capacity(characters.len());
        let (mut height, mut n_curves) = (0.0_f32, 0);
        for &character in characters {
            let glyph = font.glyph_id(character);
            // Glyph 0 is the box that stands for a missing one.
            let found = (glyph != GlyphId(0)).then(|| font.outline(glyph)).flatten();
            let curves = found.ok_or(FaceError::Lacks(character))?.curves;
            n_curves += curves.len();
            if n_curves > MAX_CURVES {
                return Err(FaceError::Outlines);
            }
            let lines = flatten(&curves);
            let (low, high) = bounds(lines.iter().flatten().copied());
            let extent = [high.x - low.x, high.y - low.y];
            if !extent.iter().all(|e| e.is_finite()) {
                return Err(FaceError::Outlines);
            }
            if extent.iter().any(|&e| e <= 0.0) {
                return Err(FaceError::Lacks(character));
            }
            height = height.max(extent[1]);
            outlines.push(lines);
        }
        Ok(Self { outlines, height })
    }
}

fn flatten(curves: &[OutlineCurve]) -> Vec<[Point; 2]> {
    let mut lines = Vec::new();
    for curve in curves {
        let (start, n) = match *curve {
            OutlineCurve::Line(a, _) => (a, 1),
            OutlineCurve::Quad(a, ..) => (a, N_LINES_QUAD),
            OutlineCurve::Cubic(a, ..) => (a, N_LINES_CUBIC),
        };
        let mut from = start;
        for i in 1..=n {
            let to = at(curve, i as f32 / n as f32);
            lines.push([from, to]);
            from = to;
        }
    }
    lines
}

/// The point of a curve at a `share` in 0..=1 of its way, by de Casteljau's rule.
fn at(curve: &OutlineCurve, share: f32) -> Point {
    // Exact at both ends, so that outlines stay closed.
    let mix = |from: f32, to: f32| from * (1.0 - share) + to * share;
    let between = |from: Point, to: Point| point(mix(from.x, to.x), mix(from.y, to.y));
    let quad = |a, b, c| between(between(a, b), between(b, c));
    match *curve {
        OutlineCurve::Line(a, b) => between(a, b),
        OutlineCurve::Quad(a, b, c) => quad(a, b, c),
        OutlineCurve::Cubic(a, b, c, d) => between(quad(a, b, c), quad(b, c, d)),
    }
}

/// The smallest and the largest coordinates.
pub(super) fn bounds(points: impl Iterator<Item = Point>) -> (Point, Point) {
    let start = (
        point(f32::INFINITY, f32::INFINITY),
        point(f32::NEG_INFINITY, f32::NEG_INFINITY),
    );
    points.fold(start, |(low, high), p| {
        (
            point(low.x.min(p.x), low.y.min(p.y)),
            point(high.x.max(p.x), high.y.max(p.y)),
        )
    })
}
