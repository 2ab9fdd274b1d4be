use plumb_diagnostics::{Confidence, ErrorCount, SetName, wilson};

use super::History;
use crate::{
    chart::{Axis, Figure, Line, LineChart, Spot, Spread},
    curve::Metric,
};

/// Error, loss and learning rate against the epoch, as far as they were measured.
pub(super) fn curves(
    history: &History,
    human: Option<f64>,
    confidence: Confidence,
    best: Option<u32>,
) -> Vec<Figure> {
    let moment = best.map(|epoch| (f64::from(epoch), format!("chosen: epoch {epoch}")));
    let percent = confidence.level() * 100.0;
    let error = LineChart {
        id: "error".into(),
        title: "Error against epoch".into(),
        caption: format!(
            "Of the four sets, with {percent} % intervals. The weights with the lowest dev error were chosen."
        ),
        y: axis("error in percent"),
        lines: lines(history, |metric| {
            let count = ErrorCount::new(metric.errors, metric.n).ok();
            let interval = count.map(|count| wilson(count, confidence));
            let interval = interval.map(|interval| (interval.low * 100.0, interval.high * 100.0));
            (metric.error_rate * 100.0, interval)
        }),
        levels: human
            .map(|human| (human * 100.0, "human".to_owned(), "human".to_owned()))
            .into_iter()
            .collect(),
        from_zero: true,
        moment: moment.clone(),
        x: axis("epoch"),
        is_low: false,
    };
    let loss = LineChart {
        id: "loss".into(),
        title: "Loss against epoch".into(),
        caption: "Mean cross-entropy in nats, in evaluation mode.".into(),
        y: axis("loss in nats"),
        lines: lines(history, |metric| (metric.loss, None)),
        from_zero: true,
        moment,
        x: axis("epoch"),
        ..LineChart::default()
    };
    let rate = |metric: &Metric| Spot {
        x: f64::from(metric.epoch),
        y: metric.learning_rate,
        interval: None,
    };
    let learning_rate = LineChart {
        id: "learning-rate".into(),
        title: "Learning rate against epoch".into(),
        caption: "Of the last step of each epoch that was measured.".into(),
        x: axis("epoch"),
        y: axis("learning rate"),
        lines: vec![Line {
            name: String::new(),
            class: "s0".into(),
            spots: history.sets.dev.iter().map(rate).collect(),
            spread: Spread::Band,
            is_fit: false,
            is_beyond: false,
        }],
        from_zero: true,
        is_low: true,
        ..LineChart::default()
    };
    [error, loss, learning_rate]
        .iter()
        .filter_map(LineChart::figure)
        .collect()
}

fn axis(label: &str) -> Axis {
    Axis {
        label: label.to_owned(),
        is_whole: label == "epoch",
        ..Axis::default()
    }
}

/// A curve per set, in the order of the ladder.
fn lines(history: &History, value: impl Fn(&Metric) -> (f64, Option<(f64, f64)>)) -> Vec<Line> {
    let line = |(set, metrics): (SetName, &Vec<Metric>)| Line {
        name: set.to_string(),
        class: set.to_string(),
        spots: (metrics.iter())
            .map(|metric| {
                let (y, interval) = value(metric);
                Spot {
                    x: f64::from(metric.epoch),
                    y,
                    // Train is measured on so many of its own examples: its curve is exact, or nearly.
                    interval: interval.filter(|_| set != SetName::Train),
                }
            })
            .collect(),
        spread: Spread::Band,
        is_fit: false,
        is_beyond: false,
    };
    history.sets.iter().map(line).collect()
}
