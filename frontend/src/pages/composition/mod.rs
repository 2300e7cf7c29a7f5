//! `/app/composition`: who is in an index at a close.

mod compare;

use std::sync::Arc;

use domain::api::{IndexComposition, Performance};
use domain::calendar;
use domain::units::Day;
use leptos::prelude::*;

use crate::address::Address;
use crate::api;
use crate::components::chart::{Bar, BarChart, ChartFrame, Line, LineChart};
use crate::components::dates::DatePicker;
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::states::{Skeleton, states};
use crate::components::synthetic::Synthetic;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::{Load, load};
use crate::pages::{IndexField, SessionField, chosen_index, chosen_session, index_name, listed_index, nothing_built};
use compare::{Member, compare, sectors};

/// The page.
pub(crate) fn composition() -> AnyView {
    let address = Address::here();
    let index = chosen_index();
    let session = chosen_session("date");
    let composition = load(
        move || session.get().map(|session| (index.get(), session)),
        |(index, session)| api::composition(index, session),
    );
    let performance = load(move || Some(index.get()), api::performance);
    let against = address.param("against");
    let listed = listed_index();
    // Without a choice it is compared with the session before, where that one is built.
    let other_day = Memo::new(move |_| {
        let chosen: Option<Day> = against.get().and_then(|day| day.parse().ok());
        let first = listed.get().and_then(|index| index.first_session);
        let before = session.get().and_then(calendar::previous_session);
        chosen.or_else(|| before.filter(|before| first.is_some_and(|first| *before >= first)))
    });
    let other =
        load(move || other_day.get().map(|day| (index.get(), day)), |(index, day)| api::composition(index, day));
    let bounds = move || listed.get().and_then(|index| Some((index.first_session?, index.last_session?)));
    let choose_other = Callback::new(move |day: Day| address.set(&[("against", Some(day.to_string()))]));
    let ready = move |composition| {
        view! { <Ready composition=composition other=other other_day=other_day performance=performance session=session /> }
            .into_any()
    };
    view! {
        <div class="page-head">
            <h1>"Composition"</h1>
            <IndexField label="Index" />
            <SessionField label="Session" param="date" />
            <DatePicker label="Compared with" value=other_day bounds=Signal::derive(bounds) choose=choose_other />
        </div>
        {states(composition, 60.0, Some(ViewFn::from(nothing_built)), ready)}
    }
    .into_any()
}

const COLUMNS: [Column<Member>; 10] = [
    Column::new("ticker", "Ticker", |row: &Member| Value::Text(row.of.ticker.clone())),
    Column::new("rank", "Rank", |row: &Member| Value::whole((!row.has_left).then_some(row.of.rank)))
        .defined("By market cap at the close, from 1."),
    Column::new("risen", "Change of rank", |row: &Member| Value::number(row.ranks_risen(), Form::Whole))
        .defined("Ranks gained since the session compared with.")
        .drawn(|row: &Member| rank_change(row)),
    Column::new("name", "Name", |row: &Member| Value::text(row.of.name.as_ref())),
    Column::new("sector", "Sector", |row: &Member| Value::text(row.of.sector.as_ref())),
    Column::new("weight", "Weight", |row: &Member| {
        Value::number((!row.has_left).then_some(row.of.weight), Form::Percent)
    })
    .defined("After the close."),
    Column::new("price", "Price", |row: &Member| Value::Number(row.of.price, Form::Decimal))
        .defined("The raw close, or the last one before it."),
    Column::new("market_cap", "Market cap", |row: &Member| Value::Number(row.of.market_cap, Form::Compact)),
    Column::new("shares", "Shares", |row: &Member| Value::Number(row.of.shares, Form::Fine))
        .defined("Fractional shares held: notional / price."),
    Column::new("notional", "Notional", |row: &Member| Value::Number(row.of.notional, Form::Decimal))
        .defined("Weight × level: the part of the index it holds."),
];

fn rank_change(row: &Member) -> AnyView {
    let (class, text) = match row.ranks_risen() {
        None if row.has_left => ("down", "left".to_owned()),
        None => ("up", if row.rank_before.is_none() { "new".to_owned() } else { String::new() }),
        Some(risen) if risen > 0.0 => ("up", format!("▲ {risen}")),
        Some(risen) if risen < 0.0 => ("down", format!("▼ {}", -risen)),
        Some(_) => ("flat", format::UNDEFINED.to_owned()),
    };
    view! { <span class=class>{text}</span> }.into_any()
}

const SECTOR_COLUMNS: [Column<Bar>; 2] = [
    Column::new("sector", "Sector", |row: &Bar| Value::Text(row.name.clone())),
    Column::new("weight", "Weight", |row: &Bar| Value::Number(row.value, Form::Percent)),
];

#[component]
fn Ready(
    #[prop(into)] composition: Signal<Arc<IndexComposition>>,
    other: Load<IndexComposition>,
    other_day: Memo<Option<Day>>,
    performance: Load<Performance>,
    session: Memo<Option<Day>>,
) -> impl IntoView {
    let index = chosen_index();
    let synthetic = Synthetic::here();
    Effect::new(move |_| synthetic.note(composition.with(|composition| composition.synthetic)));
    let compared = Memo::new(move |_| {
        let other = other_day.get().and_then(|_| other.value());
        composition.with(|composition| compare(composition, other.as_deref()))
    });
    let bars = Memo::new(move |_| composition.with(|composition| sectors(composition)));
    let of = move |read: fn(&IndexComposition) -> String| Signal::derive(move || composition.with(|of| read(of)));
    let count = move |wanted: fn(&Member) -> bool| {
        Signal::derive(move || match other.value() {
            Some(_) => compared.with(|all| format::count(all.iter().filter(|member| wanted(member)).count())),
            None => format::UNDEFINED.to_owned(),
        })
    };
    let since =
        Signal::derive(move || other_day.get().map_or_else(String::new, |day| format!("since {}", format::day(day))));
    let link = move || api::composition_link(index.get_untracked(), composition.with_untracked(|of| of.date));
    let title = move || composition.with(|of| format!("Members at the close of {}", format::day(of.date)));
    let sector_title = move || composition.with(|of| format!("Sector weights on {}", format::day(of.date)));
    view! {
        <dl class="figures">
            <Figure
                name="Members"
                definition="How many were chosen at the close."
                value=of(|of| format::count(of.count))
                remark=of(|of| format::day(of.date))
            />
            <Figure
                name="In force"
                definition="The session from which these members earn returns."
                value=of(|of| of.effective_date.map_or_else(|| format::UNDEFINED.to_owned(), format::day))
            />
            <Figure
                name="Level"
                definition="The index at the close, with its first built session at 1000; what notionals refer to."
                value=of(|of| format::number(of.level, Form::Decimal))
            />
            <Figure
                name="Entered"
                definition="Members that were not members on the session compared with."
                value=count(|member| member.rank_before.is_none())
                remark=since
            />
            <Figure
                name="Left"
                definition="Members of the session compared with that are no longer."
                value=count(|member| member.has_left)
                remark=since
            />
        </dl>
        <div class="columns">
            <SessionChart performance=performance session=session />
            <ChartFrame
                title=Signal::derive(|| "Sectors".to_owned())
                file=Signal::derive(move || format!("{}-sectors", index_name(index.get().as_deref())))
                exports=vec![Export::curl(link)]
                table=ViewFn::from(move || {
                    view! {
                        <DataTable
                            name="sectors"
                            caption=Signal::derive(sector_title)
                            rows=Signal::derive(move || Arc::new(bars.get()))
                            columns=SECTOR_COLUMNS.to_vec()
                        />
                    }
                })
            >
                <BarChart label=Signal::derive(sector_title) bars=bars value_name="Weight" form=Form::Percent />
            </ChartFrame>
        </div>
        <section class="panel">
            <header class="panel-head">
                <h2>"Members"</h2>
                <span class="muted">{move || composition.with(|of| format!("at the close of {}", format::day(of.date)))}</span>
            </header>
            <DataTable
                name="members"
                caption=Signal::derive(title)
                rows=Signal::derive(move || Arc::new(compared.get()))
                columns=COLUMNS.to_vec()
                sorted="rank"
                filterable=true
                exports=vec![Export::curl(link)]
            />
        </section>
    }
}

/// The levels, along which a session is picked.
#[component]
fn SessionChart(performance: Load<Performance>, session: Memo<Option<Day>>) -> impl IntoView {
    let address = Address::here();
    let index = chosen_index();
    let lines = Memo::new(move |_| {
        let data = performance.value();
        let points = data.iter().flat_map(|performance| &performance.data);
        let (days, values) = points.map(|point| (point.date.number(), point.level)).unzip();
        vec![Line { name: "Level".to_owned(), days: Arc::new(days), values: Arc::new(values) }]
    });
    let picked = Callback::new(move |day: Day| address.adjust(&[("date", Some(day.to_string()))]));
    let is_there = Memo::new(move |_| performance.value().is_some());
    let levels = move || {
        let rows = performance.value().map(|performance| performance.data.clone()).unwrap_or_default();
        view! {
            <DataTable
                name="levels"
                caption=Signal::derive(|| "Levels".to_owned())
                rows=Signal::stored(Arc::new(rows))
                columns=LEVEL_COLUMNS.to_vec()
                sorted="-day"
            />
        }
    };
    view! {
        <ChartFrame
            title=Signal::derive(|| "Pick a session".to_owned())
            file=Signal::derive(move || format!("{}-level", index_name(index.get().as_deref())))
            table=ViewFn::from(levels)
        >
            <Show when=move || is_there.get() fallback=|| view! { <Skeleton height=20.75 /> }>
                <LineChart
                    label=Signal::derive(|| "Index level; drag or press Enter to show a session's members".to_owned())
                    lines=lines
                    form=Signal::derive(|| Form::Decimal)
                    axis_form=Signal::derive(|| Form::Whole)
                    height=332.0
                    picked=picked
                    marked=session
                />
            </Show>
        </ChartFrame>
    }
}

const LEVEL_COLUMNS: [Column<domain::api::PerformancePoint>; 2] = [
    Column::new("day", "Session", |row: &domain::api::PerformancePoint| Value::Day(row.date)),
    Column::new("level", "Level", |row: &domain::api::PerformancePoint| Value::Number(row.level, Form::Decimal)),
];
