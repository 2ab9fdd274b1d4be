use base64::{Engine, engine::general_purpose::STANDARD};

/// A chart, with the numbers that it shows.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// Unique in a page; also the name of its CSV file.
    pub(crate) id: String,
    pub(crate) title: String,
    /// How to read it, in a sentence or two.
    pub(crate) caption: String,
    pub(crate) svg: String,
    /// The names of the columns.
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Figure {
    /// The numbers as a CSV document.
    pub(crate) fn csv(&self) -> String {
        csv(&self.header, &self.rows)
    }

    /// The CSV document as an address that a page links to.
    pub(crate) fn csv_address(&self) -> String {
        csv_address(&self.header, &self.rows)
    }
}

fn csv(header: &[String], rows: &[Vec<String>]) -> String {
    let mut csv = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    csv.write_record(header).ok();
    for row in rows {
        csv.write_record(row).ok();
    }
    let bytes = csv.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A table as a CSV document, as an address that a page links to.
pub(crate) fn csv_address(header: &[String], rows: &[Vec<String>]) -> String {
    format!(
        "data:text/csv;base64,{}",
        STANDARD.encode(csv(header, rows))
    )
}

/// A cell: a number to the digits that a reader has use for.
pub(super) fn number(value: f64) -> String {
    let rounded = format!("{value:.6}");
    let short = rounded.trim_end_matches('0').trim_end_matches('.');
    match short {
        "-0" | "" => "0".to_owned(),
        short if value != 0.0 && value.abs() < 1e-4 => {
            let _ = short;
            format!("{value:.4e}")
        }
        short => short.to_owned(),
    }
}

/// A cell that may be empty.
pub(super) fn cell(value: Option<f64>) -> String {
    value.map(number).unwrap_or_default()
}

/// A number at an axis, to the digits that tell it from its neighbours.
pub(super) fn tick(value: f64, step: f64) -> String {
    if value != 0.0 && (value.abs() >= 1e7 || value.abs() < 1e-4) {
        return format!("{value:e}");
    }
    let digits = if step.is_finite() && step > 0.0 {
        (-(step * 1.001).log10().floor()).clamp(0.0, 6.0) as usize
    } else {
        2
    };
    if digits == 0 {
        let thousands = crate::progress::thousands(value.abs().round() as u64);
        let sign = if value <= -0.5 { "−" } else { "" };
        format!("{sign}{thousands}")
    } else {
        format!("{value:.digits$}").replace('-', "−")
    }
}
