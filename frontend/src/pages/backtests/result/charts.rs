//! A run over time: its equity, its months, and the underlying with what was opened and closed.

use std::sync::Arc;

use domain::api::{BacktestEquity, BacktestTrades, BenchmarkClose, BenchmarkData};
use domain::backtest::{DayRecord, Trade};
use domain::stats::{DatedReturn, monthly_returns};
use leptos::prelude::*;

use super::Read;
use crate::address::Address;
use crate::components::chart::{ChartFrame, Event, Line, LineChart};
use crate::components::export_menu::Export;
use crate::components::heat::HeatTable;
use crate::components::segmented::Segmented;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::Load;
use crate::pages::overview::month_rows;

const VIEWS: &[(&str, &str)] = &[
    ("equity", "Equity"),
    ("drawdown", "Drawdown"),
    ("margin", "Margin"),
    ("delta", "Net delta"),
    ("theta", "Net theta"),
    ("vega", "Net vega"),
];

fn value(day: &DayRecord, view: &str) -> Option<f64> {
    match view {
        "drawdown" => day.drawdown,
        "margin" => Some(day.margin),
        "delta" => day.greeks.map(|greeks| greeks.delta),
        "theta" => day.greeks.map(|greeks| greeks.theta),
        "vega" => day.greeks.map(|greeks| greeks.vega),
        _ => Some(day.equity),
    }
}

/// The line of one of the views; sessions where it is unknown are left out.
fn line(days: &[DayRecord], view: &str, name: &str) -> Line {
    let known = days.iter().filter_map(|day| Some((day.date.number(), value(day, view)?)));
    let (days, values) = known.unzip();
    Line { name: name.to_owned(), days: Arc::new(days), values: Arc::new(values) }
}

/// What the capital would have become in the benchmark, by session: it is in from the last close before the first session on,
/// or from the first close where there is none before. Sessions without a close carry the one before.
fn benchmark_line(capital: f64, days: &[DayRecord], closes: &[BenchmarkClose], name: &str) -> Line {
    let upto = |date| closes.partition_point(|close| close.date <= date).checked_sub(1).map(|at| closes[at].close);
    let before = days.first().and_then(|day| closes.iter().rev().find(|close| close.date < day.date));
    let base = before.or(closes.first()).map_or(0.0, |close| close.close);
    let known = days.iter().filter_map(|day| Some((day.date.number(), capital * upto(day.date)? / base)));
    let (days, values): (Vec<i32>, Vec<f64>) = known.filter(|(_, value)| value.is_finite()).unzip();
    Line { name: name.to_owned(), days: Arc::new(days), values: Arc::new(values) }
}

/// Daily returns of the equity, the first against the capital.
pub(in super::super) fn returns(capital: f64, days: &[DayRecord]) -> Vec<DatedReturn> {
    let mut before = capital;
    let of = |day: &DayRecord| {
        let value = day.equity / before - 1.0;
        before = day.equity;
        DatedReturn { day: day.date, value: if value.is_finite() { value } else { 0.0 } }
    };
    days.iter().map(of).collect()
}

fn events(trades: &[Trade]) -> Vec<Event> {
    let both = |trade: &Trade| {
        let legs = trade.legs_text();
        let pnl = format::number(trade.pnl, Form::Decimal);
        [
            Event { day: trade.entry_date.number(), is_begin: true, what: format!("#{} {legs}", trade.trade_id) },
            Event {
                day: trade.exit_date.number(),
                is_begin: false,
                what: format!("#{} {}, {pnl}", trade.trade_id, trade.exit_reason.name()),
            },
        ]
    };
    trades.iter().flat_map(both).collect()
}

#[rustfmt::skip]
const COLUMNS: [Column<DayRecord>; 13] = [
    Column::new("day", "Session", |day: &DayRecord| Value::Day(day.date)),
    Column::new("spot", "Underlying", |day: &DayRecord| Value::Number(day.spot, Form::Decimal)),
    Column::new("equity", "Equity", |day: &DayRecord| Value::Number(day.equity, Form::Decimal)).defined("Cash and what the open legs are worth at their marks."),
    Column::new("cash", "Cash", |day: &DayRecord| Value::Number(day.cash, Form::Decimal)),
    Column::new("positions", "Positions", |day: &DayRecord| Value::Number(day.positions_value, Form::Decimal)),
    Column::new("drawdown", "Drawdown", |day: &DayRecord| Value::number(day.drawdown, Form::Percent)),
    Column::new("open", "Open", |day: &DayRecord| Value::Number(f64::from(day.open_positions), Form::Whole)).defined("Packages open."),
    Column::new("margin", "Margin", |day: &DayRecord| Value::Number(day.margin, Form::Decimal)).defined("What must be kept for the open packages."),
    Column::new("fees", "Fees", |day: &DayRecord| Value::Number(day.fees, Form::Decimal)),
    Column::new("delta", "Delta", |day: &DayRecord| Value::number(value(day, "delta"), Form::Decimal)),
    Column::new("theta", "Theta", |day: &DayRecord| Value::number(value(day, "theta"), Form::Decimal)),
    Column::new("vega", "Vega", |day: &DayRecord| Value::number(value(day, "vega"), Form::Decimal)),
    Column::new("stale", "Stale marks", |day: &DayRecord| Value::Number(f64::from(day.stale_marks), Form::Whole)).defined("Open legs that had no quote and carry an earlier mark."),
];

#[component]
pub(super) fn Charts(
    #[prop(into)] equity: Signal<Arc<BacktestEquity>>,
    trades: Load<BacktestTrades>,
    capital: Memo<f64>,
    benchmark: Load<BenchmarkData>,
    read: Read,
) -> impl IntoView {
    let address = Address::here();
    let chosen = address.param("view");
    let view = Memo::new(move |_| chosen.get().unwrap_or_else(|| "equity".to_owned()));
    let choose = Callback::new(move |view: &'static str| {
        address.set(&[("view", (view != "equity").then(|| view.to_owned()))]);
    });
    let title = Signal::derive(move || {
        let view = view.get();
        VIEWS.iter().find(|(of, _)| *of == view).map_or_else(String::new, |(_, name)| (*name).to_owned())
    });
    let lines = Signal::derive(move || {
        equity.with(|equity| {
            let own = line(&equity.data, &view.get(), &title.get());
            let other = benchmark.value().filter(|_| view.get() == "equity");
            let other = other.map(|other| benchmark_line(capital.get(), &equity.data, &other.data, &other.ticker));
            std::iter::once(own).chain(other.filter(|line| !line.days.is_empty())).collect()
        })
    });
    let is_drawdown = Memo::new(move |_| view.get() == "drawdown");
    let form = Signal::derive(move || if is_drawdown.get() { Form::Change } else { Form::Decimal });
    let axis_form = Signal::derive(move || if is_drawdown.get() { Form::RoundPercent } else { Form::Whole });
    let underlying = Signal::derive(move || {
        let days = equity.with(|equity| equity.data.iter().map(|day| (day.date.number(), day.spot)).unzip());
        let (days, values): (Vec<i32>, Vec<f64>) = days;
        vec![Line { name: "Underlying".to_owned(), days: Arc::new(days), values: Arc::new(values) }]
    });
    let happened = Signal::derive(move || trades.value().map(|trades| events(&trades.trades)).unwrap_or_default());
    let table = move |name: &'static str| {
        let rows = Signal::derive(move || Arc::new(equity.with(|equity| equity.data.clone())));
        view! {
            <DataTable
                name=name
                caption=Signal::derive(|| "The account at every session".to_owned())
                rows=rows
                columns=COLUMNS.to_vec()
                sorted="-day"
            />
        }
    };
    let months = Signal::derive(move || {
        equity.with(|equity| month_rows(&monthly_returns(&returns(capital.get(), &equity.data))))
    });
    let columns = (1..=12).map(format::month).chain(std::iter::once("Year".to_owned())).collect();
    let file = move |what: &'static str| Signal::derive(move || format!("backtest-{}-{what}", read.id));
    view! {
        <ChartFrame
            title=title
            file=file("equity")
            tools=ViewFn::from(move || view! { <Segmented label="What is drawn" options=VIEWS chosen=view choose=choose /> })
            exports=vec![Export::curl(move || read.link("/equity"))]
            table=ViewFn::from(move || table("sessions"))
        >
            <LineChart
                label=Signal::derive(move || format!("{} by session", title.get()))
                lines=lines
                form=form
                axis_form=axis_form
                is_area=is_drawdown
            />
        </ChartFrame>
        <section class="panel">
            <header class="panel-head">
                <h2>"Monthly returns"</h2>
            </header>
            <HeatTable name="months" caption="Returns of the equity by year and month" corner="Year" columns=columns rows=months />
        </section>
        <ChartFrame
            title=Signal::derive(|| "Underlying, entries and exits".to_owned())
            file=file("underlying")
            table=ViewFn::from(move || table("underlying"))
        >
            <LineChart
                label=Signal::derive(|| "The underlying by session; triangles point up at entries and down at exits".to_owned())
                lines=underlying
                form=Signal::derive(|| Form::Decimal)
                axis_form=Signal::derive(|| Form::Whole)
                events=happened
            />
        </ChartFrame>
    }
}

#[cfg(test)]
mod tests {
    use domain::units::Day;

    use super::*;

    fn day(number: i32, equity: f64) -> DayRecord {
        let text = serde_json::json!({
            "date": Day::from_number(number).to_string(), "spot": 100.0, "cash": equity, "positions_value": 0.0, "equity": equity,
            "drawdown": null, "open_positions": 0, "opened": 0, "closed": 0, "realised": 0.0, "fees": 0.0, "margin": 0.0,
            "buying_power": equity, "hedge_shares": 0.0, "stale_marks": 0, "greeks": null,
            "attribution": {"delta": 0.0, "gamma": 0.0, "theta": 0.0, "vega": 0.0, "fees": 0.0, "slippage": 0.0, "residual": 0.0},
        });
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn the_first_return_is_against_the_capital() {
        let days = [day(1, 110.0), day(2, 99.0)];
        let values: Vec<f64> = returns(100.0, &days).iter().map(|of| of.value).collect();
        assert!((values[0] - 0.1).abs() < 1e-12 && (values[1] + 0.1).abs() < 1e-12);
        assert_eq!(returns(0.0, &days[..1])[0].value.to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn the_benchmark_begins_with_the_capital_at_the_close_before_the_first_session() {
        let close = |number, close| BenchmarkClose { date: Day::from_number(number), close };
        let days = [day(10, 110.0), day(11, 99.0), day(12, 99.0)];
        let closes = [close(8, 40.0), close(9, 50.0), close(10, 55.0), close(12, 60.0)];
        let line = benchmark_line(100.0, &days, &closes, "SPY");
        assert_eq!(*line.days, [10, 11, 12]);
        for (value, expected) in line.values.iter().zip([110.0, 110.0, 120.0]) {
            assert!((value - expected).abs() < 1e-12);
        }
        assert!(benchmark_line(100.0, &days, &[], "SPY").days.is_empty());
        assert_eq!(*benchmark_line(100.0, &days, &closes[3..], "SPY").days, [12]);
    }

    #[test]
    fn what_is_unknown_is_no_point_of_a_line() {
        let days = [day(1, 110.0), day(2, 99.0)];
        assert_eq!(line(&days, "equity", "").days.len(), 2);
        assert!(line(&days, "delta", "").days.is_empty() && line(&days, "drawdown", "").days.is_empty());
    }
}
