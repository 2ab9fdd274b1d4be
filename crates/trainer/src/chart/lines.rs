use super::{
    axis::{Axis, Frame, fitted, legend},
    figure::{Figure, cell, number},
    scale::Scale,
    svg::{Anchor, Svg},
};

/// Curves over a number, with their intervals.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineChart {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) caption: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) lines: Vec<Line>,
    /// Horizontal lines: a value, its name, and its class.
    pub(crate) levels: Vec<(f64, String, String)>,
    /// A vertical line: a value and its name.
    pub(crate) moment: Option<(f64, String)>,
    /// Whether the vertical axis begins at 0, where it is linear.
    pub(crate) from_zero: bool,
    /// Of a chart that has little to tell.
    pub(crate) is_low: bool,
}

/// How an interval is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    /// A band behind the curve.
    Band,
    /// A bar through each point.
    Whiskers,
}

/// One curve.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    /// Of its colour, as the style sheet calls it.
    pub(crate) class: String,
    /// In ascending order of x.
    pub(crate) spots: Vec<Spot>,
    pub(crate) spread: Spread,
    /// Of a fit rather than of measurements: no marks.
    pub(crate) is_fit: bool,
    /// Dashed: beyond what was measured.
    pub(crate) is_beyond: bool,
}

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spot {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// From below to above.
    pub(crate) interval: Option<(f64, f64)>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 340.0;
/// More marks than this on a curve run into each other.
const MOST_MARKS: usize = 40;

impl LineChart {
    /// Draws it; none without a single point.
    pub(crate) fn figure(&self) -> Option<Figure> {
        let spots = || self.lines.iter().flat_map(|line| &line.spots);
        let is_drawable =
            |value: &f64, axis: &Axis| value.is_finite() && (!axis.is_log || *value > 0.0);
        let xs = extent(
            spots()
                .map(|spot| spot.x)
                .filter(|x| is_drawable(x, &self.x)),
        )?;
        // A fit's band may go far beyond all that was measured: it is cut off at the frame.
        let ends = |line: &Line, spot: &Spot| {
            let interval = spot.interval.filter(|_| !line.is_fit);
            let (low, high) = interval.unwrap_or((spot.y, spot.y));
            [low, spot.y, high]
        };
        let all_ends = self.lines.iter();
        let all_ends =
            all_ends.flat_map(|line| line.spots.iter().flat_map(move |spot| ends(line, spot)));
        let levels = self.levels.iter().map(|(level, _, _)| *level);
        let zero = (self.from_zero && !self.y.is_log).then_some(0.0);
        let ys = all_ends.chain(levels).chain(zero);
        let (low, high) = extent(ys.filter(|y| is_drawable(y, &self.y)))?;
        let margin = if self.y.is_log {
            0.0
        } else {
            (high - low) * 0.04
        };
        let low = if zero.is_some() && low >= 0.0 {
            low
        } else {
            low - margin
        };

        let height = if self.is_low { HEIGHT * 0.6 } else { HEIGHT };
        let mut svg = Svg::new(WIDTH, height);
        let mut frame = Frame {
            left: 62.0,
            right: WIDTH - 16.0,
            top: 16.0,
            bottom: height - 46.0,
        };
        frame.top += self.legend(&mut svg, &frame) + 12.0;
        let scale = |axis: &Axis, values, places| {
            if axis.is_log {
                Scale::log(values, places)
            } else {
                Scale::linear(values, places)
            }
        };
        let x = scale(&self.x, xs, (frame.left + 6.0, frame.right - 6.0));
        let y = scale(&self.y, (low, high + margin), (frame.bottom, frame.top));
        frame.vertical(&mut svg, &y, &self.y.label);
        frame.horizontal(&mut svg, &x, &self.x);
        if let Some((value, name)) = &self.moment
            && x.holds(*value)
        {
            let at = x.place(*value);
            svg.line((at, frame.top), (at, frame.bottom), "moment");
            let (anchor, dx) = if at > f64::midpoint(frame.left, frame.right) {
                (Anchor::End, -5.0)
            } else {
                (Anchor::Start, 5.0)
            };
            svg.text((at + dx, frame.top + 11.0), anchor, "note", name);
        }
        for (value, name, class) in &self.levels {
            let at = y.place(*value);
            svg.line(
                (frame.left, at),
                (frame.right, at),
                &format!("level {class}"),
            );
            svg.text((frame.right - 2.0, at - 5.0), Anchor::End, "note", name);
        }
        for line in &self.lines {
            line.spread(&mut svg, &x, &y, &frame);
        }
        for (at, line) in self.lines.iter().enumerate() {
            line.draw(&mut svg, &x, &y, at);
        }
        Some(Figure {
            id: self.id.clone(),
            title: self.title.clone(),
            caption: self.caption.clone(),
            svg: svg.finish(&format!("{}. {}", self.title, self.caption)),
            header: ["series", "x", "y", "low", "high"]
                .map(str::to_owned)
                .to_vec(),
            rows: self.rows(),
        })
    }

    fn legend(&self, svg: &mut Svg, frame: &Frame) -> f64 {
        let shown: Vec<(usize, String, String)> = (self.lines.iter().enumerate())
            .filter(|(_, line)| !line.is_fit && !line.name.is_empty())
            .map(|(at, line)| (at, line.class.clone(), fitted(&line.name, 300.0)))
            .collect();
        if shown.is_empty() {
            return 0.0;
        }
        let names: Vec<(usize, &str, &str)> = (shown.iter())
            .map(|(at, class, name)| (*at, class.as_str(), name.as_str()))
            .collect();
        legend(svg, &names, (frame.left, frame.right), frame.top)
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for line in &self.lines {
            for spot in &line.spots {
                rows.push(vec![
                    line.name.clone(),
                    number(spot.x),
                    number(spot.y),
                    cell(spot.interval.map(|(low, _)| low)),
                    cell(spot.interval.map(|(_, high)| high)),
                ]);
            }
        }
        rows
    }
}

impl Line {
    /// The interval, behind all curves.
    fn spread(&self, svg: &mut Svg, x: &Scale, y: &Scale, frame: &Frame) {
        let within = |at: f64| at.clamp(frame.top, frame.bottom);
        let with_interval = || {
            let spots = self.spots.iter();
            spots.filter_map(|spot| Some((x.place(spot.x), spot.interval?)))
        };
        match self.spread {
            Spread::Band => {
                let lower = with_interval().map(|(at, (low, _))| (at, within(y.place(low))));
                let upper = with_interval().map(|(at, (_, high))| (at, within(y.place(high))));
                let mut outline: Vec<(f64, f64)> = lower.collect();
                let mut back: Vec<(f64, f64)> = upper.collect();
                back.reverse();
                outline.append(&mut back);
                if outline.len() >= 4 {
                    svg.polygon(&outline, &format!("band {}", self.class));
                }
            }
            Spread::Whiskers => {
                for (at, (low, high)) in with_interval() {
                    let (low, high) = (y.place(low), y.place(high));
                    whisker(svg, (at, low), (at, high), &self.class);
                }
            }
        }
    }

    fn draw(&self, svg: &mut Svg, x: &Scale, y: &Scale, number: usize) {
        let spots: Vec<&Spot> = self
            .spots
            .iter()
            .filter(|spot| spot.y.is_finite())
            .collect();
        let points: Vec<(f64, f64)> = (spots.iter())
            .map(|spot| (x.place(spot.x), y.place(spot.y)))
            .collect();
        let class = &self.class;
        let style = match (self.is_fit, self.is_beyond) {
            (_, true) => "line beyond",
            (true, false) => "line fit",
            (false, false) => "line",
        };
        if points.len() > 1 {
            svg.polyline(&points, &format!("{style} {class}"));
        }
        if self.is_fit {
            return;
        }
        let every = points.len().div_ceil(MOST_MARKS).max(1);
        for (at, (place, spot)) in points.iter().zip(spots).enumerate() {
            if at % every == 0 || at + 1 == points.len() {
                svg.mark(*place, number, class, &spot.tip(&self.name));
            }
        }
    }
}

impl Spot {
    /// What is shown where it is pointed at.
    fn tip(&self, name: &str) -> String {
        let interval = self.interval.map_or(String::new(), |(low, high)| {
            format!(" ({low:.2} to {high:.2})")
        });
        format!("{name}, {}: {}{interval}", short(self.x), short(self.y))
    }
}

fn short(value: f64) -> String {
    if value.abs() >= 1_000.0 && value.fract() == 0.0 {
        crate::progress::thousands(value as u64)
    } else if value.abs() >= 0.01 && value.fract() != 0.0 {
        format!("{value:.2}")
    } else {
        number(value)
    }
}

/// An interval, with its ends.
pub(super) fn whisker(svg: &mut Svg, from: (f64, f64), to: (f64, f64), class: &str) {
    let class = format!("whisker {class}");
    svg.line(from, to, &class);
    for (x, y) in [from, to] {
        let (dx, dy) = if (from.0 - to.0).abs() < (from.1 - to.1).abs() {
            (4.0, 0.0)
        } else {
            (0.0, 4.0)
        };
        svg.line((x - dx, y - dy), (x + dx, y + dy), &class);
    }
}

/// The smallest and the largest of values; none without any.
fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |extent, value| match extent {
        None => Some((value, value)),
        Some((low, high)) => Some((f64::min(low, value), f64::max(high, value))),
    })
}
