//! Solving a symmetric positive definite system.

/// Solves A·x = b by A = L·Lᵀ.
///
/// *Inputs*: the rows of A one after another, of which the lower triangle is read; b. *Returns*: x, or `None` where A is not
/// positive definite.
pub(super) fn solve(mut matrix: Vec<f64>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for row in 0..n {
        for column in 0..=row {
            let (above, below) = matrix.split_at(row * n);
            let other = if column == row { &below[..column] } else { &above[column * n..column * n + column] };
            let inner: f64 = below[..column].iter().zip(other).map(|(a, b)| a * b).sum();
            let left = below[column] - inner;
            matrix[row * n + column] = if column < row {
                left / matrix[column * n + column]
            } else if left > 0.0 {
                left.sqrt()
            } else {
                return None;
            };
        }
    }
    for row in 0..n {
        let inner: f64 = (0..row).map(|column| matrix[row * n + column] * right[column]).sum();
        right[row] = (right[row] - inner) / matrix[row * n + row];
    }
    for row in (0..n).rev() {
        let inner: f64 = (row + 1..n).map(|below| matrix[below * n + row] * right[below]).sum();
        right[row] = (right[row] - inner) / matrix[row * n + row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_by_hand() {
        // 4x + 2y = 10 and 2x + 5y = 13: x = 1.5, y = 2.
        let found = solve(vec![4.0, 2.0, 2.0, 5.0], vec![10.0, 13.0]).unwrap();
        assert!((found[0] - 1.5).abs() < 1e-15 && (found[1] - 2.0).abs() < 1e-15, "{found:?}");
        assert_eq!(solve(vec![1.0, 2.0, 2.0, 1.0], vec![1.0, 1.0]), None);
    }
}
