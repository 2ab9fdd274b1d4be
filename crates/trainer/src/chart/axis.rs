//! The frame of a chart with two axes.

use super::{
    figure::tick,
    scale::Scale,
    svg::{Anchor, Svg},
};

/// An axis as asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Axis {
    pub(crate) label: String,
    pub(crate) is_log: bool,
    /// Whether only whole numbers mean something, as epochs do.
    pub(crate) is_whole: bool,
}

/// Where the drawing goes, between two corners.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Frame {
    /// Draws the lines and numbers of the vertical axis, and its label above.
    pub(super) fn vertical(&self, svg: &mut Svg, scale: &Scale, label: &str) {
        let ticks = scale.ticks(6);
        for &value in &ticks {
            let y = scale.place(value);
            svg.line((self.left, y), (self.right, y), "grid");
            let text = tick(value, step(&ticks, value));
            svg.text((self.left - 6.0, y + 4.0), Anchor::End, "tick", &text);
        }
        svg.text((self.left, self.top - 10.0), Anchor::Start, "label", label);
    }

    /// Draws the marks and numbers of the horizontal axis, and its label below.
    pub(super) fn horizontal(&self, svg: &mut Svg, scale: &Scale, axis: &Axis) {
        svg.line((self.left, self.bottom), (self.right, self.bottom), "axis");
        let mut ticks = scale.ticks(((self.right - self.left) / 75.0) as usize);
        if axis.is_whole {
            ticks.retain(|tick| (tick - tick.round()).abs() < 1e-9);
        }
        for &value in &ticks {
            let x = scale.place(value);
            svg.line((x, self.bottom), (x, self.bottom + 4.0), "axis");
            let text = tick(value, step(&ticks, value));
            // The last one shall not stand out at the right.
            let half = text_width(&text) / 2.0;
            let over = (x + half - self.right - 14.0).max(0.0);
            svg.text(
                (x - over, self.bottom + 17.0),
                Anchor::Middle,
                "tick",
                &text,
            );
        }
        let middle = f64::midpoint(self.left, self.right);
        svg.text(
            (middle, self.bottom + 36.0),
            Anchor::Middle,
            "label",
            &axis.label,
        );
    }
}

/// How far the nearest other tick is.
fn step(ticks: &[f64], value: f64) -> f64 {
    let others = ticks.iter().map(|tick| (tick - value).abs());
    let nearest = others
        .filter(|distance| *distance > 0.0)
        .fold(f64::INFINITY, f64::min);
    if nearest.is_finite() {
        nearest
    } else {
        value.abs() / 10.0
    }
}

/// The names of series above a chart, each with its mark; returns the height that they take.
pub(super) fn legend(
    svg: &mut Svg,
    names: &[(usize, &str, &str)],
    (left, right): (f64, f64),
    top: f64,
) -> f64 {
    const ROW: f64 = 20.0;
    let (mut x, mut y) = (left, top);
    for &(shape, class, name) in names {
        let width = 26.0 + text_width(name);
        if x + width > right && x > left {
            x = left;
            y += ROW;
        }
        svg.line((x, y - 4.0), (x + 16.0, y - 4.0), &format!("line {class}"));
        svg.mark((x + 8.0, y - 4.0), shape, class, "");
        svg.text((x + 21.0, y), Anchor::Start, "name", name);
        x += width + 12.0;
    }
    y - top + ROW
}

/// How wide a text is at the size of names, about.
pub(super) fn text_width(text: &str) -> f64 {
    7.0 * text.chars().count() as f64
}

/// A text that fits a width, with dots for what is cut off.
pub(super) fn fitted(text: &str, width: f64) -> String {
    let most = (width / 7.0).max(4.0) as usize;
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most - 1).collect();
    format!("{start}…")
}
