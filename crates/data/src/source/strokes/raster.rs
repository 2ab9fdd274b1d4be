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
    // A few more than there are, so that lanes may reach beyond the end.
    let mut inked = vec![0; rows * columns + LANES];
    for ends in polylines.iter().flat_map(|p| p.windows(2)) {
        let (a, b) = (ends[0], ends[1]);
        let segment = Segment::new(a, b);
        // Centres lie at whole numbers + 1/2.
        let reach = |axis: usize, end: usize| {
            let low = (a[axis].min(b[axis]) - radius - 0.5).ceil().max(0.0) as usize;
            let high = (a[axis].max(b[axis]) + radius - 0.5).floor() + 1.0;
            low..(high.max(0.0) as usize).min(end)
        };
        let reached = reach(0, columns);
        for row in reach(1, rows) {
            for column in reached.clone().step_by(LANES) {
                let ink = inked[row * columns + column..].first_chunk_mut();
                let n_lanes = (reached.end - column) as u32;
                if let Some(ink) = ink {
                    segment.ink([column, row], radius * radius, n_lanes, ink);
                }
            }
        }
    }
    let mut counts = vec![0; height * width];
    let inked = inked[..rows * columns].chunks_exact(columns.max(1));
    for (row, ink) in inked.enumerate() {
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

    /// Inks those of the first `n_lanes` subpixels from `[column, row]` on whose centres are near: within a distance
    /// whose square is `square_radius`.
    ///
    /// One operation at a time for all lanes, which the compiler turns into vectors; per subpixel they are those of
    /// the distance from a point to a segment.
    fn ink(
        &self,
        [column, row]: [usize; 2],
        square_radius: f32,
        n_lanes: u32,
        ink: &mut [u8; LANES],
    ) {
        let [along_x, along_y] = self.along;
        let from_a_y = row as f32 + 0.5 - self.a[1];
        let (mut from_a_x, mut shares, mut squares) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for (lane, x) in (0_u8..).zip(&mut from_a_x) {
            *x = column as f32 + f32::from(lane) + 0.5 - self.a[0];
        }
        for (share, x) in shares.iter_mut().zip(from_a_x) {
            let projected: f32 = (x * along_x + from_a_y * along_y) / self.square_length;
            *share = projected.clamp(0.0, 1.0);
        }
        for ((square, share), x) in squares.iter_mut().zip(shares).zip(from_a_x) {
            let away = [x - share * along_x, from_a_y - share * along_y];
            *square = away[0] * away[0] + away[1] * away[1];
        }
        for ((lane, ink), square) in (0..).zip(ink).zip(squares) {
            *ink |= u8::from(square <= square_radius) & u8::from(lane < n_lanes);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(line: [Point; 2], pen_diameter: f32, expected: &[u8]) {
        let counts = count_ink(&[line.to_vec()], pen_diameter, 2, 2);
        assert_eq!(counts, expected, "{line:?} {pen_diameter}");
    }

    /// Every subpixel of every segment by the formula of the distance from a point to a segment, one at a time.
    fn by_definition(line: &[Point], pen_diameter: f32, height: usize, width: usize) -> Vec<u8> {
        let is_near = |centre: Point, a: Point, b: Point| {
            let along = [b[0] - a[0], b[1] - a[1]];
            let from_a = [centre[0] - a[0], centre[1] - a[1]];
            let square_length = along[0] * along[0] + along[1] * along[1];
            let share = if square_length > 0.0 {
                ((from_a[0] * along[0] + from_a[1] * along[1]) / square_length).clamp(0.0, 1.0)
            } else {
                0.0
            };
            let away = [from_a[0] - share * along[0], from_a[1] - share * along[1]];
            away[0] * away[0] + away[1] * away[1] <= pen_diameter * pen_diameter / 4.0
        };
        let mut counts = vec![0; height * width];
        for row in 0..height * SUBPIXELS {
            for column in 0..width * SUBPIXELS {
                let centre = [column as f32 + 0.5, row as f32 + 0.5];
                let inked = line
                    .windows(2)
                    .any(|ends| is_near(centre, ends[0], ends[1]));
                counts[row / SUBPIXELS * width + column / SUBPIXELS] += u8::from(inked);
            }
        }
        counts
    }

    proptest! {
        /// Whole lanes or parts of them, at every edge: quarters, so that nothing is rounded and no centre is beyond
        /// what a segment reaches by a hair.
        #[test]
        fn lanes_ink_what_one_at_a_time_inks(
            points in prop::collection::vec((-8..72_i8, -8..72_i8), 1..9),
            quarters in 1..40_u8,
            (height, width) in (1..4_usize, 1..5_usize),
        ) {
            let quarter = |n: i8| f32::from(n) / 4.0;
            let line: Vec<Point> = points.iter().map(|&(x, y)| [quarter(x), quarter(y)]).collect();
            let pen_diameter = f32::from(quarters) / 4.0;
            let counts = count_ink(std::slice::from_ref(&line), pen_diameter, height, width);
            prop_assert_eq!(counts, by_definition(&line, pen_diameter, height, width));
        }
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
