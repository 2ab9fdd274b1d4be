use plumb_data::{Examples, Normalizer};

use super::HostBatch;
use crate::Error;

/// Batches of a training set as the network takes them, without augmentation.
pub(crate) struct Batches<'a> {
    examples: &'a Examples,
    normalizer: &'a Normalizer,
    batch_size: usize,
}

impl<'a> Batches<'a> {
    /// Batches of the size that is trained with: on a GPU, another size may run other kernels.
    pub(crate) fn new(
        examples: &'a Examples,
        normalizer: &'a Normalizer,
        batch_size: usize,
    ) -> Self {
        Self {
            examples,
            normalizer,
            batch_size: batch_size.min(examples.len()),
        }
    }

    /// The batch with this number, of examples from all over the set, since it may be sorted by class.
    ///
    /// # Errors
    /// [`Error::Failed`] if values that lie in a file can't be read any more.
    pub(super) fn get(&self, number: usize) -> Result<HostBatch, Error> {
        let n = self.examples.len();
        let stride = (n / self.batch_size.max(1)).max(1);
        let rows: Vec<u32> = (0..self.batch_size)
            .map(|i| ((i * stride + number) % n) as u32)
            .collect();
        let mut inputs = Vec::new();
        self.normalizer
            .gather(&self.examples.values, &rows, &mut inputs)
            .map_err(|error| Error::failed(error.to_string()))?;
        let label_of = |&row: &u32| self.examples.labels[row as usize];
        Ok(HostBatch {
            inputs,
            labels: rows.iter().map(label_of).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use plumb_data::{Values, normalize::Normalization};

    use super::*;

    /// Of 10 examples 4 at a time: every second one, from the first, then from the second on.
    #[test]
    fn batches_reach_over_the_whole_set() {
        let examples = Examples {
            shape: vec![1],
            values: Values::F32((0..10_u8).map(f32::from).collect()),
            range: None,
            labels: (0..10).map(|i| i / 5).collect(),
            classes: vec!["a".into(), "b".into()],
            source: vec![0; 10],
            source_names: vec!["x".into()],
            original: (0..10).collect(),
            tags: Vec::new(),
        };
        let normalizer = Normalizer::fit(Normalization::None, &examples).unwrap();
        for (batch_size, number, inputs, labels) in [
            (4, 0, &[0.0, 2.0, 4.0, 6.0][..], &[0, 0, 0, 1][..]),
            (4, 1, &[1.0, 3.0, 5.0, 7.0], &[0, 0, 1, 1]),
            (5, 2, &[2.0, 4.0, 6.0, 8.0, 0.0], &[0, 0, 1, 1, 0]),
        ] {
            let batches = Batches::new(&examples, &normalizer, batch_size);
            let batch = batches.get(number).unwrap();
            assert_eq!((&batch.inputs[..], &batch.labels[..]), (inputs, labels));
        }
        let all = Batches::new(&examples, &normalizer, 100).get(0).unwrap();
        assert_eq!(all.labels, examples.labels);
    }
}
