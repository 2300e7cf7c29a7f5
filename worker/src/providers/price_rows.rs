//! Lists of rows with prices, as vendors answer them that are asked a ticker at a time. Pure. A row that breaks a rule is
//! turned away and hides no other.

use std::collections::HashSet;

use domain::market::{DailyBar, IntradayBar};
use domain::ports::{Delivered, Rejection};
use domain::units::{BarInterval, Day, Ticker, UnixMillis};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A session or a bar within one, under the names that most vendors use. Every field is optional here.
#[derive(Deserialize)]
pub(crate) struct PriceRow {
    /// A day or an instant, as the vendor writes it.
    pub(crate) date: Option<String>,
    pub(crate) open: Option<f64>,
    pub(crate) high: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) close: Option<f64>,
    pub(crate) volume: Option<f64>,
}

impl PriceRow {
    /// The session of a day. `seen` holds the days of the rows before it.
    pub(crate) fn session(&self, ticker: &Ticker, day: Day, seen: &mut HashSet<Day>) -> Result<DailyBar, String> {
        let close = needed(ticker, "close", self.close)?;
        if !seen.insert(day) {
            return Err(format!("{ticker}: {day} was delivered twice"));
        }
        Ok(DailyBar {
            ticker: ticker.clone(),
            day,
            open: price(ticker, "open", self.open)?,
            high: price(ticker, "high", self.high)?,
            low: price(ticker, "low", self.low)?,
            close,
            adj_close: None,
            volume: volume(ticker, self.volume)?,
        })
    }

    /// The bar that begins at an instant.
    pub(crate) fn bar(&self, ticker: &Ticker, interval: BarInterval, t: UnixMillis) -> Result<IntradayBar, String> {
        Ok(IntradayBar {
            ticker: ticker.clone(),
            interval,
            t,
            open: needed(ticker, "open", self.open)?,
            high: needed(ticker, "high", self.high)?,
            low: needed(ticker, "low", self.low)?,
            close: needed(ticker, "close", self.close)?,
            volume: volume(ticker, self.volume)?,
            vwap: None,
            trades: None,
        })
    }
}

fn price(ticker: &Ticker, name: &str, price: Option<f64>) -> Result<Option<f64>, String> {
    match price {
        Some(price) if !(price.is_finite() && price > 0.0) => {
            Err(format!("{ticker}: expected a price above 0 as {name}, was {price}"))
        }
        price => Ok(price),
    }
}

fn needed(ticker: &Ticker, name: &str, value: Option<f64>) -> Result<f64, String> {
    price(ticker, name, value)?.ok_or_else(|| format!("{ticker}: the {name} is missing"))
}

fn volume(ticker: &Ticker, volume: Option<f64>) -> Result<Option<f64>, String> {
    match volume {
        Some(volume) if !(volume.is_finite() && volume >= 0.0) => {
            Err(format!("{ticker}: expected a volume of 0 or more, was {volume}"))
        }
        volume => Ok(volume),
    }
}

/// Reads every row of a list through `convert`, which answers `None` for one that is passed over.
pub(crate) fn read_each<W: DeserializeOwned, T>(
    list: Vec<serde_json::Value>,
    mut convert: impl FnMut(W) -> Result<Option<T>, String>,
) -> Delivered<T> {
    let mut delivered = Delivered::clean(Vec::with_capacity(list.len()));
    for (line, row) in (1..).zip(list) {
        let row =
            serde_json::from_value(row).map_err(|_| "expected a row of the documented fields and types".to_owned());
        match row.and_then(&mut convert) {
            Ok(Some(row)) => delivered.rows.push(row),
            Ok(None) => {}
            Err(reason) => delivered.rejected.push(Rejection { line, reason }),
        }
    }
    delivered
}
