//! Bars as they are read: of which length, adjusted for which corporate actions, and how two sources compare.

mod adjustment;
mod fraction;
mod reconcile;
mod resample;
mod size;

pub use adjustment::{Action, Adjustment, Factors};
pub use fraction::as_fraction;
pub use reconcile::{Difference, Reconciled, reconcile};
pub use resample::{merge, resample};
pub use size::{Align, BarSize, Span, Timespan, Unit};

use crate::units::{Day, UnixMillis};

/// A bar of any length, as it is answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// When it begins.
    pub t: UnixMillis,
    /// The first session that it covers.
    pub day: Day,
    /// First trade, quote currency per share; absent where the source had none.
    pub open: Option<f64>,
    /// Highest trade.
    pub high: Option<f64>,
    /// Lowest trade.
    pub low: Option<f64>,
    /// Last trade.
    pub close: f64,
    /// Shares traded.
    pub volume: Option<f64>,
    /// Volume-weighted average price; absent unless every bar that it is made of has one.
    pub vwap: Option<f64>,
    /// Trades.
    pub trades: Option<f64>,
    /// Whether it lies wholly outside the regular session.
    pub extended: bool,
}
