use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use rayon::ThreadPoolBuilder;

use crate::{Error, device};

/// Does the same work on every item, in as many threads as the machine has, and returns the results in
/// the order of the items.
///
/// Each worker computes in a pool of its own with one thread: small networks gain nothing from a second
/// one, and a pool that is shared would start another item while an operation of this one waits.
///
/// # Errors
/// The first error in the order of the items; what is not begun by then is left out.
pub(crate) fn side_by_side<T: Sync, U: Send>(
    items: &[T],
    on_progress: &(dyn Fn(usize) + Sync),
    work: impl Fn(&T) -> Result<U, Error> + Sync,
) -> Result<Vec<U>, Error> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<U, Error>)>> = Mutex::default();
    let worker = || -> Result<(), Error> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .map_err(|error| Error::failed(format!("can't start the threads: {error}")))?;
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else {
                return Ok(());
            };
            let result = pool.install(|| work(item));
            if result.is_err() {
                next.store(items.len(), Ordering::Relaxed);
            }
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.push((at, result));
            on_progress(done.len());
        }
    };
    let n_workers = device::n_threads().clamp(1, items.len().max(1));
    let ended: Vec<Result<(), Error>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..n_workers).map(|_| scope.spawn(worker)).collect();
        let panicked = |_| Err(Error::failed("a training ended in a panic"));
        let join = workers
            .into_iter()
            .map(|w| w.join().unwrap_or_else(panicked));
        join.collect()
    });
    ended.into_iter().collect::<Result<(), Error>>()?;
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|&(at, _)| at);
    done.into_iter().map(|(_, result)| result).collect()
}
