use plumb_ops::*;
use std::time::Instant;
#[global_allocator]
static A: mimalloc::MiMalloc = mimalloc::MiMalloc;
fn best(flop: f64, mut f: impl FnMut()) -> String {
    let mut best = f64::MAX;
    for _ in 0..40 { let t = Instant::now(); f(); best = best.min(t.elapsed().as_secs_f64()); }
    format!("{:6.1} GF {:8.1} us", flop / best / 1e9, best * 1e6)
}
fn main() {
    let threads: usize = std::env::args().nth(1).map_or(1, |a| a.parse().unwrap());
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| {
    let only: Option<usize> = std::env::args().nth(2).map(|a| a.parse().unwrap());
    for (at, (batch, c_in, side, c_out, kernel, stride, padding, pool)) in [(64, 1, 28, 32, 3, 1, 1, 2), (64, 32, 14, 64, 3, 1, 1, 2), (64, 32, 14, 64, 3, 1, 1, 1), (64, 16, 32, 16, 3, 1, 1, 1), (64, 16, 32, 32, 3, 2, 1, 1), (64, 6, 14, 16, 5, 1, 0, 2), (64, 32, 14, 64, 1, 1, 0, 1)].into_iter().enumerate() {
        if only.is_some_and(|only| only != at) { continue; }
        let s = ConvShape { batch, c_in, height: side, width: side, c_out, kernel, stride, padding, pool };
        let x = vec![0.5f32; batch * c_in * side * side];
        let w = vec![0.5f32; c_out * c_in * kernel * kernel];
        let b = vec![0.5f32; c_out];
        let y = conv_forward(s, &x, &w, Some(&b), true);
        let flop = 2.0 * (batch * c_out * c_in * kernel * kernel * s.map()[0] * s.map()[1]) as f64;
        let f = best(flop, || { std::hint::black_box(conv_forward(s, &x, &w, Some(&b), true)); });
        let g = best(flop, || { std::hint::black_box(conv_backward(s, &x, &w, Some(&y.values), &y.places, &y.values, false)); });
        let h = best(2.0 * flop, || { std::hint::black_box(conv_backward(s, &x, &w, Some(&y.values), &y.places, &y.values, true)); });
        println!("{c_in}x{side} -> {c_out} k{kernel} s{stride} p{padding} pool {pool}: forward {f}  weight {g}  both {h}");
    }
    });
}
