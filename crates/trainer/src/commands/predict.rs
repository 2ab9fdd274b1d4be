mod errors;
mod input;
mod printer;
mod scores;

use burn::tensor::{Device, Tensor, TensorData};
use plumb_data::unlabelled::Unlabelled;

use self::{
    errors::Errors,
    printer::{Printer, Printing},
    scores::Scores,
};
use crate::{
    Error,
    cli::{PredictArgs, PredictionFormat},
    device,
    feed::batches,
    pool::in_pool,
    terminal,
    trained::Trained,
};

pub(crate) fn run(args: &PredictArgs) -> Result<(), Error> {
    let opened = device::open(args.device)?;
    let trained = Trained::load_weights(&args.run, args.checkpoint, &opened.device)?;
    let input = input::read(args, &trained)?;
    for warning in &input.warnings {
        terminal::talk(&format!("warning: {warning}"));
    }
    let labels = input.label_indices(&trained.about.classes);
    let labels = labels.filter(|of| of.iter().any(Option::is_some));
    let format = if args.json {
        PredictionFormat::Json
    } else {
        args.output
    };
    let printer = Printer::new(Printing {
        run: &args.run,
        checkpoint: &trained.checkpoint,
        format,
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
    terminal::data(printer.end())?;
    if let Some(labels) = labels {
        terminal::talk(&errors.text(&trained, &input, labels.len())?);
    }
    Ok(())
}

/// Computes the probabilities of all classes, and prints what `row` makes of each example in turn.
///
/// The batches are those of [`crate::evaluate::evaluate`], so that their numbers are the same.
fn predict(
    trained: &Trained,
    input: &Unlabelled,
    device: &Device,
    mut row: impl FnMut(usize, &Scores) -> Result<String, Error> + Send,
) -> Result<(), Error> {
    let failed = |error: &dyn std::fmt::Display| Error::failed(error.to_string());
    let n_inputs = trained.task.n_inputs();
    let n_classes = trained.task.n_classes;
    let normalized = trained.about.normalizer.over(&input.values);
    for range in batches(input.ids.len(), device) {
        let mut values = Vec::new();
        normalized
            .slice(range.start, range.len(), &mut values)
            .map_err(|error| failed(&error))?;
        let batch = TensorData::new(values, [range.len(), n_inputs]);
        let logits = trained.model.forward(Tensor::from_data(batch, device));
        let logits: Vec<f32> = logits
            .try_into_vec_as()
            .map_err(|error| Error::failed(format!("can't read the outputs back: {error}")))?;
        let mut text = String::new();
        for (at, logits) in range.zip(logits.chunks_exact(n_classes)) {
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
