//! The shapes of the digits: every way of writing one is a style.

use Stroke::{Curve, Line, Loop};

/// Points are `[x, y]`: x to the right, y down, 0 at the top and 1 at the foot of the digit.
pub(super) type Point = [f32; 2];

/// One movement of the pen.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stroke {
    /// Straight from point to point.
    Line(&'static [Point]),
    /// Smoothly through all points.
    Curve(&'static [Point]),
    /// Smoothly through all points and back to the first.
    Loop(&'static [Point]),
}

/// One way of writing a digit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) digit: u8,
    pub(super) name: &'static str,
    pub(super) strokes: &'static [Stroke],
}

const fn style(digit: u8, name: &'static str, strokes: &'static [Stroke]) -> Style {
    Style {
        digit,
        name,
        strokes,
    }
}

/// All styles, ordered by digit. The shapes are drawn by eye, from no data set.
#[rustfmt::skip]
pub(super) const STYLES: &[Style] = &[
    style(0, "0-oval", &[
        Loop(&[[0.32, 0.0], [0.55, 0.15], [0.64, 0.5], [0.55, 0.85], [0.32, 1.0], [0.09, 0.85], [0.0, 0.5], [0.09, 0.15]]),
    ]),
    style(0, "0-narrow", &[
        Loop(&[[0.2, 0.0], [0.35, 0.15], [0.41, 0.5], [0.35, 0.85], [0.2, 1.0], [0.06, 0.85], [0.0, 0.5], [0.06, 0.15]]),
    ]),
    style(0, "0-overlap", &[
        Curve(&[[0.46, 0.1], [0.26, 0.02], [0.06, 0.2], [0.0, 0.54], [0.1, 0.88], [0.32, 1.0], [0.54, 0.84], [0.6, 0.5], [0.5, 0.16], [0.32, 0.0], [0.16, 0.02]]),
    ]),
    style(1, "1-bar", &[Line(&[[0.0, 0.0], [0.0, 1.0]])]),
    style(1, "1-flag", &[Line(&[[0.0, 0.26], [0.26, 0.0], [0.26, 1.0]])]),
    style(1, "1-foot", &[
        Line(&[[0.04, 0.24], [0.26, 0.0], [0.26, 1.0]]),
        Line(&[[0.0, 1.0], [0.52, 1.0]]),
    ]),
    style(2, "2-flat", &[
        Curve(&[[0.02, 0.22], [0.12, 0.05], [0.32, 0.0], [0.52, 0.1], [0.54, 0.3], [0.4, 0.56], [0.0, 1.0]]),
        Line(&[[0.0, 1.0], [0.6, 1.0]]),
    ]),
    style(2, "2-swan", &[
        Curve(&[[0.04, 0.2], [0.24, 0.0], [0.5, 0.12], [0.5, 0.36], [0.3, 0.68], [0.02, 0.96]]),
        Curve(&[[0.02, 0.96], [0.18, 0.88], [0.38, 0.97], [0.62, 0.92]]),
    ]),
    style(2, "2-loop", &[
        Curve(&[[0.04, 0.18], [0.26, 0.0], [0.52, 0.16], [0.46, 0.45], [0.24, 0.82], [0.06, 0.97], [0.0, 0.84], [0.14, 0.76], [0.36, 0.92], [0.62, 0.98]]),
    ]),
    style(3, "3-round", &[
        Curve(&[[0.04, 0.12], [0.26, 0.0], [0.5, 0.1], [0.5, 0.32], [0.36, 0.45], [0.18, 0.48]]),
        Curve(&[[0.18, 0.48], [0.42, 0.52], [0.56, 0.72], [0.48, 0.92], [0.24, 1.0], [0.0, 0.88]]),
    ]),
    style(3, "3-flat", &[
        Line(&[[0.02, 0.0], [0.52, 0.0], [0.22, 0.4]]),
        Curve(&[[0.22, 0.4], [0.48, 0.46], [0.56, 0.7], [0.44, 0.94], [0.2, 1.0], [0.0, 0.88]]),
    ]),
    style(3, "3-loop", &[
        Curve(&[[0.04, 0.1], [0.28, 0.0], [0.5, 0.14], [0.44, 0.36], [0.22, 0.5], [0.14, 0.43], [0.26, 0.42], [0.48, 0.53], [0.56, 0.75], [0.4, 0.97], [0.16, 0.98], [0.0, 0.86]]),
    ]),
    style(4, "4-open", &[
        Line(&[[0.14, 0.0], [0.0, 0.6], [0.6, 0.6]]),
        Line(&[[0.42, 0.28], [0.4, 1.0]]),
    ]),
    style(4, "4-closed", &[Line(&[[0.44, 1.0], [0.44, 0.0], [0.0, 0.68], [0.62, 0.68]])]),
    style(4, "4-cup", &[
        Curve(&[[0.08, 0.02], [0.0, 0.3], [0.06, 0.5], [0.28, 0.54], [0.5, 0.46]]),
        Line(&[[0.54, 0.0], [0.46, 1.0]]),
    ]),
    style(5, "5-angular", &[
        Line(&[[0.54, 0.0], [0.1, 0.0], [0.06, 0.44]]),
        Curve(&[[0.06, 0.44], [0.3, 0.37], [0.54, 0.52], [0.54, 0.8], [0.3, 1.0], [0.0, 0.9]]),
    ]),
    style(5, "5-smooth", &[
        Curve(&[[0.56, 0.02], [0.3, 0.02], [0.1, 0.12], [0.08, 0.34], [0.28, 0.46], [0.5, 0.6], [0.5, 0.86], [0.26, 1.0], [0.0, 0.92]]),
    ]),
    style(6, "6-curved", &[
        Curve(&[[0.5, 0.02], [0.26, 0.14], [0.06, 0.44], [0.01, 0.74], [0.16, 0.97], [0.4, 0.98], [0.54, 0.78], [0.44, 0.56], [0.22, 0.54], [0.05, 0.72]]),
    ]),
    style(6, "6-upright", &[
        Curve(&[[0.14, 0.0], [0.04, 0.36], [0.0, 0.74], [0.1, 0.97], [0.34, 1.0], [0.48, 0.8], [0.36, 0.6], [0.14, 0.62], [0.01, 0.78]]),
    ]),
    style(7, "7-plain", &[Line(&[[0.0, 0.0], [0.56, 0.0], [0.2, 1.0]])]),
    style(7, "7-crossbar", &[
        Line(&[[0.0, 0.0], [0.56, 0.0], [0.2, 1.0]]),
        Line(&[[0.12, 0.52], [0.56, 0.49]]),
    ]),
    style(7, "7-curved", &[
        Curve(&[[0.0, 0.16], [0.08, 0.04], [0.3, 0.05], [0.56, 0.0]]),
        Curve(&[[0.56, 0.0], [0.36, 0.34], [0.25, 0.66], [0.22, 1.0]]),
    ]),
    style(8, "8-crossed", &[
        Loop(&[[0.5, 0.1], [0.28, 0.0], [0.08, 0.12], [0.12, 0.32], [0.3, 0.47], [0.5, 0.64], [0.52, 0.86], [0.28, 1.0], [0.04, 0.86], [0.08, 0.64], [0.3, 0.47], [0.48, 0.32]]),
    ]),
    style(8, "8-circles", &[
        Loop(&[[0.28, 0.0], [0.45, 0.08], [0.5, 0.24], [0.43, 0.4], [0.28, 0.47], [0.13, 0.4], [0.06, 0.24], [0.11, 0.08]]),
        Loop(&[[0.28, 0.47], [0.48, 0.56], [0.56, 0.74], [0.48, 0.92], [0.28, 1.0], [0.08, 0.92], [0.0, 0.74], [0.08, 0.56]]),
    ]),
    style(8, "8-open", &[
        Curve(&[[0.54, 0.06], [0.28, 0.0], [0.08, 0.14], [0.14, 0.34], [0.36, 0.5], [0.5, 0.7], [0.42, 0.95], [0.18, 0.98], [0.05, 0.8], [0.16, 0.58], [0.4, 0.36], [0.56, 0.14]]),
    ]),
    style(9, "9-straight", &[
        Loop(&[[0.26, 0.0], [0.44, 0.1], [0.5, 0.27], [0.43, 0.44], [0.25, 0.52], [0.07, 0.44], [0.0, 0.26], [0.08, 0.08]]),
        Line(&[[0.5, 0.14], [0.46, 1.0]]),
    ]),
    style(9, "9-curved", &[
        Curve(&[[0.5, 0.2], [0.34, 0.02], [0.1, 0.08], [0.01, 0.3], [0.14, 0.5], [0.36, 0.46], [0.5, 0.22], [0.54, 0.5], [0.46, 0.84], [0.26, 1.0], [0.04, 0.92]]),
    ]),
    style(9, "9-slanted", &[
        Curve(&[[0.52, 0.12], [0.3, 0.0], [0.08, 0.12], [0.02, 0.34], [0.18, 0.48], [0.4, 0.36], [0.54, 0.1], [0.44, 0.5], [0.22, 1.0]]),
    ]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_digit_has_two_styles_or_more_with_names_of_their_own() {
        for digit in 0..10 {
            let n = STYLES.iter().filter(|s| s.digit == digit).count();
            assert!(n >= 2, "digit {digit} has {n}");
        }
        let names: BTreeSet<_> = STYLES.iter().map(|s| s.name).collect();
        assert_eq!(names.len(), STYLES.len());
        for style in STYLES {
            assert!(
                style.name.starts_with(&format!("{}-", style.digit)),
                "{}",
                style.name
            );
        }
    }

    #[test]
    fn shapes_lie_in_the_unit_box_and_fill_its_height() {
        for style in STYLES {
            let (mut top, mut foot) = (f32::MAX, f32::MIN);
            for stroke in style.strokes {
                let (Line(points) | Curve(points) | Loop(points)) = stroke;
                assert!(points.len() >= 2, "{}", style.name);
                for &[x, y] in *points {
                    assert!(
                        (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y),
                        "{}",
                        style.name
                    );
                    top = top.min(y);
                    foot = foot.max(y);
                }
            }
            assert!(top < 0.03 && foot > 0.96, "{}", style.name);
        }
    }
}
