//! The hours of a session: the day's course, cut where the hours are.

use domain::calendar::{is_session, new_york_instant, session_hours};
use domain::market::{DailyBar, IntradayBar};
use domain::units::{BarInterval, Day};

use super::walk::POINTS;

/// The hour that holds the open, and the one after which a full session has closed.
const FIRST_HOUR: u32 = 9;
const LAST_HOUR: u32 = 16;
const LAST_HOUR_OF_HALF_DAY: u32 = 13;

/// Which part of a day's shares each hour sees, more at both ends; of a half day the first four.
const ACTIVITY: [f64; 7] = [0.24, 0.16, 0.12, 0.1, 0.1, 0.12, 0.16];

/// The hours of a bar's session. Together they have its open, high, low, close and volume.
///
/// `course` are the prices from which the bar was made, from the open on.
pub(super) fn hours(bar: &DailyBar, course: &[f64; POINTS - 1]) -> Vec<IntradayBar> {
    let Some(session) = session_hours(bar.day).filter(|_| is_session(bar.day)) else { return Vec::new() };
    let last = if session.early_close { LAST_HOUR_OF_HALF_DAY } else { LAST_HOUR };
    let count = (last - FIRST_HOUR) as usize;
    let activity = &ACTIVITY[..count];
    let all: f64 = activity.iter().sum();
    let volume = bar.volume.unwrap_or(0.0);
    let mut left = volume;
    let mut bars = Vec::with_capacity(count);
    for (at, share) in activity.iter().enumerate() {
        // Seven steps of the course over the hours of the day.
        let (from, to) = (at * (POINTS - 2) / count, (at + 1) * (POINTS - 2) / count);
        let part = &course[from..=to];
        let shares = if at + 1 == count { left } else { (volume * share / all).floor().min(left) };
        left -= shares;
        bars.push(hour(bar, FIRST_HOUR + u32::try_from(at).unwrap_or(0), part, shares));
    }
    bars
}

fn hour(bar: &DailyBar, hour: u32, part: &[f64], shares: f64) -> IntradayBar {
    let high = part.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let low = part.iter().copied().fold(f64::INFINITY, f64::min);
    let (open, close) = (part[0], part[part.len() - 1]);
    IntradayBar {
        ticker: bar.ticker.clone(),
        interval: BarInterval::HOUR,
        t: start(bar.day, hour),
        open,
        high,
        low,
        close,
        volume: Some(shares),
        vwap: Some((open + high + low + close) / 4.0),
        trades: Some((shares / 150.0).ceil()),
    }
}

fn start(day: Day, hour: u32) -> domain::units::UnixMillis {
    new_york_instant(day, hour * 60)
}
