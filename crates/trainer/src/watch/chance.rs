/// How much of the training loss each class has, with the mean 1 over all: what weights of examples (with
/// mean 1 over the set) and classes, and label smoothing make of the classes' shares.
///
/// With the shares `f` of `k` classes, their weights `v`, and smoothing `ε`: `v·((1 − ε)·f + ε/k)`.
pub(super) fn class_mass(
    labels: &[u32],
    example_weights: Option<&[f32]>,
    class_weights: Option<&[f32]>,
    n_classes: usize,
    label_smoothing: f64,
) -> Vec<f64> {
    let mut shares = vec![0.0; n_classes];
    for (i, &label) in labels.iter().enumerate() {
        let weight = example_weights.map_or(1.0, |weights| f64::from(weights[i]));
        shares[label as usize] += weight / labels.len() as f64;
    }
    let smooth = |share: f64| (1.0 - label_smoothing) * share + label_smoothing / n_classes as f64;
    let weight_of = |class: usize| class_weights.map_or(1.0, |weights| f64::from(weights[class]));
    let masses = shares.into_iter().enumerate();
    masses
        .map(|(class, share)| weight_of(class) * smooth(share))
        .collect()
}

/// The least loss, in nats, that one answer for all examples can have: what a training comes to that
/// learns nothing of its inputs.
///
/// The loss of the answer `p` is `−Σ mass·ln p` over the classes' [`class_mass`]; it is least where `p` is
/// proportional to the mass (Gibbs). Where all count alike it is the entropy of the classes' shares.
pub(super) fn chance_loss(mass: &[f64]) -> f64 {
    let sum: f64 = mass.iter().sum();
    let of_class = |&mass: &f64| {
        if mass > 0.0 {
            mass * (sum / mass).ln()
        } else {
            0.0
        }
    };
    mass.iter().map(of_class).sum()
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Entropies by hand: ten equal classes ln 10; 3/4 and 1/4: 3/4·ln(4/3) + 1/4·ln 4 = 0.562335. An
    /// empty class adds nothing.
    #[test]
    fn entropies_by_hand() {
        for (mass, expected) in [
            (&[0.1; 10][..], std::f64::consts::LN_10),
            (&[0.75, 0.25], 0.562_335_144_6),
            (&[0.75, 0.0, 0.25], 0.562_335_144_6),
            (&[1.0], 0.0),
        ] {
            let actual = chance_loss(mass);
            assert!((actual - expected).abs() < 1e-9, "{mass:?}: {actual}");
        }
    }

    /// By hand: of four examples of two classes three are the first's. A weight of 0.5 for them makes that
    /// 3/8; class weights double the second; smoothing by 0.2 mixes 3/4 and 1/4 with 1/2 each.
    #[test]
    fn masses_by_hand() {
        let labels = [0, 0, 1, 0];
        let check = |examples, classes, smoothing, expected: [f64; 2]| {
            let mass = class_mass(&labels, examples, classes, 2, smoothing);
            let is_near = mass.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9);
            assert!(is_near, "{mass:?}, not {expected:?}");
        };
        check(None, None, 0.0, [0.75, 0.25]);
        check(Some(&[0.5, 0.5, 2.5, 0.5][..]), None, 0.0, [0.375, 0.625]);
        check(None, Some(&[1.0, 2.0][..]), 0.0, [0.75, 0.5]);
        check(None, None, 0.2, [0.8 * 0.75 + 0.1, 0.8 * 0.25 + 0.1]);
    }

    /// It is a least loss: no other answer has a lower one.
    #[test]
    fn no_answer_is_better() {
        for seed in 0..200 {
            let mut stream = ChaCha8Rng::seed_from_u64(seed);
            let n_classes = stream.random_range(1..8);
            let mut draw = || -> Vec<f64> {
                (0..n_classes)
                    .map(|_| stream.random_range(0.01..5.0))
                    .collect()
            };
            let (mass, answer) = (draw(), draw());
            let sum: f64 = answer.iter().sum();
            let loss_of = |(mass, p): (&f64, &f64)| -mass * (p / sum).ln();
            let loss: f64 = mass.iter().zip(&answer).map(loss_of).sum();
            assert!(chance_loss(&mass) <= loss + 1e-12, "{seed}");
        }
    }
}
