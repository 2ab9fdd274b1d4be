//! The examples of all sets in one row of places.

use rayon::prelude::*;

use crate::{Examples, MemoryError};

/// The examples of all sets, counted through: those of the first set, then those of the second, ….
pub(super) struct Rows<'a> {
    sets: &'a [(&'a str, &'a Examples)],
    /// Per set the place of its first example; at the end the number of all.
    starts: Vec<usize>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(sets: &'a [(&'a str, &'a Examples)]) -> Self {
        let mut starts = vec![0];
        let mut n = 0;
        for (_, examples) in sets {
            n += examples.len();
            starts.push(n);
        }
        Self { sets, starts }
    }

    /// How many examples there are in all sets.
    pub(super) fn len(&self) -> usize {
        self.starts.last().copied().unwrap_or_default()
    }

    pub(super) fn n_sets(&self) -> usize {
        self.sets.len()
    }

    pub(super) fn name(&self, set: usize) -> &str {
        self.sets[set].0
    }

    pub(super) fn sets(&self) -> impl Iterator<Item = &Examples> {
        self.sets.iter().map(|(_, examples)| *examples)
    }

    /// The set that the example at `place` belongs to.
    pub(super) fn set(&self, place: usize) -> usize {
        self.starts.partition_point(|&start| start <= place) - 1
    }

    /// The set of the example at `place`, and its index there.
    pub(super) fn locate(&self, place: usize) -> (usize, usize) {
        let set = self.set(place);
        (set, place - self.starts[set])
    }

    pub(super) fn label(&self, place: usize) -> u32 {
        let (set, i) = self.locate(place);
        self.sets[set].1.labels[i]
    }

    pub(super) fn original(&self, place: usize) -> u64 {
        let (set, i) = self.locate(place);
        self.sets[set].1.original[i]
    }

    /// What `of` makes of each of these places and its values, by all threads.
    ///
    /// Each is written where it belongs: joined from pieces that threads collect, they would take the memory twice.
    pub(super) fn each<T: Clone + Default + Send>(
        &self,
        places: impl IndexedParallelIterator<Item = usize>,
        of: impl Fn(usize, &[f32]) -> T + Sync,
    ) -> Result<Vec<T>, MemoryError> {
        let mut all = vec![T::default(); places.len()];
        all.par_iter_mut()
            .zip(places)
            .try_for_each_init(Vec::new, |values, (out, place)| {
                self.read(place, values)?;
                *out = of(place, values);
                Ok::<_, MemoryError>(())
            })?;
        Ok(all)
    }

    /// Reads the values of the example at `place`; minus zero is read as zero.
    pub(super) fn read(&self, place: usize, out: &mut Vec<f32>) -> Result<(), MemoryError> {
        let (set, i) = self.locate(place);
        let examples = self.sets[set].1;
        let width = examples.n_values();
        out.resize(width, 0.0);
        examples.values.read_row(width, i, out)?;
        for value in out {
            *value += 0.0;
        }
        Ok(())
    }
}
