//! Checks of options that several sources have.

use std::path::Path;

use crate::FieldError;

/// A path that names something.
pub(super) fn path(field: &'static str, path: &Path) -> Result<(), FieldError> {
    if path.as_os_str().is_empty() {
        return Err(FieldError::new(field, "is empty; expected a file"));
    }
    Ok(())
}

/// The shape of one example: positive sizes whose product is a number of values.
pub(super) fn shape(shape: Option<&[usize]>) -> Result<(), FieldError> {
    let Some(shape) = shape else { return Ok(()) };
    let product = shape.iter().try_fold(1_usize, |p, &n| p.checked_mul(n));
    if shape.is_empty() || product.is_none_or(|p| p == 0) {
        let message = format!("is {shape:?}; expected positive sizes, such as [1, 8, 8]");
        return Err(FieldError::new("shape", message));
    }
    Ok(())
}

/// The smallest and the largest value.
pub(super) fn range(range: Option<[f32; 2]>) -> Result<(), FieldError> {
    match range {
        Some([low, high]) if !(low.is_finite() && high.is_finite() && low < high) => {
            let message = format!("is {low} to {high}; expected a smaller and a larger number");
            Err(FieldError::new("range", message))
        }
        _ => Ok(()),
    }
}

/// The names of all classes: two at least, each once.
pub(super) fn classes(classes: Option<&[String]>) -> Result<(), FieldError> {
    let Some(classes) = classes else {
        return Ok(());
    };
    if classes.len() < 2 {
        let message = format!("has {}; expected two classes or more", classes.len());
        return Err(FieldError::new("classes", message));
    }
    distinct("classes", classes)
}

/// Names, each with a text and each once.
pub(super) fn distinct(field: &'static str, names: &[String]) -> Result<(), FieldError> {
    let mut seen = std::collections::HashSet::new();
    for name in names {
        if name.is_empty() {
            return Err(FieldError::new(field, "has an empty name"));
        }
        if !seen.insert(name) {
            return Err(FieldError::new(field, format!("names `{name}` twice")));
        }
    }
    Ok(())
}

/// Puts the names of classes in order: that of numbers if all are whole, else that of text.
pub(super) fn sort_classes(classes: &mut [String]) {
    classes.sort();
    if classes.iter().all(|c| c.parse::<i64>().is_ok()) {
        // Stable, so that `1` and `01` stay in the order of text.
        classes.sort_by_key(|c| c.parse::<i64>().ok());
    }
}

/// Some names of many, as an error lists them.
pub(super) fn listed(names: &[String]) -> String {
    /// Names that are listed before the rest is only counted.
    const MAX_LISTED: usize = 8;
    let first: Vec<String> = names
        .iter()
        .take(MAX_LISTED)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len().saturating_sub(MAX_LISTED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_two_or_more_names() {
        let check = |names: &[&str], expected: &str| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            assert_eq!(classes(Some(&names)).unwrap_err().to_string(), expected);
        };
        check(&[], "`classes` has 0; expected two classes or more");
        check(&["a"], "`classes` has 1; expected two classes or more");
        check(&["a", "b", "a"], "`classes` names `a` twice");
        check(&["a", ""], "`classes` has an empty name");
        assert!(classes(None).is_ok() && classes(Some(&["a".into(), "b".into()])).is_ok());
    }
}
