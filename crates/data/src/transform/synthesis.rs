//! New examples made once from those that there are.

use serde::{Deserialize, Serialize};

use super::pipeline::unique_name;
use super::{Blocks, Pipeline, Scratch, Step, TransformError, check_steps, read_row, stays_whole};
use crate::seed::stream;
use crate::source::Context;
use crate::{Examples, FieldError, FileHash, Tag};

/// New examples, made once and counted as examples of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Synthesis {
    /// New examples per original; 1 if absent.
    #[serde(default = "default_copies")]
    pub copies: usize,
    /// Whether the originals stay beside their copies; true if absent.
    #[serde(default = "default_keep_originals")]
    pub keep_originals: bool,
    /// What is done to each copy, in this order.
    pub steps: Vec<Step>,
}

fn default_copies() -> usize {
    1
}
fn default_keep_originals() -> bool {
    true
}

/// What [`synthesize`] gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Synthesized {
    /// The originals, if they are kept, then the first copy of each, then the second, and so on.
    pub examples: Examples,
    /// Picture files that went into them.
    pub files: Vec<FileHash>,
}

/// The most examples that synthesis makes: 2²⁸. Their labels and origins alone take 4 GiB.
const MAX_EXAMPLES: usize = 1 << 28;

impl Synthesis {
    /// Checks the options alone.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        if self.copies == 0 {
            return Err(FieldError::new("copies", "is 0; expected at least 1"));
        }
        check_steps(&self.steps)
    }

    /// How many times as many examples there are afterwards.
    fn n_rounds(&self, n: usize) -> Result<usize, FieldError> {
        let rounds = self.copies.saturating_add(usize::from(self.keep_originals));
        if rounds.saturating_mul(n) > MAX_EXAMPLES {
            let message = format!(
                "is {}, of {n} examples each; expected at most {MAX_EXAMPLES} examples in all",
                self.copies
            );
            return Err(FieldError::new("copies", message));
        }
        Ok(rounds)
    }
}

/// Makes copies of all examples, each changed by the steps in its own way.
///
/// Copy `j` of example `i` is drawn from a stream of its own, so more copies or more examples leave
/// those that there were as they are. Labels, sources, tags and the number of the original are those
/// of the example, so a split keeps them together. Values in whole steps stay whole if the range has
/// 16 steps or more in 0..=255.
///
/// Each step that draws something adds a [`Tag`] of its name: the quarter of its range that was drawn,
/// `applied`, or the member of a pool; `none` for examples that the step left as they were, and the
/// empty value where that is a pool. A tag that would be the same for all examples is left out. If
/// there is a tag of that name, `_2` is added.
///
/// # Errors
/// [`TransformError`] if an option is not possible, if a step does not fit the examples, if it changes
/// their shape while the originals are kept, or if values cannot be kept.
pub fn synthesize(
    examples: &Examples,
    synthesis: &Synthesis,
    context: &Context<'_>,
) -> Result<Synthesized, TransformError> {
    synthesis.check()?;
    let n = examples.len();
    let n_rounds = synthesis.n_rounds(n)?;
    let pipeline = Pipeline::new(&synthesis.steps, examples, context.seed)?;
    if synthesis.keep_originals && pipeline.shape() != examples.shape {
        let message = format!(
            "is true, but the steps change the shape from {:?} to {:?}; expected false",
            examples.shape,
            pipeline.shape()
        );
        return Err(FieldError::new("keep_originals", message).into());
    }

    let n_values = pipeline.shape().iter().product();
    let mut rows = Blocks::new(n_values, n * n_rounds, context.memory, context.on_progress);
    let n_parameters = pipeline.parameters().len();
    let mut drawn = vec![Vec::new(); n_parameters];
    if synthesis.keep_originals {
        let is_whole = examples.values.is_u8();
        let copy = |(): &mut (), i: usize, row: &mut [f32], _: &mut [u32]| {
            read_row(examples, i, row);
        };
        rows.add(n, is_whole, 0, || (), copy, |_| {})?;
        for drawn in &mut drawn {
            drawn.resize(n, 0);
        }
    }
    let is_whole = stays_whole(&examples.values, examples.range);
    let base = stream(context.seed, "synthesis");
    for j in 0..synthesis.copies {
        rows.add(
            n,
            is_whole,
            n_parameters,
            || {
                let example = vec![0.0; examples.n_values()];
                (base.clone(), Scratch::default(), example)
            },
            |(rng, scratch, example), i, row, notes| {
                // Fewer than 2^28 of both.
                rng.set_stream(((j as u64) << 32) | i as u64);
                rng.set_word_pos(0);
                read_row(examples, i, example);
                pipeline.apply(example, rng, scratch, row);
                notes.copy_from_slice(scratch.drawn());
            },
            |notes| {
                for (k, drawn) in drawn.iter_mut().enumerate() {
                    drawn.extend(notes.iter().skip(k).step_by(n_parameters));
                }
            },
        )?;
    }
    Ok(Synthesized {
        examples: Examples {
            shape: pipeline.shape().to_vec(),
            values: rows.finish()?,
            range: examples.range,
            labels: examples.labels.repeat(n_rounds),
            classes: examples.classes.clone(),
            source: examples.source.repeat(n_rounds),
            source_names: examples.source_names.clone(),
            original: examples.original.repeat(n_rounds),
            tags: tags(examples, n_rounds, &pipeline, drawn),
        },
        files: pipeline.files().to_vec(),
    })
}

/// The tags of the examples, repeated, and those of what was drawn.
fn tags(
    examples: &Examples,
    n_rounds: usize,
    pipeline: &Pipeline,
    drawn: Vec<Vec<u32>>,
) -> Vec<Tag> {
    let repeated = |tag: &Tag| Tag {
        of: tag.of.repeat(n_rounds),
        ..tag.clone()
    };
    let mut tags: Vec<Tag> = examples.tags.iter().map(repeated).collect();
    for (parameter, of) in pipeline.parameters().iter().zip(drawn) {
        let is_constant = of.windows(2).all(|pair| pair[0] == pair[1]);
        if !is_constant || parameter.is_pool {
            tags.push(Tag {
                name: unique_name(&parameter.name, |name| tags.iter().any(|t| t.name == name)),
                values: parameter.values.clone(),
                of,
                is_pool: parameter.is_pool,
            });
        }
    }
    tags
}
