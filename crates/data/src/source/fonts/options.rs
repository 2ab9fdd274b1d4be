//! The options' limits.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::{
    Fonts, default_characters, default_rotation_degrees, default_shift, default_size,
    default_slant_degrees,
};
use crate::FieldError;
use crate::field_error::{check_range, check_within};

/// Largest turn and slant to either side: further on a digit is no longer itself.
const MAX_DEGREES: f32 = 45.0;

impl Fonts {
    /// Digits in the faces of a folder, with the usual jitter.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, examples: usize) -> Self {
        Self {
            faces: None,
            path: Some(path.into()),
            exclude: None,
            characters: default_characters(),
            examples,
            size: default_size(),
            slant_degrees: default_slant_degrees(),
            rotation_degrees: default_rotation_degrees(),
            shift: default_shift(),
            margin: 0.0,
            grid: None,
            max: None,
        }
    }

    /// Checks the options alone, without any file.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        self.check_files()?;
        self.check_characters()?;
        if self.examples == 0 {
            return Err(FieldError::new("examples", "is 0; expected at least 1"));
        }
        check_range("size", self.size, [0.1, 1.0])?;
        let turn = [-MAX_DEGREES, MAX_DEGREES];
        check_range("slant_degrees", self.slant_degrees, turn)?;
        check_within(
            "rotation_degrees",
            self.rotation_degrees,
            [0.0, MAX_DEGREES],
        )?;
        check_within("shift", self.shift, [0.0, 1.0])?;
        check_within("margin", self.margin, [0.0, 0.4])?;
        if let Some([height, width]) = self.grid
            && (height == 0 || width == 0)
        {
            let message = format!("is [{height}, {width}]; expected at least 1 × 1 pixels");
            return Err(FieldError::new("grid", message));
        }
        match self.max {
            // Written so that NaN fails.
            Some(max) if !(max > 0.0 && max.is_finite()) => Err(FieldError::new(
                "max",
                format!("is {max}; expected a positive number"),
            )),
            _ => Ok(()),
        }
    }

    fn check_files(&self) -> Result<(), FieldError> {
        if self.faces.is_none() && self.path.is_none() {
            let message = "is missing, and so is `path`; expected font files or a folder of them";
            return Err(FieldError::new("faces", message));
        }
        if self.path.as_ref().is_some_and(|p| p.as_os_str().is_empty()) {
            return Err(FieldError::new("path", "is empty; expected a folder"));
        }
        let mut seen = BTreeSet::new();
        for path in self.faces.iter().flatten() {
            if path.as_os_str().is_empty() {
                return Err(FieldError::new(
                    "faces",
                    "has an empty path; expected a file",
                ));
            }
            if !seen.insert(path) {
                let message = format!("names {} twice; expected different files", path.display());
                return Err(FieldError::new("faces", message));
            }
        }
        if self.faces.as_ref().is_some_and(Vec::is_empty) {
            return Err(FieldError::new("faces", "is empty; expected font files"));
        }
        if self.exclude.iter().flatten().any(String::is_empty) {
            let message = "has an empty text, which every name contains; expected a part of a name";
            return Err(FieldError::new("exclude", message));
        }
        Ok(())
    }

    fn check_characters(&self) -> Result<(), FieldError> {
        let mut seen = BTreeSet::new();
        for character in self.characters.chars() {
            if character.is_whitespace() || character.is_control() {
                let message = format!("has {character:?}; expected characters that leave ink");
                return Err(FieldError::new("characters", message));
            }
            if !seen.insert(character) {
                let message = format!("has `{character}` twice; expected different characters");
                return Err(FieldError::new("characters", message));
            }
        }
        if seen.len() < 2 {
            let message = format!("is `{}`; expected two characters or more", self.characters);
            return Err(FieldError::new("characters", message));
        }
        Ok(())
    }
}
