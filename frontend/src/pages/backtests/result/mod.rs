//! One run: how it goes, and what came out.

mod charts;
mod confidence;
mod numbers;
mod share;
mod trades;

pub(super) use numbers::{STATISTICS, Statistic};

use std::sync::Arc;

use domain::api::Backtest;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::runs::{Act, act};
use super::{Chains, class_of, clone_link, follow, is_open, name_of};
use crate::address::Address;
use crate::api;
use crate::components::export_menu::{Export, ExportMenu};
use crate::components::states::{Failed, states};
use crate::components::synthetic::Synthetic;
use crate::files;
use crate::format::{self, Form};
use crate::load::{Failure, load};

/// A file that the service makes of a run.
struct Saved {
    label: &'static str,
    part: &'static str,
    parameter: Option<(&'static str, &'static str)>,
    ending: &'static str,
    kind: &'static str,
}

const fn saved(
    label: &'static str,
    part: &'static str,
    parameter: Option<(&'static str, &'static str)>,
    ending: &'static str,
    kind: &'static str,
) -> Saved {
    Saved { label, part, parameter, ending, kind }
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PARQUET: &str = "application/vnd.apache.parquet";
const CSV: &str = "text/csv;charset=utf-8";

const SAVED: [Saved; 5] = [
    saved("Report (Excel)", "/report.xlsx", None, ".xlsx", XLSX),
    saved("Trades (Parquet)", "/results.parquet", None, "-trades.parquet", PARQUET),
    saved("Equity (Parquet)", "/results.parquet", Some(("table", "equity")), "-equity.parquet", PARQUET),
    saved("Trades (CSV)", "/trades", Some(("format", "csv")), "-trades.csv", CSV),
    saved("Equity (CSV)", "/equity", Some(("format", "csv")), "-equity.csv", CSV),
];

/// A run with the token by which it is read, where it was shared.
#[derive(Clone, Copy)]
struct Read {
    id: i64,
    share: StoredValue<Option<String>>,
}

impl Read {
    fn link(self, part: &str) -> String {
        api::backtest_link(self.id, part, self.share.get_value(), None)
    }

    /// With a parameter, such as `format=csv`.
    fn link_with(self, part: &str, parameter: Option<(&str, &str)>) -> String {
        api::backtest_link(self.id, part, self.share.get_value(), parameter)
    }
}

/// The part of the page.
pub(super) fn result(id: i64) -> AnyView {
    let address = Address::here();
    let read = Read { id, share: StoredValue::new(address.peek("share")) };
    let run = load(|| Some(()), move |()| async move { api::backtest(read.id, read.share.get_value()).await });
    follow(run, is_open);
    let nothing = move || {
        view! {
            <h2>"There is no such run"</h2>
            <p>"It may have been deleted, or it is someone else's."</p>
        }
        .into_any()
    };
    states(run, 60.0, Some(ViewFn::from(nothing)), move |of| {
        view! { <Run run=of read=read again=Callback::new(move |()| run.again()) /> }.into_any()
    })
}

#[component]
fn Run(#[prop(into)] run: Signal<Arc<Backtest>>, read: Read, again: Callback<()>) -> impl IntoView {
    let address = Address::here();
    let Chains(chains) = expect_context();
    let synthetic = Synthetic::here();
    Effect::new(move |_| {
        let underlying = run.with(|run| run.underlying.clone());
        let is_made_up = |chains: &domain::api::HeldChainsList| {
            chains.data.iter().any(|held| held.underlying == underlying && held.synthetic)
        };
        synthetic.note(chains.value().is_some_and(|chains| is_made_up(&chains)));
    });
    let is_owner = read.share.with_value(Option::is_none);
    let status = Memo::new(move |_| run.with(|run| run.status.clone()));
    let is_running = Memo::new(move |_| run.with(|run| is_open(run)));
    let failed = RwSignal::new(None::<(Failure, Act)>);
    let start = move |what: Act| {
        failed.set(None);
        spawn_local(async move {
            match act(what, read.id).await {
                Ok(()) if what == Act::Cancel => again.try_run(()),
                // A new run is at the top of the list, and a deleted one is not in it.
                Ok(()) => {
                    address.set(&[("run", None)]);
                    None
                }
                Err(failure) => {
                    failed.try_set(Some((failure, what)));
                    None
                }
            };
        });
    };
    let progress = move || {
        is_running.get().then(|| {
            let text = move || {
                run.with(|run| {
                    let of = &run.progress;
                    let share = format::number(of.fraction, Form::RoundPercent);
                    let day = of.current_date.map(|day| format!(", at {}", format::day(day))).unwrap_or_default();
                    let equity = of.equity.map(|equity| format!(", equity {}", format::number(equity, Form::Decimal)));
                    let left = of
                        .seconds_left
                        .map(|seconds| format!(", about {} s left", format::number(seconds, Form::Whole)));
                    format!("{}: {share}{day}{}{}", run.status, equity.unwrap_or_default(), left.unwrap_or_default())
                })
            };
            let fraction = move || run.with(|run| run.progress.fraction.to_string());
            view! {
                <section class="panel">
                    <p role="status">{text}</p>
                    <progress max="1" value=fraction aria-label="Progress"></progress>
                </section>
            }
        })
    };
    let error = move || {
        run.with(|run| run.error.clone()).map(|error| {
            view! {
                <section class="failed" role="alert">
                    <h2>"The run failed"</h2>
                    <p>{error.message}</p>
                    <p class="muted">
                        <code>{error.code}</code>
                    </p>
                </section>
            }
        })
    };
    let cancelled = move || {
        (status.get() == "cancelled")
            .then(|| view! { <section class="empty"><h2>"The run was cancelled"</h2></section> })
    };
    let buttons = move || {
        is_owner.then(|| {
            let clone = run.with(|run| clone_link(run));
            view! {
                <Show when=move || is_running.get()>
                    <button type="button" class="button" on:click=move |_| start(Act::Cancel)>
                        "Cancel"
                    </button>
                </Show>
                <button type="button" class="button quiet" on:click=move |_| start(Act::Rerun)>
                    "Rerun"
                </button>
                <a href=clone>"Clone"</a>
            }
        })
    };
    let is_done = Memo::new(move |_| status.get() == "succeeded");
    let file = move |of: &'static Saved| {
        Export::slow(of.label, move |_| {
            let (link, name) = (read.link_with(of.part, of.parameter), format!("backtest-{}{}", read.id, of.ending));
            async move {
                let bytes = api::file(&link).await?;
                files::save(&name, of.kind, &js_sys::Uint8Array::from(bytes.as_slice()))
            }
        })
    };
    let exports = SAVED.iter().map(file).chain([Export::curl(move || read.link(""))]).collect::<Vec<_>>();
    let exports = StoredValue::new(exports);
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>{move || run.with(|run| name_of(run))}</h2>
                <span class=move || class_of(&status.get())>{status}</span>
                <span class="muted">
                    {move || run.with(|run| format!("run {} over {}", run.id, run.underlying))}
                </span>
                {buttons}
                <Show when=move || is_done.get()>
                    <ExportMenu items=exports.get_value() />
                </Show>
            </header>
            {move || failed.get().map(|(failure, what)| view! { <Failed failure=failure retry=move || start(what) /> })}
            {is_owner.then(|| view! { <share::Share run=run read=read /> })}
        </section>
        {progress}
        {error}
        {cancelled}
        <Show when=move || is_done.get()>
            <Done run=run read=read />
        </Show>
    }
}

/// Days before a run among which a session lies.
const BEFORE_DAYS: i32 = 10;

#[component]
fn Done(run: Signal<Arc<Backtest>>, read: Read) -> impl IntoView {
    let equity =
        load(|| Some(()), move |()| async move { api::backtest_equity(read.id, read.share.get_value()).await });
    let trades =
        load(|| Some(()), move |()| async move { api::backtest_trades(read.id, read.share.get_value()).await });
    let compared = move || {
        run.with(|run| {
            let ticker = run.parameters["benchmark"].as_str()?.to_owned();
            Some((ticker, run.start_date?, run.end_date?))
        })
    };
    // The close of some session before the first one is what everything is measured against.
    let benchmark =
        load(
            compared,
            |(ticker, first, last)| async move { api::benchmark(&ticker, first.plus(-BEFORE_DAYS), last).await },
        );
    let capital = Memo::new(move |_| run.with(|run| run.report.as_ref().map_or(0.0, |report| report.capital)));
    view! {
        <numbers::Warnings run=run />
        <numbers::Headline run=run />
        {states(equity, 40.0, None, move |equity| {
            view! { <charts::Charts equity=equity trades=trades capital=capital benchmark=benchmark read=read /> }.into_any()
        })}
        {states(trades, 30.0, None, move |trades| view! { <trades::Trades trades=trades read=read /> }.into_any())}
        <div class="columns">
            <numbers::Statistics run=run />
            <numbers::Causes run=run />
        </div>
        <confidence::Confidence read=read is_owner=read.share.with_value(Option::is_none) />
        <numbers::Quality run=run read=read />
    }
}
