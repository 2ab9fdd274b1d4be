//! A curve in one line of text: each column is a block as high as the mean of the values that fall in it.

/// Draws values as blocks of a height between that of the lowest and that of the highest.
///
/// `levels` are the blocks, the lowest first. There are at most `width` columns: as many values as there are, or
/// else column `c` shows the mean of the values `i` with ⌊i · width / n⌋ = c. The lowest mean gets the first block,
/// the highest the last one, but where they differ by less than a tenth of the highest magnitude the lowest block
/// stands that much lower: so what hardly changes looks flat, and high. A column without a finite value is blank.
pub(crate) fn sparkline(values: &[f64], width: usize, levels: &[char]) -> String {
    let columns = columns(values, width);
    let finite = || columns.iter().copied().filter(|mean| mean.is_finite());
    let (low, high) = (
        finite().fold(f64::INFINITY, f64::min),
        finite().fold(f64::NEG_INFINITY, f64::max),
    );
    let low = low.min(high - LEAST_SPAN * low.abs().max(high.abs()));
    let block = |&mean: &f64| {
        if !mean.is_finite() || levels.is_empty() {
            return ' ';
        }
        let top = levels.len() - 1;
        // Without any span all values are 0, the lowest there is.
        let height = (mean - low) / (high - low);
        let height = if height.is_finite() { height } else { 0.0 };
        levels[((height * top as f64).round() as usize).min(top)]
    };
    columns.iter().map(block).collect()
}

/// The share of the largest value that a whole height shows at least.
const LEAST_SPAN: f64 = 0.1;

/// The means by column; not a number for a column without a finite value.
fn columns(values: &[f64], width: usize) -> Vec<f64> {
    let n_columns = values.len().min(width);
    let mut sums = vec![(0.0, 0_u32); n_columns];
    for (at, &value) in values.iter().enumerate() {
        if value.is_finite() && n_columns > 0 {
            let (sum, n) = &mut sums[at * n_columns / values.len()];
            *sum += value;
            *n += 1;
        }
    }
    sums.iter().map(|(sum, n)| sum / f64::from(*n)).collect()
}

/// Values as they come, for a sparkline: beyond a number of them, neighbours are merged into their mean, so that
/// drawing takes the same time however many there are.
#[derive(Debug)]
pub(crate) struct History {
    values: Vec<f64>,
    /// How many measurements each value is the mean of.
    each: u32,
    /// Those that make no value yet: their sum and their number.
    open: (f64, u32),
}

impl Default for History {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            each: 1,
            open: (0.0, 0),
        }
    }
}

impl History {
    /// Some times more than the widest sparkline has columns.
    const MOST: usize = 1024;

    pub(crate) fn add(&mut self, value: f64) {
        let (sum, n) = &mut self.open;
        *sum += value;
        *n += 1;
        if *n < self.each {
            return;
        }
        let mean = *sum / f64::from(*n);
        self.open = (0.0, 0);
        self.values.push(mean);
        if self.values.len() == Self::MOST {
            let merged = self.values.chunks(2).map(|pair| {
                let sum: f64 = pair.iter().sum();
                sum / pair.len() as f64
            });
            self.values = merged.collect();
            self.each *= 2;
        }
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }
}

#[cfg(test)]
mod tests;
