//! Is it faster to train several seeds of one small network as one batched product, or side by side, one thread
//! each? Prints seconds per step of all seeds together.
//!
//!     cargo run --release --example seeds_together
//!
//! The network is inputs-hidden-classes with `ReLU`, cross-entropy and plain gradient descent, with stock
//! operations: what differs between the ways is how the work is cut, not what is computed.

use std::time::Instant;

use burn::tensor::{
    Device, Distribution, Int, Tensor,
    activation::{log_softmax, relu},
};
use rayon::ThreadPoolBuilder;

/// The same as the program has: without it, most of the time goes to the kernel.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const INPUTS: usize = 784;
const CLASSES: usize = 10;
const SEEDS: usize = 8;
const STEPS: usize = 60;

/// The weights of a stack of networks: `[stack, inputs, hidden]` and `[stack, hidden, classes]`.
struct Stack {
    first: Tensor<3>,
    second: Tensor<3>,
}

impl Stack {
    fn new(size: usize, hidden: usize, device: &Device) -> Self {
        let normal = Distribution::Normal(0.0, 0.05);
        Self {
            first: Tensor::random([size, INPUTS, hidden], normal, device).require_grad(),
            second: Tensor::random([size, hidden, CLASSES], normal, device).require_grad(),
        }
    }

    /// One step on a batch per network: `[stack, batch, inputs]`, `[stack, batch, 1]`.
    fn step(self, inputs: Tensor<3>, labels: Tensor<3, Int>) -> Self {
        let hidden = relu(inputs.matmul(self.first.clone()));
        let logits = hidden.matmul(self.second.clone());
        let loss = log_softmax(logits, 2).gather(2, labels).mean().neg();
        let gradients = loss.backward();
        let moved = |weights: Tensor<3>| {
            let gradient = weights.grad(&gradients).map(Tensor::from_inner);
            let inner = Tensor::from_inner(weights.inner());
            let next = match gradient {
                Some(gradient) => inner - gradient * 0.01,
                None => inner,
            };
            next.detach().require_grad()
        };
        Self {
            first: moved(self.first),
            second: moved(self.second),
        }
    }
}

/// Seconds per step of `n_stacks` stacks of `size` networks, by threads that take one stack each.
fn seconds(n_stacks: usize, size: usize, hidden: usize, batch: usize, threads: usize) -> f64 {
    let work = || {
        let device = Device::flex().autodiff();
        let inputs: Tensor<3> = Tensor::random(
            [size, batch, INPUTS],
            Distribution::Uniform(0.0, 1.0),
            &device,
        );
        let labels = Tensor::<3, Int>::zeros([size, batch, 1], &device);
        let mut stack = Stack::new(size, hidden, &device);
        for _ in 0..STEPS {
            stack = stack.step(inputs.clone(), labels.clone());
        }
        stack.first.into_data().num_elements()
    };
    let workers = n_stacks.min(2);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for worker in 0..workers {
            scope.spawn(move || {
                let pool = ThreadPoolBuilder::new().num_threads(threads).build();
                let Ok(pool) = pool else { return };
                for _ in (worker..n_stacks).step_by(workers) {
                    pool.install(work);
                }
            });
        }
    });
    start.elapsed().as_secs_f64() / STEPS as f64
}

#[allow(clippy::print_stdout, reason = "it is what the example is for")]
fn main() {
    println!("milliseconds per step of {SEEDS} seeds, minimum of 7, 2 threads");
    println!("hidden  batch  one by one  one batched product  side by side  side by side, batched");
    for (hidden, batch) in [(8, 128), (64, 128), (64, 32), (256, 128)] {
        let mut best = [f64::MAX; 4];
        for _ in 0..7 {
            let ways = [
                // One after another is one worker: a stack at a time, with both threads.
                (0..SEEDS).map(|_| seconds(1, 1, hidden, batch, 2)).sum(),
                seconds(1, SEEDS, hidden, batch, 2),
                seconds(SEEDS, 1, hidden, batch, 1),
                seconds(2, SEEDS / 2, hidden, batch, 1),
            ];
            for (best, way) in best.iter_mut().zip(ways) {
                *best = best.min(way);
            }
        }
        let [one_by_one, batched, side_by_side, both] = best.map(|seconds| seconds * 1e3);
        println!(
            "{hidden:>6}  {batch:>5}  {one_by_one:>10.2}  {batched:>19.2}  {side_by_side:>12.2}  {both:>21.2}"
        );
    }
}
