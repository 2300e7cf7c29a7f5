//! Bars: of one ticker from wherever they are asked for, or of many tickers at once out of the database.

use std::collections::HashMap;

use domain::bars::{Bar, BarSize, Span};
use domain::calendar::{session_hours, wall_time};
use domain::units::{Day, UnixMillis};
use serde_json::{Value as Json, json};

use super::{Asked, text_of};
use crate::error::Problem;
use crate::graphql::pages::Page;
use crate::graphql::sources::Sources;
use crate::providers;
use crate::routes::query::Query;
use crate::routes::vendor::{self, Asked as AskedBars, Delivery, Means, Mode, Place};
use crate::stores::d1::bars::{D1Bars, ManyError};

/// Bars of a page where nothing is said.
const DEFAULT_BARS: usize = 500;
/// Securities whose bars are asked for one by one.
const MOST_ONE_BY_ONE: usize = 20;
/// How far the close of a bar of days is looked for: no holiday is longer.
const MOST_CLOSED_DAYS: i32 = 10;

/// The bars of one ticker, stored or from a provider.
pub(super) async fn one(asked: Asked<'_>) -> Result<Json, Problem> {
    of_ticker(asked.sources, asked.arguments, asked.arguments.required("ticker")?).await
}

async fn of_ticker(sources: &Sources, arguments: &Query, ticker: &str) -> Result<Json, Problem> {
    let (wanted, page) = wanted(arguments, ticker)?;
    let principal = sources.principal();
    let means = Means { db: &sources.db, config: &sources.config, principal, now: sources.now };
    let delivery = match wanted.mode {
        Mode::Stored => Delivery::stored(vendor::stored(&means, &wanted).await?),
        Mode::Passthrough | Mode::Refresh => vendor::bars(&means, &wanted).await?,
    };
    Ok(connection(&wanted, &page, delivery))
}

/// The bars of a security: what is stored now of however many in a few statements, anything else of a few one by one.
pub(super) async fn of_security(asked: Asked<'_>) -> Result<Json, Problem> {
    let key = (asked.arguments.clone(), text_of(asked.parent, "ticker")?.to_owned());
    let fetch = async |keys: Vec<(Query, String)>| {
        let mut answers = HashMap::new();
        let mut by_arguments: Vec<(Query, Vec<String>)> = Vec::new();
        for (arguments, ticker) in keys {
            match by_arguments.iter_mut().find(|(other, _)| *other == arguments) {
                Some((_, tickers)) => tickers.push(ticker),
                None => by_arguments.push((arguments, vec![ticker])),
            }
        }
        for (arguments, tickers) in by_arguments {
            let found = if is_stored_now(&arguments) {
                many(asked.sources, &arguments, &tickers).await?
            } else {
                one_by_one(asked.sources, &arguments, &tickers).await?
            };
            answers.extend(found.into_iter().map(|(ticker, found)| ((arguments.clone(), ticker), found)));
        }
        Ok(answers)
    };
    asked.sources.bars.get(key, fetch).await
}

async fn many(sources: &Sources, arguments: &Query, tickers: &[String]) -> Result<Vec<(String, Json)>, Problem> {
    let Some(first) = tickers.first() else { return Ok(Vec::new()) };
    let (wanted, page) = wanted(arguments, first)?;
    let query = wanted.stored(&sources.config, sources.now);
    let found = D1Bars(&sources.db).read_many(&query, tickers).await.map_err(|error| match error {
        ManyError::TooManyRows => Problem::refused("range_too_large", error.to_string()),
        ManyError::Store(error) => error.into(),
    })?;
    Ok(found.into_iter().map(|(ticker, found)| (ticker, connection(&wanted, &page, Delivery::stored(found)))).collect())
}

fn is_stored_now(arguments: &Query) -> bool {
    arguments.text("mode").is_none_or(|mode| mode == "stored")
        && ["as_of", "provider"].iter().all(|name| arguments.text(name).is_none())
}

async fn one_by_one(sources: &Sources, arguments: &Query, tickers: &[String]) -> Result<Vec<(String, Json)>, Problem> {
    if tickers.len() > MOST_ONE_BY_ONE {
        let rule =
            format!("at most {MOST_ONE_BY_ONE} securities whose bars are of the past, of one source or not stored");
        return Err(Problem::refused("range_too_large", rule));
    }
    let mut all = Vec::new();
    for ticker in tickers {
        all.push((ticker.clone(), of_ticker(sources, arguments, ticker).await?));
    }
    Ok(all)
}

/// What is asked for, by the parameters of the REST twin, within the cursors.
fn wanted(arguments: &Query, ticker: &str) -> Result<(AskedBars, Page), Problem> {
    let page = Page::of(arguments, 1_000)?.or_size(DEFAULT_BARS);
    let text = |name: &str| arguments.text(name).unwrap_or_default();
    let place = Place {
        ticker,
        multiplier: text("multiplier"),
        timespan: text("timespan"),
        from: text("from"),
        to: text("to"),
    };
    let mut wanted = AskedBars::read(place, arguments)?;
    let (after, before) = page.instants()?;
    if let Some(after) = after {
        let bar = wanted.size.stretch(Span { from: after, to: after });
        wanted.span.from = wanted.span.from.max(bar.to.plus_ms(1));
    }
    if let Some(before) = before {
        wanted.span.to = wanted.span.to.min(before.plus_ms(-1));
    }
    let (limit, from_end) = page.asked();
    (wanted.limit, wanted.descending) = (limit, from_end);
    Ok((wanted, page))
}

fn connection(wanted: &AskedBars, page: &Page, delivery: Delivery) -> Json {
    let found = delivery.found;
    let mut nodes: Vec<(String, Json)> =
        found.bars.iter().map(|bar| (bar.t.0.to_string(), shown(bar, wanted.size))).collect();
    if wanted.descending {
        nodes.reverse();
    }
    let mut connection = page.connection(nodes);
    let failed = delivery.failed.iter().map(|one| json!({"provider": one.provider, "reason": one.reason}));
    let more = json!({
        "ticker": wanted.ticker.as_str(),
        "adjustment": wanted.adjustment.name(),
        "source": (!found.sources.is_empty()).then(|| found.sources.join(",")),
        "stored_as": found.stored_as,
        "stale": delivery.stale,
        "failed_providers": failed.collect::<Vec<_>>(),
        "rejected": delivery.rejected.unwrap_or(0),
        "synthetic": found.sources.iter().any(|source| providers::is_synthetic(source)),
    });
    if let (Some(connection), Json::Object(more)) = (connection.as_object_mut(), more) {
        connection.extend(more);
    }
    connection
}

fn shown(bar: &Bar, size: BarSize) -> Json {
    json!({
        "t": bar.t.0, "t_close": close_of(bar.t, size).0, "date": bar.day.to_string(), "open": bar.open, "high": bar.high,
        "low": bar.low, "close": bar.close, "volume": bar.volume, "vwap": bar.vwap, "trades": bar.trades,
        "extended": bar.extended,
    })
}

/// From when on a bar may be used: its end, or the close of the last session in it.
fn close_of(start: UnixMillis, size: BarSize) -> UnixMillis {
    let end = size.stretch(Span { from: start, to: start }).to;
    if size.minutes().is_some() {
        return end.plus_ms(1);
    }
    let last = wall_time(end).map_or(Day::from_number(0), |wall| wall.day);
    let close = (0..MOST_CLOSED_DAYS).find_map(|back| session_hours(last.plus(-back)));
    close.map_or(end.plus_ms(1), |hours| hours.close)
}

#[cfg(test)]
mod tests {
    use domain::bars::Timespan;
    use domain::calendar::new_york_instant;

    use super::*;

    #[test]
    fn a_bar_may_be_used_from_its_close_on() {
        let at = |day: &str, minute| new_york_instant(day.parse().unwrap(), minute);
        let size = |count, unit| BarSize::new(count, unit).unwrap();
        assert_eq!(close_of(at("2021-12-01", 540), size(1, Timespan::Hour)), at("2021-12-01", 600));
        assert_eq!(close_of(at("2021-12-01", 0), size(1, Timespan::Day)), at("2021-12-01", 16 * 60));
        // The day after Thanksgiving ends at 13:00, and so does its week.
        assert_eq!(close_of(at("2021-11-26", 0), size(1, Timespan::Day)), at("2021-11-26", 13 * 60));
        assert_eq!(close_of(at("2021-11-21", 0), size(1, Timespan::Week)), at("2021-11-26", 13 * 60));
        assert_eq!(close_of(at("2021-10-01", 0), size(1, Timespan::Month)), at("2021-10-29", 16 * 60));
    }
}
