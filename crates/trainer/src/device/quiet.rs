use std::panic;

/// Does work of a library that panics where it should fail, and returns what it said instead.
///
/// burn and cubecl panic on a missing driver, an adapter that can't be opened, a kernel that can't be
/// compiled. Nothing is printed, also not by threads of theirs that panic on the way.
///
/// # Errors
/// The panic's message.
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = panic::catch_unwind(panic::AssertUnwindSafe(work));
    panic::set_hook(hook);
    result.map_err(|payload| {
        payload
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string))
            .unwrap_or_else(|| "it gives no reason".into())
    })
}
