//! The list of runs, as they go.

use std::sync::Arc;

use domain::api::{Backtest, BacktestList};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{class_of, clone_link, follow, is_open, name_of, run_link};
use crate::address::Address;
use crate::api;
use crate::components::export_menu::Export;
use crate::components::states::{Failed, states};
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::{Failure, Load, load};

/// What can be done with a run of the list.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Act {
    Cancel,
    Delete,
    Rerun,
}

/// Takes what is to be done with which run.
#[derive(Clone, Copy)]
struct Acts(Callback<(Act, i64)>);

/// The runs that are marked to be compared.
#[derive(Clone, Copy)]
struct Marked(RwSignal<Vec<i64>>);

/// Does it.
pub(super) async fn act(act: Act, id: i64) -> Result<(), Failure> {
    match act {
        Act::Cancel => api::cancel_backtest(id).await.map(drop),
        Act::Delete => api::delete_backtest(id).await,
        Act::Rerun => api::rerun_backtest(id).await.map(drop),
    }
}

fn statistic(run: &Backtest, read: fn(&domain::backtest::TradeStatistics) -> Option<f64>, form: Form) -> Value {
    Value::number(run.report.as_ref().and_then(|report| read(&report.statistics)), form)
}

#[expect(clippy::cast_precision_loss, reason = "a number of runs")]
fn id_value(run: &Backtest) -> Value {
    Value::Number(run.id as f64, Form::Whole)
}

fn mark(run: &Backtest) -> AnyView {
    let Marked(marked) = expect_context();
    let id = run.id;
    let toggle = move |event| {
        let is_checked = event_target_checked(&event);
        marked.update(|marked| {
            marked.retain(|other| *other != id);
            if is_checked {
                marked.push(id);
            }
        });
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                aria-label=format!("Compare run {id}")
                prop:checked=move || marked.with(|marked| marked.contains(&id))
                on:change=toggle
            />
            <a href=run_link(id)>{id}</a>
        </label>
    }
    .into_any()
}

fn status(run: &Backtest) -> AnyView {
    let (class, text, fraction) = (class_of(&run.status), run.status.clone(), run.progress.fraction);
    let progress = is_open(run).then(|| {
        let label = format!("Progress of run {}", run.id);
        view! { <progress max="1" value=fraction.to_string() aria-label=label></progress> }
    });
    view! { <span class=class>{text}</span>{progress} }.into_any()
}

fn acts(run: &Backtest) -> AnyView {
    let Acts(take) = expect_context();
    let id = run.id;
    let button = |what: Act, name: &'static str| {
        let label = format!("{name} run {id}");
        view! {
            <button type="button" class="link" aria-label=label on:click=move |_| take.run((what, id))>
                {name}
            </button>
        }
    };
    view! {
        <span class="actions">
            {is_open(run).then(|| button(Act::Cancel, "Cancel"))}
            {button(Act::Rerun, "Rerun")}
            <a href=clone_link(run) aria-label=format!("Clone run {id}")>
                "Clone"
            </a>
            {button(Act::Delete, "Delete")}
        </span>
    }
    .into_any()
}

#[rustfmt::skip]
pub(super) const COLUMNS: [Column<Backtest>; 13] = [
    Column::new("id", "Run", id_value).drawn(mark),
    Column::new("name", "Name", |run: &Backtest| Value::Text(name_of(run))),
    Column::new("status", "Status", |run: &Backtest| Value::Text(run.status.clone())).drawn(status),
    Column::new("acts", "What to do", |_: &Backtest| Value::Absent).drawn(acts),
    Column::new("underlying", "Underlying", |run: &Backtest| Value::Text(run.underlying.clone())),
    Column::new("start", "From", |run: &Backtest| run.start_date.map_or(Value::Absent, Value::Day)),
    Column::new("end", "To", |run: &Backtest| run.end_date.map_or(Value::Absent, Value::Day)),
    Column::new("return", "Return", |run: &Backtest| statistic(run, |of| Some(of.total_return), Form::Change)).defined("Final equity / capital − 1."),
    Column::new("sharpe", "Sharpe", |run: &Backtest| statistic(run, |of| of.sharpe, Form::Decimal)).defined("Mean daily return / its deviation · √252."),
    Column::new("drawdown", "Drawdown", |run: &Backtest| statistic(run, |of| Some(of.max_drawdown), Form::Percent)).defined("The deepest fall below the running peak, the capital included."),
    Column::new("trades", "Trades", |run: &Backtest| statistic(run, |of| Some(f64::from(of.trades)), Form::Whole)),
    Column::new("tags", "Tags", |run: &Backtest| if run.tags.is_empty() { Value::Absent } else { Value::Text(run.tags.join(", ")) }),
    Column::new("created", "Asked for", |run: &Backtest| Value::Instant(run.created_at)),
];

/// The part of the page.
pub(super) fn runs() -> AnyView {
    let list = load(|| Some(()), |()| api::backtests());
    follow(list, |list: &BacktestList| list.data.iter().any(is_open));
    states(list, 30.0, None, move |runs| {
        let rows = Signal::derive(move || Arc::new(runs.with(|list| list.data.clone())));
        view! { <RunTable list=list rows=rows /> }.into_any()
    })
}

/// Runs with what can be done with them.
#[component]
pub(super) fn RunTable<T>(list: Load<T>, #[prop(into)] rows: Signal<Arc<Vec<Backtest>>>) -> impl IntoView
where
    T: Send + Sync + 'static,
{
    let address = Address::here();
    let marked = RwSignal::new(Vec::new());
    let asking = RwSignal::new(None::<i64>);
    let failed = RwSignal::new(None::<(Failure, Act, i64)>);
    provide_context(Marked(marked));
    let start = move |what: Act, id: i64| {
        failed.set(None);
        asking.set(None);
        spawn_local(async move {
            match act(what, id).await {
                Ok(()) => {
                    let _ = marked.try_update(|marked| marked.retain(|other| what != Act::Delete || *other != id));
                    list.again();
                }
                Err(failure) => {
                    failed.try_set(Some((failure, what, id)));
                }
            }
        });
    };
    provide_context(Acts(Callback::new(move |(what, id)| match what {
        Act::Delete => asking.set(Some(id)),
        other => start(other, id),
    })));
    let question = move || {
        asking.get().map(|id| {
            view! {
                <div class="question" role="alertdialog" aria-label="Delete a run">
                    <p>{format!("Delete run {id} and everything it left? This cannot be undone.")}</p>
                    <button type="button" class="button primary" on:click=move |_| start(Act::Delete, id)>
                        "Delete it"
                    </button>
                    <button type="button" class="button" on:click=move |_| asking.set(None)>
                        "Keep it"
                    </button>
                </div>
            }
        })
    };
    let compare = move |_| {
        let list: Vec<String> = marked.with_untracked(|marked| marked.iter().map(i64::to_string).collect());
        address.set(&[("compare", Some(list.join(",")))]);
    };
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"Runs"</h2>
                <button
                    type="button"
                    class="button"
                    disabled=move || marked.with(|marked| !(2..=6).contains(&marked.len()))
                    on:click=compare
                >
                    {move || format!("Compare {}", format::count(marked.with(Vec::len)))}
                </button>
            </header>
            {question}
            {move || failed.get().map(|(failure, what, id)| view! { <Failed failure=failure retry=move || start(what, id) /> })}
            <DataTable
                name="runs"
                caption=Signal::derive(|| "Backtests, the latest first".to_owned())
                rows=rows
                columns=COLUMNS.to_vec()
                filterable=true
                none="No run yet. Write a strategy on the part New strategy."
                exports=vec![Export::curl(api::backtests_link)]
            />
        </section>
    }
}
