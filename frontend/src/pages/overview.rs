//! `/`: where the index stands.

use leptos::prelude::*;

use crate::api::{self, Failure, Performance};
use crate::components::figure::Figure;
use crate::components::notice::Notice;
use crate::format;

/// The latest level, return and date of the default index.
#[component]
pub(crate) fn Overview() -> impl IntoView {
    let attempt = RwSignal::new(0_u32);
    let performance = LocalResource::new(move || {
        attempt.track();
        api::performance()
    });
    let retry = move || attempt.update(|count| *count += 1);
    view! {
        <h1>"Top 100, equal-weighted"</h1>
        {move || match performance.get() {
            None => view! { <p class="loading" role="status">"Loading the index …"</p> }.into_any(),
            Some(Ok(report)) => latest(&report),
            Some(Err(Failure::Absent(message))) => empty(&message),
            Some(Err(Failure::Failed(message))) => {
                view! { <Notice title="The index could not be loaded" message retry /> }.into_any()
            }
        }}
    }
}

fn latest(report: &Performance) -> AnyView {
    let Some(session) = report.data.last() else { return empty("The index has no session yet.") };
    let direction = match session.daily_return {
        Some(value) if value > 0.0 => "up",
        Some(value) if value < 0.0 => "down",
        _ => "flat",
    };
    view! {
        {report.synthetic.then(|| view! { <p class="synthetic">"Synthetic: sample data, fictional companies"</p> })}
        <dl class="figures">
            <Figure name="Level" value=format::level(session.level) />
            <Figure name="Day" value=format::signed_percent(session.daily_return) direction />
            <Figure name="Session" value=session.date.clone() />
            <Figure name="Members" value=session.constituents.to_string() />
        </dl>
        <p class="source">{report.index.clone()}", "{report.data.len()}" sessions"</p>
    }
    .into_any()
}

fn empty(message: &str) -> AnyView {
    let message = message.to_owned();
    view! {
        <section class="empty">
            <h2>"No index yet"</h2>
            <p>{message}</p>
            <p>"Bring prices in, then build: " <code>"POST /build-index"</code>"."</p>
        </section>
    }
    .into_any()
}
