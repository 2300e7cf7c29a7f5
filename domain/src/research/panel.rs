//! The prices of some securities over some sessions, with what happened to their shares.

use crate::units::Day;

/// A security's price on one session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// The session.
    pub day: Day,
    /// The raw close, above 0.
    pub close: f64,
    /// Shares traded, where known.
    pub volume: Option<f64>,
}

/// One security: its bars and corporate actions, each ascending by day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// The symbol.
    pub ticker: String,
    /// The sector, where known.
    pub sector: Option<String>,
    /// The bars; a session without one is not in it.
    pub bars: Vec<Bar>,
    /// New shares per old one, by ex-date.
    pub splits: Vec<(Day, f64)>,
    /// Cash per share on the share basis of its ex-date, by ex-date.
    pub dividends: Vec<(Day, f64)>,
    /// The day the listing ended and what a holder received per share.
    pub delisting: Option<(Day, f64)>,
}

/// What became of one share between two sessions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// Value after per value before, with the dividends that count.
    pub factor: f64,
    /// Shares after per share before.
    pub split_ratio: f64,
    /// The price at the later session: its close or delisting price, else the one before, restated for splits.
    pub price: f64,
    /// Cash per share held before that went ex.
    pub dividend: f64,
    /// The security did not trade at the later session.
    pub is_stale: bool,
}

/// Some securities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// One each; members refer to them by place.
    pub lines: Vec<Line>,
}

impl Line {
    /// The bar of a session.
    #[must_use]
    pub fn bar(&self, day: Day) -> Option<&Bar> {
        self.bars.binary_search_by_key(&day, |bar| bar.day).ok().map(|at| &self.bars[at])
    }

    /// Shares that one share has become by the splits with an ex-date after `from` and up to `to`.
    #[must_use]
    pub fn split_ratio(&self, from: Day, to: Day) -> f64 {
        between(&self.splits, from, to).map(|(_, ratio)| ratio).product()
    }

    /// What became of a share between two sessions, by the rules of the index.
    ///
    /// *Inputs*: the earlier session and the price a share was valued at then; the later session; the share of a dividend that
    /// counts. *Returns*: growth; 1 where the security neither traded nor was delisted.
    ///
    /// *Method*: `docs/methods/index.md`, "Earning".
    ///
    /// ```
    /// use domain::research::{Bar, Line};
    /// let (before, after) = ("2024-01-02".parse().unwrap(), "2024-01-03".parse().unwrap());
    /// let bars = vec![Bar { day: after, close: 6.0, volume: None }];
    /// let line = Line { bars, splits: vec![(after, 2.0)], ..Line::default() };
    /// let growth = line.growth(before, 10.0, after, 0.0);
    /// assert_eq!((growth.factor, growth.price, growth.split_ratio), (1.2, 6.0, 2.0)); // 6 · 2 / 10
    /// ```
    #[must_use]
    pub fn growth(&self, from: Day, price_before: f64, to: Day, dividend_share: f64) -> Growth {
        let close = self.bar(to).map(|bar| bar.close);
        let received = self.delisting.filter(|(day, _)| *day > from && *day <= to).map(|(_, price)| price);
        let split_ratio = self.split_ratio(from, to);
        let worth = close.or(received);
        let per = close.unwrap_or(price_before);
        let mut paid = 1.0;
        let mut dividend = 0.0;
        for (_, amount) in between(&self.dividends, from, to) {
            paid *= 1.0 + dividend_share * amount / per;
            dividend += amount;
        }
        Growth {
            factor: worth.map_or(1.0, |worth| worth * split_ratio / price_before) * paid,
            split_ratio,
            price: worth.unwrap_or(price_before / split_ratio),
            dividend,
            is_stale: close.is_none(),
        }
    }

    /// The latest daily returns up to a session, at most `most`, oldest first, dividends left out.
    ///
    /// *Inputs*: the sessions that count, ascending; the session to end at; how many. *Returns*: fewer where the security's first
    /// bar is later; a session on which it did not trade is a return of 0.
    #[must_use]
    pub fn trailing_returns(&self, sessions: &[Day], up_to: Day, most: usize) -> Vec<f64> {
        let end = sessions.partition_point(|day| *day <= up_to);
        let Some(first) = self.bars.first().map(|bar| bar.day) else { return Vec::new() };
        let start = end.saturating_sub(most + 1).max(sessions.partition_point(|day| *day < first));
        let Some(window) = sessions.get(start..end).filter(|window| window.len() > 1) else { return Vec::new() };
        let at = self.bars.partition_point(|bar| bar.day <= window[0]);
        let Some(last) = at.checked_sub(1).map(|at| self.bars[at]) else { return Vec::new() };
        let mut price = last.close / self.split_ratio(last.day, window[0]);
        let step = |pair: &[Day]| {
            let growth = self.growth(pair[0], price, pair[1], 0.0);
            price = growth.price;
            growth.factor - 1.0
        };
        window.windows(2).map(step).collect()
    }
}

impl Panel {
    /// Every day on which any of the securities traded, ascending.
    #[must_use]
    pub fn days(&self) -> Vec<Day> {
        let mut days: Vec<Day> = self.lines.iter().flat_map(|line| line.bars.iter().map(|bar| bar.day)).collect();
        days.sort_unstable();
        days.dedup();
        days
    }
}

fn between(events: &[(Day, f64)], from: Day, to: Day) -> impl Iterator<Item = (Day, f64)> + '_ {
    events.iter().copied().filter(move |(day, _)| *day > from && *day <= to)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that are exact in binary")]
mod tests {
    use super::*;

    fn day(number: i32) -> Day {
        Day::from_number(19_723 + number)
    }

    fn line(closes: &[(i32, f64)]) -> Line {
        let bars = closes.iter().map(|(at, close)| Bar { day: day(*at), close: *close, volume: None }).collect();
        Line { bars, ..Line::default() }
    }

    #[test]
    fn a_member_that_did_not_trade_keeps_its_value_and_its_shares_split() {
        let halted = Line { splits: vec![(day(1), 4.0)], ..line(&[]) };
        let growth = halted.growth(day(0), 8.0, day(1), 1.0);
        assert_eq!((growth.factor, growth.price, growth.is_stale), (1.0, 2.0, true));
    }

    #[test]
    fn dividends_count_by_their_share_and_delisted_members_are_worth_their_terms() {
        let paying = Line { dividends: vec![(day(1), 0.5)], ..line(&[(1, 10.0)]) };
        // 10/10 · (1 + 0.7·0.5/10)
        assert!((paying.growth(day(0), 10.0, day(1), 0.7).factor - 1.035).abs() < 1e-15);
        let gone = Line { delisting: Some((day(1), 3.0)), ..line(&[]) };
        assert_eq!(gone.growth(day(0), 6.0, day(1), 0.0).factor, 0.5);
        assert_eq!(gone.growth(day(1), 3.0, day(2), 0.0).factor, 1.0);
    }

    #[test]
    fn trailing_returns_begin_with_the_first_bar_and_stand_still_where_nothing_traded() {
        let sessions: Vec<Day> = (0..5).map(day).collect();
        let late = line(&[(1, 10.0), (2, 11.0), (4, 22.0)]);
        let found = late.trailing_returns(&sessions, day(4), 3);
        // From session 1: +10 %, none on 3, then 22/11 − 1.
        assert_eq!(found.len(), 3);
        assert!((found[0] - 0.1).abs() < 1e-15 && found[1] == 0.0 && found[2] == 1.0, "{found:?}");
        assert_eq!(late.trailing_returns(&sessions, day(4), 1), [1.0]);
        assert!(late.trailing_returns(&sessions, day(1), 9).is_empty());
    }
}
