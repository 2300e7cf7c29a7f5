//! What is suspicious about rows that are well-formed: they are stored, and a person is told.

use std::collections::{BTreeMap, BTreeSet};

use crate::calendar::{is_extended, session_hours, sessions, wall_time};
use crate::market::{DailyBar, IntradayBar};
use crate::units::{BarInterval, Day, DayRange, Ticker};

/// A price that moves by more than this without a split is suspicious.
pub const JUMP: f64 = 0.5;

/// The fewest securities of which a whole session is judged.
const LEAST_REPEATED: usize = 20;

/// What is suspicious.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// A session of the calendar without any bar.
    MissingSession,
    /// A session that lacks bars of its regular hours.
    MissingBars,
    /// Rows did not come in the order of time.
    OutOfOrder,
    /// Bars in which nothing was traded.
    ZeroVolume,
    /// A price more than 50 % away from the one before, without a split.
    Jump,
    /// Most closes of a session are those of the one before: the feed is a session late.
    LateFeed,
}

impl FindingKind {
    /// The name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingSession => "missing_session",
            Self::MissingBars => "missing_bars",
            Self::OutOfOrder => "out_of_order",
            Self::ZeroVolume => "zero_volume",
            Self::Jump => "jump",
            Self::LateFeed => "late_feed",
        }
    }
}

/// Something suspicious.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whose rows; `None` for a whole session.
    pub ticker: Option<Ticker>,
    /// Which day's.
    pub day: Day,
    /// What.
    pub kind: FindingKind,
    /// The figures, for a person.
    pub detail: String,
}

/// Looks at the delivered bars of one ticker within sessions.
///
/// *Inputs*: the rows in the order delivered, the sessions that were asked for, and the days on which the ticker split.
/// *Returns*: what is suspicious, by day.
///
/// *Method*: a session of the calendar in the range is expected to hold every bar of its regular hours that begins at a
/// multiple of the length, or half an hour later where the source's hours begin with the open.
#[must_use]
pub fn series_findings(
    ticker: &Ticker,
    interval: BarInterval,
    range: DayRange,
    rows: &[IntradayBar],
    split_days: &BTreeSet<Day>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut note = |day, kind, detail: String| found.push(Finding { ticker: Some(ticker.clone()), day, kind, detail });
    let mut by_day: BTreeMap<Day, Vec<&IntradayBar>> = BTreeMap::new();
    let mut last: Option<&IntradayBar> = None;
    for row in rows {
        let Some(start) = wall_time(row.t) else { continue };
        if last.is_some_and(|last| row.t < last.t) {
            note(start.day, FindingKind::OutOfOrder, format!("a bar at {} came after a later one", row.t.0));
        }
        last = Some(row);
        by_day.entry(start.day).or_default().push(row);
    }
    let mut before: Option<f64> = None;
    for session in sessions(range) {
        let Some(rows) = by_day.get_mut(&session) else {
            note(session, FindingKind::MissingSession, "no bar of the session came".to_owned());
            continue;
        };
        rows.sort_by_key(|row| row.t);
        let regular = rows.iter().filter(|row| wall_time(row.t).is_some_and(|start| !is_extended(start, interval)));
        let (came, expected) = (regular.count(), regular_bars(session, interval));
        if came < expected {
            note(session, FindingKind::MissingBars, format!("{came} of {expected} regular bars came"));
        }
        let silent = rows.iter().filter(|row| row.volume == Some(0.0)).count();
        if silent > 0 {
            note(session, FindingKind::ZeroVolume, format!("{silent} bars without a trade"));
        }
        for (at, row) in rows.iter().enumerate() {
            let splits = at == 0 && split_days.contains(&session);
            if let Some(jump) = before.filter(|_| !splits).and_then(|before| jump(before, row.close)) {
                note(session, FindingKind::Jump, jump);
            }
            before = Some(row.close);
        }
    }
    found
}

/// Looks at one session of the market.
///
/// *Inputs*: its bars, the closes of the session before, and who splits that day. *Returns*: whether the session before came again,
/// and the jumps.
///
/// *Method*: `docs/methods/quality.md`. A session came again when at least half of the securities that traded on both, and at least
/// 20, repeat their close to the bit.
#[must_use]
pub fn session_findings(
    session: Day,
    bars: &[DailyBar],
    before: &BTreeMap<Ticker, f64>,
    splitting: &BTreeSet<Ticker>,
) -> Vec<Finding> {
    let unexplained = bars.iter().filter(|bar| !splitting.contains(&bar.ticker));
    let jumps = unexplained.filter_map(|bar| {
        let detail = jump(*before.get(&bar.ticker)?, bar.close)?;
        Some(Finding { ticker: Some(bar.ticker.clone()), day: session, kind: FindingKind::Jump, detail })
    });
    repeated(session, bars, before).into_iter().chain(jumps).collect()
}

fn repeated(session: Day, bars: &[DailyBar], before: &BTreeMap<Ticker, f64>) -> Option<Finding> {
    let both = bars.iter().filter_map(|bar| Some((bar.close, before.get(&bar.ticker)?)));
    let (n, same) = both
        .fold((0, 0), |(n, same), (close, before)| (n + 1, same + usize::from(close.to_bits() == before.to_bits())));
    let detail = format!("{same} of {n} closes are those of the session before");
    (n >= LEAST_REPEATED && same * 2 >= n).then_some(Finding {
        ticker: None,
        day: session,
        kind: FindingKind::LateFeed,
        detail,
    })
}

fn jump(before: f64, close: f64) -> Option<String> {
    let change = close / before - 1.0;
    (change.abs() > JUMP).then(|| format!("{before} to {close} without a split"))
}

/// How many bars of a length the regular hours of a session hold: the open cuts the hour from 09:00 in two.
fn regular_bars(session: Day, interval: BarInterval) -> usize {
    let Some(hours) = session_hours(session) else { return 0 };
    let ms = interval.ms();
    let whole = hours.close.ms_since(hours.open) + (ms - 1);
    usize::try_from(whole / ms).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::new_york_instant;

    fn hour(day: &str, hour: u32, close: f64, volume: f64) -> IntradayBar {
        IntradayBar {
            ticker: "A".parse().unwrap(),
            interval: BarInterval::HOUR,
            t: new_york_instant(day.parse().unwrap(), hour * 60),
            open: close,
            high: close,
            low: close,
            close,
            volume: Some(volume),
            vwap: None,
            trades: None,
        }
    }

    #[test]
    fn every_kind_of_suspicion_is_found_once() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        // Wednesday to Friday; Thursday lacks two hours, Friday all of them.
        let mut rows: Vec<_> = (9..16).map(|at| hour("2021-12-01", at, 10.0, 5.0)).collect();
        rows.swap(0, 1);
        rows.extend((11..16).map(|at| hour("2021-12-02", at, if at < 14 { 10.0 } else { 16.0 }, f64::from(at - 11))));
        let range = DayRange::new(day("2021-12-01"), day("2021-12-03")).unwrap();
        let ticker: Ticker = "A".parse().unwrap();
        let found = series_findings(&ticker, BarInterval::HOUR, range, &rows, &BTreeSet::new());
        let seen: Vec<_> = found.iter().map(|found| (found.day.to_string(), found.kind)).collect();
        let expected = [
            ("2021-12-01", FindingKind::OutOfOrder),
            ("2021-12-02", FindingKind::MissingBars),
            ("2021-12-02", FindingKind::ZeroVolume),
            ("2021-12-02", FindingKind::Jump),
            ("2021-12-03", FindingKind::MissingSession),
        ];
        assert_eq!(seen, expected.map(|(day, kind)| (day.to_owned(), kind)));
        assert_eq!(
            (found[1].detail.as_str(), found[3].detail.as_str()),
            ("5 of 7 regular bars came", "10 to 16 without a split")
        );
    }

    #[test]
    fn a_half_day_and_a_short_length_expect_their_own_number_of_bars() {
        let count = |day: &str, interval| regular_bars(day.parse().unwrap(), interval);
        assert_eq!([count("2021-12-01", BarInterval::HOUR), count("2021-11-26", BarInterval::HOUR)], [7, 4]);
        assert_eq!([count("2021-12-01", BarInterval::HALF_HOUR), count("2021-12-01", BarInterval::MINUTE)], [13, 390]);
    }

    #[test]
    fn a_split_explains_a_jump() {
        let day: Day = "2024-06-10".parse().unwrap();
        let bar = |ticker: &str, close| DailyBar {
            ticker: ticker.parse().unwrap(),
            day,
            open: None,
            high: None,
            low: None,
            close,
            adj_close: None,
            volume: None,
        };
        let before = [("A", 100.0), ("B", 100.0), ("C", 100.0)].map(|(ticker, close)| (ticker.parse().unwrap(), close));
        let splitting = BTreeSet::from(["A".parse().unwrap()]);
        let bars = [bar("A", 10.0), bar("B", 10.0), bar("C", 149.0), bar("D", 1.0)];
        let found = session_findings(day, &bars, &BTreeMap::from(before), &splitting);
        assert_eq!(
            found.iter().filter_map(|found| found.ticker.as_ref()).map(Ticker::as_str).collect::<Vec<_>>(),
            ["B"]
        );
    }

    #[test]
    fn a_session_in_which_half_of_the_closes_stand_still_is_late() {
        let day: Day = "2024-06-10".parse().unwrap();
        let ticker = |number: u32| format!("T{number:02}").parse::<Ticker>().unwrap();
        let bar = |number: u32, close| DailyBar {
            ticker: ticker(number),
            day,
            open: None,
            high: None,
            low: None,
            close,
            adj_close: None,
            volume: None,
        };
        let before: BTreeMap<Ticker, f64> = (0..24).map(|number| (ticker(number), 10.0 + f64::from(number))).collect();
        let found = |traded: u32, moved: u32| {
            let close = |number: u32| 10.0 + f64::from(number) + if number < moved { 0.01 } else { 0.0 };
            let bars: Vec<DailyBar> = (0..traded).map(|number| bar(number, close(number))).collect();
            session_findings(day, &bars, &before, &BTreeSet::new())
        };
        let late = found(24, 12);
        assert_eq!((late.len(), late[0].kind, late[0].ticker.as_ref()), (1, FindingKind::LateFeed, None));
        assert_eq!(late[0].detail, "12 of 24 closes are those of the session before");
        // One more that moved; too few to say; a ticker that was not there before says nothing.
        assert!(found(24, 13).is_empty() && found(19, 0).is_empty());
        assert_eq!(found(30, 12)[0].detail, "12 of 24 closes are those of the session before");
    }
}
