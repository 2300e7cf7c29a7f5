//! What the draft's package makes: today, and at its first expiration.

use std::sync::Arc;

use domain::api::{ChainOfDay, ChainQuote};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::draft::Draft;
use super::payoff::{Held, Market, Payoff, first_expiration, later, open, payoff};
use crate::address::Address;
use crate::api;
use crate::components::chart::{ChartFrame, Curve, CurveChart};
use crate::components::figure::Figure;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};

const SPOT: &str = "100";
const VOLATILITY: &str = "20";

/// A number of the address, in bounds.
fn number(text: Option<&str>, default: &str, (least, most): (f64, f64)) -> f64 {
    let parsed = |text: &str| text.trim().parse::<f64>().ok().filter(|number| (least..=most).contains(number));
    text.and_then(parsed).or_else(|| parsed(default)).unwrap_or(least)
}

/// The package in a market, with what it makes.
#[derive(Clone, PartialEq)]
struct Drawn {
    held: Vec<Held>,
    payoff: Payoff,
    /// Whole days to the first expiration, and how many of them have passed.
    days: (f64, f64),
    /// The profit at each price after them.
    later: Vec<f64>,
    /// Money of the quote currency for a point of price.
    factor: f64,
}

/// The spot of a chain and the volatility nearest to the money, of the expiration nearest to so many days.
fn of_chain(chain: &ChainOfDay, days: f64) -> Option<(f64, Option<f64>)> {
    let spot = chain.quotes.first()?.underlying_price;
    let away = |quote: &&ChainQuote| {
        let to_go = f64::from(quote.expiration.number() - chain.date.number());
        ((to_go - days).abs(), (quote.strike - spot).abs())
    };
    let known = chain.quotes.iter().filter(|quote| quote.iv.is_some_and(|iv| iv > 0.0));
    let nearest = known.min_by(|a, b| {
        let (a, b) = (away(a), away(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    Some((spot, nearest.and_then(|quote| quote.iv)))
}

/// One place of the curves.
struct Row {
    price: f64,
    today: f64,
    later: f64,
    expiry: f64,
}

const COLUMNS: [Column<Row>; 4] = [
    Column::new("price", "Underlying", |row: &Row| Value::Number(row.price, Form::Decimal)),
    Column::new("today", "Today", |row: &Row| Value::Number(row.today, Form::Decimal)),
    Column::new("later", "On the chosen day", |row: &Row| Value::Number(row.later, Form::Decimal)),
    Column::new("expiry", "At expiration", |row: &Row| Value::Number(row.expiry, Form::Decimal)),
];

fn leg_text(leg: &Held) -> String {
    let count = format::number(leg.count.abs(), Form::Whole);
    let side = if leg.count < 0.0 { "sell" } else { "buy" };
    match leg.right {
        None => format!("{side} {count} × the underlying"),
        Some(right) => {
            let strike = format::number(leg.strike, Form::Decimal);
            format!("{side} {count} {}{strike}, {} days", right.letter(), format::number(leg.days, Form::Whole))
        }
    }
}

/// The diagram with what is supposed for it.
#[component]
pub(super) fn Diagram() -> impl IntoView {
    let (address, draft) = (Address::here(), Draft::here());
    let (spot, volatility, passed) = (address.param("spot"), address.param("vol"), address.param("passed"));
    let said = RwSignal::new(String::new());
    let drawn = Memo::new(move |_| {
        let strategy =
            draft.verdict().strategy.ok_or("The strategy is not possible yet; the fields say why.".to_owned())?;
        let market = Market {
            spot: number(spot.get().as_deref(), SPOT, (1e-6, 1e9)),
            volatility: number(volatility.get().as_deref(), VOLATILITY, (0.1, 1_000.0)) / 100.0,
            rate: strategy.risk_free_rate,
            dividend_yield: strategy.dividend_yield,
        };
        let no_strike = |leg: usize| format!("Leg {leg} finds no strike in this market.");
        let held = open(&strategy, market).map_err(no_strike)?;
        let payoff = payoff(&held, market).ok_or("There is no option in it.".to_owned())?;
        let first = first_expiration(&held).unwrap_or(0.0);
        let days = (first, number(passed.get().as_deref(), "0", (0.0, 1e6)).min(first));
        let later = later(&held, market, &payoff, days.1);
        let factor = strategy.multiplier * f64::from(strategy.quantity);
        Ok::<_, String>(Drawn { held, payoff, days, later, factor })
    });
    let of = move |read: fn(&Drawn) -> String| {
        Signal::derive(move || drawn.with(|drawn| drawn.as_ref().map_or_else(|_| format::UNDEFINED.to_owned(), read)))
    };
    let scaled = move |read: fn(&Drawn) -> &Vec<f64>| {
        drawn.with(|drawn| {
            let values = drawn.as_ref().map(|drawn| read(drawn).iter().map(|value| value * drawn.factor).collect());
            Arc::new(values.unwrap_or_default())
        })
    };
    let days = move || drawn.with(|drawn| drawn.as_ref().map_or((0.0, 0.0), |drawn| drawn.days));
    let curves = Signal::derive(move || {
        let mut curves = vec![
            Curve { name: "At expiration".to_owned(), values: scaled(|drawn| &drawn.payoff.expiry) },
            Curve { name: "Today".to_owned(), values: scaled(|drawn| &drawn.payoff.today) },
        ];
        if days().1 > 0.0 {
            let name = format!("In {} days", format::number(days().1, Form::Whole));
            curves.push(Curve { name, values: scaled(|drawn| &drawn.later) });
        }
        curves
    });
    let places = Signal::derive(move || {
        drawn.with(|drawn| Arc::new(drawn.as_ref().map(|drawn| drawn.payoff.prices.clone()).unwrap_or_default()))
    });
    let marked = Signal::derive(move || Some(number(spot.get().as_deref(), SPOT, (1e-6, 1e9))));
    let table = move || {
        let rows = Signal::derive(move || {
            let (expiry, today) = (scaled(|drawn| &drawn.payoff.expiry), scaled(|drawn| &drawn.payoff.today));
            let (later, places) = (scaled(|drawn| &drawn.later), places.get());
            let row = |at: usize| Row { price: places[at], today: today[at], later: later[at], expiry: expiry[at] };
            Arc::new((0..places.len().min(today.len())).map(row).collect::<Vec<Row>>())
        });
        view! {
            <DataTable
                name="payoff"
                caption=Signal::derive(|| "Profit by the price of the underlying".to_owned())
                rows=rows
                columns=COLUMNS.to_vec()
            />
        }
    };
    let take = move |_| {
        let strategy = draft.verdict().strategy;
        let underlying = draft.value_now()["underlying"].as_str().unwrap_or_default().to_owned();
        said.set("Reading the last chain…".to_owned());
        let days = untrack(|| drawn.with(|drawn| drawn.as_ref().ok().and_then(|drawn| first_expiration(&drawn.held))))
            .or(strategy.and_then(|strategy| strategy.dte.map(|dte| f64::from(dte.target))))
            .unwrap_or(30.0);
        spawn_local(async move {
            let text = match api::last_chain(&underlying).await {
                Ok(chain) => match of_chain(&chain, days) {
                    Some((spot, iv)) => {
                        let vol = iv.map(|iv| format!("{:.2}", iv * 100.0));
                        let mut changes = vec![("spot", Some(spot.to_string()))];
                        if vol.is_some() {
                            changes.push(("vol", vol));
                        }
                        address.adjust(&changes);
                        format!("As at {}.", format::day(chain.date))
                    }
                    None => "The last chain is empty.".to_owned(),
                },
                Err(failure) => failure.detail,
            };
            said.try_set(text);
        });
    };
    let field = move |name: &'static str, title: &'static str, now: Memo<Option<String>>, default: &'static str| {
        view! {
            <label class="field">
                <span class="field-name">{title}</span>
                <input
                    type="text"
                    inputmode="decimal"
                    size="8"
                    prop:value=move || now.get().unwrap_or_else(|| default.to_owned())
                    on:change=move |event| {
                        let text = event_target_value(&event).trim().to_owned();
                        address.adjust(&[(name, (!text.is_empty()).then_some(text))]);
                    }
                />
            </label>
        }
    };
    let wrong = move || drawn.with(|drawn| drawn.as_ref().err().cloned());
    let legs = move || {
        drawn.with(|drawn| {
            let legs = drawn.as_ref().map(|drawn| drawn.held.iter().map(leg_text).collect::<Vec<_>>());
            legs.unwrap_or_default().into_iter().map(|text| view! { <li>{text}</li> }).collect_view()
        })
    };
    let money = |value: f64| format::number(value, Form::Decimal);
    view! {
        <ChartFrame
            title=Signal::derive(|| "Payoff".to_owned())
            file=Signal::derive(|| "payoff".to_owned())
            table=ViewFn::from(table)
        >
            <CurveChart
                label=Signal::derive(|| "Profit by the price of the underlying, today, on the chosen day and at the first expiration".to_owned())
                places=places
                place_name="Underlying"
                curves=curves
                marked=marked
                form=Form::Decimal
            />
            <p class="warnings" role="status" hidden=move || wrong().is_none()>
                {wrong}
            </p>
            <div class="tools under-chart">
                {field("spot", "Underlying at", spot, SPOT)} {field("vol", "Volatility %", volatility, VOLATILITY)}
                <label class="field">
                    <span class="field-name">"Days from now"</span>
                    <input
                        type="range"
                        min="0"
                        step="1"
                        prop:max=move || days().0.to_string()
                        prop:value=move || days().1.to_string()
                        aria-valuetext=move || {
                            let (first, passed) = days();
                            format!("{} of {} days to the first expiration", format::number(passed, Form::Whole), format::number(first, Form::Whole))
                        }
                        on:input=move |event| {
                            let text = event_target_value(&event);
                            address.adjust(&[("passed", (text != "0").then_some(text))]);
                        }
                    />
                </label>
                <button type="button" class="button quiet" on:click=take>
                    "Take from the last chain"
                </button>
                <span class="muted" role="status">
                    {said}
                </span>
            </div>
            <dl class="figures">
                <Figure
                    name="Costs"
                    definition="What opening the package takes at these prices, without fees and spread; negative where it brings a premium in."
                    value=of(|drawn| format::number(drawn.payoff.cost * drawn.factor, Form::Decimal))
                />
                <Figure
                    name="At most"
                    definition="The highest profit at the first expiration."
                    value=Signal::derive(move || drawn.with(|drawn| drawn.as_ref().map_or_else(|_| format::UNDEFINED.to_owned(), |drawn| {
                        drawn.payoff.most.map_or_else(|| "no end".to_owned(), |most| money(most * drawn.factor))
                    })))
                />
                <Figure
                    name="At least"
                    definition="The lowest profit at the first expiration: the largest loss."
                    value=Signal::derive(move || drawn.with(|drawn| drawn.as_ref().map_or_else(|_| format::UNDEFINED.to_owned(), |drawn| {
                        drawn.payoff.least.map_or_else(|| "no end".to_owned(), |least| money(least * drawn.factor))
                    })))
                />
                <Figure
                    name="Breaks even"
                    definition="Prices of the underlying at which the first expiration brings neither profit nor loss."
                    value=of(|drawn| {
                        let all: Vec<String> = drawn.payoff.breakevens.iter().map(|price| format::number(*price, Form::Decimal)).collect();
                        if all.is_empty() { format::UNDEFINED.to_owned() } else { all.join(" · ") }
                    })
                />
            </dl>
            <ul class="muted">{legs}</ul>
            <p class="muted">
                "European prices at one volatility, with strikes exactly where the criteria point; a run takes the nearest contract and its quotes."
            </p>
        </ChartFrame>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_bounds_are_the_default() {
        assert_eq!(number(Some("2900.5"), "100", (0.1, 1e9)).to_string(), "2900.5");
        for text in [Some("-1"), Some("x"), Some("inf"), None] {
            assert_eq!(number(text, "100", (0.1, 1e9)).to_string(), "100");
        }
    }

    #[test]
    fn a_chain_gives_its_spot_and_the_volatility_nearest_to_the_money() {
        let quote = |expiration: i32, strike: f64, iv: Option<f64>| ChainQuote {
            expiration: domain::units::Day::from_number(expiration),
            root: None,
            kind: "c".to_owned(),
            strike,
            bid: 1.0,
            ask: 1.1,
            iv,
            delta: None,
            gamma: None,
            theta: None,
            vega: None,
            volume: None,
            open_interest: None,
            underlying_price: 101.0,
        };
        let quotes = vec![
            quote(107, 100.0, Some(0.9)),
            quote(130, 90.0, Some(0.3)),
            quote(130, 100.0, Some(0.25)),
            quote(130, 101.0, None),
            quote(130, 102.5, Some(0.24)),
        ];
        let chain = ChainOfDay { underlying: "X".to_owned(), date: domain::units::Day::from_number(100), quotes };
        assert_eq!(of_chain(&chain, 32.0), Some((101.0, Some(0.25))));
        assert_eq!(of_chain(&ChainOfDay { quotes: Vec::new(), ..chain }, 32.0), None);
    }
}
