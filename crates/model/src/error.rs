/// A network's description that has an impossible value, or that does not fit a task.
///
/// The config layer knows the network's table and points at the key in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the network {message}")]
pub struct NetworkError {
    /// The key in the network's table, such as `blocks`; none for the table as a whole.
    pub key: Option<&'static str>,
    /// What was found and what was expected, such as `has 0 channels in block 2; expected 1 or more`.
    pub message: String,
    /// What to do about it.
    pub hint: Option<&'static str>,
}

impl NetworkError {
    pub(crate) fn at(key: &'static str, message: impl Into<String>) -> Self {
        Self {
            key: Some(key),
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn whole(message: impl Into<String>) -> Self {
        Self {
            key: None,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

/// Refuses a share of outputs to drop that is not in 0..1, NaN too.
pub(crate) fn check_dropout(share: f64) -> Result<(), NetworkError> {
    if (0.0..1.0).contains(&share) {
        return Ok(());
    }
    let message = format!("is {share}; expected a number from 0 to below 1");
    Err(NetworkError::at("dropout", message))
}
