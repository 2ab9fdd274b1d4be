//! The numbers of many examples in one buffer.

use crate::MemoryError;

/// The values of all examples, row-major, in the smallest type that holds them exactly.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Whole numbers in 0..=255, such as the pixels of most images.
    U8(Vec<u8>),
    /// Any finite numbers.
    F32(Vec<f32>),
}

impl Values {
    /// How many numbers there are (examples × values per example).
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::F32(values) => values.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number at `index`.
    ///
    /// # Panics
    /// If `index` is not below [`Values::len`].
    #[must_use]
    pub fn get(&self, index: usize) -> f32 {
        match self {
            Self::U8(values) => f32::from(values[index]),
            Self::F32(values) => values[index],
        }
    }

    /// Whether all are bytes by type: whole numbers in 0..=255.
    #[must_use]
    pub fn is_u8(&self) -> bool {
        matches!(self, Self::U8(_))
    }

    /// Copies row `row` of `width` numbers into `out`.
    ///
    /// # Errors
    /// [`MemoryError`] if the values lie in a file that can no longer be read.
    ///
    /// # Panics
    /// If there is no such row, or if `out` has another length than `width`.
    pub fn read_row(&self, width: usize, row: usize, out: &mut [f32]) -> Result<(), MemoryError> {
        assert_eq!(out.len(), width, "length of the row to read into");
        match self {
            Self::U8(values) => {
                for (to, &from) in out.iter_mut().zip(&values[row * width..][..width]) {
                    *to = f32::from(from);
                }
            }
            Self::F32(values) => out.copy_from_slice(&values[row * width..][..width]),
        }
        Ok(())
    }

    /// Packs numbers into [`Values::U8`] if every one is whole and in 0..=255.
    #[must_use]
    pub fn pack(values: Vec<f32>) -> Self {
        let is_u8 = |v: &f32| (0.0..=255.0).contains(v) && v.fract() == 0.0;
        if values.iter().all(is_u8) {
            Self::U8(values.iter().map(|&v| v as u8).collect())
        } else {
            Self::F32(values)
        }
    }

    /// The rows of `width` numbers that `rows` names, in that order.
    pub(crate) fn select(&self, width: usize, rows: &[usize]) -> Self {
        fn gather<T: Copy>(values: &[T], width: usize, rows: &[usize]) -> Vec<T> {
            let mut out = Vec::with_capacity(width * rows.len());
            for &row in rows {
                out.extend_from_slice(&values[row * width..(row + 1) * width]);
            }
            out
        }
        match self {
            Self::U8(values) => Self::U8(gather(values, width, rows)),
            Self::F32(values) => Self::F32(gather(values, width, rows)),
        }
    }

    /// One buffer after the other; `F32` if any part is.
    pub(crate) fn concat(parts: &[&Self]) -> Self {
        let mut bytes = Vec::new();
        for part in parts {
            match part {
                Self::U8(values) => bytes.extend_from_slice(values),
                Self::F32(_) => {
                    let numbers = parts.iter().flat_map(|p| (0..p.len()).map(|i| p.get(i)));
                    return Self::F32(numbers.collect());
                }
            }
        }
        Self::U8(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_up_to_255_are_packed() {
        let check = |input: &[f32], packed: bool| {
            let values = Values::pack(input.to_vec());
            assert_eq!(matches!(values, Values::U8(_)), packed, "{input:?}");
            assert_eq!(
                (0..input.len()).map(|i| values.get(i)).collect::<Vec<_>>(),
                input
            );
        };
        check(&[0.0, 255.0], true);
        check(&[0.0, 256.0], false);
        check(&[-1.0], false);
        check(&[0.5], false);
    }

    #[test]
    fn a_float_part_makes_the_whole_float() {
        let bytes = Values::U8(vec![1, 2]);
        let floats = Values::F32(vec![0.5]);
        assert_eq!(
            Values::concat(&[&bytes, &bytes]),
            Values::U8(vec![1, 2, 1, 2])
        );
        assert_eq!(
            Values::concat(&[&bytes, &floats]),
            Values::F32(vec![1.0, 2.0, 0.5])
        );
    }
}
