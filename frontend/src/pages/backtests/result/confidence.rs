//! What chance could have made of a run, and what other fills would have.

use std::sync::Arc;

use domain::api::{BacktestConfidence, ConfidenceInterval};
use domain::stats::{Unit, definitions};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Read;
use crate::address::Address;
use crate::api;
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::states::{Failed, states};
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::{Failure, load};

/// A statistic's heading and form; its own name where there is no definition of it.
fn shown(of: &ConfidenceInterval) -> (String, Form) {
    let found = definitions().iter().find(|definition| definition.name == of.statistic);
    found.map_or_else(
        || (of.statistic.clone(), Form::Fine),
        |of| (of.title.to_owned(), if of.unit == Unit::Fraction { Form::Percent } else { Form::Decimal }),
    )
}

const COLUMNS: [Column<ConfidenceInterval>; 4] = [
    Column::new("name", "Statistic", |of: &ConfidenceInterval| Value::Text(shown(of).0)),
    Column::new("low", "2.5 %", |of: &ConfidenceInterval| Value::Number(of.low, shown(of).1))
        .defined("Below this lie 2.5 of 100 samples of the run's own sessions."),
    Column::new("value", "Run", |of: &ConfidenceInterval| Value::Number(of.value, shown(of).1)),
    Column::new("high", "97.5 %", |of: &ConfidenceInterval| Value::Number(of.high, shown(of).1))
        .defined("Above this lie 2.5 of 100 samples of the run's own sessions."),
];

type Number = fn(&BacktestConfidence) -> Option<f64>;

const FIGURES: [(&str, Form, &str, Number); 4] = [
    (
        "Chance of the mean",
        Form::Percent,
        "How often a strategy without any mean return would look as good: the stationary bootstrap's one-sided p-value.",
        |of| of.mean_return_p_value,
    ),
    (
        "Chance of the trades",
        Form::Percent,
        "How often the total profit would be as high, were each trade as likely to lose what it made.",
        |of| of.trade_sign_p_value,
    ),
    (
        "Probabilistic Sharpe",
        Form::Percent,
        "The probability that the true Sharpe ratio is above zero (Bailey and López de Prado).",
        |of| of.probabilistic_sharpe,
    ),
    ("Sessions for 95 %", Form::Whole, "How long the record would have to be for that probability to be 95 %.", |of| {
        of.minimum_sessions
    }),
];

/// Asked for only when wanted: it draws a thousand samples.
#[component]
pub(super) fn Confidence(read: Read, is_owner: bool) -> impl IntoView {
    let address = Address::here();
    let is_asked = address.param("chance");
    let link = move || read.link("/confidence");
    let found = load(
        move || is_asked.get().map(|_| ()),
        move |()| async move { api::backtest_confidence(read.id, read.share.get_value()).await },
    );
    let failed = RwSignal::new(None::<Failure>);
    let is_busy = RwSignal::new(false);
    let try_fills = move || {
        is_busy.set(true);
        failed.set(None);
        spawn_local(async move {
            match api::fill_sensitivity(read.id).await {
                Ok(sweep) => address.set(&[("run", None), ("chance", None), ("sweep", Some(sweep.id.to_string()))]),
                Err(failure) => drop(failed.try_set(Some(failure))),
            }
            is_busy.try_set(false);
        });
    };
    let ready = move |of: Signal<Arc<BacktestConfidence>>| {
        let figures = FIGURES.iter().map(|(name, form, definition, number)| {
            let value = Signal::derive(move || format::optional(of.with(|of| number(of)), *form));
            view! { <Figure name=*name definition=*definition value=value /> }
        });
        view! {
            <dl class="figures">{figures.collect_view()}</dl>
            <DataTable
                name="intervals"
                caption=Signal::derive(|| "Where each statistic lies in 95 of 100 samples of the run's sessions".to_owned())
                rows=Signal::derive(move || Arc::new(of.with(|of| of.intervals.clone())))
                columns=COLUMNS.to_vec()
                none="Too few sessions to draw samples from."
                exports=vec![Export::curl(link)]
            />
        }
        .into_any()
    };
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"How far it can be believed"</h2>
                <Show when=move || is_asked.get().is_none()>
                    <button
                        type="button"
                        class="button quiet"
                        on:click=move |_| address.set(&[("chance", Some("1".to_owned()))])
                    >
                        "Compare with chance"
                    </button>
                </Show>
                {is_owner.then(|| view! {
                    <button type="button" class="button quiet" disabled=is_busy on:click=move |_| try_fills()>
                        "Try other fills"
                    </button>
                })}
            </header>
            {move || failed.get().map(|failure| view! { <Failed failure=failure retry=try_fills /> })}
            {move || is_asked.get().map(|_| states(found, 24.0, None, ready))}
        </section>
    }
}
