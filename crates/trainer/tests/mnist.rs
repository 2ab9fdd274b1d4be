//! The second real job. Needs `scripts/fetch_mnist.sh`; run by `scripts/check.sh`.

mod common;

use common::{Workplace, gap, rate};

/// 2.3 to 2.9 % is what PyTorch gives after 3 epochs on all 10,000 digits of MNIST's test part, which
/// are dev and test here, 5,000 each. Single seeds spread from 2.4 to 3.0 % in both programs (six
/// seeds of `pytorch_mnist.py`: 2.55 to 2.96, mean 2.70), so the mean over three is held against it.
/// Both parts of MNIST are one distribution: no mismatch may be found present.
#[test]
#[ignore = "needs data/mnist, which scripts/fetch_mnist.sh brings"]
fn mnist_reaches_the_known_error_and_shows_no_mismatch() {
    let place = Workplace::new();
    let errors = ["seed=1", "seed=2", "seed=3"].map(|seed| {
        let (report, _) = place.train("configs/mnist_mlp.toml", &[seed]);
        assert_ne!(gap(&report, "data-mismatch")["verdict"], "present");
        assert_ne!(report["diagnosis"]["first"], "data-mismatch");
        f64::midpoint(rate(&report, "dev"), rate(&report, "test"))
    });
    let mean = errors.iter().sum::<f64>() / 3.0;
    assert!((0.023..=0.029).contains(&mean), "{errors:?}");
}
