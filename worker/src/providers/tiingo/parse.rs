//! From the bytes of an answer to domain records. Pure. A row that breaks a rule is turned away and hides no other.

use std::collections::HashSet;

use chrono::DateTime;
use domain::market::{DailyBar, IntradayBar};
use domain::ports::{Delivered, ProviderError, Rejection};
use domain::units::{BarInterval, Day, Ticker, UnixMillis};

use super::wire::{PriceRow, Refusal};

const RATE_WINDOW_MS: i64 = 3_600_000;
const MESSAGE_CHARS: usize = 200;

/// Reads every row through `convert`. A ticker that the vendor does not know has no rows.
pub(super) fn rows<T>(
    status: u16,
    body: &[u8],
    mut convert: impl FnMut(PriceRow) -> Result<T, String>,
) -> Result<Delivered<T>, ProviderError> {
    if status == 404 && refusal_words(body).is_some() {
        return Ok(Delivered::clean(Vec::new()));
    }
    if !(200..300).contains(&status) {
        return Err(refusal(status, body));
    }
    let Ok(wire) = serde_json::from_slice::<Vec<serde_json::Value>>(body) else {
        // Some refusals come as a success with a sentence.
        let text = String::from_utf8_lossy(body);
        let refused = refusal_words(body).is_some() || text.starts_with("Error:") || text.contains("run over your");
        let malformed = || ProviderError::Malformed { detail: "an answer that is no list of rows".to_owned() };
        return Err(if refused { refusal(status, body) } else { malformed() });
    };
    let mut delivered = Delivered::clean(Vec::with_capacity(wire.len()));
    for (line, row) in (1..).zip(wire) {
        let row =
            serde_json::from_value(row).map_err(|_| "expected a row of the documented fields and types".to_owned());
        match row.and_then(&mut convert) {
            Ok(row) => delivered.rows.push(row),
            Err(reason) => delivered.rejected.push(Rejection { line, reason }),
        }
    }
    Ok(delivered)
}

/// A session: the day of the row's instant in UTC.
pub(super) fn daily(row: &PriceRow, ticker: &Ticker, seen: &mut HashSet<Day>) -> Result<DailyBar, String> {
    let text = row.date.as_deref().unwrap_or_default();
    let day: Day = text.get(..10).unwrap_or_default().parse().map_err(|error| format!("{ticker}: {error}"))?;
    let close = price(ticker, "close", row.close)?.ok_or_else(|| format!("{ticker}: the close is missing"))?;
    if !seen.insert(day) {
        return Err(format!("{ticker}: {day} was delivered twice"));
    }
    Ok(DailyBar {
        ticker: ticker.clone(),
        day,
        open: price(ticker, "open", row.open)?,
        high: price(ticker, "high", row.high)?,
        low: price(ticker, "low", row.low)?,
        close,
        adj_close: None,
        volume: volume(ticker, row.volume)?,
    })
}

/// A bar within a session.
pub(super) fn intraday(row: &PriceRow, ticker: &Ticker, interval: BarInterval) -> Result<IntradayBar, String> {
    let text = row.date.as_deref().unwrap_or_default();
    let t = DateTime::parse_from_rfc3339(text).map_err(|_| format!("{ticker}: expected an instant, was \"{text}\""))?;
    let needed = |name, value| price(ticker, name, value)?.ok_or_else(|| format!("{ticker}: the {name} is missing"));
    Ok(IntradayBar {
        ticker: ticker.clone(),
        interval,
        t: UnixMillis(t.timestamp_millis()),
        open: needed("open", row.open)?,
        high: needed("high", row.high)?,
        low: needed("low", row.low)?,
        close: needed("close", row.close)?,
        volume: volume(ticker, row.volume)?,
        vwap: None,
        trades: None,
    })
}

fn price(ticker: &Ticker, name: &str, price: Option<f64>) -> Result<Option<f64>, String> {
    match price {
        Some(price) if !(price.is_finite() && price > 0.0) => {
            Err(format!("{ticker}: expected a price above 0 as {name}, was {price}"))
        }
        price => Ok(price),
    }
}

fn volume(ticker: &Ticker, volume: Option<f64>) -> Result<Option<f64>, String> {
    match volume {
        Some(volume) if !(volume.is_finite() && volume >= 0.0) => {
            Err(format!("{ticker}: expected a volume of 0 or more, was {volume}"))
        }
        volume => Ok(volume),
    }
}

fn refusal_words(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<Refusal>(body).ok().and_then(|refusal| refusal.detail)
}

/// What a refusal means for the caller. Allowances are counted by the hour.
fn refusal(status: u16, body: &[u8]) -> ProviderError {
    let words = refusal_words(body).unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    let message: String = words.chars().take(MESSAGE_CHARS).collect();
    let detail = format!("status {status}, \"{message}\"");
    match status {
        429 => ProviderError::RateLimited { retry_after_ms: RATE_WINDOW_MS },
        _ if message.contains("run over your") => ProviderError::RateLimited { retry_after_ms: RATE_WINDOW_MS },
        408 | 500..=599 => ProviderError::Transient { detail },
        300..=399 => ProviderError::Malformed { detail },
        _ => ProviderError::Rejected { detail },
    }
}
