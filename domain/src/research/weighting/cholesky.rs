//! Solving symmetric positive definite systems that grow by a row at a time.

use super::inner_product;

/// The lower triangle L of A = L·Lᵀ, its rows one after another.
#[derive(Debug, Default)]
pub(super) struct Cholesky {
    n: usize,
    rows: Vec<f64>,
}

impl Cholesky {
    /// Adds a row of A: its values up to the diagonal. False where A is not positive definite with it; then nothing is added.
    ///
    /// What was factored before stays, so that a row costs n² and not n³.
    pub(super) fn push(&mut self, row: &[f64]) -> bool {
        let n = self.n;
        let mut added: Vec<f64> = Vec::with_capacity(n + 1);
        for (column, value) in row.iter().take(n).enumerate() {
            let above = self.row(column);
            let inner = inner_product(&added, &above[..column]);
            added.push((value - inner) / above[column]);
        }
        let left = row.get(n).copied().unwrap_or(0.0) - inner_product(&added, &added);
        if left.is_nan() || left <= 0.0 {
            return false;
        }
        added.push(left.sqrt());
        self.rows.extend(added);
        self.n += 1;
        true
    }

    fn row(&self, at: usize) -> &[f64] {
        let start = at * (at + 1) / 2;
        &self.rows[start..=start + at]
    }

    /// Solves A·x = b, b as long as A.
    pub(super) fn solve(&self, mut right: Vec<f64>) -> Vec<f64> {
        for at in 0..self.n {
            let row = self.row(at);
            right[at] = (right[at] - inner_product(row, &right[..at])) / row[at];
        }
        for at in (0..self.n).rev() {
            let row = self.row(at);
            let value = right[at] / row[at];
            right[at] = value;
            right[..at].iter_mut().zip(row).for_each(|(other, factor)| *other -= factor * value);
        }
        right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_by_hand_that_grows() {
        let mut factor = Cholesky::default();
        assert!(factor.push(&[4.0]));
        // 4x = 10.
        assert_eq!(factor.solve(vec![10.0]), [2.5]);
        // 4x + 2y = 10 and 2x + 5y = 13: x = 1.5, y = 2.
        assert!(factor.push(&[2.0, 5.0]));
        let found = factor.solve(vec![10.0, 13.0]);
        assert!((found[0] - 1.5).abs() < 1e-15 && (found[1] - 2.0).abs() < 1e-15, "{found:?}");
        // A third that is the first again: the determinant is 0.
        assert!(!factor.push(&[4.0, 2.0, 4.0]));
        assert_eq!(factor.solve(vec![10.0, 13.0]), found);
    }
}
