//! The tables of the page.

use domain::api::{DefinedStatistic, DrawdownRow};
use leptos::prelude::*;

use crate::components::chart::Bin;
use crate::components::table::{Column, Value};
use crate::format::Form;

/// A formula or a remark, which may need several lines.
fn prose(text: &str) -> AnyView {
    view! { <span class="prose">{text.to_owned()}</span> }.into_any()
}

pub(super) const STATISTICS: [Column<DefinedStatistic>; 4] = [
    Column::new("name", "Statistic", |row: &DefinedStatistic| Value::Text(row.title.clone())),
    Column::new("value", "Value", |row: &DefinedStatistic| {
        Value::number(row.value, if row.unit == "fraction" { Form::Percent } else { Form::Fine })
    }),
    Column::new("formula", "Formula", |row: &DefinedStatistic| Value::Text(row.formula.clone()))
        .drawn(|row: &DefinedStatistic| view! { <code class="prose">{row.formula.clone()}</code> }.into_any()),
    Column::new("note", "What it says", |row: &DefinedStatistic| Value::Text(row.note.clone()))
        .drawn(|row: &DefinedStatistic| prose(&row.note)),
];

fn sessions(count: Option<u32>) -> Value {
    Value::number(count.map(f64::from), Form::Whole)
}

pub(super) const DRAWDOWNS: [Column<DrawdownRow>; 6] = [
    Column::new("peak", "Peak", |fall: &DrawdownRow| Value::Day(fall.peak)).defined("The last session at the peak."),
    Column::new("trough", "Trough", |fall: &DrawdownRow| Value::Day(fall.trough))
        .defined("The first session of the lowest level."),
    Column::new("recovery", "Recovered", |fall: &DrawdownRow| fall.recovery.map_or(Value::Absent, Value::Day))
        .defined("The first session back at the peak; none while the index is below it."),
    Column::new("depth", "Depth", |fall: &DrawdownRow| Value::Number(fall.depth, Form::Percent))
        .defined("Level at the trough / level at the peak − 1."),
    Column::new("down", "Sessions down", |fall: &DrawdownRow| sessions(Some(fall.sessions_down)))
        .defined("From the peak to the trough."),
    Column::new("back", "Sessions back", |fall: &DrawdownRow| sessions(fall.sessions_back))
        .defined("From the trough to the recovery."),
];

pub(super) const BINS: [Column<Bin>; 4] = [
    Column::new("from", "From", |bin: &Bin| Value::Number(bin.from, Form::Change)),
    Column::new("to", "To", |bin: &Bin| Value::Number(bin.to, Form::Change)),
    Column::new("count", "Sessions", |bin: &Bin| Value::Number(bin.count, Form::Whole)),
    Column::new("normal", "Normal", |bin: &Bin| Value::Number(bin.expected, Form::Decimal))
        .defined("How many a normal distribution of the same mean and deviation would have."),
];
