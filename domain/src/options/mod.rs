//! Options: contracts, the chain of a day, prices and Greeks, and the language in which strategies are written.
//!
//! It decides nothing over time; that is `crate::backtest`. Methods: `docs/methods/options.md`.

mod chain;
mod option_quote;
mod presets;
pub mod pricing;
pub mod strategy;

pub(crate) use chain::is_eligible;
pub use chain::{ChainDay, ChainError, ChainSeries, Quote, Right, index_series};
pub use option_quote::{OptionQuote, OptionRoot, OptionRootError};
pub use presets::{Preset, presets};
