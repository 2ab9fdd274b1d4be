use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use plumb_diagnostics::{Diagnosis, Interval, RateName, SetName, Standing, Verdict};

use super::{ExperimentView, run::file_name, signed, span};
use crate::{
    Error,
    chart::{Axis, Figure, Grid, Line, LineChart, Shade, Spot, Spread},
    comparison::{Choices, Comparison, Curves, Row, Run, Series},
    experiment,
    progress::thousands,
    sweep::{Event, Found, SweepDir},
};

/// All that the report of a sweep shows, and of an experiment, which is one with claims.
pub(crate) struct SweepView {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) sentence: String,
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) experiment: Option<ExperimentView>,
    pub(crate) scale: Option<Figure>,
    /// What is said of each curve's law.
    pub(crate) fits: Vec<String>,
    pub(crate) heat: Option<Figure>,
    pub(crate) table: Option<TableView>,
    pub(crate) against: Option<AgainstView>,
    /// The best run's dev error, corrected for its having been picked.
    pub(crate) best: Vec<String>,
    /// Runs that are not in the table, and why.
    pub(crate) left_out: Vec<String>,
    pub(crate) how: Vec<(String, String)>,
    pub(crate) config: Option<String>,
}

/// The runs in rows, which a reader can sort.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableView {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// Of what is in it, as a CSV file.
    pub(crate) csv_address: String,
}

/// A cell, and what it is sorted by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) key: String,
    pub(crate) is_number: bool,
    /// Where it leads.
    pub(crate) link: Option<String>,
}

/// The best row against each other one.
#[derive(Clone, Debug)]
pub(crate) struct AgainstView {
    pub(crate) intro: String,
    pub(crate) table: TableView,
    pub(crate) notes: Vec<String>,
}

impl SweepView {
    /// Reads a sweep's directory.
    ///
    /// # Errors
    /// Bad input if its files can't be used.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let sweep = SweepDir::open(path)?;
        let mut view = Self::of_folder(path)?;
        view.name.clone_from(&sweep.file.name);
        let ledger = sweep.ledger().ok();
        let last = |point: &str| {
            ledger
                .as_ref()
                .and_then(|ledger| ledger.last(point).cloned())
        };
        let (mut done, mut failed, mut running) = (0, 0, 0);
        for (point, found) in sweep.file.points.iter().zip(sweep.found()?) {
            match (found, last(&point.id)) {
                (Found::Done(_), _) => done += 1,
                (_, Some(Event::Failed { .. })) => failed += 1,
                (Found::Begun(_), _) | (_, Some(Event::Started)) => running += 1,
                _ => {}
            }
        }
        let all = sweep.file.points.len();
        let mut facts = vec![("runs done".to_owned(), format!("{done} of {all}"))];
        if running > 0 {
            facts.push(("begun".into(), running.to_string()));
        }
        if failed > 0 {
            facts.push(("failed".into(), failed.to_string()));
        }
        for axis in &sweep.file.axes {
            facts.push((axis.alias.clone(), format!("{} values", axis.values.len())));
        }
        facts.append(&mut view.facts);
        view.facts = facts;
        view.config = Some(sweep.file.config().to_owned());
        Ok(view)
    }

    /// Reads the runs of a folder, and the experiment that left its report there.
    ///
    /// # Errors
    /// Bad input if there is neither a run nor an experiment.
    pub(crate) fn of_folder(path: &Path) -> Result<Self, Error> {
        let experiment = experiment::Report::read(path)?;
        let choices = Choices {
            is_each: false,
            filters: &[],
            sort: "dev",
            is_reversed: false,
            confidence: None,
            curves_on: SetName::Dev,
            goal: None,
            is_held_out: false,
        };
        let inputs = [path.to_owned()];
        let comparison = Comparison::of(&inputs, &choices);
        let (comparison, why_none) = match comparison {
            Ok(comparison) => (Some(comparison), None),
            Err(error) if experiment.is_none() && !SweepDir::is_one(path) => return Err(error),
            Err(error) => (None, Some(error.message().to_owned())),
        };
        let experiment = experiment.as_ref().map(ExperimentView::new);
        let mut view = Self {
            path: path.to_owned(),
            name: file_name(path),
            sentence: String::new(),
            facts: Vec::new(),
            scale: None,
            fits: Vec::new(),
            heat: None,
            table: None,
            against: None,
            best: Vec::new(),
            left_out: why_none
                .into_iter()
                .filter(|_| experiment.is_none())
                .collect(),
            how: vec![
                ("folder".into(), path.display().to_string()),
                ("plumb".into(), env!("CARGO_PKG_VERSION").into()),
            ],
            config: None,
            experiment,
        };
        if let Some(comparison) = &comparison {
            view.compare(comparison);
        }
        view.sentence = match (&view.experiment, &comparison) {
            (Some(experiment), _) => experiment.sentence.clone(),
            (None, Some(comparison)) => sentence(comparison),
            (None, None) => "No run is finished so far, so there is nothing to compare.".into(),
        };
        if let Some(experiment) = &view.experiment {
            view.how.splice(0..0, experiment.how.iter().cloned());
        }
        Ok(view)
    }

    pub(crate) fn title(&self) -> String {
        format!("{}: plumb report", self.name)
    }

    pub(crate) fn figures(&self) -> Vec<&Figure> {
        let experiment = self
            .experiment
            .as_ref()
            .and_then(|experiment| experiment.figure.as_ref());
        experiment
            .into_iter()
            .chain(&self.scale)
            .chain(&self.heat)
            .collect()
    }

    /// The colour of the first sentence: that of the claims, if there are any.
    pub(crate) fn lead_class(&self) -> &'static str {
        let experiment = self.experiment.as_ref();
        experiment.map_or("", |experiment| experiment.standing)
    }

    fn compare(&mut self, comparison: &Comparison) {
        if let Some(curves) = &comparison.curves {
            self.scale = scale_chart(curves);
            self.fits = curves.fit_texts();
        }
        self.heat = heat_map(comparison);
        self.table = Some(table(comparison, &self.path));
        self.against = against(comparison);
        let best = comparison.best_paragraph();
        let in_one = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.best = best.into_iter().map(in_one).collect();
        self.left_out
            .extend(comparison.left_out.iter().map(|run| run.what.clone()));
    }
}

/// Which recipe is the best, how sure that is, and what stands in its way.
fn sentence(comparison: &Comparison) -> String {
    let Some(best) = comparison
        .rows
        .iter()
        .min_by(|a, b| a.dev().total_cmp(&b.dev()))
    else {
        return "Nothing is left to compare.".into();
    };
    let name = row_name(comparison, best);
    let mut text = format!(
        "Of {} recipes, {name} has the lowest dev error, {}",
        comparison.rows.len(),
        rate(best, RateName::Dev)
    );
    if comparison.rows.len() < 2 {
        text = format!(
            "One recipe, {name}: dev error {}",
            rate(best, RateName::Dev)
        );
    }
    if let Some(against) = &comparison.against_best {
        let of = |standing| {
            against
                .others
                .iter()
                .filter(|other| other.verdict == standing)
                .count()
        };
        let (better, unsure) = (of(Standing::Better), of(Standing::Undetermined));
        let better = match (better, unsure) {
            (n, 0) => format!("better than all {n} others"),
            (0, n) => format!(
                "not surely better than any of the {n} others, with so few seeds or examples"
            ),
            (n, m) => format!(
                "better than {n} of the others; {m} can't be told apart from it, with so few seeds or examples"
            ),
        };
        write!(text, "; it is {better}").ok();
    }
    text.push_str("; what stands in its way: ");
    text.push_str(&first(&best.diagnosis));
    text.push('.');
    text
}

/// The gap that stands in the way first, with its interval.
fn first(diagnosis: &Diagnosis) -> String {
    let gap = diagnosis.first.and_then(|kind| diagnosis.gap(kind));
    gap.map_or("nothing".into(), |gap| {
        let sure = if gap.verdict == Verdict::Present {
            ""
        } else {
            ", as far as can be told"
        };
        format!(
            "{} ({} points, {}{sure})",
            gap.kind,
            signed(gap.size),
            span(gap.interval)
        )
    })
}

fn rate(row: &Row, name: RateName) -> String {
    row.rate(name).map_or("not measured".into(), |rate| {
        let interval = rate
            .interval
            .map_or(String::new(), |interval| format!(" ({})", span(interval)));
        format!("{:.2} %{interval}", rate.rate * 100.0)
    })
}

/// What tells a row from the others.
fn row_name(comparison: &Comparison, row: &Row) -> String {
    let columns = &comparison.columns;
    let name = row.name(columns, Row::telling(&comparison.rows, columns).into_iter());
    match &row.runs[..] {
        [run, ..] if name.is_empty() => file_name(&comparison.runs[*run].path),
        _ => name,
    }
}

/// Error against training examples, with laws and what they foretell.
fn scale_chart(curves: &Curves) -> Option<Figure> {
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

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// Dev error by training examples (or by the setting with the most values) and by what else differs; none where
/// there is but one dimension.
fn heat_map(comparison: &Comparison) -> Option<Figure> {
    let columns = &comparison.columns;
    let distinct = |at: usize| {
        let mut shown: Vec<_> = comparison
            .rows
            .iter()
            .map(|row| row.settings[at].clone())
            .collect();
        shown.sort_by(super::super::comparison::Setting::order);
        shown.dedup_by(|a, b| a.shown == b.shown);
        shown
    };
    let size = (0..columns.len()).find(|&at| columns[at].is_train_size());
    let across = size.or_else(|| (0..columns.len()).max_by_key(|&at| distinct(at).len()))?;
    let telling = Row::telling(&comparison.rows, columns);
    let others: Vec<usize> = telling.into_iter().filter(|&at| at != across).collect();
    let down_name = |row: &Row| match &others[..] {
        [only] => row.settings[*only].shown.clone(),
        several => row.name(columns, several.iter().copied()),
    };
    let across_values = distinct(across);
    let mut down: Vec<(usize, String)> = Vec::new();
    for row in &comparison.rows {
        let name = down_name(row);
        if !down.iter().any(|(_, known)| *known == name) {
            down.push((row.parameters, name));
        }
    }
    down.sort();
    if across_values.len() < 2 || down.len() < 2 || others.is_empty() {
        return None;
    }
    let devs = comparison.rows.iter().map(Row::dev);
    let (low, high) = devs.fold((f64::INFINITY, 0.0_f64), |(low, high), dev| {
        (low.min(dev), high.max(dev))
    });
    // Equal steps of the logarithm are equal steps in colour; a floor keeps 0 errors drawable.
    let log = |rate: f64| rate.max(1e-4).ln();
    let width = (log(high) - log(low)).max(1e-9);
    let cell = |name: &str, value: &str| {
        let row = comparison
            .rows
            .iter()
            .find(|row| down_name(row) == name && row.settings[across].shown == value)?;
        let dev = row.rate(RateName::Dev)?;
        Some(Shade {
            value: dev.rate * 100.0,
            text: format!("{:.2}", dev.rate * 100.0),
            below: dev.interval.map_or(String::new(), span),
            share: 0.08 + 0.92 * (log(dev.rate) - log(low)) / width,
            class: "heat",
        })
    };
    let others: Vec<&str> = others
        .iter()
        .map(|&at| columns[at].alias.as_str())
        .collect();
    Grid {
        id: "heat-map".into(),
        title: "Dev error by size of the model and of the data".into(),
        caption: "In percent, with its interval below; the darker, the more errors (equal steps of colour are equal \
                  factors)."
            .into(),
        columns: (columns[across].alias.clone(), across_values.iter().map(|setting| setting.shown.clone()).collect()),
        rows: (others.join(", "), down.iter().map(|(_, name)| name.clone()).collect()),
        cells: (down.iter())
            .map(|(_, name)| across_values.iter().map(|value| cell(name, &value.shown)).collect())
            .collect(),
    }
    .figure()
}

/// The rows, as `plumb compare` has them.
fn table(comparison: &Comparison, folder: &Path) -> TableView {
    let mut header = vec!["#".to_owned()];
    header.extend(comparison.columns.iter().map(|column| column.alias.clone()));
    header.extend(
        [
            "runs",
            "train %",
            "train-dev %",
            "dev %",
            "dev interval",
            "test %",
            "first",
            "parameters",
            "seconds",
        ]
        .map(str::to_owned),
    );
    let rows = comparison.rows.iter().enumerate().map(|(at, row)| {
        let mut cells = vec![Cell::number((at + 1) as f64, (at + 1).to_string())];
        for setting in &row.settings {
            cells.push(match setting.number() {
                Some(value) => Cell::number(value, setting.shown.clone()),
                None => Cell::text(setting.shown.clone()),
            });
        }
        cells.push(runs_cell(&row.runs, &comparison.runs, folder));
        for name in [RateName::Train, RateName::TrainDev, RateName::Dev] {
            cells.push(rate_cell(row, name));
        }
        let interval = row.rate(RateName::Dev).and_then(|rate| rate.interval);
        cells.push(interval.map_or_else(Cell::default, |interval| {
            Cell::number(interval.high - interval.low, span(interval))
        }));
        cells.push(rate_cell(row, RateName::Test));
        cells.push(Cell::text(row.first_words()));
        cells.push(Cell::number(
            row.parameters as f64,
            thousands(row.parameters as u64),
        ));
        cells.push(row.train_secs.map_or_else(Cell::default, |secs| {
            Cell::number(secs, format!("{secs:.1}"))
        }));
        cells
    });
    TableView::new(header, rows.collect())
}

/// How many seeds; or the one run, with a link to its own report if it has one.
fn runs_cell(runs: &[usize], all: &[Run], folder: &Path) -> Cell {
    match runs {
        [only] => {
            let path = &all[*only].path;
            let name = file_name(path);
            let report = path.join(super::FILE);
            let inside = path.strip_prefix(folder).ok();
            let link = inside
                .filter(|_| report.is_file())
                .map(|inside| format!("{}/{}", inside.display(), super::FILE));
            Cell {
                link,
                ..Cell::text(name)
            }
        }
        several => Cell::number(several.len() as f64, format!("{} seeds", several.len())),
    }
}

fn rate_cell(row: &Row, name: RateName) -> Cell {
    row.rate(name).map_or_else(Cell::default, |rate| {
        Cell::number(rate.rate * 100.0, format!("{:.2}", rate.rate * 100.0))
    })
}

fn against(comparison: &Comparison) -> Option<AgainstView> {
    let against = comparison.against_best.as_ref()?;
    let best = against.best;
    let (intro, notes) = against.words();
    let header = [
        "#",
        "recipe",
        "dev, points more",
        "interval",
        "test of it",
        "the best one is",
    ];
    let rows = against.others.iter().map(|other| {
        let row = &comparison.rows[other.row];
        let interval = other.interval.map_or_else(Cell::default, |interval| {
            let ends = [interval.low, interval.high].map(signed);
            Cell::number(interval.low, ends.join(" to "))
        });
        let test = match (&other.mcnemar, &other.over_seeds) {
            (Some(test), _) => Cell::number(
                test.p_corrected,
                format!(
                    "exact McNemar: {} against {}, p {:.4}",
                    test.only_best_wrong, test.only_other_wrong, test.p_corrected
                ),
            ),
            (None, Some(over)) => Cell::number(
                over.p_better,
                format!(
                    "P(best is better) {:.2} ({:.2} to {:.2})",
                    over.p_better, over.interval.low, over.interval.high
                ),
            ),
            (None, None) => Cell::default(),
        };
        vec![
            Cell::number((other.row + 1) as f64, (other.row + 1).to_string()),
            Cell::text(row_name(comparison, row)),
            Cell::number(other.difference, signed(other.difference)),
            interval,
            test,
            Cell::text(other.verdict_words()),
        ]
    });
    Some(AgainstView {
        intro: format!("Row {} has the lowest dev error. {intro}", best + 1),
        table: TableView::new(header.map(str::to_owned).to_vec(), rows.collect()),
        notes,
    })
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            key: text.clone(),
            text,
            is_number: false,
            link: None,
        }
    }

    pub(super) fn number(key: f64, text: impl Into<String>) -> Self {
        Self {
            key: format!("{key}"),
            text: text.into(),
            is_number: true,
            link: None,
        }
    }
}

impl TableView {
    pub(super) fn new(header: Vec<String>, rows: Vec<Vec<Cell>>) -> Self {
        let figure = Figure {
            id: String::new(),
            title: String::new(),
            caption: String::new(),
            svg: String::new(),
            header: header.clone(),
            rows: (rows.iter())
                .map(|cells| {
                    cells
                        .iter()
                        .map(|cell| cell.text.replace('−', "-"))
                        .collect()
                })
                .collect(),
        };
        Self {
            header,
            rows,
            csv_address: figure.csv_address(),
        }
    }
}
