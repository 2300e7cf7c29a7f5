//! `/app/statistics`: everything that is measured of an index, with what each number means beside it.

mod rolling;
mod tables;

use std::sync::Arc;

use domain::api::{IndexStatistics, MonthReturn};
use domain::stats::MonthlyReturn;
use leptos::prelude::*;

use crate::address::Address;
use crate::api;
use crate::components::chart::{Bin, ChartFrame, Histogram};
use crate::components::export_menu::Export;
use crate::components::heat::{HeatRow, HeatTable};
use crate::components::states::states;
use crate::components::synthetic::Synthetic;
use crate::components::table::DataTable;
use crate::format::{self, Form};
use crate::load::load;
use crate::pages::{
    BenchmarkField, IndexField, SpanFields, chosen_index, chosen_span, index_name, nothing_built, warnings,
    whole_workbook,
};

/// The page.
pub(crate) fn statistics() -> AnyView {
    let (index, span) = (chosen_index(), chosen_span());
    let benchmark = Address::here().param("benchmark");
    let link = Memo::new(move |_| {
        let (from, to) = span.get();
        let day = |day: Option<domain::units::Day>| day.map(|day| day.to_string());
        let more = vec![
            ("start_date", day(from)),
            ("end_date", day(to)),
            ("gaps", Some("bridge".to_owned())),
            ("benchmark", benchmark.get()),
        ];
        api::research_link("/index-statistics", index.get(), more)
    });
    let page = load(move || Some(link.get()), |link| async move { api::get::<IndexStatistics>(&link).await });
    let ends = move || page.value().map(|page| (page.start_date, page.end_date));
    let ready = move |page| view! { <Ready page=page link=link /> }.into_any();
    view! {
        <div class="page-head">
            <h1>"Statistics"</h1>
            <IndexField label="Index" />
            <BenchmarkField label="Measured against" param="benchmark" has_indices=false />
            <SpanFields ends=Signal::derive(ends) />
        </div>
        {states(page, 90.0, Some(ViewFn::from(nothing_built)), ready)}
    }
    .into_any()
}

fn months(of: &[MonthReturn]) -> Vec<MonthlyReturn> {
    of.iter().map(|of| MonthlyReturn { year: of.year, month: of.month, value: of.value }).collect()
}

#[component]
fn Ready(#[prop(into)] page: Signal<Arc<IndexStatistics>>, link: Memo<String>) -> impl IntoView {
    let index = chosen_index();
    let synthetic = Synthetic::here();
    Effect::new(move |_| synthetic.note(page.with(|page| page.synthetic)));
    let curl = move || Export::curl(move || link.get_untracked());
    let whole = Signal::derive(move || Some(link.get()));
    let file =
        move |what: &'static str| Signal::derive(move || format!("{}-{what}", index_name(index.get().as_deref())));
    let rows = Signal::derive(move || Arc::new(page.with(|page| page.statistics.clone())));
    let falls = Signal::derive(move || Arc::new(page.with(|page| page.drawdowns.clone())));
    let bins = Signal::derive(move || {
        let bin = |bin: &domain::api::DistributionBin| {
            #[expect(clippy::cast_precision_loss, reason = "a number of sessions")]
            let count = bin.count as f64;
            Bin { from: bin.from, to: bin.to, count, expected: bin.normal }
        };
        Arc::new(page.with(|page| page.distribution.iter().map(bin).collect::<Vec<_>>()))
    });
    let month_names = (1..=12).map(format::month).chain(std::iter::once("Year".to_owned())).collect();
    let years = move || {
        let (names, values) = page
            .with(|page| page.yearly.iter().map(|of| (of.year.to_string(), of.value)).unzip::<_, _, Vec<_>, Vec<_>>());
        view! {
            <HeatTable
                name="years"
                caption="Returns by calendar year"
                corner="Year"
                columns=names
                rows=Signal::stored(vec![HeatRow { name: "Return".to_owned(), values }])
                has_total=false
            />
        }
    };
    view! {
        {warnings(move || page.with(|page| page.warnings.clone()))}
        <section class="panel">
            <header class="panel-head">
                <h2>"Every statistic"</h2>
                <span class="muted">
                    {move || page.with(|page| format!("{} – {}", format::day(page.start_date), format::day(page.end_date)))}
                </span>
            </header>
            <DataTable
                name="statistics"
                caption=Signal::derive(|| "Every statistic with its definition".to_owned())
                rows=rows
                columns=tables::STATISTICS.to_vec()
                filterable=true
                exports=vec![whole_workbook(whole, "statistics"), curl()]
            />
        </section>
        <rolling::Rolling page=page file=file("rolling") />
        <section class="panel">
            <header class="panel-head">
                <h2>"Monthly returns"</h2>
            </header>
            <HeatTable
                name="months"
                caption="Returns by year and month"
                corner="Year"
                columns=month_names
                rows=Signal::derive(move || page.with(|page| crate::pages::overview::month_rows(&months(&page.monthly))))
            />
        </section>
        <section class="panel">
            <header class="panel-head">
                <h2>"Yearly returns"</h2>
            </header>
            {years}
        </section>
        <ChartFrame
            title=Signal::derive(|| "Distribution of daily returns".to_owned())
            file=file("distribution")
            exports=vec![curl()]
            table=ViewFn::from(move || {
                view! {
                    <DataTable
                        name="distribution"
                        caption=Signal::derive(|| "Daily returns by size".to_owned())
                        rows=bins
                        columns=tables::BINS.to_vec()
                    />
                }
            })
        >
            <Histogram
                label=Signal::derive(|| "How many daily returns lie between two edges, beside a normal distribution of the same mean and deviation".to_owned())
                bins=bins
                names=("Sessions", "Normal distribution")
                form=Form::Change
            />
        </ChartFrame>
        <section class="panel">
            <header class="panel-head">
                <h2>"Deepest drawdowns"</h2>
            </header>
            <DataTable
                name="drawdowns"
                caption=Signal::derive(|| "Deepest drawdowns".to_owned())
                rows=falls
                columns=tables::DRAWDOWNS.to_vec()
                none="The index never fell below an earlier level in this range."
            />
        </section>
    }
}
