//! Which days XNYS (the New York Stock Exchange) trades, and from when to when: computed, not looked up.
//!
//! Covers 1990-01-01 ..= 2199-12-31; outside it no day is a session. The rules of the future are those of today: a
//! closure that is announced later must be added to `closures.rs`. It knows planned hours only, no halts and no
//! late openings. Rules and a worked example: `docs/methods/calendar.md`.

mod closures;
mod hours;
mod new_york;
mod periods;
mod sessions;

pub use closures::{Closure, closure};
pub use hours::{OPEN_MINUTE, SessionHours, last_completed_session, session_hours};
pub use new_york::{EXTENDED_CLOSE_MINUTE, EXTENDED_OPEN_MINUTE, WallTime, is_extended, new_york_instant, wall_time};
pub use periods::{Period, is_period_end, last_period_end, period_end};
pub use sessions::{
    FIRST_DAY, LAST_DAY, NearestSessions, is_session, last_sessions, nearest_sessions, next_session, previous_session,
    sessions,
};
