use std::time::{Duration, Instant};

use burn::tensor::{Device, Distribution, Tensor};

use super::blocks::timed;
use crate::Error;

/// Rows and columns of the matrices: from those that stay in the caches to those that fill a GPU.
const SIZES: [usize; 5] = [256, 512, 1024, 2048, 4096];

/// How long a size is tried at least; the best time counts, so a disturbance does no harm.
const TIME_PER_SIZE: Duration = Duration::from_millis(300);

/// A size whose block takes longer is the last: the larger ones would take eight times as long.
const LONGEST_BLOCK: Duration = Duration::from_millis(50);

/// The most multiply-adds per second that the product of two square matrices in 32 bits reaches on the device:
/// the best block of all sizes.
///
/// # Errors
/// [`Error::Failed`] if the device fails.
pub(super) fn largest_per_sec(device: &Device, products_per_block: u32) -> Result<f64, Error> {
    let mut largest: f64 = 0.0;
    for n in SIZES {
        let best = best_block(device, n, products_per_block)?;
        let work = (n * n * n) as f64 * f64::from(products_per_block);
        largest = largest.max(work / best.as_secs_f64());
        if best > LONGEST_BLOCK {
            break;
        }
    }
    Ok(largest)
}

/// The shortest time of a block of products of two matrices `[n, n]`.
fn best_block(device: &Device, n: usize, products: u32) -> Result<Duration, Error> {
    let random = || Tensor::<2>::random([n, n], Distribution::Uniform(-1.0, 1.0), device);
    let (left, right) = (random(), random());
    let block = |products| {
        timed(device, || {
            for _ in 0..products {
                std::hint::black_box(left.clone().matmul(right.clone()));
            }
            Ok(())
        })
    };
    block(1)?; // warm-up
    let start = Instant::now();
    let mut best = Duration::MAX;
    loop {
        best = best.min(block(products)?.1);
        if start.elapsed() >= TIME_PER_SIZE {
            return Ok(best);
        }
    }
}
