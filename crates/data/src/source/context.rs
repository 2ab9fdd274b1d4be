//! What a source is given beside its options.

use std::sync::LazyLock;

use super::SourceError;
use crate::Memory;

/// The grid that examples are drawn into, as the target data has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
    /// The value of a pixel that is all ink. From 16 to 255, if whole, pixels are whole numbers.
    pub max: f32,
}

/// How far a source has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Examples, files or pictures read or drawn so far.
    pub done: usize,
    /// All of them.
    pub total: usize,
}

/// What a source is given beside its options.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Decides everything that is random. The chunks of a run have different ones.
    pub seed: u64,
    /// The grid that a source draws into if its options name none: that of the other chunk.
    pub grid: Option<Grid>,
    /// How much memory values may take before they go to a file.
    pub memory: &'a Memory,
    /// Is told now and then how far reading has come; may be called from several threads.
    pub on_progress: &'a (dyn Fn(Progress) + Sync),
}

impl Context<'_> {
    /// Without a grid, a limit of memory, or anyone to tell.
    #[must_use]
    pub fn new(seed: u64) -> Context<'static> {
        static MEMORY: LazyLock<Memory> = LazyLock::new(Memory::unlimited);
        Context {
            seed,
            grid: None,
            memory: &MEMORY,
            on_progress: &|_| {},
        }
    }

    /// The same with a grid to draw into.
    #[must_use]
    pub fn with_grid(self, grid: Grid) -> Self {
        Self {
            grid: Some(grid),
            ..self
        }
    }

    /// The grid to draw into.
    ///
    /// # Errors
    /// [`SourceError::NoGrid`] if nobody gave one.
    pub(crate) fn grid(&self) -> Result<Grid, SourceError> {
        self.grid.ok_or(SourceError::NoGrid)
    }
}
