//! An option whose value is not possible, before any data is read.

use std::fmt::Display;

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

/// Refuses what is outside of `least..=most`, NaN too.
pub(crate) fn check_within<T: PartialOrd + Display + Copy>(
    field: &'static str,
    value: T,
    [least, most]: [T; 2],
) -> Result<(), FieldError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let message = format!("is {value}; expected {least} to {most}");
    Err(FieldError::new(field, message))
}

/// Refuses a range that is not in order, or not within `least..=most`.
pub(crate) fn check_range(
    field: &'static str,
    [low, high]: [f32; 2],
    [least, most]: [f32; 2],
) -> Result<(), FieldError> {
    // Written so that NaN fails.
    if least <= low && low <= high && high <= most {
        return Ok(());
    }
    let message = format!("is {low} to {high}; expected a range within {least} to {most}");
    Err(FieldError::new(field, message))
}
