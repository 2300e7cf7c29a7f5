//! The numbers of a run: figures, statistics with their definitions, causes of the profit, quality of the data, parameters.

use std::sync::Arc;

use domain::api::{Backtest, Reproduction};
use domain::backtest::{Report, TradeStatistics};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Read;
use crate::api;
use crate::components::chart::{Bar, BarChart, ChartFrame};
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::states::Failed;
use crate::components::table::{Column, DataTable, Value};
use crate::components::term::Term;
use crate::format::{self, Form};
use crate::load::Failure;

/// A statistic of account and trades: its heading, its form, what it means, its value.
pub(in super::super) struct Statistic {
    pub title: &'static str,
    pub form: Form,
    pub definition: &'static str,
    pub value: fn(&TradeStatistics) -> Option<f64>,
}

const fn statistic(
    title: &'static str,
    form: Form,
    value: fn(&TradeStatistics) -> Option<f64>,
    definition: &'static str,
) -> Statistic {
    Statistic { title, form, definition, value }
}

/// All of them, in the order in which they are shown.
#[rustfmt::skip]
pub(in super::super) const STATISTICS: &[Statistic] = &[
    statistic("Total return", Form::Change, |of| Some(of.total_return), "Final equity / capital − 1."),
    statistic("CAGR", Form::Change, |of| of.cagr, "(1 + total return)^(252/n) − 1; undefined when everything or more is lost."),
    statistic("Sharpe ratio", Form::Decimal, |of| of.sharpe, "Mean daily return / its sample deviation · √252."),
    statistic("Sortino ratio", Form::Decimal, |of| of.sortino, "Mean daily return · √252 / the root mean square of the losses of all sessions."),
    statistic("Maximum drawdown", Form::Percent, |of| Some(of.max_drawdown), "The deepest fall below the running peak, the capital included."),
    statistic("Calmar ratio", Form::Decimal, |of| of.calmar, "CAGR / the depth of the drawdown."),
    statistic("Volatility", Form::Percent, |of| Some(of.annual_volatility), "Sample deviation of the daily returns · √252."),
    statistic("Final equity", Form::Decimal, |of| Some(of.final_equity), "Equity at the last session."),
    statistic("Sessions", Form::Whole, |of| Some(f64::from(of.trading_days)), "Sessions with a chain."),
    statistic("Trades", Form::Whole, |of| Some(f64::from(of.trades)), "Packages closed."),
    statistic("Win rate", Form::Percent, |of| of.win_rate, "Trades with a profit after fees / all trades."),
    statistic("Profit factor", Form::Decimal, |of| of.profit_factor, "Σ profits of the winners / Σ losses of the losers; undefined without a loss."),
    statistic("Mean trade", Form::Decimal, |of| of.avg_trade, "Mean profit of a trade after fees."),
    statistic("Mean win", Form::Decimal, |of| Some(of.avg_win), "Mean profit of the winners."),
    statistic("Mean loss", Form::Decimal, |of| Some(of.avg_loss), "Mean profit of the losers, negative."),
    statistic("Expectancy", Form::Decimal, |of| of.expectancy, "Win rate · mean win + loss rate · mean loss."),
    statistic("Total profit", Form::Decimal, |of| Some(of.total_pnl), "Σ profits of the trades after fees."),
    statistic("Fees", Form::Decimal, |of| Some(of.total_commissions), "Σ fees of the trades."),
    statistic("Slippage", Form::Decimal, |of| Some(of.total_slippage), "Σ of what fills cost against mids."),
    statistic("Mean days held", Form::Decimal, |of| of.avg_days_held, "Mean calendar days from entry to exit."),
    statistic("Mean return on margin", Form::Change, |of| of.avg_return_on_margin, "Mean of the profits against what had to be kept at the entry."),
    statistic("Most wins in a row", Form::Whole, |of| Some(f64::from(of.most_wins_in_a_row)), "The longest run of winners."),
    statistic("Most losses in a row", Form::Whole, |of| Some(f64::from(of.most_losses_in_a_row)), "The longest run of losers."),
];

/// Those that stand above everything.
const HEADLINE: [&str; 8] =
    ["Final equity", "Total return", "CAGR", "Sharpe ratio", "Maximum drawdown", "Trades", "Win rate", "Profit factor"];

fn report_of<T: Default>(run: Signal<Arc<Backtest>>, read: impl FnOnce(&Report) -> T) -> T {
    run.with(|run| run.report.as_ref().map(read)).unwrap_or_default()
}

/// What a reader should know.
#[component]
pub(super) fn Warnings(run: Signal<Arc<Backtest>>) -> impl IntoView {
    move || {
        let warnings = report_of(run, |report| report.warnings.clone());
        (!warnings.is_empty()).then(|| {
            let lines = warnings.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
            view! { <ul class="warnings">{lines}</ul> }
        })
    }
}

#[component]
pub(super) fn Headline(run: Signal<Arc<Backtest>>) -> impl IntoView {
    let figures = HEADLINE.iter().filter_map(|title| STATISTICS.iter().find(|of| of.title == *title)).map(|of| {
        let value = move || report_of(run, |report| (of.value)(&report.statistics));
        let direction = Signal::derive(move || match of.form {
            Form::Change => format::direction(value()),
            _ => "flat",
        });
        view! {
            <Figure
                name=of.title
                definition=of.definition
                value=Signal::derive(move || format::optional(value(), of.form))
                direction=direction
            />
        }
    });
    view! { <dl class="figures eight">{figures.collect_view()}</dl> }
}

struct Measured {
    title: String,
    formula: String,
    definition: String,
    value: Option<f64>,
    form: Form,
}

const COLUMNS: [Column<Measured>; 2] = [
    Column::new("name", "Statistic", |row: &Measured| Value::Text(row.title.clone())).drawn(|row: &Measured| {
        let (title, formula, definition) = (row.title.clone(), row.formula.clone(), row.definition.clone());
        view! { <Term word=title formula=formula definition=definition /> }.into_any()
    }),
    Column::new("value", "Value", |row: &Measured| Value::number(row.value, row.form)),
];

/// Those of account and trades, then those of the daily returns that are not among them.
fn measured(report: &Report) -> Vec<Measured> {
    let own = STATISTICS.iter().map(|of| Measured {
        title: of.title.to_owned(),
        formula: String::new(),
        definition: of.definition.to_owned(),
        value: (of.value)(&report.statistics),
        form: of.form,
    });
    let is_new = |title: &str| STATISTICS.iter().all(|of| of.title != title);
    let series = report.series.iter().filter(|of| is_new(&of.title) && of.value.is_some()).map(|of| Measured {
        title: of.title.clone(),
        formula: of.formula.clone(),
        definition: " of the daily returns".to_owned(),
        value: of.value,
        form: if of.unit == "fraction" { Form::Percent } else { Form::Fine },
    });
    own.chain(series).collect()
}

#[component]
pub(super) fn Statistics(run: Signal<Arc<Backtest>>) -> impl IntoView {
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"Statistics"</h2>
            </header>
            <DataTable
                name="statistics"
                caption=Signal::derive(|| "Statistics of the run".to_owned())
                rows=Signal::derive(move || Arc::new(report_of(run, measured)))
                columns=COLUMNS.to_vec()
                filterable=true
            />
        </section>
    }
}

#[derive(Clone, PartialEq)]
struct Named {
    name: String,
    value: f64,
}

const CAUSE_COLUMNS: [Column<Named>; 2] = [
    Column::new("name", "Cause", |row: &Named| Value::Text(row.name.clone())),
    Column::new("value", "Profit", |row: &Named| Value::Number(row.value, Form::Decimal)),
];

fn causes(report: &Report) -> Vec<Named> {
    let of = report.attribution;
    let all = [
        ("Delta", of.delta),
        ("Gamma", of.gamma),
        ("Theta", of.theta),
        ("Vega", of.vega),
        ("Fees", of.fees),
        ("Slippage", of.slippage),
        ("Residual", of.residual),
    ];
    all.into_iter().map(|(name, value)| Named { name: name.to_owned(), value }).collect()
}

/// What the profit came from, and why trades were closed.
#[component]
pub(super) fn Causes(run: Signal<Arc<Backtest>>) -> impl IntoView {
    let bars = Signal::derive(move || {
        let bar = |cause: Named| Bar { name: cause.name, value: cause.value, notes: Vec::new() };
        report_of(run, |report| causes(report).into_iter().map(bar).collect::<Vec<_>>())
    });
    let reasons = Signal::derive(move || {
        let named = |report: &Report| {
            let all = report.statistics.exit_reasons.iter();
            all.map(|(name, count)| Named { name: name.replace('_', " "), value: f64::from(*count) })
                .collect::<Vec<_>>()
        };
        Arc::new(report_of(run, named))
    });
    let reason_columns = vec![
        Column::new("name", "Exit reason", |row: &Named| Value::Text(row.name.clone())),
        Column::new("value", "Trades", |row: &Named| Value::Number(row.value, Form::Whole)),
    ];
    view! {
        <div class="diverging stack">
            <ChartFrame
                title=Signal::derive(|| "What the profit came from".to_owned())
                file=Signal::derive(|| "attribution".to_owned())
                table=ViewFn::from(move || {
                    let rows = Signal::derive(move || Arc::new(report_of(run, causes)));
                    view! {
                        <DataTable
                            name="causes"
                            caption=Signal::derive(|| "What the profit came from".to_owned())
                            rows=rows
                            columns=CAUSE_COLUMNS.to_vec()
                        />
                    }
                })
            >
                <BarChart
                    label=Signal::derive(|| "Profit by cause; the parts add up to the whole".to_owned())
                    bars=bars
                    value_name="Profit"
                    form=Form::Decimal
                />
            </ChartFrame>
            <section class="panel">
                <header class="panel-head">
                    <h2>"Exit reasons"</h2>
                </header>
                <DataTable
                    name="reasons"
                    caption=Signal::derive(|| "Trades by exit reason".to_owned())
                    rows=reasons
                    columns=reason_columns
                    none="No trade was closed."
                />
            </section>
        </div>
    }
}

const QUALITY_COLUMNS: [Column<Named>; 2] = [
    Column::new("name", "What", |row: &Named| Value::Text(row.name.clone())),
    Column::new("value", "Count", |row: &Named| Value::Number(row.value, Form::Whole)),
];

#[expect(clippy::cast_precision_loss, reason = "counts of quotes are far below 2^53")]
fn quality(report: &Report) -> Vec<Named> {
    let of = &report.data_quality;
    let counts = [
        ("Sessions with a chain", u64::from(of.sessions)),
        ("Sessions without one", u64::from(of.missing_sessions)),
        ("Quotes", of.quotes),
        ("Quotes without a usable ask", of.missing),
        ("Quotes without a bid", of.no_bid),
        ("Locked quotes (bid = ask)", of.locked),
        ("Crossed quotes (bid > ask)", of.crossed),
        ("Negative quotes", of.negative),
        ("Marks carried on for want of a quote", of.stale_marks),
        ("Days of the oldest such mark", u64::from(of.oldest_mark_days.unsigned_abs())),
    ];
    let rejections = report.rejections.0.iter().map(|(reason, count)| {
        let name = serde_json::to_value(reason).ok().and_then(|name| name.as_str().map(|name| name.replace('_', " ")));
        (format!("Not opened: {}", name.unwrap_or_default()), u64::from(*count))
    });
    let all = counts.into_iter().map(|(name, count)| (name.to_owned(), count)).chain(rejections);
    all.map(|(name, count)| Named { name, value: count as f64 }).collect()
}

/// What the data was like, what was asked for, and whether it gives the same again.
#[component]
pub(super) fn Quality(run: Signal<Arc<Backtest>>, read: Read) -> impl IntoView {
    let missing = move || {
        let days = report_of(run, |report| report.data_quality.missing_session_dates.clone());
        let days: Vec<String> = days.into_iter().map(format::day).collect();
        (!days.is_empty()).then(|| view! { <p class="muted">"Without a chain: "{days.join(", ")}</p> })
    };
    let parameters = move || run.with(|run| serde_json::to_string_pretty(&run.parameters).unwrap_or_default());
    let hashes = move || {
        report_of(run, |report| {
            let of = &report.hashes;
            format!(
                "engine {}\nparameters {}\ndata {}\nresults {}",
                of.engine_version, of.parameters, of.data, of.results
            )
        })
    };
    let found = RwSignal::new(None::<Result<Reproduction, Failure>>);
    let is_busy = RwSignal::new(false);
    let again = move || {
        is_busy.set(true);
        found.set(None);
        spawn_local(async move {
            let answer = api::reproduce_backtest(read.id, read.share.get_value()).await;
            is_busy.try_set(false);
            found.try_set(Some(answer));
        });
    };
    let said = move || match found.get()? {
        Ok(found) => {
            let text = match (found.reproduced, found.data_is_current) {
                (true, true) => "The same again, to the last bit.",
                (true, false) => "The same again, to the last bit; the chains held today are others.",
                (false, _) => "Not the same: a hash differs.",
            };
            Some(view! { <p role="status">{text}</p> }.into_any())
        }
        Err(failure) => Some(view! { <Failed failure=failure retry=again /> }.into_any()),
    };
    view! {
        <div class="columns">
            <section class="panel">
                <header class="panel-head">
                    <h2>"Data quality"</h2>
                </header>
                <DataTable
                    name="quality"
                    caption=Signal::derive(|| "Quality of the data that the run has seen".to_owned())
                    rows=Signal::derive(move || Arc::new(report_of(run, quality)))
                    columns=QUALITY_COLUMNS.to_vec()
                    exports=vec![Export::curl(move || read.link(""))]
                />
                {missing}
            </section>
            <section class="panel">
                <header class="panel-head">
                    <h2>"Parameters"</h2>
                    <button type="button" class="button quiet" disabled=is_busy on:click=move |_| again()>
                        "Run it again and compare"
                    </button>
                </header>
                {said}
                <pre class="code" tabindex="0" role="region" aria-label="The strategy, every default written out">
                    {parameters}
                </pre>
                <h3>"Hashes"</h3>
                <pre class="code" tabindex="0" role="region" aria-label="Hashes">
                    {hashes}
                </pre>
            </section>
        </div>
    }
}
