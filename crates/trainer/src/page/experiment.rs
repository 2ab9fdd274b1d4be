use super::table::{Cell, TableView};
use crate::{
    chart::{Axis, Bar, Bars, Figure, Line, LineChart, Spot, Spread},
    experiment::{self, Judged, Report},
    report,
};

/// The claims of an experiment, as a page shows them.
pub(crate) struct ExperimentView {
    pub(crate) sentence: String,
    /// Held, failed or undetermined: the name of its colour too.
    pub(crate) standing: &'static str,
    pub(crate) claimed_by: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) figure: Option<Figure>,
    pub(crate) claims: TableView,
    pub(crate) how: Vec<(String, String)>,
}

impl ExperimentView {
    pub(super) fn new(report: &Report) -> Self {
        let header = &report.header;
        let mut how = vec![("command".to_owned(), header.command.clone())];
        how.push(("config".into(), header.config.display().to_string()));
        how.push((
            "runs".into(),
            format!(
                "{} with {} seeds, {} failed",
                header.runs, header.seeds, header.failed_runs
            ),
        ));
        how.push(("took".into(), report::duration(header.elapsed_secs)));
        Self {
            sentence: format!("Of {}: {}.", header.name, report.tally()),
            standing: report.standing.word(),
            claimed_by: header.claimed_by.clone(),
            text: report.text.clone(),
            figure: report.figure.as_ref().and_then(figure),
            claims: claims(&report.claims),
            how,
        }
    }
}

fn claims(claims: &[Judged]) -> TableView {
    let rows = claims.iter().map(|claim| {
        let judgement = &claim.judgement;
        let measured: Vec<String> = (judgement.measured.iter())
            .map(|measured| format!("{} = {}", measured.expression, measured.estimate))
            .collect();
        let difference = judgement
            .difference
            .map_or(String::new(), |difference| difference.to_string());
        vec![
            Cell::text(judgement.standing.word()),
            Cell::text(claim.says.clone().unwrap_or_default()),
            Cell::text(claim.check.clone()),
            Cell::text(measured.join("; ")),
            Cell::text(difference),
            Cell::text(judgement.why.clone().unwrap_or_default()),
        ]
    });
    let header = ["verdict", "claim", "check", "measured", "difference", "why"];
    TableView::new(header.map(str::to_owned).to_vec(), rows.collect())
}

/// The figure that the experiment asks for, in the page's own style.
fn figure(figure: &experiment::Figure) -> Option<Figure> {
    let times = figure.unit().factor();
    let caption = "Means over seeds, with their intervals.".to_owned();
    let ends = |estimate: &experiment::Estimate| {
        let interval = estimate.interval;
        Some((interval.low * times, interval.high * times))
    };
    if let Some(names) = &figure.names {
        let series = figure.series.iter().map(|series| {
            let bars = series.points.iter().map(|(x, estimate)| Bar {
                group: *x as usize,
                value: estimate.mean * times,
                interval: ends(estimate),
            });
            (series.name.clone().unwrap_or_default(), bars.collect())
        });
        return Bars {
            id: "claim".into(),
            title: figure.title.clone(),
            caption,
            y_label: figure.y_label.clone(),
            groups: names.clone(),
            series: series.collect(),
        }
        .figure();
    }
    let lines = figure.series.iter().enumerate().map(|(at, series)| Line {
        name: series.name.clone().unwrap_or_default(),
        class: format!("s{}", at % 7),
        spots: (series.points.iter())
            .map(|(x, estimate)| Spot {
                x: *x,
                y: estimate.mean * times,
                interval: ends(estimate),
            })
            .collect(),
        spread: Spread::Band,
        is_fit: false,
        is_beyond: false,
    });
    LineChart {
        id: "claim".into(),
        title: figure.title.clone(),
        caption,
        x: Axis {
            label: figure.x_label.clone(),
            is_log: figure.log_x,
            ..Axis::default()
        },
        y: Axis {
            label: figure.y_label.clone(),
            is_log: figure.log_y,
            ..Axis::default()
        },
        lines: lines.collect(),
        ..LineChart::default()
    }
    .figure()
}
