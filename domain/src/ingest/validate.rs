//! Which delivered rows are turned away, each with the rule and the value that broke it; the others pass.

use std::collections::HashMap;
use std::hash::Hash;

use crate::calendar::{self, EXTENDED_CLOSE_MINUTE, EXTENDED_OPEN_MINUTE, wall_time};
use crate::market::{DailyBar, Dividend, IntradayBar, ReportedCap, Security, SharesCount, Split};
use crate::units::{BarInterval, Day, DayRange, Ticker};

/// Rows that passed, and those that did not.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked<T> {
    /// The rows that may be stored, in the order delivered.
    pub rows: Vec<T>,
    /// Why the others may not, in the order delivered.
    pub refused: Vec<Refused>,
}

/// One row that was turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The row's position in the delivery, from 1.
    pub position: u64,
    /// The row's key, the rule and the value.
    pub reason: String,
}

/// Checks the bars of one session.
///
/// *Inputs*: the session, and the bars that a source delivered for it. *Returns*: those of that session with a close above 0,
/// other prices above 0 where given, high not below low, volume not below 0, everything finite, and one bar a ticker.
/// An open or a close outside high and low passes: sources take the official close from the auction.
///
/// ```
/// use domain::{ingest::check_bars, market::DailyBar, units::Day};
/// let day: Day = "2024-06-07".parse().unwrap();
/// let bar = |ticker: &str, close| DailyBar {
///     ticker: ticker.parse().unwrap(), day, open: None, high: None, low: None, close, adj_close: None, volume: None,
/// };
/// let checked = check_bars(day, vec![bar("A", 10.0), bar("B", 0.0)]);
/// assert_eq!(checked.rows.len(), 1);
/// assert_eq!(checked.refused[0].reason, "B: expected close above 0, was 0");
/// ```
#[must_use]
pub fn check_bars(session: Day, rows: Vec<DailyBar>) -> Checked<DailyBar> {
    if !calendar::is_session(session) {
        return refuse_all(&rows, |bar| format!("{}: expected a session, was {session}", bar.ticker));
    }
    check(
        rows,
        |bar| bar.ticker.clone(),
        |bar| {
            same_day(bar.day, session)?;
            prices_of(bar)
        },
    )
}

/// Checks the sessions of one ticker.
///
/// *Inputs*: the ticker and the range that were asked for, and the bars. *Returns*: those of sessions of the range that
/// [`check_bars`] lets pass, one a session.
#[must_use]
pub fn check_series(ticker: &Ticker, range: DayRange, rows: Vec<DailyBar>) -> Checked<DailyBar> {
    check(
        rows,
        |bar| bar.day,
        |bar| {
            same_ticker(&bar.ticker, ticker)?;
            in_range(bar.day, range)?;
            if !calendar::is_session(bar.day) {
                return Err(format!("expected a session, was {}", bar.day));
            }
            prices_of(bar)
        },
    )
}

/// Checks the bars of one ticker within sessions.
///
/// *Inputs*: the ticker, length and range that were asked for, and the bars. *Returns*: those of sessions of the range that
/// begin on a whole minute between 04:00 and 20:00 in New York, with prices above 0, high not below low and volume not below
/// 0, one a start.
#[must_use]
pub fn check_intraday(
    ticker: &Ticker,
    interval: BarInterval,
    range: DayRange,
    rows: Vec<IntradayBar>,
) -> Checked<IntradayBar> {
    check(
        rows,
        |bar| bar.t,
        |bar| {
            same_ticker(&bar.ticker, ticker)?;
            if bar.interval != interval {
                return Err(format!("expected a bar of {interval}, was {}", bar.interval));
            }
            let start = wall_time(bar.t).filter(|start| {
                let hours = EXTENDED_OPEN_MINUTE..EXTENDED_CLOSE_MINUTE;
                bar.t.0.rem_euclid(60_000) == 0 && hours.contains(&start.minute) && calendar::is_session(start.day)
            });
            let start = start
                .ok_or_else(|| format!("expected a whole minute of a session, 04:00 to 20:00, was {} ms", bar.t.0))?;
            in_range(start.day, range)?;
            for (name, price) in [("open", bar.open), ("high", bar.high), ("low", bar.low), ("close", bar.close)] {
                above_zero(name, Some(price))?;
            }
            above_zero("vwap", bar.vwap)?;
            not_below_zero("trades", bar.trades)?;
            high_not_below_low(Some(bar.high), Some(bar.low))?;
            not_below_zero("volume", bar.volume)
        },
    )
}

fn prices_of(bar: &DailyBar) -> Result<(), String> {
    above_zero("close", Some(bar.close))?;
    above_zero("open", bar.open)?;
    above_zero("high", bar.high)?;
    above_zero("low", bar.low)?;
    above_zero("adjusted close", bar.adj_close)?;
    high_not_below_low(bar.high, bar.low)?;
    not_below_zero("volume", bar.volume)
}

fn high_not_below_low(high: Option<f64>, low: Option<f64>) -> Result<(), String> {
    match (high, low) {
        (Some(high), Some(low)) if high < low => Err(format!("expected a high of at least the low {low}, was {high}")),
        _ => Ok(()),
    }
}

fn same_ticker(ticker: &Ticker, asked: &Ticker) -> Result<(), String> {
    if ticker == asked { Ok(()) } else { Err(format!("expected a row of {asked}")) }
}

/// Checks the market caps of one session.
///
/// *Inputs*: the session, and what a source published. *Returns*: the finite ones of that session, one a ticker; 0 or less
/// passes, because it says that the security is not eligible.
#[must_use]
pub fn check_caps(session: Day, rows: Vec<ReportedCap>) -> Checked<ReportedCap> {
    check(
        rows,
        |cap| cap.ticker.clone(),
        |cap| {
            same_day(cap.day, session)?;
            if cap.cap.is_finite() { Ok(()) } else { Err(format!("expected a finite market cap, was {}", cap.cap)) }
        },
    )
}

/// Checks share counts.
///
/// *Inputs*: the day as of which they were asked for, and the counts. *Returns*: those above 0 that were known by then, one a
/// ticker.
#[must_use]
pub fn check_shares(as_of: Day, rows: Vec<SharesCount>) -> Checked<SharesCount> {
    check(
        rows,
        |count| count.ticker.clone(),
        |count| {
            above_zero("share count", Some(count.shares))?;
            if count.as_of <= as_of {
                Ok(())
            } else {
                Err(format!("expected a count known by {as_of}, was {}", count.as_of))
            }
        },
    )
}

/// Checks splits.
///
/// *Inputs*: the range that was asked for, and the splits. *Returns*: those of the range with a ratio above 0, one a ticker
/// and day.
#[must_use]
pub fn check_splits(range: DayRange, rows: Vec<Split>) -> Checked<Split> {
    check(
        rows,
        |split| (split.ticker.clone(), split.ex_day),
        |split| {
            above_zero("ratio", Some(split.ratio))?;
            in_range(split.ex_day, range)
        },
    )
}

/// Checks dividends and adds up those of one ticker and day.
///
/// *Inputs*: the range that was asked for, and the dividends. *Returns*: those of the range with an amount above 0. A company
/// may pay a regular and a special dividend on one day: different amounts add up; the same amount again is a repetition and
/// turned away.
///
/// ```
/// use domain::{ingest::check_dividends, market::Dividend, units::{Day, DayRange}};
/// let day: Day = "2024-06-07".parse().unwrap();
/// let paid = |amount| Dividend { ticker: "A".parse().unwrap(), ex_day: day, amount };
/// let checked = check_dividends(DayRange::new(day, day).unwrap(), vec![paid(0.25), paid(1.5), paid(0.25)]);
/// assert_eq!(checked.rows, [paid(1.75)]);
/// assert_eq!(checked.refused.len(), 1);
/// ```
#[must_use]
pub fn check_dividends(range: DayRange, rows: Vec<Dividend>) -> Checked<Dividend> {
    let key = |dividend: &Dividend| (dividend.ticker.clone(), dividend.ex_day, dividend.amount.to_bits());
    let checked = check(rows, key, |dividend| {
        above_zero("amount", Some(dividend.amount))?;
        in_range(dividend.ex_day, range)
    });
    let mut places: HashMap<(Ticker, Day), usize> = HashMap::new();
    let mut rows: Vec<Dividend> = Vec::new();
    for dividend in checked.rows {
        match places.get(&(dividend.ticker.clone(), dividend.ex_day)) {
            Some(at) => rows[*at].amount += dividend.amount,
            None => {
                places.insert((dividend.ticker.clone(), dividend.ex_day), rows.len());
                rows.push(dividend);
            }
        }
    }
    Checked { rows, refused: checked.refused }
}

/// Checks securities.
///
/// *Inputs*: what a source lists. *Returns*: one a ticker, not delisted before it was listed, with a delisting price of at
/// least 0 where given.
#[must_use]
pub fn check_securities(rows: Vec<Security>) -> Checked<Security> {
    check(
        rows,
        |security| security.ticker.clone(),
        |security| {
            not_below_zero("delisting price", security.delisting_price)?;
            match (security.list_day, security.delist_day) {
                (Some(listed), Some(gone)) if gone < listed => {
                    Err(format!("expected a delisting after the listing on {listed}, was {gone}"))
                }
                _ => Ok(()),
            }
        },
    )
}

/// A row that is not the first of its key, or that breaks the rule, is turned away.
fn check<T: Named, K: Eq + Hash>(
    rows: Vec<T>,
    key: impl Fn(&T) -> K,
    rule: impl Fn(&T) -> Result<(), String>,
) -> Checked<T> {
    let mut first_seen: HashMap<K, u64> = HashMap::with_capacity(rows.len());
    let mut checked = Checked { rows: Vec::with_capacity(rows.len()), refused: Vec::new() };
    for (position, row) in (1..).zip(rows) {
        let verdict = rule(&row).and_then(|()| match first_seen.get(&key(&row)) {
            Some(first) => Err(format!("expected one row a key, was a repetition of row {first}")),
            None => Ok(()),
        });
        match verdict {
            Ok(()) => {
                first_seen.insert(key(&row), position);
                checked.rows.push(row);
            }
            Err(rule) => checked.refused.push(Refused { position, reason: format!("{}: {rule}", row.ticker()) }),
        }
    }
    checked
}

fn refuse_all<T>(rows: &[T], reason: impl Fn(&T) -> String) -> Checked<T> {
    let refused = (1..).zip(rows).map(|(position, row)| Refused { position, reason: reason(row) }).collect();
    Checked { rows: Vec::new(), refused }
}

/// What all rows have in common.
trait Named {
    fn ticker(&self) -> &Ticker;
}

macro_rules! named {
    ($($row:ty),+) => {
        $(impl Named for $row {
            fn ticker(&self) -> &Ticker {
                &self.ticker
            }
        })+
    };
}

named!(DailyBar, Dividend, IntradayBar, ReportedCap, Security, SharesCount, Split);

fn same_day(day: Day, session: Day) -> Result<(), String> {
    if day == session { Ok(()) } else { Err(format!("expected a row of {session}, was {day}")) }
}

fn in_range(day: Day, range: DayRange) -> Result<(), String> {
    if range.contains(day) {
        Ok(())
    } else {
        Err(format!("expected a day from {} to {}, was {day}", range.first(), range.last()))
    }
}

fn above_zero(what: &str, value: Option<f64>) -> Result<(), String> {
    match value {
        Some(value) if !value.is_finite() || value <= 0.0 => Err(format!("expected {what} above 0, was {value}")),
        _ => Ok(()),
    }
}

fn not_below_zero(what: &str, value: Option<f64>) -> Result<(), String> {
    match value {
        Some(value) if !value.is_finite() || value < 0.0 => Err(format!("expected {what} of at least 0, was {value}")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day() -> Day {
        "2024-06-07".parse().unwrap()
    }

    fn bar(ticker: &str) -> DailyBar {
        let (open, high, low) = (Some(10.0), Some(12.0), Some(9.0));
        let ticker = ticker.parse().unwrap();
        DailyBar { ticker, day: day(), open, high, low, close: 11.0, adj_close: None, volume: Some(1.0) }
    }

    fn reasons<T>(checked: &Checked<T>) -> Vec<&str> {
        checked.refused.iter().map(|refused| refused.reason.as_str()).collect()
    }

    #[test]
    fn each_broken_bar_is_named_and_hides_no_good_one() {
        let rows = vec![
            bar("GOOD"),
            DailyBar { close: f64::NAN, ..bar("NAN") },
            DailyBar { close: f64::INFINITY, ..bar("INF") },
            DailyBar { close: -1.0, ..bar("NEG") },
            DailyBar { open: Some(0.0), ..bar("OPEN") },
            DailyBar { high: Some(8.0), ..bar("CROSS") },
            DailyBar { volume: Some(-1.0), ..bar("VOL") },
            DailyBar { day: day().plus(-1), ..bar("DAY") },
            bar("GOOD"),
            DailyBar { open: None, high: None, low: None, volume: None, ..bar("BARE") },
        ];
        let checked = check_bars(day(), rows);
        assert_eq!(checked.rows.iter().map(|bar| bar.ticker.as_str()).collect::<Vec<_>>(), ["GOOD", "BARE"]);
        let expected = [
            "NAN: expected close above 0, was NaN",
            "INF: expected close above 0, was inf",
            "NEG: expected close above 0, was -1",
            "OPEN: expected open above 0, was 0",
            "CROSS: expected a high of at least the low 9, was 8",
            "VOL: expected volume of at least 0, was -1",
            "DAY: expected a row of 2024-06-07, was 2024-06-06",
            "GOOD: expected one row a key, was a repetition of row 1",
        ];
        assert_eq!(reasons(&checked), expected);
        assert_eq!(checked.refused[7].position, 9);
    }

    #[test]
    fn no_bar_of_a_day_without_trading_passes() {
        let saturday = day().plus(1);
        let checked = check_bars(saturday, vec![DailyBar { day: saturday, ..bar("A") }]);
        assert!(checked.rows.is_empty());
        assert_eq!(reasons(&checked), ["A: expected a session, was 2024-06-08"]);
    }

    #[test]
    fn a_cap_of_zero_passes_and_an_infinite_one_does_not() {
        let cap = |ticker: &str, cap| ReportedCap { ticker: ticker.parse().unwrap(), day: day(), cap };
        let checked = check_caps(day(), vec![cap("A", 0.0), cap("B", f64::INFINITY), cap("C", -1.0)]);
        assert_eq!(checked.rows.len(), 2);
        assert_eq!(reasons(&checked), ["B: expected a finite market cap, was inf"]);
    }

    #[test]
    fn splits_and_counts_outside_what_was_asked_are_turned_away() {
        let range = DayRange::new(day(), day().plus(3)).unwrap();
        let split = |after, ratio| Split { ticker: "A".parse().unwrap(), ex_day: day().plus(after), ratio };
        let splits = check_splits(range, vec![split(0, 2.0), split(4, 2.0), split(1, 0.0), split(0, 3.0)]);
        assert_eq!((splits.rows, splits.refused.len()), (vec![split(0, 2.0)], 3));
        let count = |ticker: &str, after, shares| SharesCount {
            ticker: ticker.parse().unwrap(),
            as_of: day().plus(after),
            shares,
        };
        let counts = check_shares(day(), vec![count("A", 0, 1.0), count("B", 1, 1.0), count("C", -9, 0.0)]);
        assert_eq!((counts.rows, counts.refused.len()), (vec![count("A", 0, 1.0)], 2));
    }

    #[test]
    fn a_security_that_ends_before_it_begins_is_turned_away() {
        let named = |ticker: &str| Security::named(ticker.parse().unwrap());
        let reversed = Security { list_day: Some(day()), delist_day: Some(day().plus(-1)), ..named("A") };
        let negative = Security { delisting_price: Some(-0.5), ..named("B") };
        let worthless = Security { delisting_price: Some(0.0), ..named("C") };
        let checked = check_securities(vec![reversed, negative, worthless.clone()]);
        assert_eq!((checked.rows, checked.refused.len()), (vec![worthless], 2));
    }

    proptest! {
        #[test]
        fn every_row_either_passes_or_is_turned_away_and_what_passes_passes_again(
            closes in prop::collection::vec((0_u8..6, prop::num::f64::ANY), 0..40)
        ) {
            let rows: Vec<DailyBar> = closes
                .iter()
                .map(|(ticker, close)| DailyBar { close: *close, ..bar(&format!("T{ticker}")) })
                .collect();
            let delivered = rows.len();
            let checked = check_bars(day(), rows);
            prop_assert_eq!(checked.rows.len() + checked.refused.len(), delivered);
            prop_assert!(checked.rows.iter().all(|bar| bar.close.is_finite() && bar.close > 0.0));
            let again = check_bars(day(), checked.rows.clone());
            prop_assert!(again.refused.is_empty());
            prop_assert_eq!(again.rows, checked.rows);
        }
    }
}
