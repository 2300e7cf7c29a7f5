//! The JSON texts of the rows.

use domain::ports::StoreError;
use domain::research::{Bar, Line};
use domain::units::Day;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Ranking, Studied};
use crate::stores::d1::Rows;

/// Security, weight, price and cap.
pub(super) type RawMember = (i64, f64, f64, f64);

#[derive(Deserialize)]
struct RawSession {
    day: i32,
    members: String,
}

#[derive(Deserialize)]
pub(super) struct RawLine {
    id: i64,
    ticker: String,
    name: Option<String>,
    sector: Option<String>,
    delist_day: Option<i32>,
    delisting_price: Option<f64>,
    bars: String,
}

#[derive(Deserialize)]
struct RawCaps {
    caps: String,
}

#[derive(Deserialize)]
struct RawRanking {
    day: i32,
    list: String,
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Refused(format!("unreadable rows: {error}")))
}

/// The sessions with their members.
pub(super) fn sessions(rows: &Rows) -> Result<Vec<(Day, Vec<RawMember>)>, StoreError> {
    let read = |raw: RawSession| Ok((Day::from_number(raw.day), parsed(&raw.members)?));
    rows.decode::<RawSession>()?.into_iter().map(read).collect()
}

/// One security.
pub(super) fn line(raw: RawLine) -> Result<(Studied, Line), StoreError> {
    let bars: Vec<(i32, f64, Option<f64>)> = parsed(&raw.bars)?;
    let bar = |(day, close, volume)| Bar { day: Day::from_number(day), close, volume };
    let delisting = raw.delist_day.zip(raw.delisting_price).map(|(day, price)| (Day::from_number(day), price));
    let line = Line {
        ticker: raw.ticker,
        sector: raw.sector,
        bars: bars.into_iter().map(bar).collect(),
        delisting,
        ..Line::default()
    };
    Ok((Studied { id: raw.id, name: raw.name }, line))
}

/// The market caps of each security.
pub(super) fn caps(rows: &Rows) -> Result<Vec<Vec<(Day, f64)>>, StoreError> {
    let read = |raw: RawCaps| {
        let caps: Vec<(i32, f64)> = parsed(&raw.caps)?;
        Ok(caps.into_iter().map(|(day, cap)| (Day::from_number(day), cap)).collect())
    };
    rows.decode::<RawCaps>()?.into_iter().map(read).collect()
}

/// The rankings of each session.
pub(super) fn rankings(rows: &Rows) -> Result<Vec<Ranking>, StoreError> {
    let read = |raw: RawRanking| Ok(Ranking { day: Day::from_number(raw.day), list: parsed(&raw.list)? });
    rows.decode::<RawRanking>()?.into_iter().map(read).collect()
}
