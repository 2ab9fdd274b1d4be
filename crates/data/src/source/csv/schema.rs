//! What a table was made of, so that other tables become the same features.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::columns::{Columns, Role};
use super::fill::Input;
use super::rows::Rows;
use super::{Csv, Fill};

/// The columns of a table that a model was trained on, and what was learned from them.
///
/// Stored with a run: with it, a table without labels becomes the same features in the same order, even
/// if its columns stand in another order, if it lacks some categories, or if it has one row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSchema {
    /// The names of all columns, in their order. Without a header they are the numbers 1, 2, ….
    pub columns: Vec<String>,
    /// The column with the label.
    pub label: String,
    /// Columns that are no features either.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// Per categorical column its categories, in the order of the features.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub categories: BTreeMap<String, Vec<String>>,
    /// Per column of numbers what takes the place of a missing one; nothing if that is an error.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fill: BTreeMap<String, f32>,
}

impl TableSchema {
    /// That of a table whose rows have been read; `inputs` are those of its columns of features.
    pub(super) fn new(options: &Csv, columns: &Columns, rows: &Rows, inputs: &[Input]) -> Self {
        let mut schema = Self {
            columns: columns.names.clone(),
            ..Self::default()
        };
        let mut inputs = inputs.iter();
        for (name, role) in columns.names.iter().zip(&columns.roles) {
            match role {
                Role::Label => schema.label.clone_from(name),
                Role::Tag(_) | Role::Ignored => schema.left_out.push(name.clone()),
                Role::Number => {
                    let fill = match (options.fill, inputs.next()) {
                        (Some(Fill::Mean | Fill::Median), Some(Input::Number(middle))) => {
                            Some(*middle)
                        }
                        (Some(Fill::Zero), _) => Some(0.0),
                        _ => options.fill_value,
                    };
                    schema.fill.extend(fill.map(|fill| (name.clone(), fill)));
                }
                Role::Category(place) => {
                    let Some(Input::Category(places)) = inputs.next() else {
                        continue;
                    };
                    let texts = rows.categories.get(*place).map(|texts| &texts.distinct);
                    let mut sorted: Vec<_> =
                        places.iter().zip(texts.into_iter().flatten()).collect();
                    sorted.sort();
                    let sorted = sorted.into_iter().map(|(_, text)| text.clone());
                    schema.categories.insert(name.clone(), sorted.collect());
                }
            }
        }
        schema
    }

    /// The columns of features, in the order of the features.
    pub(super) fn features(&self) -> impl Iterator<Item = &String> {
        let is_feature = |name: &&String| **name != self.label && !self.left_out.contains(name);
        self.columns.iter().filter(is_feature)
    }
}
