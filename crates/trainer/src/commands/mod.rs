//! One file per command.

pub(crate) mod check;
pub(crate) mod data;
pub(crate) mod devices;
pub(crate) mod find_lr;
pub(crate) mod resume;
pub(crate) mod train;
