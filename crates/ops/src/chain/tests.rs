use std::ops::Range;

use proptest::prelude::*;
use rayon::ThreadPoolBuilder;

use super::*;
use crate::{
    LinearShape, cross_entropy, linear_backward, linear_forward,
    testing::{scattered, sparse},
};

/// With one running mean: `m ← 0.9·m + g`, `w ← w − m / (100·axes)`.
struct Momentum;

impl Update<1> for Momentum {
    fn update(
        &self,
        n_axes: usize,
        weights: &mut [f32],
        gradient: &[f32],
        [means]: [&mut [f32]; 1],
    ) -> u32 {
        let mut largest = 0;
        for ((weight, gradient), mean) in weights.iter_mut().zip(gradient).zip(means) {
            *mean = *mean * 0.9 + gradient;
            *weight -= *mean / (100.0 * n_axes as f32);
            largest = largest.max(gradient.abs().to_bits());
        }
        largest
    }
}

/// Layers of these widths.
fn layers(widths: &[usize]) -> Vec<LayerValues> {
    let shapes = widths.array_windows();
    let layer = |(at, &[n_in, n_out]): (u64, &[usize; 2])| LayerValues {
        weight: scattered(n_in * n_out, 2 * at)
            .into_iter()
            .map(|w| w / (n_in as f32).sqrt())
            .collect(),
        bias: scattered(n_out, 2 * at + 1),
    };
    (0..).zip(shapes).map(layer).collect()
}

fn shape(layer: &LayerValues, batch: usize) -> LinearShape {
    LinearShape {
        batch,
        n_in: layer.weight.len() / layer.bias.len(),
        n_out: layer.bias.len(),
    }
}

/// The inputs, and what each layer puts out.
fn outputs(layers: &[LayerValues], inputs: &[f32]) -> Vec<Vec<f32>> {
    let mut outputs = vec![inputs.to_vec()];
    for (at, layer) in layers.iter().enumerate() {
        let (input, bias) = (&outputs[at], Some(&layer.bias[..]));
        let shape = shape(layer, input.len() * layer.bias.len() / layer.weight.len());
        let has_relu = at + 1 < layers.len();
        outputs.push(linear_forward(shape, input, &layer.weight, bias, has_relu));
    }
    outputs
}

fn packed(layers: &[LayerValues]) -> PackedChain {
    let mut packed = PackedChain::default();
    for LayerValues { weight, bias } in layers {
        packed.push(weight, bias);
    }
    packed
}

/// A step as the operations make it one after the other: the loss and the largest magnitude in the gradients.
fn step_by_step(
    layers: &mut [LayerValues],
    means: &mut [[LayerValues; 1]],
    inputs: &[f32],
    target: CrossEntropyTarget<'_>,
) -> (f32, f32) {
    let batch = target.labels.len();
    let shape = |layer: &LayerValues| shape(layer, batch);
    let outputs = outputs(layers, inputs);
    let n_classes = layers[layers.len() - 1].bias.len();
    let (loss, mut gradient) = cross_entropy(&outputs[layers.len()], n_classes, target);
    let mut largest = 0;
    for at in (0..layers.len()).rev() {
        let output_of_relu = (at + 1 < layers.len()).then(|| &outputs[at + 1][..]);
        let layer = &mut layers[at];
        let gradients = linear_backward(
            shape(layer),
            &outputs[at],
            &layer.weight,
            output_of_relu,
            &gradient,
            at > 0,
        );
        let [mean] = &mut means[at];
        for (n_axes, weights, gradient, mean) in [
            (2, &mut layer.weight, &gradients.weight, &mut mean.weight),
            (1, &mut layer.bias, &gradients.bias, &mut mean.bias),
        ] {
            largest = largest.max(Momentum.update(n_axes, weights, gradient, [mean]));
        }
        gradient = gradients.input.unwrap_or_default();
    }
    (loss, f32::from_bits(largest))
}

fn bits(layers: &[LayerValues]) -> Vec<u32> {
    let values = layers
        .iter()
        .flat_map(|layer| layer.weight.iter().chain(&layer.bias));
    values.map(|value| value.to_bits()).collect()
}

/// Three steps, the last with a smaller batch, are those of the operations one after the other, to the bit.
fn check(widths: &[usize], batch: usize, share: f32, n_threads: usize) {
    let mut expected = layers(widths);
    let zeros = |layer: &LayerValues| {
        [LayerValues {
            weight: vec![0.0; layer.weight.len()],
            bias: vec![0.0; layer.bias.len()],
        }]
    };
    let mut means: Vec<_> = expected.iter().map(zeros).collect();
    let mut chain = Chain::<1>::new(&expected);
    let (n_in, n_classes) = (widths[0], widths[widths.len() - 1]);
    let class_weights: Vec<f32> = (0..n_classes).map(|class| 0.5 + class as f32).collect();
    let pool = ThreadPoolBuilder::new()
        .num_threads(n_threads)
        .build()
        .unwrap();
    for (seed, batch) in [(1, batch), (2, batch), (3, batch.div_ceil(2))] {
        let inputs = sparse(batch * n_in, share, seed);
        let labels: Vec<usize> = (0..batch).map(|at| at * 7 % n_classes).collect();
        let target = CrossEntropyTarget {
            labels: &labels,
            smoothing: 0.1,
            class_weights: Some(&class_weights),
            example_weights: None,
        };
        let fill = |range: Range<usize>, out: &mut [f32]| {
            out.copy_from_slice(&inputs[range.start * n_in..range.end * n_in]);
            Ok::<(), ()>(())
        };
        let done = pool
            .install(|| chain.step(target, Fill::Numbers(&fill), &Momentum))
            .unwrap();
        let (loss, largest) = step_by_step(&mut expected, &mut means, &inputs, target);
        assert_eq!((done.loss, done.largest), (loss, largest));
        assert_eq!(bits(&chain.weights()), bits(&expected));
        let (logits, features) = packed(&expected).forward(&inputs);
        let mut outputs = outputs(&expected, &inputs);
        assert_eq!(Some(logits), outputs.pop());
        assert_eq!(features, outputs.pop().filter(|_| widths.len() > 2));
        let of_means: Vec<_> = chain.means().into_iter().flatten().collect();
        assert_eq!(bits(&of_means), bits(means.as_flattened()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_step_is_that_of_the_operations_one_by_one(
        n_in in 1usize..300, hidden in prop::collection::vec(1usize..100, 0..4), n_classes in 2usize..40,
        batch in 1usize..150, share in 0.0f32..0.95, n_threads in 1usize..4,
    ) {
        let widths = [vec![n_in], hidden, vec![n_classes]].concat();
        check(&widths, batch, share, n_threads);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Steps and outputs from bytes are those from the numbers that they stand for.
    #[test]
    fn bytes_are_their_numbers(
        n_in in 1usize..300, hidden in prop::collection::vec(1usize..100, 0..3), batch in 1usize..150,
        share in 0.0f32..0.95, n_threads in 1usize..4,
    ) {
        let layers = layers(&[vec![n_in], hidden, vec![5]].concat());
        let scale = 1.0 / 255.0;
        let inputs = sparse(batch * n_in, share, 1);
        let inputs: Vec<u8> = inputs.iter().map(|value| (value.abs() * 100.0) as u8).collect();
        let floats: Vec<f32> = inputs.iter().map(|byte| (f64::from(*byte) * scale) as f32).collect();
        let labels: Vec<usize> = (0..batch).map(|at| at % 5).collect();
        let target = CrossEntropyTarget {
            labels: &labels,
            smoothing: 0.0,
            class_weights: None,
            example_weights: None,
        };
        let of = |range: Range<usize>| range.start * n_in..range.end * n_in;
        let write_bytes = |range: Range<usize>, out: &mut [u8]| {
            out.copy_from_slice(&inputs[of(range)]);
            Ok::<(), ()>(())
        };
        let write_numbers = |range: Range<usize>, out: &mut [f32]| {
            out.copy_from_slice(&floats[of(range)]);
            Ok::<(), ()>(())
        };
        let pool = ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        let [one, other] = [Fill::Bytes(scale, &write_bytes), Fill::Numbers(&write_numbers)].map(|fill| {
            let mut chain = Chain::<1>::new(&layers);
            let done = [0; 2].map(|_| pool.install(|| chain.step(target, fill, &Momentum)).unwrap());
            (done, bits(&chain.weights()))
        });
        prop_assert_eq!(one, other);
        let packed = packed(&layers);
        prop_assert_eq!(packed.forward_bytes(&inputs, scale), packed.forward(&floats));
    }
}

/// More than one part of the depth, of inputs, units and examples, and more than one piece of examples for one thread.
#[test]
fn sums_in_several_parts_are_the_same_too() {
    check(&[600, 300, 310, 10], 300, 0.5, 1);
    check(&[600, 300, 310, 10], 300, 0.0, 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Wide layers whose zeros are left out one by one, or not; not all blocks of units are whole.
    #[test]
    fn packed_wide_layers_put_out_the_same(
        batch in 1usize..20, n_in in 500usize..600, hidden in 500usize..600, share in 0.0f32..0.95,
    ) {
        let layers = layers(&[n_in, hidden, 7]);
        let inputs = sparse(batch * n_in, share, 1);
        let (logits, features) = packed(&layers).forward(&inputs);
        let expected = outputs(&layers, &inputs);
        prop_assert!([features.unwrap(), logits] == expected[1..]);
    }
}

/// By hand: one unit per class with weights of zero gives each of two classes ½. The gradient of the first logit is −½,
/// of the second ½, times the input for the weights; and with a running mean of zero that is what they move by, over 200
/// and 100.
#[test]
fn by_hand() {
    let layer = LayerValues {
        weight: vec![0.0; 2],
        bias: vec![0.0; 2],
    };
    let mut chain = Chain::<1>::new(&[layer]);
    let target = CrossEntropyTarget {
        labels: &[0],
        smoothing: 0.0,
        class_weights: None,
        example_weights: None,
    };
    let fill = |_, out: &mut [f32]| {
        out.fill(4.0);
        Ok::<(), ()>(())
    };
    let done = chain.step(target, Fill::Numbers(&fill), &Momentum).unwrap();
    assert_eq!((done.loss, done.largest), (2f32.ln(), 2.0));
    let expected = LayerValues {
        weight: vec![0.01, -0.01],
        bias: vec![0.005, -0.005],
    };
    assert_eq!(chain.weights(), [expected]);
    let expected = LayerValues {
        weight: vec![-2.0, 2.0],
        bias: vec![-0.5, 0.5],
    };
    assert_eq!(chain.means(), [[expected]]);
}

#[test]
fn without_inputs_no_weight_moves() {
    let layers = layers(&[20, 30, 5]);
    let mut chain = Chain::<1>::new(&layers);
    let labels = vec![0; 100];
    let target = CrossEntropyTarget {
        labels: &labels,
        smoothing: 0.0,
        class_weights: None,
        example_weights: None,
    };
    let fill = |range: Range<usize>, _: &mut [f32]| {
        if range.end == 100 {
            Err("lost")
        } else {
            Ok(())
        }
    };
    assert_eq!(
        chain.step(target, Fill::Numbers(&fill), &Momentum),
        Err("lost")
    );
    assert_eq!(chain.weights(), layers);
}

#[test]
fn a_gradient_that_is_not_finite_is_the_largest() {
    for wrong in [f32::NAN, f32::INFINITY] {
        let mut chain = Chain::<1>::new(&layers(&[2, 3, 2]));
        let target = CrossEntropyTarget {
            labels: &[0, 1],
            smoothing: 0.0,
            class_weights: None,
            example_weights: None,
        };
        let fill = |_, out: &mut [f32]| {
            out.fill(wrong);
            Ok::<(), ()>(())
        };
        let done = chain.step(target, Fill::Numbers(&fill), &Momentum).unwrap();
        assert!(!done.largest.is_finite());
    }
}

#[test]
fn running_means_are_remembered() {
    let layers = layers(&[40, 33, 7]);
    let means: Vec<_> = layers.iter().map(|layer| [layer.clone()]).collect();
    let mut chain = Chain::<1>::new(&layers);
    chain.set_means(&means);
    assert_eq!(chain.means(), means);
}
