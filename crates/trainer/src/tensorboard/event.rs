//! The messages of an event file, as far as plumb writes them.
//!
//! Fields and numbers are those of TensorFlow's `tensorflow/core/util/event.proto` and
//! `tensorflow/core/framework/summary.proto`.

use prost::{Message, Oneof};

/// Something that happened at a time.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    pub(super) wall_time: f64,
    /// Training steps done.
    #[prost(int64, tag = "2")]
    pub(super) step: i64,
    #[prost(oneof = "What", tags = "3, 5")]
    pub(super) what: Option<What>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum What {
    /// Of a file's first event.
    #[prost(string, tag = "3")]
    FileVersion(String),
    #[prost(message, tag = "5")]
    Summary(Summary),
}

/// Values of one step.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Summary {
    #[prost(message, repeated, tag = "1")]
    pub(super) value: Vec<Value>,
}

/// A number with the name of its curve. TensorBoard keeps such numbers in 32 bits.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Value {
    #[prost(string, tag = "1")]
    pub(super) tag: String,
    /// A one-of of one in this file: it is written even where it is 0, unlike a plain field.
    #[prost(float, optional, tag = "2")]
    pub(super) simple_value: Option<f32>,
}

impl Event {
    /// The first event of every file.
    pub(super) fn version(wall_time: f64) -> Self {
        Self {
            wall_time,
            step: 0,
            what: Some(What::FileVersion("brain.Event:2".into())),
        }
    }

    /// Numbers at a step, by their tags.
    pub(super) fn scalars(wall_time: f64, step: u64, scalars: Vec<(String, f64)>) -> Self {
        let value = |(tag, value)| Value {
            tag,
            simple_value: Some(value as f32),
        };
        Self {
            wall_time,
            step: i64::try_from(step).unwrap_or(i64::MAX),
            what: Some(What::Summary(Summary {
                value: scalars.into_iter().map(value).collect(),
            })),
        }
    }
}
