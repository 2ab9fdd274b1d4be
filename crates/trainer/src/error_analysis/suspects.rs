//! Labels to doubt: what a model that never trained on them takes for something else, with confidence.

use std::fmt::Write;

use plumb_diagnostics::{Diagnosis, GapKind, SetName, Verdict, find_label_errors};
use serde::{Deserialize, Serialize};

/// Suspects that are listed per set.
const MOST: usize = 100;

/// Of them, how many a terminal gets.
const N_SHOWN: usize = 5;

/// The suspected wrong labels of the sets that weights were not fitted on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Suspects {
    format: u32,
    pub(crate) sets: Vec<SetSuspects>,
    /// Why a set was not looked at.
    pub(crate) notes: Vec<String>,
}

impl Default for Suspects {
    fn default() -> Self {
        Self {
            format: Self::FORMAT,
            sets: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// Of one set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SetSuspects {
    pub(crate) set: SetName,
    pub(crate) n: u64,
    /// Share of wrong labels, as estimated; too high by as much as the model is wrong and sure of it.
    pub(crate) noise_rate: f64,
    /// How many are suspected; the first hundred are listed.
    pub(crate) n_suspects: usize,
    pub(crate) suspects: Vec<Suspect>,
}

/// One example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Suspect {
    /// Its number in the set.
    pub(crate) example: usize,
    pub(crate) label: String,
    pub(crate) likely: String,
    /// The probability that the model gives its label.
    pub(crate) label_probability: f64,
}

impl Suspects {
    pub(crate) const FILE: &str = "suspected_labels.json";

    /// The version of the file.
    pub(crate) const FORMAT: u32 = 1;

    /// Looks through one set, with a row of class probabilities per example.
    pub(crate) fn add(
        &mut self,
        set: SetName,
        classes: &[String],
        labels: &[u32],
        probabilities: &[f32],
    ) {
        let rows: Vec<&[f32]> = probabilities.chunks_exact(classes.len().max(1)).collect();
        let found = match find_label_errors(labels, &rows) {
            Ok(found) => found,
            Err(error) => {
                self.notes
                    .push(format!("labels of {set} were not examined: {error}"));
                return;
            }
        };
        // A wrong label that the model has not learned is an error of the model: more of them than errors are
        // none, but a model that is unsure (or classes so rare that their thresholds mean little).
        if found.noise_rate > error_rate(labels, &rows) {
            self.notes.push(format!(
                "labels of {set} are not doubted: the model is not sure enough of its answers there"
            ));
            return;
        }
        let name = |class: u32| classes[class as usize].clone();
        let suspects = found.suspects.iter().take(MOST).map(|suspect| Suspect {
            example: suspect.example,
            label: name(suspect.given),
            likely: name(suspect.likely),
            label_probability: suspect.self_confidence,
        });
        self.sets.push(SetSuspects {
            set,
            n: found.n,
            noise_rate: found.noise_rate.max(0.0),
            n_suspects: found.suspects.len(),
            suspects: suspects.collect(),
        });
    }
}

/// Of the most probable classes.
fn error_rate(labels: &[u32], rows: &[&[f32]]) -> f64 {
    let is_wrong = |(&label, row): (&u32, &&[f32])| {
        let own = row[label as usize];
        row.iter().any(|&other| other > own)
    };
    let wrong = labels
        .iter()
        .zip(rows)
        .filter(|&pair| is_wrong(pair))
        .count();
    wrong as f64 / labels.len() as f64
}

impl Suspects {
    /// The numbers of the listed examples of a set, the most doubtful first.
    pub(crate) fn examples(&self, set: SetName) -> impl Iterator<Item = usize> {
        let of_set = self.sets.iter().filter(move |each| each.set == set);
        of_set.flat_map(|each| each.suspects.iter().map(|suspect| suspect.example))
    }

    /// Whether the labels of a set may be doubted: not where its data is unlike what the model was trained on, whose
    /// confident mistakes say nothing of labels.
    pub(crate) fn may_doubt(set: SetName, diagnosis: &Diagnosis) -> bool {
        let mismatch = diagnosis.gap(GapKind::DataMismatch);
        let is_other_data = mismatch.is_some_and(|gap| gap.verdict == Verdict::Present);
        !(set == SetName::Dev && is_other_data)
    }

    /// A paragraph for a terminal, empty where nothing is suspected.
    pub(crate) fn text(&self, diagnosis: &Diagnosis) -> String {
        let mut text = String::new();
        for set in &self.sets {
            if !Self::may_doubt(set.set, diagnosis) {
                text.push_str(
                    "\nLabels of dev are not doubted: the model errs there because the data is other data\n",
                );
                continue;
            }
            if set.suspects.is_empty() {
                continue;
            }
            writeln!(
                text,
                "\nLabels to doubt in {}: {} of {}, the most doubtful first",
                set.set, set.n_suspects, set.n
            )
            .ok();
            let lines = set.suspects.iter().take(N_SHOWN);
            for suspect in lines {
                writeln!(
                    text,
                    "    {:<14}{} is rather {} ({:.3} for its label)",
                    suspect.example, suspect.label, suspect.likely, suspect.label_probability
                )
                .ok();
            }
        }
        text
    }
}
