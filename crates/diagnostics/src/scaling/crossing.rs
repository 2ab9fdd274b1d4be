//! Where two learning curves cross: with few examples one recipe is ahead, with many the other.

use serde::{Deserialize, Serialize};

use super::curve::Curve;
use crate::interval::{Confidence, Interval};
use crate::jackknife::pseudo_values;
use crate::over_seeds::OverSeeds;

/// One of two curves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

/// Where two mean curves cross.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Crossing {
    /// Nowhere between the sizes that both were measured at.
    Nowhere {
        /// The lower curve; none if both are equal everywhere.
        lower: Option<Side>,
    },
    /// Once.
    Once {
        /// Training examples at the crossing.
        n: f64,
        /// The curve that is lower with fewer examples; the other is with more.
        lower_before: Side,
        /// Interval over seeds: none with fewer than two, or unless the mean curves cross exactly once without
        /// any one of them.
        interval: Option<Interval>,
        /// Seeds that both curves have at every size.
        seeds: usize,
    },
    /// More than once: no single number of examples parts the two.
    Often {
        /// Training examples at each crossing.
        at: Vec<f64>,
    },
}

/// Why two curves cannot be compared.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CrossingError {
    /// They have no stretch of training examples in common.
    #[error(
        "the curves are from {a:?} and from {b:?} training examples; expected ranges that overlap"
    )]
    Apart {
        /// Smallest and largest size of the first.
        a: (u64, u64),
        /// Smallest and largest size of the second.
        b: (u64, u64),
    },
}

/// Returns where curves `a` and `b` cross, between the sizes that both span.
///
/// Between two sizes a curve is taken to be straight on logarithmic axes. The crossing is that of the mean
/// curves. Its interval is the jackknife's over seeds ([`pseudo_values`]), of its logarithm: seeds are
/// paired by their number ([`super::Point::seed`]) or, where they have none, in the order given, which for
/// trainings that have nothing in common is as good as any.
///
/// # Errors
/// [`CrossingError`] if the curves have no stretch of training examples in common.
pub fn crossing(a: &Curve, b: &Curve, confidence: Confidence) -> Result<Crossing, CrossingError> {
    let (span_a, span_b) = (a.span(), b.span());
    let common = span_a.0.max(span_b.0)..=span_a.1.min(span_b.1);
    if common.start() >= common.end() {
        let (a, b) = (span_a, span_b);
        return Err(CrossingError::Apart { a, b });
    }
    let means = |curve: &Curve| -> Line {
        let log = |(n, value): (u64, f64)| ((n as f64).ln(), value.ln());
        curve.means().into_iter().map(log).collect()
    };
    let mut nodes: Vec<u64> = a
        .sizes()
        .iter()
        .chain(b.sizes())
        .map(|size| size.n)
        .collect();
    nodes.retain(|n| common.contains(n));
    nodes.sort_unstable();
    nodes.dedup();
    let nodes: Vec<f64> = nodes.into_iter().map(|n| (n as f64).ln()).collect();
    let (line_a, line_b) = (means(a), means(b));
    let at = crossings(&line_a, &line_b, &nodes);
    let [log_n] = at[..] else {
        return Ok(if at.is_empty() {
            let lower = nodes.iter().find_map(|&node| lower(&line_a, &line_b, node));
            Crossing::Nowhere { lower }
        } else {
            let at = at.into_iter().map(f64::exp).collect();
            Crossing::Often { at }
        });
    };
    let pairs = seed_lines(a, b);
    let without: Option<Vec<f64>> = leave_one_out(&pairs)
        .map(|(a, b)| match crossings(&a, &b, &nodes)[..] {
            [log_n] => Some(log_n),
            _ => None,
        })
        .collect();
    let interval = without
        .filter(|without| !without.is_empty())
        .and_then(|without| {
            let values = pseudo_values(log_n, &without);
            let Interval { low, high } =
                OverSeeds::measure(&values, &[], 0.0, confidence)?.interval;
            Some(Interval {
                low: low.exp(),
                high: high.exp(),
            })
        });
    Ok(Crossing::Once {
        n: log_n.exp(),
        lower_before: nodes
            .iter()
            .find_map(|&node| lower(&line_a, &line_b, node))
            .unwrap_or(Side::A),
        interval,
        seeds: pairs.len(),
    })
}

/// Logarithms of sizes and values, smallest size first.
type Line = Vec<(f64, f64)>;

fn value_at(line: &Line, log_n: f64) -> f64 {
    let above = line
        .partition_point(|&(node, _)| node < log_n)
        .min(line.len() - 1);
    let (x1, y1) = line[above];
    let (x0, y0) = line[above.saturating_sub(1)];
    if x1 > x0 {
        y0 + (log_n - x0) / (x1 - x0) * (y1 - y0)
    } else {
        y1
    }
}

fn lower(a: &Line, b: &Line, log_n: f64) -> Option<Side> {
    let (a, b) = (value_at(a, log_n), value_at(b, log_n));
    if a < b {
        Some(Side::A)
    } else if b < a {
        Some(Side::B)
    } else {
        None
    }
}

/// The logarithms of the sizes at which `a` changes from one side of `b` to the other.
fn crossings(a: &Line, b: &Line, nodes: &[f64]) -> Vec<f64> {
    let mut found = Vec::new();
    // Where the curves last differed, and where they met since.
    let mut last: Option<(f64, f64)> = None;
    let mut met: Option<f64> = None;
    for &node in nodes {
        let apart = value_at(a, node) - value_at(b, node);
        if apart == 0.0 {
            met = met.or(Some(node));
            continue;
        }
        if let Some((from, before)) = last.filter(|(_, before)| before.signum() != apart.signum()) {
            let straight = from + before / (before - apart) * (node - from);
            found.push(met.unwrap_or(straight));
        }
        (last, met) = (Some((node, apart)), None);
    }
    found
}

/// The curves of each seed that both recipes have at every size.
fn seed_lines(a: &Curve, b: &Curve) -> Vec<(Line, Line)> {
    let line = |curve: &Curve, log: &dyn Fn(&super::curve::Size) -> Option<f64>| -> Option<Line> {
        let point = |size| Some(((size_n(size)).ln(), log(size)?));
        curve.sizes().iter().map(point).collect()
    };
    let seeds: Vec<u64> = a.sizes()[0].seeds().collect();
    let pair =
        |log: &dyn Fn(&super::curve::Size) -> Option<f64>| Some((line(a, log)?, line(b, log)?));
    if seeds.is_empty() {
        let trainings = a.sizes()[0].logs.len();
        let nth = |i: usize| pair(&move |size| Some(size.logs.get(i)?.1));
        (0..trainings).filter_map(nth).collect()
    } else {
        let of = |seed: u64| pair(&move |size| size.log_of(seed));
        seeds.into_iter().filter_map(of).collect()
    }
}

/// The mean curves of all seeds but one, for each of them; none where there is one.
fn leave_one_out(pairs: &[(Line, Line)]) -> impl Iterator<Item = (Line, Line)> {
    let seeds = 0..if pairs.len() > 1 { pairs.len() } else { 0 };
    let mean = |left_out: usize, side: fn(&(Line, Line)) -> &Line| {
        let others = || (0..pairs.len()).filter(move |&seed| seed != left_out);
        let point = |(at, &(node, _)): (usize, &(f64, f64))| {
            let sum: f64 = others().map(|seed| side(&pairs[seed])[at].1).sum();
            (node, sum / others().count() as f64)
        };
        side(&pairs[0]).iter().enumerate().map(point).collect()
    };
    seeds.map(move |seed| (mean(seed, |pair| &pair.0), mean(seed, |pair| &pair.1)))
}

fn size_n(size: &super::curve::Size) -> f64 {
    size.n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaling::Point;

    fn curve(points: &[(u64, f64)]) -> Curve {
        let points: Vec<Point> = points
            .iter()
            .map(|&(n, value)| Point::new(n, value))
            .collect();
        Curve::new(&points).unwrap()
    }

    fn check(a: &[(u64, f64)], b: &[(u64, f64)], expected: &str) {
        let got = match crossing(&curve(a), &curve(b), Confidence::default()) {
            Ok(Crossing::Nowhere { lower }) => format!("nowhere, lower {lower:?}"),
            Ok(Crossing::Once {
                n,
                lower_before,
                interval,
                seeds,
            }) => {
                let interval = interval.map(|i| format!(" ({:.1} to {:.1})", i.low, i.high));
                let interval = interval.unwrap_or_default();
                format!("{n:.1}{interval}, {lower_before:?} before, seeds {seeds}")
            }
            Ok(Crossing::Often { at }) => format!("{at:.1?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, expected);
    }

    #[test]
    fn crossings_by_hand() {
        let flat = [(100, 0.1), (10_000, 0.1)];
        // 0.2 to 0.05 over a factor of 100, straight on logarithmic axes: 0.1 in the geometric middle.
        check(
            &[(100, 0.2), (10_000, 0.05)],
            &flat,
            "1000.0, B before, seeds 1",
        );
        check(
            &flat,
            &[(100, 0.2), (10_000, 0.05)],
            "1000.0, A before, seeds 1",
        );
        // Other sizes of the second curve: it is straight between them.
        check(
            &[(100, 0.2), (1_000, 0.1), (10_000, 0.05)],
            &flat,
            "1000.0, B before, seeds 1",
        );
        check(
            &[(100, 0.2), (10_000, 0.15)],
            &flat,
            "nowhere, lower Some(B)",
        );
        check(&flat, &flat, "nowhere, lower None");
        // Touching is not crossing.
        check(
            &[(100, 0.2), (1_000, 0.1), (10_000, 0.2)],
            &flat,
            "nowhere, lower Some(B)",
        );
        check(
            &[(100, 0.2), (1_000, 0.05), (10_000, 0.2)],
            &flat,
            "[316.2, 3162.3]",
        );
        check(
            &flat,
            &[(20_000, 0.2), (30_000, 0.1)],
            "the curves are from (100, 10000) and from (20000, 30000) training examples; expected ranges that overlap",
        );
    }

    #[test]
    fn the_interval_is_students_over_seeds() {
        let flat = [(100, 0.1), (100, 0.1), (10_000, 0.1), (10_000, 0.1)];
        // The first training crosses at 1,000 · 10^½, the second at 1,000 / 10^½: with d = 0.1 · 10^¼ the slope
        // of each is that of 0.2 to 0.05, log 2 / log 10 per decade, so a factor 2^½ at both ends moves it by
        // half a decade. Mean 1,000; standard deviation ½·ln 10·√2, over √2 is ½·ln 10 = 1.151 29;
        // Student's quantile with one degree of freedom 12.706 2; exp(±14.628 6) is a factor of 2.254 77e6.
        let root = 2_f64.sqrt();
        let falling = [
            (100, 0.2 * root),
            (100, 0.2 / root),
            (10_000, 0.05 * root),
            (10_000, 0.05 / root),
        ];
        let got = crossing(&curve(&falling), &curve(&flat), Confidence::default()).unwrap();
        let Crossing::Once {
            n,
            interval: Some(interval),
            seeds: 2,
            ..
        } = got
        else {
            panic!("{got:?}");
        };
        assert!((n - 1_000.0).abs() < 1e-6, "{n}");
        assert!(
            (interval.high / 1_000.0 / 2.254_77e6 - 1.0).abs() < 1e-3,
            "{interval:?}"
        );
        assert!(
            (1_000.0 / interval.low / 2.254_77e6 - 1.0).abs() < 1e-3,
            "{interval:?}"
        );
        // One of two seeds does not cross within the sizes: no interval.
        let falling = [(100, 0.2), (100, 0.9), (10_000, 0.05), (10_000, 0.11)];
        let got = crossing(&curve(&falling), &curve(&flat), Confidence::default()).unwrap();
        assert!(
            matches!(
                got,
                Crossing::Once {
                    interval: None,
                    seeds: 2,
                    ..
                }
            ),
            "{got:?}"
        );
    }

    /// The third seed's curves cross twice, since it is noisy at few examples. The mean curves cross once, and at
    /// the same place in every seed: between 1,000 and 10,000 all are the same.
    #[test]
    fn one_noisy_seed_leaves_an_interval() {
        let at = |n: u64, values: [f64; 3]| values.map(|value| (n, value));
        let flat = [at(100, [0.1; 3]), at(1_000, [0.1; 3]), at(10_000, [0.1; 3])].concat();
        let falling = [
            at(100, [0.4, 0.4, 0.09]),
            at(1_000, [0.2; 3]),
            at(10_000, [0.05; 3]),
        ]
        .concat();
        let place = 1_000.0 * 10_f64.sqrt();
        let expected = format!("{place:.1} ({place:.1} to {place:.1}), B before, seeds 3");
        check(&falling, &flat, &expected);
    }
}
