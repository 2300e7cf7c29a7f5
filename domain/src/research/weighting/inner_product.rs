//! Sums of products, the innermost loop of every weighting by risk.

/// Sums that are kept side by side: one alone would wait for each addition before the next.
const LANES: usize = 8;

/// Σ aᵢ·bᵢ over the shorter of both.
///
/// The order of the additions depends on the length alone, so that the same numbers give the same bits wherever a build starts.
pub(super) fn inner_product(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (a_lanes, b_lanes) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let length = a.len().min(b.len());
    let whole = length - length % LANES;
    for (x, y) in a_lanes.zip(b_lanes) {
        if let (Ok(x), Ok(y)) = (<&[f64; LANES]>::try_from(x), <&[f64; LANES]>::try_from(y)) {
            sums[0] += x[0] * y[0];
            sums[1] += x[1] * y[1];
            sums[2] += x[2] * y[2];
            sums[3] += x[3] * y[3];
            sums[4] += x[4] * y[4];
            sums[5] += x[5] * y[5];
            sums[6] += x[6] * y[6];
            sums[7] += x[7] * y[7];
        }
    }
    let rest: f64 = a[whole..length].iter().zip(&b[whole..length]).map(|(x, y)| x * y).sum();
    ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7])) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_and_rest_are_all_counted() {
        // Σ k·(k + 1) for k below n is (n − 1)·n·(n + 1)/3, exact in binary.
        for n in 0..40_i32 {
            let a: Vec<f64> = (0..n).map(f64::from).collect();
            let b: Vec<f64> = (1..=n).map(f64::from).collect();
            assert_eq!(inner_product(&a, &b).to_bits(), f64::from((n - 1) * n * (n + 1) / 3).to_bits(), "{n}");
        }
        assert_eq!(inner_product(&[2.0; 9], &[3.0; 11]).to_bits(), 54.0_f64.to_bits());
    }
}
