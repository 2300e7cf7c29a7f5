//! From the bytes of an answer to domain records. Pure. A row that breaks a rule is turned away and hides no other.

use std::collections::HashSet;

use domain::calendar::new_york_instant;
use domain::market::{DailyBar, Dividend, IntradayBar, Split};
use domain::ports::{Delivered, ProviderError};
use domain::units::{BarInterval, Day, Ticker};
use serde::de::DeserializeOwned;

use super::wire::{DailyRow, DividendRow, Refusal, SplitRow};
use crate::providers::price_rows::{PriceRow, read_each};

const RATE_WINDOW_MS: i64 = 60_000;
const MESSAGE_CHARS: usize = 200;

/// Reads every row through `convert`, which answers `None` for one that is not about the United States' market.
pub(super) fn rows<W: DeserializeOwned, T>(
    status: u16,
    body: &[u8],
    convert: impl FnMut(W) -> Result<Option<T>, String>,
) -> Result<Delivered<T>, ProviderError> {
    if !(200..300).contains(&status) {
        return Err(refusal(status, body));
    }
    let Ok(wire) = serde_json::from_slice::<Vec<serde_json::Value>>(body) else {
        let refused = serde_json::from_slice::<Refusal>(body).is_ok_and(|refusal| refusal.message.is_some());
        return Err(if refused { refusal(status, body) } else { malformed("an answer that is no list of rows") });
    };
    Ok(read_each(wire, convert))
}

/// A session.
pub(super) fn daily(row: DailyRow, ticker: &Ticker, seen: &mut HashSet<Day>) -> Result<Option<DailyBar>, String> {
    let row = row.prices();
    let day = day(row.date.as_deref(), ticker)?;
    row.session(ticker, day, seen).map(Some)
}

/// A bar of `historical-chart` within a session: its date is New York wall time, `2026-06-01 09:30:00`.
pub(super) fn intraday(row: &PriceRow, ticker: &Ticker, interval: BarInterval) -> Result<Option<IntradayBar>, String> {
    let text = row.date.as_deref().unwrap_or_default();
    let (date, time) =
        text.split_once(' ').ok_or_else(|| format!("{ticker}: expected a date and a time, was \"{text}\""))?;
    let day = day(Some(date), ticker)?;
    let minute = time
        .split_once(':')
        .and_then(|(hour, rest)| Some(hour.parse::<u32>().ok()? * 60 + rest.get(..2)?.parse::<u32>().ok()?))
        .filter(|minute| *minute < 1_440)
        .ok_or_else(|| format!("{ticker}: expected a time of day, was \"{time}\""))?;
    row.bar(ticker, interval, new_york_instant(day, minute)).map(Some)
}

/// A split; `None` for a symbol of another exchange, which is told by its suffix.
pub(super) fn split(row: &SplitRow, seen: &mut HashSet<(Ticker, Day)>) -> Result<Option<Split>, String> {
    let Some(ticker) = domestic(row.symbol.as_deref())? else { return Ok(None) };
    let ex_day = day(row.date.as_deref(), &ticker)?;
    let (Some(to), Some(from)) = (row.numerator, row.denominator) else {
        return Err(format!("{ticker}: numerator or denominator is missing"));
    };
    let ratio = to / from;
    if !(ratio.is_finite() && ratio > 0.0) {
        return Err(format!("{ticker}: expected a split ratio above 0, was {to} for {from}"));
    }
    if !seen.insert((ticker.clone(), ex_day)) {
        return Err(format!("{ticker}: {ex_day} was delivered twice"));
    }
    Ok(Some(Split { ticker, ex_day, ratio }))
}

/// A dividend; `None` likewise.
pub(super) fn dividend(row: &DividendRow, seen: &mut HashSet<(Ticker, Day)>) -> Result<Option<Dividend>, String> {
    let Some(ticker) = domestic(row.symbol.as_deref())? else { return Ok(None) };
    let ex_day = day(row.date.as_deref(), &ticker)?;
    let amount = row.dividend.filter(|amount| amount.is_finite() && *amount > 0.0);
    let amount = amount.ok_or_else(|| format!("{ticker}: expected a dividend above 0"))?;
    if !seen.insert((ticker.clone(), ex_day)) {
        return Err(format!("{ticker}: {ex_day} was delivered twice"));
    }
    Ok(Some(Dividend { ticker, ex_day, amount }))
}

/// The ticker of a symbol without the suffix of another country's exchange (`OIBR4.SA`); here a class is written with a dash.
fn domestic(symbol: Option<&str>) -> Result<Option<Ticker>, String> {
    let symbol = symbol.unwrap_or_default();
    if symbol.contains('.') {
        return Ok(None);
    }
    symbol.replace('-', ".").parse().map(Some).map_err(|error: domain::units::TickerError| error.to_string())
}

fn day(text: Option<&str>, ticker: &Ticker) -> Result<Day, String> {
    text.unwrap_or_default().parse().map_err(|error| format!("{ticker}: {error}"))
}

fn malformed(detail: &str) -> ProviderError {
    ProviderError::Malformed { detail: detail.to_owned() }
}

/// What a refusal means for the caller. The daily limit is told by its words, with several statuses.
fn refusal(status: u16, body: &[u8]) -> ProviderError {
    let message = serde_json::from_slice::<Refusal>(body).ok().and_then(|refusal| refusal.message).unwrap_or_default();
    let message: String = message.chars().take(MESSAGE_CHARS).collect();
    let detail =
        if message.is_empty() { format!("status {status}") } else { format!("status {status}, \"{message}\"") };
    match status {
        429 => ProviderError::RateLimited { retry_after_ms: RATE_WINDOW_MS },
        _ if message.contains("Limit Reach") => ProviderError::RateLimited { retry_after_ms: RATE_WINDOW_MS },
        408 | 500..=599 => ProviderError::Transient { detail },
        300..=399 => ProviderError::Malformed { detail },
        _ => ProviderError::Rejected { detail },
    }
}
