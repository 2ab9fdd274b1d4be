//! What is behind dev's errors: slices, confused classes, mistakes to look at, labels to doubt.
//!
//! Never of test: whoever looks at its errors has made it a dev set.

mod mistakes;
mod suspects;
mod text;

use plumb_data::Tag;
use plumb_diagnostics::{
    Confidence, Confusion, ErrorCount, EyeballGap, EyeballSplit, Pairing, Slices, TagColumn,
    eyeball_gap, eyeball_size, split_eyeball, worst_slices,
};
use serde::{Deserialize, Serialize};

pub(crate) use self::{
    mistakes::Mistake,
    suspects::{SetSuspects, Suspect, Suspects},
    text::text,
};
use crate::{Error, scored::Scored};

/// Mistakes that are listed: about as many as a person looks through in a sitting (Ng, Machine Learning
/// Yearning, ch. 14).
const N_MISTAKES: usize = 100;

/// The random order that decides which examples of a dev set are for the eye. One for all runs, so that
/// what is looked at in one run is not hidden in the next.
const EYEBALL_SEED: u64 = 0;

/// The errors of one model on one set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ErrorAnalysis {
    /// Cut by each tag, by source and by class; the worst first.
    pub(crate) slices: Slices,
    /// Which class is taken for which, the most frequent first.
    pub(crate) confused: Vec<Confused>,
    /// Which part of the set is for people to look at; none if it can't be split.
    pub(crate) eyeball: Option<Eyeball>,
    /// The most confident mistakes of the eyeball part, the most confident first.
    pub(crate) mistakes: Vec<Mistake>,
}

/// One class taken for another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Confused {
    pub(crate) label: String,
    pub(crate) predicted: String,
    /// So often, among the examples of the label.
    pub(crate) count: ErrorCount,
    /// Of all errors.
    pub(crate) share_of_errors: f64,
}

/// The part of a set that people look at, and the rest, which only tunes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Eyeball {
    /// Places in the set, rising.
    pub(crate) split: EyeballSplit,
    /// Errors of the part that people look at.
    pub(crate) seen: ErrorCount,
    /// Errors of the rest.
    pub(crate) unseen: ErrorCount,
    /// Whether the eyeball part's error is the lower one by now.
    pub(crate) gap: EyeballGap,
}

impl ErrorAnalysis {
    /// # Errors
    /// [`Error::Failed`] if the set is empty or its lists differ in length: a bug.
    pub(crate) fn of(set: &Scored, confidence: Confidence) -> Result<Self, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::failed(error.to_string());
        let errors = set.errors();
        let classes = Tag {
            name: "class".into(),
            values: set.classes.clone(),
            of: set.labels.clone(),
            is_pool: false,
        };
        let column = |tag: &Tag| TagColumn {
            name: tag.name.clone(),
            values: tag.of.clone(),
            names: tag.values.clone(),
        };
        let columns: Vec<TagColumn> = set.tags.iter().chain([&classes]).map(column).collect();
        let slices = worst_slices(&errors, &columns, confidence).map_err(|error| failed(&error))?;
        let confusion =
            Confusion::new(&set.labels, &set.predicted).map_err(|error| failed(&error))?;
        let confused = confusion.pairs(Pairing::Directed, confidence).into_iter();
        let confused = confused.map(|pair| Confused {
            label: set.class(pair.label).to_owned(),
            predicted: pair
                .predicted
                .map_or("none", |class| set.class(class))
                .to_owned(),
            count: pair.count,
            share_of_errors: pair.share_of_errors,
        });
        let confused = confused.collect();
        let eyeball = Eyeball::of(set, confidence);
        let mistakes = match &eyeball {
            Some(eyeball) => mistakes::most_confident(set, &eyeball.split.eyeball, N_MISTAKES),
            None => Vec::new(),
        };
        Ok(Self {
            slices,
            confused,
            eyeball,
            mistakes,
        })
    }
}

impl Eyeball {
    /// None for sets too small to be split.
    fn of(set: &Scored, confidence: Confidence) -> Option<Self> {
        let n = eyeball_size(set.count()?);
        let split = split_eyeball(&set.labels, n as usize, EYEBALL_SEED).ok()?;
        let [eyeball, blackbox] = [&split.eyeball, &split.blackbox].map(|part| set.count_at(part));
        let (seen, unseen) = (eyeball?, blackbox?);
        Some(Self {
            split,
            seen,
            unseen,
            gap: eyeball_gap(seen, unseen, confidence),
        })
    }
}
