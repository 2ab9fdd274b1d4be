use super::{Point, view::View};
use crate::learning_rates::short;

/// A range test as text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chart {
    /// Characters per line.
    pub(crate) width: usize,
    pub(crate) style: Style,
}

/// What a chart's curve is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `*`, for files and pipes.
    Plain,
    /// Braille dots, eight to a character.
    Dots,
}

/// Dots per character.
const DOTS_X: usize = 2;
const DOTS_Y: usize = 4;

/// Lines of the curve, without the axis.
const HEIGHT: usize = 14;

/// Characters in front of the curve: a loss, and the axis.
const MARGIN: usize = 9;

impl Chart {
    /// The least width at which decades and labels have room.
    pub(crate) const MIN_WIDTH: usize = 60;
    /// Wider ones show no more.
    pub(crate) const MAX_WIDTH: usize = 100;

    /// Draws the smoothed losses, with a mark below the learning rate that is suggested. Without a
    /// finite loss there is nothing to draw.
    pub(crate) fn draw(&self, points: &[Point], suggested: Option<f64>) -> String {
        let Some(view) = View::of(points) else {
            return String::new();
        };
        let columns = self.width.max(Self::MIN_WIDTH) - MARGIN - 1;
        let mut canvas = Canvas::new(columns, HEIGHT);
        canvas.curve(&view, points);
        let mut lines = vec![format!("{:>MARGIN$}", "loss  ")];
        for (row, drawn) in canvas.rows(self.style).enumerate() {
            let share = 1.0 - (row as f64 + 0.5) / HEIGHT as f64;
            let loss = view.losses.0 + share * (view.losses.1 - view.losses.0);
            let label = if row % 4 == 1 {
                format!("{loss:7.3}")
            } else {
                String::new()
            };
            lines.push(format!("{label:>7} |{drawn}"));
        }
        let mut axis = Line::new(MARGIN + columns + 1);
        let mut labels = axis.clone();
        axis.put(MARGIN - 1, &format!("+{}", "-".repeat(columns)));
        let column = |rate: f64| MARGIN + (view.x(rate) * (columns - 1) as f64).round() as usize;
        let mut next_free = 0;
        for decade in view.decades() {
            let at = column(10f64.powi(decade));
            axis.put(at, "+");
            let label = format!("1e{decade}");
            if at >= next_free && at + label.len() <= labels.0.len() {
                labels.put(at, &label);
                next_free = at + label.len() + 1;
            }
        }
        if view.decades().count() < 2 {
            let (low, high) = (short(view.rates.0), short(view.rates.1));
            let end = labels.0.len() - high.len();
            labels = Line::new(labels.0.len());
            labels.put(MARGIN, &low);
            labels.put(end, &high);
        }
        lines.extend([axis.text(), labels.text()]);
        if let Some(rate) = suggested {
            let (at, label) = (column(rate), short(rate));
            let mut mark = Line::new(MARGIN + columns + 1);
            mark.put(at, "^");
            // Beside the mark, on the side that has room.
            let after = at + 2;
            let fits = after + label.len() <= mark.0.len();
            mark.put(if fits { after } else { at - 1 - label.len() }, &label);
            lines.push(mark.text());
        }
        let mut text = String::new();
        for line in lines {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// A line of characters that can be written over.
#[derive(Clone)]
struct Line(Vec<char>);

impl Line {
    fn new(width: usize) -> Self {
        Self(vec![' '; width])
    }

    fn put(&mut self, at: usize, text: &str) {
        for (place, character) in self.0.iter_mut().skip(at).zip(text.chars()) {
            *place = character;
        }
    }

    fn text(&self) -> String {
        self.0.iter().collect()
    }
}

/// Dots that are set or not, from the top row down.
struct Canvas {
    columns: usize,
    rows: usize,
    dots: Vec<bool>,
}

impl Canvas {
    fn new(columns: usize, rows: usize) -> Self {
        Self {
            columns,
            rows,
            dots: vec![false; columns * DOTS_X * rows * DOTS_Y],
        }
    }

    /// Sets the dots on the straight lines between the points, as far as they are in view.
    fn curve(&mut self, view: &View, points: &[Point]) {
        let (width, height) = (self.columns * DOTS_X, self.rows * DOTS_Y);
        let place = |point: &Point| {
            let x = view.x(point.learning_rate) * (width - 1) as f64;
            let y = (1.0 - view.y(point.smoothed)) * (height - 1) as f64;
            // Far outside is as good as outside, and is crossed in fewer steps.
            (x, y.clamp(-2.0 * height as f64, 2.0 * height as f64))
        };
        let finite = points.iter().filter(|point| point.smoothed.is_finite());
        let places: Vec<(f64, f64)> = finite.map(place).collect();
        let pairs = places.iter().zip(places.iter().skip(1));
        for (&(x, y), &(next_x, next_y)) in pairs {
            let steps = (next_x - x).abs().max((next_y - y).abs()).ceil().max(1.0);
            for step in 0..=steps as u32 {
                let share = f64::from(step) / steps;
                let (x, y) = (x + share * (next_x - x), y + share * (next_y - y));
                if y >= 0.0 && y <= (height - 1) as f64 {
                    self.dots[y.round() as usize * width + x.round() as usize] = true;
                }
            }
        }
    }

    fn rows(&self, style: Style) -> impl Iterator<Item = String> + '_ {
        (0..self.rows).map(move |row| {
            (0..self.columns)
                .map(|column| self.character(column, row, style))
                .collect()
        })
    }

    fn character(&self, column: usize, row: usize, style: Style) -> char {
        /// The bits of a braille pattern, by row and column (Unicode, block U+2800).
        const BITS: [[u32; DOTS_X]; DOTS_Y] =
            [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        let mut pattern = 0;
        for (y, bits) in BITS.iter().enumerate() {
            for (x, bit) in bits.iter().enumerate() {
                let at = (row * DOTS_Y + y) * self.columns * DOTS_X + column * DOTS_X + x;
                pattern |= if self.dots[at] { *bit } else { 0 };
            }
        }
        match style {
            _ if pattern == 0 => ' ',
            Style::Plain => '*',
            Style::Dots => char::from_u32(0x2800 + pattern).unwrap_or('*'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A loss of 2 up to a rate of 1e-3, a straight fall to 1 at 1e-1, then steep out of view.
    fn points() -> Vec<Point> {
        (0..=80)
            .map(|step| {
                let decade = -5.0 + f64::from(step) / 16.0; // -5 to 0
                let loss = match decade {
                    ..-3.0 => 2.0,
                    ..-1.0 => 2.0 - (decade + 3.0) / 2.0,
                    _ => 1.0 + 20.0 * (decade + 1.0),
                };
                Point {
                    learning_rate: 10f64.powf(decade),
                    loss,
                    smoothed: loss,
                }
            })
            .collect()
    }

    fn draw(style: Style) -> String {
        let width = Chart::MIN_WIDTH;
        Chart { width, style }.draw(&points(), Some(1e-2))
    }

    #[test]
    fn a_test_in_plain_characters() {
        insta::assert_snapshot!(draw(Style::Plain));
    }

    #[test]
    fn a_test_in_dots() {
        insta::assert_snapshot!(draw(Style::Dots));
    }

    #[test]
    fn no_line_is_wider_than_asked_for_and_plain_is_ascii() {
        for width in [60, 61, 79, 100] {
            let style = Style::Plain;
            let text = Chart { width, style }.draw(&points(), Some(1.0));
            assert!(text.lines().all(|line| line.len() <= width), "{text}");
            assert!(text.contains("1 ^") && text.is_ascii(), "{text}");
        }
    }

    #[test]
    fn without_a_finite_loss_nothing_is_drawn() {
        let point = Point {
            learning_rate: 1.0,
            loss: f64::NAN,
            smoothed: f64::NAN,
        };
        let chart = Chart {
            width: 60,
            style: Style::Plain,
        };
        assert_eq!(chart.draw(&[point], None), "");
        assert_eq!(chart.draw(&[], None), "");
    }
}
