//! Types of numbers as files hold them.

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

/// Appends the same expression of each number, whose Rust type depends on its [`Number`].
macro_rules! extend {
    ($out:expr, $self:expr, $bytes:expr, $endian:expr, $number:ident => $each:expr) => {{
        macro_rules! decode {
            ($type:ty) => {{
                let (numbers, _) = $bytes.as_chunks::<{ size_of::<$type>() }>();
                match $endian {
                    Endian::Little => $out.extend(numbers.iter().map(|bytes| {
                        let $number = <$type>::from_le_bytes(*bytes);
                        $each
                    })),
                    Endian::Big => $out.extend(numbers.iter().map(|bytes| {
                        let $number = <$type>::from_be_bytes(*bytes);
                        $each
                    })),
                }
            }};
        }
        match $self {
            Number::Bool => $out.extend($bytes.iter().map(|byte| {
                let $number = u8::from(*byte != 0);
                $each
            })),
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

    /// Appends the nearest numbers of 32 bits; infinite above their largest.
    #[expect(
        clippy::cast_lossless,
        reason = "one expression for types with and without loss"
    )]
    pub(super) fn append_f32(self, endian: Endian, bytes: &[u8], out: &mut Vec<f32>) {
        extend!(out, self, bytes, endian, number => number as f32);
    }

    /// The nearest numbers of 64 bits.
    #[expect(
        clippy::cast_lossless,
        reason = "one expression for types with and without loss"
    )]
    pub(super) fn to_f64(self, endian: Endian, bytes: &[u8]) -> Vec<f64> {
        let mut out: Vec<f64> = Vec::new();
        extend!(out, self, bytes, endian, number => number as f64);
        out
    }

    /// The numbers where they are whole and within 64 bits; `None` where not.
    #[expect(
        clippy::cast_lossless,
        clippy::cast_possible_wrap,
        reason = "types that do not fit have arms of their own"
    )]
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
            _ => {
                let mut out: Vec<Option<i64>> = Vec::new();
                extend!(out, self, bytes, endian, number => Some(number as i64));
                out
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Endian::{Big, Little};
    use super::*;

    #[test]
    fn numbers_are_those_of_numpy() {
        // Bytes: numpy.array([1, 258], dtype).tobytes(), numpy 2; for i8 and bool other numbers.
        let check = |number: Number, endian, bytes: &[u8], expected: [f64; 2]| {
            assert_eq!(number.to_f64(endian, bytes), expected, "{number:?}");
            let f32s = expected.map(|v| v as f32);
            let mut out = Vec::new();
            number.append_f32(endian, bytes, &mut out);
            assert_eq!(out, f32s, "{number:?}");
            let i64s = expected.map(|v| Some(v as i64));
            assert_eq!(number.to_i64(endian, bytes), i64s, "{number:?}");
        };
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
}
