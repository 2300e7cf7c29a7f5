//! Stored bars of one length, which the database packs into one text: what is asked for most, and by far the quickest to hand over.

use domain::api::Aggregate;
use domain::bars::{Adjustment, Bar, Factors};
use domain::ports::StoreError;
use domain::units::{BarInterval, Day, UnixMillis};

use super::read::{actions_statement, factors, found};
use super::resolved::{self, Resolved};
use super::{BarQuery, BarsFound, D1Bars, Page, SCOPES, versions_statement};
use crate::stores::d1::data_versions::{self, Versions};
use crate::stores::d1::{Param, Rows, Statement};

/// The fields of a bar in the order in which `packed.sql` lists them.
const FIELDS: usize = 10;
/// How many decimal places a price has that is written as a whole number.
const PLACES: usize = 4;

/// Bars as they were handed over, at least one.
pub(super) struct Packed {
    versions: Versions,
    /// `[…][…]`, one pair of brackets a bar, and one bar more than was asked for where there are more.
    text: String,
    source: String,
    interval: BarInterval,
    /// By what prices are restated.
    factors: Factors,
}

impl D1Bars<'_> {
    /// The bars that a query asks for, of this length; `None` where none is stored.
    pub(super) async fn packed(
        &self,
        query: &BarQuery<'_>,
        interval: BarInterval,
    ) -> Result<Option<Packed>, StoreError> {
        if let Some(known) = resolved::recall(self.0.identity(), query, interval) {
            let answers = self.0.batch(vec![versions_statement(), of_series(query, interval, known.series)]).await?;
            let versions = data_versions::decode(&answers[0], &SCOPES)?;
            if let Some(text) = answers[1].texts(["bars"])[0].take().filter(|_| versions.scopes[0] == known.version) {
                let Resolved { source, factors, .. } = known;
                return Ok(Some(Packed { versions, text, source, interval, factors }));
            }
        }
        let mut statements = vec![versions_statement(), of_ticker(query, interval)];
        if query.adjustment != Adjustment::Raw {
            statements.push(actions_statement(query));
        }
        let answers = self.0.batch(statements).await?;
        let versions = data_versions::decode(&answers[0], &SCOPES)?;
        let Some(series) = series_of(&answers[1])? else { return Ok(None) };
        let [Some(source), Some(text)] = answers[1].texts(["source", "bars"]) else { return Ok(None) };
        let factors = factors(answers.get(2), query)?;
        let known = Resolved { version: versions.scopes[0], series, source, factors };
        resolved::remember(self.0.identity(), query, interval, known.clone());
        let Resolved { source, factors, .. } = known;
        Ok(Some(Packed { versions, text, source, interval, factors }))
    }
}

impl Packed {
    /// The bars one by one.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a text that is not as `packed.sql` writes it.
    pub(super) fn into_found(self, query: &BarQuery<'_>) -> Result<BarsFound, StoreError> {
        let bars: Option<Vec<Bar>> =
            rows(&self.text).and_then(|rows| rows.map(|row| Some(self.factors.applied(bar(&fields(row)?)?))).collect());
        Ok(found(query, self.versions, bars.ok_or_else(unreadable)?, vec![self.source], self.interval.name()))
    }

    /// The bars as the text of an answer: numbers that nothing restates are never read.
    ///
    /// # Errors
    /// As [`Packed::into_found`].
    pub(super) fn into_page(self, query: &BarQuery<'_>) -> Result<Page, StoreError> {
        if !self.factors.cuts().is_empty() {
            return Page::of(&self.into_found(query)?);
        }
        let Objects { text, bars, next } = objects(&self.text, query.limit).ok_or_else(unreadable)?;
        let stored_as = Some(self.interval.name());
        Ok(Page { versions: self.versions, text, bars, next, sources: vec![self.source], stored_as })
    }
}

impl Page {
    /// Bars as the text of an answer.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when a price is no number, which none that is stored can be.
    pub(super) fn of(found: &BarsFound) -> Result<Self, StoreError> {
        let shown: Vec<Aggregate> = found.bars.iter().map(Aggregate::from).collect();
        let text = serde_json::to_string(&shown).map_err(|error| StoreError::Refused(error.to_string()))?;
        Ok(Self {
            versions: found.versions.clone(),
            text,
            bars: found.bars.len(),
            next: found.next,
            sources: found.sources.clone(),
            stored_as: found.stored_as,
        })
    }
}

fn of_ticker(query: &BarQuery<'_>, interval: BarInterval) -> Statement {
    statement(query, interval, sql!("bars/series_of_length"), query.ticker.into())
}

fn of_series(query: &BarQuery<'_>, interval: BarInterval, series: i64) -> Statement {
    statement(query, interval, "select cast(?1 as integer) as id, null as source", series.into())
}

fn statement(query: &BarQuery<'_>, interval: BarInterval, series: &str, of: Param) -> Statement {
    let order = if query.descending { "desc" } else { "asc" };
    let sql = sql!("bars/packed").replace("{order}", order).replace("{series}", series.trim());
    let bars = Statement::new(sql).bind(of).bind(interval.minutes()).bind(query.source).bind(query.preferred);
    bars.bind(query.span.from).bind(query.span.to).bind(query.limit + 1).bind(query.regular_only)
}

fn series_of(answer: &Rows) -> Result<Option<i64>, StoreError> {
    #[derive(serde::Deserialize)]
    struct Row {
        series: i64,
    }
    Ok(answer.first::<Row>()?.map(|row| row.series))
}

fn unreadable() -> StoreError {
    StoreError::Refused("unreadable bars".to_owned())
}

/// The rows of `[1,2][3,4]`.
fn rows(text: &str) -> Option<impl Iterator<Item = &str>> {
    Some(text.strip_prefix('[')?.strip_suffix(']')?.split("]["))
}

fn fields(row: &str) -> Option<[&str; FIELDS]> {
    let mut all = [""; FIELDS];
    let mut rest = row.split(',');
    for field in &mut all {
        *field = rest.next()?;
    }
    rest.next().is_none().then_some(all)
}

fn bar([t, day, extended, volume, trades, vwap, open, close, high, low]: &[&str; FIELDS]) -> Option<Bar> {
    let optional = |written: &str, places| match written {
        "null" => Some(None),
        written => Some(Some(number(written, places)?)),
    };
    Some(Bar {
        t: UnixMillis(t.parse().ok()?),
        day: Day::from_number(day.parse().ok()?),
        open: optional(open, PLACES)?,
        high: optional(high, PLACES)?,
        low: optional(low, PLACES)?,
        close: number(close, PLACES)?,
        volume: optional(volume, 0)?,
        vwap: optional(vwap, PLACES)?,
        trades: optional(trades, 0)?,
        extended: *extended == "1",
    })
}

/// Bars as an array of [`Aggregate`].
#[derive(Debug, PartialEq)]
struct Objects {
    text: String,
    bars: usize,
    next: Option<UnixMillis>,
}

/// Makes the first `limit` rows an array of objects, byte for byte as serde would write them.
fn objects(packed: &str, limit: usize) -> Option<Objects> {
    let (mut text, mut bars) = (String::with_capacity(packed.len() * 2), 0);
    text.push('[');
    for row in rows(packed)? {
        let [t, _, extended, volume, trades, vwap, open, close, high, low] = fields(row)?;
        if bars == limit {
            text.push(']');
            return Some(Objects { text, bars, next: Some(UnixMillis(t.parse().ok()?)) });
        }
        text.push_str(if bars == 0 { "{" } else { ",{" });
        bars += 1;
        let prices = [("\"vw\":", vwap), ("\"o\":", open), ("\"c\":", close), ("\"h\":", high), ("\"l\":", low)];
        push_field(&mut text, "\"v\":", volume, 0)?;
        for (name, price) in prices {
            push_field(&mut text, name, price, PLACES)?;
        }
        text.push_str("\"t\":");
        text.push_str(t);
        text.push(',');
        push_field(&mut text, "\"n\":", trades, 0)?;
        match extended {
            // The comma of the field before.
            "0" => drop(text.pop()),
            "1" => text.push_str("\"extended\":true"),
            _ => return None,
        }
        text.push('}');
    }
    text.push(']');
    Some(Objects { text, bars, next: None })
}

/// Adds `"name":number,`; what is null is left out.
fn push_field(text: &mut String, name: &str, written: &str, places: usize) -> Option<()> {
    if written == "null" {
        return Some(());
    }
    text.push_str(name);
    if !is_whole(written) {
        text.push_str(&serde_json::Number::from_f64(written.parse().ok()?)?.to_string());
    } else if written.len() > places {
        let (whole, rest) = written.split_at(written.len() - places);
        text.push_str(whole);
        push_places(text, rest);
    } else {
        text.push('0');
        push_places(text, &format!("{written:0>places$}"));
    }
    text.push(',');
    Some(())
}

/// Adds decimal places without the zeros at their end, except for one that tells a double from a whole number.
fn push_places(text: &mut String, places: &str) {
    let shown = places.trim_end_matches('0');
    text.push('.');
    text.push_str(if shown.is_empty() { "0" } else { shown });
}

fn number(written: &str, places: usize) -> Option<f64> {
    if !is_whole(written) {
        return written.parse().ok();
    }
    let whole: u64 = written.parse().ok()?;
    let unit = [1.0, 10.0, 100.0, 1_000.0, 10_000.0][places];
    #[expect(
        clippy::cast_precision_loss,
        reason = "below 10^15; the quotient of two exact numbers is the nearest double"
    )]
    let number = whole as f64 / unit;
    Some(number)
}

fn is_whole(written: &str) -> bool {
    written.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rows_become_objects() {
        let rows = "[1751374800000,20270,0,1500,null,null,0.30000000000000004,40000,5,31400][7,1,1,2.5,9,1.0e+21,10000,10000,10000,10000]";
        let first = r#"{"v":1500.0,"o":0.30000000000000004,"c":4.0,"h":0.0005,"l":3.14,"t":1751374800000}"#;
        let second = r#"{"v":2.5,"vw":1e+21,"o":1.0,"c":1.0,"h":1.0,"l":1.0,"t":7,"n":9.0,"extended":true}"#;
        let both = Objects { text: format!("[{first},{second}]"), bars: 2, next: None };
        assert_eq!(objects(rows, 2), Some(both));
        assert_eq!(objects(rows, 1), Some(Objects { text: format!("[{first}]"), bars: 1, next: Some(UnixMillis(7)) }));
        for wrong in ["", "[]", "[1,2]", "[1,2,3,4,5,6,7,8,9,10]", "[1,2,0,4,5,6,7,8,9,x]", "[1,2,0,4,5,6,7,8,9,10,11]"]
        {
            assert_eq!(objects(wrong, 9), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_number_is_written_as_serde_writes_it(whole in 0..1_000_000_000_000_000_u64, shift in 0..15_u32, places in 0..=PLACES) {
            let whole = whole / 10_u64.pow(shift);
            let mut text = String::new();
            push_field(&mut text, "", &whole.to_string(), places).unwrap();
            let number = number(&whole.to_string(), places).unwrap();
            prop_assert_eq!(text, format!("{},", serde_json::to_string(&number).unwrap()));
        }
    }
}
