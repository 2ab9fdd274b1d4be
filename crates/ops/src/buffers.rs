//! Buffers of gradients, which go round: from backward to the optimizer and back.
//!
//! A fresh buffer is filled with zeros first, which for the weights of a wide layer takes a tenth of the time that the
//! product takes that is then written over them.

use std::cell::RefCell;

/// Buffers that a thread keeps: a step of a large network has about as many parameters.
const KEPT: usize = 64;

thread_local! {
    static BUFFERS: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// Takes back the buffer of a gradient that has been used. Without it everything works too, a little slower.
pub fn recycle(buffer: Vec<f32>) {
    BUFFERS.with_borrow_mut(|buffers| {
        if buffers.len() == KEPT {
            buffers.remove(0); // of a network that this thread no longer trains
        }
        buffers.push(buffer);
    });
}

/// A buffer of `n` values, whatever they are.
pub(crate) fn take(n: usize) -> Vec<f32> {
    let kept = BUFFERS.with_borrow_mut(|buffers| {
        let at = buffers.iter().position(|buffer| buffer.len() == n)?;
        Some(buffers.swap_remove(at))
    });
    kept.unwrap_or_else(|| vec![0.0; n])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_comes_again() {
        recycle(vec![1.0; 3]);
        recycle(vec![2.0; 5]);
        assert_eq!(take(3), [1.0; 3]);
        assert_eq!(take(3), [0.0; 3]);
        assert_eq!(take(5), [2.0; 5]);
    }

    #[test]
    fn no_more_than_a_network_s_gradients_are_kept() {
        (0..200).for_each(|n| recycle(vec![1.0; n]));
        assert_eq!(BUFFERS.with_borrow(Vec::len), KEPT);
        assert_eq!(take(10), [0.0; 10]);
        assert_eq!(take(199), [1.0; 199]);
    }
}
