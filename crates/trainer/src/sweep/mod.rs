//! Many runs of one config: a grid of values, each with several seeds.

mod axis;
mod directory;
mod effort;
mod engine;
mod ledger;
mod plan;
mod results;
mod shard;
mod shared;

pub(crate) use axis::Axis;
pub(crate) use directory::{Found, SweepDir};
pub(crate) use engine::{Missing, Options, Summary, Watcher, run, workers};
pub(crate) use ledger::Event;
pub(crate) use plan::{Plan, Point};
pub(crate) use results::{Row, finished_rows};
pub(crate) use shard::Shard;
pub(crate) use shared::SharedData;
