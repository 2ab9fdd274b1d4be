use proptest::prelude::*;

use super::*;
use crate::testing::{assert_close, eighths, positive, values};

/// Plain loops in 64 bits: output, and the gradients of input, weight and bias.
#[allow(clippy::many_single_char_names, reason = "those of the formulas")]
fn plain(s: ConvShape, x: &[f32], w: &[f32], b: &[f32], relu: bool, dy: &[f32]) -> [Vec<f64>; 4] {
    let [map_height, map_width] = s.map();
    let [height, width] = s.output();
    let mut y = vec![0.0; s.batch * s.c_out * height * width];
    let (mut dx, mut dw, mut db) = (vec![0.0; x.len()], vec![0.0; w.len()], vec![0.0; s.c_out]);
    // All pairs of input and weight that an output of the map is made of.
    let meets = |example: usize, map: usize, row: usize, column: usize| {
        let mut pairs = Vec::new();
        for channel in 0..s.c_in {
            for i in 0..s.kernel {
                for j in 0..s.kernel {
                    let at = [
                        (row * s.stride + i).checked_sub(s.padding),
                        (column * s.stride + j).checked_sub(s.padding),
                    ];
                    if let [Some(r), Some(c)] = at
                        && r < s.height
                        && c < s.width
                    {
                        let input = ((example * s.c_in + channel) * s.height + r) * s.width + c;
                        pairs.push((
                            input,
                            ((map * s.c_in + channel) * s.kernel + i) * s.kernel + j,
                        ));
                    }
                }
            }
        }
        pairs
    };
    assert!(map_height >= height * s.pool && map_width >= width * s.pool);
    for example in 0..s.batch {
        for map in 0..s.c_out {
            for row in 0..height {
                for column in 0..width {
                    let windows = (0..s.pool * s.pool).map(|at| {
                        let pairs = meets(
                            example,
                            map,
                            row * s.pool + at / s.pool,
                            column * s.pool + at % s.pool,
                        );
                        let sum: f64 = pairs
                            .iter()
                            .map(|&(i, k)| f64::from(x[i]) * f64::from(w[k]))
                            .sum();
                        (sum + f64::from(b[map]), pairs)
                    });
                    let (z, pairs) = windows
                        .reduce(|best, new| if new.0 > best.0 { new } else { best })
                        .unwrap();
                    let at = ((example * s.c_out + map) * height + row) * width + column;
                    if relu && z <= 0.0 {
                        continue;
                    }
                    y[at] = z;
                    let g = f64::from(dy[at]);
                    db[map] += g;
                    for (i, k) in pairs {
                        dx[i] += g * f64::from(w[k]);
                        dw[k] += g * f64::from(x[i]);
                    }
                }
            }
        }
    }
    [y, dx, dw, db]
}

fn check(shape: ConvShape, relu: bool) {
    let (x, w) = (
        eighths(values(shape.batch * shape.input_values(), 1)),
        eighths(values(shape.c_out * shape.depth(), 2)),
    );
    let (b, dy) = (
        eighths(values(shape.c_out, 3)),
        eighths(positive(shape.batch * shape.output_values(), 4)),
    );
    let [y, dx, dw, db] = plain(shape, &x, &w, &b, relu, &dy);
    let output = conv_forward(shape, &x, &w, Some(&b), relu);
    assert_close(&output.values, &y, "output");
    let of_relu = relu.then_some(&output.values[..]);
    let gradients = conv_backward(shape, &x, &w, of_relu, &output.places, &dy, true);
    assert_close(&gradients.bias, &db, "bias");
    assert_close(&gradients.weight, &dw, "weight");
    assert_close(gradients.input.as_ref().unwrap(), &dx, "input");
    let without = conv_backward(shape, &x, &w, of_relu, &output.places, &dy, false);
    assert!(without.input.is_none());
    assert_eq!(without.weight, gradients.weight);
}

fn any_shape() -> impl Strategy<Value = ConvShape> {
    (
        (1usize..4, 1usize..6, 1usize..20, 1usize..20),
        (1usize..40, 1usize..6, 1usize..4, 0usize..4, 1usize..5),
    )
        .prop_map(
            |((batch, c_in, height, width), (c_out, kernel, stride, padding, pool))| ConvShape {
                batch,
                c_in,
                height,
                width,
                c_out,
                kernel,
                stride,
                padding,
                pool,
            },
        )
        .prop_filter("kernel and pool fit", |s| {
            let fits = |side: usize| side + 2 * s.padding >= s.kernel;
            fits(s.height) && fits(s.width) && s.map().iter().all(|side| *side >= s.pool)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The reference is plain loops in 64 bits.
    #[test]
    fn any_shape_agrees_with_plain_loops(shape in any_shape(), relu in any::<bool>()) {
        check(shape, relu);
    }
}

/// More examples than tasks, and more weights than a tile is deep.
#[test]
fn blocks_join_without_a_seam() {
    let shape = ConvShape {
        batch: 35,
        c_in: 40,
        height: 9,
        width: 7,
        c_out: 33,
        kernel: 3,
        stride: 1,
        padding: 1,
        pool: 2,
    };
    check(shape, true);
}

/// One example of four pixels, and one weight.
fn four_pixels(pool: usize) -> ConvShape {
    ConvShape {
        batch: 1,
        c_in: 1,
        height: 2,
        width: 2,
        c_out: 1,
        kernel: 1,
        stride: 1,
        padding: 0,
        pool,
    }
}

#[test]
fn a_nan_survives() {
    let shape = four_pixels(2);
    for at in 0..4 {
        let mut x = [1.0; 4];
        x[at] = f32::NAN;
        assert!(conv_forward(shape, &x, &[1.0], None, true).values[0].is_nan());
    }
}

/// It is not taken for one of the zeros that pooling leaves behind.
#[test]
fn a_gradient_that_is_no_number_survives() {
    for pool in [1, 2] {
        let shape = four_pixels(pool);
        let x = [1.0, 2.0, 3.0, 4.0];
        let output = conv_forward(shape, &x, &[1.0], None, true);
        let mut gradient = vec![1.0; output.values.len()];
        *gradient.last_mut().unwrap() = f32::NAN;
        let of_relu = Some(&output.values[..]);
        let gradients = conv_backward(shape, &x, &[1.0], of_relu, &output.places, &gradient, true);
        assert!(gradients.weight[0].is_nan() && gradients.bias[0].is_nan());
        assert!(gradients.input.unwrap()[3].is_nan());
    }
}
