//! `GET /v3/reference/tickers` and `GET /v3/reference/tickers/{ticker}`.

use domain::api::{
    NewTicker, Provenance, ReferenceTicker, TickerDetails, TickerDetailsAnswer, TickerEvent, TickerEvents,
    TickerEventsAnswer, TickerPage,
};
use domain::market::Security;
use domain::units::Day;

use super::asked::Mode;
use super::fetched::Means;
use super::fetched_reference::{Brought, From};
use super::{answer_id, computed, descending, flag, link, query, ticker_of, today, uncached};
use crate::error::Problem;
use crate::jobs::fetch_reference::{Rows, Wanted};
use crate::routes::cached::cached;
use crate::routes::query::Query;
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::reference::{D1Reference, ListedSecurity, Named, SCOPES, SecurityFilter};

const PARAMETERS: &[&str] = &[
    "ticker",
    "ticker.gt",
    "ticker.gte",
    "ticker.lt",
    "ticker.lte",
    "type",
    "market",
    "exchange",
    "cusip",
    "cik",
    "date",
    "search",
    "active",
    "order",
    "limit",
    "sort",
    "cursor",
    "mode",
    "provider",
];

const MOST_ROWS: i64 = 1_000;
const DEFAULT_ROWS: i64 = 100;

/// Answers a page of the securities as of a day.
pub(in crate::routes) async fn tickers(call: &Call) -> Answer {
    let query = query(call, PARAMETERS)?;
    let day = query.day("date")?.unwrap_or(today(call.now));
    let limit = query.integer("limit", 1, MOST_ROWS)?.unwrap_or(DEFAULT_ROWS);
    let limit = usize::try_from(limit).unwrap_or(1);
    query.choice("sort", &[("ticker", ())])?;
    query.choice("market", &[("stocks", ())])?;
    if let Some(cusip) = query.text("cusip") {
        return Err(Problem::impossible("cusip", cusip, "absent: no CUSIP is stored"));
    }
    let filter = filter_of(&query)?;
    let from = From::read(&query)?;
    let paged = |mut found: Vec<ListedSecurity>, id: String, provenance: Provenance| {
        let more = found.len() > limit;
        found.truncate(limit);
        let next_url = found
            .last()
            .filter(|_| more)
            .map(|last| link(call, "/v3/reference/tickers", &query, &[("cursor", &last.ticker)], PARAMETERS));
        let results: Vec<ReferenceTicker> = found.into_iter().map(shown).collect();
        TickerPage::new(results, id, next_url, provenance)
    };
    if from.mode != Mode::Stored {
        let means = Means::of(call)?;
        let Brought { rows, version, provenance, problem } = from.bring(&means, Wanted::Securities(day)).await?;
        let found = match rows {
            Some(Rows::Securities(rows)) => within(&rows, &filter, day, limit + 1),
            _ => D1Reference(means.db).securities(&filter, day, limit + 1).await?.0,
        };
        if let Some(problem) = problem.filter(|_| found.is_empty()) {
            return Err(problem);
        }
        return uncached(&paged(found, format!("fetched-{}", call.now.0), provenance), version);
    }
    let key = format!("{filter:?}&{day}&{limit}&{}", call.origin());
    cached(call, &SCOPES, &key, async |db| {
        let (found, versions) = D1Reference(db).securities(&filter, day, limit + 1).await?;
        computed(versions, &paged(found, answer_id(call, &key), Provenance::default()))
    })
    .await
}

/// The delivered securities that a page holds, as the database would answer them.
fn within(rows: &[Security], filter: &SecurityFilter, day: Day, limit: usize) -> Vec<ListedSecurity> {
    let mut found: Vec<ListedSecurity> = rows.iter().map(|row| listed(row, day)).collect();
    let wanted = |bound: &Option<String>, holds: fn(&String, &String) -> bool, value: &String| {
        bound.as_ref().is_none_or(|bound| holds(value, bound))
    };
    let part = filter.part.as_ref().map(|part| part.to_lowercase());
    found.retain(|row| {
        let named = [Some(&row.ticker), row.name.as_ref()].into_iter().flatten();
        let mut named = named.map(|text| text.to_lowercase());
        let kind = row.kind.clone().unwrap_or_else(|| "CS".to_owned());
        wanted(&filter.ticker, |a, b| a == b, &row.ticker)
            && wanted(&filter.above, |a, b| a > b, &row.ticker)
            && wanted(&filter.at_least, |a, b| a >= b, &row.ticker)
            && wanted(&filter.below, |a, b| a < b, &row.ticker)
            && wanted(&filter.at_most, |a, b| a <= b, &row.ticker)
            && wanted(&filter.kind, |a, b| a == b, &kind)
            && filter.issuer.as_ref().is_none_or(|issuer| Some(issuer) == row.issuer.as_ref())
            && filter.exchange.as_ref().is_none_or(|exchange| Some(exchange) == row.exchange.as_ref())
            && part.as_ref().is_none_or(|part| named.any(|text| text.contains(part)))
            && (row.active != 0) == filter.active
    });
    found.sort_by(|one, other| one.ticker.cmp(&other.ticker));
    if filter.descending {
        found.reverse();
    }
    found.truncate(limit);
    found
}

/// A delivered security as the list has it.
fn listed(row: &Security, day: Day) -> ListedSecurity {
    let active = row.list_day.is_none_or(|first| first <= day) && row.delist_day.is_none_or(|gone| gone > day);
    ListedSecurity {
        ticker: row.ticker.to_string(),
        name: row.name.clone(),
        exchange: row.exchange.clone(),
        kind: row.kind.clone(),
        issuer: row.issuer.clone(),
        list_day: row.list_day.map(Day::number),
        delist_day: row.delist_day.map(Day::number),
        active: i64::from(active),
        sector: row.sector.clone(),
        market_cap: None,
        shares: None,
    }
}

/// Answers what is known of one security on a day.
pub(in crate::routes) async fn details(call: &Call) -> Answer {
    // The vendor's client repeats the ticker as a parameter.
    let query = query(call, &["date", "ticker", "mode", "provider"])?;
    let (ticker, day) = (ticker_of(call)?, query.day("date")?.unwrap_or(today(call.now)));
    let from = From::read(&query)?;
    let unknown = || Problem::unknown("ticker", ticker.as_str());
    if from.mode != Mode::Stored {
        let means = Means::of(call)?;
        let Brought { rows, version, provenance, problem } = from.bring(&means, Wanted::Securities(day)).await?;
        let found = match rows {
            Some(Rows::Securities(rows)) => rows.iter().find(|row| row.ticker == ticker).map(|row| listed(row, day)),
            _ => D1Reference(means.db).security(ticker.as_str(), day).await?.0,
        };
        let found = found.ok_or_else(|| problem.unwrap_or_else(unknown))?;
        return uncached(&detailed(found, format!("fetched-{}", call.now.0), provenance), version);
    }
    let key = format!("{ticker}&{day}");
    cached(call, &SCOPES, &key, async |db| {
        let (found, versions) = D1Reference(db).security(ticker.as_str(), day).await?;
        computed(versions, &detailed(found.ok_or_else(unknown)?, answer_id(call, &key), Provenance::default()))
    })
    .await
}

/// Answers what a security was called, and from when on.
pub(in crate::routes) async fn events(call: &Call) -> Answer {
    // The vendor's client repeats the ticker as a parameter.
    let query = query(call, &["types", "ticker"])?;
    query.choice("types", &[("ticker_change", ())])?;
    let ticker = ticker_of(call)?;
    cached(call, &SCOPES, ticker.as_str(), async |db| {
        let (found, versions) = D1Reference(db).names(ticker.as_str()).await?;
        let Some(latest) = found.first() else { return Err(Problem::unknown("ticker", ticker.as_str())) };
        let name = latest.name.clone().unwrap_or_else(|| latest.ticker.clone());
        let results = TickerEvents { name, events: events_of(&found) };
        let request_id = answer_id(call, ticker.as_str());
        computed(versions, &TickerEventsAnswer { results, status: "OK".to_owned(), request_id })
    })
    .await
}

/// When each symbol began, the latest first. The oldest one began with the listing or the first bar; where that comes after its own
/// end, when it began is not known and it is left out.
fn events_of(names: &[Named]) -> Vec<TickerEvent> {
    let ends = std::iter::once(None).chain(names.iter().map(|newer| newer.first_day));
    let begun = names.iter().zip(ends).filter_map(|(named, end)| {
        let listed = named.listed_day.filter(|day| end.is_none_or(|end| *day < end));
        let day = Day::from_number(named.first_day.or(listed)?);
        let ticker_change = NewTicker { ticker: named.ticker.clone() };
        Some(TickerEvent { kind: "ticker_change".to_owned(), date: day.to_string(), ticker_change })
    });
    begun.collect()
}

fn detailed(found: ListedSecurity, request_id: String, provenance: Provenance) -> TickerDetailsAnswer {
    let results = TickerDetails {
        sic_description: found.sector.clone(),
        list_date: found.list_day.map(|number| Day::from_number(number).to_string()),
        market_cap: found.market_cap,
        share_class_shares_outstanding: found.shares,
        weighted_shares_outstanding: found.shares,
        listed: shown(found),
    };
    let status = if provenance.stale { "DELAYED" } else { "OK" }.to_owned();
    TickerDetailsAnswer { results, status, request_id, provenance }
}

fn filter_of(query: &Query) -> Result<SecurityFilter, Problem> {
    let text = |name: &str| query.text(name).map(str::to_owned);
    let descending = descending(query, "order", false)?;
    let (above, below) = (text("ticker.gt"), text("ticker.lt"));
    let cursor = text("cursor");
    // The page goes on behind the last one shown, within the bounds asked for.
    let (above, below) = if descending {
        (above, tighter(below, cursor, |a, b| a < b))
    } else {
        (tighter(above, cursor, |a, b| a > b), below)
    };
    Ok(SecurityFilter {
        ticker: text("ticker"),
        above,
        at_least: text("ticker.gte"),
        below,
        at_most: text("ticker.lte"),
        kind: text("type"),
        issuer: text("cik"),
        exchange: text("exchange"),
        part: text("search"),
        active: flag(query, "active")?.unwrap_or(true),
        descending,
    })
}

fn tighter(bound: Option<String>, cursor: Option<String>, is_tighter: fn(&String, &String) -> bool) -> Option<String> {
    match (bound, cursor) {
        (Some(bound), Some(cursor)) => Some(if is_tighter(&bound, &cursor) { bound } else { cursor }),
        (one, other) => one.or(other),
    }
}

fn shown(row: ListedSecurity) -> ReferenceTicker {
    ReferenceTicker {
        name: row.name.unwrap_or_else(|| row.ticker.clone()),
        ticker: row.ticker,
        market: "stocks".to_owned(),
        locale: "us".to_owned(),
        primary_exchange: row.exchange,
        kind: Some(row.kind.unwrap_or_else(|| "CS".to_owned())),
        active: row.active != 0,
        currency_name: "usd".to_owned(),
        cik: row.issuer,
        // The vendor gives the last day of trading; stored is the first one without.
        delisted_utc: row.delist_day.map(|number| format!("{}T00:00:00Z", Day::from_number(number).plus(-1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_symbol_begins_after_it_ended() {
        let named = |ticker: &str, first_day: Option<i32>, listed: i32| Named {
            ticker: ticker.to_owned(),
            name: None,
            first_day,
            listed_day: Some(listed),
        };
        let shown = |listed: i32| {
            let names = [named("C", Some(30), listed), named("B", Some(20), listed), named("A", None, listed)];
            events_of(&names).into_iter().map(|event| (event.ticker_change.ticker, event.date)).collect::<Vec<_>>()
        };
        let at = |ticker: &str, day: i32| (ticker.to_owned(), Day::from_number(day).to_string());
        assert_eq!(shown(10), [at("C", 30), at("B", 20), at("A", 10)]);
        assert_eq!(shown(20), [at("C", 30), at("B", 20)]);
        assert_eq!(events_of(&[named("A", None, 10)]).len(), 1);
    }

    #[test]
    fn a_cursor_never_widens_the_bounds() {
        let bounds = |raw: &str| {
            let filter = filter_of(&Query::parse(raw, PARAMETERS).unwrap()).unwrap();
            (filter.above, filter.below)
        };
        assert_eq!(bounds("ticker.gt=C&cursor=D"), (Some("D".into()), None));
        assert_eq!(bounds("ticker.gt=C&cursor=A"), (Some("C".into()), None));
        assert_eq!(bounds("order=desc&ticker.gt=A&cursor=D"), (Some("A".into()), Some("D".into())));
    }
}
