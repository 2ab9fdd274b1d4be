//! Tables whose labels, if there are any, are only compared with predictions.

use std::io::Read;

use super::blocks::{BLOCK_BYTES, Blocks, Problem};
use super::columns::{Columns, Role, expect_distinct};
use super::table::{Staged, header};
use super::{Csv, CsvError, CsvProblem, TableSchema};
use crate::source::{FileError, SourceError};
use crate::unlabelled::{Found, Ids, Origin};
use crate::{Memory, MemoryError, Tag, Values, ValuesBuilder};

/// Features that are handed on at a time.
const CHUNK: usize = 64 << 10;

/// Columns that `plumb data export` writes before tags and values.
const EXPORTED: [&str; 3] = ["label", "source", "original"];

/// Which columns of the input become which features.
struct Plan {
    columns: Columns,
    /// In the order of the features.
    features: Vec<Feature>,
    /// Whether it is a table that `plumb data export` wrote.
    is_export: bool,
}

/// Where one column of training stands among the columns of features of the input.
enum Feature {
    /// With what takes the place of a missing value.
    Number {
        at: usize,
        fill: f32,
    },
    Category {
        at: usize,
        n_categories: usize,
    },
}

impl Csv {
    /// Reads a table as this one was read, with or without its label.
    ///
    /// With a schema its columns of features must all be there, in any order, and no unknown column;
    /// without one, all columns are features. A table that `plumb data export` wrote is known by its
    /// header, and its values are taken as they are.
    pub(crate) fn read_unlabelled(
        &self,
        stream: impl Read + Send,
        origin: &Origin,
        schema: Option<&TableSchema>,
        memory: &Memory,
    ) -> Result<Found, SourceError> {
        self.found(stream, origin.limit(), schema, memory)
            .map_err(|problem| match problem {
                Problem::Read(reason) => origin.error(reason).into(),
                Problem::TooLarge => FileError::TooLarge {
                    path: origin.path.clone(),
                }
                .into(),
                Problem::Memory(error) => error.into(),
                Problem::Csv(error) => SourceError::Csv(error.of(&origin.path)),
            })
    }

    fn found(
        &self,
        stream: impl Read + Send,
        limit: u64,
        schema: Option<&TableSchema>,
        memory: &Memory,
    ) -> Result<Found, Problem> {
        let mut blocks = Blocks::new(stream, limit, self.delimiter_byte(), BLOCK_BYTES);
        let (names, first) = header(&mut blocks, self)?;
        let plan = Plan::new(&names, self, schema).map_err(Problem::Csv)?;
        // The values of an export may have been converted from the range of the table.
        let options = Self {
            range: self.range.filter(|_| !plan.is_export),
            classes: None,
            ..self.clone()
        };
        let fills = self.fill.is_some() || self.fill_value.is_some();
        let fill = (fills && schema.is_some() && !plan.is_export).then_some(f32::NAN);
        let staged = Staged::read(blocks, first, &plan.columns, &options, fill, memory)?;
        let n = staged.values.len() / plan.columns.n_inputs();
        let values = plan
            .expand(staged.values, memory)
            .map_err(Problem::Memory)?;
        let n_features = values.len() / n;
        let shape = self.shape.clone().filter(|_| !plan.is_export);
        let fits = |shape: &Vec<usize>| shape.iter().product::<usize>() == n_features;
        let n_filled: u64 = staged.rows.n_filled.iter().sum();
        let warning = format!("{n_filled} missing values were replaced as in training");
        let label = plan.columns.tags.first();
        let label = label.zip(staged.rows.tags.into_iter().next());
        Ok(Found {
            shape: shape.filter(fits).unwrap_or_else(|| vec![n_features]),
            values,
            range: options.range.map(|[low, high]| (low, high)),
            ids: Ids::Numbers(n),
            labels: label.map(|(name, column)| Tag {
                name: name.clone(),
                values: column.texts.distinct,
                of: column.of,
                is_pool: false,
            }),
            is_converted: plan.is_export,
            warnings: (n_filled > 0).then_some(warning).into_iter().collect(),
        })
    }
}

impl Plan {
    fn new(
        names: &[String],
        options: &Csv,
        schema: Option<&TableSchema>,
    ) -> Result<Self, CsvError> {
        expect_distinct(names)?;
        let has_all =
            |schema: &TableSchema| schema.features().all(|feature| names.contains(feature));
        match schema {
            Some(schema) if options.header => {
                if !has_all(schema) && is_export(names) {
                    return Self::of_export(names);
                }
                Self::by_name(names, options, schema)
            }
            Some(schema) => Self::by_place(names, schema),
            None if is_export(names) => Self::of_export(names),
            None => Self::of_roles(names, |name| {
                if options.is_ignored(name) {
                    Role::Ignored
                } else {
                    Role::Number
                }
            }),
        }
    }

    /// The columns of a table with a header, matched with those of training.
    fn by_name(names: &[String], options: &Csv, schema: &TableSchema) -> Result<Self, CsvError> {
        let missing: Vec<String> = schema
            .features()
            .filter(|feature| !names.contains(feature))
            .cloned()
            .collect();
        let is_extra = |name: &&String| !schema.columns.contains(name) && !options.is_ignored(name);
        let extra: Vec<String> = names.iter().filter(is_extra).cloned().collect();
        if !missing.is_empty() || !extra.is_empty() {
            let problem = CsvProblem::OtherColumns { missing, extra };
            return Err(CsvError::line(1, problem));
        }
        Self::of_schema(names, schema)
    }

    /// The columns of a table without a header: all of training, or all but the label, or the features.
    fn by_place(names: &[String], schema: &TableSchema) -> Result<Self, CsvError> {
        let all: Vec<String> = schema.columns.clone();
        let mut unlabelled = all.clone();
        unlabelled.retain(|name| *name != schema.label);
        let features: Vec<String> = schema.features().cloned().collect();
        let expected = [all, unlabelled, features];
        let Some(columns) = expected.iter().find(|known| known.len() == names.len()) else {
            let problem = CsvProblem::OtherWidth {
                found: names.len(),
                with_label: schema.columns.len(),
                n_features: expected[2].len(),
            };
            return Err(CsvError::line(1, problem));
        };
        Self::of_schema(columns, schema)
    }

    fn of_schema(names: &[String], schema: &TableSchema) -> Result<Self, CsvError> {
        let features: std::collections::HashSet<&String> = schema.features().collect();
        let plan = Self::of_roles(names, |name| match () {
            () if *name == schema.label => Role::Tag(0),
            () if schema.categories.contains_key(name) => Role::Category(0),
            () if features.contains(name) => Role::Number,
            () => Role::Ignored,
        })?;
        let mut columns = plan.columns;
        for (name, role) in columns.names.iter().zip(&mut columns.roles) {
            if let Role::Category(place) = role {
                *place = columns.categories.len();
                columns
                    .categories
                    .push(schema.categories.get(name).cloned());
            }
        }
        let inputs: std::collections::HashMap<&String, usize> = columns
            .names
            .iter()
            .zip(columns.is_feature())
            .filter(|(_, is_feature)| *is_feature)
            .zip(0..)
            .map(|((name, _), at)| (name, at))
            .collect();
        let feature = |name: &String| {
            let at = inputs.get(name).copied().unwrap_or_default();
            match schema.categories.get(name) {
                Some(categories) => Feature::Category {
                    at,
                    n_categories: categories.len(),
                },
                None => Feature::Number {
                    at,
                    fill: schema.fill.get(name).copied().unwrap_or_default(),
                },
            }
        };
        let features = schema.features().map(feature).collect();
        Ok(Self {
            features,
            columns,
            is_export: false,
        })
    }

    fn of_export(names: &[String]) -> Result<Self, CsvError> {
        let is_value = |name: &String| name.starts_with('x');
        let plan = Self::of_roles(names, |name| match name.as_str() {
            "label" => Role::Tag(0),
            _ if is_value(name) => Role::Number,
            _ => Role::Ignored,
        })?;
        Ok(Self {
            is_export: true,
            ..plan
        })
    }

    /// All columns of numbers are features, in their order.
    fn of_roles(names: &[String], role: impl Fn(&String) -> Role) -> Result<Self, CsvError> {
        let roles: Vec<Role> = names.iter().map(role).collect();
        let of_label = names.iter().zip(&roles);
        let label = of_label.filter(|(_, role)| **role == Role::Tag(0));
        let columns = Columns {
            names: names.to_vec(),
            tags: label.map(|(name, _)| name.clone()).collect(),
            categories: Vec::new(),
            roles,
        };
        if columns.n_inputs() == 0 {
            return Err(CsvError::file(CsvProblem::NoFeatures));
        }
        let number = |at| Feature::Number { at, fill: 0.0 };
        Ok(Self {
            features: (0..columns.n_inputs()).map(number).collect(),
            columns,
            is_export: false,
        })
    }

    /// The features of all rows, in the order of training.
    fn expand(&self, values: Values, memory: &Memory) -> Result<Values, MemoryError> {
        let is_kept = |(i, feature): (usize, &Feature)| matches!(feature, Feature::Number { at, fill } if *at == i && *fill == 0.0);
        if values.is_u8() && self.features.iter().enumerate().all(is_kept) {
            return Ok(values); // bytes have no NaN to fill
        }
        let n_inputs = self.columns.n_inputs();
        let mut row = vec![0.0; n_inputs];
        let (mut builder, mut chunk) = (ValuesBuilder::new(memory), Vec::new());
        for i in 0..values.len() / n_inputs {
            values.read_row(n_inputs, i, &mut row)?;
            for feature in &self.features {
                match *feature {
                    Feature::Number { at, fill } => {
                        let value = row[at];
                        chunk.push(if value.is_nan() { fill } else { value });
                    }
                    Feature::Category { at, n_categories } => {
                        let one_hot = |k| f32::from(u8::from(k == row[at] as usize));
                        chunk.extend((0..n_categories).map(one_hot));
                    }
                }
            }
            if chunk.len() >= CHUNK {
                builder.push_f32(&chunk)?;
                chunk.clear();
            }
        }
        builder.push_f32(&chunk)?;
        builder.finish()
    }
}

impl Csv {
    fn is_ignored(&self, name: &str) -> bool {
        let is_named = |column: &super::Column| column.to_string() == *name;
        self.ignore.iter().any(is_named)
    }
}

/// Whether these are the columns that `plumb data export` writes.
fn is_export(names: &[String]) -> bool {
    let Some(rest) = names.strip_prefix(&EXPORTED.map(String::from)) else {
        return false;
    };
    let n_tags = rest
        .iter()
        .take_while(|name| name.starts_with("tag_"))
        .count();
    let values = &rest[n_tags..];
    !values.is_empty() && (1..).zip(values).all(|(i, name)| *name == format!("x{i}"))
}
