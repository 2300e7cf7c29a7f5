//! One market record per file, as every provider delivers it and every store keeps it.

mod bar_rows;
mod corporate_action;
mod daily_bar;
mod intraday_bar;
mod security;
mod shares;
mod ticker_change;

pub use bar_rows::{BarRow, BarRows};
pub use corporate_action::{Dividend, Split};
pub use daily_bar::DailyBar;
pub use intraday_bar::IntradayBar;
pub use security::Security;
pub use shares::{ReportedCap, SharesCount};
pub use ticker_change::TickerChange;
