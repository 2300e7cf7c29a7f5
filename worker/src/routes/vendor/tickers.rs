//! `GET /v3/reference/tickers` and `GET /v3/reference/tickers/{ticker}`.

use domain::api::{ReferenceTicker, TickerDetails, TickerDetailsAnswer, TickerPage};
use domain::units::Day;

use super::{answer_id, computed, descending, flag, link, query, ticker_of, today};
use crate::error::Problem;
use crate::routes::cached::cached;
use crate::routes::query::Query;
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::reference::{D1Reference, ListedSecurity, SCOPES, SecurityFilter};

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
    let key = format!("{filter:?}&{day}&{limit}&{}", call.origin());
    cached(call, &SCOPES, &key, async |db| {
        let (mut found, versions) = D1Reference(db).securities(&filter, day, limit + 1).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next_url = found
            .last()
            .filter(|_| more)
            .map(|last| link(call, "/v3/reference/tickers", &query, &[("cursor", &last.ticker)], PARAMETERS));
        let results: Vec<ReferenceTicker> = found.into_iter().map(shown).collect();
        let request_id = answer_id(call, &key);
        computed(versions, &TickerPage::new(results, request_id, next_url))
    })
    .await
}

/// Answers what is known of one security on a day.
pub(in crate::routes) async fn details(call: &Call) -> Answer {
    // The vendor's client repeats the ticker as a parameter.
    let query = query(call, &["date", "ticker"])?;
    let (ticker, day) = (ticker_of(call)?, query.day("date")?.unwrap_or(today(call.now)));
    let key = format!("{ticker}&{day}");
    cached(call, &SCOPES, &key, async |db| {
        let (found, versions) = D1Reference(db).security(ticker.as_str(), day).await?;
        let found = found.ok_or_else(|| Problem::unknown("ticker", ticker.as_str()))?;
        let results = TickerDetails {
            sic_description: found.sector.clone(),
            list_date: found.list_day.map(|number| Day::from_number(number).to_string()),
            market_cap: found.market_cap,
            share_class_shares_outstanding: found.shares,
            weighted_shares_outstanding: found.shares,
            listed: shown(found),
        };
        let request_id = answer_id(call, &key);
        computed(versions, &TickerDetailsAnswer { results, status: "OK".to_owned(), request_id })
    })
    .await
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
