use plumb_diagnostics::{Diagnosis, Gap, GapKind, Rate, Verdict};

use super::{
    axis::{Axis, Frame, fitted},
    figure::{Figure, cell, number},
    lines::whisker,
    scale::Scale,
    svg::{Anchor, Svg},
};

const WIDTH: f64 = 720.0;
const ROW: f64 = 30.0;
const NAMES: f64 = 160.0;
/// Room for the figures at the right.
const FIGURES: f64 = 165.0;
const TOP: f64 = 12.0;

/// The ladder from human level to test: a bar per error rate, and between two of them the gap from one to the
/// other, each with its interval. In percent.
pub(crate) fn waterfall(diagnosis: &Diagnosis) -> Option<Figure> {
    let steps = steps(diagnosis);
    let ends = steps.iter().flat_map(Step::ends);
    let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(low, high), end| {
        (low.min(end), high.max(end))
    });
    if diagnosis.rates.is_empty() {
        return None;
    }
    let height = TOP + ROW * steps.len() as f64 + 46.0;
    let mut svg = Svg::new(WIDTH, height);
    let frame = Frame {
        left: NAMES,
        right: WIDTH - FIGURES,
        top: TOP,
        bottom: height - 46.0,
    };
    let margin = (high - low) * 0.03;
    let low = if low < 0.0 { low - margin } else { 0.0 };
    let x = Scale::linear((low, high + margin), (frame.left, frame.right));
    for value in x.ticks(5) {
        let at = x.place(value);
        svg.line((at, frame.top), (at, frame.bottom), "grid");
    }
    let axis = Axis {
        label: "error in percent".into(),
        ..Axis::default()
    };
    frame.horizontal(&mut svg, &x, &axis);
    let mut rows = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let y = TOP + ROW * at as f64;
        step.draw(&mut svg, &x, y, diagnosis);
        rows.push(step.row());
    }
    let confidence = diagnosis.confidence.level() * 100.0;
    Some(Figure {
        id: "ladder".into(),
        title: "The ladder of error rates".into(),
        caption: format!(
            "Bars are error rates, floating bars the gaps between them; the thin lines are {confidence} % intervals. \
             A gap matters from {:.2} points on.",
            diagnosis.threshold * 100.0
        ),
        svg: svg.finish(&spoken(diagnosis)),
        header: ["what", "percent", "low", "high", "errors", "n", "verdict"]
            .map(str::to_owned)
            .to_vec(),
        rows,
    })
}

/// A line of the ladder.
enum Step<'a> {
    Rate(&'a Rate),
    /// A gap, with the lower of its two rates.
    Gap(&'a Gap, f64),
}

/// Rates and gaps in the order of the flowchart.
fn steps(diagnosis: &Diagnosis) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for (at, rate) in diagnosis.rates.iter().enumerate() {
        if let Some(lower) = at.checked_sub(1).map(|at| &diagnosis.rates[at]) {
            let kind = GapKind::from_rates(lower.name, rate.name);
            if let Some(gap) = kind.and_then(|kind| diagnosis.gap(kind)) {
                steps.push(Step::Gap(gap, lower.rate));
            }
        }
        steps.push(Step::Rate(rate));
    }
    steps
}

/// All there is, in words.
fn spoken(diagnosis: &Diagnosis) -> String {
    let words: Vec<String> = (steps(diagnosis).iter())
        .map(|step| match step {
            Step::Rate(rate) => format!("{} {:.2} %", rate.name, rate.rate * 100.0),
            Step::Gap(gap, _) => format!(
                "{} {:+.2} points, {}",
                gap.kind,
                gap.size * 100.0,
                gap.verdict
            ),
        })
        .collect();
    format!("The ladder of error rates: {}", words.join("; "))
}

impl Step<'_> {
    /// The values that have to lie on the axis, in percent.
    fn ends(&self) -> Vec<f64> {
        let ends = match self {
            Self::Rate(rate) => {
                let interval = rate.interval.map(|interval| interval.high);
                vec![rate.rate, interval.unwrap_or(rate.rate)]
            }
            Self::Gap(gap, lower) => vec![lower + gap.interval.low, lower + gap.interval.high],
        };
        ends.into_iter().map(|end| end * 100.0).collect()
    }

    fn draw(&self, svg: &mut Svg, x: &Scale, y: f64, diagnosis: &Diagnosis) {
        let middle = y + ROW / 2.0;
        let figures = WIDTH - FIGURES + 10.0;
        match self {
            Self::Rate(rate) => {
                // The style sheet knows the colours by the names of the sets.
                let class = rate.name;
                svg.text(
                    (NAMES - 10.0, middle + 4.0),
                    Anchor::End,
                    "name strong",
                    &rate.name.to_string(),
                );
                let count = rate.count.map_or(String::new(), |count| {
                    format!("{} errors among {}", count.errors(), count.n())
                });
                let to = (x.place(rate.rate * 100.0), y + ROW - 6.0);
                svg.rect((x.place(0.0), y + 6.0), to, &format!("bar {class}"), &count);
                if let Some(interval) = rate.interval {
                    let place = |rate: f64| (x.place(rate * 100.0), middle);
                    whisker(svg, place(interval.low), place(interval.high), "ink");
                }
                let text = format!("{:.2} %", rate.rate * 100.0);
                svg.text(
                    (figures, middle + 4.0),
                    Anchor::Start,
                    "value strong",
                    &text,
                );
            }
            Self::Gap(gap, lower) => {
                let is_first = diagnosis.first == Some(gap.kind);
                let kind = fitted(&gap.kind.to_string(), NAMES - 14.0);
                svg.text((NAMES - 10.0, middle + 4.0), Anchor::End, "name", &kind);
                let place = |rate: f64| x.place(rate * 100.0);
                let class = match (is_first, gap.verdict) {
                    (true, _) => "gap first",
                    (false, Verdict::Present) => "gap present",
                    (false, _) => "gap",
                };
                let corners = [
                    (place(*lower), y + 9.0),
                    (place(lower + gap.size), y + ROW - 9.0),
                ];
                svg.rect(corners[0], corners[1], class, &gap.kind.definition());
                if gap.interval.low < gap.interval.high {
                    let ends = [gap.interval.low, gap.interval.high];
                    let [low, high] = ends.map(|end| (place(lower + end), middle));
                    whisker(svg, low, high, "ink");
                }
                let text = format!("{:+.2}  {}", gap.size * 100.0, gap.verdict).replace('-', "−");
                let class = if is_first { "value first" } else { "value" };
                svg.text((figures, middle + 4.0), Anchor::Start, class, &text);
            }
        }
    }

    fn row(&self) -> Vec<String> {
        let percent = |rate: f64| number(rate * 100.0);
        match self {
            Self::Rate(rate) => vec![
                rate.name.to_string(),
                percent(rate.rate),
                cell(rate.interval.map(|interval| interval.low * 100.0)),
                cell(rate.interval.map(|interval| interval.high * 100.0)),
                rate.count
                    .map_or(String::new(), |count| count.errors().to_string()),
                rate.count
                    .map_or(String::new(), |count| count.n().to_string()),
                String::new(),
            ],
            Self::Gap(gap, _) => vec![
                gap.kind.to_string(),
                percent(gap.size),
                percent(gap.interval.low),
                percent(gap.interval.high),
                String::new(),
                String::new(),
                gap.verdict.to_string(),
            ],
        }
    }
}
