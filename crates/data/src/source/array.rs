//! Arrays of numbers as files hold them, on their way into values.

use std::io::{self, Read};

use super::{Context, Progress};
use crate::{MemoryError, Values, ValuesBuilder};

/// Bytes that are read and converted at a time; a multiple of the size of every number.
const CHUNK_BYTES: usize = 256 << 10;

/// Progress is told every so many bytes.
const PROGRESS_BYTES: u64 = 16 << 20;

/// A type of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// One byte; anything but 0 is 1.
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endian {
    Little,
    Big,
}

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

/// The same expression for each type of numbers; `$number` is its Rust type.
macro_rules! each_type {
    ($self:expr, $bytes:expr, $endian:expr, $number:ident => $each:expr) => {{
        macro_rules! decode {
            ($type:ty) => {{
                let (numbers, _) = $bytes.as_chunks::<{ size_of::<$type>() }>();
                match $endian {
                    Endian::Little => numbers
                        .iter()
                        .map(|bytes| <$type>::from_le_bytes(*bytes))
                        .map(|$number| $each)
                        .collect(),
                    Endian::Big => numbers
                        .iter()
                        .map(|bytes| <$type>::from_be_bytes(*bytes))
                        .map(|$number| $each)
                        .collect(),
                }
            }};
        }
        match $self {
            Number::Bool => $bytes
                .iter()
                .map(|byte| u8::from(*byte != 0))
                .map(|$number| $each)
                .collect(),
            Number::U8 => decode!(u8),
            Number::I8 => decode!(i8),
            Number::U16 => decode!(u16),
            Number::I16 => decode!(i16),
            Number::U32 => decode!(u32),
            Number::I32 => decode!(i32),
            Number::U64 => decode!(u64),
            Number::I64 => decode!(i64),
            Number::F32 => decode!(f32),
            Number::F64 => decode!(f64),
        }
    }};
}

impl Number {
    /// How many bytes one number has.
    pub(super) fn n_bytes(self) -> usize {
        match self {
            Self::Bool | Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// The range that the type has by itself, where it is that of usual data.
    pub(super) fn range(self) -> Option<(f32, f32)> {
        match self {
            Self::U8 => Some((0.0, 255.0)),
            Self::Bool => Some((0.0, 1.0)),
            _ => None,
        }
    }

    /// The nearest numbers of 32 bits; infinite above their largest.
    #[expect(
        clippy::cast_lossless,
        reason = "one expression for types with and without loss"
    )]
    fn to_f32(self, endian: Endian, bytes: &[u8]) -> Vec<f32> {
        each_type!(self, bytes, endian, number => number as f32)
    }

    /// The nearest numbers of 64 bits.
    #[expect(
        clippy::cast_lossless,
        clippy::unnecessary_cast,
        reason = "one expression for types with and without loss"
    )]
    pub(super) fn to_f64(self, endian: Endian, bytes: &[u8]) -> Vec<f64> {
        each_type!(self, bytes, endian, number => number as f64)
    }

    /// The numbers where they are whole and within 64 bits; `None` where not.
    pub(super) fn to_i64(self, endian: Endian, bytes: &[u8]) -> Vec<Option<i64>> {
        match self {
            Self::F32 | Self::F64 => {
                // Up to 2^53 every whole number has a float of its own.
                let whole = |v: f64| v.fract() == 0.0 && v.abs() <= (1_u64 << 53) as f64;
                let floats = self.to_f64(endian, bytes).into_iter();
                floats.map(|v| whole(v).then_some(v as i64)).collect()
            }
            Self::U64 => {
                let (numbers, _) = bytes.as_chunks();
                let number = |b: &[u8; 8]| match endian {
                    Endian::Little => u64::from_le_bytes(*b),
                    Endian::Big => u64::from_be_bytes(*b),
                };
                numbers.iter().map(|b| number(b).try_into().ok()).collect()
            }
            #[expect(
                clippy::cast_lossless,
                clippy::cast_possible_wrap,
                clippy::unnecessary_cast,
                reason = "the types that are left fit; the arms of the others are not taken"
            )]
            _ => each_type!(self, bytes, endian, number => Some(number as i64)),
        }
    }
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
            builder: ValuesBuilder::new(context.memory),
            n_done: 0,
            n_untold: 0,
        }
    }

    /// Reads up to `expected` bytes of `content` and gives how many there were.
    ///
    /// Memory grows with the bytes that are there, never with `expected`.
    pub(super) fn fill(
        &mut self,
        content: &mut impl Read,
        expected: u64,
    ) -> Result<u64, FillProblem> {
        let (mut found, mut bytes) = (0, Vec::new());
        let chunk = self.chunk_bytes();
        while found < expected {
            bytes.clear();
            let n = content
                .take(chunk.min(expected - found))
                .read_to_end(&mut bytes)
                .map_err(FillProblem::Read)?;
            if n == 0 {
                break;
            }
            found += n as u64;
            self.push(&bytes).map_err(FillProblem::Value)?;
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
            let values = self.number.to_f32(self.endian, bytes);
            self.check(&values, bytes)?;
            match self.turned(&values) {
                Some(turned) => self.builder.push_f32(&turned)?,
                None => self.builder.push_f32(&values)?,
            }
            values.len()
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
    fn numbers_are_those_of_numpy() {
        // Bytes: numpy.array([1, 258], dtype).tobytes(), numpy 2; for i8 and bool other numbers.
        let check = |number: Number, endian, bytes: &[u8], expected: [f64; 2]| {
            assert_eq!(number.to_f64(endian, bytes), expected, "{number:?}");
            let f32s = expected.map(|v| v as f32);
            assert_eq!(number.to_f32(endian, bytes), f32s, "{number:?}");
            let i64s = expected.map(|v| Some(v as i64));
            assert_eq!(number.to_i64(endian, bytes), i64s, "{number:?}");
        };
        use Endian::{Big, Little};
        check(Number::Bool, Little, &[0, 7], [0.0, 1.0]);
        check(Number::U8, Big, &[1, 255], [1.0, 255.0]);
        check(Number::I8, Little, &[1, 0x80], [1.0, -128.0]);
        check(Number::U16, Little, &[1, 0, 2, 1], [1.0, 258.0]);
        check(Number::I16, Big, &[0, 1, 0xff, 0xfe], [1.0, -2.0]);
        check(Number::U32, Big, &[0, 0, 0, 1, 0, 0, 1, 2], [1.0, 258.0]);
        check(
            Number::I32,
            Little,
            &[1, 0, 0, 0, 254, 255, 255, 255],
            [1.0, -2.0],
        );
        let long = |last: u8| [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, last];
        check(Number::U64, Big, &long(2), [1.0, 258.0]);
        check(Number::I64, Big, &long(2), [1.0, 258.0]);
        check(
            Number::F32,
            Little,
            &[0, 0, 128, 63, 0, 0, 129, 67],
            [1.0, 258.0],
        );
        let floats = [63, 240, 0, 0, 0, 0, 0, 0, 64, 112, 32, 0, 0, 0, 0, 0];
        check(Number::F64, Big, &floats, [1.0, 258.0]);
    }

    #[test]
    fn only_whole_numbers_within_64_bits_are_labels() {
        let half = 0.5_f64.to_le_bytes();
        assert_eq!(Number::F64.to_i64(Endian::Little, &half), [None]);
        let nan = f32::NAN.to_le_bytes();
        assert_eq!(Number::F32.to_i64(Endian::Little, &nan), [None]);
        assert_eq!(Number::U64.to_i64(Endian::Big, &[255; 8]), [None]);
        assert_eq!(Number::I64.to_i64(Endian::Big, &[255; 8]), [Some(-1)]);
    }

    #[test]
    fn channels_come_first_and_places_are_those_of_the_file() {
        let context = Context::new(0);
        let shape = [2, 1, 2, 3];
        // Two images of 1 × 2 pixels with three channels: r g b, r g b.
        let content: Vec<u8> = (0..12).collect();
        for number in [Number::U8, Number::I8] {
            let mut sink = Sink::new(&context, (number, Endian::Big), &shape, None, true);
            let Ok(found) = sink.fill(&mut content.as_slice(), 12) else {
                panic!("not read");
            };
            assert_eq!(found, 12);
            // numpy.arange(12).reshape(2, 1, 2, 3).transpose(0, 3, 1, 2).ravel()
            let expected = vec![0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11];
            assert_eq!(sink.finish().unwrap(), Values::U8(expected));
        }
        let range = Some([0.0, 6.0]);
        let mut sink = Sink::new(&context, (Number::U8, Endian::Big), &shape, range, true);
        sink.push(&content[..6]).unwrap();
        let error = sink.push(&content[6..]).unwrap_err();
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
