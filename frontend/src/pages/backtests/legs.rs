//! The legs of the draft.

use leptos::prelude::*;
use serde_json::{Value, json};

use domain::options::strategy::MOST_LEGS;

use super::draft::Draft;
use super::fields::{Choices, Field, FieldInput, Kind};
use super::place;

const SELECT_BY: Choices = &[
    ("delta", "delta"),
    ("otm_pct", "fraction out of the money"),
    ("atm", "at the money"),
    ("premium", "premium"),
    ("strike", "strike"),
    ("strike_offset", "points from a leg"),
    ("width", "width from a leg"),
    ("same_strike", "the strike of a leg"),
];

#[rustfmt::skip]
const SIDE: Field = Field::new("side", "Side", Kind::Choice(&[("buy", "buy"), ("sell", "sell")]), "Which side is opened.");
#[rustfmt::skip]
const TYPE: Field = Field::new("type", "Type", Kind::Choice(&[("c", "call"), ("p", "put"), ("s", "stock")]), "A call, a put, or the underlying itself.");
const RATIO: Field =
    Field::new("ratio", "Ratio", Kind::Number, "Contracts of this leg for each unit of the package; 1 by default.");
const BY: Field = Field::new("select.by", "Strike by", Kind::Choice(SELECT_BY), "By what the strike is chosen.");
const TARGET: Field = Field::new(
    "select.target",
    "Target",
    Kind::Number,
    "Delta: 0 to 1. Out of the money: 0.05 is 5 %. Premium and strike: in points.",
);
const REF_LEG: Field =
    Field::new("select.ref_leg", "Of leg", Kind::Number, "An earlier leg that is an option, counted from 0.");
const OFFSET: Field =
    Field::new("select.offset", "Points", Kind::Number, "Points from the other strike; of a width, further out.");
const MAX_DISTANCE: Field = Field::new(
    "select.max_distance",
    "Most distance",
    Kind::Number,
    "No entry when the nearest contract is further away, in the criterion's unit.",
);
const DTE: [Field; 3] = [
    Field::new("dte.target", "Own days", Kind::Number, "Days to expiration of this leg, instead of the strategy's."),
    Field::new("dte.min", "Own least", Kind::Number, "The fewest days of this leg."),
    Field::new("dte.max", "Own most", Kind::Number, "The most days of this leg."),
];

/// Chooses a leg's criterion: what it does not need goes, and what it needs begins with something sensible.
fn choose_by(leg: &mut Value, by: &str) {
    let mut select = json!({"by": by});
    let old = |name: &str| leg["select"].get(name).cloned();
    match by {
        "delta" => select["target"] = json!(0.3),
        "otm_pct" => select["target"] = json!(0.05),
        "premium" => select["target"] = json!(1),
        "strike" => select["target"] = json!(100),
        "strike_offset" | "width" => {
            select["ref_leg"] = old("ref_leg").unwrap_or(json!(0));
            select["offset"] = old("offset").unwrap_or(json!(5));
        }
        "same_strike" => select["ref_leg"] = old("ref_leg").unwrap_or(json!(0)),
        _ => {}
    }
    leg["select"] = select;
}

/// Chooses what a leg is: stock has neither strike nor expiration.
fn choose_type(leg: &mut Value, kind: &str) {
    leg["type"] = json!(kind);
    if kind == "s" {
        place::put(leg, "select", None);
        place::put(leg, "dte", None);
    } else if leg.get("select").is_none() {
        choose_by(leg, "delta");
    }
}

/// Takes a leg away; whoever referred to a later one still refers to it.
fn remove_leg(draft: &mut Value, index: usize) {
    let Some(legs) = draft["legs"].as_array_mut().filter(|legs| index < legs.len()) else { return };
    legs.remove(index);
    for leg in legs {
        let Some(of) = place::at(leg, "select.ref_leg").and_then(Value::as_u64) else { continue };
        if usize::try_from(of).is_ok_and(|of| of > index) {
            place::put(leg, "select.ref_leg", Some(json!(of - 1)));
        }
    }
}

/// The editor.
#[component]
pub(super) fn Legs() -> impl IntoView {
    let draft = Draft::here();
    let count = draft.legs();
    let problem = draft.problem("legs".to_owned());
    let is_full = move || count.get() >= MOST_LEGS;
    let add = move |_: web_sys::MouseEvent| {
        draft.change(|draft| {
            let leg = json!({"side": "buy", "type": "c", "select": {"by": "delta", "target": 0.3}});
            match draft["legs"].as_array_mut() {
                Some(legs) => legs.push(leg),
                None => place::put(draft, "legs", Some(json!([leg]))),
            }
        });
    };
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"Legs"</h2>
                <span class="muted">{move || format!("{} of at most {MOST_LEGS}", count.get())}</span>
            </header>
            {move || (0..count.get()).map(|index| view! { <Leg index=index /> }).collect_view()}
            <p class="rule" role="status">
                {move || problem.get()}
            </p>
            <button type="button" class="button" disabled=is_full on:click=add>
                "Add a leg"
            </button>
        </section>
    }
}

#[component]
fn Leg(index: usize) -> impl IntoView {
    let draft = Draft::here();
    let owner = format!("legs[{index}].");
    let name = format!("Leg {index}");
    let text =
        move |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
    let kind = draft.at(format!("{owner}type"));
    let by = draft.at(format!("{owner}select.by"));
    let is_option = Memo::new(move |_| text(kind.get()) != "s");
    let by = Memo::new(move |_| text(by.get()));
    let of_leg = move |change: fn(&mut Value, &str)| {
        Callback::new(move |chosen: String| {
            draft.change(|draft| {
                if let Some(leg) = draft["legs"].get_mut(index) {
                    change(leg, &chosen);
                }
            });
        })
    };
    let input = move |field: Field| view! { <FieldInput field=field leg=index /> };
    let strike = move || {
        is_option.get().then(|| {
            let more = move || {
                let mut fields = match by.get().as_str() {
                    "delta" | "otm_pct" | "premium" | "strike" => vec![TARGET, MAX_DISTANCE],
                    "strike_offset" | "width" => vec![REF_LEG, OFFSET, MAX_DISTANCE],
                    "same_strike" => vec![REF_LEG],
                    _ => vec![MAX_DISTANCE],
                };
                fields.extend(DTE);
                fields.into_iter().map(input).collect_view()
            };
            view! {
                <FieldInput field=BY leg=index chosen=of_leg(choose_by) />
                {more}
            }
        })
    };
    view! {
        <fieldset class="leg">
            <legend>{name.clone()}</legend>
            {input(SIDE)}
            <FieldInput field=TYPE leg=index chosen=of_leg(choose_type) />
            {input(RATIO)}
            {strike}
            <div class="tools">
                <button
                    type="button"
                    class="button quiet"
                    aria-label=format!("Remove {name}")
                    on:click=move |_| draft.change(|draft| remove_leg(draft, index))
                >
                    "Remove"
                </button>
            </div>
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use domain::options::strategy::Strategy;

    use super::*;

    fn draft() -> Value {
        json!({
            "underlying": "SPX", "dte": {"target": 30, "min": 20, "max": 45}, "entry": {"when": "daily"},
            "legs": [
                {"side": "buy", "type": "s"},
                {"side": "sell", "type": "p", "select": {"by": "delta", "target": 0.3}},
                {"side": "buy", "type": "p", "select": {"by": "width", "ref_leg": 1, "offset": 50}},
            ],
        })
    }

    #[test]
    fn every_criterion_begins_as_a_possible_one() {
        for (by, _) in SELECT_BY {
            let mut draft = draft();
            choose_by(&mut draft["legs"][2], by);
            // The leg referred to must be an option: here leg 1 is, and stays referred to.
            Strategy::from_value(&draft).unwrap_or_else(|error| panic!("{by}: {error}"));
        }
    }

    #[test]
    fn stock_has_no_strike_and_an_option_gets_one_back() {
        let mut draft = draft();
        choose_type(&mut draft["legs"][2], "s");
        assert_eq!(draft["legs"][2], json!({"side": "buy", "type": "s"}));
        choose_type(&mut draft["legs"][0], "c");
        Strategy::from_value(&draft).unwrap();
    }

    #[test]
    fn references_follow_when_a_leg_goes() {
        let mut draft = draft();
        remove_leg(&mut draft, 0);
        assert_eq!(draft["legs"][1]["select"]["ref_leg"], json!(0));
        Strategy::from_value(&draft).unwrap();
        remove_leg(&mut draft, 9);
        assert_eq!(draft["legs"].as_array().unwrap().len(), 2);
    }
}
