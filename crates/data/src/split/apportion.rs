//! Seats in proportion to weights.

/// Divides `total` in proportion to `weights`, in whole numbers, with at most `capacity` for each.
///
/// The method of the largest remainder (Hamilton's): each gets its share rounded down, and what is
/// left goes one by one to the largest remainders, to the first of equal ones. Each result is within
/// one of its share, except where a capacity leaves too little and others take the rest.
///
/// The sum of `capacity` must be `total` or more.
pub(super) fn apportion(weights: &[usize], capacity: &[usize], total: usize) -> Vec<usize> {
    debug_assert!(capacity.iter().sum::<usize>() >= total);
    let sum: u128 = weights.iter().map(|&w| w as u128).sum::<u128>().max(1);
    let product = |i: usize| weights[i] as u128 * total as u128;
    let mut seats: Vec<usize> = (0..weights.len())
        .map(|i| ((product(i) / sum) as usize).min(capacity[i]))
        .collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(product(i) % sum));
    let mut left = total - seats.iter().sum::<usize>();
    while left > 0 {
        let before = left;
        for &i in &order {
            if left > 0 && seats[i] < capacity[i] {
                seats[i] += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    seats
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_go_to_the_largest_remainders() {
        let check = |weights: &[usize], capacity: &[usize], total, expected: &[usize]| {
            assert_eq!(apportion(weights, capacity, total), expected);
        };
        // Wikipedia, "Quota method", example of Hamilton's method with 10 seats.
        let votes = [47_000, 16_000, 15_800, 12_000, 6_100, 3_100];
        check(&votes, &votes, 10, &[5, 2, 1, 1, 1, 0]);
        // By hand: shares 1.5, 1.5, 3: the first of equal remainders.
        check(&[1, 1, 2], &[9, 9, 9], 6, &[2, 1, 3]);
        // By hand: the first has no room left, so the second takes its seat.
        check(&[1, 1, 2], &[1, 9, 9], 6, &[1, 2, 3]);
        check(&[1, 1, 2], &[0, 0, 9], 6, &[0, 0, 6]);
        check(&[0, 3], &[0, 3], 3, &[0, 3]);
        check(&[0, 0], &[0, 0], 0, &[0, 0]);
        check(&[], &[], 0, &[]);
    }
}
