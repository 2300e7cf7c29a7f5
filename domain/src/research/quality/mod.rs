//! Whether prices and market caps can be trusted: checks, what they found, and what a policy makes of it.

mod feed;
mod line;
mod market;
mod policy;

pub use feed::check_feed;
pub use line::check_line;
pub use market::{check_market, findings_of_sessions};
pub use policy::{Policy, verdict};

use crate::units::Day;

/// How many days before a session must be read for everything to be known that it is judged by: its own market cap by those of
/// the half of them, and each of those by a split up to as long before it.
pub const LOOK_BACK_DAYS: i32 = crate::index::REPAIR_DAYS;

/// What was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// A session of the calendar for which nothing was delivered.
    MissingSession,
    /// Most closes, or most moves of market caps, are those of the session before: the feed is one session late.
    LateFeed,
    /// Sessions without a bar between a security's first and last one.
    MissingPrice,
    /// The same close for several sessions.
    StalePrice,
    /// A move of more than half without a split.
    PriceJump,
    /// A market cap whose ratio to the price jumps.
    CapJump,
    /// The same on the ex-date of a split or within three sessions after it, where sources often mix share bases.
    CapNearSplit,
    /// A close without a market cap, where there was one before: the security cannot be chosen.
    MissingCap,
}

impl Check {
    /// Every check, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::MissingSession,
        Self::LateFeed,
        Self::MissingPrice,
        Self::StalePrice,
        Self::PriceJump,
        Self::CapJump,
        Self::CapNearSplit,
        Self::MissingCap,
    ];

    /// The name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingSession => "missing_session",
            Self::LateFeed => "late_feed",
            Self::MissingPrice => "missing_price",
            Self::StalePrice => "stale_price",
            Self::PriceJump => "price_jump",
            Self::CapJump => "cap_jump",
            Self::CapNearSplit => "cap_near_split",
            Self::MissingCap => "missing_cap",
        }
    }

    /// What it looks for, in a sentence.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::MissingSession => "a session of the calendar for which no bar is held",
            Self::LateFeed => "most closes or moves of market caps are those of the session before",
            Self::MissingPrice => "sessions without a bar between the security's first and last one",
            Self::StalePrice => "the same close for several sessions",
            Self::PriceJump => "a move of more than half without a split",
            Self::CapJump => "a market cap whose ratio to the price, the implied share count, jumps",
            Self::CapNearSplit => "a jump of the implied share count within three sessions of a split",
            Self::MissingCap => "a close without a market cap, where there was one before",
        }
    }
}

/// From where on something is suspicious.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// A close that stays the same for so many sessions.
    pub stale_sessions: usize,
    /// A move, a fraction of the price before.
    pub price_move: f64,
    /// A move of the implied share count, a fraction; smaller moves are issues and buybacks.
    pub cap_move: f64,
    /// Likewise within [`Limits::split_sessions`] of a split.
    pub cap_move_near_split: f64,
    /// Sessions after an ex-date that are near it.
    pub split_sessions: usize,
    /// The part of the securities that must look late.
    pub late_part: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            stale_sessions: 5,
            price_move: 0.5,
            cap_move: 0.2,
            cap_move_near_split: 0.05,
            split_sessions: 3,
            late_part: 0.5,
        }
    }
}

/// A market cap to use instead, and where it comes from: the last share count that was good, on the share basis of the day, times
/// the day's close.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repair {
    /// Shares × price.
    pub cap: f64,
    /// The last good implied share count, restated for splits since.
    pub shares: f64,
    /// The session it was good on.
    pub shares_from: Day,
    /// The day's close.
    pub price: f64,
}

/// Something suspicious.
#[derive(Clone, Debug, PartialEq)]
pub struct Defect {
    /// What was checked.
    pub check: Check,
    /// The session; of a run, its first.
    pub day: Day,
    /// The last session of a run, else the same.
    pub last_day: Day,
    /// The security's place in the panel; `None` for a whole session.
    pub line: Option<usize>,
    /// What was found, in the unit of the check: a number of sessions, a fraction, a ratio.
    pub found: f64,
    /// What to use instead, where there is something.
    pub repair: Option<Repair>,
}
