//! From values to pixels and back, and the round values that an axis names.

/// An axis of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from_px: f64,
    to_px: f64,
    is_log: bool,
}

impl Scale {
    /// An axis on which `low` lies at `from_px` and `high` at `to_px`. A logarithmic one needs `low` above 0 and is linear
    /// otherwise; an empty range is widened.
    pub(crate) fn new(low: f64, high: f64, (from_px, to_px): (f64, f64), is_log: bool) -> Self {
        let (low, high) = if low < high { (low, high) } else { (low - widening(low), high + widening(high)) };
        Self { low, high, from_px, to_px, is_log: is_log && low > 0.0 }
    }

    /// An axis that shows all values with some room around them. A logarithmic one multiplies instead of adding.
    pub(crate) fn around(values: impl Iterator<Item = f64>, px: (f64, f64), is_log: bool) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return Self::new(0.0, 1.0, px, false);
        }
        let room = (high - low) * 0.05;
        if is_log && low > 0.0 {
            let factor = (high / low).powf(0.05);
            return Self::new(low / factor, high * factor, px, true);
        }
        Self::new(low - room, high + room, px, false)
    }

    fn share(self, value: f64) -> f64 {
        if self.is_log {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }

    /// Where a value lies.
    pub(crate) fn px(self, value: f64) -> f64 {
        self.from_px + self.share(value) * (self.to_px - self.from_px)
    }

    /// The value at a place.
    pub(crate) fn value(self, px: f64) -> f64 {
        let share = (px - self.from_px) / (self.to_px - self.from_px);
        if self.is_log {
            self.low * (self.high / self.low).powf(share)
        } else {
            self.low + share * (self.high - self.low)
        }
    }

    /// The nearest end of the axis to 0: where areas and bars stand.
    pub(crate) fn ground(self) -> f64 {
        self.px(0.0_f64.clamp(self.low, self.high))
    }

    /// At most about `count` round values inside the axis, ascending.
    pub(crate) fn ticks(self, count: u32) -> Vec<f64> {
        if self.is_log && self.high / self.low >= 8.0 {
            return self.log_ticks();
        }
        let step = round_step((self.high - self.low) / f64::from(count.max(1)));
        let first = (self.low / step).ceil();
        let last = (self.high / step).floor();
        let mut ticks = Vec::new();
        let mut at = first;
        while at <= last && ticks.len() < 50 {
            // Adding 0 turns a negative zero into zero.
            ticks.push(at * step + 0.0);
            at += 1.0;
        }
        ticks
    }

    /// 1, 2 and 5 times the powers of ten.
    fn log_ticks(self) -> Vec<f64> {
        let mut ticks = Vec::new();
        let mut power = 10_f64.powf(self.low.log10().floor());
        while power <= self.high && ticks.len() < 50 {
            ticks.extend([1.0, 2.0, 5.0].map(|factor| factor * power));
            power *= 10.0;
        }
        ticks.retain(|tick| (self.low..=self.high).contains(tick));
        ticks
    }
}

fn widening(value: f64) -> f64 {
    let widening = value.abs() * 0.01;
    if widening > 0.0 { widening } else { 1.0 }
}

/// The smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `step`.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let factors = [1.0, 2.0, 2.5, 5.0, 10.0];
    // The last one is always large enough but for rounding.
    factors.iter().map(|factor| factor * power).find(|round| *round >= step * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn values_and_places_lead_to_each_other() {
        let down = Scale::new(100.0, 200.0, (300.0, 0.0), false);
        close(down.px(100.0), 300.0);
        close(down.px(150.0), 150.0);
        close(down.value(75.0), 175.0);
        let log = Scale::new(10.0, 1000.0, (0.0, 200.0), true);
        close(log.px(100.0), 100.0);
        close(log.value(150.0), 10.0 * 10_f64.powf(1.5));
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(Scale::new(0.0, 100.0, (0.0, 1.0), false).ticks(5), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(Scale::new(-0.3, 0.4, (0.0, 1.0), false).ticks(3), [-0.25, 0.0, 0.25]);
        assert_eq!(Scale::new(10.0, 500.0, (0.0, 1.0), true).ticks(5), [10.0, 20.0, 50.0, 100.0, 200.0, 500.0]);
        // Within less than a power of ten a logarithmic axis has the ticks of a linear one.
        assert_eq!(Scale::new(900.0, 1300.0, (0.0, 1.0), true).ticks(4), [900.0, 1000.0, 1100.0, 1200.0, 1300.0]);
    }

    #[test]
    fn one_value_alone_has_an_axis() {
        let one = Scale::around([5.0].into_iter(), (100.0, 0.0), false);
        close(one.px(5.0), 50.0);
        let zero = Scale::around([0.0, 0.0].into_iter(), (100.0, 0.0), false);
        close(zero.px(0.0), 50.0);
        assert!(Scale::around(std::iter::empty(), (100.0, 0.0), true).ticks(4).len() > 1);
    }

    #[test]
    fn an_axis_leaves_room_around_its_values() {
        let linear = Scale::around([0.0, 100.0].into_iter(), (0.0, 110.0), false);
        close(linear.px(0.0), 5.0);
        close(linear.px(100.0), 105.0);
        let log = Scale::around([10.0, 1000.0].into_iter(), (0.0, 110.0), true);
        close(log.px(10.0), 5.0);
    }

    #[test]
    fn a_logarithm_of_nothing_is_linear() {
        let scale = Scale::new(-10.0, 10.0, (0.0, 100.0), true);
        close(scale.px(0.0), 50.0);
        close(scale.ground(), 50.0);
        close(Scale::new(10.0, 20.0, (0.0, 100.0), false).ground(), 0.0);
    }
}
