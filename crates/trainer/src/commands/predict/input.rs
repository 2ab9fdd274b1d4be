use std::path::Path;

use plumb_data::{
    Context, Memory, SourceError,
    source::{FileError, TableSchema, csv::CsvProblem},
    unlabelled::{
        Expected, Format, Input, Precedent, Unlabelled, UnlabelledError, read_unlabelled,
    },
};
use serde::Deserialize;

use crate::{
    Error,
    cli::{InputFormat, PredictArgs},
    run_dir::RunDir,
    trained::Trained,
};

/// What of `data.json` tells how the data of a run was read.
#[derive(Deserialize)]
struct ReadBefore {
    general: ChunkBefore,
    target: ChunkBefore,
}

#[derive(Deserialize)]
struct ChunkBefore {
    table: Option<TableSchema>,
}

/// Reads the input as the run's data was read.
pub(super) fn read(args: &PredictArgs, trained: &Trained) -> Result<Unlabelled, Error> {
    let before: ReadBefore = RunDir::open(&args.run)?.read_json("data.json")?;
    let data = &trained.config.data;
    let chunks = [
        (&data.target, before.target.table),
        (&data.general, before.general.table),
    ];
    let precedents = chunks.into_iter().filter_map(|(chunk, table)| {
        Some(Precedent {
            source: chunk.source()?,
            table,
            convert: chunk.convert.clone(),
        })
    });
    let expected = Expected {
        precedents: precedents.collect(),
        shape: trained.task.input_shape.clone(),
        range: trained.about.range,
        format: args.format.map(Into::into),
        ignore: args.ignore.clone(),
        skip_broken: args.skip_broken,
        is_converted: args.converted,
    };
    let input = if args.input == Path::new("-") {
        Input::Stream {
            name: "standard input".into(),
            content: Box::new(std::io::stdin()),
        }
    } else {
        Input::Path(args.input.clone())
    };
    let memory = Memory {
        budget_bytes: data.memory_budget.0,
        folder: data.cache.clone(),
    };
    let context = Context {
        memory: &memory,
        ..Context::new(trained.config.seed)
    };
    read_unlabelled(input, &expected, &context).map_err(|error| explain(&error))
}

/// What is wrong with an input, and what to do about it.
fn explain(error: &UnlabelledError) -> Error {
    let message = Error::bad_input(error.to_string());
    let hint = match error {
        UnlabelledError::NoFormat { .. } => "--format says what it is",
        UnlabelledError::Convert { .. } => {
            "--converted is for values that are already as after [data.….convert]"
        }
        UnlabelledError::Shape { .. } | UnlabelledError::Range { .. } => {
            "a run whose config has [data.target.convert] does the same to its inputs"
        }
        UnlabelledError::Source(SourceError::Broken { .. }) => {
            "--skip-broken leaves out pictures that can't be decoded"
        }
        UnlabelledError::Source(SourceError::Csv(error)) => match &*error.problem {
            CsvProblem::OtherColumns { extra, .. } if !extra.is_empty() => {
                "--ignore COLUMN leaves a column out"
            }
            _ => return message,
        },
        UnlabelledError::Source(SourceError::File(FileError::Missing {
            hint: Some(hint), ..
        })) => hint,
        _ => return message,
    };
    message.hint(hint)
}

impl From<InputFormat> for Format {
    fn from(format: InputFormat) -> Self {
        match format {
            InputFormat::Csv => Self::Csv,
            InputFormat::Idx => Self::Idx,
            InputFormat::Npz => Self::Npz,
            InputFormat::Picture => Self::Picture,
        }
    }
}
