/// Cells under headers, for a terminal.
pub(crate) struct Table {
    columns: Vec<TableColumn>,
}

struct TableColumn {
    header: String,
    cells: Vec<String>,
    is_right: bool,
}

/// Between two columns.
const GAP: usize = 2;

impl Table {
    pub(crate) fn new() -> Self {
        Self {
            columns: Vec::new(),
        }
    }

    /// Adds a column of texts, which stand at its left.
    pub(crate) fn left(&mut self, header: impl Into<String>, cells: Vec<String>) {
        self.push(header.into(), cells, false);
    }

    /// Adds a column of numbers, which stand at its right.
    pub(crate) fn right(&mut self, header: impl Into<String>, cells: Vec<String>) {
        self.push(header.into(), cells, true);
    }

    fn push(&mut self, header: String, cells: Vec<String>, is_right: bool) {
        self.columns.push(TableColumn {
            header,
            cells,
            is_right,
        });
    }

    /// Characters of its longest line.
    pub(crate) fn width(&self) -> usize {
        let widths = self.columns.iter().map(|column| column.width() + GAP);
        widths.sum()
    }

    /// One line for the headers, one per row; each begins with a gap.
    pub(crate) fn text(&self) -> String {
        let n_rows = self.columns.iter().map(|column| column.cells.len()).max();
        let header = self.line(|column| &column.header);
        let rows = (0..n_rows.unwrap_or(0))
            .map(|row| self.line(|column| column.cells.get(row).map_or("", String::as_str)));
        std::iter::once(header).chain(rows).collect()
    }

    fn line<'a>(&'a self, cell: impl Fn(&'a TableColumn) -> &'a str) -> String {
        let mut line = String::new();
        for column in &self.columns {
            let (cell, width) = (cell(column), column.width());
            let padding = " ".repeat(width - cell.chars().count());
            line.push_str(&" ".repeat(GAP));
            if column.is_right {
                line.push_str(&padding);
                line.push_str(cell);
            } else {
                line.push_str(cell);
                line.push_str(&padding);
            }
        }
        format!("{}\n", line.trim_end())
    }
}

impl TableColumn {
    fn width(&self) -> usize {
        let texts = self.cells.iter().chain(std::iter::once(&self.header));
        let widths = texts.map(|text| text.chars().count());
        widths.max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_longest_cell() {
        let mut table = Table::new();
        table.left("a", vec!["x".into(), "long".into()]);
        table.right("β error", vec!["1".into(), "10".into()]);
        assert_eq!(
            table.text(),
            "  a     β error\n  x           1\n  long       10\n"
        );
        assert_eq!(table.width(), 15);
        assert_eq!(Table::new().text(), "\n");
    }
}
