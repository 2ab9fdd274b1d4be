use crate::chart::csv_address;

/// The runs in rows, which a reader can sort.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableView {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// Of what is in it, as a CSV file.
    pub(crate) csv_address: String,
}

/// A cell, and what it is sorted by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) key: String,
    pub(crate) is_number: bool,
    /// Where it leads.
    pub(crate) link: Option<String>,
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            key: text.clone(),
            text,
            is_number: false,
            link: None,
        }
    }

    pub(super) fn number(key: f64, text: impl Into<String>) -> Self {
        Self {
            key: format!("{key}"),
            text: text.into(),
            is_number: true,
            link: None,
        }
    }
}

impl TableView {
    pub(super) fn new(header: Vec<String>, rows: Vec<Vec<Cell>>) -> Self {
        let plain = |cells: &Vec<Cell>| {
            cells
                .iter()
                .map(|cell| cell.text.replace('−', "-"))
                .collect()
        };
        let plain_rows: Vec<Vec<String>> = rows.iter().map(plain).collect();
        Self {
            csv_address: csv_address(&header, &plain_rows),
            header,
            rows,
        }
    }
}
