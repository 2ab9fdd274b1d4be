//! The few elements of SVG that charts are made of.

use std::fmt::{Display, Write};

/// A drawing under construction, in units of its own: the page scales it.
pub(super) struct Svg {
    width: f64,
    height: f64,
    body: String,
}

/// Which end of a text its place is.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

impl Svg {
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            body: String::new(),
        }
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(place);
        self.add(&format!(
            r#"<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" class="{class}"/>"#
        ));
    }

    /// A line through points.
    pub(super) fn polyline(&mut self, points: &[(f64, f64)], class: &str) {
        let points = listed(points);
        self.add(&format!(r#"<polyline points="{points}" class="{class}"/>"#));
    }

    /// A filled shape.
    pub(super) fn polygon(&mut self, points: &[(f64, f64)], class: &str) {
        let points = listed(points);
        self.add(&format!(r#"<polygon points="{points}" class="{class}"/>"#));
    }

    /// A rectangle between two corners, with the text that appears when it is pointed at.
    pub(super) fn rect(&mut self, from: (f64, f64), to: (f64, f64), class: &str, tip: &str) {
        self.shaded(from, to, class, None, tip);
    }

    /// A rectangle with rounded corners.
    pub(super) fn rounded(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let [x, y] = [from.0.min(to.0), from.1.min(to.1)].map(place);
        let [width, height] = [(to.0 - from.0).abs(), (to.1 - from.1).abs()].map(place);
        self.add(&format!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" class="{class}"/>"#
        ));
    }

    /// A rectangle that is filled as strongly as `share` of 1 says.
    pub(super) fn shaded(
        &mut self,
        from: (f64, f64),
        to: (f64, f64),
        class: &str,
        share: Option<f64>,
        tip: &str,
    ) {
        let [x, y] = [from.0.min(to.0), from.1.min(to.1)].map(place);
        let [width, height] = [(to.0 - from.0).abs(), (to.1 - from.1).abs()].map(place);
        let opacity = share.map_or(String::new(), |share| {
            format!(r#" fill-opacity="{:.3}""#, share.clamp(0.0, 1.0))
        });
        let tip = tip_of(tip);
        self.add(&format!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" class="{class}"{opacity}>{tip}</rect>"#
        ));
    }

    /// A mark of the series with this number: every one has a shape of its own, up to five.
    pub(super) fn mark(&mut self, at: (f64, f64), series: usize, class: &str, tip: &str) {
        let (x, y) = at;
        let tip = tip_of(tip);
        let shape = |offsets: &[(f64, f64)]| {
            let points: Vec<_> = offsets.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
            let points = listed(&points);
            format!(r#"<polygon points="{points}" class="mark {class}">{tip}</polygon>"#)
        };
        let mark = match series % 5 {
            0 => {
                let [x, y] = [x, y].map(place);
                format!(r#"<circle cx="{x}" cy="{y}" r="3.5" class="mark {class}">{tip}</circle>"#)
            }
            1 => shape(&[(-3.2, -3.2), (3.2, -3.2), (3.2, 3.2), (-3.2, 3.2)]),
            2 => shape(&[(0.0, -4.5), (4.2, 3.2), (-4.2, 3.2)]),
            3 => shape(&[(0.0, -4.8), (4.8, 0.0), (0.0, 4.8), (-4.8, 0.0)]),
            _ => shape(&[(0.0, 4.5), (4.2, -3.2), (-4.2, -3.2)]),
        };
        self.add(&mark);
    }

    pub(super) fn text(&mut self, at: (f64, f64), anchor: Anchor, class: &str, text: &str) {
        let [x, y] = [at.0, at.1].map(place);
        let anchor = anchor.name();
        let text = escaped(text);
        self.add(&format!(
            r#"<text x="{x}" y="{y}" text-anchor="{anchor}" class="{class}">{text}</text>"#
        ));
    }

    /// A text that is read from below to above.
    pub(super) fn upright(&mut self, at: (f64, f64), anchor: Anchor, class: &str, text: &str) {
        let [x, y] = [at.0, at.1].map(place);
        let anchor = anchor.name();
        let text = escaped(text);
        self.add(&format!(
            r#"<text transform="translate({x} {y}) rotate(-90)" text-anchor="{anchor}" class="{class}">{text}</text>"#
        ));
    }

    /// The whole drawing; a screen reader says `label`.
    pub(super) fn finish(self, label: &str) -> String {
        let [width, height] = [self.width, self.height].map(place);
        format!(
            r#"<svg viewBox="0 0 {width} {height}" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg">{}</svg>"#,
            escaped(label),
            self.body
        )
    }

    fn add(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }
}

/// A coordinate to a tenth, without a needless ".0".
fn place(value: f64) -> impl Display {
    let tenths = (value * 10.0).round();
    if tenths % 10.0 == 0.0 {
        format!("{:.0}", tenths / 10.0 + 0.0)
    } else {
        format!("{:.1}", tenths / 10.0)
    }
}

fn listed(points: &[(f64, f64)]) -> String {
    let mut text = String::new();
    for &(x, y) in points {
        if !text.is_empty() {
            text.push(' ');
        }
        write!(text, "{},{}", place(x), place(y)).ok();
    }
    text
}

fn tip_of(tip: &str) -> String {
    if tip.is_empty() {
        String::new()
    } else {
        format!("<title>{}</title>", escaped(tip))
    }
}

/// A text in which nothing is taken for markup; without control characters, which XML has no way to say.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
