use super::{
    axis::{Axis, Frame, fitted, legend},
    figure::{Figure, cell, number},
    lines::whisker,
    scale::Scale,
    svg::{Anchor, Svg},
};

/// Groups of bars, one bar of each series in every group, with their intervals.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bars {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) caption: String,
    pub(crate) y_label: String,
    /// Of the groups.
    pub(crate) groups: Vec<String>,
    pub(crate) series: Vec<(String, Vec<Bar>)>,
}

/// One bar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bar {
    /// Which group, counted from 0.
    pub(crate) group: usize,
    pub(crate) value: f64,
    pub(crate) interval: Option<(f64, f64)>,
}

const WIDTH: f64 = 720.0;
/// Of a group.
const ROW: f64 = 22.0;
const NAMES: f64 = 190.0;

impl Bars {
    /// Draws them from left to right, so that long names have room; none without a bar.
    pub(crate) fn figure(&self) -> Option<Figure> {
        let bars = || self.series.iter().flat_map(|(_, bars)| bars);
        bars().next()?;
        let ends = bars().flat_map(|bar| {
            let (low, high) = bar.interval.unwrap_or((bar.value, bar.value));
            [0.0, low, bar.value, high]
        });
        let (low, high) = ends
            .filter(|value| value.is_finite())
            .fold((0.0_f64, 0.0_f64), |(low, high), end| {
                (low.min(end), high.max(end))
            });
        let per_group = self.series.len() as f64;
        let group_height = ROW * per_group + 10.0;
        let has_names = self.series.len() > 1;
        let top = if has_names { 52.0 } else { 26.0 };
        let height = top + group_height * self.groups.len() as f64 + 46.0;
        let mut svg = Svg::new(WIDTH, height);
        let frame = Frame {
            left: NAMES,
            right: WIDTH - 60.0,
            top,
            bottom: height - 46.0,
        };
        if has_names {
            let names: Vec<(usize, String, String)> = (self.series.iter().enumerate())
                .map(|(at, (name, _))| (at, class(at), fitted(name, 200.0)))
                .collect();
            let names: Vec<_> = (names.iter())
                .map(|(at, class, name)| (*at, class.as_str(), name.as_str()))
                .collect();
            legend(&mut svg, &names, (8.0, WIDTH - 8.0), 18.0);
        }
        let margin = (high - low) * 0.04;
        let low = if low < 0.0 { low - margin } else { low };
        let x = Scale::linear((low, high + margin), (frame.left, frame.right));
        for value in x.ticks(6) {
            let at = x.place(value);
            svg.line((at, frame.top), (at, frame.bottom), "grid");
        }
        let axis = Axis {
            label: self.y_label.clone(),
            ..Axis::default()
        };
        frame.horizontal(&mut svg, &x, &axis);
        let zero = x.place(0.0);
        svg.line((zero, frame.top), (zero, frame.bottom), "axis");
        for (at, name) in self.groups.iter().enumerate() {
            let y = top + group_height * (at as f64 + 0.5) + 4.0;
            let name = fitted(name, NAMES - 14.0);
            svg.text((NAMES - 8.0, y), Anchor::End, "name", &name);
        }
        for (at, (name, bars)) in self.series.iter().enumerate() {
            let class = class(at);
            for bar in bars {
                let upper = top + group_height * bar.group as f64 + 5.0 + ROW * at as f64;
                let tip = format!("{name} {}", number(bar.value));
                let to = (x.place(bar.value), upper + ROW - 5.0);
                svg.rect((zero, upper), to, &format!("bar {class}"), tip.trim());
                let middle = upper + (ROW - 5.0) / 2.0;
                let mut end = x.place(bar.value.max(0.0));
                if let Some((low, high)) = bar.interval {
                    let (from, to) = ((x.place(low), middle), (x.place(high), middle));
                    whisker(&mut svg, from, to, "ink");
                    end = end.max(to.0);
                }
                let value = format!("{:.2}", bar.value);
                svg.text((end + 7.0, middle + 4.0), Anchor::Start, "value", &value);
            }
        }
        Some(Figure {
            id: self.id.clone(),
            title: self.title.clone(),
            caption: self.caption.clone(),
            svg: svg.finish(&format!("{}. {}", self.title, self.caption)),
            header: ["group", "series", "value", "low", "high"]
                .map(str::to_owned)
                .to_vec(),
            rows: self.rows(),
        })
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for (name, bars) in &self.series {
            for bar in bars {
                rows.push(vec![
                    self.groups.get(bar.group).cloned().unwrap_or_default(),
                    name.clone(),
                    number(bar.value),
                    cell(bar.interval.map(|(low, _)| low)),
                    cell(bar.interval.map(|(_, high)| high)),
                ]);
            }
        }
        rows
    }
}

/// The colour of the series with this number.
fn class(at: usize) -> String {
    format!("s{}", at % 7)
}
