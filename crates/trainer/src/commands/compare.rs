use plumb_diagnostics::Confidence;

use crate::{
    Error,
    cli::CompareArgs,
    comparison::{Choices, Comparison},
    terminal,
};

/// Where there is no terminal.
const WIDTH: usize = 100;

pub(crate) fn run(args: &CompareArgs) -> Result<(), Error> {
    let confidence = (args.confidence)
        .map(Confidence::new)
        .transpose()
        .map_err(|error| Error::bad_input(error.to_string()))?;
    let comparison = Comparison::of(
        &args.inputs,
        &Choices {
            is_each: args.each,
            filters: &args.filters,
            sort: &args.sort,
            is_reversed: args.reverse,
            confidence,
        },
    )?;
    if args.json {
        terminal::json(&comparison.document())
    } else if args.csv {
        terminal::data(&comparison.csv()?)
    } else {
        terminal::data(&comparison.text(width()))
    }
}

/// Of the terminal, if there is one.
fn width() -> usize {
    let size = console::Term::stdout().size_checked();
    size.map_or(WIDTH, |(_, columns)| usize::from(columns))
}
