//! One file per command.

pub(crate) mod check;
pub(crate) mod data;
pub(crate) mod devices;
pub(crate) mod resume;
pub(crate) mod train;
