//! The threads that a training or an evaluation computes with.

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
