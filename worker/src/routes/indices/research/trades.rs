//! `GET /index-trades`.

use domain::api::{CostModel, IndexTrades, PortfolioValue, RebalanceSummary, TradeOrder, TradingCosts};
use domain::export::{Cell, NumberFormat};
use domain::index::BASE_VALUE;
use domain::research::{Costs, CostsOfOrder, Order, Plan, Sizing, Traded, TradedSession, mean_cost};
use domain::units::Day;

use super::super::format::{Format, optional};
use super::super::performance::Wanted;
use super::super::{read_bridge, read_range, slug_of};
use super::table::{Table, TableColumn, Tabular, computed};
use super::{Read, key_of, read};
use crate::error::Problem;
use crate::routes::cached::cached;
use crate::routes::query::Query;
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::indices::scopes;

/// Sessions before the range from which volumes and volatilities are known at its first close.
pub(super) const SESSIONS_BEFORE: u32 = 70;

const PARAMETERS: [&str; 15] = [
    "start_date",
    "end_date",
    "index",
    "gaps",
    "date",
    "capital",
    "mode",
    "lot",
    "commission_bps",
    "commission_per_share",
    "least_commission",
    "half_spread_bps",
    "impact",
    "participation",
    "format",
];

/// The orders of a rebalance, and what following the index costs.
pub(in crate::routes) async fn trades(call: &Call) -> Answer {
    let query = call.query(&PARAMETERS)?;
    let (start, end) = read_range(&query, call.now)?;
    let wanted = Wanted { start, end, bridge: read_bridge(&query)?, benchmark: None };
    let (plan, date) = (read_plan(&query)?, query.day("date")?);
    let (slug, format) = (slug_of(&query), Format::of(call, &query)?);
    let key = format!("{}&{plan:?}&{}&{}", key_of(&slug, &wanted), optional(date), format.name());
    let scopes = scopes(&slug);
    cached(call, &scopes.each_ref().map(String::as_str), &key, async |db| {
        let read = read(db, &slug, &wanted, SESSIONS_BEFORE).await?;
        let versions = read.studied.versions.clone();
        let answer = traded(read, &plan, date)?;
        computed(format, &answer, versions, &slug, &format!("trades-{}", optional(answer.date)))
    })
    .await
}

pub(super) fn read_plan(query: &Query) -> Result<Plan, Problem> {
    let absent = Costs::default();
    let number = |name: &str, most: f64, absent: f64| -> Result<f64, Problem> {
        Ok(query.decimal(name, 0.0, most)?.unwrap_or(absent))
    };
    let lot = query.integer("lot", 1, 1_000_000)?.and_then(|lot| u32::try_from(lot).ok());
    let is_whole = query.choice("mode", &[("fractional", false), ("whole", true)])?.unwrap_or(lot.is_some());
    if let (false, Some(lot)) = (is_whole, lot) {
        return Err(Problem::impossible("lot", &lot.to_string(), "absent with mode=fractional"));
    }
    let sizing = if is_whole { Sizing::Whole { lot: lot.unwrap_or(1) } } else { Sizing::Fractional };
    Ok(Plan {
        capital: query.decimal("capital", 1.0, 1e13)?.unwrap_or(1e6),
        sizing,
        costs: Costs {
            commission_bps: number("commission_bps", 1_000.0, absent.commission_bps)?,
            commission_per_share: number("commission_per_share", 10.0, absent.commission_per_share)?,
            least_commission: number("least_commission", 1_000.0, absent.least_commission)?,
            half_spread_bps: number("half_spread_bps", 1_000.0, absent.half_spread_bps)?,
            impact: number("impact", 100.0, absent.impact)?,
        },
        participation: query.decimal("participation", 1e-6, 1.0)?.unwrap_or(0.1),
    })
}

pub(super) fn traded(read: Read, plan: &Plan, date: Option<Day>) -> Result<IndexTrades, Problem> {
    let study = &read.studied.study;
    let done = study.trade(plan, date).map_err(|error| Problem::refused("costs_exceed_value", error.to_string()))?;
    if let (Some(date), None) = (date, &done.detail) {
        return Err(not_traded(date, &done));
    }
    let performance = read.loaded.performance;
    let ticker = |line: usize| study.panel.lines[line].ticker.clone();
    let lot = match plan.sizing {
        Sizing::Fractional => 1,
        Sizing::Whole { lot } => lot,
    };
    let order = |order: &Order| TradeOrder {
        ticker: ticker(order.line),
        shares_before: order.before,
        shares: order.shares,
        shares_after: order.after,
        lots: order.shares / f64::from(lot),
        price: order.price,
        notional: order.shares * order.price,
        participation: order.participation,
        costs: costs(&order.costs),
    };
    let mut orders: Vec<TradeOrder> = Vec::new();
    if let Some((_, detail)) = &done.detail {
        orders.extend(detail.orders.iter().map(order));
    }
    orders.sort_by(|a, b| a.ticker.cmp(&b.ticker));
    let value = |((_, value), point): (&(Day, f64), &domain::api::PerformancePoint)| PortfolioValue {
        date: point.date,
        level: point.level,
        net_level: value / plan.capital * BASE_VALUE,
    };
    let model = &plan.costs;
    Ok(IndexTrades {
        start_date: performance.start_date,
        end_date: performance.end_date,
        synthetic: performance.synthetic,
        capital: plan.capital,
        mode: if plan.sizing == Sizing::Fractional { "fractional" } else { "whole" }.to_owned(),
        lot,
        costs: CostModel {
            commission_bps: model.commission_bps,
            commission_per_share: model.commission_per_share,
            least_commission: model.least_commission,
            half_spread_bps: model.half_spread_bps,
            impact: model.impact,
            participation: plan.participation,
        },
        gross_return: performance.data.last().map_or(0.0, |point| point.cumulative_return),
        net_return: done.values.last().map_or(0.0, |(_, value)| value / plan.capital - 1.0),
        total_costs: costs(&done.total_costs()),
        mean_cost: mean_cost(&done.rebalances),
        capacity: done.capacity(),
        data: done.values.iter().zip(&performance.data).map(value).collect(),
        rebalances: done.rebalances.iter().map(|one| in_short(one, &ticker)).collect(),
        date: done.detail.as_ref().map(|(day, _)| *day),
        cash_before: done.detail.as_ref().map(|(_, detail)| detail.cash.0),
        cash_after: done.detail.as_ref().map(|(_, detail)| detail.cash.1),
        orders,
        index: performance.index,
        warnings: performance.warnings,
    })
}

/// 404 for a day on which nothing was traded, naming the rebalances next to it.
fn not_traded(date: Day, done: &Traded) -> Problem {
    let at = done.rebalances.partition_point(|one| one.day < date);
    let near = [at.checked_sub(1), Some(at)].into_iter().flatten();
    let near: Vec<Day> = near.filter_map(|at| done.rebalances.get(at)).map(|one| one.day).collect();
    Problem::no_data(format!("{date} is no rebalance of the range"), near)
}

fn costs(of: &CostsOfOrder) -> TradingCosts {
    TradingCosts { commission: of.commission, spread: of.spread, impact: of.impact, total: of.total() }
}

fn in_short(of: &TradedSession, ticker: &impl Fn(usize) -> String) -> RebalanceSummary {
    RebalanceSummary {
        date: of.day,
        orders: of.orders,
        traded: of.traded,
        turnover: of.turnover,
        costs: costs(&of.costs),
        value: of.value,
        cash: of.cash,
        participation: of.participation,
        capacity: of.capacity.map(|capacity| capacity.capital),
        binding: of.capacity.map(|capacity| ticker(capacity.binding_line)),
    }
}

const COLUMNS: &[TableColumn] = &[
    ("date", "Date", 12.0, NumberFormat::Date),
    ("ticker", "Ticker", 10.0, NumberFormat::General),
    ("shares_before", "Shares before", 18.0, NumberFormat::Decimal4),
    ("shares", "Shares", 18.0, NumberFormat::Decimal4),
    ("shares_after", "Shares after", 18.0, NumberFormat::Decimal4),
    ("lots", "Lots", 14.0, NumberFormat::Decimal4),
    ("price", "Price", 12.0, NumberFormat::Decimal4),
    ("notional", "Notional", 18.0, NumberFormat::Decimal2),
    ("participation", "Participation", 14.0, NumberFormat::Percent4),
    ("commission", "Commission", 14.0, NumberFormat::Decimal2),
    ("spread", "Spread", 14.0, NumberFormat::Decimal2),
    ("impact", "Impact", 14.0, NumberFormat::Decimal2),
];

impl Tabular for IndexTrades {
    fn about(&self) -> (&str, Day, bool, &[String]) {
        (&self.index, self.end_date, self.synthetic, &self.warnings)
    }

    fn table(&self) -> Table {
        let row = |order: &TradeOrder| {
            vec![
                self.date.map_or(Cell::Empty, Cell::Date),
                Cell::text(order.ticker.clone()),
                Cell::Number(order.shares_before),
                Cell::Number(order.shares),
                Cell::Number(order.shares_after),
                Cell::Number(order.lots),
                Cell::Number(order.price),
                Cell::Number(order.notional),
                Cell::optional(order.participation),
                Cell::Number(order.costs.commission),
                Cell::Number(order.costs.spread),
                Cell::Number(order.costs.impact),
            ]
        };
        Table { name: "Orders", columns: COLUMNS, rows: self.orders.iter().map(row).collect() }
    }

    fn others(&self) -> Vec<Table> {
        super::further_tables::of_trades(self)
    }
}
