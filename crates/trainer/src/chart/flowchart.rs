use plumb_diagnostics::{Diagnosis, Gap, Verdict, remedies};

use super::{
    axis::fitted,
    figure::{Figure, number},
    svg::{Anchor, Svg},
};
use crate::report::capitalized;

const WIDTH: f64 = 720.0;
/// Of a question and what is between it and the next one.
const ROW: f64 = 118.0;
/// The box of a question.
const BOX: (f64, f64) = (270.0, 66.0);
const LEFT: f64 = 8.0;
/// Where the box of the actions begins.
const ACTIONS: f64 = 356.0;
/// Actions against one gap.
const LINES: usize = 6;

/// Ng's flowchart, with the way of these figures through it: one question for every gap that can be measured,
/// and beside it what to do if the answer is yes.
pub(crate) fn flowchart(diagnosis: &Diagnosis) -> Option<Figure> {
    if diagnosis.gaps.is_empty() {
        return None;
    }
    let n = diagnosis.gaps.len();
    let height = ROW * n as f64 + 52.0;
    let mut svg = Svg::new(WIDTH, height);
    let mut rows = Vec::new();
    let mut words = Vec::new();
    for (at, gap) in diagnosis.gaps.iter().enumerate() {
        let is_first = diagnosis.first == Some(gap.kind);
        let answer = answer(gap.verdict);
        question(&mut svg, gap, at, is_first);
        rows.push(vec![
            asked(gap),
            answer.to_owned(),
            number(gap.size * 100.0),
            number(gap.interval.low * 100.0),
            number(gap.interval.high * 100.0),
            is_first.to_string(),
        ]);
        words.push(format!("{} {answer}", asked(gap)));
    }
    let y = ROW * n as f64 + 8.0;
    let is_done = diagnosis
        .gaps
        .iter()
        .all(|gap| gap.verdict == Verdict::Absent);
    let class = if is_done { "node taken" } else { "node" };
    svg.rounded((LEFT, y), (LEFT + BOX.0, y + 36.0), class);
    let middle = LEFT + BOX.0 / 2.0;
    svg.text((middle, y + 23.0), Anchor::Middle, "name", "done");
    Some(Figure {
        id: "flowchart".into(),
        title: "The flowchart, and this run's way through it".into(),
        caption: "Thick lines are the answers of this run; dashed ones could be either, with so few examples. \
                  What stands in the way first has the bold frame."
            .into(),
        svg: svg.finish(&format!("Flowchart: {}", words.join("; "))),
        header: ["question", "answer", "points", "low", "high", "first"]
            .map(str::to_owned)
            .to_vec(),
        rows,
    })
}

/// One question, its arrows, and its actions.
fn question(svg: &mut Svg, gap: &Gap, at: usize, is_first: bool) {
    let y = ROW * at as f64 + 8.0;
    let (right, bottom) = (LEFT + BOX.0, y + BOX.1);
    let middle = y + BOX.1 / 2.0;
    let class = if is_first { "node first" } else { "node taken" };
    svg.rounded((LEFT, y), (right, bottom), class);
    svg.text(
        (LEFT + 12.0, y + 22.0),
        Anchor::Start,
        "name strong",
        &asked(gap),
    );
    let kind = fitted(&gap.kind.to_string(), BOX.0 - 20.0);
    svg.text((LEFT + 12.0, y + 40.0), Anchor::Start, "name", &kind);
    let [size, low, high] =
        [gap.size, gap.interval.low, gap.interval.high].map(|value| value * 100.0);
    let interval = if low < high {
        format!("  ({low:+.2} to {high:+.2})")
    } else {
        String::new()
    };
    let measured = format!("{size:+.2} points{interval}").replace('-', "−");
    svg.text((LEFT + 12.0, y + 57.0), Anchor::Start, "note", &measured);

    let (yes, no) = match gap.verdict {
        Verdict::Present => ("way", "path"),
        Verdict::Absent => ("path", "way"),
        Verdict::Inconclusive => ("way maybe", "way maybe"),
        Verdict::NotMeasurable => ("path", "path"),
    };
    arrow(svg, (right, middle), (ACTIONS, middle), yes);
    svg.text((right + 8.0, middle - 7.0), Anchor::Start, "note", "yes");
    let x = LEFT + BOX.0 / 2.0;
    let next = ROW * (at as f64 + 1.0) + 8.0;
    arrow(svg, (x, bottom), (x, next), no);
    svg.text((x + 8.0, bottom + 20.0), Anchor::Start, "note", "no");

    let texts = remedies(gap.kind).iter().map(|remedy| remedy.text());
    let shown: Vec<&str> = texts.collect();
    let is_taken = matches!(gap.verdict, Verdict::Present) || is_first;
    let class = if is_taken { "node taken" } else { "node" };
    svg.rounded(
        (ACTIONS, y),
        (WIDTH - 8.0, y + 16.0 * shown.len().min(LINES) as f64 + 14.0),
        class,
    );
    for (line, text) in shown.iter().take(LINES).enumerate() {
        let place = (ACTIONS + 12.0, y + 19.0 + 16.0 * line as f64);
        svg.text(
            place,
            Anchor::Start,
            "note",
            &fitted(text, WIDTH - ACTIONS - 20.0),
        );
    }
}

fn arrow(svg: &mut Svg, from: (f64, f64), to: (f64, f64), class: &str) {
    svg.line(from, to, class);
    let is_down = (from.0 - to.0).abs() < 1.0;
    let head = if is_down {
        [
            (to.0, to.1),
            (to.0 - 5.0, to.1 - 8.0),
            (to.0 + 5.0, to.1 - 8.0),
        ]
    } else {
        [
            (to.0, to.1),
            (to.0 - 8.0, to.1 - 5.0),
            (to.0 - 8.0, to.1 + 5.0),
        ]
    };
    let class = if class.starts_with("way") {
        "head way-head"
    } else {
        "head"
    };
    svg.polygon(&head, class);
}

/// The question that a gap answers, in Ng's words.
fn asked(gap: &Gap) -> String {
    let (lower, upper) = gap.kind.between();
    let name = capitalized(&upper.to_string());
    format!("{name} error high beside {lower}?")
}

fn answer(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Present => "yes",
        Verdict::Absent => "no",
        Verdict::Inconclusive => "can't tell",
        Verdict::NotMeasurable => "not measurable",
    }
}
