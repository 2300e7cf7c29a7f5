//! `/app/build`: choose an index and a range, watch it being built, see what came of it.

mod parts;

use std::sync::Arc;

use domain::api::{BuildIndex, BuiltIndex, Coverage};
use domain::units::{Day, DayRange};
use futures::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::address::Address;
use crate::api;
use crate::components::figure::Figure;
use crate::components::states::{Failed, states};
use crate::components::synthetic::Synthetic;
use crate::components::term::Term;
use crate::format::{self, Form};
use crate::load::{Failure, load};
use crate::pages::Indices;
use crate::query::Query;
use parts::{Tally, parts};

/// The page.
pub(crate) fn build() -> AnyView {
    let coverage = load(|| Some(()), |()| api::coverage());
    view! {
        <div class="page-head">
            <h1>"Build"</h1>
        </div>
        {states(coverage, 30.0, None, |coverage| view! { <Form coverage=coverage /> }.into_any())}
    }
    .into_any()
}

/// A field of the form: its name in the address and in the request, its heading, what it means, its values.
struct Choice {
    name: &'static str,
    title: &'static str,
    definition: &'static str,
    values: &'static [(&'static str, &'static str)],
}

const CHOICES: [Choice; 5] = [
    Choice {
        name: "weighting",
        title: "Weights",
        definition: "How members are weighted when they are chosen.",
        values: &[
            ("equal", "equal"),
            ("cap", "by market cap"),
            ("capped", "by market cap, at most 5 %"),
            ("inverse_volatility", "inverse to volatility"),
            ("erc", "equal risk contribution"),
            ("min_variance", "minimum variance"),
            ("sector_equal", "sectors the same"),
        ],
    },
    Choice {
        name: "rebalance",
        title: "Rebalance",
        definition: "At which closes members are chosen and weights set.",
        values: &[("daily", "daily"), ("weekly", "weekly"), ("monthly", "monthly"), ("quarterly", "quarterly")],
    },
    Choice {
        name: "return_type",
        title: "Return",
        definition: "What becomes of dividends: left out, reinvested, reinvested after tax.",
        values: &[("price", "price"), ("total", "total"), ("net", "net")],
    },
    Choice {
        name: "share_classes",
        title: "Share classes",
        definition: "Company: the lines of an issuer count as one, by the sum of their market caps.",
        values: &[("line", "each line"), ("company", "company")],
    },
    Choice {
        name: "quality",
        title: "Suspicious data",
        definition: "What is made of it: not looked for; told and kept with each session; nothing is built; another index, ranked by repaired market caps.",
        values: &[
            ("pass", "is not looked for"),
            ("flag", "is flagged"),
            ("block", "blocks the build"),
            ("repair", "is repaired"),
        ],
    },
];

/// The first and the last session to build, where they are chosen.
type Ends = (Option<Day>, Option<Day>);

/// What the address asks to build, without the range.
fn asked(address: Address) -> BuildIndex {
    let text = |name: &str| address.peek(name);
    let number = |name: &str| text(name).and_then(|text| text.parse().ok());
    BuildIndex {
        top_n: number("top_n"),
        buffer: number("buffer"),
        weighting: text("weighting"),
        rebalance: text("rebalance"),
        return_type: text("return_type"),
        share_classes: text("share_classes"),
        universe: text("universe").map(|list| {
            list.split([',', ' '])
                .filter(|ticker| !ticker.is_empty())
                .map(|ticker| ticker.trim().to_uppercase())
                .collect()
        }),
        gaps: text("gaps"),
        quality: text("quality"),
        ..BuildIndex::default()
    }
}

/// Where a build stands.
#[derive(Clone, Default)]
struct Progress {
    done: usize,
    all: usize,
    tally: Tally,
    last: Option<BuiltIndex>,
    failure: Option<Failure>,
    is_running: bool,
    was_cancelled: bool,
}

#[component]
fn Form(#[prop(into)] coverage: Signal<Arc<Coverage>>) -> impl IntoView {
    let address = Address::here();
    let synthetic = Synthetic::here();
    Effect::new(move |_| synthetic.note(coverage.with(|coverage| coverage.synthetic)));
    let Indices(indices) = expect_context();
    let (from, to) = (address.param("from"), address.param("to"));
    let ends = Memo::new(move |_| {
        let held = coverage.with(|coverage| coverage.first_session.zip(coverage.last_session));
        let day = |text: Option<String>| text.and_then(|text| text.parse::<Day>().ok());
        (day(from.get()).or(held.map(|held| held.0)), day(to.get()).or(held.map(|held| held.1)))
    });
    let progress = RwSignal::new(Progress::default());
    let running = StoredValue::new(None::<AbortHandle>);
    let stop = move || {
        if let Some(handle) = running.get_value() {
            handle.abort();
        }
    };
    on_cleanup(stop);
    let start = move || {
        let (Some(from), Some(to)) = ends.get_untracked() else {
            let failure = Failure::of("No range", "Choose the first and the last session to build.");
            return progress.set(Progress { failure: Some(failure), ..Progress::default() });
        };
        let Some(range) = DayRange::new(from, to) else {
            let failure = Failure::of("Reversed range", "The first session must not be after the last one.");
            return progress.set(Progress { failure: Some(failure), ..Progress::default() });
        };
        let pieces = parts(range);
        let request = asked(address);
        progress.set(Progress { all: pieces.len(), is_running: true, ..Progress::default() });
        let (work, handle) = abortable(async move {
            for piece in pieces {
                let request =
                    BuildIndex { start_date: Some(piece.first()), end_date: Some(piece.last()), ..request.clone() };
                match api::build(&request).await {
                    Ok(built) => progress.update(|progress| {
                        progress.done += 1;
                        progress.tally.add(&built);
                        progress.last = Some(built);
                    }),
                    // A part of the range that holds nothing does not spoil the others.
                    Err(failure) if failure.code == "no_data" => progress.update(|progress| {
                        progress.done += 1;
                        progress.tally.empty_parts += 1;
                    }),
                    Err(failure) => return Err(failure),
                }
            }
            Ok(())
        });
        running.set_value(Some(handle));
        spawn_local(async move {
            let ended = work.await;
            let _ = progress.try_update(|progress| {
                progress.is_running = false;
                match ended {
                    Ok(Ok(())) if progress.last.is_none() => {
                        let detail = "No prices are held in this range: bring some in on the page Data.";
                        progress.failure = Some(Failure::of("Nothing to build from", detail));
                    }
                    Ok(Ok(())) => {}
                    Ok(Err(failure)) => progress.failure = Some(failure),
                    Err(_) => progress.was_cancelled = true,
                }
            });
            indices.again();
        });
    };
    let write = move |name: &'static str, default: &'static str| {
        move |event: web_sys::Event| {
            let text = event_target_value(&event).trim().to_owned();
            address.adjust(&[(name, (text != default && !text.is_empty()).then_some(text))]);
        }
    };
    let choices = CHOICES.iter().map(|choice| {
        let now = address.param(choice.name);
        let default = choice.values[0].0;
        let options = choice.values.iter().map(|(value, name)| {
            let is_chosen = move || now.get().as_deref().unwrap_or(default) == *value;
            view! { <option value=*value selected=is_chosen>{*name}</option> }
        });
        view! {
            <div class="form-field">
                <Term word=choice.title definition=choice.definition />
                <select aria-label=choice.title on:change=write(choice.name, default)>
                    {options.collect_view()}
                </select>
            </div>
        }
    });
    let number = |name: &'static str,
                  title: &'static str,
                  definition: &'static str,
                  default: &'static str,
                  least: &'static str| {
        let now = address.param(name);
        view! {
            <div class="form-field">
                <Term word=title definition=definition />
                <input
                    type="number"
                    aria-label=title
                    min=least
                    max="1000"
                    prop:value=move || now.get().unwrap_or_else(|| default.to_owned())
                    on:change=write(name, default)
                />
            </div>
        }
    };
    let end = |name: &'static str, title: &'static str, value: fn(Ends) -> Option<Day>| {
        view! {
            <div class="form-field">
                <span class="field-name">{title}</span>
                <input
                    type="date"
                    aria-label=title
                    prop:value=move || value(ends.get()).map_or_else(String::new, |day| day.to_string())
                    on:change=write(name, "")
                />
            </div>
        }
    };
    let universe = address.param("universe");
    let bridge = address.param("gaps");
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"What to build"</h2>
            </header>
            <form
                class="build-form"
                on:submit=move |event| {
                    event.prevent_default();
                    start();
                }
            >
                {end("from", "First session", |ends| ends.0)} {end("to", "Last session", |ends| ends.1)}
                {number("top_n", "Members", "How many of the largest are chosen, 1 to 1000.", "100", "1")}
                {choices.collect_view()}
                {number("buffer", "Buffer", "A member stays while its rank is at most members + buffer.", "0", "0")}
                <div class="form-field wide">
                    <Term word="Universe" definition="Only these tickers may be chosen, separated by commas; empty is the whole market." />
                    <input
                        type="text"
                        aria-label="Universe"
                        placeholder="the whole market"
                        prop:value=move || universe.get().unwrap_or_default()
                        on:change=write("universe", "")
                    />
                </div>
                <label class="check wide">
                    <input
                        type="checkbox"
                        prop:checked=move || bridge.get().is_some()
                        on:change=move |event| {
                            address.adjust(&[("gaps", event_target_checked(&event).then(|| "bridge".to_owned()))]);
                        }
                    />
                    "Let the last held session stand for missing ones (bridge gaps)"
                </label>
                <div class="wide tools">
                    <button type="submit" class="button primary" disabled=move || progress.with(|now| now.is_running)>
                        "Build"
                    </button>
                    <Show when=move || progress.with(|now| now.is_running)>
                        <button type="button" class="button" on:click=move |_| stop()>
                            "Cancel"
                        </button>
                    </Show>
                </div>
            </form>
        </section>
        <Outcome progress=progress retry=start />
    }
}

#[component]
fn Outcome(progress: RwSignal<Progress>, retry: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let bar = move || {
        let (done, all, is_running, was_cancelled) =
            progress.with(|now| (now.done, now.all, now.is_running, now.was_cancelled));
        let text = match (is_running, was_cancelled) {
            (true, _) => format!(
                "Part {} of {all}: {} sessions built",
                (done + 1).min(all),
                progress.with(|now| now.tally.sessions)
            ),
            (false, true) => format!("Cancelled after {done} of {all} parts; what was built is kept."),
            (false, false) => return None,
        };
        Some(view! {
            <section class="panel">
                <p role="status">{text}</p>
                <progress max=all.to_string() value=done.to_string() aria-label="Build progress"></progress>
            </section>
        })
    };
    let failed = move || {
        progress.with(|now| now.failure.clone()).map(|failure| view! { <Failed failure=failure retry=retry /> })
    };
    let result = move || {
        let now = progress.get();
        let built = now.last.filter(|_| !now.is_running)?;
        let index = Query::default().with("index", Some(built.index.clone()));
        let (overview, composition) = (index.after("/"), index.after("/app/composition"));
        let missing = now.tally.missing.len();
        let missing_days: Vec<String> = now.tally.missing.iter().take(20).cloned().collect();
        let warnings = now.tally.warnings.iter().map(|warning| view! { <li>{warning.clone()}</li> }).collect_view();
        let has_warnings = !now.tally.warnings.is_empty();
        let cost = now.tally;
        Some(view! {
            <section class="panel" aria-label="Result">
                <header class="panel-head">
                    <h2>{built.index.clone()}</h2>
                    <a href=overview>"Open its overview"</a>
                    <a href=composition>"Open its composition"</a>
                </header>
                {has_warnings.then(|| view! { <ul class="warnings">{warnings}</ul> })}
                <dl class="figures">
                    <Figure name="Sessions" definition="How many sessions were built." value=format::count(cost.sessions) />
                    <Figure
                        name="Missing"
                        definition="Sessions of the exchange in the range for which no data is held; they were not built."
                        value=format::count(missing)
                        remark=missing_days.join(", ")
                    />
                    <Figure
                        name="Data version"
                        definition="The version of the stored data after the build."
                        value=format::count(built.data_version)
                    />
                    <Figure
                        name="Rows written"
                        definition="As the platform bills them; 0 where nothing changed."
                        value=format::count(cost.rows_written)
                        remark=format!("{} read", format::number(cost.rows_read_shown(), Form::Compact))
                    />
                </dl>
            </section>
        })
    };
    view! {
        {bar}
        {failed}
        {result}
    }
}
