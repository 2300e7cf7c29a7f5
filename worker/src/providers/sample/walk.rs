//! A random walk that can be asked for any day at once.
//!
//! The walk is built from the coarse to the fine (Lévy's construction of Brownian motion): anchors every 2 048 weekdays,
//! and between two known points the middle is their mean plus a displacement that only depends on its place. So any day
//! costs eleven halvings, whatever was asked before, and three more halvings give the course within the day. Beyond the
//! anchors the walk does not drift away: a market of two centuries stays within bounds.

use super::random::Series;

/// Points of a day's course, both ends included: the close before, then eight equal steps to the close.
pub(super) const POINTS: usize = 9;

/// Weekdays between two anchors, a power of two.
const ANCHOR: u32 = 2_048;

/// Weekdays that share one level of volatility, a power of two.
const CALM_OR_STORM: u32 = 64;

/// A position of the volatility levels, away from every point of the walk.
const LEVELS: u32 = 0x8000_0000;

/// How a day's course is halved: the middle, the two points it lies between, and how often the day was halved before.
const HALVINGS: [(u32, usize, usize, usize); 7] =
    [(4, 0, 8, 0), (2, 0, 4, 1), (6, 4, 8, 1), (1, 0, 2, 2), (3, 2, 4, 2), (5, 4, 6, 2), (7, 6, 8, 2)];

/// The deviation of the middle of a bridge over a day, half a day and a quarter: half the root of its length.
const BRIDGE: [f64; 3] = [0.5, 0.5 * std::f64::consts::FRAC_1_SQRT_2, 0.25];

/// A walk with a standard deviation of about 1 per weekday.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk(Series);

/// The two ends of a weekday and the volatility of the block it lies in.
struct Span {
    before: f64,
    close: f64,
    level: f64,
}

impl Walk {
    /// The walk of this series.
    pub(super) const fn new(series: Series) -> Self {
        Self(series)
    }

    /// The value at the close of weekday `k`.
    pub(super) fn close(self, k: u32) -> f64 {
        self.span(k).close
    }

    /// The course of weekday `k`, from the close before to its own close.
    pub(super) fn day(self, k: u32) -> [f64; POINTS] {
        let span = self.span(k);
        let mut course = [0.0; POINTS];
        (course[0], course[8]) = (span.before, span.close);
        for (middle, from, to, halvings) in HALVINGS {
            let displacement = span.level * BRIDGE[halvings] * self.0.bell(k * 8 + middle);
            course[middle as usize] = 0.5 * (course[from] + course[to]) + displacement;
        }
        course
    }

    fn span(self, k: u32) -> Span {
        let mut from = k - k % ANCHOR;
        let mut length = ANCHOR;
        let (mut before, mut close) = (self.anchor(from), self.anchor(from + length));
        let level = self.level(k / CALM_OR_STORM);
        // The middle of a bridge over n days has a standard deviation of √n / 2.
        let mut deviation = 0.5 * f64::from(ANCHOR).sqrt();
        while length > 1 {
            let middle = from + length / 2;
            let scale = if length <= CALM_OR_STORM { deviation * level } else { deviation };
            let value = 0.5 * (before + close) + scale * self.0.bell(middle * 8);
            if k < middle {
                close = value;
            } else {
                before = value;
                from = middle;
            }
            length /= 2;
            deviation *= std::f64::consts::FRAC_1_SQRT_2;
        }
        Span { before, close, level }
    }

    /// Anchors are independent of each other; 0.6 keeps the step from one to the next near that of a true walk.
    fn anchor(self, k: u32) -> f64 {
        0.6 * f64::from(ANCHOR).sqrt() * self.0.bell(k * 8)
    }

    /// Mostly between 0.6 and 1.4; one block in thirty is a storm.
    fn level(self, block: u32) -> f64 {
        let u = self.0.uniform(LEVELS + block);
        if u < 1.0 / 30.0 { 2.4 } else { 0.6 + 0.8 * u }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_the_day_before_closed() {
        let walk = Walk::new(Series::new(1, 1));
        for k in 1..5_000 {
            let (course, before) = (walk.day(k), walk.close(k - 1));
            assert!((course[0] - before).abs() < 1e-9, "{k}: {} against {before}", course[0]);
            assert_eq!(course[8].to_bits(), walk.close(k).to_bits());
        }
    }

    #[test]
    fn a_step_has_a_deviation_of_about_1_and_the_walk_stays_within_bounds() {
        let walk = Walk::new(Series::new(1, 2));
        let closes: Vec<f64> = (0..40_000).map(|k| walk.close(k)).collect();
        let mean_square = closes.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum::<f64>() / 39_999.0;
        assert!((0.8..1.6).contains(&mean_square), "{mean_square}");
        // The anchors' deviation is 0.6 · √2048 = 27; the bridge between adds at most √2048 / 2 = 23 in the middle.
        assert!(closes.iter().all(|x| x.abs() < 150.0));
    }
}
