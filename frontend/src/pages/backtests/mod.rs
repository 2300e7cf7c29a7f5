//! `/app/backtests`: write option strategies, run them over the chains that are held, read, compare and share what came out.

mod builder;
mod compare;
mod diagram;
mod draft;
mod evidence;
mod fields;
mod legs;
mod payoff;
mod place;
mod result;
mod runs;
mod submit;
mod sweeps;

use domain::api::{Backtest, HeldChainsList};
use leptos::prelude::*;

use crate::address::Address;
use crate::api;
use crate::components::segmented::Segmented;
use crate::components::synthetic::Synthetic;
use crate::load::{Load, load};
use crate::query::Query;

const PARTS: &[(&str, &str)] = &[("runs", "Runs"), ("new", "New strategy"), ("sweeps", "Sweeps")];

/// The underlyings of which chains are held; loaded once for the page.
#[derive(Clone, Copy)]
struct Chains(Load<HeldChainsList>);

/// How often something that is under way is asked for again, in milliseconds.
const ASK_EVERY_MS: u64 = 1_000;

/// What is shown.
#[derive(Clone, PartialEq)]
enum Shown {
    Runs,
    New,
    Sweeps,
    Run(i64),
    Comparison(Vec<i64>),
    Sweep(i64),
}

/// The page.
pub(crate) fn backtests() -> AnyView {
    let address = Address::here();
    // Whether chains are made up is known of each underlying, not of the market.
    Synthetic::provide();
    provide_context(Chains(load(|| Some(()), |()| api::chains())));
    let (part, run, runs, sweep) =
        (address.param("part"), address.param("run"), address.param("compare"), address.param("sweep"));
    let number = |text: Option<String>| text.and_then(|text| text.parse::<i64>().ok());
    let shown = Memo::new(move |_| {
        if let Some(id) = number(run.get()) {
            return Shown::Run(id);
        }
        if let Some(list) = runs.get() {
            return Shown::Comparison(list.split(',').filter_map(|id| id.parse().ok()).collect());
        }
        if let Some(id) = number(sweep.get()) {
            return Shown::Sweep(id);
        }
        match part.get().as_deref() {
            Some("new") => Shown::New,
            Some("sweeps") => Shown::Sweeps,
            _ => Shown::Runs,
        }
    });
    let chosen = Signal::derive(move || {
        let name = match shown.get() {
            Shown::New => "new",
            Shown::Sweeps | Shown::Sweep(_) => "sweeps",
            Shown::Runs | Shown::Run(_) | Shown::Comparison(_) => "runs",
        };
        name.to_owned()
    });
    let choose = Callback::new(move |part: &'static str| {
        let part = (part != "runs").then(|| part.to_owned());
        address.set(&[
            ("part", part),
            ("run", None),
            ("compare", None),
            ("sweep", None),
            ("share", None),
            ("chance", None),
        ]);
    });
    let content = move || match shown.get() {
        Shown::Runs => runs::runs(),
        Shown::New => builder::builder(),
        Shown::Sweeps => sweeps::sweeps(),
        Shown::Run(id) => result::result(id),
        Shown::Comparison(ids) => compare::compare(ids),
        Shown::Sweep(id) => sweeps::sweep(id),
    };
    view! {
        <div class="page-head">
            <h1>"Backtests"</h1>
            <Segmented label="What is shown" options=PARTS chosen=chosen choose=choose />
        </div>
        {content}
    }
    .into_any()
}

/// Whether a run is still to come to an end.
fn is_open(run: &Backtest) -> bool {
    matches!(run.status.as_str(), "queued" | "running")
}

/// The colour of a state.
fn class_of(status: &str) -> &'static str {
    match status {
        "succeeded" => "up",
        "failed" => "down",
        _ => "flat",
    }
}

/// A run's name, or its number.
fn name_of(run: &Backtest) -> String {
    run.name.clone().unwrap_or_else(|| format!("Run {}", run.id))
}

/// Asks again and again while something is under way, until the page is left.
fn follow<T: Send + Sync + 'static>(of: Load<T>, is_under_way: impl Fn(&T) -> bool + 'static) {
    let tick = move || {
        if untrack(|| !of.is_busy() && of.value().is_some_and(|value| is_under_way(&value))) {
            of.again();
        }
    };
    let timer = set_interval_with_handle(tick, std::time::Duration::from_millis(ASK_EVERY_MS));
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
}

/// The link to a run on this page.
fn run_link(id: i64) -> String {
    Query::default().with("run", Some(id.to_string())).after("/app/backtests")
}

/// The link to a new draft of a run's strategy.
fn clone_link(run: &Backtest) -> String {
    let query = Query::default().with("part", Some("new".to_owned()));
    query.with(draft::PARAM, Some(run.parameters.to_string())).after("/app/backtests")
}
