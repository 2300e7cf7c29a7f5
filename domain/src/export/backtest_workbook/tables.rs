//! The sheets behind the summary: parameters, trades, legs, sessions, months, statistics, method, data quality.

use serde_json::Value;

use crate::backtest::{DayRecord, LegFill, Plan, Report, Trade};
use crate::export::book::{Column, Sheet, cell_name};
use crate::export::cell::{Cell, NumberFormat};
use crate::stats::{DatedReturn, monthly_returns};

/// The column of the sessions on the Daily sheet.
pub(super) const DATE_COLUMN: u16 = 0;
/// That of the equity, after cash and the value of what is open.
pub(super) const EQUITY_COLUMN: u16 = 4;
/// That of the drawdown.
pub(super) const DRAWDOWN_COLUMN: u16 = 5;

const DATE: Column = Column::new("Date", 12.0, NumberFormat::Date);

const fn money(title: &'static str) -> Column {
    Column::new(title, 15.0, NumberFormat::Decimal2)
}

const fn price(title: &'static str) -> Column {
    Column::new(title, 12.0, NumberFormat::Decimal4)
}

const fn whole(title: &'static str) -> Column {
    Column::new(title, 11.0, NumberFormat::Whole)
}

const fn text(title: &'static str, width: f64) -> Column {
    Column::new(title, width, NumberFormat::General)
}

/// The strategy as it was run, a row for each field with its path.
pub(super) fn parameters(plan: &Plan) -> Sheet {
    let mut sheet = Sheet::new("Parameters", vec![text("Field", 36.0), text("Value", 60.0)]).with_frozen_columns(1);
    let strategy: Value = serde_json::from_str(&plan.strategy().to_json()).unwrap_or_default();
    push_fields(&mut sheet, "", &strategy);
    sheet
}

fn push_fields(sheet: &mut Sheet, path: &str, value: &Value) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            let dot = if path.is_empty() { "" } else { "." };
            push_fields(sheet, &format!("{path}{dot}{name}"), value);
        }),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(place, value)| push_fields(sheet, &format!("{path}[{place}]"), value));
        }
        Value::Number(number) => {
            sheet.push_row([Cell::text(path.to_owned()), Cell::optional(number.as_f64())]);
        }
        Value::Bool(truth) => sheet.push_row([Cell::text(path.to_owned()), Cell::Truth(*truth)]),
        Value::String(text) => sheet.push_row([Cell::text(path.to_owned()), Cell::text(text.clone())]),
        Value::Null => sheet.push_row([Cell::text(path.to_owned()), Cell::Empty]),
    }
}

/// One row for each trade.
pub(super) fn trades(trades: &[Trade]) -> Sheet {
    let columns = vec![
        whole("Trade"),
        Column::new("Entry", 12.0, NumberFormat::Date),
        Column::new("Exit", 12.0, NumberFormat::Date),
        text("Reason", 16.0),
        whole("Days held"),
        text("Legs", 50.0),
        whole("Quantity"),
        price("Entry spot"),
        price("Exit spot"),
        price("Entry net"),
        price("Exit net"),
        money("Fees"),
        money("Slippage"),
        money("Dividends"),
        money("Profit"),
        money("Entry margin"),
        Column::new("On margin", 12.0, NumberFormat::Percent2),
        money("Best mark"),
        money("Worst mark"),
        text("Remarks", 40.0),
    ];
    let mut sheet = Sheet::new("Trades", columns).with_frozen_columns(1).with_filter();
    for trade in trades {
        sheet.push_row([
            Cell::number(f64::from(trade.trade_id)),
            Cell::Date(trade.entry_date),
            Cell::Date(trade.exit_date),
            Cell::text(trade.exit_reason.name()),
            Cell::number(f64::from(trade.days_held)),
            Cell::text(trade.legs_text()),
            Cell::number(f64::from(trade.quantity)),
            Cell::number(trade.entry_spot),
            Cell::number(trade.exit_spot),
            Cell::number(trade.entry_net),
            Cell::number(trade.exit_net),
            Cell::number(trade.commissions),
            Cell::number(trade.slippage),
            Cell::number(trade.dividends),
            Cell::number(trade.pnl),
            Cell::number(trade.entry_margin),
            Cell::optional(trade.return_on_margin),
            Cell::number(trade.max_favourable),
            Cell::number(trade.max_adverse),
            Cell::text(names(&trade.flags)),
        ]);
    }
    sheet
}

/// The names of values that are written as JSON texts, with commas.
fn names<T: serde::Serialize>(values: &[T]) -> String {
    let name = |value: &T| serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned));
    values.iter().filter_map(name).collect::<Vec<_>>().join(", ")
}

/// One row for each leg of each trade.
pub(super) fn legs(trades: &[Trade]) -> Sheet {
    let columns = vec![
        whole("Trade"),
        whole("Leg"),
        text("Side", 8.0),
        text("Type", 8.0),
        price("Strike"),
        Column::new("Expiration", 12.0, NumberFormat::Date),
        text("Root", 10.0),
        whole("Contracts"),
        Column::new("Entry", 12.0, NumberFormat::Date),
        price("Entry price"),
        price("Entry bid"),
        price("Entry ask"),
        Column::new("Entry IV", 12.0, NumberFormat::Percent2),
        price("Entry delta"),
        Column::new("Exit", 12.0, NumberFormat::Date),
        price("Exit price"),
        text("Exit by", 14.0),
        price("Exit bid"),
        price("Exit ask"),
        Column::new("Exit IV", 12.0, NumberFormat::Percent2),
        price("Exit delta"),
    ];
    let mut sheet = Sheet::new("Legs", columns).with_frozen_columns(2).with_filter();
    for trade in trades {
        for (place, leg) in (1_u32..).zip(&trade.legs) {
            let LegFill { date, price, source, bid, ask, iv, delta } = leg.exit;
            sheet.push_row([
                Cell::number(f64::from(trade.trade_id)),
                Cell::number(f64::from(place)),
                Cell::text(if leg.sign > 0 { "buy" } else { "sell" }),
                Cell::text(names(&[leg.kind])),
                Cell::optional(leg.strike),
                leg.expiration.map_or(Cell::Empty, Cell::Date),
                leg.root.clone().map_or(Cell::Empty, Cell::text),
                Cell::number(f64::from(leg.contracts)),
                Cell::Date(leg.entry.date),
                Cell::number(leg.entry.price),
                Cell::optional(leg.entry.bid),
                Cell::optional(leg.entry.ask),
                Cell::optional(leg.entry.iv),
                Cell::optional(leg.entry.delta),
                Cell::Date(date),
                Cell::number(price),
                Cell::text(names(&[source])),
                Cell::optional(bid),
                Cell::optional(ask),
                Cell::optional(iv),
                Cell::optional(delta),
            ]);
        }
    }
    sheet
}

/// One row for each session. The equity is a formula of the two columns before it.
pub(super) fn daily(days: &[DayRecord]) -> Sheet {
    let columns = vec![
        DATE,
        price("Spot"),
        money("Cash"),
        money("Open value"),
        money("Equity"),
        Column::new("Drawdown", 12.0, NumberFormat::Percent2),
        whole("Open"),
        whole("Opened"),
        whole("Closed"),
        money("Realised"),
        money("Fees"),
        money("Margin"),
        money("Buying power"),
        whole("Hedge shares"),
        whole("Stale marks"),
        money("Net delta"),
        money("Net gamma"),
        money("Net theta"),
        money("Net vega"),
        money("By delta"),
        money("By gamma"),
        money("By theta"),
        money("By vega"),
        money("By slippage"),
        money("Residual"),
    ];
    let mut sheet = Sheet::new("Daily", columns).with_frozen_columns(1).with_filter();
    for day in days {
        let row = sheet.next_row();
        let equity = format!("{}+{}", cell_name(2, row), cell_name(3, row));
        let greek = |of: fn(&crate::backtest::NetGreeks) -> f64| Cell::optional(day.greeks.as_ref().map(of));
        let parts = &day.attribution;
        sheet.push_row([
            Cell::Date(day.date),
            Cell::number(day.spot),
            Cell::number(day.cash),
            Cell::number(day.positions_value),
            Cell::formula(equity, day.equity, None),
            Cell::optional(day.drawdown),
            Cell::number(f64::from(day.open_positions)),
            Cell::number(f64::from(day.opened)),
            Cell::number(f64::from(day.closed)),
            Cell::number(day.realised),
            Cell::number(day.fees),
            Cell::number(day.margin),
            Cell::number(day.buying_power),
            Cell::number(day.hedge_shares),
            Cell::number(f64::from(day.stale_marks)),
            greek(|greeks| greeks.delta),
            greek(|greeks| greeks.gamma),
            greek(|greeks| greeks.theta),
            greek(|greeks| greeks.vega),
            Cell::number(parts.delta),
            Cell::number(parts.gamma),
            Cell::number(parts.theta),
            Cell::number(parts.vega),
            Cell::number(parts.slippage),
            Cell::number(parts.residual),
        ]);
    }
    sheet
}

/// The compounded return of each month.
pub(super) fn monthly(capital: f64, days: &[DayRecord]) -> Sheet {
    let columns = vec![
        Column::new("Year", 8.0, NumberFormat::General),
        Column::new("Month", 8.0, NumberFormat::General),
        Column::new("Return", 12.0, NumberFormat::Percent2),
    ];
    let mut sheet = Sheet::new("Monthly", columns).with_filter();
    let mut before = capital;
    let returns: Vec<DatedReturn> = days
        .iter()
        .map(|day| {
            let value = day.equity / before - 1.0;
            before = day.equity;
            DatedReturn { day: day.date, value }
        })
        .collect();
    for month in monthly_returns(&returns) {
        let (year, of) = (f64::from(month.year), f64::from(month.month));
        sheet.push_row([Cell::number(year), Cell::number(of), Cell::optional(month.value)]);
    }
    sheet
}

/// The statistics of the daily returns with their definitions.
pub(super) fn statistics(report: &Report) -> Sheet {
    let columns = vec![
        text("Statistic", 34.0),
        Column::new("Value", 16.0, NumberFormat::Decimal4),
        text("Unit", 12.0),
        text("Definition", 100.0),
    ];
    let mut sheet = Sheet::new("Statistics", columns).with_frozen_columns(1).with_filter();
    for statistic in &report.series {
        let format = if statistic.unit == "fraction" { NumberFormat::Percent4 } else { NumberFormat::Decimal4 };
        let value = statistic.value.map_or_else(|| Cell::text("undefined"), |value| Cell::formatted(value, format));
        let (unit, formula) = (Cell::text(statistic.unit.clone()), Cell::text(statistic.formula.clone()));
        sheet.push_row([Cell::text(statistic.title.clone()), value, unit, formula]);
    }
    sheet
}

/// What makes the result reproducible, and by which rules it was made.
pub(super) fn method(report: &Report) -> Sheet {
    let mut sheet = Sheet::new("Method", vec![text("Item", 30.0), text("Text", 120.0)]);
    let hashes = &report.hashes;
    let rules = "docs/methods/options.md: fills between mid and the far side, expiry before stop before target before time, \
        one settlement price for all legs, equity = cash + marks checked every session";
    for (item, said) in [
        ("Engine version", hashes.engine_version.clone()),
        ("Hash of the parameters", hashes.parameters.clone()),
        ("Digest of the data", hashes.data.clone()),
        ("Hash of the results", hashes.results.clone()),
        ("Rules", rules.to_owned()),
        ("Reproducible", "the same engine, parameters and data give the same results, byte by byte".to_owned()),
    ] {
        sheet.push_row([Cell::text(item), Cell::text(said)]);
    }
    sheet
}

/// What the quotes were like, and why packages were not opened.
pub(super) fn data_quality(report: &Report) -> Sheet {
    let columns = vec![text("What", 40.0), Column::new("Count", 16.0, NumberFormat::Whole), text("Note", 70.0)];
    let mut sheet = Sheet::new("Data quality", columns);
    let of = &report.data_quality;
    let exact = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    for (what, count, note) in [
        ("Sessions", f64::from(of.sessions), "With a chain"),
        ("Quotes", exact(of.quotes), ""),
        ("Missing", exact(of.missing), "Without an ask above 0"),
        ("Without a bid", exact(of.no_bid), "Nothing is sold to open at these"),
        ("Locked", exact(of.locked), "Bid equal to the ask"),
        ("Crossed", exact(of.crossed), "Bid above the ask; nothing trades at these"),
        ("Negative", exact(of.negative), ""),
        ("Stale marks", exact(of.stale_marks), "Marks of open legs carried on for want of a quote"),
        ("Oldest mark, days", f64::from(of.oldest_mark_days), ""),
        ("Missing sessions", f64::from(of.missing_sessions), "Of the calendar, between the first and the last"),
    ] {
        let note = if note.is_empty() { Cell::Empty } else { Cell::text(note) };
        sheet.push_row([Cell::text(what), Cell::number(count), note]);
    }
    for day in &of.missing_session_dates {
        sheet.push_row([Cell::text("Missing session"), Cell::Empty, Cell::text(day.to_string())]);
    }
    for (reason, count) in &report.rejections.0 {
        let what = format!("Not opened: {}", names(&[*reason]));
        sheet.push_row([Cell::text(what), Cell::number(f64::from(*count)), Cell::text("Sessions")]);
    }
    sheet
}
