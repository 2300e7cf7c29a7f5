//! Who comes, goes and pauses when. Every span of two years holds a listing, a delisting and two halts.

use domain::units::Day;

use super::weekday;

/// The last year in which a company comes or goes.
const LAST_YEAR: u32 = 2_060;

/// Companies 20 to 49 end, one every second year from 2002 on; companies 50 to 79 begin, one every second year from 2001.
const ENDING: std::ops::Range<u32> = 20..50;
const BEGINNING: std::ops::Range<u32> = 50..80;

/// Weekdays over which a failing company loses its value.
const DECLINE: u32 = 90;

/// How a listing ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Bought for cash: a holder gets the last close.
    Acquired,
    /// Bankrupt: a holder gets nothing.
    Failed,
}

/// When a company is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Life {
    /// The first weekday listed; 0 for a company that was there before the sample market begins.
    pub(super) from: u32,
    /// The first weekday no longer listed, and how it ended.
    pub(super) until: Option<(u32, Ending)>,
}

impl Life {
    /// The life of company number `index`.
    pub(super) fn of(index: u32) -> Self {
        let mut life = Self { from: 0, until: None };
        if BEGINNING.contains(&index) {
            let year = 2_001 + 2 * (index - BEGINNING.start);
            life.from = rolled(year.min(LAST_YEAR), 9, 15);
        }
        if ENDING.contains(&index) {
            let nth = index - ENDING.start;
            let ending = if nth % 3 == 1 { Ending::Failed } else { Ending::Acquired };
            life.until = Some((rolled((2_002 + 2 * nth).min(LAST_YEAR), 3, 16), ending));
        }
        life
    }

    /// Whether it is listed on this weekday.
    pub(super) fn is_listed(self, k: u32) -> bool {
        self.from <= k && self.until.is_none_or(|(until, _)| k < until)
    }

    /// What failing takes off the logarithm of the price at the close of weekday `k`; 0 or less.
    pub(super) fn decline(self, k: u32) -> f64 {
        match self.until {
            Some((until, Ending::Failed)) => {
                -3.5 * f64::from((k + DECLINE).saturating_sub(until).min(DECLINE)) / f64::from(DECLINE)
            }
            _ => 0.0,
        }
    }
}

/// Whether company number `index` is halted on this weekday: one company of the largest twenty a year, for five weekdays.
pub(super) fn is_halted(index: u32, day: Day, k: u32) -> bool {
    let Ok(year) = u32::try_from(day.year()) else { return false };
    index == 10 + year % 7 && weekday::from_date(year, 5, 11).is_some_and(|first| (first..first + 5).contains(&k))
}

/// The number of the first session that is this date or later.
fn rolled(year: u32, month: u32, day_of_month: u32) -> u32 {
    weekday::from_date(year, month, day_of_month)
        .and_then(|k| weekday::number_of(weekday::session_from(k)))
        .unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_two_years_hold_a_listing_and_a_delisting() {
        for first in (0..15_000).step_by(50) {
            // The first delisting is in March 2002, so spans start counting there.
            let span = 560 + first..560 + first + 2 * weekday::A_YEAR + 4;
            assert!(BEGINNING.clone().any(|i| span.contains(&Life::of(i).from)), "{first}");
            assert!(ENDING.clone().any(|i| Life::of(i).until.is_some_and(|(k, _)| span.contains(&k))), "{first}");
        }
    }

    #[test]
    fn a_failing_company_declines_to_a_thirtieth() {
        let life = Life { from: 0, until: Some((1_000, Ending::Failed)) };
        assert_eq!(life.decline(909).to_bits(), (-0.0_f64).to_bits());
        // 45 of 90 weekdays: half of 3.5.
        assert!((life.decline(955) + 1.75).abs() < 1e-12);
        assert!((life.decline(1_000) + 3.5).abs() < 1e-12);
    }
}
