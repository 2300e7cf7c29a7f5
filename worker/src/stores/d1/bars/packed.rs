//! Stored bars of one length, which the database packs into one text: what is asked for most, and by far the quickest to hand over.

use domain::api::Aggregate;
use domain::bars::{Adjustment, Bar, Factors};
use domain::ports::StoreError;
use domain::units::{BarInterval, Day, UnixMillis};

use super::read::{actions_statement, factors, found};
use super::resolved::{self, Resolved};
use super::{BarQuery, BarsFound, D1Bars, Page};
use crate::stores::d1::data_versions::Versions;
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
            let answer = self.0.run(of_series(query, interval, known.series)).await?;
            if let Some(row) = row(&answer).filter(|row| row.versions.scopes[0] == known.version) {
                return Ok(Some(Packed::new(known, row, interval)));
            }
        }
        let mut statements = vec![of_ticker(query, interval)];
        if query.adjustment != Adjustment::Raw {
            statements.push(actions_statement(query));
        }
        let answers = self.0.batch(statements).await?;
        let Some(row) = row(&answers[0]) else { return Ok(None) };
        let (version, series, source) = (row.versions.scopes[0], row.series, row.source.clone().unwrap_or_default());
        let known = Resolved { version, series, source, factors: factors(answers.get(1), query)? };
        resolved::remember(self.0.identity(), query, interval, known.clone());
        Ok(Some(Packed::new(known, row, interval)))
    }
}

/// What `packed.sql` answers.
struct Row {
    series: i64,
    /// Absent where the series was given.
    source: Option<String>,
    versions: Versions,
    bars: String,
}

/// `None` without bars.
fn row(answer: &Rows) -> Option<Row> {
    let [source, series, version, of_all, bars] =
        answer.texts(["source", "series", "version", "version_of_all", "bars"]);
    let versions = Versions { all: of_all?.parse().ok()?, scopes: vec![version?.parse().ok()?] };
    Some(Row { series: series?.parse().ok()?, source, versions, bars: bars? })
}

impl Packed {
    fn new(known: Resolved, row: Row, interval: BarInterval) -> Self {
        let Resolved { source, factors, .. } = known;
        Self { versions: row.versions, text: row.bars, source, interval, factors }
    }

    /// The bars one by one.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a text that is not as `packed.sql` writes it.
    pub(super) fn into_found(self, query: &BarQuery<'_>) -> Result<BarsFound, StoreError> {
        let mut bars = bars(&self.text).ok_or_else(unreadable)?;
        if !self.factors.cuts().is_empty() {
            bars = bars.into_iter().map(|bar| self.factors.applied(bar)).collect();
        }
        Ok(found(query, self.versions, bars, vec![self.source], self.interval.name()))
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

fn unreadable() -> StoreError {
    StoreError::Refused("unreadable bars".to_owned())
}

/// Reads `[…][…]` field by field. The module is built for size, so this keeps to bytes and plain loops: it meets forty thousand of them
/// for a page of five hundred bars.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// A number as it is written, or `null`.
#[derive(Clone, Copy)]
struct Written<'a> {
    text: &'a str,
    /// Nothing but digits.
    whole: bool,
}

impl<'a> Reader<'a> {
    /// Goes into the next row; `None` where there is none. An empty text has none, and is none that SQL writes.
    fn row(&mut self) -> Option<()> {
        let opened = self.text.as_bytes().get(self.at) == Some(&b'[');
        self.at += 1;
        opened.then_some(())
    }

    /// The next field, with what follows it.
    fn field(&mut self, end: u8) -> Option<Written<'a>> {
        let bytes = self.text.as_bytes();
        let (start, mut whole) = (self.at, true);
        let mut at = start;
        while let Some(&byte) = bytes.get(at) {
            if byte == b',' || byte == b']' {
                self.at = at + 1;
                let text = self.text.get(start..at)?;
                return (byte == end && at > start).then_some(Written { text, whole });
            }
            whole &= byte.is_ascii_digit();
            at += 1;
        }
        None
    }

    /// The fields of a row in the order in which `packed.sql` lists them.
    fn fields(&mut self) -> Option<[Written<'a>; FIELDS]> {
        let mut all = [Written { text: "", whole: false }; FIELDS];
        for (at, field) in all.iter_mut().enumerate() {
            *field = self.field(if at + 1 == FIELDS { b']' } else { b',' })?;
        }
        Some(all)
    }

    const fn is_done(&self) -> bool {
        self.at == self.text.len()
    }
}

fn bars(text: &str) -> Option<Vec<Bar>> {
    let mut reader = Reader { text, at: 0 };
    let mut bars = Vec::new();
    loop {
        reader.row()?;
        bars.push(bar(&reader.fields()?)?);
        if reader.is_done() {
            return Some(bars);
        }
    }
}

fn bar([t, day, extended, volume, trades, vwap, open, close, high, low]: &[Written<'_>; FIELDS]) -> Option<Bar> {
    let optional = |written: &Written<'_>, places| match written.text {
        "null" => Some(None),
        _ => Some(Some(number(written, places)?)),
    };
    Some(Bar {
        t: UnixMillis(t.text.parse().ok()?),
        day: Day::from_number(day.text.parse().ok()?),
        open: optional(open, PLACES)?,
        high: optional(high, PLACES)?,
        low: optional(low, PLACES)?,
        close: number(close, PLACES)?,
        volume: optional(volume, 0)?,
        vwap: optional(vwap, PLACES)?,
        trades: optional(trades, 0)?,
        extended: extended.text == "1",
    })
}

fn number(written: &Written<'_>, places: usize) -> Option<f64> {
    if !written.whole {
        return written.text.parse().ok();
    }
    let whole: u64 = written.text.parse().ok()?;
    let unit = [1.0, 10.0, 100.0, 1_000.0, 10_000.0][places];
    #[expect(
        clippy::cast_precision_loss,
        reason = "below 10^15; the quotient of two exact numbers is the nearest double"
    )]
    let number = whole as f64 / unit;
    Some(number)
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
    let mut reader = Reader { text: packed, at: 0 };
    let mut text = String::with_capacity(packed.len() * 2);
    let (mut bars, mut next) = (0, None);
    text.push('[');
    loop {
        reader.row()?;
        let [t, _, extended, volume, trades, vwap, open, close, high, low] = reader.fields()?;
        if bars == limit {
            next = Some(UnixMillis(t.text.parse().ok()?));
            break;
        }
        text.push_str(if bars == 0 { "{" } else { ",{" });
        bars += 1;
        push_field(&mut text, "\"v\":", &volume, 0)?;
        push_field(&mut text, "\"vw\":", &vwap, PLACES)?;
        push_field(&mut text, "\"o\":", &open, PLACES)?;
        push_field(&mut text, "\"c\":", &close, PLACES)?;
        push_field(&mut text, "\"h\":", &high, PLACES)?;
        push_field(&mut text, "\"l\":", &low, PLACES)?;
        text.push_str("\"t\":");
        text.push_str(t.text);
        text.push(',');
        push_field(&mut text, "\"n\":", &trades, 0)?;
        match extended.text {
            // The comma of the field before.
            "0" => drop(text.pop()),
            "1" => text.push_str("\"extended\":true"),
            _ => return None,
        }
        text.push('}');
        if reader.is_done() {
            break;
        }
    }
    text.push(']');
    Some(Objects { text, bars, next })
}

/// Adds `"name":number,`; what is null is left out.
fn push_field(text: &mut String, name: &str, written: &Written<'_>, places: usize) -> Option<()> {
    if !written.whole {
        if written.text != "null" {
            text.push_str(name);
            text.push_str(&serde_json::Number::from_f64(written.text.parse().ok()?)?.to_string());
            text.push(',');
        }
        return Some(());
    }
    text.push_str(name);
    let digits = written.text;
    let point = digits.len().saturating_sub(places);
    text.push_str(if point == 0 { "0" } else { &digits[..point] });
    text.push('.');
    // Without the zeros at the end, except for one that tells a double from a whole number.
    let mut end = digits.len();
    while end > point && digits.as_bytes()[end - 1] == b'0' {
        end -= 1;
    }
    if end == point {
        text.push('0');
    } else {
        for _ in digits.len()..places {
            text.push('0');
        }
        text.push_str(&digits[point..end]);
    }
    text.push(',');
    Some(())
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
            let written = whole.to_string();
            let written = Written { text: &written, whole: true };
            push_field(&mut text, "", &written, places).unwrap();
            let number = number(&written, places).unwrap();
            prop_assert_eq!(text, format!("{},", serde_json::to_string(&number).unwrap()));
        }
    }
}
