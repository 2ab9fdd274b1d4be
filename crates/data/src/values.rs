//! The numbers of many examples: in one buffer, or as rows of files that are too large for one.

mod numbers;
mod view;

use std::ops::Range;

use pulp::Arch;

use crate::MemoryError;

pub(crate) use self::numbers::{Numbers, Scratch, is_u8, to_le_bytes};
pub(crate) use self::view::Part;
pub use self::view::View;

/// Numbers that are held at a time by what goes through all values in turn.
pub(crate) const BLOCK_NUMBERS: usize = 1 << 20;

/// The values of all examples, row-major, in the smallest type that holds them exactly.
///
/// Two are equal if they are of one type, bytes or numbers, and hold the same, wherever they do.
#[derive(Debug, Clone)]
pub enum Values {
    /// Whole numbers in 0..=255, such as the pixels of most images.
    U8(Vec<u8>),
    /// Any finite numbers.
    F32(Vec<f32>),
    /// Rows of what others show too: of a file, where all of them are beyond the budget of memory, or of a
    /// buffer ([`Values::shared`]).
    View(View),
}

impl Values {
    /// How many numbers there are (examples × values per example).
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::View(view) => view.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether all are bytes by type: whole numbers in 0..=255.
    #[must_use]
    pub fn is_u8(&self) -> bool {
        match self {
            Self::U8(_) => true,
            Self::F32(_) => false,
            Self::View(view) => view.is_u8(),
        }
    }

    /// How many bytes they take, in memory or in a file.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.len() as u64 * if self.is_u8() { 1 } else { 4 }
    }

    /// The number at `index`. Of a file's [`Values::View`], each is one call of the system: whole rows come
    /// a thousand times faster with [`Values::read_row`].
    ///
    /// # Panics
    /// If `index` is not below [`Values::len`], or if the file of a view can no longer be read.
    #[must_use]
    pub fn get(&self, index: usize) -> f32 {
        match self {
            Self::U8(values) => f32::from(values[index]),
            Self::F32(values) => values[index],
            Self::View(_) => {
                let mut one = [0.0];
                readable(self.read(index..index + 1, &mut one));
                one[0]
            }
        }
    }

    /// Copies row `row` of `width` numbers into `out`.
    ///
    /// # Errors
    /// [`MemoryError`] if the file of a view can no longer be read.
    ///
    /// # Panics
    /// If there is no such row, or if `out` has another length than `width`.
    pub fn read_row(&self, width: usize, row: usize, out: &mut [f32]) -> Result<(), MemoryError> {
        assert_eq!(out.len(), width, "length of the row to read into");
        self.read(row * width..(row + 1) * width, out)
    }

    /// Copies the numbers of `range`, as many as `out` has, into it.
    fn read(&self, range: Range<usize>, out: &mut [f32]) -> Result<(), MemoryError> {
        match self.numbers(range, &mut Scratch::default())? {
            Numbers::U8(values) => Arch::new().dispatch(|| {
                for (to, &from) in out.iter_mut().zip(values) {
                    *to = f32::from(from);
                }
            }),
            Numbers::F32(values) => out.copy_from_slice(values),
        }
        Ok(())
    }

    /// The numbers of `range` in one piece, in `scratch` if they have to be read first.
    ///
    /// # Panics
    /// If `range` is not within the values.
    pub(crate) fn numbers<'a>(
        &'a self,
        range: Range<usize>,
        scratch: &'a mut Scratch,
    ) -> Result<Numbers<'a>, MemoryError> {
        match self {
            Self::U8(values) => Ok(Numbers::U8(&values[range])),
            Self::F32(values) => Ok(Numbers::F32(&values[range])),
            Self::View(view) => view.numbers(range, scratch),
        }
    }

    /// Whether all can be read where they lie, without a call of the system.
    pub(crate) fn is_in_place(&self) -> bool {
        match self {
            Self::U8(_) | Self::F32(_) => true,
            Self::View(view) => view.is_in_place(),
        }
    }

    /// The numbers of row `row` of `width`, as [`Values::numbers`] gives them.
    ///
    /// # Panics
    /// If there is no such row.
    pub(crate) fn row<'a>(
        &'a self,
        width: usize,
        row: usize,
        scratch: &'a mut Scratch,
    ) -> Result<Numbers<'a>, MemoryError> {
        if let Self::View(view) = self
            && let Some(numbers) = view.row_in_place(width, row)
        {
            return Ok(numbers);
        }
        self.numbers(row * width..(row + 1) * width, scratch)
    }

    /// The numbers of those rows of `width`, copied side by side into `scratch`.
    ///
    /// # Panics
    /// If there is no such row.
    pub(crate) fn rows<'a>(
        &self,
        width: usize,
        rows: impl Iterator<Item = usize>,
        scratch: &'a mut Scratch,
    ) -> Result<Numbers<'a>, MemoryError> {
        let Scratch { bytes, floats } = scratch;
        bytes.clear();
        floats.clear();
        let mut of_row = Scratch::default(); // of one that lies in pieces
        for row in rows {
            match self.row(width, row, &mut of_row)? {
                Numbers::U8(values) => bytes.extend_from_slice(values),
                Numbers::F32(values) => floats.extend_from_slice(values),
            }
        }
        Ok(if self.is_u8() {
            Numbers::U8(bytes)
        } else {
            Numbers::F32(floats)
        })
    }

    /// Calls `visit` with all numbers in turn, many at a time, but whole rows of `width`.
    pub(crate) fn for_each_block<E: From<MemoryError>>(
        &self,
        width: usize,
        mut visit: impl FnMut(Numbers<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let step = (BLOCK_NUMBERS / width.max(1)).max(1) * width.max(1);
        let mut scratch = Scratch::default();
        for start in (0..self.len()).step_by(step) {
            let range = start..self.len().min(start + step);
            visit(self.numbers(range, &mut scratch)?)?;
        }
        Ok(())
    }

    /// The same, such that selected, joined and cloned values share one buffer, instead of each having a copy of
    /// its own. To select takes 8 bytes per row then.
    #[must_use]
    pub fn shared(self) -> Self {
        match self {
            Self::U8(values) => Self::View(View::new(Part::U8(values))),
            Self::F32(values) => Self::View(View::new(Part::F32(values))),
            Self::View(view) => Self::View(view),
        }
    }

    /// The same, such that rows of a buffer that others show too lie one behind the other, if they take at most so many
    /// bytes: where they are scattered, to read one waits for memory each time. Others, and those of files, stay as they
    /// are.
    #[must_use]
    pub fn side_by_side(self, most_bytes: u64) -> Self {
        let all = 0..self.len();
        let is_scattered = self.is_in_place() && self.in_place(&all).is_none();
        if self.is_empty() || !is_scattered || self.size_bytes() > most_bytes {
            return self;
        }
        self.clone().into_memory().map_or(self, Self::shared)
    }

    /// The numbers of `range`, if they lie in one piece of memory already.
    ///
    /// # Panics
    /// If `range` is not within the values.
    pub(crate) fn in_place(&self, range: &Range<usize>) -> Option<Numbers<'_>> {
        match self {
            Self::U8(values) => Some(Numbers::U8(&values[range.clone()])),
            Self::F32(values) => Some(Numbers::F32(&values[range.clone()])),
            Self::View(view) => view.in_place(range),
        }
    }

    /// The same in memory.
    pub(crate) fn into_memory(self) -> Result<Self, MemoryError> {
        let Self::View(view) = self else {
            return Ok(self);
        };
        let mut scratch = Scratch::default();
        view.numbers(0..view.len(), &mut scratch)?;
        Ok(if view.is_u8() {
            Self::U8(scratch.bytes)
        } else {
            Self::F32(scratch.floats)
        })
    }

    /// Packs numbers into [`Values::U8`] if every one is whole and in 0..=255.
    #[must_use]
    pub fn pack(values: Vec<f32>) -> Self {
        if values.iter().copied().all(is_u8) {
            Self::U8(values.iter().map(|&v| v as u8).collect())
        } else {
            Self::F32(values)
        }
    }

    /// The rows of `width` numbers that `rows` names, in that order. Those of a view are not copied.
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
            Self::View(view) => Self::View(view.select(width, rows)),
        }
    }

    /// One after the other; numbers if any part is, and a view if any part is.
    pub(crate) fn concat(parts: &[&Self]) -> Self {
        if parts.iter().any(|part| matches!(part, Self::View(_))) {
            return Self::View(View::concat(parts));
        }
        let mut bytes = Vec::new();
        for part in parts {
            match part {
                Self::U8(values) => bytes.extend_from_slice(values),
                _ => return Self::F32(concat_numbers(parts)),
            }
        }
        Self::U8(bytes)
    }
}

/// All numbers of parts in memory.
fn concat_numbers(parts: &[&Values]) -> Vec<f32> {
    let mut all = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        match part {
            Values::U8(values) => all.extend(values.iter().map(|&v| f32::from(v))),
            Values::F32(values) => all.extend_from_slice(values),
            Values::View(_) => {}
        }
    }
    all
}

/// What was read from the file of a view, where no error can be handed on.
///
/// Such a file was written or checked whole by this process and is changed by nobody; so reading it
/// fails only as memory does.
pub(crate) fn readable<T>(result: Result<T, MemoryError>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        if self.is_u8() != other.is_u8() || self.len() != other.len() {
            return false;
        }
        let mut start = 0;
        let mut scratch = Scratch::default();
        self.for_each_block(1, |numbers| {
            let range = start..start + numbers.len();
            start = range.end;
            // Any difference ends the walk.
            match other.numbers(range, &mut scratch) {
                Ok(others) if others == numbers => Ok(()),
                Ok(_) => Err(None),
                Err(error) => Err(Some(error)),
            }
        })
        .map_or_else(
            |difference: Option<MemoryError>| readable(difference.map_or(Ok(false), Err)),
            |()| true,
        )
    }
}

#[cfg(test)]
pub(crate) mod tests;
