use plumb_diagnostics::GapKind;
use serde::Serialize;

use super::recipe::Sizes;

/// The gaps that are judged, in the flowchart's order.
pub(super) const GAPS: [GapKind; 4] = [
    GapKind::AvoidableBias,
    GapKind::Variance,
    GapKind::DataMismatch,
    GapKind::OverfittingToDev,
];

/// What is true of the weights that were chosen; fractions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct TrueRates {
    /// The Bayes error of the general data.
    pub(super) human: f64,
    /// Of it, where it was found by Monte Carlo.
    pub(super) human_standard_error: f64,
    /// The Bayes error of the target data.
    pub(super) target_human: f64,
    /// On the training set itself.
    pub(super) train: f64,
    /// On the distribution that train and train-dev are drawn from.
    pub(super) general: f64,
    /// What the chosen weights' dev error is on average over dev sets: the target's less the optimism.
    pub(super) dev: f64,
    /// On the distribution that dev and test are drawn from.
    pub(super) target: f64,
}

/// The true gaps of one choice of weights, and how far each stands above what matters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Truth {
    pub(super) rates: TrueRates,
    /// In the order of [`GAPS`].
    pub(super) gaps: [f64; 4],
    /// From here on a gap matters: a share of the expected dev error.
    pub(super) threshold: f64,
    /// Per gap how far it stands above the threshold, in standard errors of the measured difference.
    pub(super) standard_errors_above: [f64; 4],
    /// Of the measured train-dev, dev and test error.
    #[serde(skip)]
    variances: [f64; 3],
}

/// Two gaps whose difference is smaller than so many of its standard errors are hard to put in order.
const CLOSE: f64 = 2.0;

/// Per gap the factors of the train-dev, dev and test error in it; human and train error are exact.
const FACTORS: [[f64; 3]; 4] = [
    [0.0, 0.0, 0.0],
    [1.0, 0.0, 0.0],
    [-1.0, 1.0, 0.0],
    [0.0, -1.0, 1.0],
];

impl Truth {
    /// `share` is the share of the dev error from which on a gap matters.
    ///
    /// A gap g is compared with a threshold that is measured on the same dev set, share·d. The variance of
    /// g − share·d follows from the binomial variances v = p(1 − p)/n of the three sampled sets; train
    /// error is exact. Bias: share²·v(dev), and the Bayes error's own. Variance: v(train-dev) +
    /// share²·v(dev). Mismatch: v(train-dev) + (1 − share)²·v(dev). Overfitting: v(test) +
    /// (1 + share)²·v(dev).
    pub(super) fn new(rates: TrueRates, sizes: Sizes, share: f64) -> Self {
        let TrueRates {
            human,
            human_standard_error,
            train,
            general,
            dev,
            target,
            ..
        } = rates;
        let threshold = share * dev;
        let gaps = [train - human, general - train, dev - general, target - dev];
        let [v_train_dev, v_dev, v_test] = [
            binomial(general, sizes.train_dev),
            binomial(dev, sizes.dev),
            binomial(target, sizes.test),
        ];
        let variances = [
            share.powi(2) * v_dev + human_standard_error.powi(2),
            v_train_dev + share.powi(2) * v_dev,
            v_train_dev + (1.0 - share).powi(2) * v_dev,
            v_test + (1.0 + share).powi(2) * v_dev,
        ];
        let mut standard_errors_above = [0.0; 4];
        for at in 0..GAPS.len() {
            let above = gaps[at] - threshold;
            // Nothing above nothing is neither above nor below.
            standard_errors_above[at] = if above == 0.0 {
                0.0
            } else {
                above / variances[at].sqrt()
            };
        }
        Self {
            rates,
            gaps,
            threshold,
            standard_errors_above,
            variances: [v_train_dev, v_dev, v_test],
        }
    }

    /// By how many standard errors of the measured difference a gap is larger than another.
    pub(super) fn standard_errors_apart(&self, larger: usize, smaller: usize) -> f64 {
        let difference = self.gaps[larger] - self.gaps[smaller];
        let terms = (0..3).map(|set| {
            let factor = FACTORS[larger][set] - FACTORS[smaller][set];
            factor.powi(2) * self.variances[set]
        });
        difference / terms.sum::<f64>().sqrt()
    }

    /// Whether no other gap is so close to the largest that chance may well put it in front.
    pub(super) fn is_clear(&self) -> bool {
        let largest = self.largest();
        let mut others = (0..GAPS.len()).filter(|&at| at != largest);
        others.all(|other| self.standard_errors_apart(largest, other) >= CLOSE)
    }

    /// The true gap between general and target data.
    pub(super) fn mismatch(&self) -> f64 {
        self.rates.dev - self.rates.general
    }

    /// The part of it that is harder (or easier) data, which no model can win back.
    pub(super) fn harder(&self) -> f64 {
        self.rates.target_human - self.rates.human
    }

    /// Whether a gap truly matters.
    pub(super) fn matters(&self, at: usize) -> bool {
        self.gaps[at] > 0.0 && self.gaps[at] >= self.threshold
    }

    /// The largest true gap, an index into [`GAPS`]; of equal ones the first.
    pub(super) fn largest(&self) -> usize {
        let mut largest = 0;
        for at in 1..GAPS.len() {
            if self.gaps[at] > self.gaps[largest] {
                largest = at;
            }
        }
        largest
    }

    /// The largest true gap if it matters: what ought to be named first.
    pub(super) fn first(&self) -> Option<usize> {
        Some(self.largest()).filter(|&at| self.matters(at))
    }
}

/// The variance of an error rate that is measured on `n` examples.
pub(super) fn binomial(rate: f64, n: usize) -> f64 {
    rate * (1.0 - rate) / n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: Sizes = Sizes {
        train: 1_000,
        train_dev: 100,
        dev: 400,
        test: 1_600,
    };

    fn rates(values: [f64; 6]) -> TrueRates {
        let [human, human_standard_error, train, general, dev, target] = values;
        TrueRates {
            human,
            human_standard_error,
            target_human: human,
            train,
            general,
            dev,
            target,
        }
    }

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} for {expected}");
    }

    /// By hand. All rates are 0.2 or 0.5 where they are sampled, so v(train-dev) = 0.2·0.8/100 = 0.0016,
    /// v(dev) = 0.5·0.5/400 = 0.000625, v(test) = 0.8·0.2/1600 = 0.0001. With the share 0.2 the threshold
    /// is 0.1. Bias 0.05: (0.05 − 0.1)/(0.2·0.025) = −10. Variance 0.1: 0. Mismatch 0.3: variance
    /// 0.0016 + 0.64·0.000625 = 0.002, so 0.2/√0.002. Overfitting 0.3: 0.0001 + 1.44·0.000625 = 0.001.
    #[test]
    fn gaps_and_standard_errors_by_hand() {
        let truth = Truth::new(rates([0.05, 0.0, 0.1, 0.2, 0.5, 0.8]), SIZES, 0.2);
        for (found, expected) in truth.gaps.iter().zip([0.05, 0.1, 0.3, 0.3]) {
            near(*found, expected);
        }
        near(truth.threshold, 0.1);
        let [bias, variance, mismatch, overfitting] = truth.standard_errors_above;
        near(bias, -10.0);
        near(variance, 0.0);
        near(mismatch, 0.2 / 0.002_f64.sqrt());
        near(overfitting, 0.2 / 0.001_f64.sqrt());
        assert!(!truth.matters(0) && truth.matters(2));
        // Mismatch − variance = dev − 2·train-dev + train: 0.2/√(0.000625 + 4·0.0016).
        near(
            truth.standard_errors_apart(2, 1),
            0.2 / 0.007_025_f64.sqrt(),
        );
        // Mismatch and overfitting are equal: their order is chance.
        assert!(!truth.is_clear());
    }

    /// By hand: the Bayes error's own standard error 0.003 beside 0.2·√(0.5·0.5/400)·… = 0.2·0.02 = 0.004
    /// for a dev error of 0.2 gives 0.005, and the bias 0.09 stands 0.05 above the threshold 0.04.
    #[test]
    fn a_bayes_error_by_monte_carlo_makes_bias_less_sure() {
        let truth = Truth::new(rates([0.01, 0.003, 0.1, 0.2, 0.2, 0.2]), SIZES, 0.2);
        near(truth.standard_errors_above[0], 10.0);
        assert_eq!(truth.first(), Some(1)); // 0.1 of variance before 0.09 of bias
        // They are 0.01 apart, and the train-dev error has a standard error of 0.04.
        near(truth.standard_errors_apart(1, 0), 0.25);
    }

    #[test]
    fn the_largest_comes_first_and_the_flowchart_breaks_ties() {
        let check = |values, largest, first: Option<usize>| {
            let truth = Truth::new(rates(values), SIZES, 0.1);
            assert_eq!((truth.largest(), truth.first()), (largest, first));
        };
        check([0.0, 0.0, 0.125, 0.25, 0.25, 0.25], 0, Some(0));
        check([0.0, 0.0, 0.125, 0.25, 0.5, 0.5], 2, Some(2));
        // 0.015, 0.01 and 0.005 are below a tenth of 0.23.
        check([0.2, 0.0, 0.215, 0.225, 0.23, 0.2], 0, None);
        // Without any error nothing matters.
        check([0.0; 6], 0, None);
    }
}
