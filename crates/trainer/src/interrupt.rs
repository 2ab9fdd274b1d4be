//! Ctrl-C and the signals that end a process politely.

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

use crate::Error;

/// The exit code of a run that was interrupted, with everything saved.
pub(crate) const EXIT_CODE: u8 = 130;

static REQUESTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

static IS_LISTENING: Mutex<bool> = Mutex::new(false);

/// From here on the first Ctrl-C or SIGTERM is a request that [`requested`] tells of, and a second
/// one ends the process at once: files are whole at any moment. To say so again changes nothing.
///
/// # Errors
/// [`Error::Failed`] if the system lets nobody listen.
pub(crate) fn listen() -> Result<(), Error> {
    let mut is_listening = IS_LISTENING.lock().unwrap_or_else(PoisonError::into_inner);
    if *is_listening {
        // Twice, the first signal would already find the flag up, and end the process.
        return Ok(());
    }
    let requested = REQUESTED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        // In this order, so that the first signal finds the flag down.
        flag::register_conditional_shutdown(signal, EXIT_CODE.into(), Arc::clone(requested))
            .and_then(|_| flag::register(signal, Arc::clone(requested)))
            .map_err(|error| Error::failed(format!("can't listen for Ctrl-C: {error}")))?;
    }
    *is_listening = true;
    Ok(())
}

/// Whether the process has been asked to end.
pub(crate) fn requested() -> bool {
    REQUESTED
        .get()
        .is_some_and(|requested| requested.load(Ordering::Relaxed))
}
