//! What the sources with known truth share: rows of numbers drawn in parallel, and checks.

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::file::MAX_UNPACKED_BYTES;
use super::{Context, Progress};
use crate::seed::stream;
use crate::{FieldError, MemoryError, Values, ValuesBuilder};

/// The most values that one example can have: it is drawn in one piece, in double precision.
pub(super) const MAX_WIDTH: usize = 1 << 20;

/// Numbers that are drawn before they are handed on: 4 MiB of them.
const BLOCK_VALUES: usize = 1 << 20;

/// Bytes that an example takes beside its values: its label, its source and its original.
const BYTES_BESIDE_VALUES: u64 = 16;

/// Draws `n` rows of `width` numbers, at least 1, in parallel; row `i` from stream `i` of `purpose`.
///
/// `draw` is given the index of the row, its stream, and a row to fill, whose content is of no
/// meaning. What it returns comes back in the order of the rows.
pub(super) fn rows<T: Send>(
    context: &Context<'_>,
    purpose: &str,
    n: usize,
    width: usize,
    draw: impl Fn(usize, &mut ChaCha8Rng, &mut [f64]) -> T + Sync,
) -> Result<(Values, Vec<T>), MemoryError> {
    let base = stream(context.seed, purpose);
    let rows_per_block = (BLOCK_VALUES / width).clamp(1, n.max(1));
    let mut block = vec![0.0_f32; rows_per_block * width];
    let mut values = ValuesBuilder::new(context.memory).expecting((n * width) as u64);
    let mut results = Vec::with_capacity(n);
    for start in (0..n).step_by(rows_per_block) {
        let n_rows = rows_per_block.min(n - start);
        let block = &mut block[..n_rows * width];
        let indexed = block.par_chunks_exact_mut(width).enumerate();
        let scratch = || vec![0.0_f64; width];
        results.par_extend(indexed.map_init(scratch, |row, (i, out)| {
            let mut rng = base.clone();
            rng.set_stream((start + i) as u64);
            let result = draw(start + i, &mut rng, row);
            for (out, &value) in out.iter_mut().zip(&*row) {
                *out = value as f32;
            }
            result
        }));
        values.push_f32(block)?;
        (context.on_progress)(Progress {
            done: start + n_rows,
            total: n,
        });
    }
    Ok((values.finish()?, results))
}

/// Refuses no examples, and more of `width` numbers, at least 1, than memory is meant for.
pub(super) fn check_examples(n: usize, width: usize) -> Result<(), FieldError> {
    if n == 0 {
        return Err(FieldError::new("examples", "is 0; expected at least 1"));
    }
    let bytes_each = (width as u64).saturating_mul(4) + BYTES_BESIDE_VALUES;
    let most = MAX_UNPACKED_BYTES / bytes_each;
    if n as u64 > most {
        let message =
            format!("is {n}; expected at most {most}, which fill {MAX_UNPACKED_BYTES} bytes");
        return Err(FieldError::new("examples", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use rand::RngExt;

    use super::*;

    #[test]
    fn rows_are_the_same_in_any_number_of_threads_and_blocks() {
        // Rows of 300,000 come three to a block.
        let load = |n: usize| {
            rows(&Context::new(7), "test", n, 300_000, |i, rng, row| {
                row.fill(rng.random());
                i
            })
            .unwrap()
        };
        let threads = rayon::ThreadPoolBuilder::new().num_threads(1);
        let alone = threads.build().unwrap().install(|| load(5));
        assert_eq!(alone, load(5));
        assert_eq!(alone.1, [0, 1, 2, 3, 4]);
        let (fewer, _) = load(4);
        assert_eq!(fewer, alone.0.select(300_000, &[0, 1, 2, 3]));
        assert_ne!(alone.0.get(0).to_bits(), alone.0.get(300_000).to_bits());
    }

    #[test]
    fn progress_ends_with_all() {
        let told = Mutex::new(Vec::new());
        let tell = |progress: Progress| told.lock().unwrap().push((progress.done, progress.total));
        let context = Context {
            on_progress: &tell,
            ..Context::new(7)
        };
        rows(&context, "test", 5, 500_000, |_, _, _| ()).unwrap();
        assert_eq!(*told.lock().unwrap(), [(2, 5), (4, 5), (5, 5)]);
    }
}
