//! Listed securities and their corporate actions, as they are read.

use domain::ports::StoreError;
use serde::{Deserialize, Serialize};

use super::{D1, Statement};

/// Securities in D1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct D1Securities<'a>(pub(crate) &'a D1);

/// A security as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Security {
    pub(crate) id: i64,
    pub(crate) ticker: String,
    name: Option<String>,
    sector: Option<String>,
    exchange: Option<String>,
    kind: Option<String>,
    issuer: Option<String>,
    share_class: Option<String>,
    list_date: Option<String>,
    delist_date: Option<String>,
    delisting_price: Option<f64>,
}

/// A security, and the symbol by which it was asked for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Called {
    pub(crate) asked: String,
    #[serde(flatten)]
    pub(crate) security: Security,
}

/// Which securities, by ticker.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// Tickers after this one.
    pub(crate) after: Option<&'a str>,
    /// Tickers before this one.
    pub(crate) before: Option<&'a str>,
    /// At most so many.
    pub(crate) limit: usize,
    /// The last of them instead of the first.
    pub(crate) from_end: bool,
    /// Begins the ticker or is in the name, whatever the case.
    pub(crate) search: Option<&'a str>,
    /// Only of this sector.
    pub(crate) sector: Option<&'a str>,
    /// Only on this exchange.
    pub(crate) exchange: Option<&'a str>,
}

/// A row that belongs to a security.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct OfSecurity<T> {
    pub(crate) security_id: i64,
    #[serde(flatten)]
    pub(crate) row: T,
}

/// A recorded split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Split {
    ex_date: String,
    ratio: f64,
}

/// A symbol that a security bore until a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FormerTicker {
    ticker: String,
    until: String,
}

/// A recorded cash dividend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Dividend {
    ex_date: String,
    amount: f64,
}

impl D1Securities<'_> {
    /// A stretch of the list, by ticker.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn list(&self, wanted: &Wanted<'_>) -> Result<Vec<Security>, StoreError> {
        let order = if wanted.from_end { "desc" } else { "asc" };
        let limit = u32::try_from(wanted.limit).unwrap_or(u32::MAX);
        let statement = Statement::new(sql!("securities/list").replace("{order}", order))
            .bind(wanted.after)
            .bind(wanted.before)
            .bind(limit)
            .bind(wanted.search)
            .bind(wanted.sector)
            .bind(wanted.exchange);
        let mut found: Vec<Security> = self.0.run(statement).await?.decode()?;
        if wanted.from_end {
            found.reverse();
        }
        Ok(found)
    }

    /// Those that bear these symbols, or bore them last, each with the symbol that was asked for.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn by_tickers(&self, tickers: &[String]) -> Result<Vec<Called>, StoreError> {
        let list = serde_json::json!(tickers).to_string();
        self.0.run(Statement::new(sql!("securities/by_ticker")).bind(list)).await?.decode()
    }

    /// The symbol that the security bears now which was the last to bear this one; `None` for a symbol that is borne, or never was.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn borne_now(&self, ticker: &str) -> Result<Option<String>, StoreError> {
        self.0.run(Statement::new(sql!("securities/borne_now")).bind(ticker)).await?.scalar()
    }

    /// The symbols that these securities bore before, each ascending.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn former_tickers(&self, ids: &[i64]) -> Result<Vec<OfSecurity<FormerTicker>>, StoreError> {
        let list = serde_json::json!(ids).to_string();
        self.0.run(Statement::new(sql!("securities/former_tickers")).bind(list)).await?.decode()
    }

    /// The splits of these securities, each ascending.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn splits(&self, ids: &[i64]) -> Result<Vec<OfSecurity<Split>>, StoreError> {
        let list = serde_json::json!(ids).to_string();
        self.0.run(Statement::new(sql!("securities/splits")).bind(list)).await?.decode()
    }

    /// The cash dividends of these securities, each ascending.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn dividends(&self, ids: &[i64]) -> Result<Vec<OfSecurity<Dividend>>, StoreError> {
        let list = serde_json::json!(ids).to_string();
        self.0.run(Statement::new(sql!("securities/dividends")).bind(list)).await?.decode()
    }
}

/// Companies `T001` to `T060`, each with a split and a dividend, and one that is only staged.
#[cfg(test)]
pub(crate) fn add_sixty(db: &D1) {
    let run = |statement| pollster::block_on(db.run(statement)).map(drop).unwrap();
    for number in 1..=60_i64 {
        let add = "insert into securities (id, ticker, name, sector, version) values (?1, ?2, ?3, ?4, 1)";
        let sector = if number % 2 == 0 { "Even" } else { "Odd" };
        let (ticker, name) = (format!("T{number:03}"), format!("Company {number}"));
        run(Statement::new(add).bind(number).bind(ticker).bind(name).bind(sector));
        let split = "insert into splits (security_id, ex_day, ratio, version) values (?1, ?2, 2, 1)";
        run(Statement::new(split).bind(number).bind(19_000 + number));
        let dividend = "insert into dividends (security_id, ex_day, amount, version) values (?1, ?2, 0.5, 1)";
        run(Statement::new(dividend).bind(number).bind(19_100 + number));
    }
    run(Statement::new("insert into securities (id, ticker) values (99, 'STAGED')"));
}

/// One more company before all of them, unless it is there.
#[cfg(test)]
pub(crate) fn add_first(db: &D1) {
    let add = "insert or ignore into securities (id, ticker, version, sector) values (100, 'A', 1, 'Even')";
    pollster::block_on(db.run(Statement::new(add))).unwrap();
}

/// How many rows the tables of market data hold.
#[cfg(test)]
pub(crate) fn rows_held(db: &D1) -> Vec<i64> {
    let tables =
        ["intraday_bars", "intraday_bars_past", "daily_bars", "publications", "securities", "staging", "batches"];
    let counted = tables.map(|table| Statement::new(format!("select count(*) as n from {table}")));
    pollster::block_on(db.batch(counted.into())).unwrap().iter().map(|rows| rows.scalar().unwrap().unwrap()).collect()
}
