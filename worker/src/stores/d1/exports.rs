//! The stored rows of each kind as CSV lines that an import reads back, page by page in key order.

use domain::export::marked;
use domain::ports::{RowKind, StoreError};
use domain::units::DayRange;
use serde_json::{Map, Value};

use super::{D1, Statement};

/// Rows of one page.
const PAGE_ROWS: i64 = 5_000;

/// How a kind is exported: the statement, and the columns of the file among those it selects.
struct Export {
    sql: &'static str,
    columns: &'static [&'static str],
}

const fn export_of(kind: RowKind) -> Option<Export> {
    Some(match kind {
        RowKind::Securities => Export {
            sql: sql!("exports_securities"),
            columns: &[
                "ticker",
                "name",
                "sector",
                "exchange",
                "type",
                "issuer",
                "share_class",
                "list_date",
                "delist_date",
                "delisting_price",
            ],
        },
        RowKind::DailyBars => Export {
            sql: sql!("exports_daily_bars"),
            columns: &["date", "ticker", "open", "high", "low", "close", "volume", "adj_close"],
        },
        RowKind::IntradayBars => Export {
            sql: sql!("exports_intraday_bars"),
            columns: &["ticker", "t", "open", "high", "low", "close", "volume", "vwap", "n", "interval", "source"],
        },
        RowKind::MarketCaps => Export { sql: sql!("exports_market_caps"), columns: &["date", "ticker", "market_cap"] },
        RowKind::Shares => Export { sql: sql!("exports_shares"), columns: &["ticker", "shares_outstanding", "as_of"] },
        RowKind::Splits => Export { sql: sql!("exports_splits"), columns: &["ticker", "date", "ratio"] },
        RowKind::Dividends => Export { sql: sql!("exports_dividends"), columns: &["ticker", "ex_date", "amount"] },
        RowKind::TickerChanges => {
            Export { sql: sql!("exports_ticker_changes"), columns: &["date", "ticker", "new_ticker"] }
        }
        // They are files themselves.
        RowKind::Chains => return None,
    })
}

/// Where an export goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    security: i64,
    day: i64,
}

impl Place {
    /// Before the first row.
    pub(crate) const START: Self = Self { security: -1, day: 0 };
}

/// The header line of a kind's file; `None` for a kind that is not kept as rows.
pub(crate) fn header(kind: RowKind) -> Option<String> {
    export_of(kind).map(|export| export.columns.join(",") + "\n")
}

/// The next lines after `place`, and where to go on; `None` at the end.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn next_lines(
    db: &D1,
    kind: RowKind,
    range: DayRange,
    place: Place,
) -> Result<Option<(String, Place)>, StoreError> {
    let Some(export) = export_of(kind) else { return Ok(None) };
    let asked = Statement::new(export.sql).bind(place.security).bind(place.day);
    let asked = if kind == RowKind::Securities { asked } else { asked.bind(range.first()).bind(range.last()) };
    let rows: Vec<Map<String, Value>> = db.run(asked.bind(PAGE_ROWS)).await?.decode()?;
    let Some(last) = rows.last() else { return Ok(None) };
    let number = |name: &str| last.get(name).and_then(Value::as_f64).map(whole);
    let (Some(security), Some(day)) = (number("key_security"), number("key_day")) else {
        return Err(StoreError::Refused("an exported row has no key".to_owned()));
    };
    let lines = rows.iter().fold(String::new(), |lines, row| lines + &line(row, export.columns));
    Ok(Some((lines, Place { security, day })))
}

#[expect(clippy::cast_possible_truncation, reason = "ids and day numbers are whole and below 2^53")]
const fn whole(number: f64) -> i64 {
    number as i64
}

fn line(row: &Map<String, Value>, columns: &[&str]) -> String {
    let field = |name: &&str| match row.get(*name) {
        Some(Value::String(text)) => quoted(text),
        // The shortest text that reads back as the same number.
        Some(Value::Number(number)) => number.as_f64().map_or_else(String::new, |number| number.to_string()),
        _ => String::new(),
    };
    columns.iter().map(field).collect::<Vec<_>>().join(",") + "\n"
}

/// A text as a field; an import takes the mark of what a spreadsheet would take for a formula away again.
fn quoted(text: &str) -> String {
    let text = marked(text);
    let plain = !text.contains([',', '"', '\n', '\r']) && text.trim() == text.as_ref();
    if plain { text.into_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;

    fn range(first: &str, last: &str) -> DayRange {
        DayRange::new(first.parse().unwrap(), last.parse().unwrap()).unwrap()
    }

    fn whole_file(db: &D1, kind: RowKind, range: DayRange) -> String {
        let (mut file, mut place) = (header(kind).unwrap(), Place::START);
        while let Some((lines, next)) = block_on(next_lines(db, kind, range, place)).unwrap() {
            file.push_str(&lines);
            place = next;
        }
        file
    }

    fn with_rows() -> D1 {
        let db = D1::in_memory();
        let run = |sql: &'static str| block_on(db.run(Statement::new(sql))).unwrap();
        run("insert into securities (id, ticker, name, list_day, version) \
             values (1, 'A', 'Agilent, \"Inc\"', 17511, 1), (2, 'BRK/B', '=1+1', null, 1), (3, 'STAGED', null, null, null)");
        // 17 511 is 2017-12-11.
        run("insert into daily_bars (security_id, day, open, close, volume, version) \
             values (2, 17511, null, 198.02, 3000000000, 1), (1, 17512, 66.5, 66.1, 1, 1), (1, 17511, 67.43, 67, 2438556, 1)");
        run("insert into splits (security_id, ex_day, ratio, version) values (1, 17511, 1.0 / 3, 1)");
        db
    }

    #[test]
    fn rows_come_in_key_order_with_blanks_for_nulls() {
        let db = with_rows();
        let all = range("1900-01-01", "2199-12-31");
        assert_eq!(
            whole_file(&db, RowKind::DailyBars, all),
            "date,ticker,open,high,low,close,volume,adj_close\n\
             2017-12-11,A,67.43,,,67,2438556,\n\
             2017-12-12,A,66.5,,,66.1,1,\n\
             2017-12-11,BRK/B,,,,198.02,3000000000,\n"
        );
        let first = range("2017-12-11", "2017-12-11");
        assert_eq!(whole_file(&db, RowKind::DailyBars, first).lines().count(), 3);
        assert_eq!(whole_file(&db, RowKind::Splits, all), "ticker,date,ratio\nA,2017-12-11,0.3333333333333333\n");
        for kind in RowKind::ALL.into_iter().filter(|kind| *kind != RowKind::Chains) {
            assert!(whole_file(&db, kind, all).starts_with(&header(kind).unwrap()), "{kind:?}");
        }
    }

    #[test]
    fn only_visible_securities_are_exported_and_texts_are_quoted() {
        assert_eq!(
            whole_file(&with_rows(), RowKind::Securities, range("1900-01-01", "2199-12-31")),
            "ticker,name,sector,exchange,type,issuer,share_class,list_date,delist_date,delisting_price\n\
             A,\"Agilent, \"\"Inc\"\"\",,,,,,2017-12-11,,\n\
             BRK/B,'=1+1,,,,,,,,\n"
        );
    }
}
