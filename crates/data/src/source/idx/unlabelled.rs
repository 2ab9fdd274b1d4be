//! Images or rows without labels.

use std::io::Read;

use super::{Idx, IdxError, IdxProblem, ValueProblem, example_shape, images};
use crate::SourceError;
use crate::source::Context;
use crate::unlabelled::{Found, Ids, Origin};

impl Idx {
    /// Reads a file of images as the one of this source was read, without the file of labels.
    pub(crate) fn read_unlabelled(
        &self,
        stream: impl Read + Send,
        origin: &Origin,
        context: &Context<'_>,
    ) -> Result<Found, SourceError> {
        let read = images(stream, origin.limit(), None, self.range, context);
        let (header, values) = read.map_err(|problem| match problem {
            IdxProblem::Read(reason) => origin.error(reason).into(),
            IdxProblem::Value(ValueProblem::Memory(error)) => error.into(),
            problem => SourceError::from(IdxError::new(&origin.path, problem)),
        })?;
        let n = header.shape.first().map_or(0, |&n| n as usize);
        let range = self.range.map(|[low, high]| (low, high));
        Ok(Found {
            shape: example_shape(&header.shape),
            values,
            range: range.or(header.number.range()),
            ids: Ids::Numbers(n),
            labels: None,
            is_converted: false,
            warnings: Vec::new(),
        })
    }
}
