//! Arrays of numbers as files hold them, on their way into values.

use std::io::{self, ErrorKind, Read};
use std::mem;

use super::number::{Endian, Number};
use super::{Context, Progress};
use crate::{MemoryError, Values, ValuesBuilder};

/// Bytes that are read and converted at a time; a multiple of the size of every number, and more than
/// the buffer of a file, which is then passed by.
const CHUNK_BYTES: usize = 512 << 10;

/// Progress is told every so many bytes.
const PROGRESS_BYTES: u64 = 16 << 20;

/// A value that cannot be used, with its place.
#[derive(Debug, thiserror::Error)]
pub enum ValueProblem {
    /// NaN, infinity, or a number that 32 bits cannot hold.
    #[error("the value at {index:?} is {found}; expected a finite number of 32 bits")]
    NotFinite {
        /// Its index in the array of the file, counted from 0.
        index: Vec<u64>,
        /// The value.
        found: f64,
    },
    /// A number outside the range that the options give.
    #[error("the value at {index:?} is {found}; expected {low} to {high}, the `range`")]
    OutOfRange {
        /// Its index in the array of the file, counted from 0.
        index: Vec<u64>,
        /// The value.
        found: f32,
        /// The smallest value of the range.
        low: f32,
        /// The largest value of the range.
        high: f32,
    },
    /// Values that cannot be kept.
    #[error(transparent)]
    Memory(#[from] MemoryError),
}

/// Takes the bytes of an array in C order, converts and checks them, and keeps them as values.
pub(super) struct Sink<'a> {
    context: &'a Context<'a>,
    number: Number,
    endian: Endian,
    /// The array's shape in the file, examples first.
    shape: &'a [u64],
    range: Option<[f32; 2]>,
    /// Whether each example is `[height, width, channels]` and is turned to channels first.
    is_hwc: bool,
    builder: ValuesBuilder,
    /// The chunk at hand as numbers; kept, so that its memory is used again.
    numbers: Vec<f32>,
    n_done: u64,
    n_untold: u64,
}

impl<'a> Sink<'a> {
    /// For an array of a shape with at least two dimensions, none 0, and a product within 64 bits.
    pub(super) fn new(
        context: &'a Context<'a>,
        (number, endian): (Number, Endian),
        shape: &'a [u64],
        range: Option<[f32; 2]>,
        is_hwc: bool,
    ) -> Self {
        Self {
            context,
            number,
            endian,
            shape,
            // Bytes are always in their own range.
            range: range.filter(|&[low, high]| {
                let own = number.range();
                own.is_none_or(|(least, most)| least < low || most > high)
            }),
            is_hwc: is_hwc && shape.len() == 4,
            builder: ValuesBuilder::new(context.memory)
                .expecting(shape.iter().fold(1, |n, &size| n.saturating_mul(size))),
            numbers: Vec::new(),
            n_done: 0,
            n_untold: 0,
        }
    }

    /// Reads up to `expected` bytes of `content` and gives how many there were.
    ///
    /// Memory grows with the bytes that are there, never with `expected`.
    pub(super) fn fill(
        &mut self,
        content: &mut (impl Read + Send),
        expected: u64,
    ) -> Result<u64, FillProblem> {
        let chunk = self.chunk_bytes();
        let (mut found, mut bytes, mut next) = (0, Vec::new(), Vec::new());
        let mut n =
            read_chunk(content, chunk.min(expected), &mut bytes).map_err(FillProblem::Read)?;
        while n > 0 {
            found += n as u64;
            let most = chunk.min(expected - found);
            let now = bytes.get(..n).unwrap_or_default();
            // To read is to unpack and to hash too.
            let (pushed, read) =
                rayon::join(|| self.push(now), || read_chunk(content, most, &mut next));
            pushed.map_err(FillProblem::Value)?;
            n = read.map_err(FillProblem::Read)?;
            mem::swap(&mut bytes, &mut next);
        }
        Ok(found)
    }

    /// Bytes to take at a time: whole examples where they are to be turned.
    fn chunk_bytes(&self) -> u64 {
        let chunk = CHUNK_BYTES as u64;
        if !self.is_hwc {
            return chunk;
        }
        let row = self
            .row_values()
            .saturating_mul(self.number.n_bytes() as u64);
        row.saturating_mul((chunk / row).max(1))
    }

    /// Values in one example.
    fn row_values(&self) -> u64 {
        self.shape.iter().skip(1).product()
    }

    /// Takes the next bytes; what is left after the last whole number (of the last whole example, if
    /// they are turned) is dropped.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), ValueProblem> {
        let n = if matches!(self.number, Number::U8) && self.range.is_none() {
            match self.turned(bytes) {
                Some(turned) => self.builder.push_u8(&turned)?,
                None => self.builder.push_u8(bytes)?,
            }
            bytes.len()
        } else {
            let mut values = mem::take(&mut self.numbers);
            values.clear();
            self.number.append_f32(self.endian, bytes, &mut values);
            self.check(&values, bytes)?;
            match self.turned(&values) {
                Some(turned) => self.builder.push_f32(&turned)?,
                None => self.builder.push_f32(&values)?,
            }
            let n = values.len();
            self.numbers = values;
            n
        };
        self.n_done += n as u64;
        self.n_untold += bytes.len() as u64;
        if self.n_untold >= PROGRESS_BYTES {
            self.n_untold = 0;
            (self.context.on_progress)(Progress {
                done: (self.n_done / self.row_values().max(1)) as usize,
                total: self.shape.first().map_or(0, |&n| n as usize),
            });
        }
        Ok(())
    }

    /// Whole examples with the channels first; `None` if they stay as they are.
    fn turned<T: Copy>(&self, values: &[T]) -> Option<Vec<T>> {
        let &[_, _, _, channels] = self.shape else {
            return None;
        };
        if !self.is_hwc {
            return None;
        }
        let (row, channels) = (self.row_values() as usize, channels as usize);
        let mut turned = Vec::with_capacity(values.len());
        for example in values.chunks_exact(row) {
            for channel in 0..channels {
                turned.extend(example.iter().skip(channel).step_by(channels));
            }
        }
        Some(turned)
    }

    fn check(&self, values: &[f32], bytes: &[u8]) -> Result<(), ValueProblem> {
        if let Some(i) = values.iter().position(|v| !v.is_finite()) {
            let at = i * self.number.n_bytes();
            let exact = bytes
                .get(at..at + self.number.n_bytes())
                .unwrap_or_default();
            let exact = self.number.to_f64(self.endian, exact);
            return Err(ValueProblem::NotFinite {
                index: self.index(i),
                found: exact.first().copied().unwrap_or(f64::NAN),
            });
        }
        if let Some([low, high]) = self.range
            && let Some(i) = values.iter().position(|v| !(low..=high).contains(v))
        {
            return Err(ValueProblem::OutOfRange {
                index: self.index(i),
                found: values.get(i).copied().unwrap_or(f32::NAN),
                low,
                high,
            });
        }
        Ok(())
    }

    /// The index in the array of the `i`-th value after those that are done.
    fn index(&self, i: usize) -> Vec<u64> {
        let mut rest = self.n_done + i as u64;
        let mut index: Vec<u64> = self
            .shape
            .iter()
            .rev()
            .map(|&n| {
                let along = rest % n.max(1);
                rest /= n.max(1);
                along
            })
            .collect();
        index.reverse();
        index
    }

    /// All values.
    pub(super) fn finish(self) -> Result<Values, ValueProblem> {
        Ok(self.builder.finish()?)
    }
}

/// Reads up to `most` bytes into the start of `buffer`, which grows with the bytes that are there, and
/// gives how many there were.
///
/// Unlike with `read_to_end`, a buffer that has been used is not filled with zeros again.
fn read_chunk(content: &mut impl Read, most: u64, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let mut n = 0;
    while (n as u64) < most {
        if buffer.len() == n {
            let grown = (2 * n).max(CHUNK_BYTES) as u64;
            buffer.resize(grown.min(most) as usize, 0);
        }
        let end = buffer
            .len()
            .min(usize::try_from(most).unwrap_or(usize::MAX));
        match content.read(buffer.get_mut(n..end).unwrap_or_default()) {
            Ok(0) => break,
            Ok(more) => n += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n)
}

/// Why an array does not become values.
pub(super) enum FillProblem {
    /// The content cannot be read further.
    Read(io::Error),
    /// It holds a value that cannot be used.
    Value(ValueProblem),
}

/// The shape of an example of an array: a number is `[1]`, a grey image gets its one channel.
pub(super) fn example_shape(array_shape: &[u64]) -> Vec<usize> {
    match array_shape.get(1..).unwrap_or_default() {
        [] => vec![1],
        [height, width] => vec![1, *height as usize, *width as usize],
        other => other.iter().map(|&n| n as usize).collect(),
    }
}

/// The product of a shape with the size of a number: its bytes, if 64 bits hold them.
pub(super) fn size_bytes(shape: &[u64], n_bytes: u64) -> Option<u64> {
    shape.iter().try_fold(n_bytes, |p, &n| p.checked_mul(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_come_first_and_places_are_those_of_the_file() {
        let context = Context::new(0);
        let shape = [2, 1, 2, 3];
        // Two images of 1 × 2 pixels with three channels: r g b, r g b.
        let bytes: Vec<u8> = (0..12).collect();
        for number in [Number::U8, Number::I8] {
            let mut sink = Sink::new(&context, (number, Endian::Big), &shape, None, true);
            let Ok(found) = sink.fill(&mut bytes.as_slice(), 12) else {
                panic!("not read");
            };
            assert_eq!(found, 12);
            // numpy.arange(12).reshape(2, 1, 2, 3).transpose(0, 3, 1, 2).ravel()
            let expected = vec![0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11];
            assert_eq!(sink.finish().unwrap(), Values::U8(expected));
        }
        let range = Some([0.0, 6.0]);
        let mut sink = Sink::new(&context, (Number::U8, Endian::Big), &shape, range, true);
        sink.push(&bytes[..6]).unwrap();
        let error = sink.push(&bytes[6..]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the value at [1, 0, 0, 1] is 7; expected 0 to 6, the `range`"
        );
    }

    #[test]
    fn shapes_of_examples_follow_the_dimensions() {
        assert_eq!(example_shape(&[9]), [1]);
        assert_eq!(example_shape(&[9, 4]), [4]);
        assert_eq!(example_shape(&[9, 4, 5]), [1, 4, 5]);
        assert_eq!(example_shape(&[9, 3, 4, 5]), [3, 4, 5]);
        assert_eq!(size_bytes(&[2, 3], 4), Some(24));
        assert_eq!(size_bytes(&[1 << 40, 1 << 30], 1), None);
    }
}
