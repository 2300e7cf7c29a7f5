//! Places of the same width side by side, one for each entry of a chart.

use leptos::prelude::*;

/// The places between both ends of a chart.
#[derive(Clone, Copy)]
pub(super) struct Slots {
    /// The chart's width in pixels.
    pub width: RwSignal<f64>,
    /// How many there are.
    pub count: Signal<usize>,
    /// Pixels left of the first one and right of the last one.
    pub room: (f64, f64),
    /// No place is narrower than so many pixels.
    pub least_px: f64,
}

impl Slots {
    /// The width of one.
    #[expect(clippy::cast_precision_loss, reason = "a number of entries")]
    pub(super) fn step(self) -> f64 {
        let (left, right) = self.room;
        ((self.width.get() - left - right) / self.count.get().max(1) as f64).max(self.least_px)
    }

    /// The middle of one.
    #[expect(clippy::cast_precision_loss, reason = "a number of entries")]
    pub(super) fn middle(self, at: usize) -> f64 {
        self.room.0 + (at as f64 + 0.5) * self.step()
    }

    /// The one that a point of the chart lies in.
    pub(super) fn nearest(self) -> Callback<(f64, f64), Option<usize>> {
        Callback::new(move |(x, _)| untrack(|| slot_at(x - self.room.0, self.step(), self.count.get())))
    }
}

/// Which of `count` places of one size lies so far from the first one's beginning; the outermost ones reach further.
pub(super) fn slot_at(distance: f64, step: f64, count: usize) -> Option<usize> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a distance on the screen, not below 0"
    )]
    let at = (distance.max(0.0) / step) as usize;
    (count > 0).then(|| at.min(count - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_distance_lies_in_a_place_where_there_is_one() {
        assert_eq!([-5.0, 0.0, 9.9, 10.0, 29.0, 99.0].map(|at| slot_at(at, 10.0, 3)), [0, 0, 0, 1, 2, 2].map(Some));
        assert_eq!(slot_at(5.0, 10.0, 0), None);
    }
}
