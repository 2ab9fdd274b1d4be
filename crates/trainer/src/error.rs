use std::fmt;

/// Why a command ended early, and with which exit code.
#[derive(Debug)]
pub(crate) enum Error {
    /// A rendered config error with file, line, column and a caret. Exit code 2.
    BadConfig(String),
    /// Bad input or usage. Exit code 2.
    BadInput {
        /// What is wrong, where, and what was expected.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// The run itself failed. Exit code 1.
    Failed {
        /// What went wrong, and where.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// Somebody ended the run early, and it is saved. Exit code 130.
    Interrupted(String),
}

impl Error {
    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self::BadInput {
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed {
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, text: impl Into<String>) -> Self {
        if let Self::BadInput { hint, .. } | Self::Failed { hint, .. } = &mut self {
            *hint = Some(text.into());
        }
        self
    }

    /// What is wrong, without what to do about it.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::BadConfig(message)
            | Self::Interrupted(message)
            | Self::BadInput { message, .. }
            | Self::Failed { message, .. } => message,
        }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::BadConfig(_) | Self::BadInput { .. } => 2,
            Self::Failed { .. } => 1,
            Self::Interrupted(_) => crate::interrupt::EXIT_CODE,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadConfig(text) | Self::Interrupted(text) => f.write_str(text),
            Self::BadInput {
                message,
                hint: None,
            }
            | Self::Failed {
                message,
                hint: None,
            } => write!(f, "error: {message}"),
            Self::BadInput {
                message,
                hint: Some(hint),
            }
            | Self::Failed {
                message,
                hint: Some(hint),
            } => write!(f, "error: {message}\n\nhint: {hint}"),
        }
    }
}
