//! What the columns of two tables are: features, categories, or left out.

use std::collections::BTreeSet;

use super::{
    Place, Wanted,
    source::{Source, path_of, quoted},
    table::{Column, Table},
};
use crate::{Error, cli::FirstNetwork};

/// The sources that two tables give, or one beside drawn digits.
///
/// # Errors
/// Bad input if a table can't be read, or its label is not known.
pub(super) fn tables(
    wanted: &Wanted,
    general: Option<&Place>,
    target: &Place,
) -> Result<[Option<Source>; 2], Error> {
    let read = |place: &Place| Table::read(&place.path);
    let (of_general, of_target) = (general.map(read).transpose()?, read(target)?);
    let label = match &wanted.label {
        Some(label) => label.clone(),
        None => of_target
            .label()
            .map(|column| column.name.clone())
            .ok_or_else(|| {
                let message = format!(
                    "{}: which column has the label is not clear",
                    target.path.display()
                );
                Error::bad_input(message).hint(format!(
                    "name it with --label, one of {}",
                    names(&of_target)
                ))
            })?,
    };
    for (place, table) in general
        .zip(of_general.as_ref())
        .into_iter()
        .chain([(target, &of_target)])
    {
        if table.find(&label).is_none() {
            let message = format!("{} has no column `{label}`", place.path.display());
            return Err(
                Error::bad_input(message).hint(format!("--label is one of {}", names(table)))
            );
        }
    }
    if let (Some(place), Some(table)) = (general, &of_general)
        && let Some((column, other)) = first_swapped(table, &of_target, &label)
    {
        let message = format!(
            "{} has the column `{column}` where {} has `{other}`",
            place.path.display(),
            target.path.display()
        );
        return Err(
            Error::bad_input(message).hint("expected the columns that both have in one order")
        );
    }
    let others = of_general.as_ref().unwrap_or(&of_target);
    let source = |place: &Place, table: &Table, other: &Table| {
        table_source(wanted, place, table, other, &label, general.is_none())
    };
    Ok([
        general
            .zip(of_general.as_ref())
            .map(|(place, table)| source(place, table, &of_target)),
        Some(source(target, &of_target, others)),
    ])
}

/// The first of the columns that both tables have, in which they differ.
fn first_swapped<'a>(
    one: &'a Table,
    other: &'a Table,
    label: &'a str,
) -> Option<(&'a str, &'a str)> {
    fn both<'a>(
        table: &'a Table,
        other: &'a Table,
        label: &'a str,
    ) -> impl Iterator<Item = &'a str> {
        let names = table.columns.iter().map(|column| column.name.as_str());
        names.filter(move |name| *name != label && other.find(name).is_some())
    }
    both(one, other, label)
        .zip(both(other, one, label))
        .find(|(one, other)| one != other)
}

/// What a table's columns are, beside those of the other table.
fn table_source(
    wanted: &Wanted,
    place: &Place,
    table: &Table,
    other: &Table,
    label: &str,
    is_beside_drawn: bool,
) -> Source {
    let mut source = path_of(Source::new("csv"), "path", &place.path);
    if table.has_header {
        source = source.key("label", quoted(label), "the column with the class");
    } else {
        source = source.key("label", label, "the column with the class, counted from 1");
        source = source.key("header", false, "the first line is an example");
    }
    if table.delimiter != ',' {
        source = source.key("delimiter", quoted(table.delimiter), "");
    }
    let side = table.square(label);
    let wants_picture = is_beside_drawn || wanted.network == Some(FirstNetwork::Cnn);
    let shape = wanted.shape.clone().or_else(|| {
        side.filter(|_| wants_picture)
            .map(|side| vec![1, side, side])
    });
    if let Some(shape) = &shape {
        source = source.key("shape", format!("{shape:?}"), "channels, height, width");
        let largest = |table: &Table| {
            table
                .numbers(label)
                .map(|column| column.largest)
                .fold(0.0, f64::max)
        };
        let largest = largest(table).max(largest(other));
        let usual = [1.0, 16.0, 255.0]
            .into_iter()
            .find(|usual| largest <= *usual);
        let range = format!("[0, {}]", usual.unwrap_or(largest));
        source = source.key(
            "range",
            range,
            "the smallest and the largest value there can be",
        );
    }
    let (mut ignored, mut categorical, mut categories) = (Vec::new(), Vec::new(), Vec::new());
    let mut missing = BTreeSet::new();
    for column in table.columns.iter().filter(|column| column.name != label) {
        let pair = other.find(&column.name).map(|other| [column, other]);
        let Some(pair) = pair else {
            ignored.push(column.name.clone());
            continue;
        };
        if pair.iter().all(|column| column.is_number) {
            missing.extend(column.missing.iter().cloned());
        } else if let Some([texts, others]) = texts_of(pair) {
            categorical.push(column.name.clone());
            if texts != others {
                let all: Vec<_> = texts.union(others).map(quoted).collect();
                categories.push(format!("{} = [{}]", key(&column.name), all.join(", ")));
            }
        } else {
            ignored.push(column.name.clone());
        }
    }
    source = source.list(
        "ignore",
        &ignored,
        "no features: not in both tables, or too many different texts",
    );
    source = source.list(
        "categorical",
        &categorical,
        "texts: one feature per category",
    );
    if !categories.is_empty() {
        let about = "all there are, since each table has some of its own";
        source = source.key(
            "categories",
            format!("{{ {} }}", categories.join(", ")),
            about,
        );
    }
    if !missing.is_empty() {
        if missing.iter().any(|text| !text.is_empty()) {
            let texts: Vec<_> = missing.into_iter().collect();
            source = source.list("missing", &texts, "what stands where a value is missing");
        }
        source = source.key(
            "fill",
            quoted("median"),
            "what takes the place of missing values",
        );
    }
    source
}

/// The categories of a column in both tables, if they are few.
fn texts_of([column, other]: [&Column; 2]) -> Option<[&BTreeSet<String>; 2]> {
    Some([column.categories.as_ref()?, other.categories.as_ref()?])
}

/// A key of a table as TOML writes it.
fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(is_bare) {
        name.into()
    } else {
        quoted(name)
    }
}

/// The columns of a table for a hint, if they fit on a line.
fn names(table: &Table) -> String {
    const MAX_NAMES: usize = 20;
    let mut names: Vec<_> = table
        .columns
        .iter()
        .take(MAX_NAMES)
        .map(|column| column.name.clone())
        .collect();
    if table.columns.len() > MAX_NAMES {
        names.push(format!("and {} more", table.columns.len() - MAX_NAMES));
    }
    names.join(", ")
}
