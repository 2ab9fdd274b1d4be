//! The hand: what differs from one drawn digit to the next.

use std::f32::consts::TAU;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::pen::Polyline;
use super::raster::SUBPIXELS;
use super::style::Point;
use super::{Grid, Strokes};

/// Waves that are added up to warp a digit.
const N_WAVES: usize = 2;

/// Cycles of a wave over the height of a digit: slow enough to bend a stroke, too slow to ripple it.
const WAVE_CYCLES: [f32; 2] = [0.3, 1.1];

/// Displaces points by a sine of their position.
#[derive(Debug, Clone, Copy)]
struct Wave {
    direction: Point,
    phase: f32,
    amplitude: Point,
}

/// What is drawn at random for one digit.
#[derive(Debug, Clone)]
pub(super) struct Jitter {
    waves: [Wave; N_WAVES],
    shear: f32,
    turn_radians: f32,
    width: f32,
    height: f32,
    /// Share of the digit's height.
    thickness: f32,
    /// Share of the grid's height, right and down.
    shift: Point,
}

impl Jitter {
    /// Draws one jitter within the ranges of `options`. Every call takes the same number of draws.
    pub(super) fn draw(options: &Strokes, rng: &mut ChaCha8Rng) -> Self {
        let mut within = |[low, high]: [f32; 2]| low + (high - low) * rng.random::<f32>();
        let wave = |within: &mut dyn FnMut([f32; 2]) -> f32| {
            let angle = within([0.0, TAU]);
            let cycles = within(WAVE_CYCLES);
            let warp = options.warp / N_WAVES as f32;
            Wave {
                direction: [TAU * cycles * angle.cos(), TAU * cycles * angle.sin()],
                phase: within([0.0, TAU]),
                amplitude: [within([-warp, warp]), within([-warp, warp])],
            }
        };
        let turn = options.rotation_degrees;
        Self {
            waves: std::array::from_fn(|_| wave(&mut within)),
            shear: within(options.slant_degrees).to_radians().tan(),
            turn_radians: within([-turn, turn]).to_radians(),
            width: within(options.width),
            height: within(options.height),
            thickness: within(options.thickness),
            shift: [
                within([-options.shift, options.shift]),
                within([-options.shift, options.shift]),
            ],
        }
    }

    /// Bends, slants and turns the strokes, then fits them into the grid as a scanner's size
    /// normalization does: `height` decides the size, the aspect ratio stays, and a digit too wide
    /// for the grid is narrowed. All ink stays inside.
    ///
    /// Returns the diameter of the pen; it and the points are then in subpixels.
    pub(super) fn place(&self, strokes: &mut [Polyline], grid: Grid, margin: f32) -> f32 {
        let (sin, cos) = self.turn_radians.sin_cos();
        for point in strokes.iter_mut().flatten() {
            let [x, y] = self.bend(*point);
            let [x, y] = [(x + self.shear * (0.5 - y)) * self.width, y];
            *point = [x * cos - y * sin, x * sin + y * cos];
        }
        let (low, high) = bounds(strokes);
        let subpixels = [grid.width, grid.height].map(|n| (n * SUBPIXELS) as f32);
        let free = subpixels.map(|n| n * (1.0 - 2.0 * margin));
        let pen_diameter = self.thickness * self.height * free[1];
        let scale = (self.height * free[1] - pen_diameter) / (high[1] - low[1]);
        let fit: Point = std::array::from_fn(|k| {
            let extent = high[k] - low[k];
            let room = (free[k] - pen_diameter).max(0.0);
            if extent * scale > room {
                room / extent
            } else {
                scale
            }
        });
        let origin: Point = std::array::from_fn(|k| {
            let slack = (free[k] - (high[k] - low[k]) * fit[k] - pen_diameter).max(0.0) / 2.0;
            let shift = (self.shift[k] * subpixels[1]).clamp(-slack, slack);
            subpixels[k] / 2.0 + shift - f32::midpoint(low[k], high[k]) * fit[k]
        });
        for point in strokes.iter_mut().flatten() {
            *point = std::array::from_fn(|k| origin[k] + point[k] * fit[k]);
        }
        pen_diameter
    }

    fn bend(&self, point: Point) -> Point {
        self.waves.iter().fold(point, |[x, y], wave| {
            let at = wave.direction[0] * point[0] + wave.direction[1] * point[1];
            let height = (at + wave.phase).sin();
            [
                x + wave.amplitude[0] * height,
                y + wave.amplitude[1] * height,
            ]
        })
    }
}

/// The smallest and the largest coordinates.
fn bounds(strokes: &[Polyline]) -> (Point, Point) {
    let start = ([f32::MAX; 2], [f32::MIN; 2]);
    strokes.iter().flatten().fold(start, |(low, high), point| {
        (
            std::array::from_fn(|k| low[k].min(point[k])),
            std::array::from_fn(|k| high[k].max(point[k])),
        )
    })
}
