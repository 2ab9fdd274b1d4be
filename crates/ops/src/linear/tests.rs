use proptest::prelude::*;

use super::*;
use crate::testing::{assert_close, eighths, positive, sparse, values};

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

    /// No bit differs from what zero by zero makes of the same pictures.
    #[test]
    fn to_leave_out_zeros_of_pictures_changes_no_bit(
        batch in 1usize..70, n_in in 1usize..700, n_out in 1usize..150,
    ) {
        let (input, gradient) = (pictures(batch, n_in), values(batch * n_out, 4));
        leaving_out_zeros_changes_no_bit(LinearShape { batch, n_in, n_out }, &input, &gradient);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// The reference is plain loops in 64 bits.
    #[test]
    fn wide_layers_agree_with_plain_loops(
        batch in 1usize..40, n_in in 500usize..600, n_out in 500usize..600, left in 0.0f32..0.6, relu in any::<bool>(),
    ) {
        let input = sparse(batch * n_in, 1.0 - left, 1);
        check_with(&input, LinearShape { batch, n_in, n_out }, relu);
    }

    /// Whatever of input and gradient is listed.
    #[test]
    fn to_list_what_is_not_zero_changes_no_bit(
        batch in 1usize..40, n_in in 512usize..600, n_out in 512usize..600, left in 0.0f32..0.4,
    ) {
        let input = sparse(batch * n_in, 1.0 - left, 1);
        let gradient = sparse(batch * n_out, 0.7, 2);
        leaving_out_zeros_changes_no_bit(LinearShape { batch, n_in, n_out }, &input, &gradient);
    }
}

/// With three times as many examples before them, neither of input nor of gradient a zero, the same examples are multiplied
/// zero by zero: output and input's gradient are the same bits. With as many that have no gradient, the weights' gradient is.
fn leaving_out_zeros_changes_no_bit(shape: LinearShape, input: &[f32], gradient: &[f32]) {
    let LinearShape { batch, n_in, n_out } = shape;
    let w = values(n_in * n_out, 2);
    let run = |n_before: usize, gradient_before: f32| {
        let shape = LinearShape {
            batch: n_before + batch,
            ..shape
        };
        let input = [&vec![1.0; n_before * n_in][..], input].concat();
        let gradient = [&vec![gradient_before; n_before * n_out][..], gradient].concat();
        let output = linear_forward(shape, &input, &w, None, false);
        let gradients = linear_backward(shape, &input, &w, None, &gradient, true);
        let bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let of_input = gradients.input.expect("it was asked for");
        let of_examples = [
            bits(&output[n_before * n_out..]),
            bits(&of_input[n_before * n_in..]),
        ];
        (
            of_examples,
            [bits(&gradients.weight), bits(&gradients.bias)],
        )
    };
    let (few, none) = (run(0, 0.0), run(3 * batch, 0.0));
    assert_eq!(few, none);
    assert_eq!(few.0, run(3 * batch, 1.0).0);
}
