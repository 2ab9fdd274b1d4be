//! One of the two chunks: where its examples come from, and what is done to all of them.

use plumb_data::{
    FieldError, Source,
    convert::Convert,
    source::{
        Cifar, Csv, Fonts, Gaussian, Idx, ImageFolder, Npz, Parquet, Strokes, Templates, Xor,
    },
    transform::Synthesis,
};
use serde::{Deserialize, Serialize};

use super::KeyError;
use crate::fraction;

/// A table per source, of which exactly one is given, beside the keys that every chunk has.
macro_rules! chunk {
    ($($name:ident: $source:ident),+) => {
        /// One chunk of data.
        ///
        /// Fields, not an enum, so that keys beside the source's table have exact positions in errors.
        #[derive(Clone, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub(crate) struct Chunk {
            /// Share of the labels that are replaced by another class.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schemars(range(min = 0, max = 1))]
            pub(crate) label_noise: Option<f64>,
            /// What brings this chunk to agreement with the other one.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub(crate) convert: Option<Convert>,
            /// New examples made of those of the source.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub(crate) synthesis: Option<Synthesis>,
            $(
                #[serde(skip_serializing_if = "Option::is_none")]
                $name: Option<$source>,
            )+
        }

        impl Chunk {
            /// The names of the tables of which one is given.
            pub(crate) const SOURCES: &[&str] = &[$(stringify!($name)),+];

            /// The source that is given; none if none is.
            pub(crate) fn source(&self) -> Option<Source> {
                None
                $(
                    .or_else(|| self.$name.clone().map(Source::$source))
                )+
            }
        }
    };
}

chunk! {
    strokes: Strokes,
    csv: Csv,
    idx: Idx,
    image_folder: ImageFolder,
    npz: Npz,
    cifar: Cifar,
    parquet: Parquet,
    fonts: Fonts,
    gaussian: Gaussian,
    xor: Xor,
    templates: Templates
}

impl Chunk {
    /// How many examples it draws; none if they come from files.
    pub(crate) fn n_drawn(&self) -> Option<usize> {
        self.source()?.n_drawn()
    }

    /// Checks all options; `table` is the chunk's own, as in `data.general`.
    pub(crate) fn check(&self, table: &str) -> Result<(), KeyError> {
        let Some(source) = self.source() else {
            let message = format!("[{table}] names no source");
            let known = Self::SOURCES.join(", ");
            return Err(KeyError::new(table, message).hint(format!(
                "give exactly one table [{table}.…] of {known}; `plumb data list` explains them"
            )));
        };
        at(&format!("{table}.{}", source.name()), source.check())?;
        if let Some(convert) = &self.convert {
            at(&format!("{table}.convert"), convert.check())?;
        }
        if let Some(synthesis) = &self.synthesis {
            at(&format!("{table}.synthesis"), synthesis.check())?;
        }
        Ok(())
    }
}

/// Says of an option's error which key of the config it is.
pub(crate) fn at(table: &str, result: Result<(), FieldError>) -> Result<(), KeyError> {
    result.map_err(|error| {
        let meant = fraction::meant_in(&error.message);
        KeyError::value(format!("{table}.{}", error.field), error.message).maybe_hint(meant)
    })
}
