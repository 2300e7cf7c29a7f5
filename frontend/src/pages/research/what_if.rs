//! A changed index, or holdings of one's own, beside the index as it is.

use std::sync::Arc;

use domain::api::{WhatIf, WhatIfMember, WhatIfResult, WhatIfSession};
use leptos::prelude::*;
use web_sys::File;

use super::asked;
use super::both::{ActiveShare, BothLevels, BothStatistics, TrackingError, both};
use super::fields::{Typed, choice, typed, words};
use crate::address::Address;
use crate::api;
use crate::components::figure::Figure;
use crate::components::states::states;
use crate::components::synthetic::Synthetic;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::load;
use crate::pages::{SpanFields, chosen_index, chosen_span, nothing_built, warnings};

const FIELDS: [Typed; 4] = [
    Typed::words("pin", "Always in", "Tickers that are members whenever they trade, separated by commas."),
    Typed::words("exclude", "Never in", "Tickers that are never members, separated by commas."),
    Typed::number("top_n", "Members", "as it is", "Another number of members."),
    Typed::number(
        "cap_limit",
        "Largest weight",
        "0.05",
        "Of weights by market cap up to a largest one; above 0 up to 1.",
    ),
];

#[rustfmt::skip]
const WEIGHTINGS: &[(&str, &str)] = &[
    ("", "as it is"), ("equal", "equal"), ("cap", "by market cap"), ("capped", "by market cap up to a largest weight"),
    ("inverse_volatility", "inverse to volatility"), ("erc", "equal risk contribution"), ("min_variance", "minimum variance"),
    ("sector_equal", "sectors the same"),
];

const REBALANCES: &[(&str, &str)] =
    &[("", "as it is"), ("daily", "daily"), ("weekly", "weekly"), ("monthly", "monthly"), ("quarterly", "quarterly")];

const SESSIONS: [Column<WhatIfSession>; 3] = [
    Column::new("day", "Session", |row: &WhatIfSession| Value::Day(row.date)),
    Column::new("base", "As it is", |row: &WhatIfSession| Value::Number(row.base, Form::Decimal)),
    Column::new("variant", "Changed", |row: &WhatIfSession| Value::Number(row.variant, Form::Decimal)),
];

const MEMBERS: [Column<WhatIfMember>; 6] = [
    Column::new("ticker", "Ticker", |row: &WhatIfMember| Value::Text(row.ticker.clone())),
    Column::new("weight", "Weight", |row: &WhatIfMember| Value::Number(row.weight, Form::Percent)),
    Column::new("base", "As it is", |row: &WhatIfMember| Value::Number(row.base_weight, Form::Percent))
        .defined("Its weight in the index as it is."),
    Column::new("difference", "Difference", |row: &WhatIfMember| {
        Value::Number(row.weight - row.base_weight, Form::Change)
    }),
    Column::new("name", "Name", |row: &WhatIfMember| Value::text(row.name.as_ref())),
    Column::new("sector", "Sector", |row: &WhatIfMember| Value::text(row.sector.as_ref())),
];

/// A file of holdings that was chosen, and how many were before it: choosing the same file again asks again.
#[derive(Clone, PartialEq)]
struct Held {
    link: String,
    count: u32,
}

/// What is asked: a changed index, or holdings from a file.
#[derive(Clone, PartialEq)]
enum Question {
    Changed(WhatIf),
    Held(Held),
}

pub(super) fn is_changed(of: &WhatIf) -> bool {
    of.pin.is_some()
        || of.exclude.is_some()
        || of.top_n.is_some()
        || of.weighting.is_some()
        || of.cap_limit.is_some()
        || of.rebalance.is_some()
}

/// The question in the address.
pub(super) fn question() -> Memo<WhatIf> {
    let (address, index, span) = (Address::here(), chosen_index(), chosen_span());
    let [pin, exclude, top_n, weighting, cap_limit, rebalance] =
        ["pin", "exclude", "top_n", "weighting", "cap_limit", "rebalance"].map(|name| address.param(name));
    let tickers = |text: Option<String>| text.map(|text| words(&text)).filter(|list| !list.is_empty());
    Memo::new(move |_| {
        let (start_date, end_date) = span.get();
        WhatIf {
            index: index.get(),
            start_date,
            end_date,
            pin: tickers(pin.get()),
            exclude: tickers(exclude.get()),
            top_n: top_n.get().and_then(|text| text.parse().ok()),
            weighting: weighting.get(),
            cap_limit: cap_limit.get().and_then(|text| text.parse().ok()),
            rebalance: rebalance.get(),
            holdings: None,
        }
    })
}

/// The part of the page.
pub(super) fn what_if() -> AnyView {
    let changed = question();
    let held_link = asked("/what-if", &[], &[]);
    let file = StoredValue::new_local(None::<File>);
    let files = RwSignal::new(0_u32);
    let asked = Memo::new(move |_| match files.get() {
        0 => Some(changed.get()).filter(is_changed).map(Question::Changed),
        count => Some(Question::Held(Held { link: held_link.get(), count })),
    });
    let answer = load(
        move || asked.get(),
        move |question| async move {
            match question {
                Question::Changed(question) => api::what_if(&question).await,
                Question::Held(held) => match file.get_value() {
                    Some(file) => api::what_if_held(&held.link, &file).await,
                    None => Err(crate::load::Failure::of("No file", "Choose the file of holdings again.")),
                },
            }
        },
    );
    let ends = move || answer.value().map(|of| (of.start_date, of.end_date));
    let name = RwSignal::new(String::new());
    let choose = move |event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        if let Some(chosen) = input.files().and_then(|files| files.get(0)) {
            name.set(chosen.name());
            file.set_value(Some(chosen));
            files.update(|files| *files += 1);
        }
        // The same file can then be chosen once more, after it was edited.
        input.set_value("");
    };
    let holdings = move || {
        view! {
            <div class="tools wide">
                <label class="button file">
                    "Holdings of your own (CSV or Excel)…"
                    <input type="file" class="visually-hidden" accept=".csv,.xlsx,text/csv" on:change=choose />
                </label>
                <Show
                    when=move || files.get() != 0
                    fallback=|| view! { <span class="muted">"Columns: date, ticker, and optionally weight."</span> }
                >
                    <span>{name}</span>
                    <button type="button" class="button quiet" on:click=move |_| files.set(0)>
                        "Without the file"
                    </button>
                </Show>
            </div>
        }
    };
    let content = move || {
        if asked.with(Option::is_none) {
            return view! {
                <section class="empty">
                    <h2>"What if …?"</h2>
                    <p>"Change something above, or choose a file of holdings: it is walked beside the index as it is. Nothing is stored."</p>
                </section>
            }
            .into_any();
        }
        states(answer, 70.0, Some(ViewFn::from(nothing_built)), |of| view! { <Ready of=of /> }.into_any())
    };
    let [pin, exclude, top_n, cap_limit] = FIELDS.each_ref().map(typed);
    view! {
        <div class="tools">
            <SpanFields ends=Signal::derive(ends) />
        </div>
        <section class="panel">
            <header class="panel-head">
                <h2>"What is changed"</h2>
            </header>
            <div class="build-form">
                {pin} {exclude} {top_n}
                {choice("weighting", "Weights", "How members are weighted when they are chosen.", WEIGHTINGS)}
                {cap_limit}
                {choice("rebalance", "Rebalance", "Not more often than the index itself.", REBALANCES)}
                {holdings()}
            </div>
        </section>
        {content}
    }
    .into_any()
}

#[component]
fn Ready(#[prop(into)] of: Signal<Arc<WhatIfResult>>) -> impl IntoView {
    let synthetic = Synthetic::here();
    Effect::new(move |_| synthetic.note(of.with(|of| of.synthetic)));
    let text = move |read: fn(&WhatIfResult) -> String| Signal::derive(move || of.with(|of| read(of)));
    let changes =
        move || of.with(|of| of.changes.iter().cloned().map(|change| view! { <li>{change}</li> }).collect_view());
    let sessions = Signal::derive(move || Arc::new(of.with(|of| of.data.clone())));
    let members = Signal::derive(move || Arc::new(of.with(|of| of.members.clone())));
    let statistics = Signal::derive(move || Arc::new(of.with(|of| both(&of.base.statistics, &of.variant.statistics))));
    view! {
        {warnings(move || of.with(|of| of.warnings.clone()))}
        <ul class="changed">{changes}</ul>
        <dl class="figures">
            <Figure
                name="Changed"
                definition="Return of the changed index over the range."
                value=text(|of| format::number(of.variant.cumulative_return, Form::Change))
                direction=Signal::derive(move || format::direction(Some(of.with(|of| of.variant.cumulative_return))))
                remark=text(|of| format!("turnover {} a session", format::number(of.variant.mean_turnover, Form::Percent)))
            />
            <Figure
                name="As it is"
                definition="Return of the index as it is; walking it in memory gives its stored returns to 1e-12."
                value=text(|of| format::number(of.base.cumulative_return, Form::Change))
                direction=Signal::derive(move || format::direction(Some(of.with(|of| of.base.cumulative_return))))
                remark=text(|of| if of.base_agrees { format!("turnover {} a session", format::number(of.base.mean_turnover, Form::Percent)) } else { "does not agree with what is stored".to_owned() })
            />
            <Figure
                name="Tracking difference"
                definition="The changed return less the one as it is."
                value=text(|of| format::optional(of.tracking_difference, Form::Change))
            />
            <TrackingError value=Signal::derive(move || of.with(|of| of.tracking_error)) />
            <Figure
                name="Correlation"
                definition="Of the daily returns."
                value=text(|of| format::optional(of.correlation, Form::Fine))
            />
            <ActiveShare value=Signal::derive(move || of.with(|of| of.active_share)) />
        </dl>
        <BothLevels
            title="Changed and as it is"
            label=Signal::derive(|| "Levels of the changed index and of the index as it is".to_owned())
            file=Signal::derive(move || of.with(|of| format!("{}-what-if", of.index)))
            names=Signal::derive(|| ["Changed".to_owned(), "As it is".to_owned()])
            rows=sessions
            read=|row: &WhatIfSession| (row.date, [row.variant, row.base])
            table=("levels", "Both levels at each session", SESSIONS)
        />
        <section class="panel">
            <header class="panel-head">
                <h2>"Members at the last session"</h2>
            </header>
            <DataTable
                name="members"
                caption=Signal::derive(|| "Members of the changed index at the last session".to_owned())
                rows=members
                columns=MEMBERS.to_vec()
                sorted="-weight"
                filterable=true
            />
        </section>
        <BothStatistics rows=statistics heads=[("base", "As it is"), ("variant", "Changed")] />
    }
}
