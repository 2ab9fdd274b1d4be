use super::{
    axis::fitted,
    figure::{Figure, number},
    svg::{Anchor, Svg},
};

/// Cells in rows and columns, the darker the larger their value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grid {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) caption: String,
    /// What the columns are, and their names.
    pub(crate) columns: (String, Vec<String>),
    /// What the rows are, and their names.
    pub(crate) rows: (String, Vec<String>),
    /// By row, then by column; none where there is nothing.
    pub(crate) cells: Vec<Vec<Option<Shade>>>,
}

/// One cell.
#[derive(Clone, Debug)]
pub(crate) struct Shade {
    pub(crate) value: f64,
    /// What is written in it.
    pub(crate) text: String,
    /// What is shown below that, in small: the interval.
    pub(crate) below: String,
    /// How dark it is, from 0 to 1.
    pub(crate) share: f64,
    /// Of its colour, as the style sheet calls it.
    pub(crate) class: &'static str,
}

const WIDTH: f64 = 720.0;
const RIGHT: f64 = 12.0;
/// Opacity of the darkest cell.
const DARKEST: f64 = 0.75;

impl Grid {
    /// Draws it; none without a cell.
    pub(crate) fn figure(&self) -> Option<Figure> {
        let (n_rows, n_columns) = (self.rows.1.len(), self.columns.1.len());
        if n_rows == 0 || n_columns == 0 {
            return None;
        }
        let longest = self.rows.1.iter().map(|name| name.chars().count()).max()?;
        let left = (7.0 * longest as f64 + 34.0).clamp(60.0, 230.0);
        let width = ((WIDTH - left - RIGHT) / n_columns as f64).min(110.0);
        let has_below = self
            .cells
            .iter()
            .flatten()
            .flatten()
            .any(|cell| !cell.below.is_empty());
        let height = if has_below {
            44.0
        } else {
            width.clamp(18.0, 34.0)
        };
        let top = 46.0;
        let mut svg = Svg::new(WIDTH, top + height * n_rows as f64 + 12.0);
        let middle = left + width * n_columns as f64 / 2.0;
        svg.text((middle, 16.0), Anchor::Middle, "label", &self.columns.0);
        for (at, name) in self.columns.1.iter().enumerate() {
            let x = left + width * (at as f64 + 0.5);
            svg.text((x, top - 8.0), Anchor::Middle, "tick", &fitted(name, width));
        }
        let centre = top + height * n_rows as f64 / 2.0;
        svg.upright((14.0, centre), Anchor::Middle, "label", &self.rows.0);
        for (row, name) in self.rows.1.iter().enumerate() {
            let y = top + height * row as f64;
            let name_at = (left - 8.0, y + height / 2.0 + 4.0);
            svg.text(name_at, Anchor::End, "tick", &fitted(name, left - 34.0));
            for column in 0..n_columns {
                let cell = self.cells.get(row).and_then(|cells| cells.get(column));
                let x = left + width * column as f64;
                let corners = ((x + 1.0, y + 1.0), (x + width - 1.0, y + height - 1.0));
                svg.rect(corners.0, corners.1, "cell", "");
                if let Some(cell) = cell.and_then(Option::as_ref) {
                    self.cell(&mut svg, corners, cell, (row, column));
                }
            }
        }
        Some(Figure {
            id: self.id.clone(),
            title: self.title.clone(),
            caption: self.caption.clone(),
            svg: svg.finish(&format!("{}. {}", self.title, self.caption)),
            header: vec![
                self.rows.0.clone(),
                self.columns.0.clone(),
                "value".into(),
                "interval".into(),
            ],
            rows: self.table(),
        })
    }

    fn cell(
        &self,
        svg: &mut Svg,
        (from, to): ((f64, f64), (f64, f64)),
        cell: &Shade,
        (row, column): (usize, usize),
    ) {
        let tip = format!(
            "{}, {}: {} {}",
            self.rows.1[row], self.columns.1[column], cell.text, cell.below
        );
        svg.shaded(
            from,
            to,
            &format!("fill {}", cell.class),
            // Darker ones would leave too little contrast to what is written in them.
            Some(cell.share * DARKEST),
            tip.trim(),
        );
        let (x, y) = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
        let has_room = |text: &str, per_letter: f64| {
            !text.is_empty() && per_letter * text.chars().count() as f64 <= to.0 - from.0
        };
        if has_room(&cell.text, 6.5) {
            let y = if cell.below.is_empty() {
                y + 4.0
            } else {
                y - 2.0
            };
            svg.text((x, y), Anchor::Middle, "value", &cell.text);
        }
        if has_room(&cell.below, 5.2) {
            svg.text((x, y + 14.0), Anchor::Middle, "small ink-text", &cell.below);
        }
    }

    fn table(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for (row, cells) in self.rows.1.iter().zip(&self.cells) {
            for (column, cell) in self.columns.1.iter().zip(cells) {
                if let Some(cell) = cell {
                    rows.push(vec![
                        row.clone(),
                        column.clone(),
                        number(cell.value),
                        cell.below.clone(),
                    ]);
                }
            }
        }
        rows
    }
}
