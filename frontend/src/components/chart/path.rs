//! Lines as SVG path data.

use std::fmt::Write as _;

/// A line through the points; it is broken where there is none.
pub(crate) fn line(points: impl Iterator<Item = Option<(f64, f64)>>) -> String {
    let mut path = String::new();
    let mut is_down = false;
    for point in points {
        match point {
            Some((x, y)) => {
                // Writing to a string cannot fail. A tenth of a pixel is finer than any screen.
                let _ = write!(path, "{}{x:.1} {y:.1}", if is_down { 'L' } else { 'M' });
                is_down = true;
            }
            None => is_down = false,
        }
    }
    path
}

/// The area between a line without breaks and a height.
pub(crate) fn area(points: &[(f64, f64)], ground: f64) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return String::new() };
    let line = line(points.iter().copied().map(Some));
    format!("{line}L{:.1} {ground:.1}L{:.1} {ground:.1}Z", last.0, first.0)
}

/// The index of the value nearest to `wanted` among ascending ones.
pub(crate) fn nearest(ascending: &[i32], wanted: f64) -> Option<usize> {
    let after = ascending.partition_point(|value| f64::from(*value) < wanted);
    let distance = |at: usize| ascending.get(at).map(|value| (f64::from(*value) - wanted).abs());
    match (after.checked_sub(1).and_then(distance), distance(after)) {
        (Some(before), Some(behind)) => Some(if before <= behind { after - 1 } else { after }),
        (Some(_), None) => Some(after - 1),
        (None, Some(_)) => Some(after),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_where_a_point_is_missing() {
        let points = [Some((0.0, 1.0)), Some((1.25, 2.0)), None, Some((3.0, 4.0))];
        assert_eq!(line(points.into_iter()), "M0.0 1.0L1.2 2.0M3.0 4.0");
        assert_eq!(line(std::iter::empty()), "");
    }

    #[test]
    fn an_area_is_closed_at_the_ground() {
        assert_eq!(area(&[(0.0, 1.0), (2.0, 3.0)], 9.0), "M0.0 1.0L2.0 3.0L2.0 9.0L0.0 9.0Z");
        assert_eq!(area(&[], 9.0), "");
    }

    #[test]
    fn the_nearest_of_a_tie_is_the_earlier() {
        let values = [10, 20, 40];
        for (wanted, found) in [(-5.0, 0), (15.0, 0), (15.1, 1), (29.0, 1), (31.0, 2), (99.0, 2)] {
            assert_eq!(nearest(&values, wanted), Some(found), "{wanted}");
        }
        assert_eq!(nearest(&[], 1.0), None);
    }
}
