//! What each column of a table is for.

use super::{Column, Csv, CsvError, CsvProblem};

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Number,
    /// With its place among the categorical columns.
    Category(usize),
    Label,
    /// With its place among the tags.
    Tag(usize),
    Ignored,
}

impl Role {
    /// The option that gives a column this role.
    fn field(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Category(_) => "categorical",
            Self::Tag(_) => "tags",
            Self::Ignored | Self::Number => "ignore",
        }
    }
}

/// The columns of a table.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) names: Vec<String>,
    /// One per column.
    pub(super) roles: Vec<Role>,
    /// Per categorical column its categories, where the options list them; in the order of columns.
    pub(super) categories: Vec<Option<Vec<String>>>,
    /// In the order of the options.
    pub(super) tags: Vec<String>,
}

impl Columns {
    /// Finds the columns that the options name.
    pub(super) fn find(names: Vec<String>, options: &Csv) -> Result<Self, CsvError> {
        expect_distinct(&names)?;
        let mut columns = Self {
            roles: vec![Role::Number; names.len()],
            names,
            categories: Vec::new(),
            tags: Vec::new(),
        };
        columns.assign(&options.label, Role::Label)?;
        for column in &options.ignore {
            columns.assign(column, Role::Ignored)?;
        }
        for (i, column) in options.tags.iter().enumerate() {
            let at = columns.assign(column, Role::Tag(i))?;
            let name = columns.names.get(at).cloned();
            columns.tags.extend(name);
        }
        for column in &options.categorical {
            columns.assign(column, Role::Category(0))?;
        }
        let mut listed = vec![None; columns.names.len()];
        for (name, categories) in &options.categories {
            let column = Column::Name(name.clone());
            let at = columns.position(&column, "categories")?;
            if columns.roles.get(at) != Some(&Role::Category(0)) {
                columns.assign(&column, Role::Category(0))?;
            }
            if let Some(of_column) = listed.get_mut(at) {
                *of_column = Some(categories.clone());
            }
        }
        for (role, listed) in columns.roles.iter_mut().zip(listed) {
            if let Role::Category(place) = role {
                *place = columns.categories.len();
                columns.categories.push(listed);
            }
        }
        if !columns.is_feature().any(|is_feature| is_feature) {
            return Err(CsvError::file(CsvProblem::NoFeatures));
        }
        Ok(columns)
    }

    /// Per column whether it is a feature.
    pub(super) fn is_feature(&self) -> impl Iterator<Item = bool> {
        let is_feature = |role: &Role| matches!(role, Role::Number | Role::Category(_));
        self.roles.iter().map(is_feature)
    }

    /// Columns that are features, each counted once.
    pub(super) fn n_inputs(&self) -> usize {
        self.is_feature().filter(|is_feature| *is_feature).count()
    }

    /// How many features there are with all categories listed; `None` if some are to be found.
    pub(super) fn n_features(&self) -> Option<usize> {
        self.roles.iter().try_fold(0_usize, |n, role| match role {
            Role::Number => Some(n + 1),
            Role::Category(place) => {
                let categories = self.categories.get(*place)?.as_ref()?;
                Some(n + categories.len())
            }
            _ => Some(n),
        })
    }

    /// Gives a column a role, unless it has one.
    fn assign(&mut self, column: &Column, role: Role) -> Result<usize, CsvError> {
        let at = self.position(column, role.field())?;
        if let Some(old) = self.roles.get_mut(at) {
            if *old != Role::Number {
                let (first, second) = (old.field(), role.field());
                let name = self.names.get(at).map_or("", String::as_str);
                let problem = CsvProblem::TwoRoles { first, second };
                return Err(CsvError::column(name, problem));
            }
            *old = role;
        }
        Ok(at)
    }

    /// The index of the column that the option `field` names.
    fn position(&self, column: &Column, field: &'static str) -> Result<usize, CsvError> {
        let found = match column {
            Column::Name(name) => self.names.iter().position(|n| n == name),
            Column::Number(number) => number.checked_sub(1).filter(|&i| i < self.names.len()),
        };
        found.ok_or_else(|| {
            let problem = match column {
                Column::Number(number) => CsvProblem::NoNumber {
                    number: *number,
                    field,
                    n_columns: self.names.len(),
                },
                Column::Name(name) if field == "label" => CsvProblem::NoLabel {
                    label: name.clone(),
                    columns: self.names.clone(),
                },
                Column::Name(name) => CsvProblem::NoColumn {
                    name: name.clone(),
                    field,
                    columns: self.names.clone(),
                },
            };
            CsvError::line(1, problem)
        })
    }
}

pub(super) fn expect_distinct(names: &[String]) -> Result<(), CsvError> {
    let mut first_of_name = std::collections::HashMap::new();
    for (second, name) in (1..).zip(names) {
        if let Some(first) = first_of_name.insert(name, second) {
            let problem = CsvProblem::SameName { first, second };
            let mut error = CsvError::column(name, problem);
            error.line = Some(1);
            return Err(error);
        }
    }
    Ok(())
}
