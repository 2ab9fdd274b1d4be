//! What is behind dev's errors, as a page shows it.

use plumb_diagnostics::{Confusion, Diagnosis, SetName, Slice, Verdict};

use super::{percent, span};
use crate::{
    chart::{Figure, Grid, Shade},
    error_analysis::{ErrorAnalysis, SetSuspects, Suspect, Suspects},
    gallery::{Exhibit, Gallery},
    scored::Scored,
};

/// Larger tables say no more.
const SLICES: usize = 15;
const CONFUSED: usize = 10;
const MISTAKES: usize = 48;
const SUSPECTS: usize = 24;
/// A matrix of more classes can't be read.
const MOST_CLASSES: usize = 30;

/// The error analysis of dev.
#[derive(Clone, Debug)]
pub(crate) struct AnalysisView {
    pub(crate) errors: u64,
    pub(crate) n: u64,
    pub(crate) n_slices: usize,
    pub(crate) slices: Vec<SliceView>,
    pub(crate) confusion: Option<Figure>,
    pub(crate) confused: Vec<ConfusedView>,
    /// Which part is for the eye; none if dev is too small to be split.
    pub(crate) eyeball: Option<String>,
    pub(crate) n_mistakes: usize,
    pub(crate) mistakes: Vec<Picture>,
    pub(crate) suspects: Vec<SuspectsView>,
}

#[derive(Clone, Debug)]
pub(crate) struct SliceView {
    pub(crate) name: String,
    pub(crate) error: String,
    pub(crate) interval: String,
    pub(crate) count: String,
    pub(crate) worse: &'static str,
    pub(crate) ceiling: String,
}

#[derive(Clone, Debug)]
pub(crate) struct ConfusedView {
    pub(crate) label: String,
    pub(crate) predicted: String,
    pub(crate) count: String,
    pub(crate) share: String,
}

/// An example with what is said of it.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub(crate) name: String,
    /// Above the rest.
    pub(crate) head: String,
    pub(crate) note: String,
    /// As the address of an image; none for what is no picture.
    pub(crate) address: Option<String>,
    /// Its values, where it is none.
    pub(crate) values: String,
}

#[derive(Clone, Debug)]
pub(crate) struct SuspectsView {
    pub(crate) set: String,
    pub(crate) count: String,
    /// Why its labels are not doubted, if they aren't.
    pub(crate) why_not: Option<String>,
    pub(crate) pictures: Vec<Picture>,
}

impl AnalysisView {
    pub(super) fn new(
        dev: &Scored,
        analysis: &ErrorAnalysis,
        suspects: Option<&Suspects>,
        gallery: &Gallery,
        diagnosis: &Diagnosis,
    ) -> Self {
        let whole = analysis.slices.whole;
        let with_errors = || {
            analysis
                .slices
                .slices
                .iter()
                .filter(|slice| slice.count.errors() > 0)
        };
        let mistakes = analysis.mistakes.iter().map(|mistake| {
            let probability = mistake
                .probability
                .map_or(String::new(), |p| format!(", {p:.3} sure"));
            let exhibit = (mistake.example.parse().ok())
                .and_then(|example| gallery.get(SetName::Dev, example));
            // What all have is said of none.
            let is_shared = |tag: &&String| {
                analysis
                    .mistakes
                    .iter()
                    .all(|other| other.tags.contains(tag))
            };
            let tags = mistake.tags.iter().filter(|tag| !is_shared(tag));
            let tags: Vec<&str> = tags.map(String::as_str).collect();
            Picture::new(
                exhibit,
                format!("dev {}", mistake.example),
                format!("{} → {}", mistake.label, mistake.predicted),
                format!("dev {}{probability} {}", mistake.example, tags.join(" "))
                    .trim()
                    .to_owned(),
            )
        });
        Self {
            errors: whole.errors(),
            n: whole.n(),
            n_slices: analysis.slices.slices.len(),
            slices: with_errors().take(SLICES).map(SliceView::new).collect(),
            confusion: confusion(dev),
            confused: (analysis.confused.iter().take(CONFUSED))
                .map(|pair| ConfusedView {
                    label: pair.label.clone(),
                    predicted: pair.predicted.clone(),
                    count: format!("{} of {}", pair.count.errors(), pair.count.n()),
                    share: format!("{:.0} %", pair.share_of_errors * 100.0),
                })
                .collect(),
            eyeball: analysis.eyeball.as_ref().map(|eyeball| {
                format!(
                    "For the eye: {} examples of dev, {} errors ({}); nobody looks at the other {} ({} errors, {}), \
                     so that they go on telling the truth.",
                    eyeball.seen.n(),
                    eyeball.seen.errors(),
                    percent(eyeball.seen.rate()),
                    eyeball.unseen.n(),
                    eyeball.unseen.errors(),
                    percent(eyeball.unseen.rate()),
                )
            }),
            n_mistakes: analysis.mistakes.len(),
            mistakes: mistakes.take(MISTAKES).collect(),
            suspects: suspects.map_or_else(Vec::new, |suspects| views(suspects, gallery, diagnosis)),
        }
    }
}

fn views(suspects: &Suspects, gallery: &Gallery, diagnosis: &Diagnosis) -> Vec<SuspectsView> {
    let view = |of: &SetSuspects| {
        let may_doubt = Suspects::may_doubt(of.set, diagnosis);
        let picture = |suspect: &Suspect| {
            Picture::new(
                gallery.get(of.set, suspect.example),
                format!("{} {}", of.set, suspect.example),
                format!("{} ⇢ {}", suspect.label, suspect.likely),
                format!(
                    "{} {}, {:.3} for its label",
                    of.set, suspect.example, suspect.label_probability
                ),
            )
        };
        SuspectsView {
            set: of.set.to_string(),
            count: format!("{} of {}", of.n_suspects, of.n),
            why_not: (!may_doubt).then(|| {
                "not doubted: the model errs there because the data is other data".to_owned()
            }),
            pictures: if may_doubt {
                of.suspects.iter().take(SUSPECTS).map(picture).collect()
            } else {
                Vec::new()
            },
        }
    };
    let mut views: Vec<SuspectsView> = suspects.sets.iter().map(view).collect();
    views.extend(suspects.notes.iter().map(|note| SuspectsView {
        set: String::new(),
        count: String::new(),
        why_not: Some(note.clone()),
        pictures: Vec::new(),
    }));
    views
}

impl SliceView {
    fn new(slice: &Slice) -> Self {
        Self {
            name: format!("{} = {}", slice.tag, slice.value),
            error: percent(slice.count.rate()),
            interval: span(slice.interval),
            count: format!("{} / {}", slice.count.errors(), slice.count.n()),
            worse: match slice.worse {
                Verdict::Present => "worse",
                Verdict::Absent => "not worse",
                Verdict::Inconclusive | Verdict::NotMeasurable => "can't tell",
            },
            ceiling: format!("{:.2}", slice.ceiling * 100.0),
        }
    }
}

impl Picture {
    pub(super) fn new(exhibit: Option<&Exhibit>, name: String, head: String, note: String) -> Self {
        let png = exhibit.and_then(|exhibit| exhibit.png.as_ref());
        let values: Vec<String> = exhibit.map_or_else(Vec::new, |exhibit| {
            exhibit
                .values
                .iter()
                .map(|value| format!("{value:.3}"))
                .collect()
        });
        Self {
            name,
            head,
            note,
            address: png.map(|png| format!("data:image/png;base64,{png}")),
            values: values.join(", "),
        }
    }
}

/// Labels against predictions of all of dev; none for too many classes.
fn confusion(dev: &Scored) -> Option<Figure> {
    let n = dev.classes.len();
    if !(2..=MOST_CLASSES).contains(&n) {
        return None;
    }
    let confusion = Confusion::new(&dev.labels, &dev.predicted).ok()?;
    let mut of_label = vec![0_u64; n];
    for cell in &confusion.cells {
        of_label[cell.label as usize] += cell.n;
    }
    let order = in_order(&dev.classes);
    let mut place = vec![0; n];
    for (at, &class) in order.iter().enumerate() {
        place[class] = at;
    }
    let mut cells: Vec<Vec<Option<Shade>>> = vec![vec![None; n]; n];
    for cell in &confusion.cells {
        let (label, Some(predicted)) = (cell.label as usize, cell.predicted) else {
            continue;
        };
        let share = cell.n as f64 / of_label[label].max(1) as f64;
        let is_right = label == predicted as usize;
        cells[place[label]][place[predicted as usize]] = Some(Shade {
            value: cell.n as f64,
            text: cell.n.to_string(),
            below: String::new(),
            // Mistakes are few and are what is looked for: they get the darker end.
            share: if is_right {
                share * 0.5
            } else {
                0.15 + 0.85 * share.sqrt()
            },
            class: if is_right { "right" } else { "wrong" },
        });
    }
    let names: Vec<String> = order
        .iter()
        .map(|&class| dev.classes[class].clone())
        .collect();
    Grid {
        id: "confusion".into(),
        title: "Confusion matrix of dev".into(),
        caption: "Examples by label (rows) and by what they are taken for (columns); mistakes are in the second \
                  colour."
            .into(),
        columns: ("taken for".into(), names.clone()),
        rows: ("label".into(), names),
        cells,
    }
    .figure()
}

/// Classes by their names: as numbers if they all are, else by the alphabet.
fn in_order(classes: &[String]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..classes.len()).collect();
    let numbers: Option<Vec<f64>> = classes.iter().map(|class| class.parse().ok()).collect();
    match numbers {
        Some(numbers) => order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b])),
        None => order.sort_by(|&a, &b| classes[a].cmp(&classes[b])),
    }
    order
}
