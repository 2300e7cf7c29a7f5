//! What holding an index takes: the orders of each rebalance, and what they cost.

use std::sync::Arc;

use domain::api::{IndexTrades, PortfolioValue, RebalanceSummary, TradeOrder};
use leptos::prelude::*;

use super::both::BothLevels;
use super::fields::{Typed, choice, typed};
use super::{BRIDGED, asked};
use crate::address::Address;
use crate::api;
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::states::states;
use crate::components::synthetic::Synthetic;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::load;
use crate::pages::{SpanFields, nothing_built, warnings, whole_workbook};

/// The parameters of the address that reach the service.
const NAMES: &[&str] = &[
    "capital",
    "mode",
    "lot",
    "commission_bps",
    "commission_per_share",
    "least_commission",
    "half_spread_bps",
    "impact",
    "participation",
    "date",
];

#[rustfmt::skip]
const FIELDS: [Typed; 8] = [
    Typed::number("capital", "Capital", "1 000 000", "What the portfolio starts with."),
    Typed::number("lot", "Lot", "1", "Shares of a lot; orders are then in whole lots."),
    Typed::number("commission_bps", "Commission (bp)", "1", "In hundredths of a percent of an order's value."),
    Typed::number("commission_per_share", "Commission per share", "0", "In the quote currency."),
    Typed::number("least_commission", "Least commission", "0", "Of an order, in the quote currency."),
    Typed::number("half_spread_bps", "Half spread (bp)", "2.5", "Half of the bid–ask spread, in hundredths of a percent."),
    Typed::number("impact", "Impact", "1", "An order of participation q moves its price by this × daily volatility × √q."),
    Typed::number("participation", "Participation", "0.1", "The part of a day's volume that an order may be, for the capacity."),
];

const MODES: &[(&str, &str)] = &[("fractional", "any part of a share"), ("whole", "whole lots")];

const REBALANCES: [Column<RebalanceSummary>; 9] = [
    Column::new("date", "Session", |row: &RebalanceSummary| Value::Day(row.date)).drawn(|row: &RebalanceSummary| {
        let (address, day) = (Address::here(), row.date);
        view! {
            <button
                type="button"
                class="link"
                title="List its orders"
                on:click=move |_| address.set(&[("date", Some(day.to_string()))])
            >
                {format::day(day)}
            </button>
        }
        .into_any()
    }),
    Column::new("orders", "Orders", |row: &RebalanceSummary| {
        Value::number(u32::try_from(row.orders).ok().map(f64::from), Form::Whole)
    }),
    Column::new("traded", "Traded", |row: &RebalanceSummary| Value::Number(row.traded, Form::Compact))
        .defined("The value of all orders."),
    Column::new("turnover", "Turnover", |row: &RebalanceSummary| Value::Number(row.turnover, Form::Percent))
        .defined("One-way: half of what was traded, per value before."),
    Column::new("costs", "Costs", |row: &RebalanceSummary| Value::Number(row.costs.total, Form::Decimal)),
    Column::new("value", "Value after", |row: &RebalanceSummary| Value::Number(row.value, Form::Decimal)),
    Column::new("cash", "Cash after", |row: &RebalanceSummary| Value::Number(row.cash, Form::Decimal)),
    Column::new("capacity", "Capacity", |row: &RebalanceSummary| Value::number(row.capacity, Form::Compact))
        .defined("The capital at which its largest order reaches the participation."),
    Column::new("binding", "Binding", |row: &RebalanceSummary| Value::text(row.binding.as_ref()))
        .defined("The member whose order that is."),
];

const ORDERS: [Column<TradeOrder>; 9] = [
    Column::new("ticker", "Ticker", |row: &TradeOrder| Value::Text(row.ticker.clone())),
    Column::new("shares", "Order", |row: &TradeOrder| Value::Number(row.shares, Form::Fine))
        .defined("Shares bought; negative where sold."),
    Column::new("lots", "Lots", |row: &TradeOrder| Value::Number(row.lots, Form::Fine)),
    Column::new("price", "Price", |row: &TradeOrder| Value::Number(row.price, Form::Decimal)),
    Column::new("notional", "Value", |row: &TradeOrder| Value::Number(row.notional, Form::Decimal)),
    Column::new("before", "Held before", |row: &TradeOrder| Value::Number(row.shares_before, Form::Fine)),
    Column::new("after", "Held after", |row: &TradeOrder| Value::Number(row.shares_after, Form::Fine))
        .defined("Before and the order, exactly."),
    Column::new("participation", "Of the volume", |row: &TradeOrder| Value::number(row.participation, Form::Percent))
        .defined("The order's value over the average value traded in a day."),
    Column::new("cost", "Costs", |row: &TradeOrder| Value::Number(row.costs.total, Form::Decimal))
        .defined("Commission, spread and impact."),
];

const SESSIONS: [Column<PortfolioValue>; 3] = [
    Column::new("day", "Session", |row: &PortfolioValue| Value::Day(row.date)),
    Column::new("level", "Index", |row: &PortfolioValue| Value::Number(row.level, Form::Decimal)),
    Column::new("net", "After costs", |row: &PortfolioValue| Value::Number(row.net_level, Form::Decimal)),
];

/// The part of the page.
pub(super) fn trades() -> AnyView {
    let link = asked("/index-trades", NAMES, BRIDGED);
    let answer = load(move || Some(link.get()), |link| async move { api::get::<IndexTrades>(&link).await });
    let ends = move || answer.value().map(|of| (of.start_date, of.end_date));
    view! {
        <div class="tools">
            <SpanFields ends=Signal::derive(ends) />
        </div>
        <section class="panel">
            <header class="panel-head">
                <h2>"Capital and costs"</h2>
            </header>
            <div class="build-form">
                {choice("mode", "Orders", "Any part of a share, or whole lots with the rest in cash.", MODES)}
                {FIELDS.iter().map(typed).collect_view()}
            </div>
        </section>
        {states(answer, 80.0, Some(ViewFn::from(nothing_built)), move |of| view! { <Ready of=of link=link /> }.into_any())}
    }
    .into_any()
}

#[component]
fn Ready(#[prop(into)] of: Signal<Arc<IndexTrades>>, link: Memo<String>) -> impl IntoView {
    let synthetic = Synthetic::here();
    Effect::new(move |_| synthetic.note(of.with(|of| of.synthetic)));
    let text = move |read: fn(&IndexTrades) -> String| Signal::derive(move || of.with(|of| read(of)));
    let curl = move || Export::curl(move || link.get_untracked());
    let whole = Signal::derive(move || Some(link.get()));
    let sessions = Signal::derive(move || Arc::new(of.with(|of| of.data.clone())));
    let rebalances = Signal::derive(move || Arc::new(of.with(|of| of.rebalances.clone())));
    let orders = Signal::derive(move || Arc::new(of.with(|of| of.orders.clone())));
    let ordered = move || {
        of.with(|of| of.date.map_or_else(|| "Orders".to_owned(), |day| format!("Orders of {}", format::day(day))))
    };
    let cash = move || {
        of.with(|of| {
            let (before, after) = (of.cash_before?, of.cash_after?);
            let shown = |value| format::number(value, Form::Decimal);
            Some(format!("cash {} before, {} after", shown(before), shown(after)))
        })
    };
    view! {
        {warnings(move || of.with(|of| of.warnings.clone()))}
        <dl class="figures">
            <Figure
                name="After costs"
                definition="The portfolio's return over the range."
                value=text(|of| format::number(of.net_return, Form::Change))
                direction=Signal::derive(move || format::direction(Some(of.with(|of| of.net_return))))
            />
            <Figure
                name="Index"
                definition="The index's own return over the range, which costs nothing."
                value=text(|of| format::number(of.gross_return, Form::Change))
                direction=Signal::derive(move || format::direction(Some(of.with(|of| of.gross_return))))
            />
            <Figure
                name="All costs"
                definition="Of the range, the first purchase included."
                value=text(|of| format::number(of.total_costs.total, Form::Decimal))
                remark=text(|of| {
                    let shown = |value| format::number(value, Form::Compact);
                    let costs = &of.total_costs;
                    format!("commission {}, spread {}, impact {}", shown(costs.commission), shown(costs.spread), shown(costs.impact))
                })
            />
            <Figure
                name="Cost of a rebalance"
                definition="On average after the first one, per value of the portfolio."
                value=text(|of| format::optional(of.mean_cost.map(|cost| cost * 10_000.0), Form::Decimal))
                remark=Signal::derive(|| "basis points".to_owned())
            />
            <Figure
                name="Capacity"
                definition="The capital at which the tightest rebalance reaches the participation; unknown without volumes."
                value=text(|of| format::optional(of.capacity, Form::Compact))
            />
        </dl>
        <BothLevels
            title="The portfolio beside the index"
            label=Signal::derive(|| "The portfolio after costs beside the index, both from the same level".to_owned())
            file=Signal::derive(move || of.with(|of| format!("{}-after-costs", of.index)))
            names=Signal::derive(|| ["After costs".to_owned(), "Index".to_owned()])
            rows=sessions
            read=|row: &PortfolioValue| (row.date, [row.net_level, row.level])
            table=("values", "Portfolio and index at each session", SESSIONS)
            exports=vec![whole_workbook(whole, "trades"), curl()]
        />
        <section class="panel">
            <header class="panel-head">
                <h2>{ordered}</h2>
                <span class="muted">{cash}</span>
            </header>
            <DataTable
                name="orders"
                caption=Signal::derive(ordered)
                rows=orders
                columns=ORDERS.to_vec()
                filterable=true
                none="Nothing is traded at this rebalance."
                exports=vec![curl()]
            />
        </section>
        <section class="panel">
            <header class="panel-head">
                <h2>"Rebalances"</h2>
            </header>
            <DataTable
                name="rebalances"
                caption=Signal::derive(|| "The rebalances of the range".to_owned())
                rows=rebalances
                columns=REBALANCES.to_vec()
                sorted="-date"
            />
        </section>
    }
}
