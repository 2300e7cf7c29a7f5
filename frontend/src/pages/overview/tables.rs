//! Months, drawdowns, statistics, and the levels behind the chart.

use std::sync::Arc;

use domain::stats::{Drawdown, Statistics, Unit, definitions};
use domain::units::Day;
use leptos::prelude::*;

use super::range::Window;
use crate::components::heat::{HeatRow, HeatTable};
use crate::components::table::{Column, DataTable, Value};
use crate::components::term::Term;
use crate::format::{self, Form};

/// Years by months, with the year's own return at the end.
pub(crate) fn month_rows(months: &[domain::stats::MonthlyReturn]) -> Vec<HeatRow> {
    let by_year = months.chunk_by(|a, b| a.year == b.year);
    let row = |months: &[domain::stats::MonthlyReturn]| {
        let of = |month: u32| months.iter().find(|of| of.month == month).and_then(|of| of.value);
        let growth: Option<f64> = months.iter().map(|of| of.value.map(|value| 1.0 + value)).product();
        let values = (1..=12).map(of).chain(std::iter::once(growth.map(|growth| growth - 1.0))).collect();
        HeatRow { name: months.first().map_or_else(String::new, |of| of.year.to_string()), values }
    };
    by_year.rev().map(row).collect()
}

/// The heat map of the months.
#[component]
pub(super) fn Months(#[prop(into)] window: Signal<Window>) -> impl IntoView {
    let columns = (1..=12).map(format::month).chain(std::iter::once("Year".to_owned())).collect();
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"Monthly returns"</h2>
            </header>
            <HeatTable
                name="months"
                caption="Returns by year and month"
                corner="Year"
                columns=columns
                rows=Signal::derive(move || window.with(|window| month_rows(&window.months())))
            />
        </section>
    }
}

const DRAWDOWN_COLUMNS: [Column<Drawdown>; 5] = [
    Column::new("peak", "Peak", |fall: &Drawdown| Value::Day(fall.peak)).defined("The last day at the peak."),
    Column::new("trough", "Trough", |fall: &Drawdown| Value::Day(fall.trough))
        .defined("The first day of the lowest value."),
    Column::new("recovery", "Recovered", |fall: &Drawdown| fall.recovery.map_or(Value::Absent, Value::Day))
        .defined("The first day at the peak's value again; none while the index is below it."),
    Column::new("depth", "Depth", |fall: &Drawdown| Value::Number(fall.depth, Form::Percent))
        .defined("Value at the trough / value at the peak − 1."),
    Column::new("days", "Days", |fall: &Drawdown| {
        let days = fall.recovery.map(|end| f64::from(end.number() - fall.peak.number()));
        Value::number(days, Form::Whole)
    })
    .defined("Calendar days from the peak to the recovery."),
];

/// The deepest drawdowns.
#[component]
pub(super) fn Drawdowns(#[prop(into)] window: Signal<Window>) -> impl IntoView {
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"Deepest drawdowns"</h2>
            </header>
            <DataTable
                name="drawdowns"
                caption=Signal::derive(|| "Deepest drawdowns".to_owned())
                rows=Signal::derive(move || Arc::new(window.with(|window| window.deepest(10))))
                columns=DRAWDOWN_COLUMNS.to_vec()
                none="The index never fell below an earlier level in this range."
            />
        </section>
    }
}

struct Measured {
    of: &'static domain::stats::Definition,
    value: Option<f64>,
}

const STATISTIC_COLUMNS: [Column<Measured>; 2] = [
    Column::new("name", "Statistic", |row: &Measured| Value::Text(row.of.title.to_owned())).drawn(|row: &Measured| {
        view! { <Term word=row.of.title formula=row.of.formula definition=row.of.note /> }.into_any()
    }),
    Column::new("value", "Value", |row: &Measured| {
        let form = if row.of.unit == Unit::Fraction { Form::Percent } else { Form::Fine };
        Value::number(row.value, form)
    }),
];

/// Every statistic of the range.
#[component]
pub(super) fn AllStatistics(
    #[prop(into)] statistics: Signal<Statistics>,
    #[prop(into)] window: Signal<Window>,
) -> impl IntoView {
    let rows = move || {
        let statistics = statistics.get();
        let all = definitions().iter().map(|of| Measured { of, value: (of.value)(&statistics) });
        // Those that need a benchmark come last, and are there only with one.
        Arc::new(all.filter(|row| statistics.beta.is_some() || !is_against_benchmark(row.of.name)).collect::<Vec<_>>())
    };
    let ends = move || {
        window
            .with(Window::ends)
            .map_or_else(String::new, |(first, last)| format!("{} – {}", format::day(first), format::day(last)))
    };
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"Statistics"</h2>
                <span class="muted">{ends}</span>
            </header>
            <DataTable
                name="statistics"
                caption=Signal::derive(|| "Statistics of the range".to_owned())
                rows=Signal::derive(rows)
                columns=STATISTIC_COLUMNS.to_vec()
            />
        </section>
    }
}

fn is_against_benchmark(name: &str) -> bool {
    matches!(name, "beta" | "alpha" | "up_capture" | "down_capture" | "information_ratio")
}

struct Level {
    day: Day,
    level: f64,
    value: Option<f64>,
    cumulative: f64,
    drawdown: f64,
}

const LEVEL_COLUMNS: [Column<Level>; 5] = [
    Column::new("day", "Session", |row| Value::Day(row.day)),
    Column::new("level", "Level", |row| Value::Number(row.level, Form::Decimal)),
    Column::new("return", "Day", |row| Value::number(row.value, Form::Change)),
    Column::new("cumulative", "Cumulative", |row| Value::Number(row.cumulative, Form::Change)),
    Column::new("drawdown", "Drawdown", |row| Value::Number(row.drawdown, Form::Percent)),
];

/// The sessions behind the chart.
pub(super) fn levels(window: Memo<Window>) -> AnyView {
    let rows = move || {
        let window = window.get();
        let (cumulative, drawdowns) = (window.cumulative(), window.drawdowns());
        let row = |at: usize| Level {
            day: window.days[at],
            level: window.levels[at],
            value: at.checked_sub(1).map(|before| window.returns[before]),
            cumulative: cumulative[at],
            drawdown: drawdowns[at],
        };
        Arc::new((0..window.days.len()).map(row).collect::<Vec<_>>())
    };
    view! {
        <DataTable
            name="levels"
            caption=Signal::derive(|| "Sessions of the range".to_owned())
            rows=Signal::derive(rows)
            columns=LEVEL_COLUMNS.to_vec()
            sorted="-day"
        />
    }
    .into_any()
}
