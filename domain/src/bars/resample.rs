//! Longer bars from shorter ones: first open, highest high, lowest low, last close, summed volume, weighted average price.

use super::{Bar, BarSize};
use crate::calendar::{new_york_instant, wall_time};

/// Makes longer bars of shorter ones.
///
/// *Inputs*: bars ascending by start, and the size of the longer ones. *Returns*: the longer ones, ascending; one that holds
/// no shorter bar does not exist.
///
/// *Method*: `docs/methods/bars.md`.
#[must_use]
pub fn resample(bars: impl IntoIterator<Item = Bar>, size: BarSize) -> Vec<Bar> {
    merge(bars.into_iter().filter_map(|bar| {
        let start = size.start(wall_time(bar.t)?);
        Some(Bar { t: new_york_instant(start.day, start.minute), ..bar })
    }))
}

/// Makes one bar of neighbours with the same start.
///
/// *Inputs*: bars in order. *Returns*: the bars, each start once.
#[must_use]
pub fn merge(bars: impl IntoIterator<Item = Bar>) -> Vec<Bar> {
    let mut merged: Vec<Bar> = Vec::new();
    for bar in bars {
        match merged.last_mut() {
            Some(last) if last.t == bar.t => *last = joined(last, &bar),
            _ => merged.push(bar),
        }
    }
    merged
}

fn joined(first: &Bar, second: &Bar) -> Bar {
    Bar {
        t: first.t,
        day: first.day,
        open: first.open.or(second.open),
        high: pick(first.high, second.high, f64::max),
        low: pick(first.low, second.low, f64::min),
        close: second.close,
        volume: pick(first.volume, second.volume, |a, b| a + b),
        vwap: weighted(first, second),
        trades: pick(first.trades, second.trades, |a, b| a + b),
        extended: first.extended && second.extended,
    }
}

fn pick(first: Option<f64>, second: Option<f64>, choose: impl Fn(f64, f64) -> f64) -> Option<f64> {
    match (first, second) {
        (Some(first), Some(second)) => Some(choose(first, second)),
        (one, other) => one.or(other),
    }
}

/// A bar in which nothing was traded weighs nothing, whatever its average.
fn weighted(first: &Bar, second: &Bar) -> Option<f64> {
    let (one, other) = (first.volume?, second.volume?);
    if one == 0.0 {
        return second.vwap;
    }
    if other == 0.0 {
        return first.vwap;
    }
    Some((first.vwap? * one + second.vwap? * other) / (one + other))
}

#[cfg(test)]
mod tests {
    use super::super::Timespan;
    use super::*;
    use crate::units::Day;

    fn bar(minute: u32, open: f64, volume: f64) -> Bar {
        let day: Day = "2021-12-01".parse().unwrap();
        Bar {
            t: new_york_instant(day, minute),
            day,
            open: Some(open),
            high: Some(open + 2.0),
            low: Some(open - 1.0),
            close: open + 1.0,
            volume: Some(volume),
            vwap: Some(open + 0.5),
            trades: Some(3.0),
            extended: false,
        }
    }

    #[test]
    fn two_hours_of_three_bars_are_two_bars() {
        let size = BarSize::new(2, Timespan::Hour).unwrap();
        let bars = resample([bar(600, 10.0, 100.0), bar(660, 12.0, 300.0), bar(720, 11.0, 50.0)], size);
        assert_eq!(bars.iter().map(|bar| bar.t).collect::<Vec<_>>(), [bar(600, 0.0, 0.0).t, bar(720, 0.0, 0.0).t]);
        let first = &bars[0];
        assert_eq!((first.open, first.high, first.low, first.close), (Some(10.0), Some(14.0), Some(9.0), 13.0));
        // (10.5 · 100 + 12.5 · 300) / 400 = 12.
        assert_eq!((first.volume, first.vwap, first.trades), (Some(400.0), Some(12.0), Some(6.0)));
    }

    #[test]
    fn a_bar_without_an_average_leaves_the_longer_one_without() {
        let size = BarSize::new(1, Timespan::Day).unwrap();
        let without = Bar { vwap: None, ..bar(660, 12.0, 300.0) };
        assert_eq!(resample([bar(600, 10.0, 100.0), without.clone()], size)[0].vwap, None);
        let silent = Bar { volume: Some(0.0), ..without };
        assert_eq!(resample([bar(600, 10.0, 100.0), silent], size)[0].vwap, Some(10.5));
    }
}
