//! From the bytes of an answer to domain records. Pure. A row that breaks a rule is turned away and hides no other.

use std::collections::HashSet;

use chrono::DateTime;
use domain::market::{DailyBar, IntradayBar};
use domain::ports::{Delivered, ProviderError};
use domain::units::{BarInterval, Day, Ticker, UnixMillis};

use super::wire::Refusal;
use crate::providers::price_rows::{PriceRow, read_each};

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
    Ok(read_each(wire, |row| convert(row).map(Some)))
}

/// A session: the day of the row's instant in UTC.
pub(super) fn daily(row: &PriceRow, ticker: &Ticker, seen: &mut HashSet<Day>) -> Result<DailyBar, String> {
    let text = row.date.as_deref().unwrap_or_default();
    let day: Day = text.get(..10).unwrap_or_default().parse().map_err(|error| format!("{ticker}: {error}"))?;
    row.session(ticker, day, seen)
}

/// A bar within a session.
pub(super) fn intraday(row: &PriceRow, ticker: &Ticker, interval: BarInterval) -> Result<IntradayBar, String> {
    let text = row.date.as_deref().unwrap_or_default();
    let t = DateTime::parse_from_rfc3339(text).map_err(|_| format!("{ticker}: expected an instant, was \"{text}\""))?;
    row.bar(ticker, interval, UnixMillis(t.timestamp_millis()))
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
