//! A list of steps, ready to be applied to examples of one shape.

use std::fmt;

use rand_chacha::ChaCha8Rng;

use super::background::PutBehind;
use super::blur::BlurPlanes;
use super::drop::DropToMeans;
use super::elastic::Bend;
use super::invert::InvertPlanes;
use super::noise::AddNoise;
use super::occlusion::Cover;
use super::resize::ResizePlanes;
use super::scale::ScaleVector;
use super::statistics::Statistics;
use super::warp::{Move, Warp};
use super::{
    DropFeatures, Elastic, Invert, Occlusion, Parameter, Step, TransformError, check_steps,
    item_error,
};
use crate::seed::stream;
use crate::{Examples, FileHash};

/// Something that is done to one example, in place.
pub(super) trait Stage: fmt::Debug + Send + Sync {
    /// Changes `scratch.values`, and appends to `scratch.drawn` one number per parameter.
    fn apply(&self, scratch: &mut Scratch, rng: &mut ChaCha8Rng);
}

/// The memory that one thread works in.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    /// The example as it is so far.
    pub(super) values: Vec<f32>,
    /// Per parameter what was drawn.
    pub(super) drawn: Vec<u32>,
    /// For stages to use as they like.
    pub(super) other: Vec<f32>,
    /// Likewise.
    pub(super) spare: Vec<f32>,
    /// How far pixels are displaced to the right.
    pub(super) displacement_x: Vec<f32>,
    /// Likewise down.
    pub(super) displacement_y: Vec<f32>,
}

/// The shape and the range of images.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Planes {
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) low: f32,
    pub(super) high: f32,
}

impl Planes {
    pub(super) fn n_values(self) -> usize {
        self.channels * self.height * self.width
    }

    /// The value at a share of the range.
    pub(super) fn at_share(self, share: f32) -> f32 {
        self.low + share * (self.high - self.low)
    }
}

/// Steps that are ready to be applied to examples of one shape.
///
/// Geometric steps that follow each other (`shift`, `rotate`, `scale`, `shear`, `elastic`) become one
/// resampling. After every stage values are clamped to the range, where it is known.
#[derive(Debug)]
pub struct Pipeline {
    n_values: usize,
    shape: Vec<usize>,
    range: Option<(f32, f32)>,
    stages: Vec<Box<dyn Stage>>,
    parameters: Vec<Parameter>,
    files: Vec<FileHash>,
}

impl Pipeline {
    /// Prepares `steps` for examples like `examples`: of their shape, range, means and deviations.
    ///
    /// Pools (`distinct`) are drawn from `seed`.
    ///
    /// # Errors
    /// [`TransformError`] if a step is not possible or not for this shape, if the range is needed and
    /// not known, or if a picture cannot be read.
    pub fn new(steps: &[Step], examples: &Examples, seed: u64) -> Result<Self, TransformError> {
        check_steps(steps)?;
        let mut draft = Draft {
            pipeline: Self {
                n_values: examples.n_values(),
                shape: examples.shape.clone(),
                range: examples.range,
                stages: Vec::new(),
                parameters: Vec::new(),
                files: Vec::new(),
            },
            warp: None,
            statistics: None,
            examples,
        };
        if let Some((low, high)) = examples.range
            && !(low < high && low.is_finite() && high.is_finite())
        {
            return Err(TransformError::RangeEmpty { low, high });
        }
        for (i, step) in steps.iter().enumerate() {
            let pool_rng = stream(seed, &format!("pool of step {i}"));
            draft.add(i, step, pool_rng).map_err(|error| match error {
                TransformError::Field(error) => item_error(i, step, &error.to_string()).into(),
                other => other,
            })?;
        }
        draft.end_warp();
        let mut pipeline = draft.pipeline;
        make_unique(&mut pipeline.parameters);
        Ok(pipeline)
    }

    /// The shape of an example after all steps.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// What is drawn for each example, in the order of the steps.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Picture files that were read, with their hashes.
    #[must_use]
    pub fn files(&self) -> &[FileHash] {
        &self.files
    }

    /// Makes another example of `example`, as `rng` has it, and puts it into `out`.
    ///
    /// Nothing is allocated once `scratch` has been used. [`Scratch::drawn`] then says what was drawn.
    ///
    /// # Panics
    /// If `example` has another number of values than those that the pipeline was made for, or `out`
    /// another than [`Pipeline::shape`] says.
    pub fn apply(
        &self,
        example: &[f32],
        rng: &mut ChaCha8Rng,
        scratch: &mut Scratch,
        out: &mut [f32],
    ) {
        assert_eq!(example.len(), self.n_values, "values of the example");
        scratch.values.clear();
        scratch.values.extend_from_slice(example);
        scratch.drawn.clear();
        for stage in &self.stages {
            stage.apply(scratch, rng);
            if let Some((low, high)) = self.range {
                for value in &mut scratch.values {
                    *value = value.clamp(low, high);
                }
            }
        }
        out.copy_from_slice(&scratch.values);
    }
}

impl Scratch {
    /// Per parameter of the pipeline what was drawn for the last example, an index into
    /// [`Parameter::values`].
    #[must_use]
    pub fn drawn(&self) -> &[u32] {
        &self.drawn
    }
}

/// A pipeline that is being put together.
struct Draft<'a> {
    pipeline: Pipeline,
    /// Geometric steps that no other has followed yet.
    warp: Option<Warp>,
    statistics: Option<Statistics>,
    examples: &'a Examples,
}

const IMAGES: &str = "images of shape [channels, height, width]";
const VECTORS: &str = "vectors of shape [features]";

impl Draft<'_> {
    fn add(&mut self, i: usize, step: &Step, pool_rng: ChaCha8Rng) -> Result<(), TransformError> {
        let wrong_shape = |expected| TransformError::Shape {
            number: i + 1,
            step: step.name(),
            expected,
            shape: self.examples.shape.clone(),
        };
        match self.pipeline.shape[..] {
            [channels, height, width] if channels > 0 && height > 0 && width > 0 => {
                let (low, high) = self.pipeline.range.ok_or(TransformError::RangeUnknown)?;
                let planes = Planes {
                    channels,
                    height,
                    width,
                    low,
                    high,
                };
                if let Step::Drop(_) = step {
                    return Err(wrong_shape(VECTORS));
                }
                self.add_for_images(step, planes, pool_rng)
            }
            [n] if n > 0 => match step {
                Step::Noise(_) | Step::Scale(_) | Step::Drop(_) => {
                    self.add_for_vectors(step, pool_rng)
                }
                _ => Err(wrong_shape(IMAGES)),
            },
            _ => Err(wrong_shape("images or vectors that have values")),
        }
    }

    fn add_for_images(
        &mut self,
        step: &Step,
        planes: Planes,
        pool_rng: ChaCha8Rng,
    ) -> Result<(), TransformError> {
        match step {
            Step::Shift(step) => self.add_move(planes, Move::Shift(*step), step.parameters()),
            Step::Rotate(step) => self.add_move(planes, Move::Rotate(*step), [step.parameter()]),
            Step::Scale(step) => self.add_move(planes, Move::Scale(*step), [step.parameter()]),
            Step::Shear(step) => self.add_move(planes, Move::Shear(*step), [step.parameter()]),
            Step::Elastic(step) => {
                let bend = Bend::new(*step, planes);
                self.add_move(planes, Move::Elastic(bend), [Elastic::parameter()]);
            }
            Step::Blur(step) => {
                let parameter = step.parameter();
                self.add_stage(
                    BlurPlanes {
                        step: *step,
                        planes,
                    },
                    [parameter],
                );
            }
            Step::Noise(step) => {
                let units = vec![planes.high - planes.low; planes.n_values()];
                let stage = AddNoise::new(*step, units, pool_rng)?;
                self.add_stage(stage, [step.parameter()]);
            }
            Step::Contrast(step) => self.add_stage(*step, [step.parameter()]),
            Step::Background(step) => {
                let (stage, parameter, files) = PutBehind::new(step, planes, pool_rng)?;
                self.pipeline.files.extend(files);
                self.add_stage(stage, [parameter]);
            }
            Step::Occlusion(step) => {
                self.add_stage(
                    Cover {
                        step: *step,
                        planes,
                    },
                    [Occlusion::parameter()],
                );
            }
            Step::Invert(step) => {
                self.add_stage(
                    InvertPlanes {
                        step: *step,
                        planes,
                    },
                    [Invert::parameter()],
                );
            }
            Step::Resize(step) => {
                let [height, width] = step.size;
                if [height, width] != [planes.height, planes.width] {
                    self.add_stage(ResizePlanes::new(planes, *step), []);
                    self.pipeline.shape = vec![planes.channels, height, width];
                }
            }
            Step::Drop(_) => {}
        }
        Ok(())
    }

    fn add_for_vectors(&mut self, step: &Step, pool_rng: ChaCha8Rng) -> Result<(), TransformError> {
        match step {
            Step::Noise(step) => {
                let units = self.statistics()?.deviations.clone();
                let stage = AddNoise::new(*step, units, pool_rng)?;
                self.add_stage(stage, [step.parameter()]);
            }
            Step::Scale(step) => self.add_stage(ScaleVector(*step), [step.parameter()]),
            Step::Drop(step) => {
                let means = self.statistics()?.means.clone();
                let stage = DropToMeans { step: *step, means };
                self.add_stage(stage, [DropFeatures::parameter()]);
            }
            _ => {}
        }
        Ok(())
    }

    fn statistics(&mut self) -> Result<&Statistics, TransformError> {
        if self.statistics.is_none() {
            self.statistics = Statistics::of(self.examples);
        }
        self.statistics.as_ref().ok_or(TransformError::Empty)
    }

    fn add_move<const N: usize>(&mut self, planes: Planes, step: Move, parameters: [Parameter; N]) {
        let moves = Vec::new();
        let warp = self.warp.get_or_insert(Warp { planes, moves });
        warp.moves.push(step);
        self.pipeline.parameters.extend(parameters);
    }

    fn end_warp(&mut self) {
        if let Some(warp) = self.warp.take() {
            self.pipeline.stages.push(Box::new(warp));
        }
    }

    fn add_stage<const N: usize>(
        &mut self,
        stage: impl Stage + 'static,
        parameters: [Parameter; N],
    ) {
        self.end_warp();
        self.pipeline.stages.push(Box::new(stage));
        self.pipeline.parameters.extend(parameters);
    }
}

/// Numbers parameters of the same name, from the second on: `noise`, `noise_2`.
fn make_unique(parameters: &mut [Parameter]) {
    for i in 1..parameters.len() {
        let (before, rest) = parameters.split_at_mut(i);
        let taken = |name: &str| before.iter().any(|p| p.name == name);
        rest[0].name = unique_name(&rest[0].name, taken);
    }
}

/// The name, or the first of `name_2`, `name_3` and so on that is not taken.
pub(super) fn unique_name(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut unique = name.to_owned();
    let mut number = 2;
    while taken(&unique) {
        unique = format!("{name}_{number}");
        number += 1;
    }
    unique
}
