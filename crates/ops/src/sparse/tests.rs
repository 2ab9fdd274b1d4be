use proptest::prelude::*;

use super::*;
use crate::{
    chunks::*,
    pack::Matrix,
    testing::{kinds, scattered, sparse},
};

/// By hand: 784 are parts of 262, 262 and 260, and a fourth of those is 66, so five chunks; half of 128 is four chunks.
#[test]
fn blocks_are_whole_chunks_of_a_part() {
    let cut = |n| {
        let blocks = blocks(n).map(|b| (b.start, b.depth, b.part, b.is_first, b.is_last));
        blocks.collect::<Vec<_>>()
    };
    assert_eq!(
        cut(784)[..5],
        [
            (0, 80, 0, true, false),
            (80, 80, 0, false, false),
            (160, 80, 0, false, false),
            (240, 22, 0, false, true),
            (262, 80, 1, true, false),
        ]
    );
    assert_eq!(cut(784).len(), 12);
    assert_eq!(
        cut(128),
        [(0, 64, 0, true, false), (64, 64, 0, false, true)]
    );
    assert_eq!(cut(1), [(0, 1, 0, true, true)]);
    assert_eq!(cut(0), []);
}

#[test]
fn columns_become_rows() {
    struct Transpose<'a>([Chunk; CHUNK], &'a mut [Chunk; CHUNK]);
    impl Work for Transpose<'_> {
        fn run(self, chunks: impl Chunks) {
            *self.1 = chunks.transpose(&self.0);
        }
    }
    let rows: [Chunk; CHUNK] =
        std::array::from_fn(|i| std::array::from_fn(|j| (i * CHUNK + j) as f32));
    for arch in kinds() {
        let mut columns = [[0.0; CHUNK]; CHUNK];
        dispatch(arch, Transpose(rows, &mut columns));
        let expected: [Chunk; CHUNK] =
            std::array::from_fn(|j| std::array::from_fn(|i| (i * CHUNK + j) as f32));
        assert_eq!(columns, expected);
    }
}

/// What lists hold, put back to where it was, and how many values that are.
fn unlisted(lists: &Lists<'_>, n_rows: usize, n_depths: usize) -> (Vec<f32>, usize) {
    let mut values = vec![0.0; n_rows * n_depths];
    let mut n = 0;
    for row in 0..n_rows {
        for (at, block) in blocks(n_depths).enumerate() {
            let (places, factors) = lists.block(row, at);
            n += places.len();
            assert!(places.is_sorted() && places.iter().all(|at| (*at as usize) < block.depth));
            for (place, factor) in places.iter().zip(factors) {
                values[row * n_depths + block.start + *place as usize] = *factor;
            }
        }
    }
    (values, n)
}

fn columns_of(values: &[f32], n_columns: usize) -> Vec<f32> {
    let column = |j| values.iter().skip(j).step_by(n_columns).copied();
    (0..n_columns).flat_map(column).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn lists_hold_what_is_not_zero(
        n_rows in 1usize..40, n_depths in 1usize..700, zeros in 0.0f32..1.1, seed in 0u64..1000,
    ) {
        let values = sparse(n_rows * n_depths, zeros, seed);
        let transposed = columns_of(&values, n_depths);
        let n = values.iter().filter(|x| **x != 0.0).count();
        for arch in kinds() {
            let mut scratch = ListScratch::take();
            let rows = Values::new(Matrix::new(&values, n_depths));
            let lists = Lists::of_rows(arch, rows, (n_rows, n_depths), false, &mut scratch);
            prop_assert_eq!(unlisted(&lists, n_rows, n_depths), (values.clone(), n));
            let columns = Matrix::new(&transposed, n_rows);
            let lists = Lists::of_columns(arch, columns, (0, n_rows), n_depths, &mut scratch);
            prop_assert_eq!(unlisted(&lists, n_rows, n_depths), (values.clone(), n));
            // Part of the columns.
            let (from, n) = (n_rows / 3, n_rows.div_ceil(3));
            let lists = Lists::of_columns(arch, columns, (from, n), n_depths, &mut scratch);
            let part = &values[from * n_depths..][..n * n_depths];
            prop_assert_eq!(&unlisted(&lists, n, n_depths).0, part);
        }
    }

    /// The reference is plain loops in 64 bits.
    #[test]
    fn products_agree_with_plain_loops(
        n_rows in 1usize..20, n_depths in 1usize..700, n in 1usize..=WIDTH, seed in 0u64..1000,
    ) {
        let left = sparse(n_rows * n_depths, 0.6, seed);
        let right = scattered(n_depths * n, seed + 2);
        let transposed = columns_of(&right, n);
        let packed: Vec<[f32; WIDTH]> = right
            .chunks(n)
            .map(|row| std::array::from_fn(|j| row.get(j).copied().unwrap_or(f32::NAN)))
            .collect();
        let values = Values::new(Matrix::new(&left, n_depths));
        for arch in kinds() {
            let mut outs = Vec::new();
            let mut scratch = ListScratch::take();
            let lists = Lists::of_rows(arch, values, (n_rows, n_depths), false, &mut scratch);
            let columns = Columns { matrix: Matrix::new(&right, n), from: 0, n };
            let rows = Transposed { matrix: Matrix::new(&transposed, n_depths), from: 0, n };
            let mut run = |right: &dyn Fn(&mut [&mut [f32]])| {
                let mut out = vec![f32::NAN; n_rows * n];
                right(&mut out.chunks_mut(n).collect::<Vec<_>>());
                outs.push(out);
            };
            run(&|out| product(arch, &lists, 0, &columns, out));
            run(&|out| product(arch, &lists, 0, &rows, out));
            run(&|out| product(arch, &lists, 0, &Packed(&packed), out));
            for (i, j) in (0..n_rows).flat_map(|i| (0..n).map(move |j| (i, j))) {
                let term = |k| f64::from(left[i * n_depths + k]) * f64::from(right[k * n + j]);
                let terms = (0..n_depths).map(term);
                let (sum, size) = terms.fold((0.0, 0.0), |(sum, size), x| (sum + x, size + x.abs()));
                prop_assert!((f64::from(outs[0][i * n + j]) - sum).abs() <= 1e-6 * size);
                let bits = outs[0][i * n + j].to_bits();
                prop_assert!(outs.iter().all(|out| out[i * n + j].to_bits() == bits));
            }
        }
    }
}

/// By hand: of the gradient 1 to 4, the output of `ReLU` passes on the second and the last. Not a number is a value too.
#[test]
fn a_gradient_is_listed_behind_relu() {
    let (gradient, output) = ([1.0, 2.0, 3.0, f32::NAN], [0.0, 0.5, -0.0, 1.0]);
    let values = Values {
        matrix: Matrix::new(&gradient, 4),
        output_of_relu: Some(Matrix::new(&output, 4)),
    };
    for arch in kinds() {
        let mut scratch = ListScratch::take();
        let lists = Lists::of_rows(arch, values, (1, 4), true, &mut scratch);
        let (places, factors) = lists.block(0, 0);
        assert_eq!(places, [1, 3]);
        assert_eq!(factors[..1], [2.0]);
        assert!(factors[1].is_nan());
    }
}

/// By hand: 45 % of 1,000 are 450.
#[test]
fn values_are_few_up_to_a_share_and_from_a_size_on() {
    let few = |n_left: usize, (n_rows, n_columns), n_others| {
        let row: Vec<f32> = (0..n_columns)
            .map(|i| f32::from(u8::from(i < n_left)))
            .collect();
        let values = row.repeat(n_rows);
        Values::new(Matrix::new(&values, n_columns)).few((n_rows, n_columns), n_others, 0.45)
    };
    assert_eq!(few(450, (20, 1000), 1000), Some(0.45));
    assert_eq!(few(451, (20, 1000), 1000), None);
    assert_eq!(few(0, (1, 512), 512), Some(0.0));
    assert_eq!(few(0, (20, 511), 512), None);
    assert_eq!(few(0, (20, 512), 511), None);
    assert_eq!(few(0, (0, 512), 512), None);
}
