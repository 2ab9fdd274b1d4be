//! Images whose lowest achievable error is known: a fixed pattern per class, few nuisances, noise.

mod pattern;
mod posterior;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::posterior::Posterior;
use super::draw::{self, MAX_WIDTH, check_examples};
use super::{BayesError, Context, Gaussian, Loaded, SourceError};
use crate::field_error::check_within;
use crate::{Examples, FieldError, Tag};

/// The fewest rows and columns: the patterns' shortest wave takes half as many.
const MIN_SIDE: usize = 4;

/// The fewest draws whose standard error means anything.
const MIN_BAYES_DRAWS: usize = 100;

/// The most pixels that all patterns may have together, and all shifted ones: 256 MiB.
const MAX_PATTERN_PIXELS: u64 = 1 << 25;

/// The most products that the Bayes error may take: about a quarter of a minute on two cores.
const MAX_PRODUCTS: u64 = 20_000_000_000;

/// Images of smooth patterns, one per class, shifted and scaled by finitely many nuisances, all
/// equally likely, under white Gaussian noise.
///
/// The probability of a class given an image is then a finite sum, and the Bayes error the mean of
/// one minus the largest of them, found by Monte Carlo. With the default options on 8 × 8 pixels it is
/// 0.006 %, 1.3 %, 10.2 %, 38.6 % and 67.4 % for the noise 1, 1.5, 2, 3 and 5 (200,000 draws). A
/// target with other `shift`, `contrasts` or `noise` shares its patterns with the general data as long
/// as `template_seed` and the grid are the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Templates {
    /// How many images to draw. With the same seed a smaller number is the beginning of a larger one.
    pub examples: usize,
    /// How many classes; 10 if absent. Fewer classes have the first of the same patterns.
    #[serde(default = "default_classes")]
    pub classes: usize,
    /// Rows and columns of pixels; those of the other chunk's images if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<[usize; 2]>,
    /// Decides the patterns, whatever the seed of the run; 0 if absent.
    #[serde(default)]
    pub template_seed: u32,
    /// Shift in either direction at most, in pixels; 1 if absent. What leaves one side of the image
    /// enters at the other.
    #[serde(default = "default_shift")]
    pub shift: usize,
    /// The factors that patterns are multiplied by, all different and equally likely; only 1 if absent.
    #[serde(default = "default_contrasts")]
    pub contrasts: Vec<f64>,
    /// Standard deviation of the noise of each pixel, where the root mean square of each pattern's
    /// pixels is 1; 1 if absent.
    #[serde(default = "default_noise")]
    pub noise: f64,
    /// How many images the Bayes error is found with; 20,000 if absent. 0 leaves it unknown. Below
    /// about 0.1 % it rests on the few images that are hard to tell, and takes more of them.
    #[serde(default = "default_bayes_draws")]
    pub bayes_draws: usize,
}

fn default_classes() -> usize {
    10
}
fn default_shift() -> usize {
    1
}
fn default_contrasts() -> Vec<f64> {
    vec![1.0]
}
fn default_noise() -> f64 {
    1.0
}
fn default_bayes_draws() -> usize {
    20_000
}

impl Templates {
    /// The largest `classes`.
    pub const MAX_CLASSES: usize = 1000;
    /// The most `contrasts`.
    pub const MAX_CONTRASTS: usize = 1000;
    /// The largest contrast, and the negative of the smallest.
    pub const MAX_CONTRAST: f64 = 1000.0;
    /// The largest `bayes_draws`.
    pub const MAX_BAYES_DRAWS: usize = 10_000_000;

    /// Ten classes with the usual nuisances, on the grid of the other chunk.
    #[must_use]
    pub fn new(examples: usize) -> Self {
        Self {
            examples,
            classes: default_classes(),
            grid: None,
            template_seed: 0,
            shift: default_shift(),
            contrasts: default_contrasts(),
            noise: default_noise(),
            bayes_draws: default_bayes_draws(),
        }
    }

    /// Checks the options; what depends on the grid only if they name it.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        check_within("classes", self.classes, [2, Self::MAX_CLASSES])?;
        check_within("noise", self.noise, Gaussian::NOISE)?;
        let most = Self::MAX_CONTRASTS;
        if !(1..=most).contains(&self.contrasts.len()) {
            let n = self.contrasts.len();
            let message = format!("has {n} factors; expected 1 to {most}");
            return Err(FieldError::new("contrasts", message));
        }
        let most = Self::MAX_CONTRAST;
        let is_bad = |factor: &&f64| !(-most..=most).contains(*factor);
        if let Some(factor) = self.contrasts.iter().find(is_bad) {
            let message = format!("has the factor {factor}; expected -{most} to {most}");
            return Err(FieldError::new("contrasts", message));
        }
        let mut factors = self.contrasts.iter().enumerate();
        if let Some((_, factor)) = factors.find(|&(i, c)| self.contrasts[..i].contains(c)) {
            let message = format!("has the factor {factor} twice; expected different ones");
            return Err(FieldError::new("contrasts", message));
        }
        let range = MIN_BAYES_DRAWS..=Self::MAX_BAYES_DRAWS;
        if self.bayes_draws != 0 && !range.contains(&self.bayes_draws) {
            return Err(self.bayes_draws_error(&format!("{} to {}", range.start(), range.end())));
        }
        match self.grid {
            Some(grid) => self.check_on(grid),
            None => check_examples(self.examples, 1),
        }
    }

    /// Checks what depends on the grid.
    fn check_on(&self, [height, width]: [usize; 2]) -> Result<(), FieldError> {
        let fits = height
            .checked_mul(width)
            .is_some_and(|n_pixels| n_pixels <= MAX_WIDTH);
        if height.min(width) < MIN_SIDE || !fits {
            let message = format!(
                "is {height} × {width}; \
                 expected at least {MIN_SIDE} × {MIN_SIDE} and at most {MAX_WIDTH} pixels"
            );
            return Err(FieldError::new("grid", message));
        }
        check_examples(self.examples, height * width)?;
        let n_pixels = (height * width) as u64;
        let most = MAX_PATTERN_PIXELS / n_pixels;
        if self.classes as u64 > most {
            let message = format!(
                "is {}; expected at most {most} patterns of {height} × {width} pixels",
                self.classes
            );
            return Err(FieldError::new("classes", message));
        }
        // Further on, two shifts would be the same.
        let most = (height.min(width) - 1) / 2;
        check_within("shift", self.shift, [0, most])?;
        if self.bayes_draws == 0 {
            return Ok(());
        }
        let n_shifted = self.classes as u64 * (2 * self.shift as u64 + 1).pow(2);
        let n_pixels = n_shifted.saturating_mul(n_pixels);
        let most = MAX_PRODUCTS / n_pixels;
        let patterns = format!("{n_shifted} shifted patterns of {height} × {width} pixels");
        if n_pixels > MAX_PATTERN_PIXELS || most < MIN_BAYES_DRAWS as u64 {
            let found = self.bayes_draws;
            let message = format!(
                "is {found}; expected 0, which leaves the Bayes error unknown: \
                 {patterns} are too many"
            );
            return Err(FieldError::new("bayes_draws", message));
        }
        if self.bayes_draws as u64 > most {
            return Err(self.bayes_draws_error(&format!("at most {most} with {patterns}")));
        }
        Ok(())
    }

    fn bayes_draws_error(&self, expected: &str) -> FieldError {
        let message = format!(
            "is {}; expected {expected}, or 0, which leaves the Bayes error unknown",
            self.bayes_draws
        );
        FieldError::new("bayes_draws", message)
    }

    /// Draws the images, and finds their Bayes error.
    ///
    /// Image `i` is of class `i % classes`; its nuisances and its noise come from a stream of its own,
    /// and it is its own original. Classes are named `0`, `1` and so on; the shape is
    /// `[1, height, width]`; the range is not known. The tag `shift` holds the pixels down and to the
    /// right, such as `-1 +0`, and `contrast` the factor. The Bayes error depends on the options and
    /// the grid alone, not on the seed; its standard error is that of the Monte Carlo.
    ///
    /// # Errors
    /// [`SourceError::Field`] if [`Templates::check`] fails, or if the options do not suit the grid,
    /// [`SourceError::NoGrid`] if there is none, [`SourceError::Memory`] if the values cannot be kept.
    pub fn load(&self, context: &Context<'_>) -> Result<Loaded, SourceError> {
        self.check()?;
        let grid = match self.grid {
            Some(grid) => grid,
            None => context.grid().map(|grid| [grid.height, grid.width])?,
        };
        self.check_on(grid)?;
        let patterns: Vec<_> = (0..self.classes)
            .into_par_iter()
            .map(|class| pattern::draw(self.template_seed, class, grid))
            .collect();
        let shifts = shifts(self.shift);
        let draw = |i: usize, rng: &mut ChaCha8Rng, row: &mut [f64]| {
            let shift = rng.random_range(0..shifts.len());
            let contrast = rng.random_range(0..self.contrasts.len());
            let pattern = &patterns[i % self.classes];
            pattern::shift(pattern, grid, shifts[shift], row);
            for value in row {
                let noise: f64 = rng.sample(StandardNormal);
                *value = self.contrasts[contrast] * *value + self.noise * noise;
            }
            (shift as u32, contrast as u32)
        };
        let (n, n_pixels) = (self.examples, grid[0] * grid[1]);
        let (values, nuisances) = draw::rows(context, "templates", n, n_pixels, draw)?;
        let tag = |name: &str, values: Vec<String>, of: Vec<u32>| Tag {
            name: name.to_owned(),
            values,
            of,
            is_pool: false,
        };
        let shift_name = |[down, right]: &[isize; 2]| format!("{down:+} {right:+}");
        let mut loaded = Loaded::made(Examples {
            shape: vec![1, grid[0], grid[1]],
            values,
            range: None,
            labels: (0..n).map(|i| (i % self.classes) as u32).collect(),
            classes: (0..self.classes).map(|class| class.to_string()).collect(),
            source: vec![0; n],
            source_names: vec!["templates".to_owned()],
            original: (0..n as u64).collect(),
            tags: vec![
                tag(
                    "shift",
                    shifts.iter().map(shift_name).collect(),
                    nuisances.iter().map(|&(shift, _)| shift).collect(),
                ),
                tag(
                    "contrast",
                    self.contrasts.iter().map(ToString::to_string).collect(),
                    nuisances.iter().map(|&(_, contrast)| contrast).collect(),
                ),
            ],
        });
        loaded.bayes = self.bayes_error(&patterns, grid);
        Ok(loaded)
    }

    /// The Bayes error with these patterns, one per class.
    fn bayes_error(&self, patterns: &[Vec<f64>], grid: [usize; 2]) -> Option<BayesError> {
        if self.bayes_draws == 0 {
            return None;
        }
        let shifted = patterns.iter().map(|pattern| {
            let shifted = shifts(self.shift).into_iter().map(|by| {
                let mut row = vec![0.0; pattern.len()];
                pattern::shift(pattern, grid, by, &mut row);
                row
            });
            shifted.collect()
        });
        let posterior = Posterior::new(shifted.collect(), &self.contrasts, self.noise);
        posterior.bayes_error(self.bayes_draws, self.template_seed)
    }
}

/// All shifts by at most so many pixels, down and to the right.
fn shifts(most: usize) -> Vec<[isize; 2]> {
    let most = most.cast_signed();
    let down_and_right = |down| (-most..=most).map(move |right| [down, right]);
    (-most..=most).flat_map(down_and_right).collect()
}

#[cfg(test)]
mod tests;
