//! Collects values in memory, and beyond a budget in a file.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::Path;

use super::{Memory, MemoryError};
use crate::Values;
use crate::values::{Part, View, is_u8, to_le_bytes};

/// Bytes written to the system at a time.
const BUFFER_BYTES: usize = 1 << 20;

/// Numbers that are brought to their bytes at a time.
const CHUNK_NUMBERS: usize = 1 << 14;

/// Buffers grow by doubling up to this size. From here on they are given the whole budget at once: memory that is not
/// touched takes none, and growing by doubling would hold twice the budget.
const DOUBLED_BYTES: u64 = 32 << 20;

/// The same where it is known how much is to come, which they are given then: what says so may be wrong, so some of it
/// must be there. Copying MNIST from buffer to buffer took as long as reading it, most of it for memory that is new.
const DOUBLED_BYTES_IF_KNOWN: u64 = 1 << 20;

/// Collects values, one example or many at a time, in the smallest type that holds them all.
///
/// They stay in memory up to the budget of [`Memory`]; beyond it they go to a file in its folder. The
/// file has no name, so it is gone when the values are, even if the process is killed.
#[derive(Debug)]
pub struct ValuesBuilder {
    memory: Memory,
    /// How many numbers there may be in all.
    expected: usize,
    held: Held,
}

#[derive(Debug)]
enum Held {
    U8(Vec<u8>),
    F32(Vec<f32>),
    File(Spill),
}

/// Values in a file.
#[derive(Debug)]
struct Spill {
    writer: BufWriter<File>,
    is_u8: bool,
    /// How many numbers.
    len: usize,
}

impl ValuesBuilder {
    /// Collects nothing yet.
    #[must_use]
    pub fn new(memory: &Memory) -> Self {
        Self {
            memory: memory.clone(),
            expected: usize::MAX,
            held: Held::U8(Vec::new()),
        }
    }

    /// The same, told how many numbers are to come, so that a large buffer has their size from the first and is not
    /// copied in the end. It may be wrong: no more than the budget is reserved, and that for what is large already.
    #[must_use]
    pub fn expecting(self, n_numbers: u64) -> Self {
        Self {
            expected: usize::try_from(n_numbers).unwrap_or(usize::MAX),
            ..self
        }
    }

    /// How many numbers were added.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.held {
            Held::U8(all) => all.len(),
            Held::F32(all) => all.len(),
            Held::File(spill) => spill.len,
        }
    }

    /// Whether none was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`MemoryError::Write`] if the file that they go to cannot be written.
    pub fn push_u8(&mut self, values: &[u8]) -> Result<(), MemoryError> {
        self.make_room(values.len(), self.is_u8())?;
        match &mut self.held {
            Held::U8(all) => all.extend_from_slice(values),
            Held::F32(all) => all.extend(values.iter().map(|&v| f32::from(v))),
            Held::File(spill) => spill.push_u8(values).map_err(|r| self.memory.error(r))?,
        }
        Ok(())
    }

    /// Adds numbers; if all so far are whole and in 0..=255, they are kept as bytes.
    ///
    /// # Errors
    /// [`MemoryError::Write`] if the file that they go to cannot be written.
    pub fn push_f32(&mut self, values: &[f32]) -> Result<(), MemoryError> {
        let all_u8 = self.is_u8() && values.iter().copied().all(is_u8);
        self.make_room(values.len(), all_u8)?;
        match &mut self.held {
            Held::U8(all) => all.extend(values.iter().map(|&v| v as u8)),
            Held::F32(all) => all.extend_from_slice(values),
            Held::File(spill) => spill.push_f32(values).map_err(|r| self.memory.error(r))?,
        }
        Ok(())
    }

    /// All that was added.
    ///
    /// # Errors
    /// [`MemoryError::Write`] if the file that they went to cannot be finished.
    pub fn finish(self) -> Result<Values, MemoryError> {
        match self.held {
            Held::U8(mut all) => {
                all.shrink_to_fit();
                Ok(Values::U8(all))
            }
            Held::F32(mut all) => {
                all.shrink_to_fit();
                Ok(Values::F32(all))
            }
            Held::File(spill) => {
                let file = spill.writer.into_inner();
                Ok(Values::View(View::new(Part::File {
                    file: file.map_err(|error| self.memory.error(error.into_error()))?,
                    path: self.memory.folder,
                    is_u8: spill.is_u8,
                    len: spill.len,
                })))
            }
        }
    }

    fn is_u8(&self) -> bool {
        match &self.held {
            Held::U8(_) => true,
            Held::F32(_) => false,
            Held::File(spill) => spill.is_u8,
        }
    }

    /// Makes room for `n` more, of the type that is asked for: in memory if the budget allows it.
    fn make_room(&mut self, n: usize, as_u8: bool) -> Result<(), MemoryError> {
        let (budget, expected) = (self.memory.budget_bytes, self.expected);
        let size_bytes: u64 = if as_u8 { 1 } else { 4 };
        let fits = (self.len() as u64 + n as u64).saturating_mul(size_bytes) <= budget;
        match &mut self.held {
            Held::U8(all) if fits && as_u8 => reserve(all, n, budget, expected),
            Held::F32(all) if fits => reserve(all, n, budget, expected),
            Held::U8(all) if fits => {
                let mut floats = Vec::new();
                reserve(&mut floats, all.len() + n, budget, expected);
                floats.extend(all.iter().map(|&v| f32::from(v)));
                self.held = Held::F32(floats);
            }
            Held::File(spill) if spill.is_u8 && !as_u8 => {
                let floats = spill.as_f32(&self.memory.folder);
                self.held = Held::File(floats.map_err(|r| self.memory.error(r))?);
            }
            Held::File(_) => {}
            Held::U8(_) | Held::F32(_) => {
                let spill = self.spill(as_u8).map_err(|r| self.memory.error(r))?;
                self.held = Held::File(spill);
            }
        }
        Ok(())
    }

    /// All that is in memory, in a new file.
    fn spill(&self, as_u8: bool) -> io::Result<Spill> {
        fs::create_dir_all(&self.memory.folder)?;
        let mut spill = Spill::new(&self.memory.folder, as_u8)?;
        match &self.held {
            Held::U8(all) => spill.push_u8(all)?,
            Held::F32(all) => spill.push_f32(all)?,
            Held::File(_) => {}
        }
        Ok(spill)
    }
}

impl Memory {
    fn error(&self, reason: io::Error) -> MemoryError {
        MemoryError::Write {
            folder: self.folder.clone(),
            reason,
        }
    }
}

impl Spill {
    fn new(folder: &Path, is_u8: bool) -> io::Result<Self> {
        let file = tempfile::tempfile_in(folder)?;
        Ok(Self {
            writer: BufWriter::with_capacity(BUFFER_BYTES, file),
            is_u8,
            len: 0,
        })
    }

    fn push_u8(&mut self, values: &[u8]) -> io::Result<()> {
        if self.is_u8 {
            self.writer.write_all(values)?;
        } else {
            let mut bytes = Vec::new();
            for chunk in values.chunks(CHUNK_NUMBERS) {
                let floats: Vec<f32> = chunk.iter().map(|&v| f32::from(v)).collect();
                to_le_bytes(&floats, &mut bytes);
                self.writer.write_all(&bytes)?;
            }
        }
        self.len += values.len();
        Ok(())
    }

    /// Adds numbers; to a file of bytes, only such as are kept as bytes.
    fn push_f32(&mut self, values: &[f32]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for chunk in values.chunks(CHUNK_NUMBERS) {
            if self.is_u8 {
                bytes.clear();
                bytes.extend(chunk.iter().map(|&v| v as u8));
            } else {
                to_le_bytes(chunk, &mut bytes);
            }
            self.writer.write_all(&bytes)?;
        }
        self.len += values.len();
        Ok(())
    }

    /// The same numbers in a new file, as f32.
    fn as_f32(&mut self, folder: &Path) -> io::Result<Self> {
        let mut floats = Self::new(folder, false)?;
        self.writer.flush()?;
        let file = self.writer.get_mut();
        file.rewind()?;
        let mut bytes = vec![0; BUFFER_BYTES];
        loop {
            match file.read(&mut bytes)? {
                0 => return Ok(floats),
                n => floats.push_u8(&bytes[..n])?,
            }
        }
    }
}

/// Makes room for `n` more values, within a budget that they fit.
fn reserve<T>(values: &mut Vec<T>, n: usize, budget_bytes: u64, expected: usize) {
    let size_bytes = size_of::<T>() as u64;
    let needed = values.len().saturating_add(n);
    if needed <= values.capacity() {
        return;
    }
    let limit = usize::try_from(budget_bytes / size_bytes).unwrap_or(usize::MAX);
    let limit = limit.min(expected.max(needed));
    let most_doubled = match expected {
        usize::MAX => DOUBLED_BYTES,
        _ => DOUBLED_BYTES_IF_KNOWN,
    };
    let doubled = needed.max(2 * values.capacity());
    if (doubled as u64).saturating_mul(size_bytes) < most_doubled.min(budget_bytes) {
        values.reserve_exact(doubled - values.len());
    } else if budget_bytes == u64::MAX || values.try_reserve_exact(limit - values.len()).is_err() {
        // Where there is no budget, or more of it than memory, doubling has to do.
        values.reserve(n);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Pushes into a file that stands for one in the folder of `memory`, and finishes.
    pub(in crate::memory) fn push_into(file: File, memory: &Memory) -> Result<Values, MemoryError> {
        let mut builder = ValuesBuilder::new(memory);
        builder.held = Held::File(Spill {
            writer: BufWriter::new(file),
            is_u8: true,
            len: 0,
        });
        builder.push_u8(&[1, 2])?;
        builder.finish()
    }
}
