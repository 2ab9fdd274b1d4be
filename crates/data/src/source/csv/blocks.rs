//! A table in pieces of whole rows, so that it is never in memory at once.

use std::io::{self, Read};
use std::mem;

use super::{CsvError, CsvProblem};
use crate::MemoryError;

/// A piece is about so large: small enough for caches, large enough to be worth a task.
pub(super) const BLOCK_BYTES: usize = 1 << 20;

/// No row is longer than this; a quote that is left open makes one of all that follows.
pub(super) const MAX_ROW_BYTES: usize = 256 << 20;

/// What some editors write first into a file in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whole rows of a table.
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    /// The number of its first line in the file, counted from 1.
    pub(super) first_line: u64,
}

/// Why a table is not read.
#[derive(Debug)]
pub(super) enum Problem {
    Read(io::Error),
    /// More bytes than the limit.
    TooLarge,
    Csv(CsvError),
    Memory(MemoryError),
}

/// Cuts what it reads into blocks, each of which ends with a row.
pub(super) struct Blocks<R> {
    content: R,
    /// The most bytes that `content` may have.
    limit: u64,
    n_read: u64,
    delimiter: u8,
    block_bytes: usize,
    /// The beginning of the next block.
    rest: Vec<u8>,
    next_line: u64,
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(content: R, limit: u64, delimiter: u8, block_bytes: usize) -> Self {
        Self {
            content,
            limit,
            n_read: 0,
            delimiter,
            block_bytes,
            rest: Vec::new(),
            next_line: 1,
        }
    }

    /// The next `n` blocks; fewer, or none, at the end.
    pub(super) fn batch(&mut self, n: usize) -> Result<Vec<Block>, Problem> {
        let mut batch = Vec::new();
        while batch.len() < n {
            match self.next()? {
                Some(block) => batch.push(block),
                None => break,
            }
        }
        Ok(batch)
    }

    /// The next block.
    pub(super) fn next(&mut self) -> Result<Option<Block>, Problem> {
        let mut bytes = mem::take(&mut self.rest);
        let mut scan = Scan::new(self.delimiter);
        loop {
            let is_first = self.n_read == 0;
            // A row that is longer than a block is read in ever larger pieces.
            let more = self.block_bytes.max(bytes.len());
            let read = self.content.by_ref().take(more as u64);
            let n = { read }.read_to_end(&mut bytes).map_err(Problem::Read)?;
            self.n_read += n as u64;
            if self.n_read > self.limit {
                return Err(Problem::TooLarge);
            }
            if is_first && bytes.starts_with(BYTE_ORDER_MARK) {
                bytes.drain(..BYTE_ORDER_MARK.len());
            }
            if n < more {
                // The end: whatever is left is the last block.
                return Ok((!bytes.is_empty()).then(|| self.block(bytes)));
            }
            if let Some(end) = scan.last_row_end(&bytes) {
                self.rest = bytes.split_off(end);
                return Ok(Some(self.block(bytes)));
            }
            if bytes.len() > MAX_ROW_BYTES {
                let problem = CsvProblem::LongRow;
                return Err(Problem::Csv(CsvError::line(self.next_line, problem)));
            }
        }
    }

    fn block(&mut self, bytes: Vec<u8>) -> Block {
        let first_line = self.next_line;
        self.next_line += n_lines(&bytes);
        Block { bytes, first_line }
    }
}

/// How many lines end in `bytes`.
pub(super) fn n_lines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// Finds line ends outside of quotes, by the same rules as the `csv` crate: a quote opens at the start
/// of a cell only, and a quote within quotes is written twice.
struct Scan {
    delimiter: u8,
    /// Bytes that have been seen.
    n_seen: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    CellStart,
    Unquoted,
    Quoted,
    /// After a quote within quotes: the end of them, or the first of two.
    QuoteInQuoted,
}

impl Scan {
    fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            n_seen: 0,
            state: State::CellStart,
        }
    }

    /// The end of the last whole row in `bytes`, which go on from those of the last call.
    fn last_row_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let start = self.n_seen;
        let new = bytes.get(start..).unwrap_or_default();
        self.n_seen = bytes.len();
        let is_outside = matches!(self.state, State::CellStart | State::Unquoted);
        if is_outside && !new.contains(&b'"') {
            // The usual case, many times faster than byte by byte.
            let end = new.iter().rposition(|byte| *byte == b'\n');
            if let Some(&last) = new.last() {
                self.state = self.after(last);
            }
            return end.map(|end| start + end + 1);
        }
        let mut end = None;
        for (i, &byte) in new.iter().enumerate() {
            self.state = self.after(byte);
            if byte == b'\n' && self.state == State::CellStart {
                end = Some(start + i + 1);
            }
        }
        end
    }

    fn after(&self, byte: u8) -> State {
        match (self.state, byte) {
            (State::Quoted, b'"') => State::QuoteInQuoted,
            (State::Quoted, _) | (State::CellStart | State::QuoteInQuoted, b'"') => State::Quoted,
            (_, b'\n' | b'\r') => State::CellStart,
            (_, byte) if byte == self.delimiter => State::CellStart,
            _ => State::Unquoted,
        }
    }
}
