//! The pen: from a style's strokes to short straight segments.

use super::style::{Point, Stroke};

/// A polyline: the points where the pen bends.
pub(super) type Polyline = Vec<Point>;

/// Segments between two points of a stroke: short enough that neither the spline nor the warp shows
/// corners at 4 × 28 subpixels.
const SEGMENTS_PER_SPAN: usize = 6;

/// Divides a stroke into short segments.
pub(super) fn flatten(stroke: Stroke) -> Polyline {
    match stroke {
        Stroke::Line(points) => through(points.len() - 1, |i, t| mix(points[i], points[i + 1], t)),
        Stroke::Curve(points) => {
            let last = points.len() - 1;
            through(last, |i, t| {
                let [p1, p2] = [points[i], points[i + 1]];
                // The end points count twice, so that the curve begins and ends at them.
                spline(
                    points[i.saturating_sub(1)],
                    p1,
                    p2,
                    points[(i + 2).min(last)],
                    t,
                )
            })
        }
        Stroke::Loop(points) => {
            let n = points.len();
            through(n, |i, t| {
                let at = |k: usize| points[(i + k) % n];
                spline(at(n - 1), at(0), at(1), at(2), t)
            })
        }
    }
}

/// Walks over `n_spans` spans; `at(span, t)` is the point at the share `t` of a span.
fn through(n_spans: usize, at: impl Fn(usize, f32) -> Point) -> Polyline {
    let n_segments = n_spans * SEGMENTS_PER_SPAN;
    (0..=n_segments)
        .map(|k| {
            let span = (k / SEGMENTS_PER_SPAN).min(n_spans - 1);
            let step = k - span * SEGMENTS_PER_SPAN;
            at(span, step as f32 / SEGMENTS_PER_SPAN as f32)
        })
        .collect()
}

fn mix(a: Point, b: Point, t: f32) -> Point {
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]
}

/// The uniform Catmull-Rom spline between `p1` (t = 0) and `p2` (t = 1): Catmull and Rom, 1974, with
/// tension 1/2.
fn spline(p0: Point, p1: Point, p2: Point, p3: Point, t: f32) -> Point {
    std::array::from_fn(|k| {
        let linear = (p2[k] - p0[k]) * t;
        let square = (2.0 * p0[k] - 5.0 * p1[k] + 4.0 * p2[k] - p3[k]) * t * t;
        let cube = (3.0 * (p1[k] - p2[k]) + p3[k] - p0[k]) * t * t * t;
        p1[k] + 0.5 * (linear + square + cube)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounding of a few f32 operations on numbers up to 10.
    const TOLERANCE: f32 = 1e-5;

    fn check_near(found: Point, expected: Point) {
        let away = (found[0] - expected[0]).hypot(found[1] - expected[1]);
        assert!(away < TOLERANCE, "{found:?}; expected {expected:?}");
    }

    const CORNER: &[Point] = &[[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]];

    #[test]
    fn every_stroke_passes_through_its_points() {
        let check = |stroke, n_spans: usize, end: Point| {
            let polyline = flatten(stroke);
            assert_eq!(polyline.len(), n_spans * SEGMENTS_PER_SPAN + 1);
            for (i, &point) in CORNER.iter().enumerate() {
                check_near(polyline[i * SEGMENTS_PER_SPAN], point);
            }
            check_near(*polyline.last().unwrap(), end);
        };
        check(Stroke::Line(CORNER), 2, [1.0, 1.0]);
        check(Stroke::Curve(CORNER), 2, [1.0, 1.0]);
        check(Stroke::Loop(CORNER), 3, [0.0, 0.0]);
    }

    #[test]
    fn a_spline_through_points_on_a_line_stays_on_it() {
        // Catmull-Rom reproduces a linear function exactly.
        let at = spline([0.0, 0.0], [1.0, 2.0], [2.0, 4.0], [3.0, 6.0], 0.25);
        check_near(at, [1.25, 2.5]);
    }
}
