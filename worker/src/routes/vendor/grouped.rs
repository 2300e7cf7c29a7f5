//! `GET /v2/aggs/grouped/locale/us/market/stocks/{date}`: a session of the whole market.

use domain::api::{Aggregate, GroupedDaily};
use domain::calendar::session_hours;

use super::{answer_id, computed, flag, query, today};
use crate::error::Problem;
use crate::routes::cached::cached;
use crate::routes::query::parse_day;
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::reference::{D1Reference, SCOPES};

/// Answers every bar of a day; none where the exchange was closed. `include_otc` is passed over: nothing here is.
pub(in crate::routes) async fn grouped(call: &Call) -> Answer {
    // The vendor's client repeats the two parts of the path as parameters.
    let query = query(call, &["adjusted", "include_otc", "locale", "market_type"])?;
    flag(&query, "include_otc")?;
    query.choice("locale", &[("us", ())])?;
    query.choice("market_type", &[("stocks", ())])?;
    let adjusted = flag(&query, "adjusted")?.unwrap_or(true);
    let day = parse_day("date", call.param("date"))?;
    let today = today(call.now);
    if day > today {
        return Err(Problem::impossible("date", &day.to_string(), "a date not in the future"));
    }
    let key = format!("{day}&{adjusted}&{}", if adjusted { today.number() } else { 0 });
    cached(call, &SCOPES, &key, async |db| {
        let close = session_hours(day).map_or(domain::calendar::new_york_instant(day, 16 * 60), |hours| hours.close);
        let (bars, versions) = D1Reference(db).session(day, close, adjusted.then_some(today)).await?;
        let results: Vec<Aggregate> = bars
            .into_iter()
            .map(|(ticker, bar)| Aggregate {
                ticker: Some(ticker),
                volume: bar.volume,
                vwap: None,
                open: bar.open,
                close: bar.close,
                high: bar.high,
                low: bar.low,
                start: bar.t.0,
                trades: None,
                extended: false,
            })
            .collect();
        let count = results.len();
        let request_id = answer_id(call, &key);
        let status = "OK".to_owned();
        let answer =
            GroupedDaily { query_count: count, results_count: count, adjusted, results, status, request_id, count };
        computed(versions, &answer)
    })
    .await
}
