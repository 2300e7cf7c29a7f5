//! What holding an index takes.

use serde::{Deserialize, Serialize};

use crate::units::Day;

/// `GET /index-trades`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexTrades {
    /// The index's slug.
    pub index: String,
    /// First session of the answer.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub start_date: Day,
    /// Last session of the answer.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub end_date: Day,
    /// The prices are made up by the sample provider.
    pub synthetic: bool,
    /// What a reader must know about these numbers.
    pub warnings: Vec<String>,
    /// What the portfolio starts with.
    pub capital: f64,
    /// `fractional` or `whole`.
    pub mode: String,
    /// Shares of a lot.
    pub lot: u32,
    /// What trading costs.
    pub costs: CostModel,
    /// The index's return over the range.
    pub gross_return: f64,
    /// The portfolio's return after costs.
    pub net_return: f64,
    /// All costs of the range, the first purchase included.
    pub total_costs: TradingCosts,
    /// What a rebalance after the first cost on average, per value.
    pub mean_cost: Option<f64>,
    /// The capital at which the tightest rebalance reaches the participation limit; `null` where no volume is known.
    pub capacity: Option<f64>,
    /// The portfolio at each session.
    pub data: Vec<PortfolioValue>,
    /// The rebalances, ascending.
    pub rebalances: Vec<RebalanceSummary>,
    /// The rebalance whose orders follow.
    #[serde(default, with = "crate::api::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub date: Option<Day>,
    /// Cash before it.
    pub cash_before: Option<f64>,
    /// Cash after it.
    pub cash_after: Option<f64>,
    /// Its orders, by ticker.
    pub orders: Vec<TradeOrder>,
}

/// What trading costs.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CostModel {
    /// Commission in basis points of the order's value.
    pub commission_bps: f64,
    /// Commission per share.
    pub commission_per_share: f64,
    /// The least commission of an order.
    pub least_commission: f64,
    /// Half the bid–ask spread in basis points.
    pub half_spread_bps: f64,
    /// An order of participation q moves its price by this × daily volatility × √q.
    pub impact: f64,
    /// The part of a day's volume that an order may be, for the capacity.
    pub participation: f64,
}

/// Costs in the quote currency.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TradingCosts {
    /// What the broker takes.
    pub commission: f64,
    /// What crossing half the spread takes.
    pub spread: f64,
    /// What the orders' own weight takes.
    pub impact: f64,
    /// All three.
    pub total: f64,
}

/// The portfolio at a session.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PortfolioValue {
    /// The session.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// The index level.
    pub level: f64,
    /// The portfolio's value, at the base value with the capital it starts with.
    pub net_level: f64,
}

/// A rebalance in short.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RebalanceSummary {
    /// The session at whose close it trades.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// Members bought or sold.
    pub orders: usize,
    /// The value of all orders.
    pub traded: f64,
    /// Half of it per value before: one-way.
    pub turnover: f64,
    /// What it cost.
    pub costs: TradingCosts,
    /// The portfolio's value after.
    pub value: f64,
    /// Cash after.
    pub cash: f64,
    /// The largest order against its volume.
    pub participation: Option<f64>,
    /// The capital at which that reaches the limit.
    pub capacity: Option<f64>,
    /// The member whose order that is.
    pub binding: Option<String>,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TradeOrder {
    /// The symbol.
    pub ticker: String,
    /// Shares held before.
    pub shares_before: f64,
    /// Shares bought; negative where sold.
    pub shares: f64,
    /// Shares held after: before + shares, exactly.
    pub shares_after: f64,
    /// The order in lots.
    pub lots: f64,
    /// The price.
    pub price: f64,
    /// Shares × price.
    pub notional: f64,
    /// The order's value over the average value traded in a day.
    pub participation: Option<f64>,
    /// What it costs.
    pub costs: TradingCosts,
}
