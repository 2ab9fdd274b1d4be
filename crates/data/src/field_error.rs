//! An option whose value is not possible, before any data is read.

/// An option that has an impossible value; the config layer points at its key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {message}")]
pub struct FieldError {
    /// The name of the field in its options struct, which is also the key in the config.
    pub field: &'static str,
    /// What was found and what was expected, such as `is 0; expected at least 1`.
    pub message: String,
}

impl FieldError {
    pub(crate) fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self {
            field,
            message: message.into(),
        }
    }
}
