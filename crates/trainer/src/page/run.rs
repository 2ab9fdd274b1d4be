use std::path::{Path, PathBuf};

use plumb_diagnostics::{Confidence, Diagnosis, SetName, Verdict};
use serde_json::Value;

use super::{
    History,
    analysis::AnalysisView,
    attempts::{Attempt, attempts, notes},
    curves::curves,
    data::DataView,
    percent,
};
use crate::{
    Error,
    chart::{Figure, flowchart, waterfall},
    data_summary::DataSummary,
    error_analysis::{ErrorAnalysis, Suspects},
    finished::Finished,
    gallery::Gallery,
    looks::UsedUp,
    mismatch_test::MismatchTest,
    progress::thousands,
    report,
    run_dir::RunDir,
    shell,
    trained::{ModelFile, read_config},
};

/// All that the report of a run shows.
pub(crate) struct RunView {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) state: State,
    /// What stands in the way, how sure that is, and what to do next.
    pub(crate) sentence: String,
    /// Figures that everybody looks for first.
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) ladder: Option<Figure>,
    pub(crate) flowchart: Option<Figure>,
    pub(crate) curves: Vec<Figure>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) notes: Vec<String>,
    /// Ng's table: the name of each row, general data, target data.
    pub(crate) ng_table: Vec<(String, String, String)>,
    /// What part of the mismatch is harder data.
    pub(crate) harder: Option<String>,
    /// Whether train-dev and dev can be told apart, and how far they are used up, in paragraphs.
    pub(crate) more: Vec<String>,
    pub(crate) analysis: Option<AnalysisView>,
    pub(crate) data: Option<DataView>,
    /// Version, device, time, command.
    pub(crate) how: Vec<(String, String)>,
    pub(crate) config: String,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Done,
    /// It has no diagnosis: it goes on, or it ended early.
    Open,
}

impl RunView {
    /// Reads a run's directory, finished or not.
    ///
    /// # Errors
    /// Bad input if it is no run, or its files can't be used.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        if path.join("diagnosis.json").is_file() {
            Self::finished(&Finished::open(path)?)
        } else {
            Self::unfinished(&RunDir::open(path)?)
        }
    }

    pub(crate) fn title(&self) -> String {
        format!("{}: plumb report", file_name(&self.path))
    }

    pub(crate) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    pub(crate) fn figures(&self) -> Vec<&Figure> {
        let confusion = self
            .analysis
            .as_ref()
            .and_then(|analysis| analysis.confusion.as_ref());
        let first = self.ladder.iter().chain(&self.flowchart);
        first.chain(&self.curves).chain(confusion).collect()
    }

    fn finished(finished: &Finished) -> Result<Self, Error> {
        let (run, config, verdict) = (&finished.run, &finished.config, &finished.verdict);
        let diagnosis = &verdict.diagnosis;
        let options = config.diagnosis.options()?;
        let confidence = options.confidence;
        let history = History::read(run.path());
        let dev = &finished.sets.dev;
        let analysis = ErrorAnalysis::of(dev, confidence)?;
        let suspects: Option<Suspects> = run.read_format(Suspects::FILE, Suspects::FORMAT).ok();
        let gallery: Gallery =
            (run.read_format(Gallery::FILE, Gallery::FORMAT)).unwrap_or_default();
        let used_up = UsedUp::of(run, &finished.data, finished.sets.test.count(), confidence);
        let mismatch: Option<MismatchTest> = run
            .read_format(MismatchTest::FILE, MismatchTest::FORMAT)
            .ok();
        let texts = [mismatch.map(|test| test.text()), Some(used_up.text())];
        let is_forest = config.model.forest().is_some();
        let best = (!is_forest).then_some(verdict.best_epoch);
        let mut notes = notes(diagnosis);
        notes.extend(finished.notes.iter().cloned());
        let human_level = [&verdict.human.target, &verdict.human.general].map(Option::as_ref);
        let counted = |set, kind| finished.sets.get(set).count_of(kind);
        let ng_table = report::ng_table_of(human_level, counted, confidence)?;
        Ok(Self {
            path: run.path().to_owned(),
            name: config.name.clone(),
            state: State::Done,
            sentence: report::sentence(diagnosis, &verdict.actions) + ".",
            facts: facts(finished, diagnosis, run),
            ladder: waterfall(diagnosis),
            flowchart: flowchart(diagnosis),
            curves: if is_forest {
                Vec::new()
            } else {
                curves(&history, human(diagnosis), confidence, best)
            },
            attempts: attempts(&verdict.actions, run.path()),
            notes,
            harder: report::harder(&ng_table),
            ng_table: report::ng_rows(&ng_table),
            more: texts
                .into_iter()
                .flatten()
                .flat_map(|text| paragraphs(&text))
                .collect(),
            analysis: Some(AnalysisView::new(
                dev,
                &analysis,
                suspects.as_ref(),
                &gallery,
                diagnosis,
            )),
            data: Some(DataView::new(&finished.data, &gallery)),
            how: how(run),
            config: config.to_toml()?,
        })
    }

    fn unfinished(run: &RunDir) -> Result<Self, Error> {
        let (config, _) = read_config(run, &[])?;
        let history = History::read(run.path());
        let confidence = config
            .diagnosis
            .options()
            .map_or(Confidence::default(), |options| options.confidence);
        let data: Option<DataSummary> = run.read_format("data.json", DataSummary::FORMAT).ok();
        let (done, all) = (history.epochs(), config.train.epochs);
        let dev = history
            .sets
            .dev
            .last()
            .map(|metric| percent(metric.error_rate));
        let best = history.best_epoch();
        let mut facts = vec![("epochs".to_owned(), format!("{done} of {all}"))];
        facts.extend(dev.map(|dev| ("dev error now".to_owned(), dev)));
        let sentence = format!(
            "Not finished: {done} of {all} epochs are measured so far, so nothing is diagnosed yet. If it is not \
             training any more, `plumb resume {}` goes on.",
            run.path().display()
        );
        Ok(Self {
            path: run.path().to_owned(),
            name: config.name.clone(),
            state: State::Open,
            sentence,
            facts,
            ladder: None,
            flowchart: None,
            curves: curves(&history, None, confidence, best),
            attempts: Vec::new(),
            notes: Vec::new(),
            harder: None,
            ng_table: Vec::new(),
            more: Vec::new(),
            analysis: None,
            data: data.map(|data| DataView::new(&data, &Gallery::default())),
            how: how(run),
            config: config.to_toml()?,
        })
    }
}

/// The foot of the ladder.
fn human(diagnosis: &Diagnosis) -> Option<f64> {
    let mut rates = diagnosis.rates.iter();
    rates
        .find(|rate| rate.name == plumb_diagnostics::RateName::Human)
        .map(|rate| rate.rate)
}

fn facts(finished: &Finished, diagnosis: &Diagnosis, run: &RunDir) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    for set in [SetName::Dev, SetName::Test] {
        if let Some(rate) = diagnosis.rates.iter().find(|rate| rate.name == set.into()) {
            facts.push((format!("{set} error"), percent(rate.rate)));
        }
    }
    if let Some(goal) = &diagnosis.goal {
        let reached = match goal.reached {
            Verdict::Present => "reached",
            Verdict::Absent => "not reached",
            Verdict::Inconclusive | Verdict::NotMeasurable => "can't tell",
        };
        facts.push((format!("goal {}", percent(goal.error)), reached.to_owned()));
    }
    if finished.config.model.forest().is_none() {
        let verdict = &finished.verdict;
        facts.push((
            "weights of epoch".into(),
            format!("{} of {}", verdict.best_epoch, verdict.epochs),
        ));
    }
    if let Ok(model) = run.read_json::<ModelFile>(ModelFile::NAME) {
        facts.push(("parameters".into(), thousands(model.cost.parameters as u64)));
    }
    let train = finished.data.sets.train.examples;
    facts.push(("training examples".into(), thousands(train as u64)));
    facts
}

/// What `environment.json` says, in words; what is missing there is left out.
fn how(run: &RunDir) -> Vec<(String, String)> {
    let environment: Value = run.read_json("environment.json").unwrap_or_default();
    let text = |key: &str| {
        environment
            .get(key)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let mut how = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            how.push((name.to_owned(), value));
        }
    };
    let command = environment
        .get("command")
        .and_then(Value::as_array)
        .map(|words| {
            let words = words.iter().filter_map(Value::as_str);
            let words = words.enumerate().map(|(at, word)| {
                // Where the program lay tells nobody anything.
                let word = if at == 0 {
                    file_name(Path::new(word))
                } else {
                    word.to_owned()
                };
                shell::quoted(&word)
            });
            words.collect::<Vec<_>>().join(" ")
        });
    add("command", command);
    add("plumb", text("plumb"));
    add("device", text("device_name").or_else(|| text("device")));
    let threads = environment.get("threads").and_then(Value::as_u64);
    add("threads", threads.map(|n| n.to_string()));
    let system = [text("os"), text("architecture")];
    add(
        "system",
        Some(system.into_iter().flatten().collect::<Vec<_>>().join(", ")),
    );
    add("started", text("started"));
    let secs = environment.get("elapsed_secs").and_then(Value::as_f64);
    add("took", secs.map(report::duration));
    let resumed = environment
        .get("resumed_from")
        .and_then(|from| from.get("run"));
    add(
        "goes on with",
        resumed.and_then(Value::as_str).map(str::to_owned),
    );
    how
}

/// The paragraphs of a text for a terminal, each on one line.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        // What is indented is said of what stands above it.
        let is_new = !goes_on || line.starts_with(' ') || line.starts_with("warning:");
        goes_on = !words.is_empty();
        match paragraphs.last_mut() {
            _ if words.is_empty() => {}
            Some(last) if !is_new => {
                last.push(' ');
                last.push_str(&words.join(" "));
            }
            _ => paragraphs.push(words.join(" ")),
        }
    }
    paragraphs
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

impl RunView {
    /// The heading.
    pub(crate) fn heading(&self) -> String {
        let folder = file_name(&self.path);
        if folder.starts_with(&self.name) {
            folder
        } else {
            format!("{} ({folder})", self.name)
        }
    }

    /// How examples are laid out: as pictures, or as rows of values.
    pub(crate) fn mistakes_class(&self) -> &'static str {
        let analysis = self.analysis.as_ref();
        let first = analysis.and_then(|analysis| analysis.mistakes.first());
        match first {
            Some(picture) if picture.address.is_none() => "rows",
            _ => "",
        }
    }

    /// The same of samples of the data.
    pub(crate) fn samples_class(&self) -> &'static str {
        let data = self.data.as_ref();
        let first = data.and_then(|data| data.general.first());
        match first {
            Some(picture) if picture.address.is_none() => "rows",
            _ => "small",
        }
    }
}
