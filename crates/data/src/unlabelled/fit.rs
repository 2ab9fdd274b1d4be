//! From what a reader found to what a model takes.

use super::{Expected, Found, Ids, Unlabelled, UnlabelledError};
use crate::convert::Convert;
use crate::source::Context;
use crate::values::Numbers;
use crate::{Examples, MemoryError, SourceError, Tag};

/// What an input is fitted to.
pub(super) struct Fit<'a> {
    /// What the input is called.
    pub(super) name: &'a str,
    pub(super) expected: &'a Expected,
    /// What was done to the values of training.
    pub(super) convert: Option<&'a Convert>,
}

/// A value outside of the range.
struct Outside {
    index: usize,
    value: f32,
}

impl Fit<'_> {
    pub(super) fn fit(
        &self,
        mut found: Found,
        context: &Context<'_>,
    ) -> Result<Unlabelled, UnlabelledError> {
        let is_converted = found.is_converted || self.expected.is_converted;
        if let Some(convert) = self.convert.filter(|_| !is_converted) {
            self.convert(convert, &mut found, context)?;
            rename(convert, &mut found.labels);
        }
        self.check_shape(&found)?;
        self.check_range(&found)?;
        Ok(Unlabelled {
            values: found.values,
            ids: found.ids,
            labels: found.labels,
            warnings: found.warnings,
        })
    }

    /// Does to the values what was done to those of training.
    fn convert(
        &self,
        convert: &Convert,
        found: &mut Found,
        context: &Context<'_>,
    ) -> Result<(), UnlabelledError> {
        let of_values = Convert {
            rename_classes: None,
            classes: None,
            drop_other_classes: false,
            ..convert.clone()
        };
        let n = found.ids.len();
        // Converting values looks at no label.
        let examples = Examples {
            shape: std::mem::take(&mut found.shape),
            values: std::mem::replace(&mut found.values, crate::Values::U8(Vec::new())),
            range: found.range,
            labels: vec![0; n],
            classes: Vec::new(),
            source: vec![0; n],
            source_names: Vec::new(),
            original: vec![0; n],
            tags: Vec::new(),
        };
        let converted =
            of_values
                .apply(examples, context)
                .map_err(|error| UnlabelledError::Convert {
                    name: self.name.to_owned(),
                    error,
                })?;
        found.shape = converted.shape;
        found.values = converted.values;
        found.range = converted.range;
        Ok(())
    }

    /// A row of values may stand for an image, and an image for its row of values; two images must have
    /// one shape.
    fn check_shape(&self, found: &Found) -> Result<(), UnlabelledError> {
        let expected = &self.expected.shape;
        let is_row = found.shape.len() == 1 || expected.len() == 1;
        let product = |shape: &[usize]| shape.iter().product::<usize>();
        if found.shape == *expected || is_row && product(&found.shape) == product(expected) {
            return Ok(());
        }
        Err(UnlabelledError::Shape {
            name: self.name.to_owned(),
            found: found.shape.clone(),
            expected: expected.clone(),
        })
    }

    fn check_range(&self, found: &Found) -> Result<(), UnlabelledError> {
        let Some(expected) = self.expected.range else {
            return Ok(());
        };
        // Pictures go from black to white; a table or an array may use a part of its type's range.
        let is_pictures = matches!(found.ids, Ids::Paths(_));
        if let Some(range) = found
            .range
            .filter(|range| is_pictures && *range != expected)
        {
            return Err(UnlabelledError::Range {
                name: self.name.to_owned(),
                found: range,
                expected,
            });
        }
        let Some(Outside { index, value }) = outside(found, expected)? else {
            return Ok(());
        };
        let width: usize = found.shape.iter().product();
        Err(UnlabelledError::OutOfRange {
            name: self.name.to_owned(),
            id: found.ids.get(index / width),
            at: index % width,
            value,
            expected,
        })
    }
}

/// The first value outside of a range.
fn outside(found: &Found, (low, high): (f32, f32)) -> Result<Option<Outside>, SourceError> {
    let mut start = 0;
    let mut first = None;
    found
        .values
        .for_each_block(1, |numbers| -> Result<(), MemoryError> {
            let is_outside = |value: &f32| !(low..=high).contains(value);
            let at = match numbers {
                Numbers::U8(bytes) => bytes.iter().position(|&b| is_outside(&f32::from(b))),
                Numbers::F32(values) => values.iter().position(is_outside),
            };
            if let (Some(at), None) = (at, &first) {
                let value = match numbers {
                    Numbers::U8(bytes) => f32::from(bytes[at]),
                    Numbers::F32(values) => values[at],
                };
                let index = start + at;
                first = Some(Outside { index, value });
            }
            start += numbers.len();
            Ok(())
        })?;
    Ok(first)
}

/// Gives labels the names that their classes had in training.
fn rename(convert: &Convert, labels: &mut Option<Tag>) {
    let (Some(renames), Some(labels)) = (&convert.rename_classes, labels) else {
        return;
    };
    for value in &mut labels.values {
        if let Some(new) = renames.get(value) {
            value.clone_from(new);
        }
    }
}
