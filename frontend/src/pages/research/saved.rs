//! Questions that are kept under a name, and two of them side by side.

use std::sync::Arc;

use domain::api::{
    ComparedDefinition, ComparedLevels, ComparedMember, DefinitionComparison, SavedDefinitionList,
    SavedDefinitionSummary,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::both::{ActiveShare, BothLevels, TrackingError};
use super::what_if::{is_changed, question};
use crate::address::Address;
use crate::api;
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::states::{Failed, states};
use crate::components::synthetic::Synthetic;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::{Failure, Load, load};
use crate::pages::{index_name, warnings, whole_workbook};
use crate::query::{Query, encode};

/// What is to be done with a kept question.
#[derive(Clone, Copy)]
struct Forget(Callback<String>);

const KEPT: [Column<SavedDefinitionSummary>; 5] = [
    Column::new("name", "Name", |of: &SavedDefinitionSummary| Value::Text(of.name.clone())),
    Column::new("index", "Index", |of: &SavedDefinitionSummary| Value::Text(of.index.clone())),
    Column::new("changes", "What it changes", |of: &SavedDefinitionSummary| Value::Text(of.changes.join("; "))),
    Column::new("updated", "Kept", |of: &SavedDefinitionSummary| Value::Instant(of.updated_at)),
    Column::new("forget", "What to do", |_: &SavedDefinitionSummary| Value::Absent).drawn(
        |of: &SavedDefinitionSummary| {
            let Forget(forget) = expect_context();
            let (name, label) = (of.name.clone(), format!("Delete {}", of.name));
            view! {
                <button type="button" class="link" aria-label=label on:click=move |_| forget.run(name.clone())>
                    "Delete"
                </button>
            }
            .into_any()
        },
    ),
];

const LEVELS: [Column<ComparedLevels>; 3] = [
    Column::new("day", "Session", |of: &ComparedLevels| Value::Day(of.date)),
    Column::new("level", "First", |of: &ComparedLevels| Value::Number(of.level, Form::Decimal)),
    Column::new("against", "Second", |of: &ComparedLevels| Value::Number(of.against, Form::Decimal)),
];

const MEMBERS: [Column<ComparedMember>; 5] = [
    Column::new("ticker", "Ticker", |of: &ComparedMember| Value::Text(of.ticker.clone())),
    Column::new("weight", "First", |of: &ComparedMember| Value::Number(of.weight, Form::Percent)),
    Column::new("against", "Second", |of: &ComparedMember| Value::Number(of.against, Form::Percent)),
    Column::new("difference", "Difference", |of: &ComparedMember| Value::Number(of.weight - of.against, Form::Change)),
    Column::new("name", "Name", |of: &ComparedMember| Value::text(of.name.as_ref())),
];

/// The part of the page.
pub(super) fn saved() -> AnyView {
    let address = Address::here();
    let list = load(|| Some(()), |()| api::definitions());
    let failed = RwSignal::new(None::<Failure>);
    let forget = Callback::new(move |name: String| {
        let question = format!("Delete {name}?");
        if !window().confirm_with_message(&question).unwrap_or(false) {
            return;
        }
        failed.set(None);
        spawn_local(async move {
            match api::forget_definition(&name).await {
                Ok(()) => {
                    // What is gone cannot be compared any more.
                    let is_chosen = |param| address.peek(param).as_deref() == Some(name.as_str());
                    let changes: Vec<_> = ["first", "second"]
                        .into_iter()
                        .filter(|param| is_chosen(param))
                        .map(|param| (param, None))
                        .collect();
                    address.set(&changes);
                    list.again();
                }
                Err(failure) => drop(failed.try_set(Some(failure))),
            }
        });
    });
    provide_context(Forget(forget));
    let ready = move |of: Signal<Arc<SavedDefinitionList>>| {
        let rows = Signal::derive(move || Arc::new(of.with(|of| of.data.clone())));
        view! {
            <section class="panel">
                <header class="panel-head">
                    <h2>"Kept questions"</h2>
                </header>
                <DataTable
                    name="kept"
                    caption=Signal::derive(|| "Questions kept under a name".to_owned())
                    rows=rows
                    columns=KEPT.to_vec()
                    none="Nothing is kept yet. Change something on the part What if, then keep it here."
                    exports=vec![Export::curl(|| "/definitions".to_owned())]
                />
            </section>
            <Choice of=of />
        }
        .into_any()
    };
    view! {
        <Keep list=list />
        {move || failed.get().map(|failure| view! { <Failed failure=failure retry=move || failed.set(None) /> })}
        {states(list, 20.0, None, ready)}
        {comparison()}
    }
    .into_any()
}

/// Keeps the question of the part What if.
#[component]
fn Keep(list: Load<SavedDefinitionList>) -> impl IntoView {
    let asked = question();
    let name = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<Failure>);
    let keep = move || {
        let (name, mut of) = (name.get_untracked(), asked.get_untracked());
        // A kept question has no dates.
        (of.start_date, of.end_date) = (None, None);
        failed.set(None);
        spawn_local(async move {
            match api::keep_definition(&name, &of).await {
                Ok(_) => list.again(),
                Err(failure) => drop(failed.try_set(Some(failure))),
            }
        });
    };
    move || {
        asked.with(is_changed).then(|| {
            view! {
                <section class="panel">
                    <header class="panel-head">
                        <h2>"Keep the question of What if"</h2>
                    </header>
                    <div class="tools">
                        <label class="field">
                            <span class="field-name">"Name"</span>
                            <input
                                type="text"
                                prop:value=name
                                on:input=move |event| name.set(event_target_value(&event))
                                placeholder="a-z, 0-9, - _ ."
                            />
                        </label>
                        <button
                            type="button"
                            class="button"
                            disabled=move || name.with(String::is_empty)
                            on:click=move |_| keep()
                        >
                            "Keep"
                        </button>
                    </div>
                    {move || failed.get().map(|failure| view! { <Failed failure=failure retry=keep /> })}
                </section>
            }
        })
    }
}

/// Two fields: of which question, and against which other one or an index as it is.
#[component]
fn Choice(of: Signal<Arc<SavedDefinitionList>>) -> impl IntoView {
    let address = Address::here();
    let field = move |param: &'static str, label: &'static str, none: &'static str| {
        let chosen = address.param(param);
        let options = move || {
            let names = of.with(|of| of.data.iter().map(|of| of.name.clone()).collect::<Vec<_>>());
            let option = |name: String| {
                let (value, shown) = (name.clone(), name.clone());
                let is_chosen = move || chosen.get().as_deref() == Some(&name);
                view! {
                    <option value=value selected=is_chosen>
                        {shown}
                    </option>
                }
            };
            names.into_iter().map(option).collect_view()
        };
        let choose = move |event| {
            let name = event_target_value(&event);
            address.set(&[(param, (!name.is_empty()).then_some(name))]);
        };
        view! {
            <label class="field">
                <span class="field-name">{label}</span>
                <select on:change=choose>
                    <option value="">{none}</option>
                    {options}
                </select>
            </label>
        }
    };
    view! {
        <div class="tools">
            {field("first", "Compare", "choose one")}
            {field("second", "With", "the index as it is")}
        </div>
    }
}

fn comparison() -> AnyView {
    let address = Address::here();
    let (first, second, index) = (address.param("first"), address.param("second"), address.param("index"));
    let link = Memo::new(move |_| {
        let against = second.get().unwrap_or_else(|| index_name(index.get().as_deref()));
        let path = format!("/definitions/{}/compare", encode(&first.get()?));
        Some(Query::default().with("against", Some(against)).after(&path))
    });
    let answer = load(move || link.get(), |link| async move { api::get::<DefinitionComparison>(&link).await });
    let ready = move |of| view! { <Ready of=of link=link /> }.into_any();
    let shown = move || link.get().map(|_| states(answer, 60.0, None, ready));
    shown.into_any()
}

#[component]
fn Ready(of: Signal<Arc<DefinitionComparison>>, link: Memo<Option<String>>) -> impl IntoView {
    let synthetic = Synthetic::here();
    Effect::new(move |_| synthetic.note(of.with(|of| of.synthetic)));
    let text = move |read: fn(&DefinitionComparison) -> String| Signal::derive(move || of.with(|of| read(of)));
    let side = move |place: &'static str, read: fn(&DefinitionComparison) -> &ComparedDefinition| {
        let value =
            Signal::derive(move || of.with(|of| format::number(read(of).result.cumulative_return, Form::Change)));
        let remark = move || {
            of.with(|of| {
                let of = read(of);
                let changes = if of.changes.is_empty() { "as it is".to_owned() } else { of.changes.join("; ") };
                format!("{}: {changes}", of.name)
            })
        };
        view! {
            <Figure
                name=place
                definition="Its return over the sessions that both have."
                value=value
                remark=Signal::derive(remark)
            />
        }
    };
    let names = move || of.with(|of| [of.definition.name.clone(), of.against.name.clone()]);
    let levels = Signal::derive(move || Arc::new(of.with(|of| of.data.clone())));
    let members = Signal::derive(move || Arc::new(of.with(|of| of.members.clone())));
    view! {
        {warnings(move || of.with(|of| of.warnings.clone()))}
        <dl class="figures">
            {side("First", |of| &of.definition)}
            {side("Second", |of| &of.against)}
            <Figure
                name="Tracking difference"
                definition="The first's return less the second's."
                value=text(|of| format::optional(of.tracking_difference, Form::Change))
            />
            <TrackingError value=Signal::derive(move || of.with(|of| of.tracking_error)) />
            <Figure name="Beta" definition="Move per unit of the second's move." value=text(|of| format::optional(of.beta, Form::Fine)) />
            <ActiveShare value=Signal::derive(move || of.with(|of| of.active_share)) />
        </dl>
        <BothLevels
            title="Both levels"
            label=Signal::derive(|| "Levels of both definitions".to_owned())
            file=Signal::derive(move || names().join("-and-"))
            names=Signal::derive(names)
            rows=levels
            read=|row: &ComparedLevels| (row.date, [row.level, row.against])
            table=("levels", "Both levels at each session", LEVELS)
            exports=vec![whole_workbook(link.into(), "definitions"), Export::curl(move || link.get_untracked().unwrap_or_default())]
        />
        <section class="panel">
            <header class="panel-head">
                <h2>"Members of both at the last session"</h2>
            </header>
            <DataTable
                name="members"
                caption=Signal::derive(|| "Weights of both at the last session".to_owned())
                rows=members
                columns=MEMBERS.to_vec()
                filterable=true
            />
        </section>
    }
}
