//! When a package is opened.

use serde::{Deserialize, Serialize};

use super::signal::Signal;

/// On which sessions a package may be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryWhen {
    /// On each.
    Daily,
    /// On every `n`-th from the first; one that fails is not tried again before the next multiple.
    EveryNDays,
    /// On the days of the week in `weekdays`.
    Weekday,
    /// When nothing is open.
    WhenFlat,
}

/// A day of the week on which the exchange trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TradingWeekday {
    /// Monday.
    #[serde(alias = "monday")]
    Mon,
    /// Tuesday.
    #[serde(alias = "tuesday")]
    Tue,
    /// Wednesday.
    #[serde(alias = "wednesday")]
    Wed,
    /// Thursday.
    #[serde(alias = "thursday")]
    Thu,
    /// Friday.
    #[serde(alias = "friday")]
    Fri,
}

impl TradingWeekday {
    pub(crate) const fn weekday(self) -> chrono::Weekday {
        match self {
            Self::Mon => chrono::Weekday::Mon,
            Self::Tue => chrono::Weekday::Tue,
            Self::Wed => chrono::Weekday::Wed,
            Self::Thu => chrono::Weekday::Thu,
            Self::Fri => chrono::Weekday::Fri,
        }
    }
}

/// When a package is opened, and what its quotes must be like. At most one a session, never on the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// On which sessions.
    pub when: EntryWhen,
    /// Sessions from one entry to the next, for `every_n_days`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// Days of the week, for `weekday`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<TradingWeekday>,
    /// No entry unless all of these hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
    /// No entry while this many packages are open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_open: Option<u32>,
    /// No entry for less premium received than this, per share of one unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_credit: Option<f64>,
    /// No entry for more premium paid than this, per share of one unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_debit: Option<f64>,
    /// Each option leg has traded at least this many contracts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_volume: Option<f64>,
    /// Each option leg has at least this many contracts open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_open_interest: Option<f64>,
}
