mod against;
mod heat_map;
mod rows;
mod scale;

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use plumb_diagnostics::{Diagnosis, RateName, SetName, Standing, Verdict};

use self::against::AgainstView;
use super::{ExperimentView, run::file_name, signed, span, table::TableView};
use crate::{
    Error,
    chart::Figure,
    comparison::{Choices, Comparison, Row},
    experiment,
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
            self.scale = scale::chart(curves);
            self.fits = curves.fit_texts();
        }
        self.heat = heat_map::figure(comparison);
        self.table = Some(rows::table(comparison, &self.path));
        self.against = AgainstView::of(comparison);
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
    let name = rows::name(comparison, best);
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
