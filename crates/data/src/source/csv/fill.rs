//! Rows in which categories are numbers and missing values NaN, made into features.

use super::columns::{Columns, Role};
use super::rows::Rows;
use super::{CsvError, CsvProblem, Fill};
use crate::source::checks::sort_classes;
use crate::{Memory, MemoryError, Values, ValuesBuilder};

/// Features that are handed on at a time.
const CHUNK: usize = 64 << 10;

/// One column of features.
pub(super) enum Input {
    /// With what takes the place of missing values.
    Number(f32),
    /// Per category, numbered as they first occur, its place among the features of this column.
    Category(Vec<u32>),
}

impl Input {
    /// The inputs of a table in the order of its columns.
    pub(super) fn all(
        columns: &Columns,
        rows: &Rows,
        values: &Values,
        fill: Option<Fill>,
    ) -> Result<Vec<Self>, CsvError> {
        let (mut inputs, n_inputs) = (Vec::new(), columns.n_inputs());
        let of_columns = columns.roles.iter().zip(&columns.names);
        for (role, name) in of_columns {
            match role {
                Role::Number => {
                    let column = (inputs.len()..values.len()).step_by(n_inputs);
                    let present = column.map(|i| values.get(i)).filter(|v| !v.is_nan());
                    let middle = match fill {
                        Some(Fill::Median) => median(present.collect()),
                        Some(Fill::Mean) => mean(present),
                        // Filled on reading; there is no NaN.
                        Some(Fill::Zero) | None => Some(0.0),
                    };
                    let all_missing = || CsvError::column(name, CsvProblem::AllMissing);
                    inputs.push(Self::Number(middle.ok_or_else(all_missing)?));
                }
                Role::Category(place) => {
                    let is_listed = columns.categories.get(*place).is_some_and(Option::is_some);
                    let texts = rows.categories.get(*place);
                    let texts = texts.map(|texts| texts.distinct.clone());
                    inputs.push(Self::category(&texts.unwrap_or_default(), is_listed));
                }
                Role::Label | Role::Tag(_) | Role::Ignored => {}
            }
        }
        Ok(inputs)
    }

    fn category(texts: &[String], is_listed: bool) -> Self {
        let mut sorted = texts.to_vec();
        if !is_listed {
            sort_classes(&mut sorted);
        }
        let place = |text| sorted.iter().position(|t| t == text).unwrap_or_default() as u32;
        Self::Category(texts.iter().map(place).collect())
    }

    pub(super) fn n_features(&self) -> usize {
        match self {
            Self::Number(_) => 1,
            Self::Category(places) => places.len(),
        }
    }
}

/// The features of all rows.
pub(super) fn expand(
    values: &Values,
    inputs: &[Input],
    memory: &Memory,
) -> Result<Values, MemoryError> {
    let mut builder = ValuesBuilder::new(memory);
    let mut features = Vec::new();
    for (i, input) in (0..values.len()).zip(inputs.iter().cycle()) {
        let value = values.get(i);
        match input {
            Input::Number(fill) if value.is_nan() => features.push(*fill),
            Input::Number(_) => features.push(value),
            Input::Category(places) => {
                let place = places.get(value as usize).copied().unwrap_or_default();
                let one_hot = (0..places.len() as u32).map(|k| f32::from(u8::from(k == place)));
                features.extend(one_hot);
            }
        }
        if features.len() >= CHUNK {
            builder.push_f32(&features)?;
            features.clear();
        }
    }
    builder.push_f32(&features)?;
    builder.finish()
}

fn mean(values: impl Iterator<Item = f32>) -> Option<f32> {
    let (sum, n) = values.fold((0.0, 0_u64), |(sum, n), v| (sum + f64::from(v), n + 1));
    (n > 0).then(|| (sum / n as f64) as f32)
}

/// The middle value, or the mean of the two middle ones.
fn median(mut values: Vec<f32>) -> Option<f32> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let is_odd = values.len() % 2 == 1;
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
    if is_odd {
        return Some(upper);
    }
    let lower = below.iter().copied().max_by(f32::total_cmp)?;
    Some(f64::midpoint(lower.into(), upper.into()) as f32)
}
