//! Buffers that go round: of gradients, from backward to the optimizer and back; of what layers put out, from forward to
//! backward and back.
//!
//! A fresh buffer is filled with zeros first, and lies in memory that no cache knows. For the weights of a wide layer that
//! takes a tenth of the time that the product takes that is then written over them.

use std::cell::RefCell;

/// Buffers that a thread keeps: a step of a large network has about as many parameters.
const KEPT: usize = 64;

/// Values that a thread keeps, in all: 256 MiB.
const MOST: usize = 1 << 26;

/// Buffers of fewer values are not worth the search.
const LEAST: usize = 1 << 10;

thread_local! {
    static BUFFERS: RefCell<Kept> = const { RefCell::new(Kept::new()) };
}

/// The oldest first.
struct Kept {
    buffers: Vec<Vec<f32>>,
    n_values: usize,
}

impl Kept {
    const fn new() -> Self {
        Self {
            buffers: Vec::new(),
            n_values: 0,
        }
    }

    fn add(&mut self, buffer: Vec<f32>) {
        if !(LEAST..=MOST).contains(&buffer.len()) {
            return;
        }
        // Of a network that this thread no longer trains.
        while self.buffers.len() >= KEPT || self.n_values + buffer.len() > MOST {
            self.n_values -= self.buffers.remove(0).len();
        }
        self.n_values += buffer.len();
        self.buffers.push(buffer);
    }

    /// The latest, which is the likeliest to be in a cache.
    fn take(&mut self, n: usize) -> Option<Vec<f32>> {
        let at = self.buffers.iter().rposition(|buffer| buffer.len() == n)?;
        self.n_values -= n;
        Some(self.buffers.remove(at))
    }
}

/// Takes back a buffer that has been used. Without it everything works too, a little slower.
pub fn recycle(buffer: Vec<f32>) {
    BUFFERS.with_borrow_mut(|buffers| buffers.add(buffer));
}

/// A buffer of `n` values, whatever they are: one that this thread gave back, or zeros.
#[must_use]
pub fn buffer(n: usize) -> Vec<f32> {
    BUFFERS
        .with_borrow_mut(|buffers| buffers.take(n))
        .unwrap_or_else(|| vec![0.0; n])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_comes_again() {
        let (a, b) = (LEAST, LEAST + 1);
        recycle(vec![1.0; a]);
        recycle(vec![2.0; b]);
        assert_eq!(buffer(a), vec![1.0; a]);
        assert_eq!(buffer(a), vec![0.0; a]);
        assert_eq!(buffer(b), vec![2.0; b]);
    }

    #[test]
    fn no_more_than_a_network_s_are_kept() {
        let mut kept = Kept::new();
        (0..200).for_each(|n| kept.add(vec![1.0; LEAST + n]));
        assert_eq!(kept.buffers.len(), KEPT);
        assert!(kept.take(LEAST).is_none());
        assert!(kept.take(LEAST + 199).is_some());
        kept.add(vec![1.0; MOST]);
        assert_eq!((kept.buffers.len(), kept.n_values), (1, MOST));
        kept.add(vec![1.0; LEAST]);
        assert_eq!((kept.buffers.len(), kept.n_values), (1, LEAST));
        kept.add(vec![1.0; LEAST - 1]);
        assert_eq!(kept.buffers.len(), 1);
    }
}
