//! What goes to a device and comes back while a network is trained or measured, counted.
//!
//! All of the loop that moves numbers says so here: the feed, mixup, the reading of losses and outputs. What only the
//! masks of dropout bring to a device is not counted: they are drawn on the host by design, one transfer per layer and
//! step, so that a seed means the same on every device.

use std::cell::Cell;

use serde::Serialize;

/// Transfers between the host and a device. Where the CPU computes nothing moves, and these are those that a device
/// with a memory of its own would have seen of the same work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Traffic {
    /// Tensors brought to the device. The host goes on meanwhile.
    pub(crate) to_device: u64,
    /// Tensors read back. Each waits until the device has done all that it was told.
    pub(crate) from_device: u64,
}

thread_local! {
    /// Of this thread, since it started: a training tells its device what to do from one thread.
    static SO_FAR: Cell<Traffic> = const { Cell::new(Traffic { to_device: 0, from_device: 0 }) };
}

/// Does work that brings one tensor to a device.
pub(crate) fn to_device<T>(work: impl FnOnce() -> T) -> T {
    count(|so_far| so_far.to_device += 1);
    work()
}

/// Does work that reads one tensor back.
pub(crate) fn from_device<T>(work: impl FnOnce() -> T) -> T {
    count(|so_far| so_far.from_device += 1);
    work()
}

fn count(one: impl FnOnce(&mut Traffic)) {
    let mut so_far = SO_FAR.get();
    one(&mut so_far);
    SO_FAR.set(so_far);
}

/// Does work on this thread, and returns what it moved beside what it gives.
pub(crate) fn of<T>(work: impl FnOnce() -> T) -> (T, Traffic) {
    let before = SO_FAR.get();
    let done = work();
    let after = SO_FAR.get();
    let traffic = Traffic {
        to_device: after.to_device - before.to_device,
        from_device: after.from_device - before.from_device,
    };
    (done, traffic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_counted_within_other_work() {
        let ((inner, whole), all) = of(|| {
            to_device(|| ());
            let (whole, inner) = of(|| from_device(|| to_device(|| 7)));
            (inner, whole)
        });
        assert_eq!(whole, 7);
        let counts = |traffic: Traffic| [traffic.to_device, traffic.from_device];
        assert_eq!((counts(inner), counts(all)), ([1, 1], [2, 1]));
    }
}
