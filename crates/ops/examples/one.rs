use plumb_ops::*;
#[global_allocator]
static A: mimalloc::MiMalloc = mimalloc::MiMalloc;
fn main() {
    let a: Vec<usize> = std::env::args().skip(1).map(|a| a.parse().unwrap()).collect();
    let (what, m, k, n) = (a[0], a[1], a[2], a[3]);
    let shape = LinearShape { batch: m, n_in: k, n_out: n };
    let x = vec![0.5f32; m * k]; let w = vec![0.5f32; k * n]; let b = vec![0.5f32; n]; let y = vec![0.5f32; m * n];
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(|| {
    for _ in 0..(40_000_000_000 / (m * k * n)) {
        match what {
            0 => { std::hint::black_box(linear_forward(shape, &x, &w, Some(&b), true)); }
            1 => { std::hint::black_box(linear_backward(shape, &x, &w, Some(&y), &y, false)); }
            _ => { std::hint::black_box(linear_backward(shape, &x, &w, Some(&y), &y, true)); }
        }
    }});
}
