//! Many rows of values made in parallel, a block at a time, in a fixed order.

use rayon::prelude::*;

use crate::memory::{Memory, MemoryError, ValuesBuilder};
use crate::source::Progress;
use crate::{Examples, Values};

/// Numbers that one block holds: 16 MiB of them, beside which a thread's own memory is nothing.
const BLOCK_VALUES: usize = 4 << 20;

/// The least width of a range in which whole values stay whole: as many steps as optdigits has.
/// Between fewer, rounding would change an image more than what is done to it.
const MIN_STEPS: f32 = 16.0;

/// Whether what is made of these values is to be rounded: they are whole, and the new range is known
/// to have whole ends in 0..=255 and 16 steps or more.
pub(crate) fn stays_whole(values: &Values, range: Option<(f32, f32)>) -> bool {
    values.is_u8()
        && range.is_some_and(|(low, high)| {
            let is_whole = |end: f32| (0.0..=255.0).contains(&end) && end.fract() == 0.0;
            is_whole(low) && is_whole(high) && high - low >= MIN_STEPS
        })
}

/// Copies example `i`, of `row.len()` values, into `row`.
pub(crate) fn read_row(examples: &Examples, i: usize, row: &mut [f32]) {
    let start = i * row.len();
    for (k, value) in row.iter_mut().enumerate() {
        *value = examples.values.get(start + k);
    }
}

/// Collects rows of `width` values each.
pub(crate) struct Blocks<'a> {
    builder: ValuesBuilder,
    width: usize,
    done: usize,
    total: usize,
    on_progress: &'a (dyn Fn(Progress) + Sync),
}

impl<'a> Blocks<'a> {
    /// For `total` rows of `width` values.
    pub(crate) fn new(
        width: usize,
        total: usize,
        memory: &Memory,
        on_progress: &'a (dyn Fn(Progress) + Sync),
    ) -> Self {
        Self {
            builder: ValuesBuilder::new(memory).expecting(width as u64 * total as u64),
            width,
            done: 0,
            total,
            on_progress,
        }
    }

    /// Adds `n` rows, in order. `make` fills row `i` and as many as `n_notes` numbers beside it, which
    /// `note` is given block by block; each thread has one `state`. If `is_whole`, values are rounded
    /// to bytes.
    pub(crate) fn add<S>(
        &mut self,
        n: usize,
        is_whole: bool,
        n_notes: usize,
        state: impl Fn() -> S + Sync,
        make: impl Fn(&mut S, usize, &mut [f32], &mut [u32]) + Sync,
        mut note: impl FnMut(&[u32]),
    ) -> Result<(), MemoryError> {
        let per_block = (BLOCK_VALUES / self.width.max(1)).clamp(1, n.max(1));
        // Chunks cannot be empty: without notes, one number goes unused.
        let notes_width = n_notes.max(1);
        let mut rows = vec![0.0; per_block * self.width];
        let mut notes = vec![0; per_block * notes_width];
        let mut bytes = Vec::new();
        for start in (0..n).step_by(per_block) {
            let n_rows = per_block.min(n - start);
            let rows = &mut rows[..n_rows * self.width];
            let notes = &mut notes[..n_rows * notes_width];
            rows.par_chunks_mut(self.width)
                .zip(notes.par_chunks_mut(notes_width))
                .enumerate()
                .for_each_init(&state, |state, (k, (row, notes))| {
                    make(state, start + k, row, &mut notes[..n_notes]);
                });
            if is_whole {
                bytes.clear();
                // Values are within 0..=255, so the cast is exact after rounding.
                bytes.extend(rows.iter().map(|value| value.round() as u8));
                self.builder.push_u8(&bytes)?;
            } else {
                self.builder.push_f32(rows)?;
            }
            if n_notes > 0 {
                note(notes);
            }
            self.done += n_rows;
            (self.on_progress)(Progress {
                done: self.done,
                total: self.total,
            });
        }
        Ok(())
    }

    /// All rows.
    pub(crate) fn finish(self) -> Result<Values, MemoryError> {
        self.builder.finish()
    }
}
