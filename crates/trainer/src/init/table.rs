//! What a table has in its columns.

use std::{collections::BTreeSet, fs, path::Path};

use crate::Error;

/// Names that a column with labels usually has.
const LABEL_NAMES: [&str; 12] = [
    "label",
    "labels",
    "class",
    "classes",
    "target",
    "y",
    "category",
    "species",
    "digit",
    "outcome",
    "diagnosis",
    "kind",
];

/// What people write where a value is missing.
const MISSING: [&str; 8] = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "?"];

/// The most categories that a column of texts may have; it becomes as many features.
const MAX_CATEGORIES: usize = 100;

/// A table as it lies there.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) columns: Vec<Column>,
    pub(super) has_header: bool,
    pub(super) delimiter: char,
}

/// One of its columns.
#[derive(Debug)]
pub(super) struct Column {
    /// That of the header, or its number.
    pub(super) name: String,
    /// Whether all of its cells, the missing ones aside, are numbers.
    pub(super) is_number: bool,
    /// Texts that stand for missing values in it.
    pub(super) missing: BTreeSet<String>,
    /// Its different texts, as long as they are few.
    pub(super) categories: Option<BTreeSet<String>>,
    /// The largest number; 0 if there is none above.
    pub(super) largest: f64,
    /// Whether its numbers are whole and none is below 0, as those of pixels.
    pub(super) is_like_pixels: bool,
}

impl Table {
    /// Looks through a table.
    ///
    /// # Errors
    /// Bad input if it can't be read as text, or has no column or no line.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let wrong = |problem: String| {
            Error::bad_input(format!("{}: {problem}", path.display()))
                .hint("expected a table in UTF-8, one example per line, not packed")
        };
        let text =
            fs::read_to_string(path).map_err(|error| wrong(format!("can't be read: {error}")))?;
        let first = text.lines().next().unwrap_or_default();
        let delimiter = delimiter(first);
        let reader = |has_header| {
            csv::ReaderBuilder::new()
                .has_headers(has_header)
                .delimiter(delimiter as u8)
                .trim(csv::Trim::All)
                .from_reader(text.as_bytes())
        };
        let header: Vec<String> = match reader(false).records().next() {
            Some(Ok(record)) => record.iter().map(String::from).collect(),
            Some(Err(error)) => return Err(wrong(error.to_string())),
            None => return Err(wrong("is empty".into())),
        };
        let has_header = !header.iter().all(|cell| is_number(cell));
        let mut columns: Vec<Column> = (header.into_iter().enumerate())
            .map(|(at, name)| {
                Column::new(if has_header {
                    name
                } else {
                    (at + 1).to_string()
                })
            })
            .collect();
        let mut n_rows = 0;
        for record in reader(has_header).records() {
            let record = record.map_err(|error| wrong(error.to_string()))?;
            for (column, cell) in columns.iter_mut().zip(record.iter()) {
                column.add(cell);
            }
            n_rows += 1;
        }
        if n_rows == 0 {
            return Err(wrong("has no line below its header".into()));
        }
        Ok(Self {
            columns,
            has_header,
            delimiter,
        })
    }

    pub(super) fn find(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column that most likely has the labels: by its name, else the only one with texts.
    pub(super) fn label(&self) -> Option<&Column> {
        let is_usual =
            |column: &&Column| LABEL_NAMES.contains(&column.name.to_lowercase().as_str());
        let mut texts = self.columns.iter().filter(|column| !column.is_number);
        let only_text = texts.next().filter(|_| texts.next().is_none());
        self.columns.iter().find(is_usual).or(only_text)
    }

    /// The columns that are numbers, besides the label.
    pub(super) fn numbers(&self, label: &str) -> impl Iterator<Item = &Column> {
        self.columns
            .iter()
            .filter(move |column| column.name != label && column.is_number)
    }

    /// Height and width, if a row may be a square picture in grey: so many numbers like pixels, and nothing else.
    pub(super) fn square(&self, label: &str) -> Option<usize> {
        let features = self.columns.iter().filter(|column| column.name != label);
        let n = features.clone().count();
        let side = n.isqrt();
        let is_square = side >= 4 && side * side == n;
        let is_like_pixels = |column: &Column| column.is_number && column.is_like_pixels;
        (is_square && features.clone().all(is_like_pixels)).then_some(side)
    }
}

impl Column {
    fn new(name: String) -> Self {
        Self {
            name,
            is_number: true,
            missing: BTreeSet::new(),
            categories: Some(BTreeSet::new()),
            largest: 0.0,
            is_like_pixels: true,
        }
    }

    fn add(&mut self, cell: &str) {
        if MISSING.contains(&cell) {
            self.missing.insert(cell.into());
            return;
        }
        match cell.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.largest = self.largest.max(number);
                self.is_like_pixels &= number >= 0.0 && number.fract() == 0.0;
            }
            _ => self.is_number = false,
        }
        if let Some(categories) = &mut self.categories {
            if !categories.contains(cell) {
                categories.insert(cell.into());
            }
            if categories.len() > MAX_CATEGORIES {
                self.categories = None;
            }
        }
    }
}

fn is_number(cell: &str) -> bool {
    cell.trim().parse::<f64>().is_ok()
}

/// What most often separates something in the first line.
fn delimiter(line: &str) -> char {
    let count = |delimiter: char| line.matches(delimiter).count();
    [';', '\t', '|'].into_iter().fold(',', |best, other| {
        if count(other) > count(best) {
            other
        } else {
            best
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, text).unwrap();
        Table::read(&path).unwrap()
    }

    #[test]
    fn the_column_with_labels_is_found() {
        let check = |text: &str, expected: Option<&str>| {
            let table = table(text);
            let found = table.label().map(|column| column.name.as_str());
            assert_eq!(found, expected, "{text}");
        };
        check("a,Species,b\n1,x,2", Some("Species"));
        check("a,b,what\n1,2,x\n1,2,y", Some("what"));
        check("a,b\n1,2", None);
        check("a,b\nx,y", None);
        check("a;label\n1;2", Some("label"));
    }

    #[test]
    fn columns_are_numbers_texts_or_missing() {
        let table = table("label,size,colour,id\nx,1.5,red,\ny,NA,blue,7\n");
        let is_number = |name: &str| table.find(name).unwrap().is_number;
        assert!(is_number("size") && is_number("id") && !is_number("colour"));
        let missing = &table.find("size").unwrap().missing;
        assert_eq!(missing.iter().collect::<Vec<_>>(), ["NA"]);
        let colours = table.find("colour").unwrap().categories.as_ref().unwrap();
        assert_eq!(colours.iter().collect::<Vec<_>>(), ["blue", "red"]);
    }

    #[test]
    fn a_table_without_names_has_numbers_for_them() {
        let table = table("1,2\n3,4\n");
        assert!(!table.has_header);
        assert_eq!(table.columns[1].name, "2");
        assert_eq!(table.columns[0].largest.to_bits(), 3_f64.to_bits());
    }

    /// 16 whole numbers may be 4 × 4 pixels; 15, or one of them negative, are not.
    #[test]
    fn a_row_of_pixels_is_a_square() {
        let row = |n: usize, last: &str| {
            let names: Vec<_> = (0..n).map(|at| format!("p{at}")).collect();
            let mut cells = vec!["0"; n - 1];
            cells.push(last);
            format!("label,{}\nx,{}\n", names.join(","), cells.join(","))
        };
        let check = |text: String, expected: Option<usize>| {
            assert_eq!(table(&text).square("label"), expected);
        };
        check(row(16, "9"), Some(4));
        check(row(16, "-9"), None);
        check(row(16, "0.5"), None);
        check(row(15, "9"), None);
    }
}
