use plumb_diagnostics::{Confidence, SetName};

use crate::{
    Error,
    cli::{CompareArgs, CurveSet},
    comparison::{Choices, Comparison, Curves, Judged, asked_for},
    terminal,
};

/// Where there is no terminal.
const WIDTH: usize = 100;

pub(crate) fn run(args: &CompareArgs) -> Result<(), Error> {
    let confidence = (args.confidence)
        .map(Confidence::new)
        .transpose()
        .map_err(|error| Error::bad_input(error.to_string()))?;
    if let Some(goal) = args
        .curves
        .goal
        .filter(|goal| !(*goal > 0.0 && goal.is_finite()))
    {
        return Err(Error::bad_input(format!(
            "--goal is {goal}; expected a number above 0"
        )));
    }
    if let Some(path) = &args.curves.curve {
        let curves = Curves::of_file(
            path,
            &Judged {
                on: SetName::Dev,
                confidence: confidence.unwrap_or_default(),
                goal: args.curves.goal,
                is_held_out: args.curves.hold_out,
            },
        )?;
        return if args.json {
            terminal::json(&curves.document())
        } else {
            terminal::report(&curves.text(width()))
        };
    }
    let comparison = Comparison::of(
        &args.inputs,
        &Choices {
            is_each: args.rows.each,
            filters: &args.rows.filters,
            sort: &args.rows.sort,
            is_reversed: args.rows.reverse,
            confidence,
            curves_on: args.curves.curves_on.into(),
            goal: args.curves.goal,
            is_held_out: args.curves.hold_out,
        },
    )?;
    if let Some(flag) = chosen_by_test(&args.rows.sort, &args.rows.filters) {
        terminal::talk(&format!(
            "warning: {flag} chooses runs by their test error: that of the one chosen is then too low, and says \
             no longer what new data will bring\n  choose by dev, as --sort dev does, and look at the test \
             error of that one run; if test has had a say already, a final figure needs a test set that nobody has seen"
        ));
    }
    if args.json {
        terminal::json(&comparison.document())
    } else if args.csv {
        terminal::data(&comparison.csv()?)
    } else {
        terminal::report(&comparison.text(width()))
    }
}

/// The flag that picks runs by the test error, if one does.
fn chosen_by_test(sort: &str, filters: &[String]) -> Option<String> {
    if sort == "test" {
        return Some("--sort test".into());
    }
    let mut filters = filters.iter();
    let by_test = filters.find(|filter| asked_for(filter) == Some("test"));
    by_test.map(|filter| format!("--filter '{filter}'"))
}

/// Of the terminal, if there is one.
fn width() -> usize {
    let size = console::Term::stdout().size_checked();
    size.map_or(WIDTH, |(_, columns)| usize::from(columns))
}

impl From<CurveSet> for SetName {
    fn from(set: CurveSet) -> Self {
        match set {
            CurveSet::TrainDev => Self::TrainDev,
            CurveSet::Dev => Self::Dev,
            CurveSet::Test => Self::Test,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_by_test_are_seen() {
        let check = |sort: &str, filter: &str, expected: Option<&str>| {
            let found = chosen_by_test(sort, &[filter.to_string()]);
            assert_eq!(found.as_deref(), expected, "{sort} {filter}");
        };
        check("test", "dev<5%", Some("--sort test"));
        check("dev", "test<5%", Some("--filter 'test<5%'"));
        check("dev", "test >= 5%", Some("--filter 'test >= 5%'"));
        check("dev", "tests=3", None);
        check("train", "dev<5%", None);
    }
}
