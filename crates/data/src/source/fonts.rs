//! Not built yet.

use serde::{Deserialize, Serialize};

use super::{Context, Loaded, SourceError};
use crate::FieldError;

/// Not built yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fonts {}

impl Fonts {
    /// Checks the options alone.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        Ok(())
    }

    /// Not built yet.
    ///
    /// # Errors
    /// Always.
    pub fn load(&self, _context: &Context<'_>) -> Result<Loaded, SourceError> {
        Err(FieldError::new("path", "is not built yet").into())
    }
}
