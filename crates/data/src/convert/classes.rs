//! Renames, merges, drops and orders classes.

use std::collections::BTreeSet;

use super::Convert;
use crate::{Examples, FieldError};

pub(super) fn check(convert: &Convert) -> Result<(), FieldError> {
    if let Some(renames) = &convert.rename_classes {
        if renames.is_empty() {
            let message = "is empty; expected old names with new ones, such as { zero = \"0\" }";
            return Err(FieldError::new("rename_classes", message));
        }
        if let Some((old, _)) = renames.iter().find(|(_, new)| new.is_empty()) {
            let message = format!("has an empty new name for `{old}`; expected a name");
            return Err(FieldError::new("rename_classes", message));
        }
    }
    let Some(classes) = &convert.classes else {
        if convert.drop_other_classes {
            let message = "is true without `classes`; expected the classes to keep";
            return Err(FieldError::new("drop_other_classes", message));
        }
        return Ok(());
    };
    if classes.is_empty() {
        return Err(FieldError::new(
            "classes",
            "is empty; expected names of classes",
        ));
    }
    let mut seen = BTreeSet::new();
    match classes.iter().find(|name| !seen.insert(*name)) {
        Some(name) => Err(FieldError::new("classes", format!("names `{name}` twice"))),
        None => Ok(()),
    }
}

pub(super) fn convert(convert: &Convert, mut examples: Examples) -> Result<Examples, FieldError> {
    if let Some(renames) = &convert.rename_classes {
        for old in renames.keys() {
            known("rename_classes", old, &examples.classes)?;
        }
        let new_name = |old: &String| renames.get(old).unwrap_or(old).clone();
        let renamed: Vec<String> = examples.classes.iter().map(new_name).collect();
        let mut classes = Vec::new();
        for name in &renamed {
            if !classes.contains(name) {
                classes.push(name.clone());
            }
        }
        renumber(&mut examples, &renamed, classes);
    }
    let Some(classes) = &convert.classes else {
        return Ok(examples);
    };
    for name in classes {
        known("classes", name, &examples.classes)?;
    }
    let is_kept: Vec<bool> = examples
        .classes
        .iter()
        .map(|c| classes.contains(c))
        .collect();
    let kept: Vec<usize> = (0..examples.len())
        .filter(|&i| is_kept[examples.labels[i] as usize])
        .collect();
    if kept.len() < examples.len() {
        if !convert.drop_other_classes {
            let counts = examples.class_counts();
            let others: Vec<_> = (0..counts.len())
                .filter(|&c| !is_kept[c] && counts[c] > 0)
                .map(|c| format!("`{}`", examples.classes[c]))
                .collect();
            let message = format!(
                "leaves out {}, of which there are {} examples; \
                 expected all classes, or `drop_other_classes = true`",
                others.join(", "),
                examples.len() - kept.len()
            );
            return Err(FieldError::new("classes", message));
        }
        if kept.is_empty() {
            let message = "has no examples; expected at least one of the classes to occur";
            return Err(FieldError::new("classes", message));
        }
        examples = examples.select(&kept);
    }
    let names = examples.classes.clone();
    renumber(&mut examples, &names, classes.clone());
    Ok(examples)
}

fn known(field: &'static str, name: &String, classes: &[String]) -> Result<(), FieldError> {
    if classes.contains(name) {
        return Ok(());
    }
    let known = classes.join(", ");
    let message = format!("names the class `{name}`; expected some of {known}");
    Err(FieldError::new(field, message))
}

/// Gives the examples the classes `classes`; `names` are those of their labels as they are.
fn renumber(examples: &mut Examples, names: &[String], classes: Vec<String>) {
    let place = |name| classes.iter().position(|c| c == name);
    // A name without a place has no examples.
    let new: Vec<u32> = names
        .iter()
        .map(|name| place(name).unwrap_or_default() as u32)
        .collect();
    for label in &mut examples.labels {
        *label = new[*label as usize];
    }
    examples.classes = classes;
}
