//! The rows that the statements answer.

use domain::bars::{Action, Bar, BarSize};
use domain::calendar::{WallTime, new_york_instant};
use domain::units::{Day, UnixMillis};
use serde::Deserialize;

/// A stored bar.
#[derive(Debug, Deserialize)]
pub(super) struct BarRow {
    #[serde(deserialize_with = "whole")]
    t: i64,
    day: i32,
    open: Option<f64>,
    high: Option<f64>,
    low: Option<f64>,
    close: f64,
    volume: Option<f64>,
    #[serde(default)]
    vwap: Option<f64>,
    #[serde(default)]
    trades: Option<f64>,
    #[serde(default)]
    extended: i64,
    /// In a bar that was made of others: the minute of the day at which the first of them began.
    #[serde(default)]
    minute: u32,
    /// The publication that wrote a session.
    #[serde(default)]
    pub(super) version: i64,
}

impl BarRow {
    /// The bar of a session or a longer one, or one made of others: it begins where its bucket does.
    pub(super) fn into_bucket(self, size: BarSize) -> Bar {
        let start = size.start(WallTime { day: Day::from_number(self.day), minute: self.minute });
        self.starting(new_york_instant(start.day, start.minute))
    }

    /// The bar as it is stored.
    pub(super) fn into_bar(self) -> Bar {
        let t = UnixMillis(self.t);
        self.starting(t)
    }

    fn starting(self, t: UnixMillis) -> Bar {
        Bar {
            t,
            day: Day::from_number(self.day),
            open: self.open,
            high: self.high,
            low: self.low,
            close: self.close,
            volume: self.volume,
            vwap: self.vwap,
            trades: self.trades,
            extended: self.extended != 0,
        }
    }
}

/// A split or a dividend.
#[derive(Debug, Deserialize)]
pub(super) struct ActionRow {
    ex_day: i32,
    ratio: Option<f64>,
    amount: Option<f64>,
    close_before: Option<f64>,
}

impl ActionRow {
    /// As the domain has it; a row that is neither is none.
    pub(super) fn into_action(self) -> Option<Action> {
        let ex_day = Day::from_number(self.ex_day);
        match (self.ratio, self.amount) {
            (Some(ratio), _) => Some(Action::Split { ex_day, ratio }),
            (None, Some(amount)) => Some(Action::Dividend { ex_day, amount, close_before: self.close_before }),
            (None, None) => None,
        }
    }
}

/// The series that a bar can be made of.
#[derive(Debug, Deserialize)]
pub(super) struct SeriesRow {
    pub(super) id: i64,
    pub(super) source: String,
    pub(super) interval_minutes: u32,
}

/// Numbers cross as JavaScript's; Unix milliseconds are whole and below 2^53.
fn whole<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    let whole = number as i64;
    Ok(whole)
}
