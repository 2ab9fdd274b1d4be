mod printer;
mod scores;

use std::path::Path;

use burn::tensor::{Tensor, TensorData};
use plumb_data::{
    Context, Memory, SourceError,
    source::{FileError, TableSchema, csv::CsvProblem},
    unlabelled::{self, Expected, Format, Input, Precedent, Unlabelled, UnlabelledError},
};
use plumb_diagnostics::{Confidence, ErrorCount, wilson};
use serde::Deserialize;

use self::{
    printer::{Printer, Printing},
    scores::Scores,
};
use crate::{
    Error,
    cli::{InputFormat, PredictArgs},
    device,
    evaluate::BATCH_SIZE,
    progress::thousands,
    run_dir::RunDir,
    session::in_pool,
    terminal,
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

pub(crate) fn run(args: &PredictArgs) -> Result<(), Error> {
    let opened = device::open(args.device)?;
    let trained = Trained::load_weights(&args.run, args.checkpoint, &opened.device)?;
    let input = read(args, &trained)?;
    for warning in &input.warnings {
        terminal::talk(&format!("warning: {warning}"));
    }
    let labels = input.label_indices(&trained.about.classes);
    let labels = labels.filter(|of| of.iter().any(Option::is_some));
    let printer = Printer::new(Printing {
        run: &args.run,
        checkpoint: &trained.checkpoint,
        format: args.output,
        classes: &trained.about.classes,
        ids: &input.ids,
        labels: input.labels.as_ref().filter(|_| labels.is_some()),
        top: args.top.map(|top| top as usize),
    });
    let mut errors = Errors::default();
    terminal::data(&printer.begin()?)?;
    in_pool(|| {
        predict(&trained, &input, &opened.device, |at, scores| {
            errors.count(labels.as_ref().and_then(|labels| labels[at]), scores);
            printer.row(at, scores)
        })
    })??;
    terminal::data(&printer.end())?;
    if let Some(labels) = labels {
        terminal::talk(&errors.text(&trained, &input, labels.len())?);
    }
    Ok(())
}

/// Reads the input as the run's data was read.
fn read(args: &PredictArgs, trained: &Trained) -> Result<Unlabelled, Error> {
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
    unlabelled::read_unlabelled(input, &expected, &context).map_err(|error| explain(&error))
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

/// Computes the probabilities of all classes, and prints what `row` makes of each example in turn.
///
/// The batches are those of [`crate::evaluate::evaluate`], so that their numbers are the same.
fn predict(
    trained: &Trained,
    input: &Unlabelled,
    device: &burn::tensor::Device,
    mut row: impl FnMut(usize, &Scores) -> Result<String, Error> + Send,
) -> Result<(), Error> {
    let failed = |error: &dyn std::fmt::Display| Error::failed(error.to_string());
    let n_inputs = trained.task.n_inputs();
    let n_classes = trained.task.n_classes;
    let mut values = Vec::new();
    for start in (0..input.ids.len()).step_by(BATCH_SIZE) {
        let end = input.ids.len().min(start + BATCH_SIZE);
        let rows: Vec<u32> = (start as u32..end as u32).collect();
        trained
            .about
            .normalizer
            .gather(&input.values, &rows, &mut values)
            .map_err(|error| failed(&error))?;
        let batch = TensorData::new(values.clone(), [rows.len(), n_inputs]);
        let logits = trained.model.forward(Tensor::from_data(batch, device));
        let logits: Vec<f32> = logits
            .try_into_vec_as()
            .map_err(|error| Error::failed(format!("can't read the outputs back: {error}")))?;
        let mut text = String::new();
        for (at, logits) in (start..).zip(logits.chunks_exact(n_classes)) {
            let scores = Scores::new(logits).ok_or_else(|| {
                let id = input.ids.get(at);
                Error::failed(format!("the model's output for {id} is not a number"))
            })?;
            text.push_str(&row(at, &scores)?);
        }
        terminal::data(&text)?;
    }
    Ok(())
}

/// Predictions compared with the labels that the input has.
#[derive(Default)]
struct Errors {
    errors: u64,
    n: u64,
}

impl Errors {
    fn count(&mut self, label: Option<u32>, scores: &Scores) {
        if let Some(label) = label {
            self.n += 1;
            self.errors += u64::from(scores.best() != label as usize);
        }
    }

    /// The error rate in words, and how many labels are none.
    fn text(
        &self,
        trained: &Trained,
        input: &Unlabelled,
        n_examples: usize,
    ) -> Result<String, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::failed(error.to_string());
        let count = ErrorCount::new(self.errors, self.n).map_err(|error| failed(&error))?;
        let confidence =
            Confidence::new(trained.config.diagnosis.confidence).map_err(|error| failed(&error))?;
        let interval = wilson(count, confidence);
        let mut text = format!(
            "error {:.2} % ({} % interval {:.2} to {:.2}): {} / {}",
            count.rate() * 100.0,
            confidence.level() * 100.0,
            interval.low * 100.0,
            interval.high * 100.0,
            thousands(count.errors()),
            thousands(count.n()),
        );
        let others = n_examples as u64 - self.n;
        if others > 0 {
            let is_class = |text: &&String| !trained.about.classes.contains(text);
            let labels = input.labels.as_ref();
            let first = labels.and_then(|labels| labels.values.iter().find(is_class));
            let what = match others {
                1 => "1 label is none of the run's classes and is".to_owned(),
                n => format!(
                    "{} labels are none of the run's classes and are",
                    thousands(n)
                ),
            };
            let first = first.map_or("", String::as_str);
            text.push_str(&format!("\n{what} not counted, such as `{first}`"));
        }
        Ok(text)
    }
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
