//! Where examples come from, what is done to them, and how they are split for the error rates.
//!
//! A [`source`] loads one chunk of data into [`Examples`]; [`split()`] divides a general and a target
//! chunk into the four sets train, train-dev, dev and test; a [`Normalizer`] is fitted on train and
//! applied to all of them. [`leak`] looks for examples that stand in more than one set; [`export`]
//! writes sets for other programs, where its caller says. This crate reads data files; it reads no
//! configs, prints nothing, and writes of itself only values that are beyond a memory budget, to the
//! folder that is given with it.

pub mod bayes;
pub mod cache;
pub mod convert;
mod examples;
pub mod export;
mod field_error;
mod hash;
pub mod label_noise;
pub mod leak;
pub mod memory;
pub mod normalize;
mod schema;
pub mod seed;
pub mod source;
pub mod split;
mod tag;
pub mod transform;
pub mod unlabelled;
mod values;

pub use cache::load_cached;
pub use examples::{ConcatError, Examples};
pub use field_error::FieldError;
pub use hash::{FileHash, sha256_hex};
pub use label_noise::{bayes_with_noise, flip_labels};
pub use memory::{ByteSize, Memory, MemoryError, ValuesBuilder};
pub use normalize::{Normalization, NormalizeError, Normalized, Normalizer};
pub use source::{Context, Loaded, Source, SourceError};
pub use split::{Sets, SplitError, SplitPlan, split};
pub use tag::Tag;
pub use values::{Values, View};
