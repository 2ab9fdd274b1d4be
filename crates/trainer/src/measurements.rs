//! What a run measured, an evaluation a row: `metrics.jsonl` and `timings.jsonl` side by side, for other programs.
//!
//! All four sets are in it, test too: it is for people to look at, and nothing here may choose by it.

use std::fs;

use serde::de::DeserializeOwned;

use crate::{
    Error,
    curve::{METRICS, Metric, TIMINGS, Timing},
    run_dir::RunDir,
    sets::SETS,
};

/// One evaluation.
pub(crate) struct Row {
    pub(crate) epoch: u32,
    /// Training steps done.
    pub(crate) step: u64,
    /// Of the last step.
    pub(crate) learning_rate: f64,
    /// The sets that were measured, in the order of their lines.
    pub(crate) sets: Vec<Metric>,
    /// None where the clock's line is missing.
    pub(crate) timing: Option<Timing>,
}

/// The evaluations that two texts tell of, in the order of time; lines that can't be read are left out.
pub(crate) fn rows(metrics: &str, timings: &str) -> Vec<Row> {
    let timings: Vec<Timing> = lines(timings);
    let mut rows: Vec<Row> = Vec::new();
    for metric in lines::<Metric>(metrics) {
        match rows.last_mut() {
            Some(row) if row.step == metric.step => row.sets.push(metric),
            _ => rows.push(Row {
                epoch: metric.epoch,
                step: metric.step,
                learning_rate: metric.learning_rate,
                timing: (timings.iter())
                    .find(|timing| timing.step == metric.step)
                    .cloned(),
                sets: vec![metric],
            }),
        }
    }
    rows
}

/// The evaluations of a run as a table with a header, rates as fractions, for spreadsheets and experiment trackers.
///
/// # Errors
/// Bad input if nothing was measured yet, or it can't be read.
pub(crate) fn csv(run: &RunDir) -> Result<Vec<u8>, Error> {
    let path = run.path().join(METRICS);
    let metrics = fs::read_to_string(&path)
        .map_err(|error| Error::bad_input(format!("can't read {}: {error}", path.display())))?;
    // Times are nothing that a run can't do without.
    let timings = fs::read_to_string(run.path().join(TIMINGS)).unwrap_or_default();
    let rows = rows(&metrics, &timings);
    if rows.is_empty() {
        let message = format!("{} holds no measurement", path.display());
        return Err(Error::bad_input(message).hint("a run has the first one after its first epoch"));
    }
    let failed = |error: csv::Error| Error::failed(format!("can't write a table: {error}"));
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(header()).map_err(failed)?;
    for row in &rows {
        table.write_record(cells(row)).map_err(failed)?;
    }
    table
        .into_inner()
        .map_err(|error| Error::failed(format!("can't write a table: {error}")))
}

fn header() -> Vec<String> {
    let mut header: Vec<String> = ["epoch", "step", "learning_rate"].map(Into::into).into();
    for set in SETS {
        let set = set.to_string().replace('-', "_");
        header.extend(["errors", "n", "error", "loss"].map(|what| format!("{set}_{what}")));
    }
    header.extend(["train_secs", "evaluate_secs"].map(Into::into));
    header
}

/// The cells of a row; what was not measured is empty.
fn cells(row: &Row) -> Vec<String> {
    let mut cells = vec![
        row.epoch.to_string(),
        row.step.to_string(),
        row.learning_rate.to_string(),
    ];
    for set in SETS {
        match row.sets.iter().find(|metric| metric.set == set) {
            Some(metric) => cells.extend([
                metric.errors.to_string(),
                metric.n.to_string(),
                metric.error_rate.to_string(),
                metric.loss.to_string(),
            ]),
            None => cells.extend(["", "", "", ""].map(String::from)),
        }
    }
    match &row.timing {
        Some(timing) => cells.extend([
            timing.train_secs.to_string(),
            timing.evaluate_secs.to_string(),
        ]),
        None => cells.extend([String::new(), String::new()]),
    }
    cells
}

/// The lines of a text that can be read.
pub(crate) fn lines<T: DeserializeOwned>(text: &str) -> Vec<T> {
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMINGS_TEXT: &str =
        "{\"format\":2,\"epoch\":1,\"step\":24,\"train_secs\":2.5,\"evaluate_secs\":1.0}\n";

    fn line(epoch: u32, step: u64, set: &str, errors: u64) -> String {
        let rate = errors as f64 / 4.0;
        format!(
            r#"{{"format":2,"epoch":{epoch},"step":{step},"set":"{set}","errors":{errors},"n":4,"error_rate":{rate},"loss":0.5,"learning_rate":0.001}}"#
        ) + "\n"
    }

    /// By hand: 1 error of 4 is a rate of 0.25.
    #[test]
    fn every_evaluation_is_a_line_with_all_that_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let sets = [("train", 0), ("train-dev", 1), ("dev", 2), ("test", 3)];
        let first: String = sets
            .iter()
            .map(|(set, errors)| line(1, 24, set, *errors))
            .collect();
        fs::write(folder.path().join(METRICS), first + &line(2, 48, "dev", 4)).unwrap();
        fs::write(folder.path().join(TIMINGS), TIMINGS_TEXT).unwrap();
        let table = String::from_utf8(csv(&RunDir::at(folder.path())).unwrap()).unwrap();
        assert_eq!(
            table,
            "epoch,step,learning_rate,\
             train_errors,train_n,train_error,train_loss,\
             train_dev_errors,train_dev_n,train_dev_error,train_dev_loss,\
             dev_errors,dev_n,dev_error,dev_loss,\
             test_errors,test_n,test_error,test_loss,\
             train_secs,evaluate_secs\n\
             1,24,0.001,0,4,0,0.5,1,4,0.25,0.5,2,4,0.5,0.5,3,4,0.75,0.5,2.5,1\n\
             2,48,0.001,,,,,,,,,4,4,1,0.5,,,,,,\n"
        );
    }

    #[test]
    fn a_run_without_measurements_is_bad_input() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(csv(&RunDir::at(folder.path())).unwrap_err().exit_code(), 2);
        fs::write(folder.path().join(METRICS), "").unwrap();
        assert_eq!(csv(&RunDir::at(folder.path())).unwrap_err().exit_code(), 2);
    }
}
