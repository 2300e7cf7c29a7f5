//! Sweeps: one strategy over a grid of parameters, as a heat map.

use std::sync::Arc;

use domain::api::{Backtest, Sweep, SweepList, SweepRuns};
use leptos::prelude::*;
use serde_json::Value as Json;

use super::evidence::Evidence;
use super::follow;
use super::result::STATISTICS;
use super::runs::RunTable;
use crate::address::Address;
use crate::api;
use crate::components::export_menu::Export;
use crate::components::heat::{HeatRow, HeatTable};
use crate::components::states::states;
use crate::components::table::{Column, DataTable, Value};
use crate::format::Form;
use crate::load::{Load, load};

#[expect(clippy::cast_precision_loss, reason = "counts of runs")]
fn whole(count: u64) -> Value {
    Value::Number(count as f64, Form::Whole)
}

fn varied_text(grid: &Json) -> String {
    grid.as_object().map(|grid| grid.keys().cloned().collect::<Vec<_>>().join(", ")).unwrap_or_default()
}

const COLUMNS: [Column<Sweep>; 6] = [
    Column::new("id", "Sweep", |sweep: &Sweep| whole(sweep.id.unsigned_abs())).drawn(|sweep: &Sweep| {
        let (address, id) = (Address::here(), sweep.id.to_string());
        let (shown, label) = (id.clone(), format!("Sweep {id}"));
        view! {
            <button type="button" class="link" aria-label=label on:click=move |_| address.set(&[("sweep", Some(id.clone()))])>
                {shown}
            </button>
        }
        .into_any()
    }),
    Column::new("name", "Name", |sweep: &Sweep| Value::text(sweep.name.as_ref())),
    Column::new("varied", "What is varied", |sweep: &Sweep| Value::Text(varied_text(&sweep.grid))),
    Column::new("ended", "Ended", |sweep: &Sweep| whole(sweep.ended)).defined("Runs that have come to an end."),
    Column::new("runs", "Runs", |sweep: &Sweep| whole(sweep.runs)),
    Column::new("created", "Asked for", |sweep: &Sweep| Value::Instant(sweep.created_at)),
];

/// The list of sweeps.
pub(super) fn sweeps() -> AnyView {
    let list = load(|| Some(()), |()| api::sweeps());
    follow(list, |list: &SweepList| list.data.iter().any(|sweep| sweep.ended < sweep.runs));
    states(list, 20.0, None, |list| {
        view! {
            <section class="panel">
                <header class="panel-head">
                    <h2>"Sweeps"</h2>
                </header>
                <DataTable
                    name="sweeps"
                    caption=Signal::derive(|| "Sweeps, the latest first".to_owned())
                    rows=Signal::derive(move || Arc::new(list.with(|list| list.data.clone())))
                    columns=COLUMNS.to_vec()
                    none="No sweep yet. Vary parameters of a strategy on the part New strategy."
                    exports=vec![Export::curl(|| "/sweeps".to_owned())]
                />
            </section>
        }
        .into_any()
    })
}

/// One sweep.
pub(super) fn sweep(id: i64) -> AnyView {
    let of = load(|| Some(()), move |()| api::sweep(id));
    follow(of, |of: &SweepRuns| of.sweep.ended < of.sweep.runs);
    let nothing = || view! { <h2>"There is no such sweep"</h2> }.into_any();
    states(of, 50.0, Some(ViewFn::from(nothing)), move |sweep| view! { <Grid of=of sweep=sweep /> }.into_any())
}

/// The fields and their values, in the order of the grid.
fn axes(grid: &Json) -> Vec<(String, Vec<Json>)> {
    let Some(grid) = grid.as_object() else { return Vec::new() };
    grid.iter().map(|(field, values)| (field.clone(), values.as_array().cloned().unwrap_or_default())).collect()
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A statistic of the run with these values; of more fields than two the first run that fits.
fn cell(runs: &[Backtest], wanted: &[(&str, &Json)], title: &str) -> Option<f64> {
    let fits = |run: &&Backtest| {
        wanted.iter().all(|(field, value)| run.varied.as_ref().and_then(|varied| varied.get(*field)) == Some(*value))
    };
    let report = runs.iter().find(fits)?.report.as_ref()?;
    let of = STATISTICS.iter().find(|of| of.title == title)?;
    (of.value)(&report.statistics)
}

/// The heat map's rows: of the second field by the first, or one row of the only field.
fn rows(runs: &[Backtest], axes: &[(String, Vec<Json>)], title: &str) -> Vec<HeatRow> {
    match axes {
        [(field, values)] => {
            let values = values.iter().map(|value| cell(runs, &[(field, value)], title)).collect();
            vec![HeatRow { name: title.to_owned(), values }]
        }
        [(across, columns), (down, lines)] => {
            let row = |line: &Json| HeatRow {
                name: text(line),
                values: columns.iter().map(|column| cell(runs, &[(across, column), (down, line)], title)).collect(),
            };
            lines.iter().map(row).collect()
        }
        _ => Vec::new(),
    }
}

#[component]
fn Grid(of: Load<SweepRuns>, #[prop(into)] sweep: Signal<Arc<SweepRuns>>) -> impl IntoView {
    let address = Address::here();
    let chosen = address.param("statistic");
    let title = Memo::new(move |_| {
        let chosen = chosen.get();
        STATISTICS
            .iter()
            .map(|of| of.title)
            .find(|title| Some(*title) == chosen.as_deref())
            .unwrap_or(STATISTICS[0].title)
    });
    let options = STATISTICS.iter().map(|of| {
        view! { <option value=of.title selected=move || title.get() == of.title>{of.title}</option> }
    });
    let progress = move || {
        let (ended, all) = sweep.with(|of| (of.sweep.ended, of.sweep.runs));
        (ended < all).then(|| {
            view! {
                <p role="status">{format!("{ended} of {all} runs have ended")}</p>
                <progress max=all.to_string() value=ended.to_string() aria-label="Progress of the sweep"></progress>
            }
        })
    };
    let grid = Memo::new(move |_| sweep.with(|of| axes(&of.sweep.grid)));
    let heat = move || {
        let (grid, title) = (grid.get(), title.get());
        let form = STATISTICS.iter().find(|of| of.title == title).map_or(Form::Decimal, |of| of.form);
        let across = grid.first()?;
        if grid.len() > 2 {
            return None;
        }
        let columns: Vec<String> = across.1.iter().map(text).collect();
        let down = grid.get(1).map(|(field, _)| field.clone());
        let legend = match &down {
            Some(down) => format!("Across: {}. Down: {down}.", across.0),
            None => format!("Across: {}.", across.0),
        };
        let axes = grid.clone();
        let rows = Signal::derive(move || sweep.with(|of| rows(&of.runs, &axes, title)));
        Some(view! {
            <HeatTable name="sweep" caption=format!("{title} of every run. {legend}") corner="" columns=columns rows=rows form=form has_total=false />
            <p class="muted">{legend}</p>
        })
    };
    let is_over = Memo::new(move |_| sweep.with(|of| of.sweep.ended == of.sweep.runs));
    let id = Memo::new(move |_| sweep.with(|of| of.sweep.id));
    let runs = Signal::derive(move || Arc::new(sweep.with(|of| of.runs.clone())));
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>
                    {move || sweep.with(|of| of.sweep.name.clone().unwrap_or_else(|| format!("Sweep {}", of.sweep.id)))}
                </h2>
                <label class="field">
                    <span class="field-name">"Statistic"</span>
                    <select on:change=move |event| address.set(&[("statistic", Some(event_target_value(&event)))])>
                        {options.collect_view()}
                    </select>
                </label>
            </header>
            {progress}
            {heat}
        </section>
        {move || is_over.get().then(|| view! { <Evidence id=id.get_untracked() /> })}
        <RunTable list=of rows=runs />
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_grid_of_two_fields_is_rows_by_columns() {
        let grid = json!({"exit.dte": [7, 14, 21], "fill.model": ["mid", "natural"]});
        let axes = axes(&grid);
        let rows = rows(&[], &axes, "Sharpe ratio");
        let names: Vec<(&str, usize)> = rows.iter().map(|row| (row.name.as_str(), row.values.len())).collect();
        assert_eq!(names, [("mid", 3), ("natural", 3)]);
        assert_eq!(varied_text(&grid), "exit.dte, fill.model");
        assert_eq!(super::rows(&[], &axes[..1], "Trades").len(), 1);
    }
}
