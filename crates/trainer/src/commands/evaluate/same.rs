use crate::{
    Error,
    config::{Config, Document, KeyError},
};

/// Only data and what is said of it can change: the model is trained.
pub(super) fn check_same(
    before: &Config,
    after: &Config,
    document: &Document,
) -> Result<(), Error> {
    let is_free = |key: &str| {
        let is_data = key.starts_with("data.") && key != "data.normalization";
        is_data || ["human", "diagnosis", "seed"].contains(&key)
    };
    let Some(key) = before.difference(after, &is_free)? else {
        return Ok(());
    };
    let message = format!("`{key}` is not what the run was trained with");
    let hint =
        "evaluating can change `data` (but not its normalization), `human`, `diagnosis` and `seed`";
    Err(document.error(&KeyError::new(key, message).hint(hint)))
}
