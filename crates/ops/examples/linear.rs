use plumb_ops::*;
use std::time::Instant;
fn best(flop: f64, mut f: impl FnMut()) -> String {
    let mut best = f64::MAX;
    for _ in 0..200 { let t = Instant::now(); f(); best = best.min(t.elapsed().as_secs_f64()); }
    format!("{:7.1} GF {:8.1} us", flop / best / 1e9, best * 1e6)
}
#[global_allocator]
static A: mimalloc::MiMalloc = mimalloc::MiMalloc;
fn main() {
    let only: Option<usize> = std::env::args().nth(1).map(|a| a.parse().unwrap());
    for threads in [1, 2] {
    if only.is_some_and(|o| o != threads) { continue; }
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| {
    for (batch, n_in, n_out) in [(128, 784, 256), (128, 256, 256), (128, 256, 10), (128, 784, 1024), (128, 1024, 1024), (1024, 784, 256), (1024, 256, 256), (1024,1024,1024), (128, 784, 64), (128, 784, 8)] {
        let shape = LinearShape { batch, n_in, n_out };
        let x = vec![0.5f32; batch * n_in];
        let w = vec![0.5f32; n_out * n_in];
        let b = vec![0.5f32; n_out];
        let y = vec![0.5f32; batch * n_out];
        let flop = 2.0 * (batch * n_in * n_out) as f64;
        let f = best(flop, || { std::hint::black_box(linear_forward(shape, &x, &w, Some(&b), true)); });
        let g = best(flop, || { std::hint::black_box(linear_backward(shape, &x, &w, Some(&y), &y, false)); });
        let h = best(2.0 * flop, || { std::hint::black_box(linear_backward(shape, &x, &w, Some(&y), &y, true)); });
        println!("{threads} {batch}x{n_in}x{n_out}: forward {f}  weight {g}  both {h}");
    }
    });
    }
}
