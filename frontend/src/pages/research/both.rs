//! Two things side by side, as three parts of the page show them: their levels, their statistics, and how far they are apart.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::stats::{Definition, Unit, definitions};
use domain::units::Day;
use leptos::prelude::*;

use crate::components::chart::{ChartFrame, Line, LineChart};
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::table::{Column, DataTable, Value};
use crate::components::term::Term;
use crate::format::{self, Form};

/// The levels of both over the sessions that both have: a chart, and a table that says the same.
#[component]
pub(super) fn BothLevels<R>(
    /// The heading.
    title: &'static str,
    /// What the chart shows, in a sentence.
    #[prop(into)]
    label: Signal<String>,
    /// The name of saved pictures, without ending.
    #[prop(into)]
    file: Signal<String>,
    /// What both are called.
    #[prop(into)]
    names: Signal<[String; 2]>,
    /// The sessions, ascending.
    #[prop(into)]
    rows: Signal<Arc<Vec<R>>>,
    /// A session's day and both levels, in the order of the names.
    read: fn(&R) -> (Day, [f64; 2]),
    /// The table's name, what it shows and its columns.
    table: (&'static str, &'static str, [Column<R>; 3]),
    /// What else can be saved.
    #[prop(optional)]
    exports: Vec<Export>,
) -> impl IntoView
where
    R: Send + Sync + 'static,
{
    let lines = Signal::derive(move || {
        rows.with(|rows| {
            let days: Arc<Vec<i32>> = Arc::new(rows.iter().map(|row| read(row).0.number()).collect());
            let values = |of: usize| Arc::new(rows.iter().map(|row| read(row).1[of]).collect());
            let line = |(of, name): (usize, String)| Line { name, days: days.clone(), values: values(of) };
            names.get().into_iter().enumerate().map(line).collect::<Vec<_>>()
        })
    });
    let (name, caption, columns) = table;
    let drawn = ViewFn::from(move || {
        let caption = Signal::derive(move || caption.to_owned());
        view! { <DataTable name=name caption=caption rows=rows columns=columns.to_vec() sorted="-day" /> }
    });
    view! {
        <ChartFrame title=Signal::derive(move || title.to_owned()) file=file exports=exports table=drawn>
            <LineChart
                label=label
                lines=lines
                form=Signal::derive(|| Form::Decimal)
                axis_form=Signal::derive(|| Form::Whole)
            />
        </ChartFrame>
    }
}

/// A statistic of both.
pub(super) struct Both {
    of: &'static Definition,
    values: [Option<f64>; 2],
}

/// Values of statistics by their names, as the service answers them.
type Statistics = BTreeMap<String, Option<f64>>;

/// Every statistic that needs nothing to compare with, of both.
pub(super) fn both(first: &Statistics, second: &Statistics) -> Vec<Both> {
    let row = |of: &'static Definition| {
        let values = [*first.get(of.name)?, second.get(of.name).copied().flatten()];
        Some(Both { of, values })
    };
    definitions().iter().filter(|of| !of.needs_benchmark()).filter_map(row).collect()
}

/// The statistics of both, under a name in the address and a heading for each.
#[component]
pub(super) fn BothStatistics(
    /// The rows.
    #[prop(into)]
    rows: Signal<Arc<Vec<Both>>>,
    /// The names and the headings of both columns.
    heads: [(&'static str, &'static str); 2],
) -> impl IntoView {
    let columns = vec![
        Column::new("name", "Statistic", |row: &Both| Value::Text(row.of.title.to_owned())).drawn(|row: &Both| {
            view! { <Term word=row.of.title formula=row.of.formula definition=row.of.note /> }.into_any()
        }),
        Column::new(heads[0].0, heads[0].1, |row: &Both| Value::number(row.values[0], form_of(row.of))),
        Column::new(heads[1].0, heads[1].1, |row: &Both| Value::number(row.values[1], form_of(row.of))),
    ];
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"Statistics"</h2>
            </header>
            <DataTable name="statistics" caption=Signal::derive(|| "Statistics of both".to_owned()) rows=rows columns=columns />
        </section>
    }
}

fn form_of(of: &Definition) -> Form {
    if of.unit == Unit::Fraction { Form::Percent } else { Form::Fine }
}

/// How far the daily returns of both are apart.
#[component]
pub(super) fn TrackingError(#[prop(into)] value: Signal<Option<f64>>) -> impl IntoView {
    view! {
        <Figure
            name="Tracking error"
            formula="sd(r − b)·√252"
            definition="Annualised standard deviation of the differences."
            value=Signal::derive(move || format::optional(value.get(), Form::Percent))
        />
    }
}

/// How far the weights of both are apart.
#[component]
pub(super) fn ActiveShare(#[prop(into)] value: Signal<f64>) -> impl IntoView {
    view! {
        <Figure
            name="Active share"
            formula="½·Σ|w − w_b|"
            definition="How different the weights are at the last session."
            value=Signal::derive(move || format::number(value.get(), Form::Percent))
        />
    }
}
