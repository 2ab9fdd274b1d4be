use std::cell::Cell;

use plumb_data::seed;
use plumb_model::Task;

use super::*;
use crate::{
    config::ModelConfig,
    device::{DeviceChoice, open},
    loss::Loss,
};

/// A side that computes as the CPU does and then changes something, given the number of the pass.
struct Faulty<F> {
    inner: OnDevice,
    n_passes: Cell<usize>,
    change: F,
}

impl<F: Fn(usize, &mut Pass)> Compute for Faulty<F> {
    fn pass(&self, batch: &HostBatch) -> Result<Pass, Error> {
        let mut pass = self.inner.pass(batch)?;
        (self.change)(self.n_passes.get(), &mut pass);
        self.n_passes.set(self.n_passes.get() + 1);
        Ok(pass)
    }
}

fn network() -> ModelConfig {
    toml::from_str("mlp = { hidden = [8, 8], activation = 'tanh', dropout = 0.5 }").unwrap()
}

fn on_cpu() -> OnDevice {
    let task = Task {
        input_shape: vec![3],
        n_classes: 2,
    };
    let recipe = Recipe {
        model: &|device| {
            network()
                .plan()
                .unwrap()
                .init(&task, seed::stream(7, "init"), device)
        },
        loss: &|device| Loss::new(0.1, None, device),
    };
    OnDevice::new(&recipe, &Device::flex())
}

fn batch(number: usize) -> HostBatch {
    HostBatch {
        inputs: (0..12).map(|i| ((i + number) as f32).sin()).collect(),
        labels: vec![0, 1, 1, 0],
    }
}

fn compared(change: impl Fn(usize, &mut Pass)) -> Comparison {
    let device = Faulty {
        inner: on_cpu(),
        n_passes: Cell::new(0),
        change,
    };
    compare(&on_cpu(), &device, |number| Ok(batch(number))).unwrap()
}

fn scale(tensors: &mut [difference::Values], name: &str, factor: f32) {
    let tensor = tensors.iter_mut().find(|tensor| tensor.name == name);
    let tensor = tensor.unwrap_or_else(|| panic!("there is no {name}"));
    tensor.values.iter_mut().for_each(|value| *value *= factor);
}

/// Every parameter is compared, dropout makes no difference, and what is equal differs by 0.
#[test]
fn the_cpu_agrees_with_itself() {
    let comparison = compared(|_, _| {});
    assert!(comparison.passed);
    assert_eq!((comparison.batches, comparison.largest()), (1, 0.0));
    let names: Vec<_> = comparison
        .gradients
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "hidden.0.weight",
            "hidden.0.bias",
            "hidden.1.weight",
            "hidden.1.bias",
            "output.weight",
            "output.bias",
        ]
    );
}

/// One percent too much is 1e-2 in relative norm, and no batch comes out right.
#[test]
fn a_planted_wrong_gradient_is_caught_and_its_layer_named() {
    let comparison = compared(|_, pass| scale(&mut pass.gradients, "hidden.1.weight", 1.01));
    assert!(!comparison.passed);
    assert_eq!(comparison.batches, MAX_BATCHES);
    let opened = open(DeviceChoice::Cpu).unwrap();
    let error = DeviceCheck::Compared(comparison)
        .verdict(&opened)
        .unwrap_err();
    assert_eq!(error.exit_code(), 1);
    let text = error.to_string();
    assert!(
        text.contains(
            "computes other numbers than the CPU: the gradient of hidden.1.weight differs by 1.0e-2"
        ),
        "{text}"
    );
    assert!(
        text.contains("hint: train on the CPU with --device cpu"),
        "{text}"
    );
}

/// A gradient is made of those behind it: the one nearest to the output is where it began.
#[test]
fn of_several_wrong_gradients_the_one_nearest_to_the_output_is_named() {
    let comparison = compared(|_, pass| {
        scale(&mut pass.gradients, "hidden.0.bias", 2.0);
        scale(&mut pass.gradients, "hidden.1.bias", 2.0);
    });
    let fault = comparison.fault().unwrap();
    assert!(
        fault.starts_with("the gradient of hidden.1.bias differs by "),
        "{fault}"
    );
}

/// Wrong outputs come before wrong gradients, and no second batch is needed to believe them.
#[test]
fn a_wrong_output_is_named_at_the_first_batch() {
    let wrong = |pass: &mut Pass| scale(&mut pass.outputs, "hidden.0.activation", f32::NAN);
    let comparison = compared(|_, pass| {
        wrong(pass);
        scale(&mut pass.gradients, "output.bias", 2.0);
    });
    assert_eq!(comparison.batches, 1);
    assert_eq!(
        comparison.fault().unwrap(),
        "the output of hidden.0.activation differs by a number that is not finite"
    );
}

#[test]
fn a_wrong_loss_is_caught() {
    let comparison = compared(|_, pass| pass.loss *= 1.01);
    assert_eq!(comparison.batches, 1);
    assert!(comparison.fault().unwrap().starts_with("the loss is 0."));
}

/// As where a rectifier's input is zero within rounding: in one batch, not in the next.
#[test]
fn a_gradient_that_differs_in_one_batch_alone_passes() {
    let comparison = compared(|n_passes, pass| {
        if n_passes == 0 {
            scale(&mut pass.gradients, "hidden.1.weight", 1.01);
        }
    });
    assert!(comparison.passed);
    assert_eq!(comparison.batches, 2);
}
