//! Work in pieces, side by side where that pays.

use std::{
    hint::spin_loop,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread, vec,
};

/// Multiply-adds that are worth a thread: about 5 microseconds.
const WORTH_A_THREAD: usize = 1 << 18;

/// How many multiply-adds take as long as to bring a value to another place.
pub(crate) const COPY: usize = 16;

/// Does a piece of work for each item, where each takes about so many multiply-adds, and returns when all is done.
///
/// What the pieces are must depend on shapes alone, never on the number of threads: so results do not.
///
/// Each thread of the pool has a share of the items, the same one each time there are as many, so that it finds what it
/// left in its cache; then it helps with what is left of the others'. The thread that calls does not sleep while it waits
/// for the last items: to be woken takes it longer than they do.
pub fn for_each<T: Send>(items: Vec<T>, multiply_adds: usize, work: impl Fn(usize, T) + Sync) {
    let at_once = WORTH_A_THREAD.div_ceil(multiply_adds.max(1));
    let n_shares = items.len().div_ceil(at_once);
    let n_shares = n_shares.min(rayon::current_num_threads());
    if n_shares <= 1 {
        for (at, item) in items.into_iter().enumerate() {
            work(at, item);
        }
        return;
    }
    let shares = Shares::new(items, n_shares);
    rayon::scope(|scope| {
        for _ in 1..n_shares {
            scope.spawn(|_| shares.work_off(at_once, &work));
        }
        shares.work_off(at_once, &work);
        shares.wait();
    });
}

/// The items that nobody has taken yet.
struct Shares<T> {
    items: Vec<Mutex<Share<T>>>,
    /// Items that are not done yet.
    n_left: AtomicUsize,
}

/// Items, each with its number.
type Share<T> = vec::IntoIter<(usize, T)>;

impl<T: Send> Shares<T> {
    fn new(items: Vec<T>, n_shares: usize) -> Self {
        let n = items.len();
        let mut items = items.into_iter().enumerate();
        let share = |i: usize| {
            let n = (i + 1) * n / n_shares - i * n / n_shares;
            let share: Vec<_> = items.by_ref().take(n).collect();
            Mutex::new(share.into_iter())
        };
        Self {
            items: (0..n_shares).map(share).collect(),
            n_left: AtomicUsize::new(n),
        }
    }

    /// Takes items until there are none, up to so many at once.
    fn work_off(&self, at_once: usize, work: &(impl Fn(usize, T) + Sync)) {
        let own = rayon::current_thread_index().unwrap_or(0);
        for i in 0..self.items.len() {
            let share = &self.items[(own + i) % self.items.len()];
            // From behind, where its thread comes last.
            while let Some(taken) = take(share, at_once, i > 0) {
                let done = Done {
                    n_left: &self.n_left,
                    n: taken.len(),
                };
                for (at, item) in taken {
                    work(at, item);
                }
                drop(done);
            }
        }
    }

    /// Until all items are done. Other programs have their turn meanwhile, if it takes long.
    fn wait(&self) {
        const LOOKS: usize = 1000; // some 50 µs
        for look in 0.. {
            if self.n_left.load(Ordering::Acquire) == 0 {
                return;
            }
            if look < LOOKS {
                spin_loop();
            } else {
                thread::yield_now();
            }
        }
    }
}

fn take<T>(share: &Mutex<Share<T>>, n: usize, is_from_behind: bool) -> Option<Vec<(usize, T)>> {
    let mut share = share.lock().unwrap_or_else(PoisonError::into_inner);
    let taken: Vec<_> = if is_from_behind {
        share.by_ref().rev().take(n).collect()
    } else {
        share.by_ref().take(n).collect()
    };
    (!taken.is_empty()).then_some(taken)
}

/// Counts items as done, after a panic too: nobody waits for them for ever.
struct Done<'a> {
    n_left: &'a AtomicUsize,
    n: usize,
}

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.n_left.fetch_sub(self.n, Ordering::Release);
    }
}

/// Cuts a matrix of `width` columns into blocks of columns: for each block its piece of every row.
pub(crate) fn column_blocks(
    matrix: &mut [f32],
    width: usize,
    block: usize,
) -> Vec<Vec<&mut [f32]>> {
    let n_rows = matrix.len() / width.max(1);
    let mut blocks: Vec<Vec<&mut [f32]>> = (0..width.div_ceil(block))
        .map(|_| Vec::with_capacity(n_rows))
        .collect();
    for row in matrix.chunks_exact_mut(width.max(1)) {
        for (piece, block) in row.chunks_mut(block).zip(&mut blocks) {
            block.push(piece);
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use std::panic;

    use proptest::prelude::*;
    use rayon::ThreadPoolBuilder;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn each_item_is_done_once(
            n in 0usize..200, n_threads in 1usize..5, multiply_adds in 1usize..WORTH_A_THREAD,
        ) {
            let pool = ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            let counts: Vec<_> = (0..n).map(|_| AtomicUsize::new(0)).collect();
            pool.install(|| {
                for_each((0..n).collect(), multiply_adds, |at, item: usize| {
                    assert_eq!(at, item);
                    counts[item].fetch_add(1, Ordering::Relaxed);
                });
            });
            assert!(counts.into_iter().all(|count| count.into_inner() == 1));
        }
    }

    /// Each of the items has two others within it, of which each has two more.
    #[test]
    fn pieces_may_be_cut_again() {
        fn count(depth: usize, counted: &AtomicUsize) {
            counted.fetch_add(1, Ordering::Relaxed);
            if depth > 0 {
                for_each(vec![(); 2], WORTH_A_THREAD, |_, ()| {
                    count(depth - 1, counted);
                });
            }
        }
        for n_threads in 1..5 {
            let pool = ThreadPoolBuilder::new()
                .num_threads(n_threads)
                .build()
                .unwrap();
            let counted = AtomicUsize::new(0);
            pool.install(|| count(10, &counted));
            assert_eq!(counted.into_inner(), (1 << 11) - 1);
        }
    }

    #[test]
    fn a_panic_reaches_the_caller() {
        let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        for wrong in 0..4 {
            let result = pool.install(|| {
                panic::catch_unwind(|| {
                    for_each((0..4).collect(), WORTH_A_THREAD, |_, item: usize| {
                        assert_ne!(item, wrong);
                    });
                })
            });
            assert!(result.is_err());
        }
    }
}
