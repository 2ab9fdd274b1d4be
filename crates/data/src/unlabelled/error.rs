//! Why an input is not read.

use super::Format;
use crate::convert::ConvertError;
use crate::source::SourceError;

/// Why an input is not read.
#[derive(Debug, thiserror::Error)]
pub enum UnlabelledError {
    /// It cannot be read, or its content is not as expected.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// There is nothing in it.
    #[error("{name} is empty; expected one example at least")]
    Empty {
        /// What the input is called.
        name: String,
    },
    /// A folder, where another format than pictures is asked for.
    #[error(
        "{name} is a folder, which is read as pictures; expected a file of the format {format}"
    )]
    Folder {
        /// What the input is called.
        name: String,
        /// What was asked for.
        format: Format,
    },
    /// Its first bytes and its name tell no format.
    #[error(
        "cannot tell the format of {name} from its first bytes; \
         expected CSV, IDX, NPY, NPZ, PNG, JPEG, BMP or GIF"
    )]
    NoFormat {
        /// What the input is called.
        name: String,
    },
    /// What was done to the values in training cannot be done to these.
    #[error("{name}: its values cannot be converted as in training: {error}")]
    Convert {
        /// What the input is called.
        name: String,
        /// The option of the convert table that does not fit.
        error: ConvertError,
    },
    /// Examples that the model does not take.
    #[error(
        "{name} has examples of shape {found:?}; expected {expected:?}, the shape that the model takes"
    )]
    Shape {
        /// What the input is called.
        name: String,
        /// Of its examples, after they were converted.
        found: Vec<usize>,
        /// That of the model.
        expected: Vec<usize>,
    },
    /// Pictures for a model whose values have another range.
    #[error(
        "the values of the pictures in {name} go from {} to {}; expected {} to {}, as in training",
        found.0, found.1, expected.0, expected.1
    )]
    Range {
        /// What the input is called.
        name: String,
        /// Of pictures, after they were converted.
        found: (f32, f32),
        /// That of the model.
        expected: (f32, f32),
    },
    /// A value that the model was not trained for.
    #[error(
        "{name}: value {at} of example {id} is {value}; expected {} to {}, the range of the training data",
        expected.0, expected.1
    )]
    OutOfRange {
        /// What the input is called.
        name: String,
        /// What the example is called.
        id: String,
        /// Its place in the example, counted from 0.
        at: usize,
        /// The value, after it was converted.
        value: f32,
        /// That of the model.
        expected: (f32, f32),
    },
}
