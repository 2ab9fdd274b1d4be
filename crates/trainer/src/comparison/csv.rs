//! What `plumb compare --csv` prints: one line per row, rates as fractions.

use plumb_diagnostics::RateName;

use super::{Comparison, Row};
use crate::Error;

const RATES: [(RateName, &str); 5] = [
    (RateName::Human, "human"),
    (RateName::Train, "train"),
    (RateName::TrainDev, "train_dev"),
    (RateName::Dev, "dev"),
    (RateName::Test, "test"),
];

impl Comparison {
    /// The columns: what differs, by full keys; runs and seeds, spaces between; each rate and the bounds of
    /// its interval, empty where it has none; the first gap and its verdict; examples, parameters, seconds.
    ///
    /// # Errors
    /// [`Error::Failed`] if it can't be written.
    pub(crate) fn csv(&self) -> Result<String, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::failed(error.to_string());
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(self.header())
            .map_err(|error| failed(&error))?;
        for row in &self.rows {
            csv.write_record(self.record(row))
                .map_err(|error| failed(&error))?;
        }
        let bytes = csv.into_inner().map_err(|error| failed(&error.error()))?;
        String::from_utf8(bytes).map_err(|error| failed(&error))
    }

    fn header(&self) -> Vec<String> {
        let mut header: Vec<String> = self
            .columns
            .iter()
            .map(|column| column.key.clone())
            .collect();
        header.extend(["runs", "seeds"].map(String::from));
        for (_, name) in RATES {
            header.push(name.to_owned());
            if name != "human" {
                header.extend([format!("{name}_low"), format!("{name}_high")]);
            }
        }
        let last = [
            "first",
            "verdict",
            "train_examples",
            "parameters",
            "train_secs",
        ];
        header.extend(last.map(String::from));
        header
    }

    fn record(&self, row: &Row) -> Vec<String> {
        let settings = row.settings.iter();
        let mut record: Vec<String> = settings.map(|setting| setting.shown.clone()).collect();
        let runs = || row.runs.iter().map(|&at| &self.runs[at]);
        let paths: Vec<String> = runs().map(|run| run.path.display().to_string()).collect();
        let seeds: Vec<String> = runs().map(|run| run.seed.seed.to_string()).collect();
        record.extend([paths.join(" "), seeds.join(" ")]);
        for (name, text) in RATES {
            let rate = row.rate(name);
            record.push(rate.map_or(String::new(), |rate| rate.rate.to_string()));
            if text != "human" {
                let interval = rate.and_then(|rate| rate.interval);
                let bound =
                    |bound: Option<f64>| bound.map_or(String::new(), |bound| bound.to_string());
                record.push(bound(interval.map(|interval| interval.low)));
                record.push(bound(interval.map(|interval| interval.high)));
            }
        }
        let first = row.diagnosis.first;
        let gap = first.and_then(|kind| row.diagnosis.gap(kind));
        record.push(first.map_or("none".to_owned(), |gap| gap.to_string()));
        record.push(gap.map_or(String::new(), |gap| gap.verdict.to_string()));
        record.push(row.train_examples.to_string());
        record.push(row.parameters.to_string());
        record.push(
            row.train_secs
                .map_or(String::new(), |secs| secs.to_string()),
        );
        record
    }
}
