//! A session chosen from a calendar; days without trading cannot be.

mod month;

use domain::calendar::{is_session, next_session, previous_session};
use domain::units::Day;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::components::term::next_id;
use crate::format;

/// The nearest session to a day in a direction, the day itself counting.
fn settle(day: Day, forward: bool) -> Option<Day> {
    if is_session(day) {
        return Some(day);
    }
    if forward { next_session(day) } else { previous_session(day) }
}

/// A button with the chosen session, its neighbours on either side, and a calendar. In the calendar arrow keys move by days
/// and weeks over the sessions, Page Up and Page Down by months; Escape closes it.
#[component]
pub(crate) fn DatePicker(
    /// What is chosen.
    label: &'static str,
    /// The session that is chosen.
    #[prop(into)]
    value: Signal<Option<Day>>,
    /// The first and the last session that can be.
    #[prop(into)]
    bounds: Signal<Option<(Day, Day)>>,
    /// Takes a choice.
    choose: Callback<Day>,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let at = RwSignal::new(None::<Day>);
    let place = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let id = next_id("calendar");
    let is_allowed =
        move |day: Day| is_session(day) && bounds.get().is_none_or(|(first, last)| (first..=last).contains(&day));
    let clamp = move |day: Day| bounds.get_untracked().map_or(day, |(first, last)| day.clamp(first, last));
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let target = event_target::<web_sys::Node>(&event);
        if is_open.get_untracked() && place.get_untracked().is_some_and(|place| !place.contains(Some(&target))) {
            is_open.set(false);
        }
    });
    on_cleanup(move || outside.remove());
    let focus_day = move || {
        request_animation_frame(move || {
            let Some(place) = place.get_untracked() else { return };
            if let Ok(Some(day)) = place.query_selector("td button[tabindex='0']") {
                let _ = day.unchecked_into::<web_sys::HtmlElement>().focus();
            }
        });
    };
    let close = move || {
        is_open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let open = move || {
        let start = value.get_untracked().or_else(|| bounds.get_untracked().map(|(_, last)| last));
        at.set(start);
        is_open.set(true);
        focus_day();
    };
    let take = move |day: Day| {
        choose.run(day);
        close();
    };
    let beside = move |forward: bool| {
        let day = value.get()?;
        let day = if forward { next_session(day) } else { previous_session(day) }?;
        is_allowed(day).then_some(day)
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let Some(now) = at.get_untracked() else { return };
        let target = match event.key().as_str() {
            "ArrowLeft" => previous_session(now),
            "ArrowRight" => next_session(now),
            "ArrowUp" => settle(now.plus(-7), false),
            "ArrowDown" => settle(now.plus(7), true),
            "PageUp" => settle(month::first_of_month(now, -1), true),
            "PageDown" => settle(month::first_of_month(now, 1), true),
            "Home" => settle(month::first_of_month(now, 0), true),
            "End" => settle(month::first_of_month(now, 1).plus(-1), false),
            "Escape" => {
                event.prevent_default();
                return close();
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(target) = target {
            at.set(Some(clamp(target)));
            focus_day();
        }
    };
    let turn = move |by: i32| {
        if let Some(now) = at.get_untracked() {
            at.set(settle(month::first_of_month(now, by), true).map(clamp));
        }
    };
    let calendar = move || {
        let now = at.get()?;
        let rows = month::weeks(now.year(), now.month()).into_iter().map(|week| {
            let cells = week.into_iter().map(|day| match day {
                None => view! { <td></td> }.into_any(),
                Some(day) => {
                    let tabindex = if day == now { "0" } else { "-1" };
                    let chosen = (value.get() == Some(day)).then_some("date");
                    view! {
                        <td>
                            <button
                                type="button"
                                tabindex=tabindex
                                disabled=!is_allowed(day)
                                aria-label=format::day(day)
                                aria-current=chosen
                                on:click=move |_| take(day)
                            >
                                {day.day_of_month()}
                            </button>
                        </td>
                    }
                    .into_any()
                }
            });
            view! { <tr>{cells.collect_view()}</tr> }
        });
        let weekdays = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].map(|name| view! { <th scope="col">{name}</th> });
        Some(view! {
            <div class="month">
                <button type="button" class="button quiet" aria-label="Previous month" on:click=move |_| turn(-1)>
                    "‹"
                </button>
                <strong aria-live="polite">{format::month(now.month())}" "{now.year()}</strong>
                <button type="button" class="button quiet" aria-label="Next month" on:click=move |_| turn(1)>
                    "›"
                </button>
            </div>
            <table>
                <thead>
                    <tr>{weekdays.collect_view()}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        })
    };
    view! {
        <div class="date-picker" node_ref=place role="group" aria-label=label>
            <span class="field-name" aria-hidden="true">
                {label}
            </span>
            <button
                type="button"
                class="button quiet"
                aria-label="Session before"
                disabled=move || beside(false).is_none()
                on:click=move |_| {
                    if let Some(day) = untrack(|| beside(false)) {
                        choose.run(day);
                    }
                }
            >
                "‹"
            </button>
            <button
                type="button"
                class="button date"
                node_ref=button
                aria-haspopup="dialog"
                aria-expanded=move || is_open.get().to_string()
                aria-controls=id.clone()
                on:click=move |_| if is_open.get_untracked() { close() } else { open() }
            >
                {move || value.get().map_or_else(|| "Choose…".to_owned(), format::day)}
            </button>
            <button
                type="button"
                class="button quiet"
                aria-label="Session after"
                disabled=move || beside(true).is_none()
                on:click=move |_| {
                    if let Some(day) = untrack(|| beside(true)) {
                        choose.run(day);
                    }
                }
            >
                "›"
            </button>
            <div class="calendar" id=id role="dialog" aria-label=label hidden=move || !is_open.get() on:keydown=key>
                {calendar}
            </div>
        </div>
    }
}
