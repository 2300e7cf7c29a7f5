//! Runs side by side: their equity, their statistics, and what was different in them.

use std::sync::Arc;

use domain::api::{Backtest, BacktestEquity};
use futures::future::join_all;
use leptos::prelude::*;
use serde_json::Value as Json;

use super::result::{STATISTICS, Statistic};
use super::{name_of, place, run_link};
use crate::api;
use crate::components::chart::{ChartFrame, Line, LineChart};
use crate::components::export_menu::{Export, ExportMenu};
use crate::components::states::states;
use crate::components::table::{Column, DataTable, Value, csv};
use crate::components::term::Term;
use crate::files;
use crate::format::{self, Form};
use crate::load::{Failure, load};

/// The most that can be told apart in one chart.
const MOST: usize = 6;

/// A run that succeeded, with its equity.
struct Compared {
    run: Backtest,
    equity: BacktestEquity,
}

async fn one(id: i64) -> Result<Compared, Failure> {
    let run = api::backtest(id, None).await?;
    let equity = if run.status == "succeeded" {
        api::backtest_equity(id, None).await?
    } else {
        BacktestEquity { id, data: Vec::new() }
    };
    Ok(Compared { run, equity })
}

/// The part of the page.
pub(super) fn compare(ids: Vec<i64>) -> AnyView {
    let ids: Vec<i64> = ids.into_iter().take(MOST).collect();
    let all = load(
        move || Some(ids.clone()),
        |ids| async move {
            join_all(ids.into_iter().map(one)).await.into_iter().collect::<Result<Vec<Compared>, Failure>>()
        },
    );
    states(all, 60.0, None, |all| view! { <Comparison all=all /> }.into_any())
}

fn label(run: &Backtest) -> String {
    format!("{} #{}", name_of(run), run.id)
}

/// Equity against the capital, so that runs of other sizes can be compared.
fn line(of: &Compared) -> Line {
    let capital = of.run.report.as_ref().map_or(1.0, |report| report.capital);
    let points = of.equity.data.iter().map(|day| (day.date.number(), day.equity / capital - 1.0));
    let (days, values) = points.unzip();
    Line { name: format!("#{}", of.run.id), days: Arc::new(days), values: Arc::new(values) }
}

fn value(of: &Statistic, run: &Backtest) -> Option<f64> {
    run.report.as_ref().and_then(|report| (of.value)(&report.statistics))
}

/// A row of the parameters that are not the same in every run: the place and its values.
fn differences(runs: &[&Json]) -> Vec<(String, Vec<Option<Json>>)> {
    let mut places: Vec<String> = Vec::new();
    for run in runs {
        for (place, _) in place::leaves(run) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    let row = |place: String| {
        let values: Vec<Option<Json>> = runs.iter().map(|run| place::at(run, &place).cloned()).collect();
        (place, values)
    };
    places.into_iter().map(row).filter(|(_, values)| values.windows(2).any(|pair| pair[0] != pair[1])).collect()
}

/// A table with a column for each run.
fn side_by_side(
    caption: &'static str,
    corner: &'static str,
    runs: &[Compared],
    rows: Vec<(AnyView, Vec<String>)>,
) -> AnyView {
    let heads = runs.iter().map(|of| view! { <th scope="col"><a href=run_link(of.run.id)>{label(&of.run)}</a></th> });
    let lines = rows.into_iter().map(|(name, cells)| {
        let cells = cells.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view();
        view! { <tr><th scope="row">{name}</th>{cells}</tr> }
    });
    view! {
        <div class="scroller side-by-side" tabindex="0" role="region" aria-label=caption>
            <table>
                <caption class="visually-hidden">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">{corner}</th>
                        {heads.collect_view()}
                    </tr>
                </thead>
                <tbody>{lines.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

struct Row {
    run: String,
    day: domain::units::Day,
    equity: f64,
    value: f64,
}

const COLUMNS: [Column<Row>; 4] = [
    Column::new("run", "Run", |row: &Row| Value::Text(row.run.clone())),
    Column::new("day", "Session", |row: &Row| Value::Day(row.day)),
    Column::new("equity", "Equity", |row: &Row| Value::Number(row.equity, Form::Decimal)),
    Column::new("return", "Return", |row: &Row| Value::Number(row.value, Form::Change))
        .defined("Equity / capital − 1."),
];

fn equity_rows(all: &[Compared]) -> Vec<Row> {
    let of = |of: &Compared| {
        let (run, capital) = (label(&of.run), of.run.report.as_ref().map_or(1.0, |report| report.capital));
        let row = |day: &domain::backtest::DayRecord| Row {
            run: run.clone(),
            day: day.date,
            equity: day.equity,
            value: day.equity / capital - 1.0,
        };
        of.equity.data.iter().map(row).collect::<Vec<_>>()
    };
    all.iter().flat_map(of).collect()
}

#[component]
fn Comparison(#[prop(into)] all: Signal<Arc<Vec<Compared>>>) -> impl IntoView {
    let lines = Signal::derive(move || {
        all.with(|all| all.iter().filter(|of| !of.equity.data.is_empty()).map(line).collect::<Vec<_>>())
    });
    let open = move || {
        let open: Vec<String> = all.with(|all| {
            all.iter()
                .filter(|of| of.run.status != "succeeded")
                .map(|of| format!("{} is {}", label(&of.run), of.run.status))
                .collect()
        });
        (!open.is_empty()).then(|| view! { <p class="warnings">{open.join("; ")}</p> })
    };
    let statistics = move || {
        all.with(|all| {
            let row = |of: &Statistic| {
                let name = view! { <Term word=of.title definition=of.definition /> }.into_any();
                (name, all.iter().map(|run| format::optional(value(of, &run.run), of.form)).collect())
            };
            side_by_side("Statistics of the runs", "Statistic", all, STATISTICS.iter().map(row).collect())
        })
    };
    let different = move || {
        all.with(|all| {
            let parameters: Vec<&Json> = all.iter().map(|of| &of.run.parameters).collect();
            let row = |(place, values): (String, Vec<Option<Json>>)| {
                let shown =
                    |value: Option<Json>| value.map_or_else(|| format::UNDEFINED.to_owned(), |value| value.to_string());
                (view! { <code>{place}</code> }.into_any(), values.into_iter().map(shown).collect())
            };
            let rows: Vec<_> = differences(&parameters).into_iter().map(row).collect();
            if rows.is_empty() {
                view! { <p class="muted">"None: the strategies are the same."</p> }.into_any()
            } else {
                side_by_side("Parameters that differ", "Field", all, rows)
            }
        })
    };
    let save = Export::new("Table (CSV)", move || {
        let text = all.with_untracked(|all| {
            let header: Vec<String> =
                std::iter::once("Statistic".to_owned()).chain(all.iter().map(|of| label(&of.run))).collect();
            let rows = STATISTICS.iter().map(|of| {
                let values = all.iter().map(|run| Value::number(value(of, &run.run), of.form));
                std::iter::once(Value::Text(of.title.to_owned())).chain(values).collect()
            });
            csv(&header, rows)
        });
        files::save_text("comparison.csv", "text/csv;charset=utf-8", &text)
    });
    view! {
        {open}
        <ChartFrame
            title=Signal::derive(|| "Return on the capital".to_owned())
            file=Signal::derive(|| "comparison".to_owned())
            table=ViewFn::from(move || {
                let rows = Signal::derive(move || Arc::new(all.with(|all| equity_rows(all))));
                view! {
                    <DataTable
                        name="compared"
                        caption=Signal::derive(|| "Equity of the runs".to_owned())
                        rows=rows
                        columns=COLUMNS.to_vec()
                    />
                }
            })
        >
            <LineChart
                label=Signal::derive(|| "Equity of the runs against their capital".to_owned())
                lines=lines
                form=Signal::derive(|| Form::Change)
                axis_form=Signal::derive(|| Form::RoundPercent)
            />
        </ChartFrame>
        <section class="panel">
            <header class="panel-head">
                <h2>"Statistics"</h2>
                <ExportMenu items=vec![save] />
            </header>
            {statistics}
        </section>
        <section class="panel">
            <header class="panel-head">
                <h2>"Parameters that differ"</h2>
            </header>
            {different}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        let (a, b) =
            (json!({"capital": 1, "exit": {"dte": 7}, "name": "x"}), json!({"capital": 1, "exit": {}, "name": "y"}));
        let found = differences(&[&a, &b]);
        assert_eq!(
            found,
            [
                ("exit.dte".to_owned(), vec![Some(json!(7)), None]),
                ("name".to_owned(), vec![Some(json!("x")), Some(json!("y"))]),
            ]
        );
        assert!(differences(&[&a, &a]).is_empty());
    }
}
