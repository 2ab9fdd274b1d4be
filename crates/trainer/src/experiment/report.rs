//! What an experiment found, for people and for programs.

mod markdown;
mod text;

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    figure::Figure,
    judge::{Judgement, Standing, estimate, judge},
    plan::Experiment,
    runs::Runs,
    template::{Part, Template},
};
use crate::{Error, run_dir::RunDir};

/// The version of `experiment.json`.
pub(crate) const FORMAT: u32 = 2;

/// What `experiment.json` says, and `plumb reproduce --json` prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) format: u32,
    #[serde(flatten)]
    pub(crate) header: Header,
    /// Held if all claims are, failed if one is.
    pub(crate) standing: Standing,
    /// Two-sided confidence of every interval.
    pub(crate) confidence: f64,
    pub(crate) claims: Vec<Judged>,
    /// The paragraph, with what was measured in it.
    pub(crate) text: Option<String>,
    pub(crate) figure: Option<Figure>,
}

/// What was run, and what for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) config: PathBuf,
    pub(crate) claimed_by: Option<String>,
    /// What repeats it.
    pub(crate) command: String,
    /// The time that the config says it takes.
    pub(crate) time: Option<String>,
    /// The time that it took.
    pub(crate) elapsed_secs: f64,
    pub(crate) is_short: bool,
    pub(crate) runs: usize,
    /// That were done before.
    pub(crate) runs_before: usize,
    pub(crate) failed_runs: usize,
    pub(crate) seeds: usize,
    pub(crate) directory: PathBuf,
    /// Commands to go on with; none where there are no runs to look at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[serde(default)]
    pub(crate) go_on: Vec<String>,
}

/// A claim, and what the runs say of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Judged {
    pub(crate) says: Option<String>,
    pub(crate) check: String,
    #[serde(flatten)]
    pub(crate) judgement: Judgement,
}

impl Report {
    /// The report that an experiment left in its directory; none if it left none.
    ///
    /// # Errors
    /// Bad input if the file is damaged, or of another version.
    pub(crate) fn read(directory: &Path) -> Result<Option<Self>, Error> {
        if !directory.join(Self::FILE).is_file() {
            return Ok(None);
        }
        RunDir::at(directory)
            .read_format(Self::FILE, FORMAT)
            .map(Some)
    }

    pub(crate) const FILE: &str = "experiment.json";

    /// Judges all claims.
    pub(crate) fn new(experiment: &Experiment, runs: &Runs<'_>, header: Header) -> Self {
        let confidence = experiment.confidence;
        let claims: Vec<Judged> = experiment
            .claims
            .all
            .iter()
            .map(|(says, claim)| Judged {
                says: says.clone(),
                check: claim.to_string(),
                judgement: judge(claim, runs, confidence),
            })
            .collect();
        let text = experiment.claims.text.as_ref();
        let text = text.map(|text| filled(text, experiment, runs));
        let figure = Figure::of(experiment, runs, &header.name);
        Self {
            format: FORMAT,
            header,
            standing: together(claims.iter().map(|claim| claim.judgement.standing)),
            confidence: confidence.level(),
            claims,
            text,
            figure,
        }
    }

    /// How many claims are so.
    pub(crate) fn count(&self, standing: Standing) -> usize {
        let claims = self.claims.iter();
        claims
            .filter(|claim| claim.judgement.standing == standing)
            .count()
    }

    /// "2 of 3 claims held, 1 undetermined".
    pub(crate) fn tally(&self) -> String {
        let held = self.count(Standing::Held);
        let all = self.claims.len();
        let mut text = match all {
            1 if held == 1 => "the claim held".to_owned(),
            1 => "the claim did not hold".to_owned(),
            _ if held == all => format!("all {all} claims held"),
            _ => format!("{held} of {all} claims held"),
        };
        for standing in [Standing::Failed, Standing::Undetermined] {
            let count = self.count(standing);
            if count > 0 {
                write!(text, ", {count} {}", standing.word()).ok();
            }
        }
        text
    }
}

impl Standing {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Undetermined => "undetermined",
        }
    }
}

/// Held if all are, failed if one is, else undetermined.
pub(crate) fn together(standings: impl Iterator<Item = Standing>) -> Standing {
    let mut all = Standing::Held;
    for standing in standings {
        match standing {
            Standing::Failed => return Standing::Failed,
            Standing::Undetermined => all = Standing::Undetermined,
            Standing::Held => {}
        }
    }
    all
}

fn filled(text: &Template, experiment: &Experiment, runs: &Runs<'_>) -> String {
    let place = Vec::new();
    let parts = text.parts.iter().map(|part| match part {
        Part::Text(text) => text.clone(),
        Part::Value(value) => match estimate(value, &place, runs, experiment.confidence) {
            Ok(estimate) => estimate.to_string(),
            Err(missing) => format!("[{value} is not known: {}]", missing.text()),
        },
    });
    parts.collect::<String>().trim().to_owned()
}
