//! Chains with another future: the means of finding out whether anything of the future reaches the past.

use super::records::{DayRecord, Trade};
use crate::options::ChainDay;
use crate::stats::mixed;
use crate::units::Day;

/// Quotes as they are before a day, and changed from it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnotherFuture {
    /// The first session that is changed.
    pub from: Day,
    /// Draws another future for another number.
    pub seed: u64,
}

/// Something decided or known before a day that is another with another future.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedRecord {
    /// `session`, `closed_trade` or `entry`.
    pub what: &'static str,
    /// The session, or that of the trade's exit or entry.
    pub date: Day,
    /// The trade.
    pub trade_id: Option<u32>,
}

impl AnotherFuture {
    /// Hands the chain on: from the day on with the underlying up to a fifth elsewhere, every bid and ask at 0.5 to 1.5 times
    /// its price, and implied volatilities and deltas that follow neither.
    pub fn with_chain<T>(&self, chain: &ChainDay<'_>, read: impl FnOnce(&ChainDay<'_>) -> T) -> T {
        if chain.day < self.from {
            return read(chain);
        }
        let day = u64::from(chain.day.number().unsigned_abs());
        let draw = |column: u64, row: usize| unit(self.seed, day, column, row as u64);
        let move_of_day = 0.8 + 0.4 * draw(0, 0);
        let scaled = |column: u64, numbers: &[f64]| -> Vec<f64> {
            numbers.iter().enumerate().map(|(row, number)| number * (0.5 + draw(column, row))).collect()
        };
        let ivs = scaled(2, chain.ivs);
        let deltas = scaled(3, chain.deltas).iter().map(|delta| delta.clamp(-1.0, 1.0)).collect::<Vec<_>>();
        // One factor for bid and ask, so that whatever could be traded still can.
        let (bids, asks) = (scaled(1, chain.bids), scaled(1, chain.asks));
        read(&ChainDay {
            spot: chain.spot * move_of_day,
            open: chain.open.map(|open| open * move_of_day),
            bids: &bids,
            asks: &asks,
            ivs: &ivs,
            deltas: &deltas,
            ..*chain
        })
    }
}

/// Compares two runs of one plan: what was decided and known before a day must be the same to the bit, whatever came later.
#[must_use]
pub fn moved_records(
    from: Day,
    (days, trades): (&[DayRecord], &[Trade]),
    (other_days, other_trades): (&[DayRecord], &[Trade]),
) -> Vec<MovedRecord> {
    let earlier = |days: &[DayRecord]| days.iter().filter(|day| day.date < from).cloned().collect::<Vec<_>>();
    let (mine, theirs) = (earlier(days), earlier(other_days));
    let mut moved: Vec<MovedRecord> = (0..mine.len().max(theirs.len()))
        .filter(|place| mine.get(*place) != theirs.get(*place))
        .filter_map(|place| mine.get(place).or(theirs.get(place)))
        .map(|day| MovedRecord { what: "session", date: day.date, trade_id: None })
        .collect();
    let of = |trades: &[Trade], id: u32| trades.iter().find(|trade| trade.trade_id == id).cloned();
    let ids: std::collections::BTreeSet<u32> =
        trades.iter().chain(other_trades).filter(|trade| trade.entry_date < from).map(|trade| trade.trade_id).collect();
    for id in ids {
        let (mine, theirs) = (of(trades, id), of(other_trades, id));
        let closed = |trade: &Option<Trade>| trade.as_ref().is_some_and(|trade| trade.exit_date < from);
        let Some(known) = mine.as_ref().or(theirs.as_ref()) else { continue };
        let (what, date) = if closed(&mine) || closed(&theirs) {
            ("closed_trade", known.exit_date)
        } else {
            ("entry", known.entry_date)
        };
        let same = if what == "closed_trade" { mine == theirs } else { entry_of(&mine) == entry_of(&theirs) };
        if !same {
            moved.push(MovedRecord { what, date, trade_id: Some(id) });
        }
    }
    moved
}

/// What an entry decided: when, how much of what, and at which prices.
fn entry_of(trade: &Option<Trade>) -> Option<String> {
    let trade = trade.as_ref()?;
    // Legs that were delivered or opened later come after those of the package.
    let legs = trade.legs.iter().filter(|leg| leg.entry.date == trade.entry_date);
    let legs: Vec<String> =
        legs.map(|leg| format!("{} {} {:?} {:?}", leg.sign, leg.ratio, leg.expiration, leg.entry)).collect();
    Some(format!("{} {} {} {legs:?}", trade.entry_date, trade.quantity, trade.entry_net))
}

/// A number from 0 to 1, the same for the same place.
fn unit(seed: u64, day: u64, column: u64, row: u64) -> f64 {
    let mixed = mixed(seed ^ mixed(day ^ mixed(column ^ mixed(row))));
    f64::from(u32::try_from(mixed >> 32).unwrap_or(0)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Right;

    #[test]
    fn the_past_is_handed_on_as_it_is_and_the_future_is_another() {
        let (expirations, rights, strikes) = ([20_000, 20_000], [Right::Call, Right::Put], [100.0, 100.0]);
        let (bids, asks, deltas) = ([2.0, 3.0], [2.2, 3.2], [0.5, -0.5]);
        let day = |number| ChainDay {
            deltas: &deltas,
            ..ChainDay::new(Day::from_number(number), 101.0, &expirations, &rights, &strikes, &bids, &asks)
        };
        let future = AnotherFuture { from: Day::from_number(10), seed: 1 };
        let seen =
            |number| future.with_chain(&day(number), |chain| (chain.spot, chain.bids.to_vec(), chain.asks.to_vec()));
        assert_eq!(seen(9), (101.0, bids.to_vec(), asks.to_vec()));
        let (spot, bids_then, asks_then) = seen(10);
        assert!((spot - 101.0).abs() > 1e-6 && (80.8..=121.2).contains(&spot), "{spot}");
        for row in 0..2 {
            // The factor is one for both sides: a spread never crosses by it.
            assert!((bids_then[row] / bids[row] - asks_then[row] / asks[row]).abs() < 1e-12);
            let factor = bids_then[row] / bids[row];
            assert!((0.5..=1.5).contains(&factor) && (factor - 1.0).abs() > 1e-9, "{factor}");
        }
        assert_eq!(seen(10), seen(10));
        let third = AnotherFuture { seed: 2, ..future }.with_chain(&day(10), |chain| chain.spot);
        assert!((third - spot).abs() > 1e-6, "{third}");
    }
}
