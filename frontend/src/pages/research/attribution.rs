//! What each member and sector added to a return, and why it differs from the same members weighted by market cap.

use std::sync::Arc;

use domain::api::{BrinsonOfSector, ContributionOfMember, ContributionOfSector, IndexAttribution};
use leptos::prelude::*;

use super::{BRIDGED, asked, sector_name};
use crate::api;
use crate::components::chart::{Bar, BarChart, ChartFrame};
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::states::states;
use crate::components::synthetic::Synthetic;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::load;
use crate::pages::{SpanFields, nothing_built, warnings, whole_workbook};

const MEMBERS: [Column<ContributionOfMember>; 7] = [
    Column::new("ticker", "Ticker", |row: &ContributionOfMember| Value::Text(row.ticker.clone())),
    Column::new("contribution", "Contribution", |row: &ContributionOfMember| {
        Value::Number(row.contribution, Form::Change)
    })
    .defined("Its part of the return of the range; all of them sum to it."),
    Column::new("own", "Own return", |row: &ContributionOfMember| Value::Number(row.own_return, Form::Change))
        .defined("Compounded over the sessions on which it was a member."),
    Column::new("weight", "Mean weight", |row: &ContributionOfMember| Value::Number(row.mean_weight, Form::Percent))
        .defined("Averaged over all sessions of the range."),
    Column::new("sessions", "Sessions", |row: &ContributionOfMember| whole(row.sessions))
        .defined("On which it earned a return for the index."),
    Column::new("name", "Name", |row: &ContributionOfMember| Value::text(row.name.as_ref())),
    Column::new("sector", "Sector", |row: &ContributionOfMember| Value::text(row.sector.as_ref())),
];

const SECTORS: [Column<ContributionOfSector>; 4] = [
    Column::new("sector", "Sector", |row: &ContributionOfSector| Value::Text(sector_name(row.sector.as_ref()))),
    Column::new("contribution", "Contribution", |row: &ContributionOfSector| {
        Value::Number(row.contribution, Form::Change)
    }),
    Column::new("weight", "Mean weight", |row: &ContributionOfSector| Value::Number(row.mean_weight, Form::Percent)),
    Column::new("members", "Members", |row: &ContributionOfSector| whole(row.members))
        .defined("Different ones it had."),
];

const BRINSON: [Column<BrinsonOfSector>; 7] = [
    Column::new("sector", "Sector", |row: &BrinsonOfSector| Value::Text(sector_name(row.sector.as_ref()))),
    Column::new("weight", "Weight", |row: &BrinsonOfSector| Value::Number(row.mean_weight, Form::Percent))
        .defined("Mean weight in the index."),
    Column::new("benchmark", "By market cap", |row: &BrinsonOfSector| {
        Value::Number(row.mean_benchmark_weight, Form::Percent)
    })
    .defined("Mean weight where the same members are weighted by market cap."),
    Column::new("allocation", "Allocation", |row: &BrinsonOfSector| Value::Number(row.allocation, Form::Change))
        .defined("By weighing the sector differently: (w − b) · (sector's benchmark return − benchmark return)."),
    Column::new("selection", "Selection", |row: &BrinsonOfSector| Value::Number(row.selection, Form::Change))
        .defined("By weighing its members differently: b · (sector's return − sector's benchmark return)."),
    Column::new("interaction", "Interaction", |row: &BrinsonOfSector| Value::Number(row.interaction, Form::Change))
        .defined("By both at once: (w − b) · (sector's return − sector's benchmark return)."),
    Column::new("total", "Total", |row: &BrinsonOfSector| Value::Number(row.total, Form::Change)),
];

fn whole(count: usize) -> Value {
    Value::number(u32::try_from(count).ok().map(f64::from), Form::Whole)
}

/// The part of the page.
pub(super) fn attribution() -> AnyView {
    let link = asked("/index-attribution", &[], BRIDGED);
    let answer = load(move || Some(link.get()), |link| async move { api::get::<IndexAttribution>(&link).await });
    let ends = move || answer.value().map(|of| (of.start_date, of.end_date));
    view! {
        <div class="tools">
            <SpanFields ends=Signal::derive(ends) />
        </div>
        {states(answer, 70.0, Some(ViewFn::from(nothing_built)), move |of| view! { <Ready of=of link=link /> }.into_any())}
    }
    .into_any()
}

#[component]
fn Ready(#[prop(into)] of: Signal<Arc<IndexAttribution>>, link: Memo<String>) -> impl IntoView {
    let synthetic = Synthetic::here();
    Effect::new(move |_| synthetic.note(of.with(|of| of.synthetic)));
    let text = move |read: fn(&IndexAttribution) -> String| Signal::derive(move || of.with(|of| read(of)));
    let curl = move || Export::curl(move || link.get_untracked());
    let whole = Signal::derive(move || Some(link.get()));
    let bars = Signal::derive(move || {
        let bar = |sector: &ContributionOfSector| Bar {
            name: sector_name(sector.sector.as_ref()),
            value: sector.contribution,
            notes: vec![("Mean weight".to_owned(), format::number(sector.mean_weight, Form::Percent))],
        };
        of.with(|of| of.sectors.iter().map(bar).collect::<Vec<_>>())
    });
    let effects = Signal::derive(move || {
        let bar = |sector: &BrinsonOfSector| Bar {
            name: sector_name(sector.sector.as_ref()),
            value: sector.total,
            notes: [
                ("Allocation", sector.allocation),
                ("Selection", sector.selection),
                ("Interaction", sector.interaction),
            ]
            .map(|(name, value)| (name.to_owned(), format::number(value, Form::Change)))
            .to_vec(),
        };
        of.with(|of| of.against_cap_weight.sectors.iter().map(bar).collect::<Vec<_>>())
    });
    let members = Signal::derive(move || Arc::new(of.with(|of| of.members.clone())));
    let sectors = Signal::derive(move || Arc::new(of.with(|of| of.sectors.clone())));
    let brinson = Signal::derive(move || Arc::new(of.with(|of| of.against_cap_weight.sectors.clone())));
    view! {
        {warnings(move || of.with(|of| of.warnings.clone()))}
        <dl class="figures">
            <Figure
                name="Return"
                definition="Of the range, compounded from the stored returns."
                value=text(|of| format::number(of.period_return, Form::Change))
                direction=Signal::derive(move || format::direction(Some(of.with(|of| of.period_return))))
            />
            <Figure
                name="Sum of contributions"
                definition="Linked over the sessions by the level, so that nothing remains unexplained; it agrees with the return to 1e-12."
                value=text(|of| format::number(of.sum_of_contributions, Form::Change))
                remark=text(|of| if of.agrees { "agrees with the return".to_owned() } else { "does not agree".to_owned() })
            />
            <Figure
                name="By market cap"
                definition="What the same members would have returned, weighted by market cap."
                value=text(|of| format::number(of.against_cap_weight.benchmark_return, Form::Change))
                direction=Signal::derive(move || format::direction(Some(of.with(|of| of.against_cap_weight.benchmark_return))))
            />
            <Figure
                name="Difference"
                definition="The return less the one by market cap; the effects by sector sum to it."
                value=text(|of| format::number(of.against_cap_weight.difference, Form::Change))
                direction=Signal::derive(move || format::direction(Some(of.with(|of| of.against_cap_weight.difference))))
            />
        </dl>
        <div class="columns">
            <ChartFrame
                title=Signal::derive(|| "Contribution by sector".to_owned())
                file=Signal::derive(|| "sector-contributions".to_owned())
                exports=vec![whole_workbook(whole, "attribution"), curl()]
                table=ViewFn::from(move || {
                    view! { <DataTable name="sectors" caption=Signal::derive(|| "Contributions by sector".to_owned()) rows=sectors columns=SECTORS.to_vec() /> }
                })
            >
                <BarChart
                    label=Signal::derive(|| "What each sector added to the return".to_owned())
                    bars=bars
                    value_name="Contribution"
                    form=Form::Change
                />
            </ChartFrame>
            <ChartFrame
                title=Signal::derive(|| "Difference to market-cap weights".to_owned())
                file=Signal::derive(|| "brinson-fachler".to_owned())
                exports=vec![curl()]
                table=ViewFn::from(move || {
                    view! { <DataTable name="effects" caption=Signal::derive(|| "Effects by sector".to_owned()) rows=brinson columns=BRINSON.to_vec() /> }
                })
            >
                <BarChart
                    label=Signal::derive(|| "What each sector explains of the difference to market-cap weights".to_owned())
                    bars=effects
                    value_name="Total effect"
                    form=Form::Change
                />
            </ChartFrame>
        </div>
        <section class="panel">
            <header class="panel-head">
                <h2>"Brinson–Fachler against market-cap weights"</h2>
            </header>
            <DataTable
                name="brinson"
                caption=Signal::derive(|| "Allocation, selection and interaction by sector".to_owned())
                rows=brinson
                columns=BRINSON.to_vec()
                exports=vec![curl()]
            />
        </section>
        <section class="panel">
            <header class="panel-head">
                <h2>"Members"</h2>
            </header>
            <DataTable
                name="contributions"
                caption=Signal::derive(|| "What each member added to the return".to_owned())
                rows=members
                columns=MEMBERS.to_vec()
                sorted="-contribution"
                filterable=true
                exports=vec![curl()]
            />
        </section>
    }
}
