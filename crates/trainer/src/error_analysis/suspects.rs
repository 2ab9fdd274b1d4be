//! Labels to doubt: what a model that never trained on them takes for something else, with confidence.

use std::fmt::Write;

use plumb_diagnostics::{SetName, find_label_errors};
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
            format: 1,
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
    /// Share of wrong labels, as estimated.
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
            noise_rate: found.noise_rate,
            n_suspects: found.suspects.len(),
            suspects: suspects.collect(),
        });
    }
}

impl Suspects {
    /// A paragraph for a terminal, empty where nothing is suspected.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for set in &self.sets {
            if set.suspects.is_empty() {
                continue;
            }
            writeln!(
                text,
                "\nLabels to doubt in {}: {} of {}; about {:.1} % are wrong, as far as this model tells",
                set.set,
                set.n_suspects,
                set.n,
                set.noise_rate * 100.0
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
