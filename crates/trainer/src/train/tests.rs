//! A training on a device with a memory of its own, for which the CPU stands in.

use super::*;
use crate::{
    config,
    device::{
        OpenDevice,
        traffic::{self, Traffic},
    },
    feed::feeds,
    initial::initial,
    parameters::tensors,
    prepare::prepare,
    session::train_on,
    testing::{STROKES, cpu},
};

const MODEL: &str = r#"
[model.mlp]
hidden = [16]
dropout = 0.3
norm = "batch"

[optimizer.adam]
learning_rate = 1e-2
"#;

struct Silent;

impl Observer for Silent {}

/// Where a training is, as it sees it.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Host,
    WarmDevice,
    ColdDevice,
}

/// What a training leaves, and what it moved: from the feed to the last evaluation.
fn trained(place: Place, epochs: u32, batch_size: usize) -> (Vec<Vec<u8>>, Vec<u64>, Traffic) {
    let text = format!("{STROKES}{MODEL}\n[train]\nepochs = {epochs}\nbatch_size = {batch_size}\n");
    let (config, document) = config::parse("small.toml", text).unwrap();
    let prepared = prepare(&config, &document, &|_, _| {}).unwrap();
    let opened = OpenDevice {
        is_host: place == Place::Host,
        warms_up: place == Place::WarmDevice,
        ..cpu()
    };
    let state = State {
        model: initial(&config, &document, &prepared, &opened.device)
            .unwrap()
            .model,
        optimizer: config.optimizer.init(),
        position: Position::default(),
        best: None,
    };
    let sets = feeds(&config, &prepared, &opened);
    let (ended, traffic) =
        traffic::of(|| train_on(&config, &prepared, &opened, &sets, state, &mut Silent));
    let (state, end) = ended.unwrap();
    assert_eq!(end, End::Epochs);
    let best = state.best.as_ref().unwrap().measured.as_ref().unwrap();
    let errors = best
        .iter()
        .map(|(_, measured)| measured.count.errors())
        .collect();
    let tensors = tensors(&state.model).into_iter();
    let bytes = tensors.map(|(_, values)| values.as_bytes().to_vec());
    (bytes.collect(), errors, traffic)
}

/// Sets on the device in place of batches made on the host, the order of an epoch there, the warm-up: none of it
/// changes a bit of what is trained and measured.
#[test]
fn a_training_gives_the_same_numbers_wherever_its_sets_are() {
    let (on_host, errors, _) = trained(Place::Host, 3, 32);
    for place in [Place::WarmDevice, Place::ColdDevice] {
        let (on_device, errors_too, _) = trained(place, 3, 32);
        assert_eq!(on_device, on_host);
        assert_eq!(errors_too, errors);
    }
}

/// Counted by hand. To the device: its order once per epoch, and once for the warm-up, whatever the number of steps.
/// Back: the outputs of four sets per evaluation, and losses 50 steps at a time and at the end of an epoch; the
/// warm-up's own readings are of the kind that is not of the loop.
#[test]
fn a_step_moves_nothing_but_the_losses_now_and_then() {
    let check = |epochs: u32, batch_size: usize, to_device: u64, from_device: u64| {
        for (place, to_device) in [
            (Place::WarmDevice, to_device),
            (Place::ColdDevice, to_device - 1),
        ] {
            let (_, _, traffic) = trained(place, epochs, batch_size);
            assert_eq!(
                [traffic.to_device, traffic.from_device],
                [to_device, from_device]
            );
        }
    };
    // 9 steps per epoch: losses once, outputs 4 times.
    check(1, 32, 2, 5);
    check(3, 32, 4, 15);
    // 130 steps: losses at 50, 100 and 130.
    check(1, 2, 2, 7);
}
