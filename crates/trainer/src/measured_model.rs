//! A model that many batches pass through in evaluation mode.

use burn::tensor::{Tensor, TensorData};
use plumb_model::Model;
use plumb_ops::{
    PackedChain, recycle,
    tensors::{give_back, look_at},
};

use crate::{feed::Inputs, learner::plain_chain};

/// A model in evaluation mode. Where that pays, its weights are packed once for all batches; the numbers are the same.
pub(crate) struct MeasuredModel<'a> {
    model: &'a Model,
    packed: Option<PackedChain>,
}

/// Examples from which on it pays: eight batches, for each of which the weights would be packed.
const WORTH_IT: usize = 1024;

impl<'a> MeasuredModel<'a> {
    /// Of a model in evaluation mode (`Module::valid`), for so many examples.
    pub(crate) fn new(model: &'a Model, n_examples: usize) -> Self {
        let layers = plain_chain(model).filter(|_| n_examples >= WORTH_IT);
        let packed = layers.map(|layers| {
            let mut packed = PackedChain::default();
            for layer in layers {
                let bias = layer.bias.as_ref().expect("layers of chains have biases");
                look_at(&layer.weight.val(), |weight| {
                    look_at(&bias.val(), |bias| packed.push(weight, bias));
                });
            }
            packed
        });
        Self { model, packed }
    }

    pub(crate) fn is_packed(&self) -> bool {
        self.packed.is_some()
    }

    /// As [`Model::forward`].
    pub(crate) fn forward(&self, inputs: Inputs<'_>) -> Tensor<2> {
        let Some(packed) = &self.packed else {
            return self.model.forward(inputs.into_numbers());
        };
        let (logits, features) = run(packed, &inputs);
        features.into_iter().for_each(recycle);
        let logits = rows(logits, &inputs);
        done_with(inputs);
        logits
    }

    /// As [`Model::embed`].
    pub(crate) fn embed(&self, inputs: Inputs<'_>) -> (Tensor<2>, Tensor<2>) {
        let Some(packed) = &self.packed else {
            return self.model.embed(inputs.into_numbers());
        };
        let (logits, features) = run(packed, &inputs);
        let logits = rows(logits, &inputs);
        let Some(features) = features else {
            return (inputs.into_numbers(), logits);
        };
        let features = rows(features, &inputs);
        done_with(inputs);
        (features, logits)
    }
}

fn run(packed: &PackedChain, inputs: &Inputs<'_>) -> (Vec<f32>, Option<Vec<f32>>) {
    match inputs {
        Inputs::Numbers(inputs) => look_at(inputs, |inputs| packed.forward(inputs)),
        Inputs::Bytes(inputs) => packed.forward_bytes(inputs.values, inputs.scale),
    }
}

/// One row of values for each of the inputs.
fn rows(values: Vec<f32>, inputs: &Inputs<'_>) -> Tensor<2> {
    let batch = inputs.len();
    let width = values.len() / batch.max(1);
    Tensor::from_data(TensorData::new(values, [batch, width]), &inputs.device())
}

fn done_with(inputs: Inputs<'_>) {
    if let Inputs::Numbers(inputs) = inputs {
        give_back(inputs);
    }
}

#[cfg(test)]
#[cfg(feature = "cpu")]
mod tests {
    use burn::tensor::Device;
    use plumb_model::{MlpConfig, Network, NetworkPlan, Task};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Whether it is packed or not, and whether there are hidden layers or none.
    #[test]
    fn numbers_are_the_model_s() {
        let task = Task {
            input_shape: vec![30],
            n_classes: 5,
        };
        for hidden in [vec![], vec![40], vec![20, 33]] {
            let plan = NetworkPlan::new(Network::Mlp(MlpConfig {
                hidden,
                ..MlpConfig::default()
            }));
            let stream = ChaCha8Rng::seed_from_u64(3);
            let model = plan.init(&task, stream, &Device::flex());
            let inputs = || {
                let values: Vec<f32> = (0..70 * 30).map(|i| (i as f32).sin()).collect();
                Tensor::<2>::from_data(TensorData::new(values, [70, 30]), &Device::flex())
            };
            let expected = model.embed(inputs());
            let expected = [expected.0.into_data(), expected.1.into_data()];
            for (n_examples, is_packed) in [(WORTH_IT, true), (WORTH_IT - 1, false)] {
                let measured = MeasuredModel::new(&model, n_examples);
                assert_eq!(measured.packed.is_some(), is_packed);
                let (features, logits) = measured.embed(Inputs::Numbers(inputs()));
                assert_eq!([features.into_data(), logits.into_data()], expected);
                assert_eq!(
                    measured.forward(Inputs::Numbers(inputs())).into_data(),
                    expected[1]
                );
            }
        }
    }
}
