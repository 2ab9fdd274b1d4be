//! A writer that hashes.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use crate::hash::hex;

/// Hashes what is written through it.
pub struct Hashed<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Hashed<W> {
    /// Nothing is hashed yet.
    #[must_use]
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
        }
    }

    /// Flushes, and returns the writer and the sha256 of all that was written, as 64 hexadecimal
    /// digits.
    ///
    /// # Errors
    /// The system's, if what is buffered cannot be written.
    pub fn finish(mut self) -> io::Result<(W, String)> {
        self.inner.flush()?;
        Ok((self.inner, hex(self.hash.finalize().as_slice())))
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.hash.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
