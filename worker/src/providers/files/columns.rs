//! What each kind of file holds: the column names of the API's "File import columns", and which of a file's columns they are.

use domain::ports::RowKind;

use super::error::FileError;

/// One column that a kind knows.
#[derive(Debug)]
pub(super) struct Column {
    /// Its name in problem answers.
    pub(super) name: &'static str,
    /// Another name under which it is found.
    alias: Option<&'static str>,
    required: bool,
}

const fn needed(name: &'static str) -> Column {
    Column { name, alias: None, required: true }
}

const fn also(name: &'static str) -> Column {
    Column { name, alias: None, required: false }
}

const SECURITIES: &[Column] = &[
    needed("ticker"),
    also("name"),
    also("sector"),
    also("exchange"),
    also("type"),
    also("issuer"),
    also("share_class"),
    also("list_date"),
    also("delist_date"),
    also("delisting_price"),
];

const DAILY_BARS: &[Column] = &[
    needed("date"),
    needed("ticker"),
    needed("close"),
    also("open"),
    also("high"),
    also("low"),
    also("volume"),
    also("adj_close"),
    also("market_cap"),
];

const INTRADAY_BARS: &[Column] = &[
    needed("ticker"),
    also("t"),
    also("timestamp_et"),
    needed("open"),
    needed("high"),
    needed("low"),
    needed("close"),
    needed("volume"),
    also("vwap"),
    also("n"),
    also("interval"),
];

const MARKET_CAPS: &[Column] = &[needed("date"), needed("ticker"), needed("market_cap")];

const SHARES: &[Column] =
    &[needed("ticker"), needed("shares_outstanding"), needed("as_of"), also("name"), also("sector")];

const SPLITS: &[Column] = &[
    needed("ticker"),
    Column { name: "date", alias: Some("execution_date"), required: true },
    also("ratio"),
    also("split_to"),
    also("split_from"),
];

const DIVIDENDS: &[Column] = &[needed("ticker"), needed("ex_date"), needed("amount")];

const TICKER_CHANGES: &[Column] = &[needed("date"), needed("ticker"), needed("new_ticker")];

const CHAINS: &[Column] = &[
    needed("quote_date"),
    needed("underlying"),
    needed("underlying_price"),
    needed("expiration"),
    needed("strike"),
    needed("type"),
    needed("bid"),
    needed("ask"),
    also("iv"),
    also("delta"),
    also("gamma"),
    also("theta"),
    also("vega"),
    also("volume"),
    also("open_interest"),
    also("root"),
];

/// Most columns that any kind knows.
pub(super) const MOST_COLUMNS: usize = 16;

/// The columns that a kind knows. `rows` takes a row apart in this order.
pub(super) const fn of_kind(kind: RowKind) -> &'static [Column] {
    match kind {
        RowKind::Securities => SECURITIES,
        RowKind::DailyBars => DAILY_BARS,
        RowKind::IntradayBars => INTRADAY_BARS,
        RowKind::MarketCaps => MARKET_CAPS,
        RowKind::Shares => SHARES,
        RowKind::Splits => SPLITS,
        RowKind::Dividends => DIVIDENDS,
        RowKind::TickerChanges => TICKER_CHANGES,
        RowKind::Chains => CHAINS,
    }
}

const fn needs(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Securities => "ticker",
        RowKind::DailyBars => "date, ticker, close",
        RowKind::IntradayBars => "ticker, t (or timestamp_et), open, high, low, close, volume",
        RowKind::MarketCaps => "date, ticker, market_cap",
        RowKind::Shares => "ticker, shares_outstanding, as_of",
        RowKind::Splits => "ticker, date (or execution_date), ratio (or split_to and split_from)",
        RowKind::Dividends => "ticker, ex_date, amount",
        RowKind::TickerChanges => "date, ticker, new_ticker",
        RowKind::Chains => "quote_date, underlying, underlying_price, expiration, strike, type, bid, ask",
    }
}

/// Where a file keeps the columns that its kind knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ColumnMap {
    /// For each column of the kind's table, its place in the file.
    pub(super) places: [Option<usize>; MOST_COLUMNS],
    /// How many columns the file has.
    pub(super) width: usize,
    /// The file's columns that the kind does not know.
    pub(super) unknown: Vec<String>,
}

const MOST_UNKNOWN: usize = 50;
const LONGEST_UNKNOWN: usize = 60;

impl ColumnMap {
    /// Finds the kind's columns among a file's, by name, whatever their case and order.
    pub(super) fn find(kind: RowKind, header: &[&str]) -> Result<Self, FileError> {
        let table = of_kind(kind);
        let mut places = [None; MOST_COLUMNS];
        let mut by_alias = [false; MOST_COLUMNS];
        let mut unknown = Vec::new();
        for (place, name) in header.iter().map(|name| name.trim()).enumerate() {
            let is = |candidate: &str| name.eq_ignore_ascii_case(candidate);
            let Some(slot) = table.iter().position(|c| is(c.name) || c.alias.is_some_and(is)) else {
                if !name.is_empty() && unknown.len() < MOST_UNKNOWN {
                    unknown.push(name.chars().take(LONGEST_UNKNOWN).collect());
                }
                continue;
            };
            let alias = !is(table[slot].name);
            match places[slot] {
                Some(_) if alias == by_alias[slot] => return Err(FileError::DuplicateColumn(table[slot].name)),
                // Both the name and the alias: the name is meant.
                Some(_) if alias => {}
                _ => (places[slot], by_alias[slot]) = (Some(place), alias),
            }
        }
        let map = Self { places, width: header.len(), unknown };
        match map.first_missing(kind, table) {
            Some(column) => Err(FileError::MissingColumn { kind, column, needs: needs(kind) }),
            None => Ok(map),
        }
    }

    fn first_missing(&self, kind: RowKind, table: &[Column]) -> Option<&'static str> {
        let held = |name| table.iter().zip(&self.places).any(|(column, place)| column.name == name && place.is_some());
        let missing = table.iter().find(|column| column.required && !held(column.name)).map(|column| column.name);
        let ratio_known = held("ratio") || (held("split_to") && held("split_from"));
        let start_known = held("t") || held("timestamp_et");
        missing
            .or_else(|| (kind == RowKind::Splits && !ratio_known).then_some("ratio"))
            .or_else(|| (kind == RowKind::IntradayBars && !start_known).then_some("t"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(kind: RowKind, header: &[&str]) -> Vec<Option<usize>> {
        ColumnMap::find(kind, header).unwrap().places[..of_kind(kind).len()].to_vec()
    }

    #[test]
    fn columns_are_found_in_any_order_and_case_and_the_unknown_are_named() {
        let map = ColumnMap::find(RowKind::MarketCaps, &["Market_Cap", " date", "note", "TICKER"]).unwrap();
        assert_eq!(map.places[..3], [Some(1), Some(3), Some(0)]);
        assert_eq!((map.width, map.unknown), (4, vec!["note".to_owned()]));
    }

    #[test]
    fn a_missing_column_is_named() {
        for kind in RowKind::ALL {
            let error = ColumnMap::find(kind, &["x"]).unwrap_err();
            assert!(matches!(error, FileError::MissingColumn { .. }), "{error}");
        }
        let error = ColumnMap::find(RowKind::DailyBars, &["date", "ticker"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the column \"close\" is missing; a file of daily_bars needs date, ticker, close"
        );
    }

    #[test]
    fn a_split_says_its_ratio_in_one_or_two_columns_and_its_day_under_two_names() {
        assert_eq!(places(RowKind::Splits, &["ticker", "date", "ratio"]), [Some(0), Some(1), Some(2), None, None]);
        let both = ["execution_date", "ticker", "date", "split_to", "split_from"];
        assert_eq!(places(RowKind::Splits, &both), [Some(1), Some(2), None, Some(3), Some(4)]);
        assert!(ColumnMap::find(RowKind::Splits, &["ticker", "date", "split_to"]).is_err());
    }

    #[test]
    fn a_column_that_comes_twice_is_refused() {
        let error = ColumnMap::find(RowKind::DailyBars, &["date", "ticker", "close", "Close"]).unwrap_err();
        assert_eq!(error, FileError::DuplicateColumn("close"));
    }
}
