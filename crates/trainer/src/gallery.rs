//! Examples that a report shows, kept by the run: so it needs no data any more to be looked at.
//!
//! Of train, train-dev and dev, never of test: whoever looks at its examples has made it a dev set.

use base64::{Engine, engine::general_purpose::STANDARD};
use plumb_data::{Examples, split::Member};
use plumb_diagnostics::SetName;
use serde::{Deserialize, Serialize};

use crate::{
    error_analysis::{ErrorAnalysis, Suspects},
    picture::{Brightness, png},
    prepare::Prepared,
};

/// Pixels of a side; larger pictures are shrunk.
const SIDE: usize = 48;
/// Of the most confident mistakes.
const MISTAKES: usize = 48;
/// Of the suspected labels of each set.
const SUSPECTS: usize = 24;
/// Of general and of target, beside each other.
const SAMPLES: usize = 60;
/// Of one class among them.
const PER_CLASS: usize = 6;
/// Values of an example that is no picture.
const VALUES: usize = 12;

/// What `gallery.json` says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Gallery {
    format: u32,
    /// Examples of train that come from the general chunk, a few of each class.
    pub(crate) general: Vec<Exhibit>,
    /// The same of the target chunk, from the part of dev that is for the eye.
    pub(crate) target: Vec<Exhibit>,
    /// Those that the error analysis speaks of.
    pub(crate) train_dev: Vec<Exhibit>,
    pub(crate) dev: Vec<Exhibit>,
}

/// One example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Exhibit {
    /// Its number in its set.
    pub(crate) example: usize,
    pub(crate) label: String,
    /// A PNG file in base 64; none for what is no picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) png: Option<String>,
    /// Its first values, where it is no picture.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<f32>,
}

impl Gallery {
    pub(crate) const FILE: &str = "gallery.json";

    /// The version of the file.
    pub(crate) const FORMAT: u32 = 1;

    /// The examples that an error analysis of dev and the doubted labels speak of, and samples of both kinds of data.
    pub(crate) fn of(prepared: &Prepared, analysis: &ErrorAnalysis, suspects: &Suspects) -> Self {
        let sets = &prepared.sets;
        let is_general =
            |at: usize| matches!(prepared.members.train.get(at), Some(Member::General(_)));
        let general = (0..sets.train.len()).filter(|&at| is_general(at));
        let for_the_eye: Vec<usize> = match &analysis.eyeball {
            Some(eyeball) => eyeball.split.eyeball.clone(),
            None => (0..sets.dev.len()).collect(),
        };
        let mut dev: Vec<usize> = (analysis.mistakes.iter())
            .filter_map(|mistake| mistake.example.parse().ok())
            .take(MISTAKES)
            .collect();
        dev.extend(suspects.examples(SetName::Dev).take(SUSPECTS));
        let train_dev = suspects.examples(SetName::TrainDev).take(SUSPECTS);
        Self {
            format: Self::FORMAT,
            general: exhibits(&sets.train, few_of_each(&sets.train, general)),
            target: exhibits(&sets.dev, few_of_each(&sets.dev, for_the_eye.into_iter())),
            train_dev: exhibits(&sets.train_dev, train_dev.collect()),
            dev: exhibits(&sets.dev, dev),
        }
    }

    /// An example that the error analysis speaks of.
    pub(crate) fn get(&self, set: SetName, example: usize) -> Option<&Exhibit> {
        let of_set = match set {
            SetName::TrainDev => &self.train_dev,
            SetName::Dev => &self.dev,
            SetName::Train | SetName::Test => return None,
        };
        of_set.iter().find(|exhibit| exhibit.example == example)
    }
}

/// The first examples of every class, class by class, as many of each as there is room for.
fn few_of_each(examples: &Examples, places: impl Iterator<Item = usize>) -> Vec<usize> {
    let n_classes = examples.classes.len().max(1);
    let most = (SAMPLES / n_classes).clamp(1, PER_CLASS);
    let mut of_class: Vec<Vec<usize>> = vec![Vec::new(); n_classes];
    for at in places {
        let class = &mut of_class[examples.labels[at] as usize];
        if class.len() < most {
            class.push(at);
        }
    }
    let all = of_class.into_iter().flatten();
    all.take(SAMPLES).collect()
}

fn exhibits(examples: &Examples, mut places: Vec<usize>) -> Vec<Exhibit> {
    let mut seen = std::collections::HashSet::new();
    places.retain(|&at| at < examples.len() && seen.insert(at));
    if places.is_empty() {
        return Vec::new();
    }
    let brightness = Brightness::of(examples);
    let exhibit = |at: usize| {
        let values = examples.example(at);
        let png = png(&values, &examples.shape, brightness, SIDE);
        Exhibit {
            example: at,
            label: examples.classes[examples.labels[at] as usize].clone(),
            values: match png {
                Some(_) => Vec::new(),
                None => values.into_iter().take(VALUES).collect(),
            },
            png: png.map(|png| STANDARD.encode(png)),
        }
    };
    places.into_iter().map(exhibit).collect()
}
