use plumb_ops::tile::*;
use std::time::Instant;
fn best(flop: f64, mut f: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..300 { let t = Instant::now(); for _ in 0..10 { f(); } best = best.min(t.elapsed().as_secs_f64() / 10.0); }
    flop / best / 1e9
}
fn rows(a: &[f32], depth: usize) -> Rows<'_> { Rows(std::array::from_fn(|i| &a[i * 784..][..depth])) }
fn main() {
    let arch = pulp::Arch::new();
    let mut out: Tile = [[0.0; 32]; 8];
    for depth in [9, 64, 128, 196, 262, 288] {
        let flop = 2.0 * (8 * 32 * depth) as f64 * 16.0;
        let a = vec![0.1f32; 784 * 128];
        let ai = vec![[0.1f32; 8]; depth * 16];
        let b = vec![[0.2f32; 32]; depth];
        let b = &b[..];
        let w = vec![0.2f32; 784 * 256];
        let wc = Columns { values: &w, stride: 256 };
        let w2 = vec![0.2f32; 784 * 1024];
        let wc2 = Columns { values: &w2, stride: 1024 };
        let r = best(flop, || for a in a.chunks(8 * 784) { multiply(arch, (rows(a, depth), b), depth, 32, &mut out) });
        let rw = best(flop, || for a in a.chunks(8 * 784) { multiply(arch, (rows(a, depth), wc), depth, 32, &mut out) });
        let rw2 = best(flop, || for a in a.chunks(8 * 784) { multiply(arch, (rows(a, depth), wc2), depth, 32, &mut out) });
        let i = best(flop, || for ai in ai.chunks_exact(depth) { multiply(arch, (ai, b), depth, 32, &mut out) });
        println!("depth {depth}: rows {r:.0} columns {rw:.0} {rw2:.0} interleaved {i:.0}");
    }
    std::hint::black_box(&out);
}
