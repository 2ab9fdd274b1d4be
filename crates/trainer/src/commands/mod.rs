//! One file per command.

pub(crate) mod bench;
pub(crate) mod board;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod data;
pub(crate) mod decompose;
pub(crate) mod devices;
pub(crate) mod diagnose;
pub(crate) mod evaluate;
pub(crate) mod exam;
pub(crate) mod export;
pub(crate) mod find_lr;
pub(crate) mod init;
pub(crate) mod man;
pub(crate) mod predict;
pub(crate) mod report;
pub(crate) mod reproduce;
pub(crate) mod resume;
pub(crate) mod sweep;
pub(crate) mod train;
