//! Which rows of a long table are drawn.

use std::ops::Range;

/// How many rows are drawn above and below what is seen, so that scrolling shows no gap.
const MARGIN: usize = 12;

/// The rows to draw when `top` pixels are scrolled away and `height` pixels are seen.
pub(super) fn drawn(n_rows: usize, top: f64, height: f64, row_px: f64) -> Range<usize> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0, and far below 2^32 rows"
    )]
    let rows = |px: f64| (px / row_px.max(1.0)).max(0.0) as usize;
    // A row is seen in part at either end.
    let end = (rows(top) + rows(height) + 2 + MARGIN).min(n_rows);
    rows(top).saturating_sub(MARGIN).min(end)..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_drawn_with_a_margin() {
        assert_eq!(drawn(1000, 0.0, 360.0, 36.0), 0..24);
        assert_eq!(drawn(1000, 3600.0, 360.0, 36.0), 88..124);
        assert_eq!(drawn(1000, 35_640.0, 360.0, 36.0), 978..1000);
        assert_eq!(drawn(5, 0.0, 360.0, 36.0), 0..5);
        // A table that became shorter while it was scrolled.
        assert_eq!(drawn(5, 3600.0, 360.0, 36.0), 5..5);
        assert_eq!(drawn(0, 0.0, 0.0, 0.0), 0..0);
    }
}
