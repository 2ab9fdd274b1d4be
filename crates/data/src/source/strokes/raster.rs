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
    let mut inked = vec![false; rows * columns];
    for segment in polylines.iter().flat_map(|p| p.windows(2)) {
        let (a, b) = (segment[0], segment[1]);
        // Centres lie at whole numbers + 1/2.
        let reach = |axis: usize, end: usize| {
            let low = (a[axis].min(b[axis]) - radius - 0.5).ceil().max(0.0) as usize;
            let high = (a[axis].max(b[axis]) + radius - 0.5).floor() + 1.0;
            low..(high.max(0.0) as usize).min(end)
        };
        for row in reach(1, rows) {
            for column in reach(0, columns) {
                let centre = [column as f32 + 0.5, row as f32 + 0.5];
                if square_distance(centre, a, b) <= radius * radius {
                    inked[row * columns + column] = true;
                }
            }
        }
    }
    let mut counts = vec![0; height * width];
    for (i, _) in inked.iter().enumerate().filter(|(_, ink)| **ink) {
        let (row, column) = (i / columns, i % columns);
        counts[row / SUBPIXELS * width + column / SUBPIXELS] += 1;
    }
    counts
}

/// The square of the distance from `p` to the segment from `a` to `b`.
fn square_distance(p: Point, a: Point, b: Point) -> f32 {
    let along = [b[0] - a[0], b[1] - a[1]];
    let from_a = [p[0] - a[0], p[1] - a[1]];
    let square_length = along[0] * along[0] + along[1] * along[1];
    let share = if square_length > 0.0 {
        ((from_a[0] * along[0] + from_a[1] * along[1]) / square_length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let away = [from_a[0] - share * along[0], from_a[1] - share * along[1]];
    away[0] * away[0] + away[1] * away[1]
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
