//! Which sessions are held, and which are missing.

use std::sync::Arc;

use domain::api::Coverage;
use domain::units::Day;
use leptos::prelude::*;

use crate::api;
use crate::components::chart::{CalendarChart, ChartFrame, Held};
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::states::states;
use crate::components::synthetic::Synthetic;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::load;

const COLUMNS: [Column<Held>; 2] = [
    Column::new("day", "Session", |row: &Held| Value::Day(row.day)),
    Column::new("bars", "Bars", |row: &Held| Value::Number(f64::from(row.bars), Form::Whole))
        .defined("How many securities have a bar; 0 is a gap."),
];

const GAP_COLUMNS: [Column<Day>; 1] = [Column::new("day", "Session", |day: &Day| Value::Day(*day))];

/// Held sessions and gaps together, ascending.
fn sessions(coverage: &Coverage) -> Vec<Held> {
    let held = coverage.sessions.iter().map(|of| Held { day: of.date, bars: of.bars });
    let mut all: Vec<Held> = held.chain(coverage.gaps.iter().map(|day| Held { day: *day, bars: 0 })).collect();
    all.sort_unstable_by_key(|of| of.day);
    all
}

/// The part of the page.
pub(super) fn coverage() -> AnyView {
    let coverage = load(|| Some(()), |()| api::coverage());
    states(coverage, 40.0, None, |coverage| view! { <Ready coverage=coverage /> }.into_any())
}

#[component]
fn Ready(#[prop(into)] coverage: Signal<Arc<Coverage>>) -> impl IntoView {
    let synthetic = Synthetic::here();
    Effect::new(move |_| synthetic.note(coverage.with(|coverage| coverage.synthetic)));
    let all = Memo::new(move |_| coverage.with(|coverage| Arc::new(sessions(coverage))));
    let of = move |read: fn(&Coverage) -> String| Signal::derive(move || coverage.with(|of| read(of)));
    let day = |day: Option<Day>| day.map_or_else(|| format::UNDEFINED.to_owned(), format::day);
    let first = Signal::derive(move || day(coverage.with(|of| of.first_session)));
    let last = Signal::derive(move || day(coverage.with(|of| of.last_session)));
    let link = || "/coverage".to_owned();
    let is_empty = Memo::new(move |_| coverage.with(|coverage| coverage.sessions.is_empty()));
    view! {
        <dl class="figures">
            <Figure name="First session" definition="The earliest session with prices." value=first />
            <Figure name="Last session" definition="The latest session with prices." value=last />
            <Figure
                name="Sessions held"
                definition="Sessions of the exchange with prices, between the first and the last."
                value=of(|of| format::count(of.sessions.len()))
            />
            <Figure
                name="Gaps"
                definition="Sessions of the exchange between the first and the last without any price."
                value=of(|of| format::count(of.gaps.len()))
            />
        </dl>
        <Show
            when=move || !is_empty.get()
            fallback=|| {
                view! {
                    <section class="empty">
                        <h2>"No prices yet"</h2>
                        <p>"Drop a file on the part Imports, or run the ingestion job: make ingest."</p>
                    </section>
                }
            }
        >
            <ChartFrame
                title=Signal::derive(|| "Coverage by session".to_owned())
                file=Signal::derive(|| "coverage".to_owned())
                exports=vec![Export::curl(link)]
                table=ViewFn::from(move || {
                    view! {
                        <DataTable
                            name="sessions"
                            caption=Signal::derive(|| "Coverage by session".to_owned())
                            rows=all
                            columns=COLUMNS.to_vec()
                            sorted="-day"
                        />
                    }
                })
            >
                <CalendarChart
                    label=Signal::derive(|| "Sessions by how many bars are held; gaps are framed".to_owned())
                    sessions=all
                />
                <p class="muted legend-line" aria-hidden="true">
                    <span class="swatch gap"></span>
                    "gap"
                    <span class="swatch held-1"></span>
                    <span class="swatch held-2"></span>
                    <span class="swatch held-3"></span>
                    <span class="swatch held-4"></span>
                    "as full as the fullest"
                </p>
            </ChartFrame>
            <section class="panel">
                <header class="panel-head">
                    <h2>"Gaps"</h2>
                </header>
                <DataTable
                    name="gaps"
                    caption=Signal::derive(|| "Sessions without prices".to_owned())
                    rows=Signal::derive(move || Arc::new(coverage.with(|coverage| coverage.gaps.clone())))
                    columns=GAP_COLUMNS.to_vec()
                    none="None: every session between the first and the last has prices."
                />
            </section>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use domain::api::CoveredSession;

    use super::*;

    #[test]
    fn gaps_lie_between_the_sessions_held() {
        let day = Day::from_number;
        let coverage = Coverage {
            first_session: Some(day(1)),
            last_session: Some(day(3)),
            synthetic: false,
            sessions: vec![CoveredSession { date: day(1), bars: 5 }, CoveredSession { date: day(3), bars: 4 }],
            gaps: vec![day(2)],
            series: Vec::new(),
        };
        let days: Vec<(i32, u32)> = sessions(&coverage).iter().map(|of| (of.day.number(), of.bars)).collect();
        assert_eq!(days, [(1, 5), (2, 0), (3, 4)]);
    }
}
