//! What the data of a run was like.

use serde::{Deserialize, Serialize};

use crate::calendar;
use crate::options::ChainDay;
use crate::units::{Day, iso_day};

/// How many sessions are listed that the calendar has and the data lacks.
const MOST_LISTED: usize = 100;

/// Counts over all quotes that a run has seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DataQuality {
    /// Sessions with a chain.
    pub sessions: u32,
    /// Quotes.
    pub quotes: u64,
    /// Quotes without a usable ask: absent, or not above 0.
    pub missing: u64,
    /// Quotes without a bid.
    pub no_bid: u64,
    /// Quotes with a bid equal to the ask.
    pub locked: u64,
    /// Quotes with a bid above the ask.
    pub crossed: u64,
    /// Quotes with a negative bid or ask.
    pub negative: u64,
    /// Marks of open legs that were carried on for want of a quote, one a leg and session.
    pub stale_marks: u64,
    /// The oldest such mark, calendar days.
    pub oldest_mark_days: i32,
    /// Sessions of the calendar between the first and the last that have no chain.
    pub missing_sessions: u32,
    /// The first hundred of them.
    #[serde(with = "iso_day::list")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub missing_session_dates: Vec<Day>,
}

impl DataQuality {
    /// Counts a session's quotes, and the sessions that are missing since the one before.
    pub(super) fn add(&mut self, chain: &ChainDay<'_>, before: Option<Day>) {
        self.sessions += 1;
        self.quotes += u64::try_from(chain.n_rows()).unwrap_or(u64::MAX);
        let [mut missing, mut no_bid, mut locked, mut crossed, mut negative] = [0_u32; 5];
        for (&bid, &ask) in chain.bids.iter().zip(chain.asks) {
            let quoted = ask > 0.0;
            let bidden = bid > 0.0;
            missing += u32::from(!quoted);
            no_bid += u32::from(quoted & !bidden);
            // Neither above nor below is equal; a comparison with an absent bid is false.
            locked += u32::from(quoted & bidden & (bid <= ask) & (bid >= ask));
            crossed += u32::from(quoted & (bid > ask));
            negative += u32::from((bid < 0.0) | (ask < 0.0));
        }
        self.missing += u64::from(missing);
        self.no_bid += u64::from(no_bid);
        self.locked += u64::from(locked);
        self.crossed += u64::from(crossed);
        self.negative += u64::from(negative);
        if let Some(before) = before {
            let mut day = before;
            while let Some(next) = calendar::next_session(day).filter(|next| *next < chain.day) {
                self.missing_sessions += 1;
                if self.missing_session_dates.len() < MOST_LISTED {
                    self.missing_session_dates.push(next);
                }
                day = next;
            }
        }
    }

    /// Counts a mark that was carried on.
    pub(super) fn add_stale(&mut self, age_days: i32) {
        self.stale_marks += 1;
        self.oldest_mark_days = self.oldest_mark_days.max(age_days);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Right;

    #[test]
    fn quotes_are_counted_by_what_is_wrong_with_them() {
        let bids = [1.0, 0.0, 2.0, 2.0, -1.0, f64::NAN, 0.0];
        let asks = [1.1, 0.1, 2.0, 1.9, 0.5, 1.0, 0.0];
        let (expirations, rights) = ([30; 7], [Right::Call; 7]);
        let strikes = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        let day = |text: &str| text.parse::<Day>().unwrap();
        let chain = ChainDay::new(day("2019-05-13"), 100.0, &expirations, &rights, &strikes, &bids, &asks);
        let mut quality = DataQuality::default();
        // The Friday between the two sessions is missing.
        quality.add(&chain, Some(day("2019-05-09")));
        let counts =
            (quality.quotes, quality.missing, quality.no_bid, quality.locked, quality.crossed, quality.negative);
        assert_eq!(counts, (7, 1, 3, 1, 1, 1));
        assert_eq!((quality.missing_sessions, quality.missing_session_dates), (1, vec![day("2019-05-10")]));
    }
}
