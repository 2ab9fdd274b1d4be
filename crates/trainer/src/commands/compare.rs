use plumb_diagnostics::{Confidence, SetName};

use crate::{
    Error,
    cli::{CompareArgs, CurveSet},
    comparison::{Choices, Comparison, Curves, Judged},
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
    if args.json {
        terminal::json(&comparison.document())
    } else if args.csv {
        terminal::data(&comparison.csv()?)
    } else {
        terminal::report(&comparison.text(width()))
    }
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
