//! What holding an index takes: orders in shares and lots, what they cost, how much money fits.

mod capacity;
mod costs;
mod ledger;

pub use capacity::{Capacity, average_value_traded, capacity};
pub use costs::{Costs, CostsOfOrder};
pub use ledger::{Ledger, Order, Rebalance, Sizing, Target, TradingError};
