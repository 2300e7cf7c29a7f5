//! The trades of a run, and the legs of one.

use std::sync::Arc;

use domain::api::BacktestTrades;
use domain::backtest::{Trade, TradeLeg};
use domain::options::strategy::LegType;
use leptos::prelude::*;

use super::Read;
use crate::address::Address;
use crate::components::export_menu::Export;
use crate::components::segmented::Segmented;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};

const OUTCOMES: &[(&str, &str)] = &[("all", "All"), ("won", "Winners"), ("lost", "Losers"), ("flagged", "Flagged")];

fn money(value: f64) -> Value {
    Value::Number(value, Form::Decimal)
}

fn flags(trade: &Trade) -> Value {
    let name = |flag| serde_json::to_value(flag).ok().and_then(|name| name.as_str().map(|name| name.replace('_', " ")));
    let names: Vec<String> = trade.flags.iter().filter_map(name).collect();
    if names.is_empty() { Value::Absent } else { Value::Text(names.join(", ")) }
}

fn is_shown(trade: &Trade, outcome: &str) -> bool {
    match outcome {
        "won" => trade.pnl > 0.0,
        "lost" => trade.pnl < 0.0,
        "flagged" => !trade.flags.is_empty(),
        _ => true,
    }
}

fn open_legs(trade: &Trade) -> AnyView {
    let (address, id) = (Address::here(), trade.trade_id.to_string());
    let shown = id.clone();
    let label = format!("Legs of trade {id}");
    view! {
        <button type="button" class="link" aria-label=label on:click=move |_| address.set(&[("trade", Some(id.clone()))])>
            {shown}
        </button>
    }
    .into_any()
}

#[rustfmt::skip]
const COLUMNS: [Column<Trade>; 16] = [
    Column::new("id", "Trade", |trade: &Trade| Value::Number(f64::from(trade.trade_id), Form::Whole)).drawn(open_legs),
    Column::new("entry", "Entry", |trade: &Trade| Value::Day(trade.entry_date)),
    Column::new("exit", "Exit", |trade: &Trade| Value::Day(trade.exit_date)),
    Column::new("reason", "Exit reason", |trade: &Trade| Value::Text(trade.exit_reason.name().replace('_', " "))),
    Column::new("pnl", "Profit", |trade: &Trade| money(trade.pnl)).defined("After fees.").drawn(|trade: &Trade| {
        let class = if trade.pnl > 0.0 { "up" } else if trade.pnl < 0.0 { "down" } else { "flat" };
        view! { <span class=class>{format::number(trade.pnl, Form::Decimal)}</span> }.into_any()
    }),
    Column::new("margin", "On margin", |trade: &Trade| Value::number(trade.return_on_margin, Form::Change)).defined("Profit against what had to be kept at the entry."),
    Column::new("days", "Days", |trade: &Trade| Value::Number(f64::from(trade.days_held), Form::Whole)).defined("Calendar days from entry to exit."),
    Column::new("quantity", "Units", |trade: &Trade| Value::Number(f64::from(trade.quantity), Form::Whole)),
    Column::new("legs", "Legs", |trade: &Trade| Value::Text(trade.legs_text())).defined("Sign, ratio, type, strike and expiration of each."),
    Column::new("entry_net", "Paid", |trade: &Trade| Value::Number(trade.entry_net, Form::Decimal)).defined("Premium paid at the entry per share of one unit; negative where it was received."),
    Column::new("exit_net", "Got back", |trade: &Trade| Value::Number(trade.exit_net, Form::Decimal)).defined("What closing gave per share of one unit; negative where it took."),
    Column::new("best", "Best", |trade: &Trade| money(trade.max_favourable)).defined("The highest profit at a session's marks, before fees."),
    Column::new("worst", "Worst", |trade: &Trade| money(trade.max_adverse)).defined("The lowest profit at a session's marks, before fees."),
    Column::new("fees", "Fees", |trade: &Trade| money(trade.commissions)),
    Column::new("slippage", "Slippage", |trade: &Trade| money(trade.slippage)).defined("What fills cost against mids."),
    Column::new("flags", "Flags", flags).defined("What was out of the ordinary."),
];

const fn type_name(kind: LegType) -> &'static str {
    match kind {
        LegType::Call => "call",
        LegType::Put => "put",
        LegType::Stock => "stock",
    }
}

#[rustfmt::skip]
const LEG_COLUMNS: [Column<TradeLeg>; 15] = [
    Column::new("type", "Leg", |leg: &TradeLeg| Value::Text(format!("{} {}", if leg.sign < 0 { "sold" } else { "bought" }, type_name(leg.kind)))),
    Column::new("contracts", "Contracts", |leg: &TradeLeg| Value::Number(f64::from(leg.contracts), Form::Whole)),
    Column::new("strike", "Strike", |leg: &TradeLeg| Value::number(leg.strike, Form::Decimal)),
    Column::new("expiration", "Expiration", |leg: &TradeLeg| leg.expiration.map_or(Value::Absent, Value::Day)),
    Column::new("root", "Root", |leg: &TradeLeg| Value::text(leg.root.as_ref())),
    Column::new("in_bid", "Bid in", |leg: &TradeLeg| Value::number(leg.entry.bid, Form::Decimal)),
    Column::new("in_ask", "Ask in", |leg: &TradeLeg| Value::number(leg.entry.ask, Form::Decimal)),
    Column::new("in", "Filled in", |leg: &TradeLeg| money(leg.entry.price)).defined("The price at which the leg was opened."),
    Column::new("in_iv", "Volatility in", |leg: &TradeLeg| Value::number(leg.entry.iv, Form::Percent)),
    Column::new("in_delta", "Delta in", |leg: &TradeLeg| Value::number(leg.entry.delta, Form::Fine)),
    Column::new("out_bid", "Bid out", |leg: &TradeLeg| Value::number(leg.exit.bid, Form::Decimal)),
    Column::new("out_ask", "Ask out", |leg: &TradeLeg| Value::number(leg.exit.ask, Form::Decimal)),
    Column::new("out", "Filled out", |leg: &TradeLeg| money(leg.exit.price)).defined("The price at which the leg was closed or settled."),
    Column::new("source", "Priced by", |leg: &TradeLeg| {
        let name = serde_json::to_value(leg.exit.source).ok().and_then(|name| name.as_str().map(|name| name.replace('_', " ")));
        Value::text(name.as_ref())
    }).defined("Where the closing price comes from."),
    Column::new("out_delta", "Delta out", |leg: &TradeLeg| Value::number(leg.exit.delta, Form::Fine)),
];

#[component]
pub(super) fn Trades(#[prop(into)] trades: Signal<Arc<BacktestTrades>>, read: Read) -> impl IntoView {
    let address = Address::here();
    let (outcome, reason, chosen) = (address.param("outcome"), address.param("reason"), address.param("trade"));
    let outcome_now = Memo::new(move |_| outcome.get().unwrap_or_else(|| "all".to_owned()));
    let choose = Callback::new(move |of: &'static str| {
        address.set(&[("outcome", (of != "all").then(|| of.to_owned()))]);
    });
    let rows = Signal::derive(move || {
        let (outcome, reason) = (outcome_now.get(), reason.get());
        let is_wanted = |trade: &&Trade| {
            is_shown(trade, &outcome) && reason.as_deref().is_none_or(|reason| trade.exit_reason.name() == reason)
        };
        Arc::new(trades.with(|trades| trades.trades.iter().filter(is_wanted).cloned().collect::<Vec<_>>()))
    });
    let reasons = move || {
        let mut names: Vec<&'static str> =
            trades.with(|trades| trades.trades.iter().map(|trade| trade.exit_reason.name()).collect());
        names.sort_unstable();
        names.dedup();
        let option = move |name: &'static str| {
            let is_chosen = move || reason.get().as_deref() == Some(name);
            view! { <option value=name selected=is_chosen>{name.replace('_', " ")}</option> }
        };
        names.into_iter().map(option).collect_view()
    };
    let legs = move || {
        let id: u32 = chosen.get()?.parse().ok()?;
        let trade = trades.with(|trades| trades.trades.iter().find(|trade| trade.trade_id == id).cloned())?;
        let title = format!("Legs of trade {id}");
        let caption = title.clone();
        Some(view! {
            <section class="panel">
                <header class="panel-head">
                    <h2>{title}</h2>
                    <button type="button" class="button quiet" on:click=move |_| address.set(&[("trade", None)])>
                        "Close"
                    </button>
                </header>
                <DataTable
                    name="legs"
                    caption=Signal::derive(move || caption.clone())
                    rows=Signal::stored(Arc::new(trade.legs))
                    columns=LEG_COLUMNS.to_vec()
                />
            </section>
        })
    };
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"Trades"</h2>
                <Segmented label="Outcome" options=OUTCOMES chosen=outcome_now choose=choose />
                <label class="field">
                    <span class="field-name">"Exit reason"</span>
                    <select on:change=move |event| {
                        let name = event_target_value(&event);
                        address.set(&[("reason", (!name.is_empty()).then_some(name))]);
                    }>
                        <option value="" selected=move || reason.get().is_none()>
                            "any"
                        </option>
                        {reasons}
                    </select>
                </label>
            </header>
            <DataTable
                name="trades"
                caption=Signal::derive(|| "Trades of the run".to_owned())
                rows=rows
                columns=COLUMNS.to_vec()
                sorted="id"
                filterable=true
                none="No trade fits."
                exports=vec![Export::curl(move || read.link("/trades"))]
            />
        </section>
        {legs}
    }
}
