//! What people said of examples, one label per line: the human level that follows.

mod text;

use std::{collections::BTreeMap, path::Path};

use plumb_diagnostics::{Confidence, RaterError, RaterLabels, RaterStudy, Ratings, study_raters};

pub(crate) use self::text::text;
use crate::names::Names;

/// Reads a CSV file with the columns `example`, `rater` and `label`, maybe `group` (of which a rater can have
/// several, separated by `;`) and `truth`, and measures the raters.
///
/// # Errors
/// What is wrong, with the line: no such file, a column that is missing, an empty cell, two labels of one rater
/// for one example, two truths of one example, or labels that say nothing.
pub(crate) fn study(path: &Path, confidence: Confidence) -> Result<RaterStudy, String> {
    let ratings = read(path)?;
    Ok(study_raters(&ratings, confidence))
}

/// One rater as the lines tell.
struct Rater {
    name: String,
    groups: Vec<String>,
    labels: BTreeMap<usize, u32>,
}

fn read(path: &Path) -> Result<Ratings, String> {
    let file = path.display();
    let mut reader =
        csv::Reader::from_path(path).map_err(|error| format!("can't read {file}: {error}"))?;
    let header = reader
        .headers()
        .map_err(|error| format!("{file}: {error}"))?;
    let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    for (at, name) in names.iter().enumerate() {
        if names[..at].contains(name) {
            return Err(format!(
                "{file}: two columns are called `{name}`; expected one"
            ));
        }
    }
    let column = |name: &str| names.iter().position(|found| found == name);
    let needed = |name: &str| {
        column(name).ok_or_else(|| {
            format!(
                "{file}: no column `{name}`; expected the columns example, rater and label, and maybe group \
                 and truth, found {}",
                names.join(", ")
            )
        })
    };
    let (example, rater, label) = (needed("example")?, needed("rater")?, needed("label")?);
    let (group, truth) = (column("group"), column("truth"));

    let (mut examples, mut classes) = (Names::default(), Names::default());
    let mut raters: Vec<Rater> = Vec::new();
    let mut truths: BTreeMap<usize, u32> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| format!("{file}: {error}"))?;
        let line = record.position().map_or(0, csv::Position::line);
        let wrong = |what: String| format!("{file}: line {line}: {what}");
        let cell = |at: usize, what: &str| match record[at].trim() {
            "" => Err(wrong(format!("the {what} is empty"))),
            text => Ok(text.to_owned()),
        };
        let place = examples.number(&cell(example, "example")?) as usize;
        let name = cell(rater, "rater")?;
        let said = classes.number(&cell(label, "label")?);
        let known = raters.iter().position(|known| known.name == name);
        let at = known.unwrap_or_else(|| {
            raters.push(Rater {
                name: name.clone(),
                groups: Vec::new(),
                labels: BTreeMap::new(),
            });
            raters.len() - 1
        });
        let rater = &mut raters[at];
        if rater.labels.insert(place, said).is_some() {
            let example = record[example].trim();
            return Err(wrong(format!(
                "a second label of rater {name} for example {example}; expected one"
            )));
        }
        let groups = group
            .map_or("", |at| record[at].trim())
            .split(';')
            .map(str::trim);
        for group in groups.filter(|group| !group.is_empty()) {
            if !rater.groups.iter().any(|known| known == group) {
                rater.groups.push(group.to_owned());
            }
        }
        if let Some(text) = truth
            .map(|at| record[at].trim())
            .filter(|text| !text.is_empty())
        {
            let class = classes.number(text);
            if *truths.entry(place).or_insert(class) != class {
                return Err(wrong(format!(
                    "the truth of example {} is {text}, and another one above",
                    record[example].trim()
                )));
            }
        }
    }
    let n = examples.all().len();
    let labels = |of: &BTreeMap<usize, u32>| (0..n).map(|place| of.get(&place).copied()).collect();
    let table = raters.iter().map(|rater| RaterLabels {
        name: rater.name.clone(),
        groups: rater.groups.clone(),
        labels: labels(&rater.labels),
    });
    let reference = labels(&truths);
    Ratings::new(table.collect(), reference).map_err(|error| match error {
        RaterError::OneClass { class } => format!(
            "{file}: every label is `{}`; expected at least two classes, or nobody could be wrong",
            classes.all()[class as usize]
        ),
        other => format!("{file}: {other}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn studied(csv: &str) -> Result<RaterStudy, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("raters.csv");
        std::fs::write(&path, csv).unwrap();
        let shown = format!("{}: ", path.display());
        study(&path, Confidence::default()).map_err(|error| error.replace(&shown, ""))
    }

    /// By hand: a is right on all 3, b on 1 of 2; both are of the group `doctors`, whose vote ties once.
    #[test]
    fn raters_are_measured_against_the_truth() {
        let study = studied(
            "example,rater,label,group,truth\n1,a,cat,doctors,cat\n2,a,dog,,dog\n3,a,cat,,cat\n\
             1,b,cat,doctors; night shift,\n2,b,cat,,\n",
        )
        .unwrap();
        let figures = study.figures();
        assert!(figures["a"].abs() < 1e-12, "{figures:?}");
        assert!((figures["b"] - 0.5).abs() < 1e-12, "{figures:?}");
        assert!(
            (figures["doctors"] - 1.0 / 3.0).abs() < 1e-12,
            "{figures:?}"
        );
        assert_eq!(study.chosen.unwrap().name, "a");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let check = |csv: &str, expected: &str| {
            let error = studied(csv).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        check(
            "example,rater\n1,a\n",
            "no column `label`; expected the columns example",
        );
        check("example,rater,label\n", "no raters");
        check("example,rater,label\n1,a,\n", "line 2: the label is empty");
        check(
            "example,rater,label\n1,a,x\n1,a,y\n",
            "line 3: a second label of rater a for example 1",
        );
        check(
            "example,rater,label,truth\n1,a,x,x\n1,b,x,y\n",
            "line 3: the truth of example 1 is y, and another one above",
        );
        check(
            "example,rater,label\n1,a,x\n2,a,x\n",
            "at least two classes",
        );
    }
}
