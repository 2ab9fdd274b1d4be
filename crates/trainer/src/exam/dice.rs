use plumb_data::seed;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Draws the settings of one scenario, so that a rule chooses them and nobody's hand.
pub(super) struct Dice {
    stream: ChaCha8Rng,
}

impl Dice {
    /// The dice of a purpose, such as the number of a scenario.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        Self {
            stream: seed::stream(seed, purpose),
        }
    }

    /// One of several, all equally likely.
    pub(super) fn pick<T: Copy, const N: usize>(&mut self, from: [T; N]) -> T {
        from[self.stream.random_range(0..N)]
    }

    /// A number between two, in thousandths, so that a config can be read.
    pub(super) fn real(&mut self, low: f64, high: f64) -> f64 {
        let drawn = low + (high - low) * self.stream.random::<f64>();
        (drawn * 1000.0).round() / 1000.0
    }

    /// Whether something with this probability happens.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.stream.random::<f64>() < probability
    }
}
