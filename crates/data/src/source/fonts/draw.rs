//! From outlines to the covered share of every pixel.

use ab_glyph::{GlyphId, Outline, OutlineCurve, OutlinedGlyph, Point, PxScaleFactor, Rect, point};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::face::{Face, bounds};
use super::{Fonts, Grid};

/// What is drawn at random for one character.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jitter {
    /// Share of the free height.
    size: f32,
    shear: f32,
    turn_radians: f32,
    /// Share of the grid's height, right and up.
    shift: [f32; 2],
}

impl Jitter {
    /// Draws one jitter within the ranges of `options`. Every call takes the same number of draws.
    pub(super) fn draw(options: &Fonts, rng: &mut ChaCha8Rng) -> Self {
        let mut within = |[low, high]: [f32; 2]| low + (high - low) * rng.random::<f32>();
        let (turn, shift) = (options.rotation_degrees, options.shift);
        Self {
            size: within(options.size),
            shear: within(options.slant_degrees).to_radians().tan(),
            turn_radians: within([-turn, turn]).to_radians(),
            shift: [within([-shift, shift]), within([-shift, shift])],
        }
    }

    /// A point slanted and turned.
    fn turn(&self, p: Point) -> Point {
        let (sin, cos) = self.turn_radians.sin_cos();
        let x = p.x + self.shear * p.y;
        point(x * cos - p.y * sin, x * sin + p.y * cos)
    }
}

/// Draws a character: the covered share of each pixel, 0..=1, row by row from the top.
///
/// The character is slanted and turned, scaled so that the tallest one of its face has the size asked
/// for, made smaller where it is too wide or too high for the grid inside the margin, centred, and
/// shifted as far as there is room.
pub(super) fn coverage(
    face: &Face,
    character: usize,
    jitter: &Jitter,
    grid: Grid,
    margin: f32,
) -> Vec<f32> {
    let lines = &face.outlines[character];
    // In the face's units.
    let (low, high) = bounds(lines.iter().flatten().map(|&p| jitter.turn(p)));
    let pixels = [grid.width, grid.height].map(|n| n as f32);
    let free = pixels.map(|n| n * (1.0 - 2.0 * margin));
    let extent = [high.x - low.x, high.y - low.y];
    let scale = (jitter.size * free[1] / face.height)
        .min(free[0] / extent[0])
        .min(free[1] / extent[1]);
    let middle = [f32::midpoint(low.x, high.x), f32::midpoint(low.y, high.y)];
    let origin: [f32; 2] = std::array::from_fn(|k| {
        let slack = ((free[k] - extent[k] * scale) / 2.0).max(0.0);
        let shift = (jitter.shift[k] * pixels[1]).clamp(-slack, slack);
        pixels[k] / 2.0 + shift - middle[k] * scale
    });
    let place = |p: Point| {
        let p = jitter.turn(p);
        // Rounding must not carry ink over the edge, where the rasterizer goes on in the next row.
        let x = (origin[0] + p.x * scale).clamp(0.0, pixels[0]);
        let y = (origin[1] + p.y * scale).clamp(0.0, pixels[1]);
        // The rasterizer turns the sign of y: from here on 0 is the top and the foot is negative.
        point(x, y - pixels[1])
    };
    rasterize(
        lines
            .iter()
            .map(|&[a, b]| OutlineCurve::Line(place(a), place(b)))
            .collect(),
        grid,
    )
}

/// The covered share of every pixel, found exactly. `curves` are in pixels, with y from 0 at the top
/// to the negative height.
fn rasterize(curves: Vec<OutlineCurve>, grid: Grid) -> Vec<f32> {
    let (width, height) = (grid.width, grid.height);
    // As large as the whole grid, so that the rasterizer has no offset of its own.
    let outline = Outline {
        bounds: Rect {
            min: point(0.0, 0.0),
            max: point(width as f32, -(height as f32)),
        },
        curves,
    };
    let scale = PxScaleFactor {
        horizontal: 1.0,
        vertical: 1.0,
    };
    let mut shares = vec![0.0; width * height];
    OutlinedGlyph::new(GlyphId(0).with_scale(1.0), outline, scale).draw(|x, y, share| {
        if let Some(pixel) = shares.get_mut(y as usize * width + x as usize) {
            // Above 1 where outlines overlap.
            *pixel = share.min(1.0);
        }
    });
    shares
}
