//! The sets that a run was trained and measured on.

use plumb_data::{Examples, leak};
use plumb_diagnostics::SetName;

use crate::{
    Error,
    config::{Config, Document, KeyError},
    data_summary::SetHashes,
    prepare::{Divided, Prepared, divide},
    sets::PerSet,
};

/// Says which sets are not those of the run.
pub(super) fn changed(is_of_run: &PerSet<bool>) -> Option<String> {
    let changed: Vec<String> = is_of_run
        .iter()
        .filter(|(_, is_same)| !**is_same)
        .map(|(set, _)| set.to_string())
        .collect();
    let (last, others) = changed.split_last()?;
    Some(match others {
        [] => format!("{last} is not that of the run"),
        _ => format!("{} and {last} are not those of the run", others.join(", ")),
    })
}

/// Where train is another set, looks for examples that the run was trained on in dev and test.
///
/// # Errors
/// Bad input if there are some, unless `data.split.allow` has `identical`.
pub(super) fn check_unseen(
    (before, document_before): (&Config, &Document),
    data_before: &SetHashes,
    config: &Config,
    document: &Document,
    prepared: &Prepared,
) -> Result<Vec<String>, Error> {
    let mut notes = vec![
        "train is not the set that the run was trained on, so only dev and test are shown"
            .to_owned(),
    ];
    let unknown = |why: String| {
        format!(
            "warning: whether dev and test hold examples that the run was trained on is not known: {why}"
        )
    };
    let Ok(Divided { sets, .. }) = divide(before, document_before, &|_, _| {}) else {
        notes.push(unknown("its own data can't be read any more".into()));
        return Ok(notes);
    };
    if sets.train.sha256() != data_before.sets.train.sha256 {
        notes.push(unknown("its own data has changed".into()));
        return Ok(notes);
    }
    let examples = |set: SetName| -> &Examples { prepared.sets.get(set) };
    let leaks = leak::find(&[
        ("train", &sets.train),
        ("dev", examples(SetName::Dev)),
        ("test", examples(SetName::Test)),
    ])
    .map_err(|error| Error::failed(error.to_string()))?;
    // Originals are numbered within each data set, so equal numbers mean nothing here.
    let mut identical = leaks.identical.iter().filter(|leak| leak.a == "train");
    let allow = &config.data.split.allow;
    match identical.next() {
        Some(leak) if !allow.contains(&plumb_data::split::Allow::Identical) => {
            let message = format!(
                "{}, which the run was trained on; expected none",
                leak.describe(leak::Relation::Identical)
            );
            let hint = "allow them with `data.split.allow = [\"identical\"]`";
            Err(document.error(&KeyError::new("data.split", message).hint(hint)))
        }
        _ => Ok(notes),
    }
}
