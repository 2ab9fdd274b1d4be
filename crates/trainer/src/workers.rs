use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use rayon::ThreadPoolBuilder;

use crate::{Error, device};

/// How many work side by side, and with how many threads each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Workers {
    pub(crate) count: usize,
    pub(crate) threads: usize,
}

impl Workers {
    /// One per thread of the machine.
    pub(crate) fn one_per_thread() -> Self {
        Self {
            count: device::n_threads(),
            threads: 1,
        }
    }
}

/// Does the same work on every item, in as many threads as the machine has, and returns the results in
/// the order of the items.
///
/// # Errors
/// The first error in the order of the items; what is not begun by then is left out.
pub(crate) fn side_by_side<T: Sync, U: Send>(
    items: &[T],
    on_progress: &(dyn Fn(usize) + Sync),
    work: impl Fn(&T) -> Result<U, Error> + Sync,
) -> Result<Vec<U>, Error> {
    in_workers(Workers::one_per_thread(), items, on_progress, work)
}

/// As [`side_by_side`], by these workers.
///
/// Each computes in a pool of its own, by default with one thread: small networks gain nothing from a second
/// one, and a pool that is shared would start another item while an operation of this one waits.
///
/// # Errors
/// The first error in the order of the items; what is not begun by then is left out.
pub(crate) fn in_workers<T: Sync, U: Send>(
    workers: Workers,
    items: &[T],
    on_progress: &(dyn Fn(usize) + Sync),
    work: impl Fn(&T) -> Result<U, Error> + Sync,
) -> Result<Vec<U>, Error> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<U, Error>)>> = Mutex::default();
    let worker = || -> Result<(), Error> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(workers.threads)
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
    let n_workers = workers.count.clamp(1, items.len().max(1));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items_and_each_worker_has_one_thread() {
        let items: Vec<u64> = (0..20).collect();
        let told = Mutex::new(Vec::new());
        let work = |item: &u64| {
            assert_eq!(rayon::current_num_threads(), 1);
            // The first ones take longest, and are done last.
            std::thread::sleep(std::time::Duration::from_millis(20 - item));
            Ok(item * item)
        };
        let tell = |done| told.lock().unwrap().push(done);
        let found = side_by_side(&items, &tell, work).unwrap();
        assert_eq!(
            found,
            items.iter().map(|item| item * item).collect::<Vec<_>>()
        );
        let mut told = told.into_inner().unwrap();
        told.sort_unstable();
        assert_eq!(told, (1..=20).collect::<Vec<usize>>());
    }

    #[test]
    fn the_first_error_ends_the_exam() {
        let work = |item: &u32| match item {
            3 => Err(Error::failed("three")),
            item => Ok(*item),
        };
        let error = side_by_side(&[1, 2, 3, 4], &|_| {}, work).unwrap_err();
        assert_eq!(error.to_string(), "error: three");
    }
}
