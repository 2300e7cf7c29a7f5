//! Who would have been chosen by what was known on a day, and where the share counts come from.

use std::sync::Arc;

use domain::api::{IndexMembership, KnownMember, SharesHistory, SharesRow};
use leptos::prelude::*;

use crate::address::Address;
use crate::api;
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::states::states;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::load;
use crate::pages::{SessionField, chosen_index, chosen_session, warnings, whole_workbook};

fn instant(ms: Option<i64>) -> Value {
    ms.map_or(Value::Absent, Value::Instant)
}

const MEMBERS: [Column<KnownMember>; 10] = [
    Column::new("rank", "Rank", |of: &KnownMember| Value::Number(f64::from(of.rank), Form::Whole)),
    Column::new("ticker", "Ticker", |of: &KnownMember| Value::Text(of.ticker.clone())).drawn(|of: &KnownMember| {
        let (address, ticker) = (Address::here(), of.ticker.clone());
        let (shown, label) = (ticker.clone(), format!("Share counts of {ticker}"));
        view! {
            <button type="button" class="link" aria-label=label on:click=move |_| address.set(&[("shares", Some(ticker.clone()))])>
                {shown}
            </button>
        }
        .into_any()
    }),
    Column::new("name", "Name", |of: &KnownMember| Value::text(of.name.as_ref())),
    Column::new("weight", "Weight", |of: &KnownMember| Value::Number(of.weight, Form::Percent)),
    Column::new("cap", "Market cap", |of: &KnownMember| Value::Number(of.market_cap, Form::Whole)),
    Column::new("basis", "Basis", |of: &KnownMember| Value::Text(of.basis.clone()))
        .defined("Reported by the source, close × shares, × a count assumed because none was published yet, of a company's lines together, or repaired."),
    Column::new("as_of", "Count of", |of: &KnownMember| of.shares_as_of.map_or(Value::Absent, Value::Day))
        .defined("The day from which the share count was public."),
    Column::new("source", "Source", |of: &KnownMember| Value::text(of.source.as_ref())),
    Column::new("stored", "Stored", |of: &KnownMember| instant(of.stored_at)).defined("When this service stored it."),
    Column::new("present", "Rank at present", |of: &KnownMember| Value::number(of.present_rank.map(f64::from), Form::Whole))
        .defined("By what is known at present; blank where it is no member any more."),
];

const COUNTS: [Column<SharesRow>; 5] = [
    Column::new("as_of", "Public from", |of: &SharesRow| Value::Day(of.as_of)),
    Column::new("shares", "Shares", |of: &SharesRow| Value::Number(of.shares, Form::Whole)),
    Column::new("source", "Source", |of: &SharesRow| Value::text(of.source.as_ref())),
    Column::new("stored", "Stored", |of: &SharesRow| instant(of.stored_at)),
    Column::new("replaced", "Replaced", |of: &SharesRow| instant(of.replaced_at))
        .defined("Blank while it is in force."),
];

/// The part of the page.
pub(super) fn known() -> AnyView {
    let address = Address::here();
    let (index, session, known_on) = (chosen_index(), chosen_session("date"), address.param("known_on"));
    let link = Memo::new(move |_| {
        let date = session.get()?.to_string();
        let more = vec![("date", Some(date)), ("known_on", known_on.get())];
        Some(api::research_link("/index-membership", index.get(), more))
    });
    let answer = load(move || link.get(), |link| async move { api::get::<IndexMembership>(&link).await });
    let write = move |event| {
        let text = event_target_value(&event);
        address.set(&[("known_on", (!text.is_empty()).then_some(text))]);
    };
    let nothing = || {
        view! {
            <h2>"Nothing was known of it"</h2>
            <p>"Choose another session, or a later day by whose end more was stored."</p>
        }
        .into_any()
    };
    view! {
        <div class="tools">
            <SessionField label="Close of" param="date" />
            <label class="field">
                <span class="field-name">"By what was known on"</span>
                <input type="date" prop:value=move || known_on.get().unwrap_or_default() on:change=write />
            </label>
        </div>
        {states(answer, 60.0, Some(ViewFn::from(nothing)), move |of| view! { <Ready of=of link=link /> }.into_any())}
        <Counts />
    }
    .into_any()
}

#[component]
fn Ready(#[prop(into)] of: Signal<Arc<IndexMembership>>, link: Memo<Option<String>>) -> impl IntoView {
    let listed = |tickers: &[String]| if tickers.is_empty() { "none".to_owned() } else { tickers.join(", ") };
    let text = move |read: fn(&IndexMembership) -> String| Signal::derive(move || of.with(|of| read(of)));
    let caption = move || {
        of.with(|of| {
            let known = of.known_on.map_or_else(|| "at present".to_owned(), |day| format!("on {}", format::day(day)));
            format!("Members at the close of {} by what was known {known}", format::day(of.date))
        })
    };
    view! {
        {warnings(move || of.with(|of| of.warnings.clone()))}
        <dl class="figures">
            <Figure name="Members" definition="Chosen from what was known." value=text(|of| format::count(of.members.len())) />
            <Figure
                name="Data version"
                definition="The last publication by the end of that day, UTC."
                value=text(|of| of.known_version.to_string())
            />
            <Figure
                name="Entered since"
                definition="Members by what is known at present that were none by what was known."
                value=Signal::derive(move || of.with(|of| format::count(of.entered_since.len())))
                remark=Signal::derive(move || of.with(|of| listed(&of.entered_since)))
            />
            <Figure
                name="Left since"
                definition="Members by what was known that are none by what is known at present."
                value=Signal::derive(move || of.with(|of| format::count(of.left_since.len())))
                remark=Signal::derive(move || of.with(|of| listed(&of.left_since)))
            />
        </dl>
        <section class="panel">
            <header class="panel-head">
                <h2>"Members"</h2>
            </header>
            <DataTable
                name="known-members"
                caption=Signal::derive(caption)
                rows=Signal::derive(move || Arc::new(of.with(|of| of.members.clone())))
                columns=MEMBERS.to_vec()
                filterable=true
                exports=vec![whole_workbook(link.into(), "membership"), Export::curl(move || link.get_untracked().unwrap_or_default())]
            />
        </section>
    }
}

/// The share counts of the ticker in the address.
#[component]
fn Counts() -> impl IntoView {
    let address = Address::here();
    let ticker = address.param("shares");
    let link = move || ticker.get().map(|ticker| api::research_link("/shares", None, vec![("ticker", Some(ticker))]));
    let answer = load(link, |link| async move { api::get::<SharesHistory>(&link).await });
    let none = || view! { <h2>"No share count is stored of it"</h2> }.into_any();
    let ready = move |of: Signal<Arc<SharesHistory>>| {
        view! {
            <DataTable
                name="share-counts"
                caption=Signal::derive(move || of.with(|of| format!("Share counts of {}", of.ticker)))
                rows=Signal::derive(move || Arc::new(of.with(|of| of.data.clone())))
                columns=COUNTS.to_vec()
                none="No share count is stored of it: its market caps are the source's own."
                exports=vec![whole_workbook(Signal::derive(link), "shares"), Export::curl(move || link().unwrap_or_default())]
            />
        }
        .into_any()
    };
    move || {
        ticker.get().map(|name| {
            view! {
                <section class="panel">
                    <header class="panel-head">
                        <h2>{format!("Share counts of {name}")}</h2>
                        <button type="button" class="button quiet" on:click=move |_| address.set(&[("shares", None)])>
                            "Close"
                        </button>
                    </header>
                    {states(answer, 20.0, Some(ViewFn::from(none)), ready)}
                </section>
            }
        })
    }
}
