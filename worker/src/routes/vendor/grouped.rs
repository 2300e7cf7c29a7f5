//! `GET /v2/aggs/grouped/locale/us/market/stocks/{date}`: a session of the whole market.

use domain::api::{Aggregate, GroupedDaily, Provenance};
use domain::bars::{Bar, Factors};
use domain::calendar::{new_york_instant, session_hours};
use domain::market::DailyBar;
use domain::units::{Day, UnixMillis};

use super::asked::Mode;
use super::fetched::Means;
use super::fetched_reference::{Brought, From};
use super::{answer_id, computed, flag, query, today, uncached};
use crate::error::Problem;
use crate::jobs::fetch_reference::{Rows, Wanted};
use crate::routes::cached::cached;
use crate::routes::query::parse_day;
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::reference::{D1Reference, SCOPES};

/// Answers every bar of a day; none where the exchange was closed. `include_otc` is passed over: nothing here is.
pub(in crate::routes) async fn grouped(call: &Call) -> Answer {
    // The vendor's client repeats the two parts of the path as parameters.
    let query = query(call, &["adjusted", "include_otc", "locale", "market_type", "mode", "provider"])?;
    flag(&query, "include_otc")?;
    query.choice("locale", &[("us", ())])?;
    query.choice("market_type", &[("stocks", ())])?;
    let from = From::read(&query)?;
    let adjusted = flag(&query, "adjusted")?.unwrap_or(true);
    let day = parse_day("date", call.param("date"))?;
    let today = today(call.now);
    if day > today {
        return Err(Problem::impossible("date", &day.to_string(), "a date not in the future"));
    }
    let close = session_hours(day).map_or(new_york_instant(day, 16 * 60), |hours| hours.close);
    let restated_by = adjusted.then_some(today);
    if from.mode != Mode::Stored {
        let means = Means::of(call)?;
        let Brought { rows, version, provenance, problem } = from.bring(&means, Wanted::Session(day)).await?;
        let reference = D1Reference(means.db);
        let bars = match rows {
            Some(Rows::Session(bars, _)) => restated(&reference, bars, close, restated_by).await?,
            _ => reference.session(day, close, restated_by).await?.bars,
        };
        if let Some(problem) = problem.filter(|_| bars.is_empty()) {
            return Err(problem);
        }
        return uncached(&answer(bars, adjusted, format!("fetched-{}", call.now.0), provenance), version);
    }
    let key = format!("{day}&{adjusted}&{}", if adjusted { today.number() } else { 0 });
    cached(call, &SCOPES, &key, async |db| {
        let session = D1Reference(db).session(day, close, restated_by).await?;
        let source = (!session.sources.is_empty()).then(|| session.sources.join(","));
        let provenance = Provenance { source, ..Provenance::default() };
        computed(session.versions, &answer(session.bars, adjusted, answer_id(call, &key), provenance))
    })
    .await
}

/// What a provider delivered, restated for the splits that are known here.
async fn restated(
    reference: &D1Reference<'_>,
    bars: Vec<DailyBar>,
    close: UnixMillis,
    restated_by: Option<Day>,
) -> Result<Vec<(String, Bar)>, Problem> {
    let session = bars.first().map(|bar| bar.day);
    let splits = match session.zip(restated_by) {
        Some((day, until)) => reference.splits_after(day, until).await?,
        None => Default::default(),
    };
    let mut found: Vec<(String, Bar)> = bars
        .into_iter()
        .map(|bar| {
            let DailyBar { ticker, day, open, high, low, close: last, volume, .. } = bar;
            let bar =
                Bar { t: close, day, open, high, low, close: last, volume, vwap: None, trades: None, extended: false };
            let factors = splits.get(ticker.as_str()).zip(restated_by);
            let restated = factors.map(|(actions, until)| Factors::new(actions, until).applied(bar.clone()));
            (ticker.to_string(), restated.unwrap_or(bar))
        })
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

fn answer(bars: Vec<(String, Bar)>, adjusted: bool, request_id: String, provenance: Provenance) -> GroupedDaily {
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
    let (count, status) = (results.len(), if provenance.stale { "DELAYED" } else { "OK" }.to_owned());
    GroupedDaily { query_count: count, results_count: count, adjusted, results, status, request_id, count, provenance }
}
