use plumb_diagnostics::Interval;

use crate::{
    chart::{Axis, Figure, Line, LineChart, Spot, Spread},
    comparison::{Curves, Series},
    progress::thousands,
    report::capitalized,
};

/// Error against training examples, with laws and what they foretell.
pub(super) fn chart(curves: &Curves) -> Option<Figure> {
    let times = if curves.is_error { 100.0 } else { 1.0 };
    let mut lines = Vec::new();
    for (at, series) in curves.series.iter().enumerate() {
        lines.push(Line {
            name: series_name(series),
            class: format!("s{}", at % 7),
            spots: (series.points.iter().chain(&series.held_out))
                .map(|point| Spot {
                    x: point.examples as f64,
                    y: point.mean * times,
                    interval: point.interval.map(|interval| scaled(interval, times)),
                })
                .collect(),
            spread: Spread::Whiskers,
            is_fit: false,
            is_beyond: false,
        });
    }
    for (at, fit) in curves.fits.iter().enumerate() {
        let Some(law) = fit.law() else { continue };
        for is_beyond in [false, true] {
            // The dashed part begins where the other one ends.
            let from = law
                .curve
                .iter()
                .position(|place| place.is_beyond)
                .unwrap_or(law.curve.len());
            let part = if is_beyond {
                &law.curve[from.saturating_sub(1)..]
            } else {
                &law.curve[..from]
            };
            lines.push(Line {
                name: format!(
                    "{}, fit{}",
                    curves.series[at].name,
                    if is_beyond { ", beyond" } else { "" }
                ),
                class: format!("s{}", at % 7),
                spots: (part.iter())
                    .map(|place| Spot {
                        x: place.examples,
                        y: place.value * times,
                        interval: Some(scaled(place.band, times)),
                    })
                    .collect(),
                spread: Spread::Band,
                is_fit: true,
                is_beyond,
            });
        }
    }
    let what = &curves.what;
    let unit = if curves.is_error { " in percent" } else { "" };
    let axis = |label: String| Axis {
        label,
        is_log: true,
        ..Axis::default()
    };
    let goals = curves.targets.iter().map(|target| {
        let value = target * times;
        (
            value,
            format!("{value:.2}{}", if curves.is_error { " %" } else { "" }),
            "goal".to_owned(),
        )
    });
    LineChart {
        id: "scale".into(),
        title: format!("{} against training examples", capitalized(what)),
        caption: format!(
            "Means over seeds with {} % intervals, on logarithmic axes. Lines without marks are offset power laws, \
             where the curve's shape allows one; dashed, and with their bands, they go on to ten times the data.",
            curves.confidence.level() * 100.0
        ),
        x: axis("training examples".into()),
        y: axis(format!("{what}{unit}")),
        levels: if curves.fits.iter().any(|fit| fit.law().is_some()) { goals.collect() } else { Vec::new() },
        lines,
        ..LineChart::default()
    }
    .figure()
}

fn scaled(interval: Interval, times: f64) -> (f64, f64) {
    (interval.low * times, interval.high * times)
}

fn series_name(series: &Series) -> String {
    match series.parameters {
        Some(n) if n > 0 => format!("{} ({} parameters)", series.name, thousands(n as u64)),
        _ => series.name.clone(),
    }
}
