//! A network as a config describes it: what it costs, what it refuses, and what it makes of one batch.
//!
//!     cargo run --release -p plumb-model --example forward

#![expect(clippy::print_stdout, reason = "an example shows what it computes")]

use burn::tensor::{Device, Distribution, Tensor};
use plumb_model::{Lenet5Config, Network, NetworkPlan, SmallCnnConfig, Task};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let digits = Task {
        input_shape: vec![1, 8, 8],
        n_classes: 10,
    };

    // LeNet-5 was made for pictures of 28 × 28; on smaller ones a plan says what does not fit.
    let lenet = NetworkPlan::new(Network::Lenet5(Lenet5Config::default()));
    lenet.check()?;
    if let Err(error) = lenet.check_task(&digits) {
        println!("lenet5: {error}");
    }

    let plan = NetworkPlan::new(Network::SmallCnn(SmallCnnConfig::default()));
    plan.check()?;
    plan.check_task(&digits)?;
    let cost = plan.cost(&digits);
    println!(
        "small_cnn: {} parameters, {} multiply-adds per example",
        cost.parameters, cost.multiply_adds
    );

    // Weights are drawn on the host, so a seed means the same on every backend.
    let device = Device::flex();
    let model = plan.init(&digits, ChaCha8Rng::seed_from_u64(7), &device);
    let batch = 4;
    let pixels = Distribution::Uniform(0.0, 1.0);
    let input = Tensor::<2>::random([batch, digits.n_inputs()], pixels, &device);
    for (layer, output) in model.trace(input) {
        println!("{layer:<24}{:?}", output.dims());
    }
    Ok(())
}
