//! The grid: from segments to counts of inked subpixels.

use super::pen::Polyline;
use super::style::Point;

/// Subpixels per pixel and direction. optdigits was made so: the counts of set pixels in the 4 × 4
/// blocks of a 32 × 32 bitmap (Alpaydin and Kaynak, 1998).
pub(super) const SUBPIXELS: usize = 4;

/// The number of inked subpixels of a pixel that is all ink.
pub(super) const FULL: u8 = (SUBPIXELS * SUBPIXELS) as u8;

/// Draws polylines with a round pen and counts the inked subpixels of each pixel.
///
/// Points and `pen_diameter` are in subpixels: a grid of `height` × `width` pixels spans
/// `4 height` × `4 width`. A subpixel is inked if its centre is within half a diameter of a segment.
/// Returns `height × width` counts in 0..=16, row-major.
pub(super) fn count_ink(
    polylines: &[Polyline],
    pen_diameter: f32,
    height: usize,
    width: usize,
) -> Vec<u8> {
    let (rows, columns) = (height * SUBPIXELS, width * SUBPIXELS);
    let radius = pen_diameter / 2.0;
    let mut inked = vec![0; rows * columns];
    for ends in polylines.iter().flat_map(|p| p.windows(2)) {
        let (a, b) = (ends[0], ends[1]);
        let segment = Segment::new(a, b);
        // Centres lie at whole numbers + 1/2.
        let reach = |axis: usize, end: usize| {
            let low = (a[axis].min(b[axis]) - radius - 0.5).ceil().max(0.0) as usize;
            let high = (a[axis].max(b[axis]) + radius - 0.5).floor() + 1.0;
            low..(high.max(0.0) as usize).min(end)
        };
        for row in reach(1, rows) {
            let reached = reach(0, columns);
            let Some(row_of_ink) = inked.get_mut(row * columns..) else {
                continue;
            };
            for start in reached.clone().step_by(LANES) {
                let distances = segment.square_distances(start, row);
                let end = reached.end.min(start + LANES);
                for (ink, distance) in row_of_ink[start..end].iter_mut().zip(distances) {
                    *ink |= u8::from(distance <= radius * radius);
                }
            }
        }
    }
    let mut counts = vec![0; height * width];
    for (row, ink) in inked.chunks_exact(columns.max(1)).enumerate() {
        let pixels = &mut counts[row / SUBPIXELS * width..][..width];
        for (count, ink) in pixels.iter_mut().zip(ink.chunks_exact(SUBPIXELS)) {
            *count += ink.iter().sum::<u8>();
        }
    }
    counts
}

/// Subpixels side by side whose distances are computed together, in vectors: a pen reaches about as many.
const LANES: usize = 8;

/// A straight line from `a` on.
struct Segment {
    a: Point,
    along: Point,
    square_length: f32,
}

impl Segment {
    fn new(a: Point, b: Point) -> Self {
        let along = [b[0] - a[0], b[1] - a[1]];
        let square_length = along[0] * along[0] + along[1] * along[1];
        if square_length > 0.0 {
            Self {
                a,
                along,
                square_length,
            }
        } else {
            // A point; any length does for what lies along nothing.
            Self {
                a,
                along: [0.0; 2],
                square_length: 1.0,
            }
        }
    }

    /// The squares of the distances from the centres of the subpixels of a row, from the column `start` on.
    fn square_distances(&self, start: usize, row: usize) -> [f32; LANES] {
        let Self {
            a,
            along,
            square_length,
        } = *self;
        std::array::from_fn(|lane| {
            let centre = [(start + lane) as f32 + 0.5, row as f32 + 0.5];
            let from_a = [centre[0] - a[0], centre[1] - a[1]];
            let share = (from_a[0] * along[0] + from_a[1] * along[1]) / square_length;
            let share = share.clamp(0.0, 1.0);
            let away = [from_a[0] - share * along[0], from_a[1] - share * along[1]];
            away[0] * away[0] + away[1] * away[1]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: [Point; 2], pen_diameter: f32, expected: &[u8]) {
        let counts = count_ink(&[line.to_vec()], pen_diameter, 2, 2);
        assert_eq!(counts, expected, "{line:?} {pen_diameter}");
    }

    #[test]
    fn counts_are_those_of_the_inked_area() {
        // Hand count. Row of centres at y = 2.5 only, all eight columns: 4 per upper pixel.
        check([[0.0, 2.5], [8.0, 2.5]], 0.9, &[4, 4, 0, 0]);
        // Centres at y = 2.5, 3.5, 4.5, 5.5 lie within 2 of y = 4: two rows of each pixel.
        check([[0.0, 4.0], [8.0, 4.0]], 4.0, &[8, 8, 8, 8]);
        // A dot reaches the four centres at distance sqrt(1/2).
        check([[4.0, 4.0], [4.0, 4.0]], 1.5, &[1, 1, 1, 1]);
        // All ink, and none where the pen is far outside.
        check([[0.0, 4.0], [8.0, 4.0]], 20.0, &[FULL; 4]);
        check([[-9.0, -9.0], [-9.0, 20.0]], 4.0, &[0; 4]);
    }
}
