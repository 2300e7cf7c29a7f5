//! Fields of a strategy, each bound to its place in the draft, with the rule that it breaks beside it.

use leptos::prelude::*;
use serde_json::Value;

use super::draft::{Draft, typed_number};
use crate::components::term::{Term, next_id};

/// Values and their names.
pub(super) type Choices = &'static [(&'static str, &'static str)];

/// What a field holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text,
    Number,
    Day,
    /// One of a few; the first stands for none where its value is empty.
    Choice(Choices),
    /// Any of a few.
    Many(Choices),
    /// Words separated by commas.
    Words,
    /// Numbers separated by commas.
    Numbers,
    Flag,
}

/// A field: its place, its heading, what it means, what it holds.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub place: &'static str,
    pub title: &'static str,
    pub definition: &'static str,
    pub kind: Kind,
}

impl Field {
    pub(super) const fn new(place: &'static str, title: &'static str, kind: Kind, definition: &'static str) -> Self {
        Self { place, title, definition, kind }
    }
}

/// A heading with its fields.
pub(super) struct Group {
    pub title: &'static str,
    pub fields: &'static [Field],
}

const WEEKDAYS: Choices = &[("mon", "Mon"), ("tue", "Tue"), ("wed", "Wed"), ("thu", "Thu"), ("fri", "Fri")];

/// All but the legs.
#[rustfmt::skip]
pub(super) const GROUPS: &[Group] = &[
    Group { title: "Account", fields: &[
        Field::new("name", "Name", Kind::Text, "What you call it."),
        Field::new("underlying", "Underlying", Kind::Text, "The underlying whose chains are read, such as SPX."),
        Field::new("root", "Root", Kind::Text, "Only contracts of this root, such as SPXW."),
        Field::new("start_date", "First session", Kind::Day, "The first one held where it is empty."),
        Field::new("end_date", "Last session", Kind::Day, "The last one held where it is empty."),
        Field::new("capital", "Capital", Kind::Number, "The balance at the start; 100 000 by default."),
        Field::new("benchmark", "Benchmark", Kind::Text, "The ticker that the result is compared with."),
        Field::new("tags", "Tags", Kind::Words, "Words by which you find it again, separated by commas."),
    ] },
    Group { title: "Expiration and entry", fields: &[
        Field::new("dte.target", "Days to expiration", Kind::Number, "Calendar days aimed at: the nearest expiration wins."),
        Field::new("dte.min", "At least", Kind::Number, "The fewest days to expiration."),
        Field::new("dte.max", "At most", Kind::Number, "The most days to expiration."),
        Field::new("entry.when", "Enter", Kind::Choice(&[("when_flat", "when nothing is open"), ("daily", "every session"), ("every_n_days", "every n sessions"), ("weekday", "on days of the week")]), "On which sessions a package is opened, at most one a session."),
        Field::new("entry.n", "Every n", Kind::Number, "Sessions from one entry to the next, where n counts."),
        Field::new("entry.weekdays", "Days of the week", Kind::Many(WEEKDAYS), "Where entries are on days of the week."),
        Field::new("entry.max_open", "Most open", Kind::Number, "No entry while this many packages are open."),
        Field::new("entry.min_credit", "Least credit", Kind::Number, "No entry for less premium received, per share of one unit."),
        Field::new("entry.max_debit", "Most debit", Kind::Number, "No entry for more premium paid, per share of one unit."),
        Field::new("entry.min_volume", "Least volume", Kind::Number, "Contracts that each option leg has traded."),
        Field::new("entry.min_open_interest", "Least open interest", Kind::Number, "Contracts that each option leg has open."),
        Field::new("ascending_strikes", "Strikes ascend", Kind::Flag, "No entry unless the strikes of the option legs ascend in their order."),
    ] },
    Group { title: "Exit", fields: &[
        Field::new("exit.profit_target_pct", "Profit target %", Kind::Number, "Close at this profit, in percent of the entry's net premium."),
        Field::new("exit.stop_loss_pct", "Stop loss %", Kind::Number, "Close at this loss, in percent of the entry's net premium."),
        Field::new("exit.trailing_stop_pct", "Trailing stop %", Kind::Number, "Close when the profit has fallen by this from its highest."),
        Field::new("exit.trailing_start_pct", "Trailing from %", Kind::Number, "The trailing stop begins once the profit has reached this."),
        Field::new("exit.dte", "Days to expiration", Kind::Number, "Close when the first expiration is at most so many days away."),
        Field::new("exit.max_hold_days", "Days held", Kind::Number, "Close after this many calendar days."),
        Field::new("exit.short_delta_above", "Short delta", Kind::Number, "Close when the absolute delta of a sold leg reaches this."),
        Field::new("exit.net_delta_above", "Net delta", Kind::Number, "Close when the absolute delta of the package reaches this, per share of one unit."),
        Field::new("exit.roll_on", "Roll on", Kind::Many(&[("dte", "days to expiration"), ("max_hold", "days held"), ("profit_target", "target"), ("stop_loss", "stop"), ("delta", "delta"), ("expiration", "expiration")]), "After an exit for one of these reasons a new package is opened at the same session."),
        Field::new("exit.missing_quote", "Without a quote", Kind::Choice(&[("", "by default: wait"), ("wait", "wait for one"), ("skip", "give the exit up"), ("use_last", "take the last one"), ("intrinsic", "take the intrinsic value")]), "What happens to an exit that is due while a leg has no quote."),
        Field::new("exit.max_age_days", "Oldest quote", Kind::Number, "How old the last quote may be, in calendar days; 5 by default."),
        Field::new("exit.trigger_price", "Triggers look at", Kind::Choice(&[("", "by the conventions"), ("fill", "what closing would fill at"), ("mid", "mid")]), "The price that target and stop look at."),
    ] },
    Group { title: "Fill and fees", fields: &[
        Field::new("fill.model", "Fill", Kind::Choice(&[("natural", "at the far side"), ("mid", "at mid"), ("mid_slip", "between, by slippage"), ("leg_count", "by the number of legs"), ("liquidity", "by liquidity")]), "Where between mid and the far side of the quote an order fills."),
        Field::new("fill.slippage", "Slippage", Kind::Number, "0 is mid, 1 the far side."),
        Field::new("fill.by_legs", "Slippage by legs", Kind::Numbers, "For one leg, two legs, …, separated by commas."),
        Field::new("fill.fill_at", "Filled", Kind::Choice(&[("same", "at the same snapshot"), ("next", "at the next session's")]), "At which snapshot an order fills."),
        Field::new("fill.half_volume", "Half volume", Kind::Number, "Volume at which a contract counts as half liquid."),
        Field::new("fill.half_open_interest", "Half open interest", Kind::Number, "Open interest at which a contract counts as half liquid."),
        Field::new("fill.tick", "Tick", Kind::Number, "Prices are rounded to multiples of this, against you."),
        Field::new("fill.tick_above", "Tick above", Kind::Number, "The multiple for prices from the threshold on."),
        Field::new("fill.tick_threshold", "Tick threshold", Kind::Number, "The price from which the tick above counts; 3 by default."),
        Field::new("fill.min_spread", "Least spread", Kind::Number, "Nothing is opened where a leg's spread is below this."),
        Field::new("fill.max_spread", "Most spread", Kind::Number, "Nothing is opened where a leg's spread is above this."),
        Field::new("fill.max_spread_pct", "Most spread %", Kind::Number, "Likewise, in percent of the leg's mid."),
        Field::new("fees.per_contract", "Per contract", Kind::Number, "Commission per contract."),
        Field::new("fees.base", "Per order", Kind::Number, "Commission per order."),
        Field::new("fees.min", "Least per order", Kind::Number, "The least commission of an order."),
        Field::new("fees.exchange_per_contract", "Exchange fee", Kind::Number, "Fees of exchange and regulators per contract."),
        Field::new("fees.exercise_per_contract", "Exercise fee", Kind::Number, "Per contract exercised or assigned."),
        Field::new("fees.per_share", "Per share", Kind::Number, "Per share of stock traded."),
        Field::new("fees.free_close_at", "Free close at", Kind::Number, "Buying back an option at or below this price costs no commission."),
    ] },
    Group { title: "Size and margin", fields: &[
        Field::new("quantity", "Quantity", Kind::Number, "Units of the package per entry, where the size does not say otherwise."),
        Field::new("multiplier", "Multiplier", Kind::Number, "Shares per contract; 100 by default."),
        Field::new("sizing.by", "Size by", Kind::Choice(&[("", "the quantity"), ("fixed", "a fixed quantity"), ("pct_equity", "percent of equity tied up"), ("pct_buying_power", "percent of buying power"), ("risk", "percent of equity at risk"), ("kelly", "the Kelly share"), ("vol_target", "a target volatility")]), "By what the number of units is chosen."),
        Field::new("sizing.pct", "Percent", Kind::Number, "For every size but a fixed one."),
        Field::new("sizing.max_quantity", "Most units", Kind::Number, "Never more units than this."),
        Field::new("sizing.min_trades", "Trades before Kelly", Kind::Number, "Trades after which Kelly looks at them; 20 by default."),
        Field::new("margin.model", "Margin", Kind::Choice(&[("", "by the conventions"), ("strategy", "by strategy"), ("cash", "cash-secured"), ("none", "none")]), "What must be kept for open packages."),
        Field::new("margin.on_call", "Margin call", Kind::Choice(&[("", "by default: liquidate"), ("liquidate", "close the oldest"), ("note", "note it")]), "What happens when the equity no longer covers the margin."),
        Field::new("margin.broad_index", "Broad index", Kind::Flag, "15 instead of 20 percent for naked calls and puts; by the underlying where it is not set."),
        Field::new("hedge.band_shares", "Hedge band", Kind::Number, "Keeps the delta near 0 with the underlying: nothing is traded within so many shares. Empty: no hedge."),
        Field::new("hedge.every_n_days", "Hedge every n", Kind::Number, "Sessions from one look to the next; 1 by default."),
    ] },
    Group { title: "Conventions and settlement", fields: &[
        Field::new("conventions", "Conventions", Kind::Choice(&[("strict", "strict"), ("reference", "the reference simulator's")]), "By whose rules a strategy is run where it does not say itself."),
        Field::new("settlement.delivery", "Delivery", Kind::Choice(&[("", "by the underlying"), ("cash", "cash"), ("physical", "shares")]), "What an exercised option delivers."),
        Field::new("settlement.time", "Settles", Kind::Choice(&[("", "by the root"), ("am", "in the morning"), ("pm", "at the close")]), "When the price is taken that settles."),
        Field::new("settlement.style", "Exercise", Kind::Choice(&[("", "by the underlying"), ("european", "at expiration"), ("american", "at any time")]), "When an option may be exercised."),
        Field::new("risk_free_rate", "Risk-free rate", Kind::Number, "A yearly fraction, for the Greeks that the data lacks."),
        Field::new("dividend_yield", "Dividend yield", Kind::Number, "A yearly fraction, likewise."),
    ] },
];

/// A value as it stands in a field.
fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().map(|item| shown(Some(item))).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
    }
}

/// What a person typed, as the field keeps it.
fn kept(kind: Kind, text: &str) -> Option<Value> {
    let text = text.trim();
    let parts = || text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let list = |items: Vec<Value>| (!items.is_empty()).then_some(Value::Array(items));
    match kind {
        Kind::Number => typed_number(text),
        Kind::Words => list(parts().map(Value::from).collect()),
        Kind::Numbers => list(parts().filter_map(typed_number).collect()),
        _ => (!text.is_empty()).then(|| Value::from(text)),
    }
}

/// A field of the draft, or of one of its legs.
#[component]
pub(super) fn FieldInput(
    field: Field,
    /// The leg whose field it is.
    #[prop(optional)]
    leg: Option<usize>,
    /// Takes a choice instead of writing it.
    #[prop(optional)]
    chosen: Option<Callback<String>>,
) -> impl IntoView {
    let draft = Draft::here();
    let place = StoredValue::new(match leg {
        Some(leg) => format!("legs[{leg}].{}", field.place),
        None => field.place.to_owned(),
    });
    let value = draft.at(place.get_value());
    let problem = draft.problem(place.get_value());
    let id = next_id("rule");
    let label = leg.map_or_else(|| field.title.to_owned(), |leg| format!("Leg {leg}: {}", field.title));
    let write = move |text: String| match chosen {
        Some(chosen) => chosen.run(text),
        None => place.with_value(|place| draft.put(place, kept(field.kind, &text))),
    };
    let invalid = move || problem.with(Option::is_some).then_some("true");
    let text = move || value.with(|value| shown(value.as_ref()));
    let input = match field.kind {
        Kind::Choice(choices) => {
            let options = choices.iter().map(|(of, name)| {
                let is_chosen = move || {
                    let text = text();
                    // What is not written is the first choice, unless a later one is meant by default.
                    if text.is_empty() { choices[0].0 == *of } else { text == *of }
                };
                view! { <option value=*of selected=is_chosen>{*name}</option> }
            });
            view! {
                <select
                    aria-label=label
                    aria-invalid=invalid
                    aria-describedby=id.clone()
                    on:change=move |event| write(event_target_value(&event))
                >
                    {options.collect_view()}
                </select>
            }
            .into_any()
        }
        Kind::Many(choices) => {
            let boxes = choices.iter().map(|(of, name)| {
                let holds = move || {
                    value.with(|value| {
                        value.as_ref().and_then(Value::as_array).is_some_and(|list| list.iter().any(|item| item == of))
                    })
                };
                let toggle = move |event| {
                    let is_checked = event_target_checked(&event);
                    let mut list: Vec<Value> = value
                        .with_untracked(|value| value.as_ref().and_then(Value::as_array).cloned())
                        .unwrap_or_default();
                    list.retain(|item| item != of);
                    if is_checked {
                        list.push(Value::from(*of));
                    }
                    place.with_value(|place| draft.put(place, (!list.is_empty()).then_some(Value::Array(list))));
                };
                view! {
                    <label class="check">
                        <input type="checkbox" prop:checked=holds on:change=toggle />
                        {*name}
                    </label>
                }
            });
            view! {
                <div class="checks" role="group" aria-label=label aria-describedby=id.clone()>
                    {boxes.collect_view()}
                </div>
            }
            .into_any()
        }
        Kind::Flag => {
            let is_set = move || value.with(|value| *value == Some(Value::Bool(true)));
            let toggle = move |event| {
                let value = event_target_checked(&event).then_some(Value::Bool(true));
                place.with_value(|place| draft.put(place, value));
            };
            view! {
                <label class="check">
                    <input type="checkbox" aria-label=label prop:checked=is_set on:change=toggle />
                    "yes"
                </label>
            }
            .into_any()
        }
        kind => {
            let (type_, mode) = match kind {
                Kind::Day => ("date", "text"),
                Kind::Number => ("text", "decimal"),
                _ => ("text", "text"),
            };
            view! {
                <input
                    type=type_
                    inputmode=mode
                    autocomplete="off"
                    spellcheck="false"
                    aria-label=label
                    aria-invalid=invalid
                    aria-describedby=id.clone()
                    prop:value=text
                    on:change=move |event| write(event_target_value(&event))
                />
            }
            .into_any()
        }
    };
    view! {
        <div class="form-field">
            <Term word=field.title definition=field.definition />
            {input}
            <span class="rule" id=id>
                {move || problem.get()}
            </span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use domain::options::strategy::Strategy;
    use serde_json::json;

    use super::super::place::put;
    use super::*;

    #[test]
    fn what_is_typed_is_kept_as_the_language_has_it() {
        assert_eq!(kept(Kind::Number, "50"), Some(json!(50)));
        assert_eq!(kept(Kind::Words, "a, b c,"), Some(json!(["a", "b c"])));
        assert_eq!(kept(Kind::Numbers, "0.5, 1"), Some(json!([0.5, 1])));
        assert_eq!(kept(Kind::Text, "  "), None);
        assert_eq!(shown(Some(&json!([0.5, "x"]))), "0.5, x");
    }

    #[test]
    fn every_field_is_one_of_the_language_and_every_choice_one_of_its_words() {
        let base = json!({
            "underlying": "SPX", "dte": {"target": 30, "min": 20, "max": 45}, "entry": {"when": "daily"},
            "legs": [{"side": "buy", "type": "c", "select": {"by": "atm"}}],
        });
        for field in GROUPS.iter().flat_map(|group| group.fields) {
            let values: Vec<Value> = match field.kind {
                Kind::Choice(choices) => {
                    choices.iter().filter(|(of, _)| !of.is_empty()).map(|(of, _)| json!(of)).collect()
                }
                Kind::Many(choices) => vec![choices.iter().map(|(of, _)| json!(of)).collect()],
                Kind::Day => vec![json!("2019-05-01")],
                Kind::Flag => vec![json!(true)],
                Kind::Words => vec![json!(["a"])],
                Kind::Numbers => vec![json!([0.5])],
                Kind::Text => vec![json!("SPX")],
                Kind::Number => vec![json!(1)],
            };
            for value in values {
                let mut draft = base.clone();
                put(&mut draft, field.place, Some(value.clone()));
                let said = Strategy::from_value(&draft).err().map(|error| error.to_string()).unwrap_or_default();
                // It may need another field, but it is never unknown or of the wrong kind.
                for wrong in ["unknown", "invalid type", "expected one of"] {
                    assert!(!said.contains(wrong), "{} = {value}: {said}", field.place);
                }
            }
        }
    }
}
