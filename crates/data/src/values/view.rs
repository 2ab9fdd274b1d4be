//! Rows of shared buffers, and of files that are too large for memory, which are read as they are asked for.
//!
//! Files are read by position rather than mapped into memory. Measured with `examples/large.rs` on
//! Linux 6.18: 2 GB of rows of 3,072 bytes in random order come at 600,000 rows/s with 5 MB resident.
//! A mapping whose pages are dropped before they fill 250 MB gives 100,000: every row is a fault, the
//! kernel maps up to 2 MiB around it, and those are what counts as resident. A file cut short by
//! somebody else is an error here, and the end of the process there.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Numbers, Scratch, Values};
use crate::MemoryError;

/// Numbers that are read by one thread at least.
const MIN_NUMBERS_PER_THREAD: usize = 1 << 16;

/// Rows of shared parts: files, or buffers in memory. To clone or select copies no values.
#[derive(Debug, Clone)]
pub struct View {
    parts: Vec<Arc<Part>>,
    /// Per part where it begins, as if all lay one after the other; and where the last one ends.
    starts: Vec<usize>,
    rows: Rows,
    /// Whether it is of bytes; false if any part is, or was, of numbers.
    is_u8: bool,
}

/// What a view shows of its parts.
#[derive(Debug, Clone)]
enum Rows {
    /// All, one part after the other.
    All,
    /// Pieces of `width` numbers each.
    Chosen {
        width: usize,
        /// Where each begins, as in `starts`.
        at: Arc<[usize]>,
    },
}

/// Numbers in one place.
#[derive(Debug)]
pub(crate) enum Part {
    U8(Vec<u8>),
    F32(Vec<f32>),
    /// `len` bytes, or `len` little-endian f32.
    File {
        file: File,
        /// What an error calls it.
        path: PathBuf,
        is_u8: bool,
        len: usize,
    },
}

impl View {
    /// All of one part.
    pub(crate) fn new(part: Part) -> Self {
        Self {
            is_u8: part.is_u8(),
            starts: vec![0, part.len()],
            parts: vec![Arc::new(part)],
            rows: Rows::All,
        }
    }

    /// How many numbers it shows.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::All => self.n_in_parts(),
            Rows::Chosen { width, at } => width * at.len(),
        }
    }

    /// Whether it shows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn is_u8(&self) -> bool {
        self.is_u8
    }

    #[cfg(test)]
    pub(super) fn n_parts(&self) -> usize {
        self.parts.len()
    }

    fn n_in_parts(&self) -> usize {
        self.starts.last().copied().unwrap_or_default()
    }

    /// Where number `index` of the view lies, as in `starts`.
    fn position(&self, index: usize) -> usize {
        match &self.rows {
            Rows::All => index,
            Rows::Chosen { width, at } => at[index / width] + index % width,
        }
    }

    pub(super) fn select(&self, width: usize, rows: &[usize]) -> Self {
        let limit = self.len();
        // What lies in one part and in one piece of before: a whole row, if rows are what was selected
        // before and each part has whole ones.
        let piece = match &self.rows {
            Rows::All => self
                .starts
                .iter()
                .fold(width, |piece, &start| gcd(piece, start)),
            Rows::Chosen { width: old, .. } => gcd(width, *old),
        };
        let per_row = width.checked_div(piece).unwrap_or_default();
        let mut at = Vec::with_capacity(per_row * rows.len());
        for &row in rows {
            let end = row.checked_add(1).and_then(|end| end.checked_mul(width));
            assert!(end.is_some_and(|end| end <= limit), "there is no row {row}");
            at.extend((0..per_row).map(|i| self.position(row * width + i * piece)));
        }
        Self {
            parts: self.parts.clone(),
            starts: self.starts.clone(),
            rows: Rows::Chosen {
                width: piece,
                at: at.into(),
            },
            is_u8: self.is_u8,
        }
    }

    pub(super) fn concat(values: &[&Values]) -> Self {
        let mut joined = Self {
            parts: Vec::new(),
            starts: vec![0],
            rows: Rows::All,
            is_u8: values.iter().all(|part| part.is_u8()),
        };
        let mut piece = 0;
        // Per view: its pieces' width (0 if it shows all), and where they begin among the joined parts.
        let mut pieces: Vec<(usize, Vec<usize>)> = Vec::new();
        for values in values {
            let view = match values {
                Values::U8(bytes) => &Self::new(Part::U8(bytes.clone())),
                Values::F32(numbers) => &Self::new(Part::F32(numbers.clone())),
                Values::View(view) => view,
            };
            let new_starts: Vec<usize> = view.parts.iter().map(|part| joined.add(part)).collect();
            let moved = |position: usize| {
                let part = view.part_of(position);
                new_starts[part] + position - view.starts[part]
            };
            match &view.rows {
                Rows::All => {
                    for (part, &start) in view.parts.iter().zip(&new_starts) {
                        piece = gcd(piece, part.len());
                        pieces.push((part.len(), vec![start]));
                    }
                }
                Rows::Chosen { width, at } => {
                    piece = gcd(piece, *width);
                    pieces.push((*width, at.iter().map(|&position| moved(position)).collect()));
                }
            }
        }
        let in_order = pieces.iter().try_fold(0, |end, (width, at)| {
            (at.len() == 1 && at[0] == end).then_some(end + width)
        });
        if in_order != Some(joined.n_in_parts()) {
            let at = pieces.iter().flat_map(|(width, at)| {
                at.iter()
                    .flat_map(move |&start| (start..start + width).step_by(piece.max(1)))
            });
            joined.rows = Rows::Chosen {
                width: piece,
                at: at.collect(),
            };
        }
        joined
    }

    /// Adds a part unless it is one already; where it begins.
    fn add(&mut self, part: &Arc<Part>) -> usize {
        if let Some(i) = self.parts.iter().position(|p| Arc::ptr_eq(p, part)) {
            return self.starts[i];
        }
        let start = self.n_in_parts();
        self.parts.push(Arc::clone(part));
        self.starts.push(start + part.len());
        start
    }

    /// The part that holds a position.
    fn part_of(&self, position: usize) -> usize {
        self.starts.partition_point(|&start| start <= position) - 1
    }

    pub(super) fn numbers<'a>(
        &'a self,
        range: Range<usize>,
        scratch: &'a mut Scratch,
    ) -> Result<Numbers<'a>, MemoryError> {
        assert!(range.end <= self.len(), "{range:?} of {}", self.len());
        if let Some(numbers) = self.in_place(&range) {
            return Ok(numbers);
        }
        let Scratch { bytes, floats } = scratch;
        // What is already there is overwritten: zeroing it each time would cost as much as reading.
        if self.is_u8 {
            bytes.resize(range.len(), 0);
            self.fill(range.start, bytes, &|part, from, out| {
                part.read_u8(from, out)
            })?;
            Ok(Numbers::U8(bytes))
        } else {
            floats.resize(range.len(), 0.0);
            self.fill(range.start, floats, &|part, from, out| {
                part.read_f32(from, out)
            })?;
            Ok(Numbers::F32(floats))
        }
    }

    /// Whether all of it can be read where it lies.
    pub(super) fn is_in_place(&self) -> bool {
        let is_own = |part: &Arc<Part>| match **part {
            Part::U8(_) => self.is_u8,
            Part::F32(_) => !self.is_u8,
            Part::File { .. } => false,
        };
        self.parts.iter().all(is_own)
    }

    /// Row `row` of `width` numbers, if it lies in one piece of memory already: what [`View::numbers`] finds after
    /// four divisions, which take longer than a short row.
    pub(super) fn row_in_place(&self, width: usize, row: usize) -> Option<Numbers<'_>> {
        let position = match &self.rows {
            Rows::Chosen { width: piece, at } if *piece == width => *at.get(row)?,
            Rows::All => row * width,
            Rows::Chosen { .. } => return None,
        };
        let i = self.part_of(position);
        let from = position - self.starts.get(i)?;
        self.parts.get(i)?.in_place(from..from + width, self.is_u8)
    }

    /// The numbers of `range`, if they lie in one piece of memory already, in the view's own type.
    pub(super) fn in_place(&self, range: &Range<usize>) -> Option<Numbers<'_>> {
        if range.is_empty() {
            return None;
        }
        let position = self.position(range.start);
        let i = self.part_of(position);
        let from = position - self.starts[i];
        let range_there = from..from + self.run(range.start, range.len());
        if range_there.len() < range.len() {
            return None;
        }
        self.parts[i].in_place(range_there, self.is_u8)
    }

    /// Fills `out` with the numbers from `start` on; in parallel if they are many.
    fn fill<T: Send>(
        &self,
        start: usize,
        out: &mut [T],
        read: &(impl Fn(&Part, usize, &mut [T]) -> io::Result<()> + Sync),
    ) -> Result<(), MemoryError> {
        if out.len() < 2 * MIN_NUMBERS_PER_THREAD {
            return self.fill_in_turn(start, out, read);
        }
        out.par_chunks_mut(MIN_NUMBERS_PER_THREAD)
            .enumerate()
            .try_for_each(|(i, out)| {
                self.fill_in_turn(start + i * MIN_NUMBERS_PER_THREAD, out, read)
            })
    }

    fn fill_in_turn<T>(
        &self,
        mut start: usize,
        mut out: &mut [T],
        read: &impl Fn(&Part, usize, &mut [T]) -> io::Result<()>,
    ) -> Result<(), MemoryError> {
        while !out.is_empty() {
            let position = self.position(start);
            let i = self.part_of(position);
            let (part, from) = (&self.parts[i], position - self.starts[i]);
            let n = self.run(start, out.len()).min(part.len() - from);
            let (now, later) = out.split_at_mut(n);
            read(part, from, now).map_err(|reason| part.error(reason))?;
            (start, out) = (start + n, later);
        }
        Ok(())
    }

    /// How many of the `most` numbers from `start` on lie in one run, if parts did not end.
    fn run(&self, start: usize, most: usize) -> usize {
        match &self.rows {
            Rows::All => most,
            Rows::Chosen { width, at } => {
                let first = start / width;
                let mut n = width - start % width;
                for pair in at[first..].windows(2) {
                    if n >= most || pair[1] != pair[0] + width {
                        break;
                    }
                    n += width;
                }
                n.min(most)
            }
        }
    }
}

impl Part {
    fn len(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::File { len, .. } => *len,
        }
    }

    fn is_u8(&self) -> bool {
        match self {
            Self::U8(_) => true,
            Self::F32(_) => false,
            Self::File { is_u8, .. } => *is_u8,
        }
    }

    /// Numbers in a buffer that is of bytes, or of numbers, as is asked for.
    fn in_place(&self, range: Range<usize>, as_u8: bool) -> Option<Numbers<'_>> {
        match self {
            Self::U8(values) if as_u8 => values.get(range).map(Numbers::U8),
            Self::F32(values) if !as_u8 => values.get(range).map(Numbers::F32),
            _ => None,
        }
    }

    /// Bytes from `start` on; a view asks only parts of bytes for them.
    fn read_u8(&self, start: usize, out: &mut [u8]) -> io::Result<()> {
        match self {
            Self::U8(values) => out.copy_from_slice(&values[start..start + out.len()]),
            Self::F32(values) => {
                for (to, &from) in out.iter_mut().zip(&values[start..]) {
                    *to = from as u8;
                }
            }
            Self::File { file, .. } => read_exact_at(file, out, start as u64)?,
        }
        Ok(())
    }

    fn read_f32(&self, start: usize, out: &mut [f32]) -> io::Result<()> {
        match self {
            Self::U8(values) => {
                for (to, &from) in out.iter_mut().zip(&values[start..]) {
                    *to = f32::from(from);
                }
            }
            Self::F32(values) => out.copy_from_slice(&values[start..start + out.len()]),
            Self::File { file, is_u8, .. } => {
                let mut bytes = vec![0; out.len() * if *is_u8 { 1 } else { 4 }];
                if *is_u8 {
                    read_exact_at(file, &mut bytes, start as u64)?;
                    for (to, &from) in out.iter_mut().zip(&bytes) {
                        *to = f32::from(from);
                    }
                } else {
                    read_exact_at(file, &mut bytes, 4 * start as u64)?;
                    for (to, from) in out.iter_mut().zip(bytes.as_chunks().0) {
                        *to = f32::from_le_bytes(*from);
                    }
                }
            }
        }
        Ok(())
    }

    fn error(&self, reason: io::Error) -> MemoryError {
        let path = match self {
            Self::File { path, .. } => path.clone(),
            Self::U8(_) | Self::F32(_) => PathBuf::new(),
        };
        MemoryError::Read { path, reason }
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, out: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, out, start)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut out: &mut [u8], mut start: u64) -> io::Result<()> {
    while !out.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, out, start) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(n) => (out, start) = (&mut out[n..], start + n as u64),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The greatest common divisor; that of 0 and n is n.
fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
