//! What to ask a source for, and what to turn away of what it delivers. No source, no store, no clock.

mod plan;
mod quality;
mod validate;

pub use plan::{
    COMPLETE_AFTER_MS, LATE_AFTER_MS, Scope, is_late, missing_sessions, next_missing, range_to_fill, spaced_days,
};
pub use quality::{Finding, FindingKind, JUMP, series_findings, session_findings};
pub use validate::{
    Checked, Refused, check_bars, check_caps, check_dividends, check_intraday, check_securities, check_series,
    check_shares, check_splits,
};
