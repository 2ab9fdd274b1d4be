use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Printing, Row};
use crate::Error;

/// The version of the document.
const FORMAT: u32 = 1;

/// What ends the document.
pub(super) const END: &str = "\n]}\n";

/// One example; probabilities as `predictions/` of a run has them, to six decimals.
#[derive(Serialize)]
struct Prediction<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    predicted: &'a str,
    probability: f64,
    probabilities: Probabilities<'a>,
}

/// By class: all in the order of the classes, or the most probable ones in their order.
struct Probabilities<'a>(Vec<(&'a str, f64)>);

impl Serialize for Probabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (class, probability) in &self.0 {
            map.serialize_entry(class, probability)?;
        }
        map.end()
    }
}

/// The document is printed piece by piece, so that it is never whole in memory.
pub(super) fn begin(printing: &Printing<'_>) -> Result<String, Error> {
    Ok(format!(
        "{{\"format\": {FORMAT}, \"run\": {}, \"checkpoint\": {}, \"classes\": {}, \"predictions\": [",
        json(&printing.run.display().to_string())?,
        json(printing.checkpoint)?,
        json(printing.classes)?,
    ))
}

pub(super) fn row(printing: &Printing<'_>, at: usize, row: &Row<'_>) -> Result<String, Error> {
    let scores = row.scores;
    let probability = |class: usize| (f64::from(scores.probability(class)) * 1e6).round() / 1e6;
    let entry = |class: usize| (printing.classes[class].as_str(), probability(class));
    let n_classes = printing.classes.len();
    let probabilities = match printing.top {
        None => (0..n_classes).map(entry).collect(),
        Some(top) => scores
            .ranked
            .iter()
            .take(top)
            .map(|&class| entry(class))
            .collect(),
    };
    let prediction = Prediction {
        id: &row.id,
        label: row.label,
        predicted: &printing.classes[scores.best()],
        probability: probability(scores.best()),
        probabilities: Probabilities(probabilities),
    };
    let separator = if at == 0 { "\n" } else { ",\n" };
    Ok(format!("{separator}{}", json(&prediction)?))
}

fn json(value: &(impl Serialize + ?Sized)) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::failed(error.to_string()))
}
