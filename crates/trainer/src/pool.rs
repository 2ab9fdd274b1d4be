//! The threads that a training or an evaluation computes with.

use std::{
    cell::RefCell,
    hint::spin_loop,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rayon::Yield;

use crate::Error;

/// Works inside a pool of threads of its own.
///
/// The backend spreads each operation over the pool that it is called from; entering it once, not
/// once per operation, took a sixth off the time of a small network's step. Work that is in a pool already
/// stays there: runs side by side have one each.
///
/// # Errors
/// [`Error::Failed`] if the system gives no more threads.
pub(crate) fn in_pool<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Error> {
    if rayon::current_thread_index().is_some() {
        return Ok(work());
    }
    in_pool_of(None, work)
}

/// Works inside a new pool of so many threads; of as many as the machine has if none are given.
///
/// # Errors
/// As [`in_pool`].
pub(crate) fn in_pool_of<T: Send>(
    n_threads: Option<usize>,
    work: impl FnOnce() -> T + Send,
) -> Result<T, Error> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(n_threads.unwrap_or(0)) // 0: what the machine has
        .build()
        .map_err(|error| Error::failed(format!("can't start the threads: {error}")))?;
    Ok(pool.install(work))
}

/// How long a thread without work waits for some before it goes to sleep.
const PATIENCE: Duration = Duration::from_micros(300);

/// Keeps the other threads of this pool awake for a while, for work that comes in many small pieces.
///
/// The pool's own threads go to sleep after some 30 µs without work, which a step of a small network has between its
/// products, and waking one takes as long again: on two cores the second one slept through half of the step. Threads
/// that wait here give way to other programs all the time.
pub(crate) fn keep_awake() {
    thread_local! {
        /// How many other threads are awake for the sake of this one.
        static AWAKE: RefCell<Arc<AtomicUsize>> = RefCell::default();
    }
    let n_others = rayon::current_num_threads().saturating_sub(1);
    let Some(caller) = rayon::current_thread_index() else {
        return;
    };
    let awake = AWAKE.with_borrow(Arc::clone);
    if n_others == 0 || awake.load(Ordering::Relaxed) > 0 {
        return;
    }
    awake.store(n_others, Ordering::Relaxed);
    rayon::spawn_broadcast(move |context| {
        if context.index() != caller {
            work_or_wait();
            awake.fetch_sub(1, Ordering::Relaxed);
        }
    });
}

/// How often a thread looks for work before it gives way to other programs: looking takes a fraction of a microsecond,
/// giving way a whole one, for which new work would lie there.
const LOOKS: usize = 8;

/// Does what there is to do, until there has been nothing for a while.
fn work_or_wait() {
    let mut last = Instant::now();
    loop {
        let is_found = (0..LOOKS).any(|_| {
            (0..4).for_each(|_| spin_loop());
            rayon::yield_now() == Some(Yield::Executed)
        });
        if is_found {
            last = Instant::now();
        } else if last.elapsed() > PATIENCE {
            return;
        } else {
            thread::yield_now();
        }
    }
}
