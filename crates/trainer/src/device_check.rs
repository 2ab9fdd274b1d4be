//! Whether a device computes what the CPU computes.
//!
//! Stacks of GPU software have given silently wrong numbers (burn issues 5162, 5202, 5257 and 5626:
//! fusion or autotune). So before its first step, a run on a GPU compares the outputs, the loss and
//! the gradients of a batch of its own, through its own network, with those of the CPU.

mod batches;
mod difference;
mod pass;
pub(crate) mod suite;

use std::time::Instant;

use burn::tensor::Device;
use serde::Serialize;

use crate::{Error, device::OpenDevice};

pub(crate) use batches::Batches;
pub(crate) use difference::Difference;
use difference::differences;
pub(crate) use pass::Recipe;
use pass::{Compute, HostBatch, OnDevice, Pass};

/// The largest relative difference that passes.
///
/// Rounding alone gives 1e-7 to 1e-5: a sum of n terms in another order is off by about √n · 6e-8.
/// A wrong kernel is off by 1e-2 and more.
pub(crate) const TOLERANCE: f64 = 1e-3;

/// How many batches may show different gradients before a device is called wrong.
///
/// Outputs and loss are continuous in what rounding changes, gradients are not: where the input of a
/// rectifier is zero within rounding (about one of two million), or two values of a pooling window
/// are equal, each side may take another branch. In a batch with few values, one such branch can move
/// a gradient by more than the tolerance. It does not do so in every batch; a wrong kernel does.
const MAX_BATCHES: usize = 3;

/// What `environment.json` says of the check.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeviceCheck {
    /// The device was compared with the CPU.
    Compared(Comparison),
    /// It was not, for this reason.
    Skipped(String),
}

/// A device beside the CPU.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Comparison {
    pub(crate) passed: bool,
    /// The largest relative difference that passes.
    tolerance: f64,
    /// Batches that were looked at.
    batches: usize,
    loss: LossDifference,
    /// Of each layer, from input to output.
    outputs: Vec<Difference>,
    /// Of each parameter, in the order of the network.
    gradients: Vec<Difference>,
    pub(crate) elapsed_secs: f64,
}

/// The loss on both sides, in nats.
#[derive(Clone, Copy, Debug, Serialize)]
struct LossDifference {
    cpu: f32,
    device: f32,
    /// Below 0.1 nats, where rounding has more weight, in tenths of a nat.
    relative: f64,
}

/// Compares a device with the CPU; none if it is the CPU.
///
/// Everything is as in training, the masks of dropout too.
///
/// # Errors
/// [`Error::Failed`] if the batches can't be read. A difference is no error yet: see
/// [`DeviceCheck::verdict`].
pub(crate) fn check(
    recipe: &Recipe<'_>,
    batches: &Batches<'_>,
    opened: &OpenDevice,
) -> Result<Option<DeviceCheck>, Error> {
    if opened.is_reference {
        return Ok(None);
    }
    let Some(cpu) = reference_device() else {
        let reason =
            "this plumb was built without the CPU backend, which devices are compared with";
        return Ok(Some(DeviceCheck::Skipped(reason.into())));
    };
    let reference = OnDevice::new(recipe, &cpu);
    let device = OnDevice::new(recipe, &opened.device);
    let comparison = compare(&reference, &device, |number| batches.get(number))?;
    Ok(Some(DeviceCheck::Compared(comparison)))
}

/// What devices are compared with: the CPU backend, where it is built in.
#[allow(clippy::unnecessary_wraps, reason = "not in a build without it")]
pub(crate) fn reference_device() -> Option<Device> {
    #[cfg(feature = "cpu")]
    return Some(Device::flex());
    #[cfg(not(feature = "cpu"))]
    None
}

/// Compares two sides on batch after batch, until one agrees or all have differed.
///
/// # Errors
/// Those of the batches and of the passes.
fn compare(
    reference: &impl Compute,
    device: &impl Compute,
    batch: impl Fn(usize) -> Result<HostBatch, Error>,
) -> Result<Comparison, Error> {
    let start = Instant::now();
    let mut number = 0;
    loop {
        let batch = batch(number)?;
        let mut comparison = Comparison::new(&reference.pass(&batch)?, &device.pass(&batch)?);
        number += 1;
        if comparison.passed || comparison.forward_fault().is_some() || number == MAX_BATCHES {
            comparison.batches = number;
            comparison.elapsed_secs = start.elapsed().as_secs_f64();
            return Ok(comparison);
        }
    }
}

impl Comparison {
    fn new(reference: &Pass, device: &Pass) -> Self {
        let mut comparison = Self {
            passed: false,
            tolerance: TOLERANCE,
            batches: 1,
            loss: LossDifference::new(reference.loss, device.loss),
            outputs: differences(&reference.outputs, &device.outputs),
            gradients: differences(&reference.gradients, &device.gradients),
            elapsed_secs: 0.0,
        };
        comparison.passed = comparison.fault().is_none();
        comparison
    }

    /// The largest of all relative differences; infinite if a number is not finite.
    pub(crate) fn largest(&self) -> f64 {
        let all = self.outputs.iter().chain(&self.gradients);
        all.map(|one| one.relative)
            .fold(self.loss.relative, f64::max)
    }

    /// Where the device goes wrong first, if it does: forward from the input, then back from the output.
    pub(crate) fn fault(&self) -> Option<String> {
        self.forward_fault().or_else(|| {
            let wrong = self.gradients.iter().rev().find(|one| is_wrong(one));
            wrong.map(|one| {
                format!(
                    "the gradient of {} differs by {}",
                    one.name,
                    shown(one.relative)
                )
            })
        })
    }

    fn forward_fault(&self) -> Option<String> {
        if let Some(wrong) = self.outputs.iter().find(|one| is_wrong(one)) {
            return Some(format!(
                "the output of {} differs by {}",
                wrong.name,
                shown(wrong.relative)
            ));
        }
        (self.loss.relative > TOLERANCE)
            .then(|| format!("the loss is {}, not {}", self.loss.device, self.loss.cpu))
    }
}

impl LossDifference {
    fn new(cpu: f32, device: f32) -> Self {
        let (from, to) = (f64::from(cpu), f64::from(device));
        let relative = (to - from).abs() / from.abs().max(0.1);
        Self {
            cpu,
            device,
            relative: if relative.is_nan() {
                f64::INFINITY
            } else {
                relative
            },
        }
    }
}

impl DeviceCheck {
    /// What stands in its place where the user does not want it; none on the CPU, which is never checked.
    pub(crate) fn unwanted(opened: &OpenDevice) -> Option<Self> {
        (!opened.is_reference).then(|| Self::Skipped("by --skip-device-check".into()))
    }

    /// Nothing if the device may be trusted or the check was skipped.
    ///
    /// # Errors
    /// [`Error::Failed`] with the first layer that is wrong and what to try.
    pub(crate) fn verdict(&self, opened: &OpenDevice) -> Result<(), Error> {
        let Self::Compared(comparison) = self else {
            return Ok(());
        };
        match comparison.fault() {
            None => Ok(()),
            Some(fault) => Err(Error::failed(format!(
                "{} ({}) computes other numbers than the CPU: {fault} (relative; at most {TOLERANCE} \
                 passes)\n\nhint: {}",
                opened.spelling,
                opened.name,
                advice()
            ))),
        }
    }
}

impl std::fmt::Display for DeviceCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Compared(comparison) => write!(
                f,
                "device check: outputs, loss and gradients differ from the CPU's by {:.0e} at most ({:.1} s)",
                comparison.largest(),
                comparison.elapsed_secs
            ),
            Self::Skipped(reason) => write!(f, "device check: skipped, {reason}"),
        }
    }
}

/// What to try with a device that computes wrongly.
pub(crate) fn advice() -> &'static str {
    if cfg!(feature = "autotune") {
        "train on the CPU with --device cpu, or try a newer driver, or a plumb that does not choose \
         kernels by measuring (cargo build --release --no-default-features --features cpu,gpu; fusion \
         is never built in). --skip-device-check trains with these numbers"
    } else {
        "train on the CPU with --device cpu, or try a newer driver (neither fusion nor autotune is built \
         in). --skip-device-check trains with these numbers"
    }
}

fn is_wrong(one: &Difference) -> bool {
    one.relative > TOLERANCE
}

fn shown(relative: f64) -> String {
    if relative.is_finite() {
        format!("{relative:.1e}")
    } else {
        "a number that is not finite".into()
    }
}

#[cfg(test)]
#[cfg(feature = "cpu")]
mod tests;
