use proptest::prelude::*;

use super::*;
use crate::testing::{assert_close, eighths, positive, values};

/// Plain loops in 64 bits: output, and the gradients of input, weight and bias.
#[allow(clippy::many_single_char_names, reason = "those of the formulas")]
fn plain(
    shape: LinearShape,
    x: &[f32],
    w: &[f32],
    b: &[f32],
    output_of_relu: Option<&[f32]>,
    dy: &[f32],
) -> [Vec<f64>; 4] {
    let LinearShape { batch, n_in, n_out } = shape;
    let mut y = vec![0.0; batch * n_out];
    let (mut dx, mut dw, mut db) = (vec![0.0; x.len()], vec![0.0; w.len()], vec![0.0; n_out]);
    for r in 0..batch {
        for j in 0..n_out {
            let sum: f64 = (0..n_in)
                .map(|i| f64::from(x[r * n_in + i]) * f64::from(w[i * n_out + j]))
                .sum();
            let z = sum + f64::from(b[j]);
            y[r * n_out + j] = output_of_relu.map_or(z, |_| z.max(0.0));
            let g = match output_of_relu {
                // Where a sum is zero but for rounding, either is right.
                Some(output) if output[r * n_out + j] <= 0.0 => 0.0,
                _ => f64::from(dy[r * n_out + j]),
            };
            db[j] += g;
            for i in 0..n_in {
                dx[r * n_in + i] += g * f64::from(w[i * n_out + j]);
                dw[i * n_out + j] += g * f64::from(x[r * n_in + i]);
            }
        }
    }
    [y, dx, dw, db]
}

fn check(batch: usize, n_in: usize, n_out: usize, relu: bool) {
    check_with(
        &eighths(values(batch * n_in, 1)),
        LinearShape { batch, n_in, n_out },
        relu,
    );
}

fn check_with(x: &[f32], shape: LinearShape, relu: bool) {
    let LinearShape { batch, n_in, n_out } = shape;
    let w = eighths(values(n_in * n_out, 2));
    let (b, dy) = (values(n_out, 3), eighths(positive(batch * n_out, 4)));
    let output = linear_forward(shape, x, &w, Some(&b), relu);
    let of_relu = relu.then_some(&output[..]);
    let [y, dx, dw, db] = plain(shape, x, &w, &b, of_relu, &dy);
    assert_close(&output, &y, "output");
    let gradients = linear_backward(shape, x, &w, of_relu, &dy, true);
    assert_close(&gradients.weight, &dw, "weight");
    assert_close(&gradients.bias, &db, "bias");
    assert_close(gradients.input.as_ref().unwrap(), &dx, "input");
    assert!(
        linear_backward(shape, x, &w, of_relu, &dy, false)
            .input
            .is_none()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The reference is plain loops in 64 bits.
    #[test]
    fn any_shape_agrees_with_plain_loops(
        batch in 1usize..70, n_in in 1usize..300, n_out in 1usize..150, relu in any::<bool>(),
    ) {
        check(batch, n_in, n_out, relu);
    }
}

/// More than one block in each direction, with rests.
#[test]
fn blocks_join_without_a_seam() {
    let shape = LinearShape {
        batch: 300,
        n_in: 530,
        n_out: 270,
    };
    check_with(&values(300 * 530, 1), shape, true);
}

/// Rows with blocks of background, which is zero, as pictures have them; within the others, zeros here and there.
fn pictures(batch: usize, n_in: usize) -> Vec<f32> {
    let blocks = values(batch.div_ceil(8) * n_in.div_ceil(8), 5);
    let value = |(i, value): (usize, f32)| {
        let (row, column) = (i / n_in, i % n_in);
        let is_inked = blocks[row / 8 * n_in.div_ceil(8) + column / 8] > 0.3;
        if is_inked && value > -0.9 { value } else { 0.0 }
    };
    let values = values(batch * n_in, 1).into_iter().enumerate();
    values.map(value).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The reference is plain loops in 64 bits.
    #[test]
    fn pictures_agree_with_plain_loops(
        batch in 1usize..70, n_in in 1usize..700, n_out in 1usize..150, relu in any::<bool>(),
    ) {
        check_with(&pictures(batch, n_in), LinearShape { batch, n_in, n_out }, relu);
    }

    /// With eight examples without a zero before them, and no gradient from those, the same pictures are multiplied
    /// zero by zero: no bit differs.
    #[test]
    fn to_leave_out_zeros_changes_no_bit(
        batch in 1usize..70, n_in in 1usize..700, n_out in 1usize..150,
    ) {
        let input = pictures(batch, n_in);
        let (w, gradient) = (values(n_in * n_out, 2), values(batch * n_out, 4));
        let run = |n_before: usize| {
            let shape = LinearShape { batch: n_before + batch, n_in, n_out };
            let input = [vec![1.0; n_before * n_in], input.clone()].concat();
            let gradient = [vec![0.0; n_before * n_out], gradient.clone()].concat();
            let output = linear_forward(shape, &input, &w, None, false);
            let gradients = linear_backward(shape, &input, &w, None, &gradient, true);
            let bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            let of_input = gradients.input.expect("it was asked for");
            [
                bits(&output[n_before * n_out..]),
                bits(&of_input[n_before * n_in..]),
                bits(&gradients.weight),
                bits(&gradients.bias),
            ]
        };
        prop_assert_eq!(run(0), run(8));
    }
}
