//! The same bars from two sources, side by side.

use super::Bar;
use crate::units::UnixMillis;

/// One value of one bar on which two sources do not agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The bar's start.
    pub t: UnixMillis,
    /// `open`, `high`, `low`, `close` or `volume`.
    pub field: &'static str,
    /// What each source says.
    pub left: f64,
    /// See `left`.
    pub right: f64,
    /// |left − right| / max(|left|, |right|).
    pub relative: f64,
}

/// What came of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reconciled {
    /// Bars that both have.
    pub compared: u64,
    /// Of these, how many agree in every value that both give.
    pub equal: u64,
    /// Where they do not agree.
    pub differences: Vec<Difference>,
    /// Starts of bars that only one of them has.
    pub only_left: Vec<UnixMillis>,
    /// See `only_left`.
    pub only_right: Vec<UnixMillis>,
}

/// Compares two ascending series bar by bar.
///
/// *Inputs*: the series, and by how much prices and volumes may differ, relative to the larger. A value that only one gives
/// is not compared. *Returns*: the differences, by start.
#[must_use]
pub fn reconcile(left: &[Bar], right: &[Bar], price_tolerance: f64, volume_tolerance: f64) -> Reconciled {
    let mut done = Reconciled::default();
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (Some(one), Some(other)) if one.t == other.t => {
                let found = differences(one, other, price_tolerance, volume_tolerance);
                done.compared += 1;
                done.equal += u64::from(found.is_empty());
                done.differences.extend(found);
                left.next();
                right.next();
            }
            (Some(one), other) if other.is_none_or(|other| one.t < other.t) => {
                done.only_left.push(one.t);
                left.next();
            }
            (_, Some(other)) => {
                done.only_right.push(other.t);
                right.next();
            }
            _ => return done,
        }
    }
}

fn differences(one: &Bar, other: &Bar, price_tolerance: f64, volume_tolerance: f64) -> Vec<Difference> {
    let values = [
        ("open", one.open, other.open, price_tolerance),
        ("high", one.high, other.high, price_tolerance),
        ("low", one.low, other.low, price_tolerance),
        ("close", Some(one.close), Some(other.close), price_tolerance),
        ("volume", one.volume, other.volume, volume_tolerance),
    ];
    let compared = values.into_iter().filter_map(|(field, left, right, most)| {
        let (left, right) = (left?, right?);
        let larger = left.abs().max(right.abs());
        let relative = if larger > 0.0 { (left - right).abs() / larger } else { 0.0 };
        (relative > most).then_some(Difference { t: one.t, field, left, right, relative })
    });
    compared.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Day;

    fn bar(t: i64, close: f64, volume: Option<f64>) -> Bar {
        Bar {
            t: UnixMillis(t),
            day: Day::from_number(1),
            open: None,
            high: None,
            low: None,
            close,
            volume,
            vwap: None,
            trades: None,
            extended: false,
        }
    }

    #[test]
    fn every_bar_is_compared_or_named_as_one_sided() {
        let left = [bar(1, 10.0, Some(100.0)), bar(2, 10.0, None), bar(4, 10.0, Some(100.0))];
        let right = [bar(2, 10.05, Some(1.0)), bar(3, 9.0, None), bar(4, 10.2, Some(150.0))];
        let done = reconcile(&left, &right, 0.01, 0.2);
        assert_eq!((done.compared, done.equal), (2, 1));
        assert_eq!((done.only_left, done.only_right), (vec![UnixMillis(1)], vec![UnixMillis(3)]));
        let found: Vec<_> = done.differences.iter().map(|found| (found.t.0, found.field)).collect();
        assert_eq!(found, [(4, "close"), (4, "volume")]);
        // 0.2 of 10.2 is 1.96 %.
        assert!((done.differences[0].relative - 0.2 / 10.2).abs() < 1e-12);
    }
}
