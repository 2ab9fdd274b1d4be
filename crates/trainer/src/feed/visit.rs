use std::ops::Range;

use burn::tensor::{Int, Tensor};

use super::{Batch, Feed, lost, resident::indices};
use crate::Error;

/// The training set in the order of one epoch, of which batches are taken one after the other.
pub(crate) struct Visit<'a> {
    set: &'a Feed<'a>,
    order: Vec<u32>,
    epoch: u32,
    /// `[n]`, where the set itself is on the device: brought there once, so that a step brings nothing.
    on_device: Option<Tensor<1, Int>>,
}

impl Feed<'_> {
    /// The examples in an order, for the training steps of an epoch.
    pub(crate) fn visit(&self, order: Vec<u32>, epoch: u32) -> Visit<'_> {
        let on_device = match self {
            Self::Resident(set) => Some(indices(order.iter().copied(), &set.device())),
            Self::Streamed(_) => None,
        };
        Visit {
            set: self,
            order,
            epoch,
            on_device,
        }
    }
}

impl Visit<'_> {
    /// Which examples are at these places of the order.
    pub(crate) fn chosen(&self, places: Range<usize>) -> &[u32] {
        &self.order[places]
    }

    /// Writes the inputs of these examples, as [`Self::batch`] gives them, by this thread alone. The set is in host
    /// memory.
    ///
    /// # Errors
    /// As [`Self::batch`].
    pub(crate) fn write_inputs(&self, chosen: &[u32], out: &mut [f32]) -> Result<(), Error> {
        match self.set {
            Feed::Resident(set) => {
                set.write_inputs(chosen, out);
                Ok(())
            }
            Feed::Streamed(set) => set
                .write_inputs(chosen, self.epoch, out)
                .map_err(|error| lost(&error)),
        }
    }

    /// What a byte of one in [`Self::write_bytes`] stands for, where a network takes those sooner than the numbers.
    pub(crate) fn byte_scale(&self) -> Option<f64> {
        match self.set {
            Feed::Resident(_) => None,
            Feed::Streamed(set) => set.byte_scale(),
        }
    }

    /// As [`Self::write_inputs`], as bytes, of a set that has a [`Self::byte_scale`].
    ///
    /// # Errors
    /// As [`Self::batch`].
    pub(crate) fn write_bytes(&self, chosen: &[u32], out: &mut [u8]) -> Result<(), Error> {
        match self.set {
            Feed::Resident(_) => unreachable!("a set on the device has no bytes"),
            Feed::Streamed(set) => set.write_bytes(chosen, out).map_err(|error| lost(&error)),
        }
    }

    /// How much each of these examples counts, as [`Self::batch`] gives it.
    pub(crate) fn weights(&self, chosen: &[u32]) -> Option<Vec<f32>> {
        match self.set {
            Feed::Resident(set) => set.weights(chosen),
            Feed::Streamed(set) => set.weights(chosen),
        }
    }

    /// Indices of the classes of these examples.
    pub(crate) fn labels(&self, chosen: &[u32]) -> Vec<usize> {
        let labels = self.set.labels();
        let label_of = |&i: &u32| labels[i as usize] as usize;
        chosen.iter().map(label_of).collect()
    }

    /// The examples at these places of the order.
    ///
    /// # Errors
    /// [`Error::Failed`] if values that lie in a file can't be read any more.
    pub(crate) fn batch(&self, places: Range<usize>) -> Result<Batch, Error> {
        match (self.set, &self.on_device) {
            (Feed::Resident(set), Some(order)) => {
                let chosen = order.clone().narrow(0, places.start, places.len());
                Ok(set.gather(chosen))
            }
            (Feed::Resident(set), None) => {
                let chosen = self.order[places].iter().copied();
                Ok(set.gather(indices(chosen, &set.device())))
            }
            (Feed::Streamed(set), _) => set
                .gather(&self.order[places], self.epoch)
                .map_err(|error| lost(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use plumb_data::{Examples, Normalization, Normalizer, Values};

    use super::*;
    use crate::{
        device::traffic::{self, Traffic},
        feed::{Inputs, Resident, Streamed},
    };

    /// 7 examples of 2 values; the label says which.
    fn examples() -> Examples {
        Examples {
            shape: vec![2],
            values: Values::U8((0..14).collect()),
            range: Some((0.0, 16.0)),
            labels: (0..7).collect(),
            classes: (0..7).map(|class: u32| class.to_string()).collect(),
            source: vec![0; 7],
            source_names: vec!["x".into()],
            original: (0..7).collect(),
            tags: Vec::new(),
        }
    }

    const WEIGHTS: [f32; 7] = [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75];

    fn numbers(batch: Batch) -> (Vec<f32>, Vec<i32>, Vec<f32>) {
        (
            batch.inputs.try_into_vec_as().unwrap(),
            batch.labels.try_into_vec_as().unwrap(),
            batch.weights.unwrap().try_into_vec_as().unwrap(),
        )
    }

    /// From the range 0 to 16 onto 0 to 1, by hand: the values 2k and 2k + 1 of example k become k / 8 and k / 8 + 1/16.
    #[test]
    fn batches_are_the_examples_at_places_of_the_order_wherever_the_set_is() {
        let (examples, device) = (examples(), Device::flex());
        let normalizer = Normalizer::fit(Normalization::Range, &examples).unwrap();
        let resident = Resident::new(&examples, Some(&WEIGHTS), &normalizer, &device);
        let streamed = Streamed::new(&examples, Some(&WEIGHTS), &normalizer, &device);
        let order = [3, 6, 0, 1, 5, 2, 4];
        for feed in [Feed::Resident(Box::new(resident)), Feed::Streamed(streamed)] {
            let visit = feed.visit(order.to_vec(), 1);
            for places in [0..3, 3..6, 6..7] {
                let chosen = &order[places.clone()];
                let (inputs, labels, weights) = numbers(visit.batch(places.clone()).unwrap());
                assert_eq!(visit.chosen(places), chosen);
                let mut written = vec![f32::NAN; inputs.len()];
                visit.write_inputs(chosen, &mut written).unwrap();
                assert_eq!(written, inputs);
                assert_eq!(visit.weights(chosen).unwrap(), weights);
                let classes: Vec<usize> = chosen.iter().map(|&k| k as usize).collect();
                assert_eq!(visit.labels(chosen), classes);
                let expected = chosen.iter().flat_map(|&k| {
                    let first = k as f32 / 8.0;
                    [first, first + 1.0 / 16.0]
                });
                assert_eq!(inputs, expected.collect::<Vec<f32>>());
                assert_eq!(
                    labels,
                    chosen.iter().map(|&k| k.cast_signed()).collect::<Vec<_>>()
                );
                let expected: Vec<f32> = chosen.iter().map(|&k| WEIGHTS[k as usize]).collect();
                assert_eq!(weights, expected);
            }
        }
    }

    /// 40 examples of 8 bytes, of which only the third and the last have any that is not zero.
    fn sparse() -> Examples {
        let mut values = vec![0; 40 * 8];
        (values[2 * 8], values[39 * 8], values[39 * 8 + 1]) = (8, 4, 16);
        Examples {
            shape: vec![8],
            values: Values::U8(values).shared(),
            labels: vec![0; 40],
            source: vec![0; 40],
            original: (0..40).collect(),
            ..examples()
        }
    }

    /// From the range 0 to 16 onto 0 to 1: a byte of one is 1/16. Of bytes that are mostly not zero, and standardized ones,
    /// of which none is, numbers are taken.
    #[test]
    fn sparse_bytes_are_taken_as_they_are() {
        let device = Device::flex();
        let (sparse, dense) = (sparse(), examples());
        let range = Normalizer::fit(Normalization::Range, &sparse).unwrap();
        let set = Feed::Streamed(Streamed::new(&sparse, None, &range, &device));
        let visit = set.visit(vec![39, 2, 0], 1);
        assert_eq!(visit.byte_scale(), Some(1.0 / 16.0));
        let mut bytes = [9; 16];
        visit.write_bytes(&[39, 2], &mut bytes).unwrap();
        assert_eq!(bytes, [4, 16, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]);

        for is_packed in [true, false] {
            let batches = set.on_batches(is_packed, |inputs| {
                let is_bytes = matches!(inputs, Inputs::Bytes(_));
                let shape = [inputs.len(), 8];
                let numbers = inputs.into_numbers();
                assert_eq!(numbers.dims(), shape);
                (is_bytes, numbers.into_data())
            });
            let expected = set.slice(0, 40).unwrap().into_data();
            assert_eq!(batches.unwrap(), [(is_packed, expected)]);
        }

        let standardized = Normalizer::fit(Normalization::Standardize, &sparse).unwrap();
        for (examples, normalizer) in [(&sparse, &standardized), (&dense, &range)] {
            let set = Feed::Streamed(Streamed::new(examples, None, normalizer, &device));
            assert_eq!(set.visit(vec![0], 1).byte_scale(), None);
        }
    }

    /// A set on the device: its order goes there once per epoch, and a step brings nothing. One on the host: a step
    /// brings inputs, labels and weights.
    #[test]
    fn an_epoch_brings_its_order_and_no_step_brings_anything() {
        let (examples, device) = (examples(), Device::flex());
        let normalizer = Normalizer::fit(Normalization::Range, &examples).unwrap();
        let check = |feed: Feed<'_>, per_epoch: u64, per_step: u64| {
            let order = [0, 1, 2, 3, 4, 5, 6];
            let (visit, traffic) = traffic::of(|| feed.visit(order.to_vec(), 1));
            let expected = |to_device| Traffic {
                to_device,
                from_device: 0,
            };
            assert_eq!(traffic, expected(per_epoch));
            for places in [0..3, 3..6, 6..7] {
                let (_, traffic) = traffic::of(|| visit.batch(places).unwrap());
                assert_eq!(traffic, expected(per_step));
            }
        };
        let resident = Resident::new(&examples, Some(&WEIGHTS), &normalizer, &device);
        check(Feed::Resident(Box::new(resident)), 1, 0);
        let streamed = Streamed::new(&examples, Some(&WEIGHTS), &normalizer, &device);
        check(Feed::Streamed(streamed), 0, 3);
    }
}
