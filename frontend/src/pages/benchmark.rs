//! What an index is compared with: another index, or a ticker whose prices are held.

use domain::api::PerformancePoint;
use domain::units::Day;
use leptos::prelude::*;

use super::Indices;
use crate::address::Address;
use crate::api;
use crate::load::Failure;

/// The other series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Benchmark {
    /// Another index, by its slug.
    Index(String),
    /// A security.
    Ticker(String),
}

impl Benchmark {
    /// Reads a name from the address: tickers have no small letters, slugs have.
    pub(crate) fn named(name: String) -> Self {
        if name.contains(|letter: char| letter.is_ascii_lowercase()) { Self::Index(name) } else { Self::Ticker(name) }
    }

    /// Reads what a person typed; a slug is one that is listed or looks like one.
    fn typed(text: &str, slugs: &[String]) -> Option<String> {
        let text = text.trim();
        let is_slug = text.contains('-') || slugs.iter().any(|slug| slug == text);
        (!text.is_empty()).then(|| if is_slug { text.to_owned() } else { text.to_uppercase() })
    }

    /// Its levels or closes between two days.
    pub(crate) async fn points(self, (from, to): (Day, Day)) -> Result<Vec<PerformancePoint>, Failure> {
        let ticker = match self {
            Self::Index(slug) => return Ok(api::performance(Some(slug)).await?.data),
            Self::Ticker(ticker) => ticker,
        };
        let bars = api::bars(&api::bars_link(&ticker, "day", from, to)).await?;
        if bars.results.is_empty() {
            return Err(Failure::of("No prices", format!("no price of {ticker} is held from {from} to {to}")));
        }
        let point = |bar: &api::Bar| PerformancePoint {
            date: bar.day(),
            level: bar.c,
            daily_return: None,
            cumulative_return: 0.0,
            turnover: 0.0,
            constituents: 0,
            stale_prices: 0,
            outdated: false,
            findings: None,
        };
        Ok(bars.results.iter().map(point).collect())
    }
}

/// What the index is compared with, by its name in the address.
pub(crate) fn chosen_benchmark(param: &'static str) -> Memo<Option<Benchmark>> {
    let chosen = Address::here().param(param);
    Memo::new(move |_| chosen.get().map(Benchmark::named))
}

/// A field to choose another index or a ticker by; `param` is its name in the address.
#[component]
pub(crate) fn BenchmarkField(
    /// The field's name.
    label: &'static str,
    /// Its name in the address.
    param: &'static str,
    /// Whether indices are offered beside tickers.
    #[prop(default = true)]
    has_indices: bool,
) -> impl IntoView {
    let address = Address::here();
    let Indices(indices) = expect_context();
    let chosen = address.param(param);
    let slugs = move || {
        let list = indices.value().filter(|_| has_indices);
        list.map(|list| list.data.iter().map(|index| index.slug.clone()).collect::<Vec<_>>()).unwrap_or_default()
    };
    let offered = move || slugs().into_iter().map(|slug| view! { <option value=slug></option> }).collect_view();
    let choose = move |event| {
        let named = Benchmark::typed(&event_target_value(&event), &untrack(slugs));
        address.set(&[(param, named)]);
    };
    view! {
        <label class="field">
            <span class="field-name">{label}</span>
            <input
                class="benchmark"
                list=format!("{param}-offered")
                autocomplete="off"
                spellcheck="false"
                placeholder=if has_indices { "ticker or index" } else { "ticker" }
                prop:value=move || chosen.get().unwrap_or_default()
                on:change=choose
            />
        </label>
        <datalist id=format!("{param}-offered")>{offered}</datalist>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_ticker_unless_it_looks_like_an_index() {
        let slugs = ["mine".to_owned()];
        let typed = |text| Benchmark::typed(text, &slugs);
        assert_eq!(typed(" spy "), Some("SPY".to_owned()));
        assert_eq!(typed("brk.b"), Some("BRK.B".to_owned()));
        assert_eq!(typed("mine"), Some("mine".to_owned()));
        assert_eq!(typed("top50-equal-daily-price-line"), Some("top50-equal-daily-price-line".to_owned()));
        assert_eq!(typed("  "), None);
        assert_eq!(Benchmark::named("BRK.B".to_owned()), Benchmark::Ticker("BRK.B".to_owned()));
        assert_eq!(Benchmark::named("mine".to_owned()), Benchmark::Index("mine".to_owned()));
    }
}
