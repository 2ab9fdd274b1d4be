//! What the user of a table should know.

use super::columns::Role;
use super::table::Table;
use super::{Csv, Fill};

/// Columns that a warning lists before it only counts the rest.
const MAX_LISTED: usize = 8;

/// The warnings on a table that was read without an error.
pub(super) fn all(options: &Csv, table: &Table, file: &str) -> Vec<String> {
    let mut warnings = Vec::new();
    if options.header && is_all_numbers(&table.columns.names) {
        warnings.push(format!(
            "Every name in the header of {file} is a number; \
             if its first line is an example, set `header = false`."
        ));
    }
    let by = match (options.fill, options.fill_value) {
        (Some(Fill::Mean), _) => {
            "the mean of their column over the whole file, rows of dev and test included".into()
        }
        (Some(Fill::Median), _) => {
            "the median of their column over the whole file, rows of dev and test included".into()
        }
        (Some(Fill::Zero), _) => "0".into(),
        (None, value) => value.unwrap_or_default().to_string(),
    };
    let numbers = filled(table, |role| role == Role::Number);
    warnings.extend(numbers.map(|(n, columns)| {
        format!("Missing values in {file} were replaced by {by}: {n} in {columns}.")
    }));
    let categories = filled(table, |role| matches!(role, Role::Category(_)));
    warnings.extend(categories.map(|(n, columns)| {
        format!("Missing values in {file} became the category `missing`: {n} in {columns}.")
    }));
    warnings
}

/// Whether the names are numbers other than the columns' own, as those of an example are.
fn is_all_numbers(names: &[String]) -> bool {
    let counts_from = |first: usize| (first..).zip(names).all(|(i, n)| *n == i.to_string());
    names.iter().all(|name| name.parse::<f64>().is_ok()) && !counts_from(0) && !counts_from(1)
}

/// How many values of columns of such a role were filled, and in which columns; `None` if none.
fn filled(table: &Table, is_role: fn(Role) -> bool) -> Option<(u64, String)> {
    let columns = table.columns.names.iter().zip(&table.columns.roles);
    let filled: Vec<(&String, u64)> = columns
        .zip(&table.n_filled)
        .filter(|((_, role), n)| is_role(**role) && **n > 0)
        .map(|((name, _), n)| (name, *n))
        .collect();
    if filled.is_empty() {
        return None;
    }
    let first: Vec<String> = filled
        .iter()
        .take(MAX_LISTED)
        .map(|(name, n)| format!("`{name}` ({n})"))
        .collect();
    let more = match filled.len().saturating_sub(MAX_LISTED) {
        0 => String::new(),
        more => format!(" and {more} more columns"),
    };
    let total = filled.iter().map(|(_, n)| n).sum();
    Some((total, format!("{}{more}", first.join(", "))))
}
