use plumb_data::{Examples, split::Member};
use plumb_diagnostics::SetName;

use crate::{
    Error,
    evaluate::Prediction,
    run_dir::{RunDir, cannot_write},
};

/// Writes `predictions/<set>.csv`: for each example of a set its number in the set, the chunk that it comes
/// from and its number there, its source and its original, its label, the predicted class, that class's
/// probability, and its slice tags, one column each. A prediction that is no class is left empty.
pub(crate) fn write(
    run: &RunDir,
    set: SetName,
    examples: &Examples,
    members: &[Member],
    predictions: &[Prediction],
) -> Result<(), Error> {
    let file = format!("predictions/{set}.csv");
    let csv = to_csv(examples, members, predictions)
        .map_err(|error| cannot_write(&run.path().join(&file), &error))?;
    run.write(&file, &csv)
}

fn to_csv(
    examples: &Examples,
    members: &[Member],
    predictions: &[Prediction],
) -> Result<Vec<u8>, csv::Error> {
    let class = |index: u32| {
        examples
            .classes
            .get(index as usize)
            .map_or("", String::as_str)
    };
    let mut csv = csv::Writer::from_writer(Vec::new());
    let header = [
        "example",
        "chunk",
        "index",
        "source",
        "original",
        "label",
        "predicted",
        "probability",
    ];
    let tags = &examples.tags;
    csv.write_record(
        header
            .into_iter()
            .chain(tags.iter().map(|tag| tag.name.as_str())),
    )?;
    for (at, (prediction, member)) in predictions.iter().zip(members).enumerate() {
        let (chunk, index) = match member {
            Member::General(index) => ("general", index),
            Member::Target(index) => ("target", index),
        };
        let columns = [
            &at.to_string(),
            chunk,
            &index.to_string(),
            &examples.source_names[examples.source[at] as usize],
            &examples.original[at].to_string(),
            class(examples.labels[at]),
            class(prediction.class),
            &format!("{:.6}", prediction.probability),
        ];
        csv.write_record(
            columns
                .into_iter()
                .chain(tags.iter().map(|tag| tag.get(at))),
        )?;
    }
    csv.into_inner().map_err(|error| error.into_error().into())
}
