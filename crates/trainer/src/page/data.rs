//! The data of a run, as a page shows it.

use super::analysis::Picture;
use crate::{
    data_summary::{ChunkSummary, DataSummary},
    gallery::{Exhibit, Gallery},
    progress::thousands,
};

/// Classes in the table of counts.
const MOST_CLASSES: usize = 40;

/// Where the examples come from, and how they were split.
#[derive(Clone, Debug)]
pub(crate) struct DataView {
    pub(crate) chunks: Vec<ChunkView>,
    pub(crate) sets: Vec<SetView>,
    /// Class names, with the examples in each set.
    pub(crate) classes: Vec<(String, [String; 4])>,
    pub(crate) n_more_classes: usize,
    /// What stands in two sets, in sentences.
    pub(crate) leaks: Vec<String>,
    pub(crate) warnings: Vec<String>,
    pub(crate) unused: Vec<String>,
    pub(crate) general: Vec<Picture>,
    pub(crate) target: Vec<Picture>,
}

#[derive(Clone, Debug)]
pub(crate) struct ChunkView {
    pub(crate) name: &'static str,
    pub(crate) words: String,
    pub(crate) shape: String,
    pub(crate) range: String,
    pub(crate) originals: String,
    /// Paths with their SHA-256.
    pub(crate) files: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
pub(crate) struct SetView {
    pub(crate) name: String,
    pub(crate) examples: String,
    pub(crate) from_target: String,
    pub(crate) originals: String,
    pub(crate) sha256: String,
}

impl DataView {
    pub(super) fn new(data: &DataSummary, gallery: &Gallery) -> Self {
        let count = |n: usize| thousands(n as u64);
        let sets = data.sets.iter().map(|(set, summary)| SetView {
            name: set.to_string(),
            examples: count(summary.examples),
            from_target: count(summary.from_target),
            originals: count(summary.distinct_originals),
            sha256: summary.sha256.clone(),
        });
        let names = data
            .sets
            .train
            .classes
            .iter()
            .map(|class| class.class.clone());
        let names: Vec<String> = names.collect();
        let classes = names
            .iter()
            .take(MOST_CLASSES)
            .enumerate()
            .map(|(at, name)| {
                let of = |set| {
                    let summary = data.sets.get(set);
                    let found = summary.classes.get(at);
                    found.map_or("0".into(), |class| count(class.examples))
                };
                (name.clone(), crate::sets::SETS.map(of))
            });
        let unused = [
            (data.unused_target, "target examples are in no set"),
            (
                data.left_out_general,
                "general examples are in no set, because their group is in dev or test",
            ),
            (
                data.unused_train,
                "examples of the training mix are left out by data.split.train",
            ),
        ];
        let picture = |exhibit: &Exhibit| {
            Picture::new(
                Some(exhibit),
                exhibit.label.clone(),
                exhibit.label.clone(),
                String::new(),
            )
        };
        Self {
            chunks: vec![
                ChunkView::new("general", &data.general),
                ChunkView::new("target", &data.target),
            ],
            sets: sets.collect(),
            classes: classes.collect(),
            n_more_classes: names.len().saturating_sub(MOST_CLASSES),
            leaks: leaks(data),
            warnings: data.warnings.clone(),
            unused: (unused.into_iter())
                .filter(|(n, _)| *n > 0)
                .map(|(n, what)| format!("{} {what}", count(n)))
                .collect(),
            general: gallery.general.iter().map(picture).collect(),
            target: gallery.target.iter().map(picture).collect(),
        }
    }
}

fn leaks(data: &DataSummary) -> Vec<String> {
    let leaks = &data.leaks;
    let mut texts = Vec::new();
    for (found, what) in [
        (&leaks.identical, "identical examples"),
        (&leaks.derived, "examples of one original"),
    ] {
        for leak in found {
            texts.push(format!("{} and {} share {} {what}", leak.a, leak.b, leak.n));
        }
    }
    for leak in &leaks.near.found {
        texts.push(format!(
            "{} and {} share {} examples that are nearly the same",
            leak.a, leak.b, leak.n
        ));
    }
    for duplicates in &leaks.duplicates {
        texts.push(format!(
            "{} holds {} examples more than once",
            duplicates.set, duplicates.n
        ));
    }
    if texts.is_empty() {
        texts.push("No example stands in two sets.".into());
    }
    match &leaks.near.why_not {
        Some(why) => texts.push(format!("Near copies were not looked for: {why}")),
        None if leaks.near.found.is_empty() => texts.push("No near copies were found.".into()),
        None => {}
    }
    texts
}

impl ChunkView {
    fn new(name: &'static str, chunk: &ChunkSummary) -> Self {
        let shape: Vec<String> = chunk.shape.iter().map(ToString::to_string).collect();
        Self {
            name,
            words: chunk.to_string(),
            shape: shape.join(" × "),
            range: chunk
                .range
                .map_or("not given".into(), |(low, high)| format!("{low} to {high}")),
            originals: thousands(chunk.distinct_originals as u64),
            files: (chunk.files.iter())
                .map(|file| (file.path.clone(), file.sha256.clone()))
                .collect(),
        }
    }
}
