//! Training, evaluation, and what a checkpoint carries from one to the other.

use burn::{
    module::Module,
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    store::ModuleRecord,
    tensor::{Bytes, Device, Tensor, TensorData},
};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{init, networks, task, values};
use crate::{BlockConfig, Model, Network, NetworkPlan, NormKind, Task};

/// Four examples of different values.
fn batch(task: &Task, device: &Device) -> Tensor<2> {
    let shape = [4, task.n_inputs()];
    let inputs: Vec<f32> = (0..shape[0] * shape[1])
        .map(|at| ((29 * at) % 23) as f32 / 10.0 - 1.1)
        .collect();
    Tensor::from_data(TensorData::new(inputs, shape), device)
}

/// One step of Adam on the sum of the squared logits; a function of its arguments alone.
fn step(model: Model, optimizer: &mut ModuleOptimizer, task: &Task) -> Model {
    let device = Device::flex().autodiff();
    let masks = ChaCha8Rng::seed_from_u64(5);
    let logits = model.forward_dropping(batch(task, &device), masks);
    let loss = (logits.clone() * logits).sum();
    let gradients = GradientsParams::from_grads(loss.backward(), &model);
    optimizer.step(1e-3, model, gradients)
}

fn bytes(model: &Model) -> Vec<u8> {
    let record = model.valid().into_record();
    record.into_bytes().unwrap().to_vec()
}

/// Two steps, saved in evaluation mode, loaded into a fresh model and stepped on: byte by byte what three
/// steps in one go give; so training mode is on after loading, too.
#[test]
fn a_loaded_model_continues_bit_identically() {
    let device = Device::flex().autodiff();
    for (network, task) in networks() {
        let mut optimizer = AdamConfig::new().init();
        let mut model = init(network.clone(), &task, 1, &device);
        for _ in 0..2 {
            model = step(model, &mut optimizer, &task);
        }
        let saved = bytes(&model);
        let mut optimizer_again = optimizer.clone();
        let expected = bytes(&step(model, &mut optimizer, &task));

        let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(saved)).unwrap();
        let loaded = init(network.clone(), &task, 2, &device)
            .try_load_record(record)
            .unwrap();
        let continued = bytes(&step(loaded, &mut optimizer_again, &task));
        assert!(continued == expected, "{network:?}");
    }
}

/// In training a batch is normalized by its own statistics, so the logits of one example depend on the
/// others; in evaluation they do not.
#[test]
fn only_training_looks_at_the_rest_of_the_batch() {
    let device = Device::flex().autodiff();
    let task = task(&[1, 6, 6], 3);
    let block = BlockConfig {
        norm: NormKind::Batch,
        ..BlockConfig::new(4)
    };
    let model = init(Network::Cnn(super::cnn(vec![block])), &task, 1, &device);
    let inputs = batch(&task, &device);
    let half = inputs.clone().narrow(0, 0, 2);
    let first = |logits: Tensor<2>| values(logits)[..3].to_vec();
    assert_ne!(
        first(model.forward(inputs.clone())),
        first(model.forward(half.clone()))
    );
    let frozen = model.valid();
    assert_eq!(
        first(frozen.forward(inputs.without_autodiff())),
        first(frozen.forward(half.without_autodiff()))
    );
}

/// Evaluation leaves the running averages alone, and a copy in evaluation mode does not follow later
/// training.
#[test]
fn running_averages_move_in_training_alone() {
    let device = Device::flex().autodiff();
    let (network, task) = networks().swap_remove(5);
    let model = init(network, &task, 1, &device);
    let before = bytes(&model);
    let frozen = model.valid();
    drop(frozen.forward(batch(&task, &device).without_autodiff()));
    assert!(bytes(&model) == before);
    drop(model.forward(batch(&task, &device)));
    assert!(bytes(&model) != before);
    assert!(bytes(&frozen) == before);
}

/// A batch of one, as the last of an epoch may be, is treated as in evaluation, and teaches the averages
/// nothing.
#[test]
fn a_single_example_is_normalized_by_the_running_averages() {
    let device = Device::flex().autodiff();
    let (network, task) = networks().swap_remove(1);
    let model = init(network, &task, 1, &device);
    drop(model.forward(batch(&task, &device)));
    let before = bytes(&model);
    let single = batch(&task, &device).narrow(0, 0, 1);
    let logits = model.forward(single.clone());
    assert_eq!(
        values(logits),
        values(model.valid().forward(single.without_autodiff()))
    );
    assert!(bytes(&model) == before);
}

/// One value has no variance: an MLP needs two examples; maps of more than one pixel have values enough.
#[test]
fn the_least_batch() {
    let norm = |norm| BlockConfig {
        norm,
        ..BlockConfig::new(2)
    };
    let to_one_pixel = BlockConfig {
        kernel: 5,
        padding: Some(0),
        ..norm(NormKind::Batch)
    };
    for (network, expected) in [
        (Network::Mlp(super::mlp(&[4], NormKind::Batch)), 2),
        (Network::Mlp(super::mlp(&[4], NormKind::Layer)), 1),
        (Network::Mlp(super::mlp(&[], NormKind::Batch)), 1),
        (Network::Cnn(super::cnn(vec![norm(NormKind::Batch)])), 1),
        (Network::Cnn(super::cnn(vec![to_one_pixel])), 2),
    ] {
        let plan = NetworkPlan::new(network);
        assert_eq!(plan.min_batch(&task(&[1, 5, 5], 3)), expected, "{plan:?}");
    }
}

/// Dropout changes outputs, equally for equal streams, and only where it is asked for and not frozen.
#[test]
fn dropout_needs_a_stream_and_a_layer_that_is_trained() {
    let device = Device::flex().autodiff();
    let task = task(&[1, 6, 6], 3);
    let block = BlockConfig {
        dropout: 0.5,
        ..BlockConfig::new(4)
    };
    let mut cnn = super::cnn(vec![block]);
    cnn.dropout = 0.5;
    let mut mlp = super::mlp(&[30], NormKind::None);
    mlp.dropout = 0.5;
    for network in [Network::Cnn(cnn), Network::Mlp(mlp)] {
        let model = init(network, &task, 1, &device);
        let inputs = batch(&task, &device);
        let dropped = |model: &Model, seed| {
            let masks = ChaCha8Rng::seed_from_u64(seed);
            values(model.forward_dropping(inputs.clone(), masks))
        };
        assert_eq!(dropped(&model, 1), dropped(&model, 1));
        assert_ne!(dropped(&model, 1), dropped(&model, 2));
        let plain = values(model.forward(inputs.clone()));
        assert_ne!(dropped(&model, 1), plain);
        assert_eq!(dropped(&model.freeze(), 1), plain);
    }
}
