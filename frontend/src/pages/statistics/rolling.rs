//! The same statistics over windows that move along the range.

use std::sync::Arc;

use domain::api::{IndexStatistics, RollingStatistics};
use domain::units::Day;
use leptos::prelude::*;

use crate::address::Address;
use crate::components::chart::{ChartFrame, Line, LineChart};
use crate::components::segmented::Segmented;
use crate::components::table::{Column, DataTable, Value};
use crate::format::Form;

const MEASURES: &[(&str, &str)] = &[
    ("return", "Return"),
    ("volatility", "Volatility"),
    ("sharpe", "Sharpe"),
    ("drawdown", "Drawdown"),
    ("beta", "Beta"),
];

fn read(measure: &str, of: &RollingStatistics) -> Option<f64> {
    match measure {
        "volatility" => of.volatility,
        "sharpe" => of.sharpe,
        "drawdown" => of.max_drawdown,
        "beta" => of.beta,
        _ => of.value,
    }
}

struct Row {
    day: Day,
    sessions: u32,
    of: RollingStatistics,
}

const COLUMNS: [Column<Row>; 7] = [
    Column::new("day", "Ends on", |row: &Row| Value::Day(row.day)),
    Column::new("sessions", "Sessions", |row: &Row| Value::Number(f64::from(row.sessions), Form::Whole))
        .defined("Returns in the window."),
    Column::new("return", "Return", |row: &Row| Value::number(row.of.value, Form::Change)),
    Column::new("volatility", "Volatility", |row: &Row| Value::number(row.of.volatility, Form::Percent)),
    Column::new("sharpe", "Sharpe", |row: &Row| Value::number(row.of.sharpe, Form::Decimal)),
    Column::new("drawdown", "Maximum drawdown", |row: &Row| Value::number(row.of.max_drawdown, Form::Percent)),
    Column::new("beta", "Beta", |row: &Row| Value::number(row.of.beta, Form::Decimal))
        .defined("Only where the index is measured against a ticker."),
];

fn rows(page: &IndexStatistics) -> Vec<Row> {
    let of = |window: &domain::api::RollingWindow| {
        let sessions = window.sessions;
        window.data.iter().map(|of| Row { day: of.date, sessions, of: of.clone() }).collect::<Vec<_>>()
    };
    page.rolling.iter().flat_map(of).collect()
}

/// The chart with its choice of what is shown.
#[component]
pub(super) fn Rolling(page: Signal<Arc<IndexStatistics>>, file: Signal<String>) -> impl IntoView {
    let address = Address::here();
    let measure = address.param("rolling");
    let measure = Memo::new(move |_| measure.get().unwrap_or_else(|| "return".to_owned()));
    let lines = Signal::derive(move || {
        let measure = measure.get();
        let line = |window: &domain::api::RollingWindow| {
            let points = window.data.iter().filter_map(|of| Some((of.date.number(), read(&measure, of)?)));
            let (days, values): (Vec<i32>, Vec<f64>) = points.unzip();
            Line { name: format!("{} sessions", window.sessions), days: Arc::new(days), values: Arc::new(values) }
        };
        page.with(|page| page.rolling.iter().map(line).filter(|line| !line.days.is_empty()).collect::<Vec<_>>())
    });
    let is_ratio = Memo::new(move |_| matches!(measure.get().as_str(), "sharpe" | "beta"));
    let nothing = move || {
        let needs_ticker = measure.get() == "beta" && page.with(|page| page.benchmark.is_none());
        lines.with(Vec::is_empty).then(|| {
            let why = if needs_ticker {
                "Choose a ticker above that the index is measured against."
            } else {
                "The range is shorter than a window."
            };
            view! { <p class="muted">{why}</p> }
        })
    };
    let tools = move || {
        view! {
            <Segmented
                label="What is measured"
                options=MEASURES
                chosen=measure
                choose=Callback::new(move |measure: &'static str| {
                    address.set(&[("rolling", (measure != "return").then(|| measure.to_owned()))]);
                })
            />
        }
    };
    let label = move || {
        let measure = measure.get();
        let name = MEASURES.iter().find(|(value, _)| *value == measure).map_or("Return", |(_, name)| *name);
        format!("{name} over windows that end with each session")
    };
    view! {
        <ChartFrame
            title=Signal::derive(|| "Rolling windows".to_owned())
            file=file
            tools=ViewFn::from(tools)
            table=ViewFn::from(move || {
                view! {
                    <DataTable
                        name="windows"
                        caption=Signal::derive(|| "Statistics of windows that end with each session".to_owned())
                        rows=Signal::derive(move || Arc::new(page.with(|page| rows(page))))
                        columns=COLUMNS.to_vec()
                        sorted="-day"
                    />
                }
            })
        >
            <LineChart
                label=Signal::derive(label)
                lines=lines
                form=Signal::derive(move || if is_ratio.get() { Form::Decimal } else { Form::Percent })
                axis_form=Signal::derive(move || if is_ratio.get() { Form::Decimal } else { Form::RoundPercent })
            />
            {nothing}
        </ChartFrame>
    }
}
