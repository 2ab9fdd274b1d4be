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

    /// The grid to draw into: a source's own rows and columns and largest value, each where it has
    /// them, else the other chunk's.
    ///
    /// # Errors
    /// [`SourceError::NoGrid`] if nobody gave one.
    pub(crate) fn grid_or(
        &self,
        size: Option<[usize; 2]>,
        max: Option<f32>,
    ) -> Result<Grid, SourceError> {
        let grid = match (size, max, self.grid) {
            (Some([height, width]), Some(max), _) => Some(Grid { height, width, max }),
            (Some([height, width]), None, Some(grid)) => Some(Grid {
                height,
                width,
                ..grid
            }),
            (None, Some(max), Some(grid)) => Some(Grid { max, ..grid }),
            (_, _, grid) => grid.filter(|_| size.is_none()),
        };
        grid.ok_or(SourceError::NoGrid)
    }

    /// The grid of the other chunk.
    ///
    /// # Errors
    /// [`SourceError::NoGrid`] if there is none.
    pub(crate) fn grid(&self) -> Result<Grid, SourceError> {
        self.grid_or(None, None)
    }
}
