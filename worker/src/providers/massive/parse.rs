//! From the bytes of an answer to domain records. Pure.
//!
//! A row that breaks a rule is turned away with the reason and hides no other row; an answer that is not what the
//! documentation promises fails as a whole, in the class that says what to do about it.

use std::collections::{HashMap, HashSet};

use domain::calendar::wall_time;
use domain::market::{DailyBar, Dividend, IntradayBar, Security, SharesCount, Split};
use domain::ports::{Delivered, ProviderError, Rejection};
use domain::units::{BarInterval, Day, Ticker, UnixMillis};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::wire::{Bar, DividendRow, Envelope, ReferenceTicker, Row, SplitRow, WireRow};

/// The wait after a refusal for asking too often: the free plan counts by the minute.
const RATE_WINDOW_MS: i64 = 60_000;
/// The most of a vendor's own message that an error repeats, characters.
const MESSAGE_CHARS: usize = 200;

/// One page of rows.
#[derive(Debug, PartialEq)]
pub(super) struct Page<T> {
    pub(super) rows: Delivered<T>,
    /// The link to the page after it, as the vendor wrote it.
    pub(super) next_url: Option<String>,
}

/// Reads one page, each row through `convert`; `rows_before` rows of the delivery came on earlier pages.
pub(super) fn page<W: WireRow, T>(
    status: u16,
    body: &[u8],
    rows_before: u64,
    mut convert: impl FnMut(&W) -> Result<T, String>,
) -> Result<Page<T>, ProviderError> {
    let envelope = envelope::<Vec<Row<W>>>(status, body)?;
    let mut rows = Delivered::clean(Vec::new());
    for (line, row) in (rows_before + 1..).zip(envelope.results.unwrap_or_default()) {
        let converted = match row {
            Row::Shaped(mut row) => {
                if let Some(ticker) = &envelope.ticker {
                    row.inherit_ticker(ticker);
                }
                convert(&row)
            }
            Row::Misshapen(_) => Err("expected a row of the documented fields and types".to_owned()),
        };
        match converted {
            Ok(row) => rows.rows.push(row),
            Err(reason) => rows.rejected.push(Rejection { line, reason }),
        }
    }
    Ok(Page { rows, next_url: envelope.next_url.filter(|link| !link.is_empty()) })
}

/// A bar of the session that was asked for. `seen` holds the tickers of the rows before it.
pub(super) fn bar(row: &Bar, day: Day, seen: &mut HashSet<Ticker>) -> Result<DailyBar, String> {
    let ticker = ticker(row.ticker.as_deref())?;
    let price = |name: &str, price: Option<f64>| match price {
        Some(price) if !(price.is_finite() && price > 0.0) => {
            Err(format!("{ticker}: expected a price above 0 as {name}, was {price}"))
        }
        price => Ok(price),
    };
    let close = price("close", row.close)?.ok_or_else(|| format!("{ticker}: the close is missing or not a number"))?;
    let volume = row.volume.filter(|volume| volume.is_finite());
    if let Some(volume) = volume.filter(|volume| *volume < 0.0) {
        return Err(format!("{ticker}: expected a volume of 0 or more, was {volume}"));
    }
    let (open, high, low) = (price("open", row.open)?, price("high", row.high)?, price("low", row.low)?);
    once(seen, ticker.clone(), &ticker)?;
    Ok(DailyBar { ticker, day, open, high, low, close, adj_close: None, volume })
}

/// A session of one ticker: the day in New York at whose midnight it begins. `seen` holds the days of the rows before it.
pub(super) fn session(row: &Bar, asked: &Ticker, seen: &mut HashSet<Day>) -> Result<DailyBar, String> {
    let start = start(row, asked)?;
    let day = wall_time(start).map(|wall| wall.day).ok_or_else(|| format!("{asked}: no day has {} ms", start.0))?;
    once(seen, day, asked)?;
    bar(row, day, &mut HashSet::new())
}

/// A bar of one ticker within a session.
pub(super) fn intraday(row: &Bar, asked: &Ticker, interval: BarInterval) -> Result<IntradayBar, String> {
    let number = |name: &str, number: Option<f64>| match number {
        Some(number) if number.is_finite() && number > 0.0 => Ok(number),
        other => Err(format!("{asked}: expected a price above 0 as {name}, was {}", shown(other))),
    };
    Ok(IntradayBar {
        ticker: asked.clone(),
        interval,
        t: start(row, asked)?,
        open: number("open", row.open)?,
        high: number("high", row.high)?,
        low: number("low", row.low)?,
        close: number("close", row.close)?,
        volume: row.volume.filter(|volume| volume.is_finite()),
        vwap: row.vwap.filter(|vwap| vwap.is_finite() && *vwap > 0.0),
        trades: row.trades.filter(|trades| trades.is_finite()),
    })
}

fn start(row: &Bar, asked: &Ticker) -> Result<UnixMillis, String> {
    if row.ticker.as_deref() != Some(asked.as_str()) {
        return Err(format!("{asked}: the row is about \"{}\"", excerpt(row.ticker.as_deref().unwrap_or_default())));
    }
    row.start.map(UnixMillis).ok_or_else(|| format!("{asked}: the start is missing"))
}

/// A common stock. `seen` holds the tickers of the rows before it.
pub(super) fn security(row: &ReferenceTicker, seen: &mut HashSet<Ticker>) -> Result<Security, String> {
    let ticker = ticker(row.ticker.as_deref())?;
    if let Some(kind) = row.kind.as_deref().filter(|kind| *kind != "CS") {
        return Err(format!("{ticker}: expected the type CS, was \"{}\"", excerpt(kind)));
    }
    once(seen, ticker.clone(), &ticker)?;
    Ok(Security {
        share_class: share_class(&ticker),
        list_day: row.list_date.as_deref().and_then(leading_day),
        // The vendor gives the last day of trading; the first day without it is the next one.
        delist_day: row.delisted_utc.as_deref().and_then(leading_day).map(|day| day.plus(1)),
        name: row.name.clone(),
        sector: row.sic_description.clone(),
        exchange: row.primary_exchange.clone(),
        kind: row.kind.clone(),
        issuer: row.cik.clone(),
        delisting_price: None,
        ticker,
    })
}

/// The share count of one ticker as known on a day: `None` where the vendor does not know the ticker.
///
/// The line's own count is preferred. The weighted one counts the whole company, so where only that is given every class
/// of the company carries the company's whole cap (docs/providers.md).
pub(super) fn shares(
    status: u16,
    body: &[u8],
    asked: &Ticker,
    as_of: Day,
) -> Result<Option<Result<SharesCount, String>>, ProviderError> {
    if status == 404 && refusal_words(body).is_some_and(|words| words.status.as_deref() == Some("NOT_FOUND")) {
        return Ok(None);
    }
    let details = match envelope::<Row<ReferenceTicker>>(status, body)?.results {
        Some(Row::Shaped(details)) => details,
        _ => return Err(malformed("ticker details without the documented fields")),
    };
    if details.ticker.as_deref() != Some(asked.as_str()) {
        let given = excerpt(&details.ticker.unwrap_or_default());
        return Ok(Some(Err(format!("{asked}: the answer is about \"{given}\""))));
    }
    // A fund has shares too, but a cap from them would put it among the companies.
    if details.kind.as_deref().is_some_and(|kind| kind != "CS") {
        return Ok(None);
    }
    let count = details.share_class_shares_outstanding.or(details.weighted_shares_outstanding);
    Ok(Some(match count {
        Some(shares) if shares.is_finite() && shares > 0.0 => Ok(SharesCount { ticker: asked.clone(), as_of, shares }),
        Some(shares) => Err(format!("{asked}: expected a share count above 0, was {shares}")),
        None => Err(format!("{asked}: no share count is given")),
    }))
}

/// A split. `seen` holds the tickers and days of the rows before it.
pub(super) fn split(row: &SplitRow, seen: &mut HashSet<(Ticker, Day)>) -> Result<Split, String> {
    let ticker = ticker(row.ticker.as_deref())?;
    let ex_day = day(row.execution_date.as_deref(), &ticker)?;
    let side = |name: &str, count: Option<f64>| match count {
        Some(count) if count.is_finite() && count > 0.0 => Ok(count),
        other => Err(format!("{ticker}: expected {name} above 0, was {}", shown(other))),
    };
    let ratio = side("split_to", row.split_to)? / side("split_from", row.split_from)?;
    if !(ratio.is_finite() && ratio > 0.0) {
        return Err(format!("{ticker}: expected a split ratio above 0, was {ratio}"));
    }
    once(seen, (ticker.clone(), ex_day), &ticker)?;
    Ok(Split { ticker, ex_day, ratio })
}

/// A cash dividend in US dollars. `seen` holds the vendor's numbers of the rows before it.
pub(super) fn dividend(row: &DividendRow, seen: &mut HashSet<String>) -> Result<Dividend, String> {
    let ticker = ticker(row.ticker.as_deref())?;
    let ex_day = day(row.ex_dividend_date.as_deref(), &ticker)?;
    if let Some(currency) = row.currency.as_deref().filter(|currency| !currency.eq_ignore_ascii_case("USD")) {
        return Err(format!("{ticker}: expected a dividend in USD, was {}", excerpt(currency)));
    }
    let amount = match row.cash_amount {
        Some(amount) if amount.is_finite() && amount > 0.0 => amount,
        other => return Err(format!("{ticker}: expected a cash amount above 0, was {}", shown(other))),
    };
    if let Some(id) = &row.id {
        once(seen, id.clone(), &ticker)?;
    }
    Ok(Dividend { ticker, ex_day, amount })
}

/// One dividend per ticker and ex-date: a regular and a special one of the same day are paid together.
pub(super) fn merge_dividends(rows: Vec<Dividend>) -> Vec<Dividend> {
    let mut position = HashMap::new();
    let mut merged: Vec<Dividend> = Vec::with_capacity(rows.len());
    for row in rows {
        match position.get(&(row.ticker.clone(), row.ex_day)) {
            Some(&at) => {
                let earlier: &mut Dividend = &mut merged[at];
                earlier.amount += row.amount;
            }
            None => {
                position.insert((row.ticker.clone(), row.ex_day), merged.len());
                merged.push(row);
            }
        }
    }
    merged
}

fn ticker(text: Option<&str>) -> Result<Ticker, String> {
    text.unwrap_or_default().parse::<Ticker>().map_err(|error| error.to_string())
}

pub(super) fn day(text: Option<&str>, ticker: &Ticker) -> Result<Day, String> {
    text.unwrap_or_default().parse::<Day>().map_err(|error| format!("{ticker}: {error}"))
}

/// The day that an instant such as `2021-04-25T00:00:00Z` begins with.
fn leading_day(text: &str) -> Option<Day> {
    text.get(..10)?.parse().ok()
}

/// The vendor writes a class as a suffix of one letter: `BRK.A`.
fn share_class(ticker: &Ticker) -> Option<String> {
    let (_, suffix) = ticker.as_str().rsplit_once('.')?;
    (suffix.len() == 1).then(|| suffix.to_owned())
}

fn once<K: Eq + std::hash::Hash>(seen: &mut HashSet<K>, key: K, ticker: &Ticker) -> Result<(), String> {
    if seen.insert(key) { Ok(()) } else { Err(format!("{ticker}: was delivered twice")) }
}

pub(super) fn shown(number: Option<f64>) -> String {
    number.map_or_else(|| "missing or not a number".to_owned(), |number| number.to_string())
}

pub(super) fn excerpt(text: &str) -> String {
    text.chars().take(MESSAGE_CHARS).collect()
}

pub(super) fn malformed(detail: &str) -> ProviderError {
    ProviderError::Malformed { detail: detail.to_owned() }
}

/// The envelope of an answer that says it succeeded.
fn envelope<R: DeserializeOwned>(status: u16, body: &[u8]) -> Result<Envelope<R>, ProviderError> {
    if !(200..300).contains(&status) {
        return Err(refusal(status, body));
    }
    let envelope = match serde_json::from_slice::<Envelope<R>>(body) {
        Ok(envelope) => envelope,
        Err(error) => repaired(body).ok_or_else(|| unreadable(body, &error))?,
    };
    let promised = envelope.results_count.unwrap_or(0);
    match envelope.status.as_deref() {
        // DELAYED is a success: the plan's data are fifteen minutes or a day old.
        Some("OK" | "DELAYED") if envelope.results.is_none() && promised > 0 => {
            Err(malformed("results were announced and not sent"))
        }
        Some("OK" | "DELAYED") => Ok(envelope),
        Some(_) => Err(refusal(status, body)),
        None => Err(malformed("JSON without the documented status")),
    }
}

/// What a refusal means for the caller.
pub(super) fn refusal(status: u16, body: &[u8]) -> ProviderError {
    let words = refusal_words(body);
    let message = words.and_then(|words| words.error.or(words.message)).map(|text| excerpt(&text)).unwrap_or_default();
    let detail =
        if message.is_empty() { format!("status {status}") } else { format!("status {status}, \"{message}\"") };
    match status {
        429 => ProviderError::RateLimited { retry_after_ms: RATE_WINDOW_MS },
        408 | 500..=599 => ProviderError::Transient { detail },
        300..=399 => ProviderError::Malformed { detail },
        _ if message.contains("exceeded the maximum requests") => {
            ProviderError::RateLimited { retry_after_ms: RATE_WINDOW_MS }
        }
        _ => ProviderError::Rejected { detail },
    }
}

/// What a body says in the vendor's own error shape, if it has that shape.
fn refusal_words(body: &[u8]) -> Option<Envelope<IgnoredAny>> {
    serde_json::from_slice(body).ok()
}

fn unreadable(body: &[u8], error: &serde_json::Error) -> ProviderError {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    malformed(match first {
        None => "an empty body",
        Some(b'<') => "HTML instead of JSON",
        Some(_) if error.is_eof() => "JSON that ends early",
        Some(_) if error.is_data() => "JSON of another shape than documented",
        Some(_) => "a body that is not JSON",
    })
}

/// The envelope of a body that is JSON but for bare `NaN` and `Infinity`, which some servers write: they become null, so
/// that the rows that hold them are turned away and the others are not.
fn repaired<R: DeserializeOwned>(body: &[u8]) -> Option<Envelope<R>> {
    const NON_NUMBERS: [&[u8]; 3] = [b"NaN", b"-Infinity", b"Infinity"];
    let mut json = Vec::with_capacity(body.len());
    let (mut rest, mut in_text) = (body, false);
    while let [byte, ..] = rest {
        let found = NON_NUMBERS.iter().find(|token| !in_text && rest.starts_with(token));
        let (kept, taken): (&[u8], usize) = match (found, byte, in_text) {
            (Some(token), ..) => (b"null", token.len()),
            (None, b'\\', true) => (&rest[..rest.len().min(2)], rest.len().min(2)),
            (None, b'"', _) => {
                in_text = !in_text;
                (&rest[..1], 1)
            }
            _ => (&rest[..1], 1),
        };
        json.extend_from_slice(kept);
        rest = &rest[taken..];
    }
    serde_json::from_slice(&json).ok()
}

#[cfg(test)]
mod tests;
