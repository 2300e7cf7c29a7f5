//! A member of an index, as it is answered and as it stands in a workbook.

use serde::{Deserialize, Serialize};

/// A member at a close.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Constituent {
    /// From 1, by market cap.
    pub rank: u32,
    /// The symbol.
    pub ticker: String,
    /// The name, where known.
    pub name: Option<String>,
    /// The sector, where known.
    pub sector: Option<String>,
    /// Weight after the close.
    pub weight: f64,
    /// The raw close, or the last one before it.
    pub price: f64,
    /// Market cap at the close.
    pub market_cap: f64,
    /// Fractional shares held: notional / price.
    pub shares: f64,
    /// Weight × level.
    pub notional: f64,
}
